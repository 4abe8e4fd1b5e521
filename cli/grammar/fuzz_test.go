package grammar

import (
	"strings"
	"testing"
)

// seeds are lines as people type and paste them.
var seeds = []string{
	"", " ", "no", "no ", "default x", "?", "pre", "PRESENCE", "max-subscription 128", "ephone-dn  1 \tdual", "button 1:1 2o3,4",
	`blf-speed-dial 1 2001 label "a b" device`, `blf-speed-dial 1 2001 label "a`, `blf-speed-dial 1 2001 label "a"b`, `label ""`,
	"banner motd ^C hi ^C", "banner motd @", "banner motd \x03a\nb\x03", "banner motd ^", "name \xff\xfe x  y ", "interface gi 0/0", "interface gi",
	"park-slot recall limit 1 timeout 2", "no park-slot limit 1 timeout", "enable password level", "ip route 0.0.0.0 0.0.0.0 lo 0", "name a\rb", "name a\n",
	"username a secret b password c", "load cipc x", "permit ip icmp 7 host", "service timestamps log datetime year msec localtime",
}

func FuzzMatch(f *testing.F) {
	s := set(f, corpus...)
	for _, l := range seeds {
		f.Add(l, "text\n^C")
	}
	f.Fuzz(func(t *testing.T, line, text string) {
		r := s.Match(line, c3825)
		if r.Depth < 0 || r.Depth > len(line) {
			t.Fatalf("%q: depth %d", line, r.Depth)
		}
		var a Args
		switch r.Outcome {
		case NoMatch, Ambiguous:
			if r.Caret < 0 || r.Caret >= len(line) {
				t.Fatalf("%q: caret %d", line, r.Caret)
			}
			return
		case Incomplete:
			return
		case NeedText:
			if r.Delim == "" {
				t.Fatalf("%q: no delimiter", line)
			}
			a = r.WithText(text)
		case OK:
			a = r.Args
		}
		again := s.Match(a.Line(), c3825)
		if again.Outcome != OK || !again.Args.Equal(a) || again.Args.Key() != a.Key() {
			t.Fatalf("%q prints %q: %s", line, a.Line(), outcomes[again.Outcome])
		}
	})
}

func FuzzNext(f *testing.F) {
	s := set(f, corpus...)
	for _, l := range seeds {
		f.Add(l)
	}
	f.Fuzz(func(t *testing.T, line string) {
		h := s.Next(line, c3825)
		if !strings.HasSuffix(line, h.Word) {
			t.Fatalf("%q: word %q is not at the cursor", line, h.Word)
		}
		if h.Outcome == OK && len(h.Items) == 0 && !h.CR {
			t.Fatalf("%q: OK without anything to type", line)
		}
		if h.Outcome != OK && (len(h.Items) > 0 || h.CR) {
			t.Fatalf("%q: %s with items", line, outcomes[h.Outcome])
		}
		seen := map[Item]bool{}
		for _, it := range h.Items {
			if it.Text == "" || seen[it] {
				t.Fatalf("%q: item %+v is empty or there twice", line, it)
			}
			seen[it] = true
			if it.Keyword && !strings.HasPrefix(strings.ToLower(it.Text), strings.ToLower(h.Word)) {
				t.Fatalf("%q: %q does not continue %q", line, it.Text, h.Word)
			}
		}
		if h.CR {
			if out := s.Match(line, c3825).Outcome; out != OK && out != Ambiguous {
				t.Fatalf("%q: <cr> is offered, but %s", line, outcomes[out])
			}
		}
	})
}

func FuzzCompile(f *testing.F) {
	for _, syntax := range corpus {
		f.Add(syntax, "x 1 y")
	}
	for _, syntax := range []string{"a [b] {c|d <1-9>$n} ...", "<", "{", "[a", "a<b", "a (", "a WORD(", "a <{x}-{y}>", `\a \\`, "a b... c...", "!", "$", "a|b", "...", "a ....", "{a|b} {c|d}"} {
		f.Add(syntax, syntax)
	}
	f.Fuzz(func(t *testing.T, syntax, line string) {
		c, err := tryCompile(syntax)
		if err != nil {
			if !strings.Contains(err.Error(), "syntax ") {
				t.Fatalf("%q: %v", syntax, err)
			}
			return
		}
		if len(c.leaves) > 30 {
			return // speed
		}
		for _, l := range []string{line, c.name + " " + line, "no " + c.name} {
			r := c.alone().Match(l, c3825)
			if r.Outcome == OK {
				again := c.alone().Match(r.Args.Line(), c3825)
				if again.Outcome != OK || !again.Args.Equal(r.Args) {
					t.Fatalf("%q: %q prints %q", syntax, l, r.Args.Line())
				}
			}
			if h := c.alone().Next(l, c3825); h.Outcome == OK && len(h.Items) == 0 && !h.CR {
				t.Fatalf("%q: nothing after %q", syntax, l)
			}
		}
	})
}
