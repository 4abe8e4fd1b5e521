package grammar

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// samples are typed words for the standard types, among them awkward ones:
// keywords of the corpus, quotes, doubled blanks.
var samples = map[string][]string{
	"WORD":         {"x", "l", "level", "dual", "2001", `a"b`, "no", "7", "été"},
	"LINE":         {"x", "John  Q Public", "level 7", `"quoted" text`, "a\tb", "ip"},
	"STRING":       {"sales", `"sales  desk"`, `" lead"`, "device", `"device"`},
	"TEXT":         {"@hi@", "^Chi^C", "#a^C\nb#", "^\n^", "\x03x\x03"},
	"NUMBER":       {"2001", "+4930", "A1", "dd"},
	"HEX":          {"0x2102", "021f", "abc"},
	"BUTTON":       {"1:1", "02b3", "4O13,014", "5x4"},
	"A.B.C.D":      {"10.1.1.1", "010.1.1.254"},
	"A.B.C.D-mask": {"255.255.255.0", "0.0.0.0"},
	"X:X:X:X::X":   {"::", "2001:DB8::1", "fe80::0001"},
	"H.H.H":        {"0030.94c2.e1a8", "00:30:94:C2:E1:A8"},
	"URL":          {"flash:x", "TFTP://h/f"},
	"INTERFACE":    {"gi0/0", "gi 0/0", "Loopback 7", "e1"},
	"SERVER":       {"ipv4:10.1.1.4:5060", "dns:Sip.example.com", "sip-server"},
	"HH:MM":        {"7:05", "19:00"},
	"HH:MM:SS":     {"7:05", "10:00:00"},
	"MONTH":        {"jan", "September"},
}

// drawWord types something for a leaf; keywords are sometimes abbreviated or
// in capitals.
func drawWord(t *rapid.T, l *leaf, plain bool) string {
	switch l.kind {
	case rangeLeaf:
		lo, hi := l.lo.value(c3825, 0), l.hi.value(c3825, openBound)
		return strings.Repeat("0", rapid.IntRange(0, 1).Draw(t, "zeros")) + strconv.Itoa(rapid.IntRange(lo, hi).Draw(t, "number"))
	case typeLeaf:
		w := rapid.SampledFrom(samples[l.typ.Name]).Draw(t, l.typ.Name)
		if at := l.excess(w); at >= 0 && !strings.HasPrefix(w, `"`) {
			w = w[:at]
		}
		return w
	}
	w := l.word
	if plain {
		return w
	}
	w = w[:rapid.IntRange(1, len(w)).Draw(t, "letters")]
	if rapid.Bool().Draw(t, "capitals") {
		w = strings.ToUpper(w)
	}
	return w
}

// drawLine walks the automaton of a command at random and types a line on the
// way. A `no` line may end early.
func drawLine(t *rapid.T, c *Command, plain bool) string {
	form := rapid.SampledFrom([]string{"", "", "", "no ", "default "}).Draw(t, "form")
	ends := c.last
	if form != "" {
		ends = c.noLast
	}
	line := form
	used := uint64(0)
	for leaf, steps := -1, 0; ; steps++ {
		var open []move
		for _, m := range c.moves(leaf) {
			if used&m.uses == 0 {
				open = append(open, m)
			}
		}
		done := leaf >= 0 && ends[leaf]
		if done && (len(open) == 0 || steps > 12 || rapid.IntRange(0, 2).Draw(t, "stop") == 0) {
			return line
		}
		m := rapid.SampledFrom(open).Draw(t, "move")
		used |= m.uses
		leaf = m.leaf
		line += strings.Repeat(" ", rapid.IntRange(1, 2).Draw(t, "blanks")) + drawWord(t, &c.leaves[leaf], plain)
	}
}

// checkPrinted checks that what was matched is printed so that it matches
// again, in every respect.
func checkPrinted(t *rapid.T, s *Set, a Args) {
	line := a.Line()
	r := s.Match(line, c3825)
	switch {
	case r.Outcome != OK:
		t.Fatalf("%q (of %q): %s at %d", line, a.Command().Spec().Syntax, outcomes[r.Outcome], r.Caret)
	case !r.Args.Equal(a):
		t.Fatalf("%q of %q is read back as %q of %q", line, a.cmd.spec.Syntax, r.Args.Line(), r.Args.cmd.spec.Syntax)
	case r.Args.Line() != line:
		t.Fatalf("%q is printed as %q the second time", line, r.Args.Line())
	case r.Args.Key() != a.Key() || r.Args.Form() != a.Form():
		t.Fatalf("%q changes its key or form", line)
	}
}

// checkBuilt checks that the captures alone make the same line again, where all
// arguments are captured.
func checkBuilt(t *rapid.T, a Args) {
	c := a.cmd
	values := map[string]string{}
	for _, name := range c.Captures() {
		if a.Has(name) {
			values[name] = a.String(name)
		}
		if k := c.captures[c.capture(name)]; k.list && strings.ContainsAny(strings.Join(a.List(name), ""), " \t") {
			return // blanks inside elements cannot be told from those between
		}
	}
	got, err := c.Build(values)
	if err != nil {
		t.Fatalf("build %q from %v: %v", a.Line(), values, err)
	}
	if !got.Equal(a) {
		t.Fatalf("build %q from %v: %q", a.Line(), values, got.Line())
	}
}

func TestCorpusRoundTrip(t *testing.T) {
	s := set(t, corpus...)
	cmds := s.Commands()
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(cmds).Draw(t, "command")
		plain := rapid.Bool().Draw(t, "plain")
		line := drawLine(t, c, plain)
		for _, in := range []*Set{c.alone(), s} {
			r := in.Match(line, c3825)
			if r.Outcome != OK {
				if plain { // an abbreviation may be another keyword
					t.Fatalf("%q: %s at %d", line, outcomes[r.Outcome], r.Caret)
				}
				continue
			}
			checkPrinted(t, in, r.Args)
			if r.Args.Form() == Positive && !strings.Contains(c.spec.Syntax, "hop [one]") {
				checkBuilt(t, r.Args)
			}
			for _, k := range c.captures {
				if vals := r.Args.List(k.name); k.list && r.Args.cmd == c {
					if same, ok := r.Args.WithList(k.name, vals); !ok || !same.Equal(r.Args) {
						t.Fatalf("%q with the same list: %q, %v", line, same.Line(), ok)
					}
				}
			}
		}
	})
}

// drawSyntax writes a random syntax string from few words, so that keywords,
// abbreviations and arguments get into each other's way.
func drawSyntax(t *rapid.T) string {
	captures := 0
	var seq func(depth int, repeat bool) string
	suffix := func(s string, repeat bool) string {
		if rapid.Bool().Draw(t, "capture") {
			captures++
			s += "$c" + strconv.Itoa(captures)
			if rapid.IntRange(0, 3).Draw(t, "identity") == 0 {
				s += "!"
			}
		}
		if !repeat && rapid.IntRange(0, 4).Draw(t, "repeat") == 0 {
			s += "..."
		}
		return s
	}
	parts := func(depth int, repeat bool) string {
		n := rapid.IntRange(2, 3).Draw(t, "parts")
		all := make([]string, n)
		for i := range all {
			all[i] = seq(depth+1, repeat)
		}
		return strings.Join(all, "|")
	}
	element := func(depth int, repeat bool) string {
		kind := rapid.IntRange(0, 9).Draw(t, "kind")
		if depth >= 3 && kind >= 7 {
			kind = 0
		}
		switch kind {
		case 7:
			return "[" + seq(depth+1, repeat) + "]"
		case 8:
			again := repeat || rapid.Bool().Draw(t, "again")
			s := suffix("<"+parts(depth, again)+">", true)
			if again && !repeat {
				s += "..."
			}
			return s
		case 9:
			if repeat {
				return "a"
			}
			return "{" + parts(depth, repeat) + "}"
		case 4, 5, 6:
			return suffix(rapid.SampledFrom([]string{"WORD", "STRING", "NUMBER", "<1-20>", "WORD(3)", "INTERFACE"}).Draw(t, "type"), repeat)
		}
		return suffix(rapid.SampledFrom([]string{"a", "ab", "abc", "b", "ba", "12x"}).Draw(t, "keyword"), repeat)
	}
	seq = func(depth int, repeat bool) string {
		n := rapid.IntRange(1, 3).Draw(t, "length")
		s := ""
		for i := range n {
			if i > 0 {
				s += strings.Repeat(" ", rapid.IntRange(1, 2).Draw(t, "gap"))
			}
			s += element(depth, repeat)
		}
		return s
	}
	return "x " + seq(0, false) + rapid.SampledFrom([]string{"", "", " ", " LINE$rest"}).Draw(t, "end")
}

func TestRandomSyntaxRoundTrip(t *testing.T) {
	compiled, matched := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		var cmds []*Command
		for range 2 {
			if c, err := tryCompile(drawSyntax(t)); err == nil {
				cmds = append(cmds, c)
			}
		}
		if len(cmds) == 0 || len(cmds) == 2 && cmds[0].spec.Syntax == cmds[1].spec.Syntax {
			return
		}
		compiled++
		s, err := NewSet(cmds, SetOptions{Negatable: true})
		if err != nil {
			t.Fatal(err)
		}
		plain := rapid.Bool().Draw(t, "plain")
		line := drawLine(t, cmds[0], plain)
		r := s.Match(line, c3825)
		switch r.Outcome {
		case OK:
			matched++
			checkPrinted(t, s, r.Args)
		case NoMatch, Incomplete:
			if !plain {
				break // an abbreviation may be another keyword
			}
			t.Fatalf("%q of %q does not match at %d", line, cmds[0].spec.Syntax, r.Caret)
		}
		checkNext(t, s, line)
	})
	if compiled < 20 || matched < 10 {
		t.Errorf("only %d syntaxes compiled and %d lines matched: the test has lost its bite", compiled, matched)
	}
}

// checkNext checks that help agrees with matching: a line that may end here
// says so, and typing an offered keyword is never refused.
func checkNext(t *rapid.T, s *Set, line string) {
	r := s.Match(line, c3825)
	h := s.Next(line+" ", c3825)
	if strings.Contains(line, `"`) || r.Outcome == Ambiguous {
		return // the blank may be inside an open quote; ambiguity may be that of the printed line
	}
	if (r.Outcome == OK) != (h.Outcome == OK && h.CR) {
		t.Fatalf("%q: match says %s, help %s with CR %v", line, outcomes[r.Outcome], outcomes[h.Outcome], h.CR)
	}
	for _, it := range h.Items {
		if it.Keyword {
			if r := s.Match(line+" "+it.Text, c3825); r.Outcome == NoMatch {
				t.Fatalf("%q: %s is offered, but refused", line, it.Text)
			}
		}
		if it.Help == "" || it.Text == "" {
			t.Fatalf("%q: item %+v is empty", line, it)
		}
	}
}

// The order of keys of integers is that of the integers, whatever else is in
// the key.
func TestKeyOrderProperty(t *testing.T) {
	c := compile(t, "x <0-4294967295>$a! <p|q|r>$b! STRING$c!")[0]
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) (map[string]string, []int, string) {
			a := rapid.IntRange(0, openBound).Draw(t, label)
			b := rapid.IntRange(0, 2).Draw(t, label)
			text := rapid.StringMatching(`[ -!#-~]{1,4}`).Draw(t, label)
			return map[string]string{"a": strconv.Itoa(a), "b": string(rune('p' + b)), "c": text}, []int{a, b}, text
		}
		v1, n1, t1 := draw("one")
		v2, n2, t2 := draw("two")
		a1, err1 := c.Build(v1)
		a2, err2 := c.Build(v2)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		want := slices.Compare(n1, n2)
		if want == 0 {
			want = strings.Compare(t1, t2)
		}
		if got := strings.Compare(a1.Key(), a2.Key()); got != want {
			t.Fatalf("%q and %q: keys compare %d, want %d", a1.Line(), a2.Line(), got, want)
		}
	})
}

// The samples cover every standard type.
func TestSamples(t *testing.T) {
	a, b := slices.Sorted(maps.Keys(samples)), slices.Sorted(maps.Keys(standard))
	if !slices.Equal(a, b) {
		t.Error(fmt.Sprint(a, " ", b))
	}
}
