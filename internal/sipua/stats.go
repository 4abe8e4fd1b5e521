package sipua

import (
	"errors"
	"io"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Count is one counted kind of message.
type Count struct {
	Method string // "OTHER" for unknown methods
	Code   int    // status code; 0: the requests themselves
}

// Stats is a copy of the counters.
type Stats struct {
	In, Out        map[Count]uint64  // without retransmissions
	RetransmitsIn  map[string]uint64 // by method: requests received again
	RetransmitsOut map[string]uint64 // by method: requests (INVITE: responses too) sent again
	Garbage        uint64            // not SIP, or too broken to answer
	Dropped        uint64            // no room in a worker's queue, or waited there too long
	Stray          uint64            // responses and ACKs without a transaction
	Rejected       uint64            // requests refused before a handler saw them
	ServerTx       int               // server transactions in memory
	ClientTx       int               // outstanding client transactions
	Connections    []Connection      // open TCP connections, in no order
	TCP, UDP       Transport
	Since          time.Time // when counting began
	Cleared        bool      // that was a ResetStats
}

// Connection is one TCP connection (`show sip-ua connections`).
type Connection struct {
	ID       uint32 // grows with each connection
	Peer     netip.AddrPort
	Inbound  bool
	Open     bool // else it is being dialled
	Queued   int  // messages not sent yet
	LastUsed time.Time
}

// Transport counts what went wrong with the connections of one transport. UDP has
// none: only its SendFailures are counted.
type Transport struct {
	SendFailures   uint64
	RemoteClosures uint64         // the peer closed
	ConnFailures   uint64         // could not be opened
	AgeOuts        uint64         // closed because nothing came
	MaxQueue       int            // most messages that waited to be sent on one connection
	MaxQueuePeer   netip.AddrPort // and whose that was
}

// counters are the live statistics. The map has a bounded number of keys: known
// methods and status codes.
type counters struct {
	m                                 atomic.Pointer[sync.Map] // counter -> *atomic.Uint64
	since                             atomic.Int64
	cleared                           atomic.Bool
	garbage, dropped, stray, rejected atomic.Uint64
	serverTx, clientTx                atomic.Int64 // gauges, not reset

	udpFailures, tcpFailures, closures, connFailures, ageOuts atomic.Uint64

	mu        sync.Mutex
	queue     int // most messages that waited on one connection
	queuePeer netip.AddrPort
}

type counter struct {
	method string
	code   int16
	in     bool
	again  bool
}

func (c *counters) reset() {
	c.m.Store(new(sync.Map))
	c.since.Store(time.Now().UnixNano())
	for _, n := range []*atomic.Uint64{&c.garbage, &c.dropped, &c.stray, &c.rejected,
		&c.udpFailures, &c.tcpFailures, &c.closures, &c.connFailures, &c.ageOuts} {
		n.Store(0)
	}
	c.mu.Lock()
	c.queue, c.queuePeer = 0, netip.AddrPort{}
	c.mu.Unlock()
}

// queued notes how many messages wait on a connection.
func (c *counters) queued(n int, peer netip.AddrPort) {
	c.mu.Lock()
	if n > c.queue {
		c.queue, c.queuePeer = n, peer
	}
	c.mu.Unlock()
}

// ended counts why a connection that was open has ended.
func (c *counters) ended(err error) {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		c.ageOuts.Add(1)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		c.closures.Add(1)
	}
}

func (c *counters) add(k counter) {
	if !knownMethod(k.method) {
		k.method = "OTHER"
	}
	m := c.m.Load()
	n, ok := m.Load(k)
	if !ok {
		n, _ = m.LoadOrStore(k, new(atomic.Uint64))
	}
	n.(*atomic.Uint64).Add(1)
}

func (c *counters) count(in bool, method string, code int) {
	c.add(counter{method: method, code: int16(code), in: in})
}

func (c *counters) again(in bool, method string) {
	c.add(counter{method: method, in: in, again: true})
}

// Stats returns the counters since the start or the last ResetStats.
func (u *UA) Stats() Stats {
	c := &u.stats
	s := Stats{
		In: map[Count]uint64{}, Out: map[Count]uint64{},
		RetransmitsIn: map[string]uint64{}, RetransmitsOut: map[string]uint64{},
		Garbage: c.garbage.Load(), Dropped: c.dropped.Load(), Stray: c.stray.Load(), Rejected: c.rejected.Load(),
		ServerTx: int(c.serverTx.Load()), ClientTx: int(c.clientTx.Load()),
		TCP: Transport{
			SendFailures: c.tcpFailures.Load(), RemoteClosures: c.closures.Load(),
			ConnFailures: c.connFailures.Load(), AgeOuts: c.ageOuts.Load(),
		},
		UDP:   Transport{SendFailures: c.udpFailures.Load()},
		Since: time.Unix(0, c.since.Load()), Cleared: c.cleared.Load(),
	}
	c.mu.Lock()
	s.TCP.MaxQueue, s.TCP.MaxQueuePeer = c.queue, c.queuePeer
	c.mu.Unlock()
	c.m.Load().Range(func(key, value any) bool {
		k, n := key.(counter), value.(*atomic.Uint64).Load()
		switch {
		case k.again && k.in:
			s.RetransmitsIn[k.method] += n
		case k.again:
			s.RetransmitsOut[k.method] += n
		case k.in:
			s.In[Count{k.method, int(k.code)}] += n
		default:
			s.Out[Count{k.method, int(k.code)}] += n
		}
		return true
	})
	if ep := u.endpoint(); ep != nil {
		ep.mu.Lock()
		for _, st := range ep.streams {
			st.mu.Lock()
			s.Connections = append(s.Connections, Connection{
				ID: st.id, Peer: st.peer, Inbound: st.inbound, Open: st.conn != nil, Queued: len(st.queue),
				LastUsed: time.Unix(0, st.last.Load()),
			})
			st.mu.Unlock()
		}
		ep.mu.Unlock()
	}
	return s
}

// ResetStats sets all counters to zero (`clear sip-ua statistics`).
func (u *UA) ResetStats() {
	u.stats.reset()
	u.stats.cleared.Store(true)
}
