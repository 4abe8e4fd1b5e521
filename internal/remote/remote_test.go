package remote

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// script is a far side that says something and keeps what it hears.
type script struct {
	net.Conn
	says  io.Reader
	heard bytes.Buffer
}

func (s *script) Read(p []byte) (int, error)       { return s.says.Read(p) }
func (s *script) Write(p []byte) (int, error)      { return s.heard.Write(p) }
func (s *script) SetWriteDeadline(time.Time) error { return nil }
func (s *script) Close() error                     { return nil }

func TestTelnet(t *testing.T) {
	for _, c := range []struct{ name, says, shown, heard string }{
		{"text", "a\r\x00b\xff\xffc", "a\rb\xffc", ""},
		{"a router's greeting", "\xff\xfb\x01\xff\xfb\x03\xff\xfd\x18\xff\xfd\x1fhi", "hi",
			"\xff\xfd\x01\xff\xfd\x03\xff\xfb\x18\xff\xfb\x1f\xff\xfa\x1f\x00\x50\x00\x18\xff\xf0"},
		{"said twice", "\xff\xfb\x01\xff\xfb\x01", "", "\xff\xfd\x01"},
		{"taken back", "\xff\xfb\x01\xff\xfc\x01\xff\xfd\x18\xff\xfe\x18", "", "\xff\xfd\x01\xff\xfe\x01\xff\xfb\x18\xff\xfc\x18"},
		{"unknown", "\xff\xfb\x63\xff\xfd\x63\xff\xfc\x63\xff\xfe\x63", "", "\xff\xfe\x63\xff\xfc\x63"},
		{"terminal type", "\xff\xfa\x18\x01\xff\xf0.", ".", "\xff\xfa\x18\x00VT100\xff\xf0"},
	} {
		far := &script{says: bytes.NewReader([]byte(c.says))}
		tn := &Telnet{conn: far, cols: 80, rows: 24}
		shown, err := io.ReadAll(tn)
		if err != nil || string(shown) != c.shown || far.heard.String() != c.heard {
			t.Errorf("%s: shown %q, heard %q, %v", c.name, shown, far.heard.String(), err)
		}
	}
	far := &script{says: bytes.NewReader([]byte("\xff\xfd\x1f"))}
	tn := &Telnet{conn: far}
	io.ReadAll(tn)
	tn.Write([]byte("a\r\xff"))
	tn.Break()
	tn.Resize(255, 24)
	if got := far.heard.String(); got != "\xff\xfb\x1fa\r\n\xff\xff\xff\xf3\xff\xfa\x1f\x00\xff\xff\x00\x18\xff\xf0" {
		t.Errorf("typed: %q", got)
	}
}

func FuzzTelnet(f *testing.F) {
	f.Add([]byte("a\xff\xfa\x18\x01\xff\xf0\xff\xfb\x01"))
	f.Fuzz(func(t *testing.T, says []byte) {
		far := &script{says: bytes.NewReader(says)}
		shown, _ := io.ReadAll(&Telnet{conn: far, cols: 80, rows: 24})
		if len(shown) > len(says) || far.heard.Len() > 8*len(says) {
			t.Errorf("%d bytes became %d shown and %d answered", len(says), len(shown), far.heard.Len())
		}
	})
}

// TestErrors: why a connection is not opened, and that it can be given up.
func TestErrors(t *testing.T) {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := netip.MustParseAddrPort(ln.Addr().String())
	home := netip.MustParseAddr("127.0.0.1")
	c, err := DialTelnet(t.Context(), Host{}, home, at)
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := DialTelnet(ended, Host{}, home, at); !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
	if _, err := DialTelnet(t.Context(), Host{}, netip.MustParseAddr("192.0.2.77"), at); !errors.Is(err, ErrSource) {
		t.Errorf("foreign source: %v", err)
	}
	// Somebody who takes the connection and says nothing of SSH.
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := DialSSH(short, Host{}, netip.Addr{}, at, Login{User: "u"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("silent: %v", err)
	}
	ln.Close()
	for _, dial := range []func() error{
		func() error { _, err := DialTelnet(t.Context(), Host{}, netip.Addr{}, at); return err },
		func() error { _, err := DialSSH(t.Context(), Host{}, netip.Addr{}, at, Login{}); return err },
	} {
		if err := dial(); !errors.Is(err, ErrRefused) {
			t.Errorf("nobody listens: %v", err)
		}
	}
}

func TestPrintable(t *testing.T) {
	if got := printable("\x1b[2JCode:\u009b "); got != "[2JCode: " {
		t.Errorf("%q", got)
	}
}
