package grammar

import "testing"

func TestSilentKeyword(t *testing.T) {
	lib := &Library{Types: StandardTypes()}
	c, err := Compile(Spec{Syntax: "limit [~number] <10-100>$n", Help: "limit  Limit\n$n  Number"}, lib)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSet([]*Command{c}, SetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"limit 15", "limit number 15", "lim num 15"} {
		r := s.Match(line, nil)
		if r.Outcome != OK || r.Args.Line() != "limit 15" || r.Args.Int("n") != 15 {
			t.Errorf("%q: outcome %d, line %q", line, r.Outcome, r.Args.Line())
		}
	}
	if r := s.Match("limit number", nil); r.Outcome != Incomplete {
		t.Errorf("outcome %d without the number", r.Outcome)
	}
	if h := s.Next("limit ", nil); len(h.Items) != 1 || h.Items[0].Keyword {
		t.Errorf("help lists %v", h.Items)
	}
	if _, err := Compile(Spec{Syntax: "~limit <10-100>$n", Help: "$n  Number"}, lib); err == nil {
		t.Error("a silent keyword outside brackets compiles")
	}
}
