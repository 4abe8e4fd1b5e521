package readable

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/memnet"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestCrowd(t *testing.T) {
	const many = 2000
	before, quiet := descriptors(t), runtime.NumGoroutine()
	f := newFar(t)
	conns, echoes := make([]*net.TCPConn, many), make([]*echo, many)
	for i := range conns {
		conns[i], echoes[i] = f.start(time.Minute)
	}
	var all sync.WaitGroup
	for w := range 16 {
		all.Go(func() {
			for i := w; i < many; i += 16 {
				for n := range 5 {
					ask(t, conns[i], fmt.Sprintf("%d of connection %d, %*d", n, i, 1+i%200, n))
				}
			}
		})
	}
	all.Wait()
	if n := runtime.NumGoroutine(); runtime.GOOS == "linux" && n > quiet+100 {
		t.Errorf("%d goroutines for %d quiet connections", n-quiet, many)
	}
	for i, c := range conns {
		if i%2 == 0 {
			c.Close()
			echoes[i].over(t, io.EOF)
		} else {
			echoes[i].c.Close()
			echoes[i].over(t, net.ErrClosed)
			c.Close()
		}
	}
	f.ln.Close()
	f.s.Stop()
	if after := descriptors(t); after > before+8 { // the runtime's own may have come
		t.Errorf("%d descriptors, %d before", after, before)
	}
}

// What comes right before the end is read, and the end is noticed.
func TestEnd(t *testing.T) {
	f := newFar(t)
	for i := range 500 {
		c, e := f.start(time.Minute)
		if i%3 == 0 {
			ask(t, c, "before")
		}
		if _, err := io.WriteString(c, "last"); err != nil {
			t.Fatal(err)
		}
		if err := c.CloseWrite(); err != nil {
			t.Fatal(err)
		}
		_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
		if got, err := io.ReadAll(c); string(got) != "last" || err != nil {
			t.Fatalf("%q, %v", got, err)
		}
		e.over(t, io.EOF)
	}
	c, e := f.start(time.Minute)
	_ = c.SetLinger(0)
	c.Close()
	select {
	case err := <-e.ended:
		if err == nil || errors.Is(err, ErrQuiet) {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("a reset is not noticed")
	}
}

// The time to wait begins anew with what comes.
func TestLate(t *testing.T) {
	f := newFar(t)
	_, silent := f.start(50 * time.Millisecond)
	c, speaks := f.start(1500 * time.Millisecond)
	began := time.Now()
	silent.over(t, os.ErrDeadlineExceeded)
	if took := time.Since(began); took < 30*time.Millisecond {
		t.Errorf("after %v", took)
	}
	for range 12 { // 3 s
		ask(t, c, "alive")
		time.Sleep(sweepForTest)
	}
	select {
	case err := <-speaks.ended:
		t.Fatalf("%v while it spoke", err)
	default:
	}
	began = time.Now()
	speaks.over(t, os.ErrDeadlineExceeded)
	if took := time.Since(began); took < time.Second || took > 5*time.Second {
		t.Errorf("after %v", took)
	}
}

const sweepForTest = 250 * time.Millisecond

func TestClose(t *testing.T) {
	f := newFar(t)
	t.Run("before it is started", func(t *testing.T) {
		c, e := f.connect(time.Minute)
		e.c.Close()
		_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("the other end: %v", err)
		}
		e.c.Start(e, time.Now().Add(time.Minute))
		e.over(t, net.ErrClosed)
	})
	t.Run("while it is handled", func(t *testing.T) {
		c, e := f.connect(time.Minute)
		in, out := make(chan bool), make(chan bool)
		e.pause = func([]byte) { in <- true; <-out }
		e.c.Start(e, time.Now().Add(time.Minute))
		_, _ = io.WriteString(c, "x")
		<-in
		e.c.Close()
		e.c.Close()
		close(out)
		e.over(t, net.ErrClosed)
		if e.c.Local().IsValid() || !errors.Is(e.c.Write([]byte("x"), time.Now().Add(time.Second)), net.ErrClosed) {
			t.Error("it can still be used")
		}
	})
	t.Run("from several sides", func(t *testing.T) {
		for range 300 {
			c, e := f.start(time.Minute)
			if want := c.RemoteAddr().String(); e.c.Local().String() != want {
				t.Fatalf("%v, want %v", e.c.Local(), want)
			}
			var all sync.WaitGroup
			all.Go(func() { _, _ = io.WriteString(c, "something"); c.Close() })
			all.Go(func() { e.c.Close() })
			all.Go(func() { _ = e.c.Write(make([]byte, 1000), time.Now().Add(time.Second)) })
			all.Wait()
			<-e.ended
		}
	})
}

// One whose handler waits keeps nobody from being handled.
func TestBlocked(t *testing.T) {
	f := newFar(t)
	hold := make(chan bool)
	var held sync.WaitGroup
	for range 200 {
		c, e := f.connect(time.Minute)
		held.Add(1)
		e.pause = func([]byte) { held.Done(); <-hold }
		e.c.Start(e, time.Now().Add(time.Minute))
		_, _ = io.WriteString(c, "x")
		defer e.c.Close()
	}
	held.Wait()
	c, e := f.start(time.Minute)
	ask(t, c, "handled")
	close(hold)
	e.c.Close()
	e.over(t, net.ErrClosed)
}

func TestWrite(t *testing.T) {
	f := newFar(t)
	much := bytes.Repeat([]byte("0123456789abcdef"), 1<<20)
	t.Run("to one that reads slowly", func(t *testing.T) {
		c, e := f.start(time.Minute)
		var got []byte
		var all sync.WaitGroup
		all.Go(func() {
			buf := make([]byte, 1<<20)
			for len(got) < len(much) {
				n, err := c.Read(buf[:1+rand.IntN(len(buf))])
				if err != nil {
					t.Error(err)
					return
				}
				got = append(got, buf[:n]...)
			}
		})
		if err := e.c.Write(much, time.Now().Add(time.Minute)); err != nil {
			t.Error(err)
		}
		all.Wait()
		if !bytes.Equal(got, much) {
			t.Error("not what was written")
		}
		ask(t, c, "and it goes on")
		e.c.Close()
		e.over(t, net.ErrClosed)
	})
	t.Run("to one that does not read", func(t *testing.T) {
		_, e := f.start(time.Minute)
		if err := e.c.Write(much, time.Now().Add(50*time.Millisecond)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error(err)
		}
		closed := make(chan error)
		go func() { closed <- e.c.Write(much, time.Now().Add(time.Minute)) }()
		time.AfterFunc(20*time.Millisecond, e.c.Close)
		if err := <-closed; !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
		e.over(t, net.ErrClosed)
	})
	t.Run("to one that goes away", func(t *testing.T) {
		c, e := f.start(time.Minute)
		time.AfterFunc(20*time.Millisecond, func() { _ = c.SetLinger(0); c.Close() })
		if err := e.c.Write(much, time.Now().Add(time.Minute)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error(err)
		}
		<-e.ended
	})
}

// Connections come and go; descriptors and slots are used again. What one says never
// reaches another.
func TestUsedAgain(t *testing.T) {
	f := newFar(t)
	var accept sync.Mutex
	var all sync.WaitGroup
	for w := range 8 {
		all.Go(func() {
			for i := range 300 {
				accept.Lock()
				c, e := f.start(time.Minute)
				accept.Unlock()
				for n := range rand.IntN(4) {
					ask(t, c, fmt.Sprintf("%d %d %d", w, i, n))
				}
				if rand.IntN(2) == 0 {
					e.c.Close()
					c.Close()
				} else {
					_, _ = io.WriteString(c, "unheard")
					c.Close()
				}
				select {
				case <-e.ended:
				case <-time.After(10 * time.Second):
					t.Error("not ended")
				}
			}
		})
	}
	all.Wait()
}

// The same in memory, where each has a goroutine.
func TestPlain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New()
		defer s.Stop()
		near, nc := memnet.Pipe()
		e := newEcho(s, nc, time.Minute)
		e.c.Start(e, time.Now().Add(time.Minute))
		for range 3 {
			ask(t, near, "some text that is longer than what is held of it")
			time.Sleep(55 * time.Second)
		}
		if n := e.calls.Load(); n != 3 {
			t.Errorf("%d times ready", n)
		}
		if e.c.Local().Port() != 1 {
			t.Error(e.c.Local())
		}
		began := time.Now()
		e.over(t, os.ErrDeadlineExceeded)
		if took := time.Since(began); took > 11*time.Second {
			t.Errorf("after %v", took)
		}

		near, nc = memnet.Pipe()
		e = newEcho(s, nc, time.Minute)
		e.c.Start(e, time.Now().Add(time.Minute))
		near.Close()
		e.over(t, io.EOF)
		_, nc = memnet.Pipe()
		e = newEcho(s, nc, time.Minute)
		e.c.Start(e, time.Now().Add(time.Minute))
		e.c.Close()
		e.over(t, net.ErrClosed)
	})
}
