package sipua

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"
)

const (
	streamQueue   = 2 << 20          // unsent bytes of a connection; beyond it requests are refused
	answerRoom    = 256 << 10        // and this much more for responses; beyond it the connection is closed
	unsentTotal   = 64 << 20         // unsent bytes of all; beyond it streamQueue is answerRoom
	unsentMost    = 2 * unsentTotal  // and beyond this a connection has lastRoom, responses included
	lastRoom      = 32 << 10         // so that slow readers, however many, cannot fill the memory
	dialTimeout   = 10 * time.Second // then the requests waiting for it fail
	writeTimeout  = 10 * time.Second
	frameTimeout  = 30 * time.Second // first byte to last byte of a message
	streamTimeout = 75 * time.Minute // idle: above the longest usual refresh interval
)

var (
	errSlowPeer = errors.New("peer does not read")
	errTooMany  = errors.New("too many connections")
	errLost     = errors.New("connection lost before the response")
)

// waiter is a client transaction whose request went by a connection: it is told
// of the connection's end, which ends it unless another way is left (RFC 3261 17.1.4).
type waiter interface{ lost(error) }

// stream is one TCP connection with a reader and a writer goroutine. One that we
// open exists, and queues, from before the dial.
type stream struct {
	ep      *endpoint
	id      uint32 // of the connection, for the operator
	peer    netip.AddrPort
	inbound bool
	last    atomic.Int64 // unix nanoseconds of the last message either way
	kick    chan struct{}
	dead    chan struct{}

	mu     sync.Mutex
	conn   net.Conn // nil while dialling
	queue  []outgoing
	bytes  int
	waits  map[waiter]struct{} // for responses; bounded by Options.MaxClientTransactions
	reason error               // not nil: closed
	final  error               // not nil: close with it when the queue is empty
}

type outgoing struct {
	data []byte
	fail func(error)
}

// dial connects, then reads; the writer starts beside it.
func (st *stream) dial() {
	ctx, cancel := context.WithTimeout(st.ep.ctx, dialTimeout)
	conn, err := st.ep.ua.o.Net.Dial(ctx, st.peer)
	cancel()
	if err != nil {
		st.ep.ua.stats.connFailures.Add(1)
		st.close(fmt.Errorf("connecting: %w", err))
		st.ep.wg.Add(-2)
		return
	}
	st.mu.Lock()
	closed := st.reason != nil
	if !closed {
		st.conn = conn
	}
	st.mu.Unlock()
	if closed {
		_ = conn.Close()
		st.ep.wg.Add(-2)
		return
	}
	go st.write()
	st.read()
}

// send queues data: a request with fail, which is called if it turns out later
// that it cannot be sent, or a response without. An error that is known now is
// returned instead. A request that finds the queue full is refused, for a fan-out
// may be quicker than a healthy peer reads; a peer that takes nothing at all runs
// into the writer's deadline. A response cannot be given again: without room for
// it the connection is closed.
func (st *stream) send(data []byte, fail func(error)) error {
	st.mu.Lock()
	if st.reason != nil {
		defer st.mu.Unlock()
		return st.reason
	}
	room, more := streamQueue, answerRoom
	switch all := st.ep.unsent.Load(); {
	case all > unsentMost:
		room, more = lastRoom, 0
	case all > unsentTotal:
		room = answerRoom
	}
	switch {
	case fail == nil && st.bytes+len(data) > room+more:
		st.mu.Unlock()
		st.close(errSlowPeer)
		return errSlowPeer
	case fail != nil && st.bytes+len(data) > room:
		st.mu.Unlock()
		return ErrOverload
	}
	st.queue = append(st.queue, outgoing{data, fail})
	st.account(len(data))
	st.ep.ua.stats.queued(len(st.queue), st.peer)
	st.mu.Unlock()
	select {
	case st.kick <- struct{}{}:
	default:
	}
	return nil
}

// account counts unsent bytes, here and in all. st.mu is held.
func (st *stream) account(n int) {
	st.bytes += n
	st.ep.unsent.Add(int64(n))
}

// await makes w learn of the end of the connection; false if that has been.
func (st *stream) await(w waiter) bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.reason != nil {
		return false
	}
	if st.waits == nil {
		st.waits = map[waiter]struct{}{}
	}
	st.waits[w] = struct{}{}
	return true
}

// release undoes await. st may be nil.
func (st *stream) release(w waiter) {
	if st == nil {
		return
	}
	st.mu.Lock()
	delete(st.waits, w)
	st.mu.Unlock()
}

// close ends the connection, fails what was not sent, and tells whoever waits.
func (st *stream) close(reason error) {
	st.mu.Lock()
	if st.reason != nil {
		st.mu.Unlock()
		return
	}
	st.reason = reason
	left, waits, conn := st.queue, st.waits, st.conn
	st.queue, st.waits = nil, nil
	st.account(-st.bytes)
	st.mu.Unlock()
	close(st.dead)
	if conn != nil {
		_ = conn.Close()
	}
	st.ep.mu.Lock()
	st.ep.remove(st)
	st.ep.mu.Unlock()
	for _, o := range left {
		if o.fail != nil {
			o.fail(reason)
		}
	}
	for w := range waits {
		w.lost(fmt.Errorf("%w: %w", errLost, reason))
	}
}

// write is the writer goroutine.
func (st *stream) write() {
	defer st.ep.wg.Done()
	for {
		select {
		case <-st.dead:
			return
		case <-st.kick:
		}
		for {
			st.mu.Lock()
			if len(st.queue) == 0 {
				final := st.final
				st.mu.Unlock()
				if final != nil {
					st.close(final)
				}
				break
			}
			o := st.queue[0]
			st.queue[0] = outgoing{}
			if st.queue = st.queue[1:]; len(st.queue) == 0 {
				st.queue = nil
			}
			st.mu.Unlock()
			_ = st.conn.SetWriteDeadline(time.Now().Add(writeTimeout))
			if _, err := st.conn.Write(o.data); err != nil {
				st.ep.ua.stats.tcpFailures.Add(1)
				st.close(err)
				if o.fail != nil {
					o.fail(err)
				}
				return
			}
			st.last.Store(time.Now().UnixNano())
			st.mu.Lock()
			if st.reason == nil { // else close has accounted for it
				st.account(-len(o.data))
			}
			st.mu.Unlock()
		}
	}
}

// read is the reader goroutine.
func (st *stream) read() {
	defer st.ep.wg.Done()
	f := newFramer(st.conn)
	until := func(d time.Duration) { _ = st.conn.SetReadDeadline(time.Now().Add(d)) }
	stranger := st.inbound // until the first message, which must be there in time, whatever comes before it
	if stranger {
		until(frameTimeout)
	}
	for {
		if !stranger {
			until(streamTimeout)
		}
		data, err := f.next(func() {
			if !stranger {
				until(frameTimeout)
			}
		})
		if errors.Is(err, errPing) {
			_ = st.send(crlf, nil) // failing means closing: the next read says so
			continue
		}
		it := item{data: data, src: st.peer, stream: st}
		if err != nil {
			st.ep.ua.stats.ended(err)
			st.hopeless(it, err)
			return
		}
		stranger = false
		st.last.Store(time.Now().UnixNano())
		st.ep.ua.receive(it)
	}
}

// hopeless answers what can be answered of a stream that lost its framing, and
// closes it.
func (st *stream) hopeless(it item, err error) {
	u := st.ep.ua
	code := 0
	switch {
	case errors.Is(err, errBigFrame):
		code = sip.StatusMessageTooLarge
	case errors.Is(err, errNoLength):
		code = sip.StatusBadRequest
	case errors.Is(err, errNotSIP):
		u.garbage(it, err.Error())
	}
	if h, bad := scan(it.data); code != 0 && bad == nil && h.request {
		r := request{item: it, head: h}
		r.check() // fills the top Via
		u.refuse(&r, code, "")
		st.closeSent(err)
		return
	}
	st.close(err)
}

// closeSent closes once all that is queued has been written.
func (st *stream) closeSent(reason error) {
	st.mu.Lock()
	st.final = reason
	st.mu.Unlock()
	select {
	case st.kick <- struct{}{}:
	default:
	}
}
