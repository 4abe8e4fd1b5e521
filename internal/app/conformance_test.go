package app_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	rowName   = regexp.MustCompile(`^\| ([ABC]\d+) \|`)
	goTest    = regexp.MustCompile("`([a-z/]+)\\.((?:Test|Fuzz)\\w+)`")
	scenario  = regexp.MustCompile("`([a-z0-9-]+)\\.xml`")
	conformed = regexp.MustCompile(`(?m)^    \("((?:[ABC]\d+ ?)+)", `)
)

// docs/conformance-sip.md has one row for each row of the checklist; what it names
// exists and is run, and what there is is named.
func TestConformance(t *testing.T) {
	read := func(name string) string {
		t.Helper()
		b, err := os.ReadFile(filepath.Join("..", "..", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	doc := read("docs/conformance-sip.md")
	scripts, drives := read("interop/run.sh"), map[string]bool{}
	python, _ := filepath.Glob(filepath.Join("..", "..", "interop", "conform", "*.py"))
	for _, name := range python {
		text := read(filepath.Join("interop", "conform", filepath.Base(name)))
		scripts += text
		for _, m := range conformed.FindAllStringSubmatch(text, -1) {
			for _, row := range strings.Fields(m[1]) {
				drives[row] = true
			}
		}
	}

	var rows []string
	for line := range strings.SplitSeq(doc, "\n") {
		m := rowName.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		row := m[1]
		rows = append(rows, row)
		cells := strings.Split(strings.Trim(line, "|"), "|")
		if len(cells) != 5 {
			t.Errorf("%s: %d cells", row, len(cells))
			continue
		}
		tests := goTest.FindAllStringSubmatch(cells[3], -1)
		if len(tests) == 0 && row != "C27" { // which says that there is nothing
			t.Errorf("%s: no test", row)
		}
		for _, m := range tests {
			if !hasTest(t, m[1], m[2]) {
				t.Errorf("%s: %s has no %s", row, m[1], m[2])
			}
		}
		for _, m := range scenario.FindAllStringSubmatch(cells[4], -1) {
			if !regexp.MustCompile(`["'\s]` + m[1] + `["'\s]`).MatchString(scripts) {
				t.Errorf("%s: nothing runs scenario %s", row, m[1])
			}
		}
	}
	want := strings.Fields("A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 B17 B18 C19 C20 C21 C22 C23 C24 C25 C26 C27")
	for _, row := range want {
		if !drives[row] && row != "C27" {
			t.Errorf("%s: interop/conform has no test", row)
		}
	}
	if !slices.Equal(rows, want) {
		t.Errorf("rows %v", rows)
	}

	named := map[string]bool{}
	for _, m := range scenario.FindAllStringSubmatch(doc, -1) {
		named[m[1]] = true
	}
	files, _ := filepath.Glob(filepath.Join("..", "..", "interop", "sipp", "*.xml"))
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".xml")
		if !named[name] {
			t.Errorf("no row names scenario %s", name)
		}
		delete(named, name)
	}
	for name := range named {
		t.Errorf("there is no scenario %s", name)
	}
}

// hasTest says whether a package has a test or fuzz target.
func hasTest(t *testing.T, pkg, name string) bool {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(pkg), "*_test.go"))
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), "\nfunc "+name+"(") {
			return true
		}
	}
	return false
}
