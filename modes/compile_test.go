package modes

import (
	"testing"

	"github.com/busylamp/busylamp/cli/conf"
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
