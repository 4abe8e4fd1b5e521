package readable

import (
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// polled is a connection that the poller waits for.
type polled struct {
	p    *poller
	h    Handler
	slot int32
	fd   int

	mu      sync.Mutex
	room    chan struct{} // Write waits for it; nil: it does not
	uses    int8          // of fd under way: the last one closes it after Close
	closed  bool
	handled bool // a worker has it, or is about to
	again   bool // something has happened since
	dry     bool // all has been read that was there
	ended   bool // nothing more will come: what is left is read to the end
	late    bool // the time of the wait is over
	gone    bool // Ready will not be called any more
}

func (c *polled) Start(h Handler, until time.Time) {
	c.mu.Lock()
	c.h = h
	if !c.closed && c.p.enter(c, until) != nil {
		c.closed = true
		_ = unix.Close(c.fd)
	}
	handle := c.closed && c.wanted() // to be told
	c.mu.Unlock()
	if handle {
		c.p.s.run(c)
	}
}

// use keeps fd open until it is given back.
func (c *polled) use() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.uses++
	}
	return !c.closed
}

// unused gives it back. mu is held.
func (c *polled) unused() {
	if c.uses--; c.uses == 0 && c.closed {
		_ = unix.Close(c.fd)
	}
}

func (c *polled) Read(p []byte, _ time.Time) (int, error) {
	c.mu.Lock()
	if c.dry && !c.closed {
		defer c.mu.Unlock()
		return 0, c.quiet()
	}
	c.mu.Unlock()
	if !c.use() {
		return 0, net.ErrClosed
	}
	n, err := unix.Read(c.fd, p)
	for err == unix.EINTR {
		n, err = unix.Read(c.fd, p)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unused()
	switch {
	case c.closed:
		return 0, net.ErrClosed
	case n > 0:
		c.late = false
		// An end that came before this is in an event that has been seen.
		c.dry = n < len(p) && !c.again && !c.ended
		return n, nil
	case err == nil && len(p) > 0:
		return 0, io.EOF
	case err == unix.EAGAIN:
		return 0, c.quiet()
	}
	return 0, os.NewSyscallError("read", err)
}

// quiet is that there is nothing to read. mu is held.
func (c *polled) quiet() error {
	if c.late {
		return os.ErrDeadlineExceeded
	}
	return ErrQuiet
}

func (c *polled) Write(b []byte, until time.Time) error {
	if !c.use() {
		return net.ErrClosed
	}
	defer func() {
		c.mu.Lock()
		c.unused()
		c.mu.Unlock()
	}()
	for len(b) > 0 {
		n, err := unix.Write(c.fd, b)
		switch err {
		case nil:
			b = b[n:]
		case unix.EINTR:
		case unix.EAGAIN:
			if err := c.await(until); err != nil {
				return err
			}
		default:
			return os.NewSyscallError("write", err)
		}
	}
	return nil
}

// await waits for room to write.
func (c *polled) await(until time.Time) error {
	room := make(chan struct{}, 1)
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return net.ErrClosed
	}
	c.room = room
	// If there is room meanwhile, that is told at once.
	err := c.p.control(unix.EPOLL_CTL_MOD, c, inward|unix.EPOLLOUT)
	c.mu.Unlock()
	if err != nil {
		return os.NewSyscallError("epoll_ctl", err)
	}
	limit := time.NewTimer(time.Until(until))
	defer limit.Stop()
	select {
	case <-room:
	case <-limit.C:
		err = os.ErrDeadlineExceeded
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.room = nil
	if c.closed {
		return net.ErrClosed
	}
	return err
}

func (c *polled) Close() {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return
	}
	c.closed = true
	if c.uses == 0 {
		_ = unix.Close(c.fd)
	}
	c.makeRoom()
	handle := c.h != nil && c.wanted()
	c.mu.Unlock()
	if handle {
		c.p.s.run(c)
	}
}

func (c *polled) Local() netip.AddrPort {
	if !c.use() {
		return netip.AddrPort{}
	}
	sa, err := unix.Getsockname(c.fd)
	c.mu.Lock()
	c.unused()
	c.mu.Unlock()
	if err != nil {
		return netip.AddrPort{}
	}
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port))
	case *unix.SockaddrInet6:
		return unmapped(netip.AddrPortFrom(netip.AddrFrom16(sa.Addr), uint16(sa.Port)))
	}
	return netip.AddrPort{}
}

// event is what the system tells.
func (c *polled) event(events uint32) {
	c.mu.Lock()
	if events&(unix.EPOLLOUT|ended) != 0 {
		c.makeRoom()
	}
	handle := false
	if events&(unix.EPOLLIN|ended) != 0 {
		c.dry, c.ended = false, c.ended || events&ended != 0
		handle = c.wanted()
	}
	c.mu.Unlock()
	if handle {
		c.p.s.run(c)
	}
}

// expire is the end of the time that was waited for something to read.
func (c *polled) expire() {
	c.mu.Lock()
	handle := !c.handled && c.p.expired(c) && c.wanted()
	if handle {
		c.late, c.dry = true, false // unless something has come just now
	}
	c.mu.Unlock()
	if handle {
		c.p.s.run(c)
	}
}

// wanted reports whether a worker must be found; one that has it will look again. mu is held.
func (c *polled) wanted() bool {
	if c.gone || c.handled {
		c.again = true
		return false
	}
	c.handled = true
	return true
}

// makeRoom lets Write go on. mu is held.
func (c *polled) makeRoom() {
	if c.room != nil {
		select {
		case c.room <- struct{}{}:
		default: // it has been told
		}
	}
}

// handle implements job.
func (c *polled) handle() {
	for {
		until, more := c.h.Ready()
		if !more {
			c.mu.Lock()
			c.gone = true
			c.mu.Unlock()
			c.Close()
			c.p.leave(c)
			return
		}
		c.mu.Lock()
		if !c.again && !c.closed {
			c.handled, c.late = false, false
			c.p.set(c, until)
			c.mu.Unlock()
			return
		}
		c.again = false
		c.mu.Unlock()
	}
}
