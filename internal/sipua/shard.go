package sipua

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"
)

const (
	queueMessages = 1024            // messages waiting for one worker
	queueBytes    = 4 << 20         // and their bytes
	patience      = 2 * time.Second // longest wait in a queue before a request is refused
)

// item is work for a worker: a message, or a function (timeout, outcome of a send).
type item struct {
	data   []byte
	src    netip.AddrPort
	stream *stream // nil: UDP
	at     time.Time
	fn     func()
}

// shard is one worker and the transactions of the Call-IDs that hash to it.
type shard struct {
	ua *UA

	head    head         // of the message being handled; the worker's
	brief   ServerTx     // of the request being handled, if by HandleBrief; the worker's
	asked   request      // being handled; the worker's
	success sip.Response // to a Raw; the worker's

	qmu      sync.Mutex
	ready    sync.Cond
	queue    []item // queue[first:] waits
	first    int
	messages int // messages among them
	bytes    int
	closed   bool
	last     time.Time     // a message was taken while others waited; zero: none waited
	pace     time.Duration // from one such to the next, on average
	taken    atomic.Uint64 // messages

	mu        sync.Mutex // never held while calling out
	server    map[string]*entry
	calls     int               // INVITEs among them
	callBytes int               // of their requests
	merged    map[uint64]uint32 // RFC 3261 8.2.2.2: how many transactions a request is in
	acks      map[ackKey]*inviteServer
	client    map[string]*clientTx
	invites   map[string]*InviteTx
	gone      bool // closed: no new client transactions

	fifo      []*entry // answered, oldest first: fifo[fifoFirst:]
	fifoFirst int
	fifoBytes int
	fifoTimer timer
	fifoSet   bool
}

func newShard(u *UA) *shard {
	s := &shard{
		ua:      u,
		server:  map[string]*entry{},
		merged:  map[uint64]uint32{},
		acks:    map[ackKey]*inviteServer{},
		client:  map[string]*clientTx{},
		invites: map[string]*InviteTx{},
	}
	s.ready.L = &s.qmu
	return s
}

// offer queues a message; false means that the queue is full or closed.
func (s *shard) offer(it item) bool {
	s.qmu.Lock()
	defer s.qmu.Unlock()
	if s.closed || s.messages >= queueMessages || s.bytes+len(it.data) > queueBytes {
		return false
	}
	s.messages++
	s.bytes += len(it.data)
	s.put(it)
	return true
}

// post queues a function. There is no limit of its own: every function belongs
// to a transaction, and those are bounded. false means closed.
func (s *shard) post(fn func()) bool {
	s.qmu.Lock()
	defer s.qmu.Unlock()
	if s.closed {
		return false
	}
	s.put(item{fn: fn})
	return true
}

func (s *shard) put(it item) {
	if s.first > 64 && s.first*2 >= len(s.queue) {
		n := copy(s.queue, s.queue[s.first:])
		clear(s.queue[n:])
		s.queue, s.first = s.queue[:n], 0
	}
	s.queue = append(s.queue, it)
	if len(s.queue)-s.first == 1 {
		s.ready.Signal()
	}
}

// run is the worker.
func (s *shard) run() {
	defer s.ua.workers.Done()
	for {
		s.qmu.Lock()
		for s.first == len(s.queue) && !s.closed {
			s.ready.Wait()
		}
		if s.first == len(s.queue) {
			s.qmu.Unlock()
			return
		}
		it := s.queue[s.first]
		s.queue[s.first] = item{}
		s.first++
		if s.first == len(s.queue) {
			s.queue, s.first = s.queue[:0], 0
			if cap(s.queue) > 2*queueMessages {
				s.queue = nil
			}
		}
		if it.fn == nil {
			s.messages--
			s.bytes -= len(it.data)
			s.taken.Add(1)
			s.paced()
		}
		closed := s.closed
		s.qmu.Unlock()
		switch {
		case it.fn != nil:
			it.fn()
		case !closed:
			s.message(it)
		}
	}
}

// close lets the worker finish the queued functions (messages are dropped) and end.
func (s *shard) close() {
	s.qmu.Lock()
	s.closed = true
	s.ready.Signal()
	s.qmu.Unlock()
}
