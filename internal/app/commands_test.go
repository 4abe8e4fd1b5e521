package app

import (
	"bytes"
	"os"
	"testing"
)

// docs/commands.md and docs/commands-ios.md are what the declarations say; `make docs`
// writes them.
func TestCommandReferenceIsCurrent(t *testing.T) {
	for name, kept := range map[string]bool{"../../docs/commands.md": false, "../../docs/commands-ios.md": true} {
		var b bytes.Buffer
		if err := Commands(&b, kept); err != nil {
			t.Fatal(err)
		}
		have, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b.Bytes(), have) {
			t.Errorf("%s is not what the declarations say; run make docs", name)
		}
	}
}
