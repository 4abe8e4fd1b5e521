// Package readable serves connections that are quiet most of the time. Nobody waits
// for one with a goroutine of its own: on Linux one goroutine waits for all TCP
// connections of a Set, and whatever has something to say is handled by one of few
// workers, of which there are as many as are busy. A quiet connection costs no stack
// and none of what the runtime keeps for a network poll. Connections of other kinds,
// and all of them elsewhere, have a goroutine each, behind the same methods.
//
// Its goroutines: the one that waits, from the first such connection to Stop; the workers, of which a few
// that have nothing to do are kept; one for each connection that cannot be waited for
// together. Stop waits for all.
package readable

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"
)

// ErrQuiet is what Read returns when there is nothing to read now.
var ErrQuiet = errors.New("nothing to read")

// spare is how many workers are kept though they have nothing to do.
const spare = 4

// Handler is one connection's user.
type Handler interface {
	// Ready is called when there may be something to read, when the time until which
	// that was waited for is over, when the connection has failed, and after Close. It
	// is never called twice at a time for one connection, and may wait: others are
	// handled meanwhile. It reads until Read returns an error. After ErrQuiet it says
	// until when to wait for more, after any other error that there is no more: the
	// connection is closed then.
	Ready() (until time.Time, more bool)
}

// Conn is a connection that is read when there is something to read.
type Conn interface {
	// Start begins to wait until then for something to read, once. A Conn that is not
	// started is only to be closed.
	Start(h Handler, until time.Time)
	// Read is for Handler.Ready only; now is the time, which the caller has at hand. Its errors: ErrQuiet, io.EOF, net.ErrClosed after
	// Close, os.ErrDeadlineExceeded if the time is over that Ready has waited until and
	// there was nothing, or whatever the system says.
	Read(p []byte, now time.Time) (int, error)
	// Write writes all of b, one call at a time. It waits no longer than until then for the other
	// end to take it: os.ErrDeadlineExceeded. net.ErrClosed after Close.
	Write(b []byte, until time.Time) error
	// Close may be called at any time and any number of times, under any lock: it does
	// not wait. Ready is called afterwards, if it has not said that there is no more.
	Close()
	// Local is the address that the other end has connected to, invalid if it cannot be told.
	Local() netip.AddrPort
}

// Set is a number of connections.
type Set struct {
	busy sync.WaitGroup // goroutines of workers and of connections

	mu      sync.Mutex
	poll    *poller // nil before there is a connection for it
	tried   bool    // to make one
	idle    []chan job
	stopped bool
}

// job is a connection that is to be handled.
type job interface{ handle() }

// New makes a Set without connections.
func New() *Set { return &Set{} }

// Take takes over a connection: nothing else may use it any more.
func (s *Set) Take(nc net.Conn) Conn {
	if tc, ok := nc.(*net.TCPConn); ok {
		if p := s.poller(); p != nil {
			if c := p.take(tc); c != nil {
				return c
			}
		}
	}
	return &plain{s: s, nc: nc}
}

// poller waits for the connections, nil if the system has no such thing.
func (s *Set) poller() *poller {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.tried {
		s.tried, s.poll = true, newPoller(s)
	}
	return s.poll
}

// Stop waits for all goroutines. Every connection has been closed before.
func (s *Set) Stop() {
	s.mu.Lock()
	s.stopped = true
	for _, w := range s.idle {
		close(w)
	}
	s.idle = nil
	s.mu.Unlock()
	s.busy.Wait()
	if s.poll != nil {
		s.poll.stop()
	}
}

// run has a worker handle a job: one that has nothing to do, else a new one. There
// are never more than there are connections that have something to say, and a worker
// that waits keeps nobody from being handled.
func (s *Set) run(j job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.idle); n > 0 {
		s.idle[n-1] <- j // there is room
		s.idle = s.idle[:n-1]
		return
	}
	s.busy.Go(func() { s.work(j) })
}

// work is a worker. The one that was busy last is the first to be busy again.
func (s *Set) work(j job) {
	next := make(chan job, 1)
	for ok := true; ok; {
		j.handle()
		if !s.rest(next) {
			return
		}
		j, ok = <-next
	}
}

// rest puts a worker among those that have nothing to do, if it is needed there.
func (s *Set) rest(next chan job) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped || len(s.idle) >= spare {
		return false
	}
	s.idle = append(s.idle, next)
	return true
}
