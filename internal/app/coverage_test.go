package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/busylamp/busylamp/modes"
	"github.com/busylamp/busylamp/transcripts"
)

// Every EXEC command, and every configuration command that acts, is typed in at
// least one transcript. Inert ones are typed by the generated tests of modes.
func TestEveryCommandHasATranscript(t *testing.T) {
	typed := typedLines(t)
	names := map[string]bool{}
	for _, x := range modes.Exec(modes.Agents{}) {
		names[leading(x.Syntax)] = true
	}
	for _, m := range modes.All() {
		for _, c := range m.Commands {
			if c.Syntax != "" && !c.Inert {
				names[leading(c.Syntax)] = true
			}
		}
	}
	for name := range names {
		if !covered(strings.Fields(name), typed) {
			t.Errorf("no transcript types %q", name)
		}
	}
}

// leading is the keywords before the first argument or bracket.
func leading(syntax string) string {
	var words []string
	for _, w := range strings.Fields(syntax) {
		if strings.ContainsAny(w, "<>[]{}|$") || strings.ToLower(w) != w && strings.ToUpper(w) == w {
			break
		}
		words = append(words, w)
	}
	return strings.Join(words, " ")
}

// covered tells whether a line begins with the words or abbreviations of them.
func covered(words []string, lines [][]string) bool {
next:
	for _, line := range lines {
		if len(line) < len(words) {
			continue
		}
		for i, w := range words {
			if !strings.HasPrefix(w, strings.ToLower(line[i])) {
				continue next
			}
		}
		return true
	}
	return false
}

// typedLines is what all transcripts type and load, in words, without `no`,
// `default` and `do`.
func typedLines(t *testing.T) [][]string {
	t.Helper()
	names, err := filepath.Glob("../../transcripts/*/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("transcripts: %v, %v", names, err)
	}
	var out [][]string
	add := func(line string) {
		w := strings.Fields(line)
		out = append(out, w)
		for len(w) > 0 && (w[0] == "no" || w[0] == "default" || w[0] == "do") {
			w = w[1:]
			out = append(out, w)
		}
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := transcripts.Parse(name, data)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(s.Startup)) {
			add(line)
		}
		for _, step := range s.Steps {
			add(step.Input)
		}
	}
	return out
}
