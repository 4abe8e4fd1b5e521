package tty

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/cli/term"
	"github.com/busylamp/busylamp/internal/memnet"
)

// echoShell answers each line until "exit"; `size` prints the size.
func echoShell(ctx context.Context, t term.Terminal, info ConnInfo) {
	if info.IsExec {
		fmt.Fprintf(t, "ran %q\n", info.Exec)
		return
	}
	for {
		line, err := t.ReadLine("R#", term.LineOptions{Echo: true})
		switch {
		case err != nil || line == "exit":
			return
		case line == "size":
			cols, rows := t.Size()
			fmt.Fprintf(t, "%dx%d\n", cols, rows)
		case line == "who":
			fmt.Fprintf(t, "%v %s %d %s\n", info.Kind, info.User, info.Level, info.From)
		case line == "wait":
			select {
			case <-t.Interrupted():
				fmt.Fprintln(t, "interrupted")
			case <-ctx.Done():
				return
			}
		default:
			fmt.Fprintf(t, "<%s>\n", line)
		}
	}
}

// host is a server in memory; stop waits for it.
func host(t *testing.T, serve func(context.Context, net.Listener) error) (dial func() *memnet.Conn, stop func()) {
	t.Helper()
	n := memnet.New()
	addr := netip.MustParseAddrPort("10.0.0.1:23")
	ln, err := n.Listen(addr)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- serve(ctx, ln) }()
	dial = func() *memnet.Conn {
		c, err := n.Host(netip.MustParseAddr("10.0.0.9")).Dial(context.Background(), addr)
		if err != nil {
			t.Fatal(err)
		}
		return c.(*memnet.Conn)
	}
	stop = func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("server: %v", err)
		}
	}
	return dial, stop
}

// here reads what has arrived after everybody has come to rest.
func here(c net.Conn) string {
	time.Sleep(2 * flushDelay)
	synctest.Wait()
	var b bytes.Buffer
	buf := make([]byte, 1<<16)
	c.SetReadDeadline(time.Now().Add(time.Millisecond))
	for {
		n, err := c.Read(buf)
		b.Write(buf[:n])
		if err != nil {
			return b.String()
		}
	}
}

func TestTelnet(t *testing.T) {
	const greeting = "\xff\xfb\x01\xff\xfb\x03\xff\xfd\x18\xff\xfd\x1f"
	for _, tt := range []struct {
		name    string
		strokes []stroke
	}{
		{"says nothing", []stroke{{"hi\r\n", "hi\r\n<hi>\r\nR#"}, {"\r\x00", "\r\n<>\r\nR#"}}},
		// scrapligo: WONT to every DO, DO to every WILL.
		{"refuses", []stroke{{"\xff\xfd\x01\xff\xfd\x03\xff\xfc\x18\xff\xfc\x1f", ""}, {"hi\r", "hi\r\n<hi>\r\nR#"}}},
		{"inetutils", []stroke{
			{"\xff\xfd\x01\xff\xfd\x03\xff\xfb\x18\xff\xfb\x1f\xff\xfa\x1f\x00\x64\x00\x28\xff\xf0", "\xff\xfa\x18\x01\xff\xf0"},
			{"\xff\xfa\x18\x00xterm\xff\xf0size\r\x00", "size\r\n100x40\r\nR#"},
			{"\xff\xfa\x1f\x00\xff\xff\x00\x28\xff\xf0size\r\x00", "size\r\n255x40\r\nR#"},
		}},
		{"offers are refused once", []stroke{{"\xff\xfb\x22\xff\xfd\x27", "\xff\xfe\x22\xff\xfc\x27"}}},
		{"no loop", []stroke{
			{"\xff\xfe\x01", "\xff\xfc\x01"}, {"\xff\xfe\x01", ""}, {"\xff\xfd\x01", "\xff\xfb\x01"}, {"\xff\xfd\x01", ""},
			{"\xff\xfb\x03", "\xff\xfd\x03"}, {"\xff\xfb\x03", ""}, {"\xff\xfc\x03", "\xff\xfe\x03"}, {"\xff\xfc\x03", ""},
		}},
		{"commands", []stroke{
			{"\xff\xf6", "\r\n[Yes]\r\n"}, {"abc\xff\xf7", "abc\b \b"}, {"\xff\xf8", "\b\b  \b\b"}, {"\xff\xf1\xff\xf5\xff\xf9", ""},
			{"x\xff\xf4", "x^C\r\n"},
		}},
		{"break interrupts", []stroke{{"wait\r", "wait\r\n"}, {"\xff\xf3", "interrupted\r\nR#"}}},
		{"doubled IAC is a character", []stroke{{"\xff\xff\r", "ÿ\r\n<ÿ>\r\nR#"}}},
		{"endless subnegotiation", []stroke{{"\xff\xfa\x1f" + strings.Repeat("x", 100_000) + "\xff\xf0size\r", "size\r\n0x0\r\nR#"}}},
		{"lost SE", []stroke{{"\xff\xfa\x18\x00\xff\xfd\x01hi\r", "hi\r\n<hi>\r\nR#"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				dial, stop := host(t, func(ctx context.Context, ln net.Listener) error {
					return ServeTelnet(ctx, ln, TelnetOptions{Handler: echoShell})
				})
				defer stop()
				c := dial()
				defer c.Close()
				if got := here(c); got != greeting+"R#" {
					t.Errorf("greeting %q", got)
				}
				for _, s := range tt.strokes {
					io.WriteString(c, s.keys)
					got := here(c)
					if tt.name == "commands" && strings.HasSuffix(s.out, "^C\r\n") {
						if got != s.out { // the handler hangs up at ^C
							t.Errorf("%q got %q", s.keys, got)
						}
						continue
					}
					if got != s.out {
						t.Errorf("%q got %q, want %q", s.keys, got, s.out)
					}
				}
			})
		})
	}
}

func TestTelnetIACInOutput(t *testing.T) {
	bubble(t, func(t *testing.T) {
		a, b := memnet.Pipe()
		defer a.Close()
		defer b.Close()
		c, err := newTelnetConn(a)
		if err != nil {
			t.Fatal(err)
		}
		here(b)
		if n, err := c.Write([]byte("a\xffb")); n != 3 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		if got := here(b); got != "a\xff\xffb" {
			t.Errorf("%q", got)
		}
	})
}

// TestServerLimits: connections beyond the limit are closed, a slot becomes
// free again, and the server's end hangs up on everybody.
func TestServerLimits(t *testing.T) {
	bubble(t, func(t *testing.T) {
		dial, stop := host(t, func(ctx context.Context, ln net.Listener) error {
			return ServeTelnet(ctx, ln, TelnetOptions{Handler: echoShell, MaxConns: 2})
		})
		a, b, c := dial(), dial(), dial()
		defer c.Close()
		synctest.Wait()
		if _, err := c.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("third connection: %v", err)
		}
		io.WriteString(a, "exit\r")
		here(a)
		a.Close()
		synctest.Wait()
		d := dial()
		defer d.Close()
		if got := here(d); !strings.HasSuffix(got, "R#") {
			t.Errorf("after one has left: %q", got)
		}
		io.WriteString(b, "wait\r")
		here(b)
		stop()
		for _, c := range []net.Conn{b, d} {
			c.SetReadDeadline(time.Time{})
			if rest, err := io.ReadAll(c); err != nil {
				t.Errorf("after the end: %q, %v", rest, err)
			}
			c.Close()
		}
	})
}

// FuzzTelnet feeds any bytes: nothing panics, and nothing but what was typed
// comes out, no more than went in.
func FuzzTelnet(f *testing.F) {
	f.Add([]byte("a\xff\xfd\x01\xff\xfa\x1f\x00\x50\x00\x18\xff\xf0b\xff\xf6\xff\xff"))
	f.Fuzz(func(t *testing.T, in []byte) {
		c := &telnetConn{}
		typed := 0
		for _, b := range in {
			if _, ok := c.step(b); ok {
				typed++
			}
		}
		if typed > len(in) || len(c.sub) > subLimit || len(c.reply) > 5*len(in) {
			t.Fatalf("%d typed, %d kept, %d answered", typed, len(c.sub), len(c.reply))
		}
	})
}

// TestTelnetCloseLosesNothing: what the peer has sent and nobody has read does not take
// the last output from it, as a reset would.
func TestTelnetCloseLosesNothing(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() {
		ServeTelnet(ctx, ln, TelnetOptions{Handler: func(_ context.Context, t term.Terminal, _ ConnInfo) {
			line, _ := t.ReadLine("", term.LineOptions{})
			io.WriteString(t, "last "+line+"\n")
		}})
	})
	for range 20 {
		c, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(c, "words\r")
		wg.Go(func() { io.WriteString(c, strings.Repeat("more than anybody reads\r", 10_000)) })
		got, err := io.ReadAll(c)
		if err != nil || !strings.Contains(string(got), "last words") {
			t.Errorf("%q, %v", got, err)
		}
		c.Close()
	}
}
