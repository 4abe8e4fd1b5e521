package modes

import (
	"io/fs"
	"strings"
	"testing"
)

// TestPasteFiles: configurations as sites have them, in our own words, are taken line for
// line, and what is shown of them pastes back unchanged.
func TestPasteFiles(t *testing.T) {
	schema := compiled(t)
	files, err := fs.Glob(testdata, "testdata/paste/*.cfg")
	if err != nil || len(files) < 3 {
		t.Fatal(files, err)
	}
	lines := 0
	for _, name := range files {
		text, err := testdata.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		lines += strings.Count(string(text), "\n") - strings.Count(string(text), "!\n")
		r := newPlatform(t, schema, Unlimited)
		for _, e := range r.shell.Load(t.Context(), text, r.origin()) {
			t.Errorf("%s:%d: %q: %s", name, e.Line, e.Text, e.Error)
		}
		running := r.running()
		fresh := newPlatform(t, schema, Unlimited)
		for range 2 {
			for _, e := range fresh.shell.Load(t.Context(), []byte(running), fresh.origin()) {
				t.Errorf("%s: what is shown, line %d: %q: %s", name, e.Line, e.Text, e.Error)
			}
			if got := fresh.running(); got != running {
				t.Errorf("%s: what is shown changes:\n%s", name, diffLines(strings.Split(got, "\n"), strings.Split(running, "\n")))
			}
		}
	}
	if lines < 1000 {
		t.Errorf("only %d lines", lines)
	}
}
