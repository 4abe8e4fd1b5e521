package modes

import (
	"strings"
	"testing"
)

// A block of vtys that is typed shorter keeps its lines; longer, it grows.
func TestVTYsDoNotShrink(t *testing.T) {
	for _, c := range []struct{ typed, want string }{
		{"line vty 0 15/line vty 0 4/ login local", "0 15"},
		{"line vty 0 15/line vty 0/ login local", "0 15"},
		{"line vty 0 4/line vty 0 15/ login local", "0 15"},
		{"line vty 0 4/line vty 5 15/ login local", "0 4, 5 15"},
	} {
		p := newPlatform(t, compiled(t), C3825)
		for _, e := range p.shell.Load(t.Context(), []byte(strings.ReplaceAll(c.typed, "/", "\n")+"\n"), p.origin()) {
			t.Errorf("%s: %s", e.Text, e.Error)
		}
		var got []string
		for n := range p.store.Tree().Root().All("line vty") {
			got = append(got, strings.TrimPrefix(n.Line(), "line vty "))
		}
		equal(t, c.typed, strings.Join(got, ", "), c.want)
	}
}
