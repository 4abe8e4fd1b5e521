package grammar

import (
	"slices"
	"strings"
	"testing"
)

func TestCompileErrors(t *testing.T) {
	tests := []struct{ syntax, column, reason string }{
		{"", "column 1", "empty"},
		{"   ", "column 1", "empty"},
		{" a", "column 1", "starts with a blank"},
		{"a\tb", "column 2", "printable"},
		{"a é", "column 3", "printable"},
		{"server A.B.C.E$a", "column 8", "unknown type A.B.C.E"},
		{"load FOO", "column 6", `\FOO makes it`},
		{"a(3)", "column 2", "only a type"},
		{"a WORD(0)", "column 8", "no length"},
		{"a WORD(x)", "column 8", "no length"},
		{"a WORD(3", "column 7", "not closed"},
		{"a $x", "column 3", "must follow a token"},
		{"a WORD$", "column 8", "capture name"},
		{"a WORD$1x", "column 8", "capture name"},
		{"a WORD$x WORD$x", "column 14", "twice"},
		{"a <b|c>$x <d|e>$x", "column 16", "twice"},
		{"a WORD!", "column 7", "! must follow a capture"},
		{"a [b]$x", "column 6", "only a token or a choice <x|y> can be captured"},
		{"a [b]...", "column 6", "write [x...]"},
		{"a {b|c}...", "column 8", "repeated"},
		{"a [b|c]", "column 5", "[<a|b>]"},
		{"a [b", "column 3", "not closed"},
		{"a [b>", "column 5", `">" where "]" is due`},
		{"a b]", "column 4", "closes nothing"},
		{"a [[b]]", "column 3", "inside an optional"},
		{"a []", "column 4", "token is missing"},
		{"a <b|>", "column 6", "token is missing"},
		{"a <b>", "column 3", "neither a range"},
		{"a <1-5|any>", "column 4", "write <1-5>"},
		{"a <1-{x}|any>", "column 6", "out of place"},
		{"a <5>", "column 3", "neither a range"},
		{"a {b}", "column 3", "two parts"},
		{"a <9-1>$n", "column 3", "empty"},
		{"a <1-x>$n", "column 6", "no bound"},
		{"a <{}-4>$n", "column 4", "no bound"},
		{"a <1-{a b}>$n", "column 6", "out of place"},
		{"a <1-99999999999999999999>$n", "column 6", "no bound"},
		{"a <[b]|c>", "column 4", "alternative may be empty"},
		{"a {[b]|c}", "column 4", "part of {a|b} may be empty"},
		{"[a]", "column 1", "whole line may be empty"},
		{"a LINE$x b", "column 3", "nothing may follow"},
		{"a LINE$x...", "column 3", "nothing may follow"},
		{"a [TEXT$x] b", "column 4", "nothing may follow"},
		{"a <b {c|d}|e>...", "column 6", "any order inside a repetition"},
		{"a <b c...|d>...", "column 6", "repetition inside"},
		{"a <<b|c>|d>$x", "column 4", "must start with a plain token"},
		{"a <[b] c|d>$x", "column 4", "must start with a plain token"},
		{"a b[c]", "column 4", "out of place"},
		{"a [b]c", "column 6", "out of place"},
		{"a WORD$x...!", "column 12", "out of place"},
		{"WORD$x a", "column 1", "no leading keyword"},
		{"a WORD~$x", "column 3", "only a keyword"},
		{`a \`, "column 3", "backslash"},
		{`a "b"`, "column 3", "quote"},
		{"a " + strings.Repeat("[", 20) + "b", "column 19", "more than 16 brackets"},
		{"a {" + strings.Repeat("b|", 64) + "c}", "column 3", "any-order parts"},
		{"a <{x>", "column 3", "neither a range"},
		{"a <{x}>", "column 3", "neither a range"},
		{"a <1-{x y>", "column 6", "out of place"},
		{"a" + strings.Repeat(" WORD...", 65), "column 515", "more than 64 repeated"},
		{strings.Repeat("a ", 600), "column 1025", "more than 512 tokens"},
		{strings.Repeat("a", 5000), "column 4097", "longer than"},
	}
	for _, tt := range tests {
		_, err := tryCompile(tt.syntax)
		if err == nil {
			t.Errorf("%q compiles", tt.syntax)
			continue
		}
		for _, want := range []string{tt.column + ":", tt.reason, "syntax "} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%.80q: %q lacks %q", tt.syntax, err, want)
			}
		}
	}
}

func TestCompileHelp(t *testing.T) {
	lib := &Library{Types: standard, Help: map[string]string{"show": "Show things", "ip": "Shared"}}
	tests := []struct {
		spec Spec
		want string // part of the error, "" for none
	}{
		{Spec{Syntax: "show ip WORD$w", Help: "$w  A word"}, ""},
		{Spec{Syntax: "show ip WORD$w", Help: "\n\t$w\tA word\n\n"}, ""},
		{Spec{Syntax: "show ip WORD(8)", Help: "WORD(8)  A word"}, ""},
		{Spec{Syntax: "show <a|b>$x", Help: "$x  Either"}, ""},
		{Spec{Syntax: "show x$x", Help: "$x  It"}, ""},
		{Spec{Syntax: "show ip WORD$w"}, "column 9: no help for WORD or $w"},
		{Spec{Syntax: "show foo bar"}, "column 6: no help for foo\ncolumn 10: no help for bar"},
		{Spec{Syntax: "show ip", Help: "ips  typo"}, "help for ips, which is not in the syntax"},
		{Spec{Syntax: "show ip", Help: "ip text"}, "two blanks"},
		{Spec{Syntax: "show ip", Help: "ip"}, "two blanks"},
		{Spec{Syntax: "show ip", Help: "ip  a\nip  b"}, "has a text already"},
	}
	for _, tt := range tests {
		_, err := Compile(tt.spec, lib)
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("%+v: %v", tt.spec, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%+v: %v, want %q", tt.spec, err, tt.want)
		}
	}
}

func TestCommandNames(t *testing.T) {
	tests := []struct {
		syntax, name, want string
		captures           []string
	}{
		{"voice register dn  <1-9>$tag!", "", "voice register dn", []string{"tag"}},
		{"allow watch", "", "allow watch", nil},
		{"presence", "x", "x", nil},
		{"line <con|aux>$kind! <0-9>$first", "", "line", []string{"kind", "first"}},
		{"type <a|<1-2>$b>$c", "", "type", []string{"b", "c"}},
		{"load <7960-7940|7961GE>$m", "", "load", []string{"m"}},
	}
	for _, tt := range tests {
		c, err := Compile(Spec{Name: tt.name, Syntax: tt.syntax, Help: helpFor(tt.syntax)}, nil)
		if err != nil {
			t.Error(err)
			continue
		}
		if c.Name() != tt.want || !slices.Equal(c.Captures(), tt.captures) {
			t.Errorf("%q: name %q, captures %q", tt.syntax, c.Name(), c.Captures())
		}
	}
}

// A word is a type when the Library has it, whatever it looks like.
func TestLibraryDecides(t *testing.T) {
	lib := &Library{Types: map[string]Type{"7960": {Name: "7960"}, "lower": {}}}
	c, err := Compile(Spec{Syntax: "load 7960$a lower$b 7961", Help: "load  l\n$a  a\n$b  b\n7961  m"}, lib)
	if err != nil {
		t.Fatal(err)
	}
	s, _ := NewSet([]*Command{c}, SetOptions{})
	r := s.Match("load what ever 7961", nil)
	if r.Outcome != OK || r.Args.String("a") != "what" || r.Args.String("b") != "ever" {
		t.Errorf("%+v", r)
	}
	if h := s.Next("load ", nil); texts(h) != "7960" || h.Items[0].Keyword {
		t.Errorf("%+v", h)
	}
}
