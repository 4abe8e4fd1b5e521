package grammar

import (
	"strings"
	"sync"
	"testing"
)

func declared(t *testing.T, specs ...Spec) *Set {
	t.Helper()
	lib := &Library{Types: StandardTypes(), Describe: func(token string) string { return "about " + token }}
	var cmds []*Command
	for _, s := range specs {
		s.Generic = true
		c, err := Declare(s, lib)
		if err != nil {
			t.Fatal(err)
		}
		cmds = append(cmds, c)
	}
	set, err := NewSet(cmds, SetOptions{Negatable: true})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestDeclare: a declared command reads, prints, abbreviates and helps like a
// compiled one, and has help for all tokens.
func TestDeclare(t *testing.T) {
	set := declared(t,
		Spec{Syntax: "ip nat pool WORD$k! A.B.C.D A.B.C.D prefix-length <1-32>", Help: "pool  Addresses"},
		Spec{Syntax: `\CIPC <a|b>`}, Spec{Syntax: "broken WORD($", Name: "broken"})
	r := set.Match("ip na po X 10.0.0.1 10.0.0.9 pre 24", nil)
	if r.Outcome != OK || r.Args.Line() != "ip nat pool X 10.0.0.1 10.0.0.9 prefix-length 24" {
		t.Errorf("%v %q", r.Outcome, r.Args.Line())
	}
	if r := set.Match("no ip nat pool X", nil); r.Outcome != OK || r.Args.Key() == "" {
		t.Errorf("no: %v", r.Outcome)
	}
	if r := set.Match("ip nat pool X 10.0.0.1 bad", nil); r.Outcome != NoMatch || r.Caret != 23 {
		t.Errorf("caret: %v %d", r.Outcome, r.Caret)
	}
	if h := set.Next("ip nat ", nil); len(h.Items) != 1 || h.Items[0].Help != "Addresses" {
		t.Errorf("help: %v", h)
	}
	if h := set.Next("ip nat pool ", nil); len(h.Items) != 1 || h.Items[0].Help != "about WORD" {
		t.Errorf("help: %v", h)
	}
	if r := set.Match("broken x", nil); r.Outcome != NoMatch {
		t.Errorf("a command that does not compile matches: %v", r.Outcome)
	}
	if r := set.Match("cipc b", nil); r.Outcome != OK || r.Args.Line() != "CIPC b" {
		t.Errorf("%v %q", r.Outcome, r.Args.Line())
	}
	for _, c := range set.Commands() {
		if err := c.Err(); (err != nil) != (c.Name() == "broken") {
			t.Errorf("%s: %v", c.Name(), err)
		}
	}
}

// TestFirstUse: what a set puts off until it is needed, sessions may need at once.
func TestFirstUse(t *testing.T) {
	lib := &Library{Types: StandardTypes()}
	specs := []Spec{
		{Syntax: "show$verb clock [detail]", Help: "$verb  Show information\nclock  Time\ndetail  More"},
		{Syntax: "show version", Help: "show  Not this\nversion  Version"},
		{Syntax: "undo <1-9>$n", Help: "undo  Undo\n$n  Steps", NoRefused: true},
	}
	for range 20 {
		var cmds []*Command
		for _, s := range specs {
			c, err := Declare(s, lib)
			if err != nil {
				t.Fatal(err)
			}
			cmds = append(cmds, c)
		}
		set, err := NewSet(cmds, SetOptions{Negatable: true, NoHelp: "Negate", DefaultHelp: "Reset"})
		if err != nil {
			t.Fatal(err)
		}
		var sessions sync.WaitGroup
		for range 4 {
			sessions.Go(func() {
				for line, want := range map[string]string{
					"sh clo det": "show clock detail", "no sho ver": "no show version", "default show clock": "default show clock", "und 3": "undo 3",
				} {
					if r := set.Match(line, nil); r.Outcome != OK || r.Args.Line() != want {
						t.Errorf("%q: %v %q", line, r.Outcome, r.Args.Line())
					}
				}
				if r := set.Match("no undo 3", nil); r.Outcome != NoMatch || r.Caret != 3 {
					t.Errorf("no undo: %v %d", r.Outcome, r.Caret)
				}
				var help []string
				for _, it := range set.Next("", nil).Items {
					help = append(help, it.Text+" "+it.Help)
				}
				if got := strings.Join(help, ", "); got != "default Reset, no Negate, show Show information, undo Undo" {
					t.Error(got)
				}
				if !set.Begins("SHOW") || !set.Begins("no") || set.Begins("sho") || set.Begins("clock") {
					t.Error("Begins")
				}
			})
		}
		sessions.Wait()
	}
}

// TestWhole: every line is an entry of its own, and `no` needs all of it.
func TestWhole(t *testing.T) {
	set := declared(t, Spec{Name: "entry", Whole: true, Syntax: "<permit|deny> <any|host A.B.C.D> [log]"})
	keys := map[string]bool{}
	for _, line := range []string{"permit any", "permit any log", "deny any", "permit host 10.0.0.1", "permit host 10.0.0.2"} {
		r, no := set.Match(line, nil), set.Match("no "+line, nil)
		if r.Outcome != OK || no.Outcome != OK || r.Args.Key() != no.Args.Key() || keys[r.Args.Key()] {
			t.Errorf("%s: %v %v, keys %q %q", line, r.Outcome, no.Outcome, r.Args.Key(), no.Args.Key())
		}
		keys[r.Args.Key()] = true
	}
	if r := set.Match("no permit", nil); r.Outcome != Incomplete {
		t.Errorf("no permit: %v", r.Outcome)
	}
}

func TestDeclareErrors(t *testing.T) {
	if _, err := Declare(Spec{Syntax: "WORD$x"}, &Library{Types: StandardTypes()}); err == nil || !strings.Contains(err.Error(), "no leading keyword") {
		t.Error(err)
	}
	if _, err := Declare(Spec{Syntax: " ", Name: "x"}, &Library{}); err == nil {
		t.Error("an empty syntax is taken")
	}
}
