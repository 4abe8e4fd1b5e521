package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/busylamp/busylamp/"

// Who imports whom, of our own packages; see docs/architecture.md. An arrow that is
// not in the table is forbidden, and one that is no longer used is taken out, so
// that the table is the truth.
var imports = map[string]string{
	"cmd/busylamp":             "internal/app phones phones/handset phones/handset/tui phones/skinny phones/softphone transcripts",
	"transcripts":              "internal/app internal/memnet internal/probe internal/sipua phones phones/handset phones/skinny phones/softphone",
	"internal/app":             "cli cli/conf cli/term cli/tty internal/clock internal/fetch internal/host internal/journal internal/logbuf internal/probe internal/remote internal/sipua internal/trust modes phones phones/call phones/mobility phones/provision phones/sccp phones/sip phones/sipcall presence presence/credentials presence/relay presence/sip",
	"modes":                    "cli cli/conf cli/grammar cli/render cli/secret cli/term internal/clock internal/host internal/logbuf internal/probe internal/remote internal/sipua internal/trust phones phones/call presence presence/credentials",
	"cli":                      "cli/conf cli/grammar cli/render cli/secret cli/term internal/clock internal/logbuf",
	"cli/conf":                 "cli/grammar",
	"cli/tty":                  "cli/term",
	"cli/grammar":              "",
	"cli/term":                 "",
	"cli/render":               "",
	"cli/secret":               "",
	"presence":                 "internal/logbuf",
	"presence/dialoginfo":      "presence",
	"presence/credentials":     "internal/logbuf",
	"presence/eventlist":       "",
	"presence/pidf":            "presence",
	"presence/relay":           "internal/logbuf internal/sipua presence presence/pidf",
	"presence/winfo":           "",
	"presence/sip":             "internal/logbuf internal/sipua internal/sipua/digest presence presence/dialoginfo presence/eventlist presence/pidf presence/winfo",
	"phones":                   "internal/logbuf",
	"phones/call":              "internal/logbuf phones presence",
	"phones/mobility":          "phones",
	"phones/provision":         "internal/logbuf phones",
	"phones/sip":               "internal/logbuf internal/sipua internal/sipua/digest phones",
	"phones/sipcall":           "internal/logbuf internal/sipua internal/sipua/digest phones phones/call",
	"phones/handset":           "",
	"phones/handset/tui":       "phones/handset phones/handset/tui/quiet",
	"phones/handset/tui/quiet": "",
	"phones/sccp":              "internal/logbuf internal/readable phones phones/call phones/sccp/wire presence",
	"phones/sccp/wire":         "",
	"phones/skinny":            "phones phones/handset phones/sccp/wire",
	"phones/softphone":         "internal/sipua internal/sipua/digest phones phones/handset presence presence/pidf",
	"internal/sipua":           "internal/logbuf",
	"internal/sipua/digest":    "",
	"internal/clock":           "",
	"internal/logbuf":          "",
	"internal/journal":         "",
	"internal/host":            "",
	"internal/memnet":          "",
	"internal/siptest":         "internal/memnet",
	"internal/probe":           "",
	"internal/remote":          "",
	"internal/readable":        "",
	"internal/fetch":           "",
	"internal/trust":           "",
	"interop/bench/load":       "",
	"interop/bench/shell":      "",
	"interop/references":       "transcripts",
}

// What tests import beside that.
var testImports = map[string]string{
	"internal/fetch":    "internal/memnet",
	"internal/readable": "internal/memnet",
	"cmd/busylamp":      "internal/memnet",
	"internal/app":      "internal/memnet internal/sipua/digest transcripts",
	"cli/tty":           "internal/memnet",
	"presence/relay":    "internal/memnet internal/siptest internal/sipua/digest",
	"presence/sip":      "internal/memnet internal/siptest",
	"phones/sip":        "internal/memnet phones/softphone",
	"phones/sccp":       "internal/memnet",
	"phones/provision":  "internal/memnet phones/mobility",
	"phones/sipcall":    "internal/memnet internal/siptest presence",
	"phones/skinny":     "internal/memnet",
	"phones/softphone":  "internal/memnet",
	"internal/sipua":    "internal/memnet",
}

// The import rules of the house are a test, so that a forbidden arrow is a red
// build and not a matter of taste.
func TestImportRules(t *testing.T) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", module+"...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := map[string]bool{}
	dec := json.NewDecoder(bytes.NewReader(out))
	for {
		var p struct {
			ImportPath                         string
			Imports, TestImports, XTestImports []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(p.ImportPath, module)
		seen[name] = true
		allowed, ok := imports[name]
		if !ok {
			t.Errorf("package %s has no import rule", name)
		}
		used := own(p.Imports)
		compare(t, name, used, strings.Fields(allowed))
		inTests := slices.DeleteFunc(own(slices.Concat(p.TestImports, p.XTestImports)), func(imp string) bool {
			return imp == name || slices.Contains(used, imp)
		})
		compare(t, "tests of "+name, inTests, strings.Fields(testImports[name]))
		for _, imp := range p.Imports {
			if pure[name] && !strings.HasPrefix(imp, module) && strings.Contains(strings.SplitN(imp, "/", 2)[0], ".") {
				t.Errorf("%s must know the standard library only, it imports %s", name, imp)
			}
		}
	}
	for _, table := range []map[string]string{imports, testImports} {
		for name := range table {
			if !seen[name] {
				t.Errorf("there is a rule for %s and no such package", name)
			}
		}
	}
}

// own is our packages among imports, sorted, each once.
func own(imports []string) []string {
	var out []string
	for _, imp := range imports {
		if name, is := strings.CutPrefix(imp, module); is {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func compare(t *testing.T, who string, used, allowed []string) {
	t.Helper()
	for _, imp := range used {
		if !slices.Contains(allowed, imp) {
			t.Errorf("%s must not import %s", who, imp)
		}
	}
	for _, imp := range allowed {
		if !slices.Contains(used, imp) {
			t.Errorf("%s may import %s and does not: take the rule out", who, imp)
		}
	}
}

// pure packages know the standard library and our own packages only.
var pure = map[string]bool{"cli/grammar": true, "cli/term": true, "cli/render": true, "presence": true, "internal/clock": true, "internal/logbuf": true, "internal/journal": true, "phones/sccp/wire": true}
