package grammar_test

import (
	"strings"
	"testing"

	"github.com/busylamp/busylamp/cli/grammar"
)

// models is an Env that knows the names of phone types.
type models []string

func (models) Bound(string) (int, bool) { return 0, false }

func (m models) Names(kind string) []grammar.Item {
	if kind != "model" {
		return nil
	}
	var out []grammar.Item
	for _, name := range m {
		out = append(out, grammar.Item{Text: name, Help: "Phone " + name})
	}
	return out
}

// TestNames: of words that the configuration brings in, those that it has now are taken.
func TestNames(t *testing.T) {
	types := grammar.StandardTypes()
	types["MODEL"] = grammar.Type{Name: "MODEL", Known: "model"}
	c, err := grammar.Compile(grammar.Spec{
		Syntax: "type <7960|7970|MODEL>$type [addon$addon]",
		Help:   "type  Phone type\n$type  Model\naddon  Module\n$addon  Module",
	}, &grammar.Library{Types: types})
	if err != nil {
		t.Fatal(err)
	}
	set, err := grammar.NewSet([]*grammar.Command{c}, grammar.SetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		env   grammar.Env
		line  string
		out   grammar.Outcome
		value string
		caret int
	}{
		{models{"E61"}, "type E61", grammar.OK, "E61", 0},
		{models{"E61"}, "type e61 addon", grammar.OK, "E61", 0},
		{models{"E61"}, "type E6", grammar.OK, "E61", 0},
		{models{"E61", "E62"}, "type E6", grammar.NoMatch, "", 6},
		{models{"E61", "E6"}, "type E6", grammar.OK, "E6", 0},
		{models{"E61"}, "type E7", grammar.NoMatch, "", 6},
		{models{}, "type E61", grammar.NoMatch, "", 5},
		{nil, "type E61", grammar.OK, "E61", 0},
		{models{"7961"}, "type 7960", grammar.OK, "7960", 0},
	} {
		r := set.Match(tt.line, tt.env)
		if r.Outcome != tt.out || r.Args.String("type") != tt.value || r.Outcome == grammar.NoMatch && r.Caret != tt.caret {
			t.Errorf("%q with %v: %v %q caret %d, want %v %q caret %d", tt.line, tt.env, r.Outcome, r.Args.String("type"), r.Caret, tt.out, tt.value, tt.caret)
		}
	}
	for line, want := range map[string]string{
		"type ":  "7960 Model|7970 Model|E61 Phone E61|E62 Phone E62",
		"type e": "E61 Phone E61|E62 Phone E62",
		"type 7": "7960 Model|7970 Model",
		"type x": "",
	} {
		var rows []string
		for _, it := range set.Next(line, models{"E62", "E61"}).Items {
			rows = append(rows, it.Text+" "+it.Help)
		}
		if got := strings.Join(rows, "|"); got != want {
			t.Errorf("%q: %s, want %s", line, got, want)
		}
	}
}
