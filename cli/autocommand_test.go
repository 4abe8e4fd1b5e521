package cli

import (
	"errors"
	"strings"
	"testing"
)

// lineBox is a box whose vtys are all like that line.
func lineBox(t *testing.T, line Line, users ...User) *box {
	c := DefaultConfig()
	c.BannerMOTD, c.BannerExec, c.Users = "the motd", "the exec banner", users
	c.Vty = []Line{line}
	return newBox(t, c)
}

func TestAutocommand(t *testing.T) {
	for _, c := range []struct {
		name         string
		line         Line
		want, absent string
	}{
		{"none", Line{}, "show clock", "rivilege level"},
		{"of the line", Line{Autocommand: "show privilege"}, "Current privilege level is 15", "show clock"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, exec := range []bool{false, true} {
				b := lineBox(t, c.line)
				s, err := b.Open(LineVTY, "")
				if err != nil {
					t.Fatal(err)
				}
				s.Authenticated("u", 15)
				f := newFakeTerm("show clock\nexit\n")
				if exec {
					s.RunLine(t.Context(), f, "show clock")
				} else if err := s.Run(t.Context(), f); err != nil {
					t.Fatal(err)
				}
				if got := f.text(); !exec && !strings.Contains(got, c.want) || strings.Contains(got, c.absent) {
					t.Errorf("exec request %v: %q", exec, got)
				}
			}
		})
	}
	b := lineBox(t, Line{Autocommand: "show clock"}, User{Name: "kept", Autocommand: "show privilege"})
	s, err := b.Open(LineVTY, "")
	if err != nil {
		t.Fatal(err)
	}
	s.Authenticated("kept", 3)
	f := newFakeTerm("show users\n")
	if err := s.Run(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	if got := f.text(); !strings.Contains(got, "Current privilege level is 3\n") || strings.Contains(got, "users") {
		t.Errorf("%q", got)
	}
}

func TestBannersOfLine(t *testing.T) {
	for _, line := range []Line{{}, {NoMOTD: true}, {NoExecBanner: true}} {
		b := lineBox(t, line)
		s, err := b.Open(LineVTY, "")
		if err != nil {
			t.Fatal(err)
		}
		s.Authenticated("u", 1)
		f := newFakeTerm("exit\n")
		if err := s.Run(t.Context(), f); err != nil {
			t.Fatal(err)
		}
		if got := f.text(); strings.Contains(got, "the motd") == line.NoMOTD || strings.Contains(got, "the exec banner") == line.NoExecBanner {
			t.Errorf("%+v: %q", line, got)
		}
	}
}

// A line without EXEC refuses connections, and leaves itself free.
func TestNoExec(t *testing.T) {
	b := lineBox(t, Line{NoExec: true})
	for range 2 {
		if _, err := b.Accept(TransportTelnet, "192.0.2.1", nil); !errors.Is(err, ErrRefused) {
			t.Fatal(err)
		}
	}
}

// Files by scp are for those who are asked for commands.
func TestConfined(t *testing.T) {
	for _, c := range []struct {
		line Line
		user string
		want bool
	}{
		{Line{}, "free", false},
		{Line{}, "nobody", false},
		{Line{}, "kept", true},
		{Line{Autocommand: "show clock"}, "free", true},
	} {
		s, err := lineBox(t, c.line, User{Name: "free"}, User{Name: "kept", Autocommand: "show users"}).Open(LineVTY, "")
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Confined(c.user); got != c.want {
			t.Errorf("%+v, %s: %t", c.line, c.user, got)
		}
		s.Close()
	}
}
