package app_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
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

var (
	cliRow     = regexp.MustCompile(`^\| (\d+)\.(\d+) \|`)
	transcript = regexp.MustCompile("`([a-z]+/[a-z0-9-]+\\.txtar)`")
	script     = regexp.MustCompile("`((?:interop|cmd)/[a-z0-9_/-]+\\.(?:exp|py|txt))`")
)

// docs/conformance-cli.md has every row of the checklist of the terminal, in its order;
// each names what shows it, and that is there.
func TestConformanceCLI(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join("..", "..", "docs", "conformance-cli.md"))
	if err != nil {
		t.Fatal(err)
	}
	rows := make([]int, 13) // by section
	for line := range strings.SplitSeq(string(doc), "\n") {
		m := cliRow.FindStringSubmatch(line)
		if m == nil {
			if strings.HasPrefix(line, "| ") && !strings.HasPrefix(line, "| row |") {
				t.Errorf("a row without a number: %s", line)
			}
			continue
		}
		row := m[1] + "." + m[2]
		section, _ := strconv.Atoi(m[1])
		number, _ := strconv.Atoi(m[2])
		if section >= len(rows) || number != rows[section]+1 {
			t.Errorf("row %s is out of order", row)
			continue
		}
		rows[section] = number
		shown := line[strings.LastIndex(strings.TrimSuffix(line, "|"), "|"):]
		named := goTest.FindAllStringSubmatch(shown, -1)
		for _, m := range named {
			if !hasTest(t, m[1], m[2]) {
				t.Errorf("%s: %s has no %s", row, m[1], m[2])
			}
		}
		files := transcript.FindAllStringSubmatch(shown, -1)
		for _, m := range files {
			if _, err := os.Stat(filepath.Join("..", "..", "transcripts", m[1])); err != nil {
				t.Errorf("%s: %v", row, err)
			}
		}
		scripts := script.FindAllStringSubmatch(shown, -1)
		for _, m := range scripts {
			if _, err := os.Stat(filepath.Join("..", "..", m[1])); err != nil {
				t.Errorf("%s: %v", row, err)
			}
		}
		if n := len(named) + len(files) + len(scripts); n == 0 || n != strings.Count(shown, "`")/2 {
			t.Errorf("%s: nothing shows it, or what does is not understood: %s", row, shown)
		}
	}
	for section, least := range []int{0, 2, 9, 9, 12, 11, 9, 5, 13, 8, 10, 10, 13} {
		if rows[section] < least {
			t.Errorf("section %d has %d rows, the checklist has %d", section, rows[section], least)
		}
	}
}
