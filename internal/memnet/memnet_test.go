package memnet

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func ap(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

func TestBindingErrors(t *testing.T) {
	n := New()
	n.OnlyLocal(netip.MustParseAddr("10.0.0.1"))
	if _, err := n.Listen(ap("10.0.0.2:5060")); !errors.Is(err, syscall.EADDRNOTAVAIL) {
		t.Errorf("address of another host: %v", err)
	}
	l, err := n.Listen(ap("10.0.0.1:5060"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Listen(ap("10.0.0.1:5060")); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("taken address: %v", err)
	}
	if _, err := n.ListenPacket(ap("10.0.0.1:5060")); err != nil {
		t.Errorf("packets have ports of their own: %v", err)
	}
	l.Close()
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Accept after Close: %v", err)
	}
	if _, err := n.Dial(t.Context(), ap("10.0.0.1:5060")); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("nobody listens: %v", err)
	}
	if _, err := n.Listen(ap("10.0.0.1:5060")); err != nil {
		t.Errorf("freed address: %v", err)
	}
	if _, err := n.Listen(netip.AddrPort{}); err == nil {
		t.Error("the zero address was bound")
	}
}

func TestStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := New()
		l, err := n.Listen(ap("0.0.0.0:22"))
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		c, err := n.Host(netip.MustParseAddr("10.9.9.9")).Dial(t.Context(), ap("10.0.0.1:22"))
		if err != nil {
			t.Fatal(err)
		}
		s, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if got := s.RemoteAddr().(*net.TCPAddr).AddrPort().Addr().String(); got != "10.9.9.9" {
			t.Errorf("peer %s", got)
		}
		// Far more than the buffer, so that the writer has to wait.
		sent := bytes.Repeat([]byte("0123456789"), 50_000)
		go func() {
			c.Write(sent)
			c.(*Conn).CloseWrite()
		}()
		got, err := io.ReadAll(s)
		if err != nil || !bytes.Equal(got, sent) {
			t.Errorf("read %d of %d bytes, %v", len(got), len(sent), err)
		}
		if _, err := s.Write([]byte("back")); err != nil {
			t.Errorf("half-closed stream: %v", err)
		}
		s.Close()
		if got, err := io.ReadAll(c); string(got) != "back" || err != nil {
			t.Errorf("after close: %q, %v", got, err)
		}
		if _, err := c.Write([]byte("x")); err == nil {
			t.Error("write after CloseWrite succeeded")
		}
		c.Close()
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
			t.Errorf("read after own close: %v", err)
		}
	})
}

func TestStreamPeerGone(t *testing.T) {
	a, b := Pipe()
	b.Close()
	if _, err := a.Write([]byte("x")); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("write to a closed peer: %v", err)
	}
	a.Close()
}

func TestDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := Pipe()
		defer a.Close()
		defer b.Close()
		start := time.Now()
		a.SetReadDeadline(start.Add(time.Minute))
		_, err := a.Read(make([]byte, 1))
		if !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != time.Minute {
			t.Errorf("read: %v after %v", err, time.Since(start))
		}
		var timeout net.Error
		if !errors.As(err, &timeout) || !timeout.Timeout() {
			t.Errorf("%v is no timeout", err)
		}
		a.SetReadDeadline(time.Time{})
		b.Write([]byte("x"))
		if _, err := a.Read(make([]byte, 1)); err != nil {
			t.Errorf("removed deadline: %v", err)
		}
		a.SetWriteDeadline(time.Now().Add(time.Second))
		n, err := a.Write(make([]byte, streamLimit+1))
		if n != streamLimit || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("write: %d, %v", n, err)
		}
		// A deadline set while a read waits counts.
		go func() {
			time.Sleep(time.Second)
			a.SetReadDeadline(time.Now())
		}()
		if _, err := a.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("moved deadline: %v", err)
		}
	})
}

func TestDialWaitsForBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := New()
		l, _ := n.Listen(ap("10.0.0.1:23"))
		for range backlog {
			if _, err := n.Dial(t.Context(), ap("10.0.0.1:23")); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := n.Dial(ctx, ap("10.0.0.1:23")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("full backlog: %v", err)
		}
		l.Close()
	})
}

func TestPackets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := New()
		s, err := n.ListenPacket(ap("0.0.0.0:5060"))
		if err != nil {
			t.Fatal(err)
		}
		c, err := n.Host(netip.MustParseAddr("10.0.0.7")).ListenPacket(ap("0.0.0.0:0"))
		if err != nil {
			t.Fatal(err)
		}
		to := net.UDPAddrFromAddrPort(ap("10.0.0.1:5060"))
		buf := make([]byte, 100)

		c.WriteTo([]byte("one"), to)
		k, from, err := s.ReadFrom(buf)
		if err != nil || string(buf[:k]) != "one" || from.String() != c.LocalAddr().String() {
			t.Errorf("%q from %v, %v", buf[:k], from, err)
		}
		s.WriteTo([]byte("two"), from)
		if k, from, err = c.ReadFrom(buf); err != nil || string(buf[:k]) != "two" {
			t.Errorf("%q from %v, %v", buf[:k], from, err)
		}
		if _, err := c.WriteTo([]byte("x"), net.UDPAddrFromAddrPort(ap("10.0.0.1:9"))); err != nil {
			t.Errorf("a packet to nobody: %v", err)
		}
		if _, err := c.WriteTo(make([]byte, maxPacket+1), to); !errors.Is(err, syscall.EMSGSIZE) {
			t.Errorf("huge packet: %v", err)
		}

		n.FilterPackets(func(from, to netip.AddrPort, b []byte) bool { return string(b) != "lost" })
		c.WriteTo([]byte("lost"), to)
		c.WriteTo([]byte("kept"), to)
		if k, _, _ := s.ReadFrom(buf); string(buf[:k]) != "kept" {
			t.Errorf("filter let through %q", buf[:k])
		}

		for range packetLimit + 10 {
			c.WriteTo([]byte("x"), to)
		}
		got := 0
		s.SetReadDeadline(time.Now().Add(time.Second))
		for {
			if _, _, err := s.ReadFrom(buf); err != nil {
				if !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Error(err)
				}
				break
			}
			got++
		}
		if got != packetLimit {
			t.Errorf("%d packets queued, want %d", got, packetLimit)
		}
		c.Close()
		s.SetReadDeadline(time.Time{})
		go func() { time.Sleep(time.Second); s.Close() }()
		if _, _, err := s.ReadFrom(buf); !errors.Is(err, net.ErrClosed) {
			t.Errorf("read after Close: %v", err)
		}
	})
}
