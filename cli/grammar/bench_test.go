package grammar

import (
	"fmt"
	"testing"
)

// manyCommands is a synthetic mode: words in groups, as real modes have them.
func manyCommands(n int) []string {
	words := []string{"alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet"}
	all := append([]string{}, corpus...)
	for i := len(all); i < n; i++ {
		lead := fmt.Sprintf("%s-%d %s", words[i%10], i/40, words[i/10%10])
		switch i % 4 {
		case 0:
			all = append(all, fmt.Sprintf("%s k%d <1-100>$n [WORD$w]", lead, i))
		case 1:
			all = append(all, fmt.Sprintf("%s k%d <p|q|r>$x STRING$s", lead, i))
		case 2:
			all = append(all, fmt.Sprintf("%s k%d LINE$l", lead, i))
		case 3:
			all = append(all, fmt.Sprintf("%s k%d A.B.C.D$a [{one|two <1-9>$t}]", lead, i))
		}
	}
	return all
}

var benchLines = []string{
	"ephone-dn  1  dual-line", "number 2001", "allow watch", "ephone-dn  2", "number 2002 secondary 3002", "name John Q Public",
	`blf-speed-dial 1 2001 label "sales desk" device`, "button  1:1 2:2 3b12", "no huntstop", "preference 1 secondary 9",
	"id mac 0030.94C2.E1A8", "source-address 11.1.1.2 port 5060", "max-subscription 128",
}

func BenchmarkMatch(b *testing.B) {
	s := set(b, manyCommands(3000)...)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if r := s.Match(benchLines[i%len(benchLines)], c3825); r.Outcome != OK {
			b.Fatalf("%q: %s", benchLines[i%len(benchLines)], outcomes[r.Outcome])
		}
	}
}

func BenchmarkMatchAbbreviated(b *testing.B) {
	s := set(b, manyCommands(3000)...)
	b.ReportAllocs()
	for b.Loop() {
		if r := s.Match("ephone-d 1 du", c3825); r.Outcome != OK {
			b.Fatal(outcomes[r.Outcome])
		}
	}
}

func BenchmarkLine(b *testing.B) {
	s := set(b, corpus...)
	a := s.Match(benchLines[6], c3825).Args
	b.ReportAllocs()
	for b.Loop() {
		if a.Line() == "" {
			b.Fatal("empty")
		}
	}
}

// A shell with 3,000 commands, up to the first line.
func BenchmarkDeclare(b *testing.B) {
	syntaxes := manyCommands(3000)
	lib := &Library{Types: StandardTypes(), Describe: func(token string) string { return token }}
	b.ReportAllocs()
	for b.Loop() {
		cmds := make([]*Command, len(syntaxes))
		for i, syntax := range syntaxes {
			var err error
			if cmds[i], err = Declare(Spec{Name: syntax, Syntax: syntax, Generic: true}, lib); err != nil {
				b.Fatal(err)
			}
		}
		s, err := NewSet(cmds, SetOptions{Negatable: true})
		if err != nil {
			b.Fatal(err)
		}
		if r := s.Match("alpha-25 alpha k1000 7", nil); r.Outcome != OK {
			b.Fatal(outcomes[r.Outcome])
		}
	}
}

// The time for a line must not grow with the number of commands: after the
// leading keywords only the commands that share them are looked at.
func TestMatchLooksAtFewCommands(t *testing.T) {
	s := set(t, manyCommands(3000)...)
	for _, line := range append(benchLines, "alpha-2 alpha k80 7", "ephone-d 1 du", "zebra") {
		w := walker{set: s, env: c3825, line: line, branch: s.at(&s.root)}
		w.begin()
		for at := 0; ; {
			if len(w.threads) > 3 {
				t.Errorf("%q: %d threads at offset %d", line, len(w.threads), at)
			}
			wd, ok := w.word(at)
			if !ok || w.step(wd) != OK {
				break
			}
			at = wd.end
		}
	}
}
