package readable

import (
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"
	"testing"
	"time"
)

// echo answers all that it reads, and tells why it has ended.
type echo struct {
	c     Conn
	wait  time.Duration // for more
	busy  atomic.Bool
	twice atomic.Bool // Ready was called while it ran
	calls atomic.Int64
	ended chan error
	pause func([]byte) // before an answer; may be nil
}

func newEcho(s *Set, nc net.Conn, wait time.Duration) *echo {
	return &echo{c: s.Take(nc), wait: wait, ended: make(chan error, 2)}
}

func (e *echo) Ready() (time.Time, bool) {
	if !e.busy.CompareAndSwap(false, true) {
		e.twice.Store(true)
	}
	defer e.busy.Store(false)
	e.calls.Add(1)
	buf := make([]byte, 64)
	for {
		n, err := e.c.Read(buf, time.Now())
		switch {
		case errors.Is(err, ErrQuiet):
			return time.Now().Add(e.wait), true
		case err != nil:
			e.ended <- err
			return time.Time{}, false
		}
		if e.pause != nil {
			e.pause(buf[:n])
		}
		if err := e.c.Write(buf[:n], time.Now().Add(10*time.Second)); err != nil {
			e.ended <- err
			return time.Time{}, false
		}
	}
}

// far is a Set and a listener on loopback.
type far struct {
	t  testing.TB
	s  *Set
	ln net.Listener
}

func newFar(t testing.TB) *far {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &far{t, New(), ln}
	t.Cleanup(func() {
		ln.Close()
		f.s.Stop()
	})
	return f
}

// connect returns a connection and its other end, which is not started.
func (f *far) connect(wait time.Duration) (*net.TCPConn, *echo) {
	f.t.Helper()
	c, err := net.Dial("tcp", f.ln.Addr().String())
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { c.Close() })
	nc, err := f.ln.Accept()
	if err != nil {
		f.t.Fatal(err)
	}
	return c.(*net.TCPConn), newEcho(f.s, nc, wait)
}

func (f *far) start(wait time.Duration) (*net.TCPConn, *echo) {
	c, e := f.connect(wait)
	e.c.Start(e, time.Now().Add(wait))
	return c, e
}

func ask(t testing.TB, c net.Conn, text string) {
	t.Helper()
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(text))
	if _, err := io.ReadFull(c, got); err != nil || string(got) != text {
		t.Fatalf("%q, %v; want %q", got, err, text)
	}
}

func (e *echo) over(t testing.TB, want error) {
	t.Helper()
	select {
	case err := <-e.ended:
		if !errors.Is(err, want) {
			t.Errorf("ended with %v, want %v", err, want)
		}
	case <-time.After(10 * time.Second):
		t.Errorf("not ended, want %v", want)
	}
	if e.twice.Load() {
		t.Error("Ready was called while it ran")
	}
}

func descriptors(t testing.TB) int {
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return -1 // no such thing here
	}
	return len(list)
}
