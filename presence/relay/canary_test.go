package relay

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/busylamp/busylamp/presence"
)

// wire is what connected sockets hear of ICMP errors.
type wire struct {
	mu    sync.Mutex
	err   error // that comes to what is sent; nil: nothing does
	open  int   // sockets
	sent  int   // datagrams
	dials int
}

func (w *wire) says(err error) {
	w.mu.Lock()
	w.err = err
	w.mu.Unlock()
}

func (w *wire) counts() (open, sent, dials int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.open, w.sent, w.dials
}

// wired lets the relay hear of them; other tests do without, as it costs them time.
func (r *rig) wired() { r.r.post(func() { r.r.dial = r.icmp.dial }) }

func (w *wire) dial(context.Context, netip.AddrPort) (net.Conn, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open++
	w.dials++
	return &canarySocket{wire: w, closed: make(chan struct{})}, nil
}

// canarySocket is one of them.
type canarySocket struct {
	net.Conn
	wire   *wire
	late   time.Time
	once   sync.Once
	closed chan struct{}
}

func (s *canarySocket) SetReadDeadline(at time.Time) error {
	s.late = at
	return nil
}

func (s *canarySocket) Write(b []byte) (int, error) {
	s.wire.mu.Lock()
	defer s.wire.mu.Unlock()
	s.wire.sent++
	return len(b), nil
}

func (s *canarySocket) Read([]byte) (int, error) {
	s.wire.mu.Lock()
	err := s.wire.err
	s.wire.mu.Unlock()
	if err != nil {
		return 0, &net.OpError{Op: "read", Err: os.NewSyscallError("read", err)}
	}
	select {
	case <-time.After(time.Until(s.late)):
		return 0, os.ErrDeadlineExceeded
	case <-s.closed:
		return 0, net.ErrClosed
	}
}

func (s *canarySocket) Close() error {
	s.once.Do(func() {
		close(s.closed)
		s.wire.mu.Lock()
		s.wire.open--
		s.wire.mu.Unlock()
	})
	return nil
}

// A server whose process has died is known to be down in seconds, and to be back as soon.
func TestServerDies(t *testing.T) {
	for _, says := range []error{syscall.ECONNREFUSED, syscall.EHOSTUNREACH, syscall.ENETUNREACH} {
		run(t, func(r *rig) {
			r.wired()
			f := r.server(server1).obliging(idle)
			f.answersPings(true)
			phone, _ := r.watch(presence.SIPPhone, "5001")
			key, _ := r.watch(presence.SCCPSpeedDial, "5002")
			after(time.Minute)
			f.hear()

			f.answersPings(false)
			r.icmp.says(says)
			after(canaryEvery + hurry + time.Second)
			check(t, "dead", phone.last()+" "+key.last(), "unknown unknown")
			after(time.Minute)
			check(t, "SUBSCRIBEs meanwhile", len(f.hear()), 0)

			f.obliging(busy)
			f.answersPings(true)
			r.icmp.says(nil)
			after(canaryEvery + canaryWait + 4*time.Second + 2*time.Second) // T2, and refreshes are spread
			check(t, "back", phone.last()+" "+key.last(), "busy busy")
			check(t, "refreshes", len(f.hear()), 2)
		})
	}
}

// Whoever forges ICMP errors has nothing from it: a server that answers is up. Nor is
// one held to OPTIONS that never answered any.
func TestForgedICMP(t *testing.T) {
	for _, answers := range []bool{true, false} {
		run(t, func(r *rig) {
			r.wired()
			f := r.server(server1).obliging(idle)
			f.answersPings(answers)
			phone, _ := r.watch(presence.SIPPhone, "5001")
			after(time.Minute)
			before, told := r.options(), phone.count()
			for range 30 {
				r.icmp.says(syscall.ECONNREFUSED)
				after(canaryEvery)
				r.icmp.says(nil)
				after(canaryEvery + canaryWait)
				check(t, "state", phone.last(), "idle")
			}
			check(t, "notes", phone.count(), told)
			if n := r.options() - before; answers && (n < 30 || n > 60) {
				t.Errorf("%d OPTIONS in 150 s", n)
			}
		})
	}
}

// A canary lives as long as its probe, with one socket, and not while SIP goes by TCP.
func TestCanaryEnds(t *testing.T) {
	run(t, func(r *rig) {
		r.wired()
		r.server(server1).obliging(idle).answersPings(true)
		_, id := r.watch(presence.SIPPhone, "5001")
		after(time.Minute)
		if open, sent, dials := r.icmp.counts(); open != 1 || dials != 1 || sent < 25 || sent > 30 {
			t.Errorf("%d sockets, %d datagrams, %d dials", open, sent, dials)
		}
		r.icmp.says(errors.New("our address is gone")) // it is dialled again
		after(5 * time.Second)
		r.icmp.says(nil)
		after(5 * time.Second)
		if open, _, dials := r.icmp.counts(); open != 1 || dials < 2 {
			t.Errorf("%d sockets, %d dials", open, dials)
		}
		r.accounts(true)
		open, _, _ := r.icmp.counts()
		check(t, "sockets while it is TCP", open, 0)
		r.accounts(false)
		after(5 * time.Second)
		open, _, _ = r.icmp.counts()
		check(t, "sockets when it is UDP again", open, 1)
		r.hub.End(id, presence.ReasonTimeout)
		after(time.Minute)
		open, _, _ = r.icmp.counts()
		check(t, "sockets for nobody", open, 0)
	})
}

// The network of this machine says that a port is closed, and nothing while it is open.
func TestKeepAliveMeetsClosedPort(t *testing.T) {
	far, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("udp4", far.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	pong := make(chan error, 1)
	go func() {
		buf := make([]byte, 16)
		n, from, err := far.ReadFromUDP(buf)
		if err == nil && string(buf[:n]) == "\r\n\r\n" {
			_, err = far.WriteToUDP([]byte("\r\n"), from) // some servers do
		}
		pong <- err
	}()
	if err := errors.Join(keepAlive(t.Context(), conn), <-pong); err != nil {
		t.Errorf("open: %v", err)
	}
	far.Close()
	if err := keepAlive(t.Context(), conn); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("closed: %v", err)
	}
}
