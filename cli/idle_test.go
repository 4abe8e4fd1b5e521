package cli

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/cli/term"
)

// Exec-timeout ends a session wherever it waits for a key.
func TestIdleAtKeys(t *testing.T) {
	for _, c := range []struct{ name, keys, ending string }{
		{"prompt", "\x01", "Router#"},
		{"pager", "show rows 9\n\x01", "row 2\n" + more},
		{"pager after a filter's slash", "show rows 9\n/x\x01", "row 2\n" + more + erase + "/x\n"},
		{"confirm", "clear logging\n\x01", "Clear logging buffer [confirm]"},
		{"help", "?\x01", more + "\nRouter#"},
		{"pager within do", "conf t\ndo show rows 9\n\x01", "row 2\n" + more},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				base := DefaultConfig()
				base.Vty = []Line{{Privilege: 15, Length: 3, ExecTimeout: time.Minute}}
				b := newBox(t, base)
				start := time.Now()
				got := b.on(LineVTY, newFakeTerm(c.keys+"\nshow privilege\n"))
				if !strings.HasSuffix(got, c.ending) {
					t.Errorf("printed %q, want the ending %q", got, c.ending)
				}
				if took := time.Since(start); took > time.Minute {
					t.Errorf("took %v", took)
				}
			})
		})
	}
}

// The console begins anew after it.
func TestIdleConsole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := newBox(t, DefaultConfig()).console("terminal length 3\nshow rows 9\n\x01\nshow privilege\n")
		_, got, _ = strings.Cut(got, "Press RETURN to get started.")
		check(t, strings.TrimLeft(got, "\n"), "Router>show privilege\nCurrent privilege level is 1\nRouter>")
	})
}

// drip is a terminal at which somebody presses a key now and then, and never Enter.
type drip struct{ *fakeTerm }

func (d drip) ReadLine(prompt string, o term.LineOptions) (string, error) {
	d.print(prompt)
	<-o.Context.Done()
	return "", o.Context.Err()
}

// Who does not say who he is loses the line, though he never stops typing.
func TestLoginTakesItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := DefaultConfig()
		base.Vty = []Line{{Login: LoginLocal}}
		b := newBox(t, base)
		s, err := b.Accept(TransportTelnet, "192.0.2.1", nil)
		if err != nil {
			t.Fatal(err)
		}
		start, f := time.Now(), newFakeTerm("")
		if err := s.Run(t.Context(), drip{f}); err != nil {
			t.Error(err)
		}
		if took := time.Since(start); took != loginTime || !strings.Contains(f.text(), "timeout expired!") {
			t.Errorf("after %v: %q", took, f.text())
		}
	})
}

// The lines below an action are kept up to their limit; empty ones count too.
func TestBelowIsBounded(t *testing.T) {
	n := 0
	read := func() (string, error) {
		if n++; n > 10_000 {
			return "exit", nil
		}
		return strings.Repeat("x", n%2), nil
	}
	lines, err := (&Context{Session: &Session{loading: true, below: read}}).Below("", 100)
	if err != nil || len(lines) > 100 || len(lines) < 50 {
		t.Errorf("%d lines, %v", len(lines), err)
	}
}
