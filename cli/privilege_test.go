package cli

import (
	"strings"
	"testing"

	"github.com/busylamp/busylamp/cli/conf"
)

// Whoever is let into configuration mode at a lower level configures what is given to that level
// and nothing else, whatever mode it stands in.
func TestConfigureBelowFifteen(t *testing.T) {
	c := DefaultConfig()
	c.Console.Privilege = 5
	c.Privileges = []Privilege{
		{Mode: ExecMode, Level: 5, Words: "configure terminal"},
		{Mode: "global", Level: 5, Words: "ephone-dn"},
		{Mode: "global", Level: 7, Words: "hostname"},
		{Mode: "ephone-dn", Level: 5, Words: "name"},
		{Mode: "no such mode", Level: 5, Words: "name"},
	}
	b := newBox(t, c)
	const lines = "username eve privilege 15\nhostname eve\nmax-dn 20\ntelephony-service\nno ip domain lookup\ndefault hostname\n" +
		"ephone-dn 1\nnumber 666\nname Anna\nusername eve privilege 15\nrestamp\ndo show running-config\nexit\nend\n"
	got := b.console("conf t\n?\n" + lines)
	if text := string(b.running()); strings.Contains(text, "eve") || strings.Contains(text, "666") || strings.Contains(text, "max-dn") ||
		strings.Contains(text, "no ip domain") || !strings.Contains(text, "name Anna") {
		t.Errorf("configured at level 5:\n%s", text)
	}
	help, _, _ := strings.Cut(got, "(config)#\n")
	for word, want := range map[string]bool{"ephone-dn": true, "end": true, "exit": true, "no": true, "do": true, "username": false, "max-dn": false} {
		if strings.Contains(help, "\n  "+word+" ") != want {
			t.Errorf("`?` with %s: %v\n%s", word, !want, help)
		}
	}
	if n := strings.Count(got, textInvalid); n != 10 {
		t.Errorf("%d lines are refused:\n%s", n, got)
	}

	// Without the rules it is as before, also for who is there already.
	next := c
	next.Privileges = nil
	if err := b.Apply(t.Context(), c, next); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []string{"global", "ephone-dn", ExecMode} {
		if m := b.mode(mode); m.at(maxLevel) != m.set || m.at(5) != m.user {
			t.Errorf("mode %s", mode)
		}
	}
	s, err := b.Open(LineConsole, "")
	if err != nil {
		t.Fatal(err)
	}
	s.Authenticated("a", 15)
	f := newFakeTerm("")
	s.RunLine(t.Context(), f, "conf t")
	if !strings.HasPrefix(f.text(), "Enter configuration") {
		t.Errorf("at level 15: %s", f.text())
	}
}

func (b *box) running() []byte { return conf.Running(b.store.Tree()) }
