package modes

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
)

// TestTables: every line of the tables compiles, stands in a mode that a line opens,
// and says nothing that a literal says.
func TestTables(t *testing.T) {
	schema := compiled(t)
	read := readTables()
	opened := map[string]bool{conf.Global: true}
	literals := map[string]bool{}
	for _, m := range schema.Modes() {
		for _, c := range m.Commands() {
			opened[c.Enter] = true
			literals[m.Mode.Name+": "+c.Syntax] = !c.Generic
		}
		for _, c := range m.Grammar() {
			if err := c.Err(); err != nil {
				t.Errorf("mode %s: %v", m.Mode.Name, err)
			}
		}
	}
	for mode := range read.sections {
		lines := read.lines(mode)
		if mode == "" && len(lines) == 0 {
			continue // what stands before the first mode
		}
		if strings.HasPrefix(mode, "global ") {
			_, anchor, _ := strings.Cut(strings.TrimPrefix(mode, "global "), " ")
			if !slices.ContainsFunc(globalMode().Commands, func(c conf.Command) bool { return strings.HasPrefix(c.Syntax, anchor) }) {
				t.Errorf("%s: no such line", mode)
			}
			mode = conf.Global
		}
		if schema.Mode(mode) == nil || !opened[mode] {
			t.Errorf("mode %s is not declared, or nothing opens it", mode)
		}
		for _, c := range lines {
			if literals[mode+": "+c.Syntax] {
				t.Errorf("mode %s: %s is a literal already", mode, c.Syntax)
			}
		}
	}
	for _, m := range schema.Modes() {
		if !opened[m.Mode.Name] {
			t.Errorf("nothing opens mode %s", m.Mode.Name)
		}
	}
}

// TestTablesGiveWay: no line of a table takes a line from a literal, which may act.
func TestTablesGiveWay(t *testing.T) {
	schema := compiled(t)
	for _, m := range schema.Modes() {
		for _, c := range m.Commands() {
			if c.Syntax == "" || c.Generic {
				continue
			}
			for _, line := range samples(c.Syntax) {
				r := m.Set().Match(line, nil)
				if r.Outcome != grammar.OK {
					continue // TestSurface tells
				}
				if got, _ := m.CommandOf(r.Args); got.Generic {
					t.Errorf("mode %s: %q is read as %s", m.Mode.Name, line, got.Syntax)
				}
			}
		}
	}
}

// TestTableFiles: all files of the directory are read, in order, and each begins with
// a comment: what is looked for are lines behind another one.
func TestTableFiles(t *testing.T) {
	names, err := filepath.Glob("tables/*")
	if err != nil {
		t.Fatal(err)
	}
	read := tableFiles()
	for i, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if i >= len(read) || string(text) != read[i] {
			t.Errorf("%s is not file %d of tableFiles", name, i)
		}
		if !strings.HasPrefix(string(text), "#") {
			t.Errorf("%s does not begin with a comment", name)
		}
	}
}

func TestWithCaptures(t *testing.T) {
	for _, c := range [][2]string{
		{"a WORD! b", "a WORD$k1! b"},
		{"a <x|y>! <1-5>! WORD$n! [WORD!]", "a <x|y>$k1! <1-5>$k2! WORD$n! [WORD$k3!]"},
		{"a b", "a b"},
	} {
		if got := withCaptures(c[0]); got != c[1] {
			t.Errorf("%q gives %q, want %q", c[0], got, c[1])
		}
	}
}
