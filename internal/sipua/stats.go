package sipua

import (
	"net/netip"
	"sync"
	"sync/atomic"
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
	Since          time.Time         // when counting began
}

// Connection is one TCP connection (`show sip-ua connections`).
type Connection struct {
	Peer     netip.AddrPort
	Inbound  bool
	LastUsed time.Time
}

// counters are the live statistics. The map has a bounded number of keys: known
// methods and status codes.
type counters struct {
	m                                 atomic.Pointer[sync.Map] // counter -> *atomic.Uint64
	since                             atomic.Int64
	garbage, dropped, stray, rejected atomic.Uint64
	serverTx, clientTx                atomic.Int64 // gauges, not reset
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
	for _, n := range []*atomic.Uint64{&c.garbage, &c.dropped, &c.stray, &c.rejected} {
		n.Store(0)
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
		Since: time.Unix(0, c.since.Load()),
	}
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
			s.Connections = append(s.Connections, Connection{Peer: st.peer, Inbound: st.inbound, LastUsed: time.Unix(0, st.last.Load())})
		}
		ep.mu.Unlock()
	}
	return s
}

// ResetStats sets all counters to zero (`clear sip-ua statistics`).
func (u *UA) ResetStats() { u.stats.reset() }
