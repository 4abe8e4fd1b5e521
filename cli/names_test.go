package cli

import (
	"strings"
	"testing"

	"github.com/busylamp/busylamp/internal/logbuf"
)

// Where the password of a line lets anybody in, an SSH client may call itself anything: nothing
// fails at it, and no terminal is told to do anything.
func TestNamesOfStrangers(t *testing.T) {
	for _, name := range []string{" ", "\t \n", "\x1b]0;owned\x07", "\u202e\u009b31m", "\xff\xfe", strings.Repeat("n", 5000), "a b"} {
		c := DefaultConfig()
		c.Archive.Log = ConfigLog{Enabled: true, Notify: true}
		b := newBox(t, c)
		s, err := b.Open(LineVTY, "192.0.2.9")
		if err != nil {
			t.Fatal(err)
		}
		s.Authenticated(name, 15)
		b.log.Apply(t.Context(), logbuf.Config{}, logbuf.Config{BufferSize: 1 << 16, BufferLevel: logbuf.Debugging})
		f := newFakeTerm("show users\nconf t\nmax-dn 20\nend\n")
		s.RunLine(t.Context(), f, "show users")
		s, err = b.Open(LineVTY, "192.0.2.9")
		if err != nil {
			t.Fatal(err)
		}
		s.Authenticated(name, 15)
		if err := s.Run(t.Context(), f); err == nil {
			t.Error("the terminal has hung up")
		}
		if n, ok := b.store.Tree().Root().Get("max-dn"); !ok || n.Int("n") != 20 {
			t.Errorf("%q: the line was not taken", name)
		}
		for _, text := range append(b.log.Buffer(), f.text(), s.User()) {
			if strings.ContainsFunc(strings.ReplaceAll(text, "\n", ""), func(r rune) bool { return r < ' ' || r == 0x9b || r == 0x202e }) || len(text) > 2000 {
				t.Errorf("%q: %.300q", name, text)
			}
		}
	}
	// A name that is configured stays what it is: its autocommand counts.
	c := DefaultConfig()
	c.Users = []User{{Name: "a\u200bb", Autocommand: "show clock"}}
	b := newBox(t, c)
	s, err := b.Open(LineVTY, "")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if s.Authenticated("a\u200bb", 1); s.autocommand() != "show clock" {
		t.Errorf("%q has no autocommand", s.User())
	}
}

// Whoever measures how long a refusal takes does not learn which names there are.
func TestRefusalsCostTheSame(t *testing.T) {
	const slow = "$9$nhEmQVczB7dqsO$X.HsgL6x1il0RxkOSSvyQYwucySCt7qFm4v7pqCxkKM"
	c := Config{Users: []User{{Name: "clear", Password: Secret{Value: "p"}}, {Name: "none", NoPassword: true}, {Name: "slow", Password: Secret{Type: 9, Value: slow}}}}
	for _, name := range []string{"clear", "none", "nobody", "slow"} {
		if _, ok := c.authenticate(name, "wrong"); ok {
			t.Errorf("%s is let in", name)
		}
		dearest := 0
		for _, secret := range c.tried(name) {
			dearest = max(dearest, cost(secret))
		}
		if dearest != cost(Secret{Type: 9, Value: slow}) {
			t.Errorf("a try for %s costs %d", name, dearest)
		}
	}
	if level, ok := c.authenticate("clear", "p"); !ok || level != 1 {
		t.Error("the right password", level, ok)
	}
}
