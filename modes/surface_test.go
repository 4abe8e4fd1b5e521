package modes

import (
	"strings"
	"testing"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
)

// compiled is the schema of all modes; whoever asks it for a command that is not
// declared fails the test.
func compiled(t testing.TB) *conf.Schema {
	t.Helper()
	schema, err := conf.Declare(All(), Library())
	if err != nil {
		t.Fatal(err)
	}
	schema.OnUnknown = func(mode, name string) { t.Errorf("mode %s has no command %q", mode, name) }
	return schema
}

// TestCompile: everything compiles, which includes that each token of a literal
// has help.
func TestCompile(t *testing.T) {
	schema := compiled(t)
	if err := newPlatform(t, schema, C3825).shell.Check(); err != nil {
		t.Error(err)
	}
	for _, m := range schema.Modes() {
		if !strings.HasSuffix(m.Mode.Title, " commands:") || m.Mode.Prompt == "" {
			t.Errorf("mode %s: title %q, prompt %q", m.Mode.Name, m.Mode.Title, m.Mode.Prompt)
		}
		for _, c := range m.Commands() {
			if len(c.Name+c.Syntax) > 0 && !c.Generic && !printable(c.Help+c.Shared) {
				t.Errorf("mode %s: %s: help %q", m.Mode.Name, c.Syntax, c.Help+c.Shared)
			}
			for line := range strings.Lines(c.Shared) {
				if token, text, _ := strings.Cut(strings.TrimSpace(line), " "); token != "" && !strings.HasPrefix(text, " ") {
					t.Errorf("mode %s: shared help line %q: the token and its text must be two blanks apart", m.Mode.Name, line)
				}
			}
		}
	}
	if _, err := conf.Compile(All(), nil); err == nil {
		t.Error("compiling without the library reports nothing")
	}
}

// TestStaleHelp: a help line for a token that a command does not have is found.
func TestStaleHelp(t *testing.T) {
	lib := Library()
	for _, m := range All() {
		for _, c := range m.Commands {
			if c.Syntax == "" || c.Generic {
				continue
			}
			spec := grammar.Spec{Name: c.Name, Syntax: c.Syntax, Help: c.Help + "\nstale-token  Nothing", Shared: c.Shared}
			if _, err := grammar.Compile(spec, lib); err == nil || !strings.Contains(err.Error(), "stale-token") {
				t.Errorf("mode %s: %s: %v", m.Name, c.Syntax, err)
			}
		}
	}
}

func printable(s string) bool {
	return strings.Trim(s, "\n\t") != "" && !strings.ContainsFunc(s, func(r rune) bool { return r > '~' })
}

func TestExecCompiles(t *testing.T) {
	lib := Library()
	seen := map[string]bool{}
	for _, e := range Exec(Agents{}) {
		c, err := grammar.Compile(grammar.Spec{Syntax: e.Syntax, Help: e.Help, NoRefused: true}, lib)
		if err != nil {
			t.Error(err)
			continue
		}
		key := c.Spec().Syntax + strings.Join(e.Modes, ",")
		if seen[key] {
			t.Errorf("%s is declared twice", e.Syntax)
		}
		seen[key] = true
		set, err := grammar.NewSet([]*grammar.Command{c}, grammar.SetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range samples(e.Syntax) {
			if r := set.Match(line, nil); r.Outcome != grammar.OK {
				t.Errorf("%s: %q is not accepted", e.Syntax, line)
			}
		}
	}
}

// blocks is a tree in which every mode has a block, and where it is.
func blocks(t *testing.T, schema *conf.Schema) (conf.Tree, map[string]conf.Path) {
	t.Helper()
	tree := conf.NewTree(schema)
	for _, line := range []string{"ephone-type E61", "ephone-type K2 addon"} { // names that examples have
		tree, _ = apply(t, tree, conf.Root, line)
	}
	tree, sip := apply(t, tree, conf.Root, "voice register pool-type 9900")
	tree, _ = apply(t, tree, sip, "phoneload-support")
	at := map[string]conf.Path{conf.Global: conf.Root}
	for again := true; again; {
		again = false
		for _, m := range schema.Modes() {
			parent, ok := at[m.Mode.Name]
			if !ok {
				continue
			}
			for _, c := range m.Commands() {
				if _, done := at[c.Enter]; c.Enter == "" || done {
					continue
				}
				var path conf.Path
				tree, path = apply(t, tree, parent, samples(c.Syntax)[0])
				at[c.Enter] = path
				again = true
			}
		}
	}
	return tree, at
}

func apply(t *testing.T, tree conf.Tree, parent conf.Path, line string) (conf.Tree, conf.Path) {
	t.Helper()
	node, ok := tree.At(parent)
	if !ok {
		t.Fatalf("%q: the block is gone", line)
	}
	r := tree.Schema().Mode(node.Mode()).Set().Match(line, Bounds(C3825)(tree))
	if r.Outcome != grammar.OK {
		t.Fatalf("mode %s: %q: outcome %d at column %d", node.Mode(), line, r.Outcome, r.Caret+1)
	}
	next, path, _, err := tree.Apply(parent, r.Args)
	if err != nil {
		t.Fatalf("mode %s: %q: %v", node.Mode(), line, err)
	}
	return next, path
}

// TestSurface types example lines of every declared command in its mode: the
// printed line parses back to the same line, `no` takes it away or restores the
// default, and so does `default`.
func TestSurface(t *testing.T) {
	schema := compiled(t)
	base, at := blocks(t, schema)
	n := 0
	for _, m := range schema.Modes() {
		parent, ok := at[m.Mode.Name]
		if !ok {
			t.Errorf("no line opens mode %s", m.Mode.Name)
			continue
		}
		for _, c := range m.Commands() {
			if c.Syntax == "" {
				continue
			}
			for _, line := range samplesOf(c) {
				n++
				if c.No == conf.NoSweeps {
					if plain := m.Set().Match(line, nil); plain.Outcome == grammar.OK && plain.Args.Command().Spec().NoOnly {
						t.Errorf("mode %s: %q is taken without no", m.Mode.Name, line)
					}
					apply(t, base, parent, "no "+line)
					continue
				}
				r := m.Set().Match(line, nil)
				if r.Outcome != grammar.OK {
					t.Errorf("mode %s: %q: outcome %d at column %d", m.Mode.Name, line, r.Outcome, r.Caret+1)
					continue
				}
				again := m.Set().Match(r.Args.Line(), nil)
				if again.Outcome != grammar.OK || !again.Args.Equal(r.Args) {
					t.Errorf("mode %s: %q prints as %q, which is another line", m.Mode.Name, line, r.Args.Line())
				}
				if c.Enter == "" {
					checkNo(t, m, c, base, parent, line, r.Args)
				}
			}
		}
	}
	if n < 600 {
		t.Errorf("only %d lines", n)
	}
}

func checkNo(t *testing.T, m *conf.CompiledMode, c conf.Command, base conf.Tree, parent conf.Path, line string, args grammar.Args) {
	t.Helper()
	name := args.Command().Name()
	set, path := apply(t, base, parent, line)
	if c.Hidden || c.Fixed || c.No == conf.NoRefused {
		return
	}
	node, _ := set.At(parent)
	if got, ok := node.Get(name); c.Order != conf.Arrival && (!ok || c.PerLine == 0 && c.Default == "" && c.Fill == nil && !got.Equal(args)) {
		t.Errorf("mode %s: %q: Get gives %q, %v", m.Mode.Name, line, got.Line(), ok)
	}
	off, _ := apply(t, set, parent, "no "+line)
	node, _ = off.At(parent)
	if _, ok := off.At(path); ok && c.No == conf.NoRemoves && c.Default == "" {
		t.Errorf("mode %s: %q is still there after no", m.Mode.Name, line)
	}
	if c.No == conf.NoStored && node.On(name) {
		t.Errorf("mode %s: %q is still on after no", m.Mode.Name, line)
	}
	if reset, _ := apply(t, set, parent, "default "+line); len(c.Replaces) == 0 && !reset.Equal(base) {
		t.Errorf("mode %s: default %q does not restore the default:\n%s", m.Mode.Name, line,
			diffLines(squeeze(string(conf.Running(reset))), squeeze(string(conf.Running(base)))))
	}
}
