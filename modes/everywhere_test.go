package modes

import (
	"slices"
	"strings"
	"testing"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
)

// execSet is all EXEC commands in one set, as privileged EXEC has them.
func execSet(t *testing.T) (*grammar.Set, []string) {
	t.Helper()
	lib := Library()
	var cmds []*grammar.Command
	var lines []string
	for _, e := range Exec(Agents{}) {
		if e.Modes != nil {
			continue
		}
		c, err := grammar.Compile(grammar.Spec{Syntax: e.Syntax, Help: e.Help, NoRefused: true}, lib)
		if err != nil {
			t.Fatal(err)
		}
		cmds = append(cmds, c)
		lines = append(lines, samples(e.Syntax)...)
	}
	set, err := grammar.NewSet(cmds, grammar.SetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return set, lines
}

// unseen are keywords that are taken and neither offered nor kept.
var unseen = map[string]bool{"minutes": true, "number": true}

// TestHelpEverywhere asks for help in every position of example lines of all commands:
// each keyword is offered where it is typed, anything else is an argument there, the line
// may end where it ends, and each row has a text.
func TestHelpEverywhere(t *testing.T) {
	n := 0
	check := func(mode string, set *grammar.Set, line string) {
		n++
		for at := 0; at < len(line); {
			next := wordEnd(line, at)
			word := line[at:next]
			h := set.Next(line[:at], nil)
			if unseen[word] {
				at = min(next+1, len(line))
				continue
			}
			if h.Outcome != grammar.OK || !slices.ContainsFunc(h.Items, func(it grammar.Item) bool {
				return !it.Keyword || len(it.Text) <= len(word) && strings.EqualFold(it.Text, word[:len(it.Text)]) // or the kind of an interface
			}) {
				t.Errorf("mode %s: %q: ? behind %q does not offer %q", mode, line, line[:at], word)
				return
			}
			for _, it := range h.Items {
				if set := it.Text == "no" || it.Text == "default"; it.Help == "" && !set || it.Text == "" { // cli has the texts of these two
					t.Errorf("mode %s: ? behind %q has a row %q without text", mode, line[:at], it.Text)
				}
			}
			if h := set.Next(line[:at+1], nil); h.Outcome != grammar.OK && h.Outcome != grammar.Ambiguous {
				t.Errorf("mode %s: ? behind %q: outcome %d", mode, line[:at+1], h.Outcome)
			}
			for at = next; at < len(line) && line[at] == ' '; {
				at++
			}
		}
		if h := set.Next(line+" ", nil); h.Outcome != grammar.OK || !h.CR {
			t.Errorf("mode %s: ? behind %q: outcome %d, <cr> %v", mode, line, h.Outcome, h.CR)
		}
	}
	for _, m := range compiled(t).Modes() {
		for _, c := range m.Commands() {
			if c.Syntax == "" {
				continue
			}
			lines := samplesOf(c)
			if c.Generic {
				lines = lines[:1]
			}
			for _, line := range lines {
				if c.No == conf.NoSweeps {
					line = "no " + line
				}
				check(m.Mode.Name, m.Set(), line)
			}
		}
	}
	set, lines := execSet(t)
	for _, line := range lines {
		check("exec", set, line)
	}
	if n < 1000 {
		t.Errorf("only %d lines", n)
	}
}

// wordEnd is where the word at a place ends, which may be in quotes.
func wordEnd(line string, at int) int {
	end := " "
	if line[at] == '"' {
		end = `"`
		at++
	}
	i := strings.Index(line[at:], end)
	if i < 0 {
		return len(line)
	}
	if end == `"` {
		i++
	}
	return at + i
}

// TestUnknownWords: a word that no mode has is refused in all of them, at a character of
// its own, and `?` behind it has nothing.
func TestUnknownWords(t *testing.T) {
	check := func(mode string, set *grammar.Set, line string) {
		r := set.Match(line, nil)
		word := strings.LastIndexByte(line, ' ') + 1
		if r.Outcome != grammar.NoMatch || r.Caret < word || r.Caret >= len(line) {
			t.Errorf("mode %s: %q: outcome %d at column %d", mode, line, r.Outcome, r.Caret)
		}
		if h := set.Next(line, nil); h.Outcome != grammar.NoMatch {
			t.Errorf("mode %s: ? behind %q: outcome %d, %v", mode, line, h.Outcome, h.Items)
		}
	}
	for _, m := range compiled(t).Modes() {
		for _, line := range []string{"mkdir", "xyzzy", "no mkdir", "no xyzzy", "default mkdir", "default xyzzy"} {
			check(m.Mode.Name, m.Set(), line)
		}
	}
	set, _ := execSet(t)
	for _, line := range []string{"mkdir", "xyzzy", "no mkdir", "show xyzzy"} {
		check("exec", set, line)
	}
}
