package modes

import (
	"testing"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
)

func compiled(t testing.TB) *conf.Schema {
	t.Helper()
	schema, err := conf.Compile(All(), Library())
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestCompile(t *testing.T) { compiled(t) }

func TestExecCompiles(t *testing.T) {
	lib := Library()
	for _, e := range Exec(Agents{}) {
		if _, err := grammar.Compile(grammar.Spec{Syntax: e.Syntax, Help: e.Help, NoRefused: true}, lib); err != nil {
			t.Error(err)
		}
	}
}
