package memnet

import (
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"
)

// listener is a bound stream address.
type listener struct {
	n     *Net
	addr  netip.AddrPort
	queue chan *Conn
	once  sync.Once
	done  chan struct{}
}

func (l *listener) Accept() (net.Conn, error) {
	closed := &net.OpError{Op: "accept", Net: "tcp", Addr: l.Addr(), Err: net.ErrClosed}
	select {
	case <-l.done:
		return nil, closed
	default:
	}
	select {
	case c := <-l.queue:
		return c, nil
	case <-l.done:
		return nil, closed
	}
}

// Close refuses further dials and drops connections nobody accepted.
func (l *listener) Close() error {
	l.once.Do(func() {
		l.n.mu.Lock()
		delete(l.n.listeners, l.addr)
		l.n.mu.Unlock()
		close(l.done)
		for {
			select {
			case c := <-l.queue:
				c.Close()
			default:
				return
			}
		}
	})
	return nil
}

func (l *listener) Addr() net.Addr { return net.TCPAddrFromAddrPort(l.addr) }

// Conn is one end of a stream: a net.Conn with CloseWrite.
type Conn struct {
	local, remote netip.AddrPort
	in, out       *stream
	read, write   *deadline
}

// Pipe returns the two ends of a buffered stream between made-up loopback
// addresses. Unlike net.Pipe, Write returns before the peer reads.
func Pipe() (*Conn, *Conn) {
	lo := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	return connect(netip.AddrPortFrom(lo, firstEphemeral), netip.AddrPortFrom(lo, 1))
}

func connect(a, b netip.AddrPort) (*Conn, *Conn) {
	ab, ba := newStream(), newStream()
	return &Conn{local: a, remote: b, in: ba, out: ab, read: newDeadline(), write: newDeadline()},
		&Conn{local: b, remote: a, in: ab, out: ba, read: newDeadline(), write: newDeadline()}
}

// Read returns buffered bytes, io.EOF after the peer closed, or
// os.ErrDeadlineExceeded.
func (c *Conn) Read(p []byte) (int, error) {
	for {
		moved := c.read.wait()
		if c.read.passed() {
			return 0, c.fail("read", os.ErrDeadlineExceeded)
		}
		n, wait, err := c.in.take(p)
		if wait == nil {
			if err != nil && err != io.EOF {
				err = c.fail("read", err)
			}
			return n, err
		}
		select {
		case <-wait:
		case <-moved:
		}
	}
}

// Write buffers p, waiting for room. After the peer closed it fails with EPIPE.
func (c *Conn) Write(p []byte) (int, error) {
	done := 0
	for {
		moved := c.write.wait()
		if c.write.passed() {
			return done, c.fail("write", os.ErrDeadlineExceeded)
		}
		n, wait, err := c.out.put(p[done:])
		done += n
		if err != nil {
			return done, c.fail("write", err)
		}
		if wait == nil {
			return done, nil
		}
		select {
		case <-wait:
		case <-moved:
		}
	}
}

// CloseWrite ends the outgoing direction: the peer reads io.EOF.
func (c *Conn) CloseWrite() error {
	c.out.closeWrite()
	return nil
}

// Close ends both directions.
func (c *Conn) Close() error {
	c.out.closeWrite()
	c.in.closeRead()
	c.out.abandon()
	c.read.stop()
	c.write.stop()
	return nil
}

func (c *Conn) LocalAddr() net.Addr  { return net.TCPAddrFromAddrPort(c.local) }
func (c *Conn) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(c.remote) }

// SetDeadline sets both deadlines; zero removes them.
func (c *Conn) SetDeadline(t time.Time) error {
	c.read.set(t)
	c.write.set(t)
	return nil
}

func (c *Conn) SetReadDeadline(t time.Time) error {
	c.read.set(t)
	return nil
}

func (c *Conn) SetWriteDeadline(t time.Time) error {
	c.write.set(t)
	return nil
}

func (c *Conn) fail(op string, err error) error {
	return &net.OpError{Op: op, Net: "tcp", Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: err}
}

// stream is one direction: a bounded byte buffer.
type stream struct {
	mu      sync.Mutex
	buf     []byte
	ended   bool          // the writer closed: EOF after buf
	dead    bool          // the reader closed: writes fail
	own     bool          // the writer closed its whole end: its writes fail as closed
	changed chan struct{} // closed and replaced at each change
}

func newStream() *stream { return &stream{changed: make(chan struct{})} }

// take moves bytes to p; a non-nil channel means wait and try again.
func (s *stream) take(p []byte) (int, <-chan struct{}, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.dead:
		return 0, nil, net.ErrClosed
	case len(s.buf) > 0:
		n := copy(p, s.buf)
		s.buf = s.buf[n:]
		s.wake()
		return n, nil, nil
	case s.ended:
		return 0, nil, io.EOF
	}
	return 0, s.changed, nil
}

// put moves bytes from p; a non-nil channel means that some are left: wait.
func (s *stream) put(p []byte) (int, <-chan struct{}, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.own:
		return 0, nil, net.ErrClosed
	case s.dead, s.ended:
		return 0, nil, syscall.EPIPE
	}
	n := min(len(p), streamLimit-len(s.buf))
	if n > 0 {
		s.buf = append(s.buf, p[:n]...)
		s.wake()
	}
	if n == len(p) {
		return n, nil, nil
	}
	return n, s.changed, nil
}

func (s *stream) closeWrite() { s.change(func() { s.ended = true }) }
func (s *stream) closeRead()  { s.change(func() { s.dead, s.buf = true, nil }) }
func (s *stream) abandon()    { s.change(func() { s.own = true }) }

func (s *stream) change(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	s.wake()
}

// wake tells everyone who waits; the caller holds mu.
func (s *stream) wake() {
	close(s.changed)
	s.changed = make(chan struct{})
}
