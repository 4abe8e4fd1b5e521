package app

import (
	"bytes"
	"os"
	"testing"
)

// docs/commands.md is what the declarations say; `make docs` writes it.
func TestCommandReferenceIsCurrent(t *testing.T) {
	var b bytes.Buffer
	if err := Commands(&b); err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile("../../docs/commands.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), have) {
		t.Error("docs/commands.md is not what the declarations say; run make docs")
	}
}
