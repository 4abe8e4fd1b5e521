package app

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/busylamp/busylamp/"

// Who may import whom, of our own packages; see docs/architecture.md. "*" allows
// every package of the module. A package that is not listed may import none.
var mayImport = map[string][]string{
	"cmd/busylamp":          {"internal/app", "transcripts", "phones", "phones/softphone"},
	"transcripts":           {"internal/app", "phones", "phones/softphone", "internal/memnet", "internal/sipua", "internal/logbuf", "presence"},
	"internal/app":          {"*"},
	"modes":                 {"cli", "cli/conf", "cli/grammar", "cli/render", "cli/secret", "presence", "phones", "internal/logbuf", "internal/sipua"},
	"cli":                   {"cli/grammar", "cli/conf", "cli/term", "cli/render", "cli/secret", "internal/logbuf"},
	"cli/conf":              {"cli/grammar"},
	"cli/tty":               {"cli/term"},
	"cli/grammar":           {},
	"cli/term":              {},
	"cli/render":            {},
	"cli/secret":            {},
	"presence":              {"internal/logbuf"},
	"presence/pidf":         {"presence"},
	"presence/sip":          {"presence", "presence/pidf", "phones", "internal/sipua", "internal/sipua/digest", "internal/logbuf"},
	"phones":                {"presence", "internal/logbuf"},
	"phones/sip":            {"phones", "internal/sipua", "internal/sipua/digest", "internal/logbuf"},
	"phones/softphone":      {"phones", "presence", "presence/pidf", "internal/sipua", "internal/sipua/digest", "internal/logbuf"},
	"internal/sipua":        {"internal/logbuf"},
	"internal/sipua/digest": {},
	"internal/logbuf":       {},
	"internal/memnet":       {},
}

// The import rules of the house are a test, so that a forbidden arrow is a red
// build and not a matter of taste.
func TestImportRules(t *testing.T) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := 0
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		seen++
		name := strings.TrimPrefix(p.ImportPath, module)
		allowed, ok := mayImport[name]
		if !ok {
			t.Errorf("package %s has no import rule", name)
			continue
		}
		for _, imp := range p.Imports {
			own, is := strings.CutPrefix(imp, module)
			if is && !slices.Contains(allowed, own) && !slices.Contains(allowed, "*") {
				t.Errorf("%s must not import %s", name, own)
			}
			if !is && pure[name] && strings.Contains(strings.SplitN(imp, "/", 2)[0], ".") {
				t.Errorf("%s must know the standard library only, it imports %s", name, imp)
			}
		}
	}
	if seen < 10 {
		t.Fatalf("go list showed %d packages of %s", seen, path.Dir(module))
	}
}

// pure packages know the standard library and our own packages only.
var pure = map[string]bool{"cli/grammar": true, "cli/term": true, "cli/render": true, "presence": true, "internal/logbuf": true}
