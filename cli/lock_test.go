package cli

import (
	"errors"
	"io"
	"strings"
	"testing"
)

// Nothing but the password unlocks a terminal, and who hangs up is gone.
func TestLock(t *testing.T) {
	const locked = "Router#show privilege\n"
	for _, c := range []struct {
		name, typed string
		lockable    bool
		want        bool // the next line is a command again
	}{
		{"unlocked", "lock\nsesame\nsesame\nsesame\n", true, true},
		{"wrong first", "lock\nsesame\nsesame\nshow privilege\n\nsesame\n", true, true},
		{"still locked", "lock\nsesame\nsesame\nsesam\n", true, false},
		{"empty does not unlock", "lock\nsesame\nsesame\n\n", true, false},
		{"other again", "lock\nsesame\nother\n", true, true},
		{"nothing", "lock\n\n\n", true, true},
		{"not lockable", "lock\n", false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := lineBox(t, Line{Lockable: c.lockable})
			s, err := b.Open(LineVTY, "192.0.2.9")
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			s.Authenticated("u", maxLevel)
			f := newFakeTerm(c.typed + "show privilege\n")
			if err := s.Run(t.Context(), f); err != nil && !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
			if got := f.text(); strings.Contains(got, locked) != c.want {
				t.Errorf("got\n%s", got)
			}
			if !c.want && !s.done {
				t.Error("the session goes on")
			}
		})
	}
}
