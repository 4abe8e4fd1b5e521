package grammar

import (
	"slices"
	"strings"
	"testing"
)

func texts(h Help) string {
	var all []string
	for _, it := range h.Items {
		all = append(all, it.Text)
	}
	if h.CR {
		all = append(all, "<cr>")
	}
	return strings.Join(all, " ")
}

func TestNext(t *testing.T) {
	s := set(t, corpus...)
	tests := []struct{ line, word, items string }{
		{"max-subscription ", "", "<100-500>"},
		{"max-subscription 1", "1", "<100-500>"},
		{"max-subscription 12", "12", "<100-500>"},
		{"max-subscription 128 ", "", "<cr>"},
		{"max-subs", "max-subs", "max-subscription"},
		{"ephone-dn 1 ", "", "dual-line octo-line <cr>"},
		{"ephone-dn 1 d", "d", "dual-line"},
		{"pre", "pre", "preference presence"},
		{"presence", "presence", "presence"},
		{"presence ", "", "call-list enable <cr>"},
		{"no presence ", "", "call-list enable <cr>"},
		{"no pre", "pre", "preference presence"},
		{"n", "n", "name no number"},
		{"de", "de", "default description"},
		{"blf-speed-dial ", "", "<1-33>"},
		{"no blf-speed-dial 1 ", "", "WORD <cr>"},
		{"blf-speed-dial 1 2001 label ", "", "STRING"},
		{`blf-speed-dial 1 2001 label "sales d`, `"sales d`, "STRING"},
		{`blf-speed-dial 1 2001 label "sales desk" `, "", "device <cr>"},
		{"name ", "", "LINE"},
		{"name John", "John", "LINE"},
		{"name John ", "", "LINE <cr>"},
		{"button 1:1 ", "", "LINE <cr>"},
		{"button 1o1,", "1o1,", "LINE"},
		{"park-slot ", "", "limit recall timeout <cr>"},
		{"park-slot limit 3 ", "", "recall timeout <cr>"},
		{"load ", "", "7960-7940 7961 7961GE 7970 7971 ata CIPC"},
		{"load 796", "796", "7960-7940 7961 7961GE"},
		{"interface gi ", "", "<0-9>"},
		{"interface gi 0/", "0/", "<0-9>"},
		{"interface vl ", "", "<1-4094>"},
		{"interface gi 0/0 ", "", "<cr>"},
		{"ip route 0.0.0.0 0.0.0.0 po", "po", "POS Port-channel"},
		{"ip route 0.0.0.0 0.0.0.0 1", "1", "A.B.C.D"},
		{"ip route 0.0.0.0 0.0.0.0 gi", "gi", "GigabitEthernet"},
		{"ip route 0.0.0.0 0.0.0.0 gi0", "gi0", "WORD"},
		{"ip route 0.0.0.0 0.0.0.0 gi ", "", "<0-9>"},
		{"server 10.", "10.", "A.B.C.D"},
		{"enable password ", "", "LINE level"},
		{"enable password l", "l", "LINE level"},
		{"number ", "", "<1-10> WORD"},
		{"banner motd ", "", "LINE"},
		{"banner motd ^C ab", "ab", "LINE"},
		{"permit ", "", "<1-65535> icmp ip"},
		{"permit ip ", "", "<1-65535> host icmp ip"},
		{"create cnf-files version-stamp ja", "ja", "MONTH"},
	}
	for _, tt := range tests {
		h := s.Next(tt.line, c3825)
		items := tt.items
		// bytewise order puts capitals before lower-case letters
		if h.Outcome != OK || h.Word != tt.word || texts(h) != sortCapitals(items) {
			t.Errorf("%q: %s, word %q, items %q; want word %q, %q", tt.line, outcomes[h.Outcome], h.Word, texts(h), tt.word, items)
		}
	}
	for line, want := range map[string]Outcome{
		"zebra": NoMatch, "zebra ": NoMatch, "show u": NoMatch, "presence x": NoMatch, "presence call-list ": OK,
		"pre ": Ambiguous, "max-subscription 999": NoMatch, "max-subscription x": NoMatch, `name "x" y`: OK,
		"interface gi x": NoMatch, "watcher all z": NoMatch, `blf-speed-dial 1 2001 label "ab"c`: NoMatch,
	} {
		if h := s.Next(line, c3825); h.Outcome != want {
			t.Errorf("%q: %s, want %s", line, outcomes[h.Outcome], outcomes[want])
		}
	}
}

// sortCapitals keeps the tables readable: keywords are listed as the reader
// looks for them, the order under test is that of strings.Compare.
func sortCapitals(items string) string {
	if i := strings.Index(items, "ata CIPC"); i >= 0 {
		return items[:i] + "CIPC ata"
	}
	return items
}

func TestNextAtStart(t *testing.T) {
	s := set(t, "presence", "watcher all", "allow subscribe", "server A.B.C.D$a")
	h := s.Next("", nil)
	if got := texts(h); got != "allow default no presence server watcher" {
		t.Errorf("items %q", got)
	}
	want := Item{"no", "Negate", true}
	if !slices.Contains(h.Items, want) {
		t.Errorf("%v lacks %v", h.Items, want)
	}
	if h := s.Next("no ", nil); texts(h) != "allow presence server watcher" {
		t.Errorf("after no: %q", texts(h))
	}
}

// A keyword or argument shared by commands shows the help of the first.
func TestNextFirstHelpWins(t *testing.T) {
	specs := []Spec{
		{Syntax: "show presence", Help: "show  first\npresence  p1"},
		{Syntax: "show <presence|version> WORD$w", Help: "show  second\npresence  p2\nversion  v2\n$w  word"},
		{Syntax: "show <version|users> WORD$v", Help: "show  third\nversion  v3\nusers  u3\n$v  other"},
	}
	var cmds []*Command
	for _, sp := range specs {
		c, err := Compile(sp, &Library{Types: standard})
		if err != nil {
			t.Fatal(err)
		}
		cmds = append(cmds, c)
	}
	for range 2 {
		s, err := NewSet(cmds, SetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		want := []Item{{"presence", "p1", true}, {"users", "u3", true}, {"version", "v2", true}}
		if h := s.Next("show ", nil); !slices.Equal(h.Items, want) {
			t.Errorf("items %v, want %v", h.Items, want)
		}
		if h := s.Next("sh", nil); len(h.Items) != 1 || h.Items[0].Help != "first" {
			t.Errorf("show: %v", h.Items)
		}
		if h := s.Next("show version ", nil); len(h.Items) != 1 || h.Items[0].Help != "word" {
			t.Errorf("argument: %v", h.Items)
		}
	}
}

func TestNextOpenBounds(t *testing.T) {
	s := set(t, "ephone-dn <1-{max-dn}>$n", "x <{low}-9>$n")
	for line, want := range map[string]string{"ephone-dn ": "<1-4294967295>", "x ": "<0-9>"} {
		if got := texts(s.Next(line, nil)); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
		if got := texts(s.Next(line, env{})); got != want {
			t.Errorf("%q with an empty Env: %q, want %q", line, got, want)
		}
	}
}
