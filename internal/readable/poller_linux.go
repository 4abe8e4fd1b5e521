package readable

import (
	"errors"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// batch is how many connections are seen at once to have something to say.
	batch = 128
	// sweepEvery is how late the end of a wait may be noticed.
	sweepEvery = 250 * time.Millisecond
	// never is no end of a wait.
	never = int64(1<<63 - 1)
	// nowhere is the slot of a connection that has none.
	nowhere = int32(-1)
	// inward is what there is to know of a connection that is read: each time when
	// something has come, not for as long as it is there.
	inward = unix.EPOLLIN | unix.EPOLLRDHUP | unix.EPOLLET
	ended  = unix.EPOLLRDHUP | unix.EPOLLHUP | unix.EPOLLERR
)

// poller waits for all connections of a Set. Its epoll instance is itself a file that
// the runtime waits for, so that no thread is spent on it.
type poller struct {
	s     *Set
	fd    int // of file
	file  *os.File
	done  chan struct{}
	began time.Time

	// mu guards what follows. It is taken while a polled.mu is held, not the other way round.
	mu    sync.Mutex
	slots []slot
	free  []int32
	sweep int64 // when the ends of waits are looked at next; never: there are none
}

// slot is the place of a connection. Events name it and the generation: what comes
// late is not taken for the next connection's.
type slot struct {
	c     *polled
	until int64 // end of the wait, after poller.began; never: none is on
	gen   uint32
}

// newPoller starts the goroutine; nil if the system does not have what it takes.
func newPoller(s *Set) *poller {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		_ = unix.Close(fd)
		return nil
	}
	p := &poller{s: s, fd: fd, file: os.NewFile(uintptr(fd), "epoll"), done: make(chan struct{}), began: time.Now(), sweep: never}
	raw, err := p.file.SyscallConn()
	if err == nil {
		err = p.file.SetReadDeadline(time.Time{}) // refused if the runtime cannot wait for it
	}
	if err != nil {
		_ = p.file.Close()
		return nil
	}
	go p.wait(raw)
	return p
}

// stop ends the goroutine. There is no connection any more.
func (p *poller) stop() {
	_ = p.file.Close()
	<-p.done
}

// take makes a connection ours; nil if there is no room for the moment in which both
// have it.
func (p *poller) take(tc *net.TCPConn) Conn {
	raw, err := tc.SyscallConn()
	if err != nil {
		return nil
	}
	fd := -1
	_ = raw.Control(func(theirs uintptr) {
		fd, err = unix.FcntlInt(theirs, unix.F_DUPFD_CLOEXEC, 0)
	})
	if err != nil || fd < 0 {
		return nil
	}
	_ = tc.Close() // lets go of what the runtime keeps for it; the connection is fd's
	return &polled{p: p, fd: fd, slot: nowhere}
}

// wait is the goroutine.
func (p *poller) wait(raw syscall.RawConn) {
	defer close(p.done)
	events := make([]unix.EpollEvent, batch)
	n := 0
	look := func(fd uintptr) bool {
		for {
			var err error
			if n, err = unix.EpollWait(int(fd), events, 0); err != unix.EINTR {
				return n > 0
			}
		}
	}
	for {
		n = 0
		err := raw.Read(look)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			p.late()
		case err != nil: // closed
			return
		}
		for i := range max(n, 0) {
			e := &events[i]
			if c := p.at(e.Fd, uint32(e.Pad)); c != nil {
				c.event(e.Events)
			}
		}
	}
}

// at is the connection that an event is for, nil if it is gone.
func (p *poller) at(index int32, gen uint32) *polled {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := &p.slots[index]; s.gen == gen {
		return s.c
	}
	return nil
}

// enter gives a connection a slot and has the system tell of it. c.mu is held: what it
// tells waits.
func (p *poller) enter(c *polled, until time.Time) error {
	p.mu.Lock()
	if n := len(p.free); n > 0 {
		c.slot, p.free = p.free[n-1], p.free[:n-1]
	} else {
		c.slot = int32(len(p.slots))
		p.slots = append(p.slots, slot{})
	}
	s := &p.slots[c.slot]
	s.c, s.until = c, never
	p.mu.Unlock()
	p.set(c, until)
	return p.control(unix.EPOLL_CTL_ADD, c, inward)
}

// leave gives a slot back, if there is one.
func (p *poller) leave(c *polled) {
	if c.slot == nowhere {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	s := &p.slots[c.slot]
	s.c, s.until = nil, never
	s.gen++
	p.free = append(p.free, c.slot)
}

// control says what is to be told of a connection.
func (p *poller) control(op int, c *polled, events uint32) error {
	p.mu.Lock()
	gen := p.slots[c.slot].gen
	p.mu.Unlock()
	return unix.EpollCtl(p.fd, op, c.fd, &unix.EpollEvent{Events: events, Fd: c.slot, Pad: int32(gen)})
}

// set sets the end of a wait.
func (p *poller) set(c *polled, until time.Time) {
	at := int64(until.Sub(p.began))
	p.mu.Lock()
	defer p.mu.Unlock()
	p.slots[c.slot].until = at
	if at < p.sweep {
		p.arm(at)
	}
}

// arm has late called then. mu is held.
func (p *poller) arm(at int64) {
	p.sweep = at
	var when time.Time
	if at != never {
		when = p.began.Add(time.Duration(at))
	}
	_ = p.file.SetReadDeadline(when)
}

// late ends the waits whose time is over. It looks at all: 24 bytes for each, and not
// more often than every sweepEvery.
func (p *poller) late() {
	var over []*polled
	p.mu.Lock()
	now, next := int64(time.Since(p.began)), never
	for i := range p.slots {
		switch s := &p.slots[i]; {
		case s.until <= now:
			over = append(over, s.c)
		default:
			next = min(next, s.until)
		}
	}
	if len(over) > 0 {
		next = now // they may be busy just now
	}
	if next != never {
		next = max(next, now+int64(sweepEvery))
	}
	p.arm(next)
	p.mu.Unlock()
	for _, c := range over {
		c.expire()
	}
}

// expired ends a wait, if its time is over still.
func (p *poller) expired(c *polled) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := &p.slots[c.slot]
	if s.c != c || s.until > int64(time.Since(p.began)) {
		return false
	}
	s.until = never
	return true
}
