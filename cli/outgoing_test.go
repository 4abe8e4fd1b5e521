package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/cli/term"
)

// farSide is a Remote in memory: it prints what is typed, in capitals, and closes at "q".
type farSide struct {
	io.Reader
	in *io.PipeWriter
}

func newFarSide() *farSide {
	out, in := io.Pipe()
	return &farSide{out, in}
}

func (f *farSide) Write(p []byte) (int, error) {
	if i := strings.IndexByte(string(p), 'q'); i >= 0 {
		f.in.Write([]byte(strings.ToUpper(string(p[:i]))))
		return len(p), f.in.Close()
	}
	return f.in.Write([]byte(strings.ToUpper(string(p))))
}
func (f *farSide) Close() error    { return f.in.Close() }
func (f *farSide) Resize(int, int) {}
func (f *farSide) Break()          { f.in.Write([]byte("<break>")) }

// connecting is a session on a line whose keys a test has chosen.
func connecting(t *testing.T, line Line, keys string) (*Context, *fakeTerm) {
	config := DefaultConfig()
	config.Console = line
	b := newBox(t, config)
	s, err := b.Open(LineConsole, "")
	if err != nil {
		t.Fatal(err)
	}
	f := newFakeTerm(keys)
	s.term = f
	s.ctx, s.end = context.WithCancelCause(t.Context())
	out := &output{ctx: s.ctx, raw: f}
	return &Context{Context: s.ctx, Session: s, Shell: b.Shell, Out: out, flush: out.flush}, f
}

func (c *Context) reach(name string) error {
	return c.Connect(Outgoing{Via: TransportTelnet, Host: name, At: "192.0.2.1",
		Dial: func(context.Context, io.Writer) (Remote, error) { return newFarSide(), nil }})
}

func TestEscapeCharacter(t *testing.T) {
	for _, c := range []struct {
		escape     Escape
		keys, want string
		left       string // keys for the prompt
	}{
		{0, "ab\x1excd", "AB\n", "cd"},
		{0, "a\x1e\x1ebq", "A\x1eB\n[Connection to far closed by foreign host]\n", ""},
		{0, "\x1eb\x1e?aq", "<break>A\n[Connection to far closed by foreign host]\n", ""},
		{1, "\x1e\x01x", "\x1e\n", ""},
		{-1, "\x1exq", "\x1eX\n[Connection to far closed by foreign host]\n", ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, f := connecting(t, Line{Escape: c.escape}, c.keys)
			if err := ctx.reach("far"); err != nil {
				t.Error(err)
			}
			synctest.Wait()
			got := f.text()
			for _, conn := range ctx.Session.connections() { // what came after it was left
				printed, _ := conn.take()
				got = strings.TrimSuffix(got, "\n") + string(printed) + "\n"
			}
			if got != c.want || string(f.keys) != c.left {
				t.Errorf("%q shows %q and leaves %q", c.keys, got, f.keys)
			}
			ctx.Session.disconnectAll()
			ctx.Session.Close()
		})
	}
}

func TestConnectionLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, _ := connecting(t, Line{SessionLimit: 2}, "\x1ex\x1ex")
		for range 2 {
			if err := ctx.reach("far"); err != nil {
				t.Fatal(err)
			}
		}
		if err := ctx.reach("far"); err == nil || err.Error() != "% Session limit exceeded" {
			t.Errorf("a third: %v", err)
		}
		ctx.Session.disconnect(ctx.Session.connections()[0])
		if c, err := ctx.Session.connected(2); err != nil || c.number != 2 {
			t.Errorf("the second: %v", err)
		}
		if _, err := ctx.Session.connected(1); fmt.Sprint(err) != "% 1 is not an open connection" {
			t.Errorf("the first: %v", err)
		}
		ctx.Session.disconnectAll()
		ctx.Session.Close()
	})
}

// TestIdleConnection: the session-timeout ends a connection, the exec-timeout of a line
// without one the session.
func TestIdleConnection(t *testing.T) {
	for _, line := range []Line{{SessionTimeout: 3 * time.Minute, ExecTimeout: time.Minute}, {ExecTimeout: 3 * time.Minute}} {
		synctest.Test(t, func(t *testing.T) {
			ctx, f := connecting(t, line, "a")
			start := time.Now()
			if err := ctx.reach("far"); err != nil {
				t.Error(err)
			}
			if took := time.Since(start); took != 3*time.Minute {
				t.Errorf("after %v", took)
			}
			if got := f.text(); got != "A\n[Connection to far idle too long; timed out]\n" {
				t.Errorf("%q", got)
			}
			if over := context.Cause(ctx) == term.ErrTimeout; over != (line.SessionTimeout == 0) {
				t.Errorf("the session has ended: %v", over)
			}
			ctx.Session.Close()
		})
	}
}

// TestConnectionFloods: what nobody looks at is kept up to a limit, and all of it is shown.
func TestConnectionFloods(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		far := newFarSide()
		conn := newConnection(Outgoing{}, 1, far)
		go func() {
			far.in.Write(make([]byte, 10*remoteLimit))
			far.in.Close()
		}()
		total := 0
		for ended := false; !ended; {
			synctest.Wait()
			var printed []byte
			if printed, ended = conn.take(); len(printed) > remoteLimit+4096 {
				t.Fatalf("%d bytes are kept", len(printed))
			}
			total += len(printed)
		}
		if total != 10*remoteLimit {
			t.Errorf("%d bytes were shown", total)
		}
		conn.close()
	})
}
