package probe

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var home = netip.MustParseAddr("127.0.0.1")

// TestPing asks this machine, and itself gives up where it is not permitted to.
func TestPing(t *testing.T) {
	for _, o := range []Options{
		{To: home, Timeout: 5 * time.Second, Pattern: 0xABCD},
		{To: home, Timeout: 5 * time.Second, Source: netip.MustParseAddr("127.0.0.5"), DF: true, TOS: 16},
	} {
		e, err := Host{}.Ping(o)
		if errors.Is(err, ErrForbidden) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		for seq, size := range []int{MinSize, 100, 1500, MaxSize} {
			r, err := e.Echo(t.Context(), seq, size)
			if err != nil || r.Kind != Answered || r.From != home || r.Damaged || r.Took <= 0 {
				t.Errorf("%d bytes: %+v, %v", size, r, err)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := e.Echo(ctx, 9, 100); !errors.Is(err, context.Canceled) {
			t.Errorf("after the end: %v", err)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestForeignSource: an address of nobody here is no source.
func TestForeignSource(t *testing.T) {
	o := Options{To: home, Source: netip.MustParseAddr("192.0.2.77"), Timeout: time.Second}
	if _, err := (Host{}).Ping(o); !errors.Is(err, ErrSource) && !errors.Is(err, ErrForbidden) {
		t.Errorf("ping: %v", err)
	}
	if _, err := (Host{}).Trace(o); !errors.Is(err, ErrSource) {
		t.Errorf("trace: %v", err)
	}
}

// TestTrace: a port of nobody is the end of the way, and so is one that answers; a port
// that says nothing is silent, and waiting for it can be given up.
func TestTrace(t *testing.T) {
	quiet, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := quiet.LocalAddr().(*net.UDPAddr).Port
	tr, err := Host{}.Trace(Options{To: home, Timeout: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	if r, err := tr.Probe(t.Context(), 3, port); err != nil || r.Kind != Silent {
		t.Errorf("a silent port: %+v, %v", r, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := tr.Probe(ctx, 3, port); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("given up: %v", err)
	}
	quiet.Close()
	long, err := Host{}.Trace(Options{To: home, Timeout: 5 * time.Second, Source: home})
	if err != nil {
		t.Fatal(err)
	}
	defer long.Close()
	for ttl := range 3 {
		if r, err := long.Probe(t.Context(), ttl+1, port); err != nil || r.Kind != Answered || r.From != home {
			t.Errorf("nobody's port: %+v, %v", r, err)
		}
	}
}

// FuzzReceived: what the kernel or a peer hands over is never trusted.
func FuzzReceived(f *testing.F) {
	f.Add([]byte{0x45, 0, 0, 28}, []byte{})
	f.Add([]byte{0x4f}, unix.UnixRights(1))
	f.Fuzz(func(t *testing.T, datagram, control []byte) {
		if got := withoutIP(datagram); len(got) > len(datagram) {
			t.Error("grown")
		}
		if m := parseError(control); !m.failed {
			t.Error("no error")
		}
	})
}
