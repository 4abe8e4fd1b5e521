package modes

import (
	"slices"
	"strings"
	"testing"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
	"pgregory.net/rapid"
)

// example is one line that can be typed in a mode.
type example struct{ mode, line string }

func examples(schema *conf.Schema) []example {
	var out []example
	for _, m := range schema.Modes() {
		for _, c := range m.Commands() {
			if c.Syntax == "" {
				continue
			}
			for _, line := range samplesOf(c) {
				out = append(out, example{m.Mode.Name, line})
				if c.No == conf.NoStored || c.Default != "" && !c.Fixed {
					out = append(out, example{m.Mode.Name, "no " + line})
				}
			}
		}
	}
	return out
}

// TestPasteBehindBlocks: TestPasteRunning for every line that the mode of a block would
// take too, with that one block before it.
func TestPasteBehindBlocks(t *testing.T) {
	schema := compiled(t)
	all := examples(schema)
	type step struct{ mode, header string }
	chains := map[string][]step{conf.Global: nil} // the headers that lead to a mode
	for again := true; again; {
		again = false
		for _, m := range schema.Modes() {
			for _, c := range m.Commands() {
				chain, ok := chains[m.Mode.Name]
				if _, done := chains[c.Enter]; ok && c.Enter != "" && !done {
					chains[c.Enter] = append(slices.Clone(chain), step{m.Mode.Name, samples(c.Syntax)[0]})
					again = true
				}
			}
		}
	}
	pasted := 0
	fresh := newPlatform(t, schema, Unlimited)
	for inner, chain := range chains {
		tree, at := conf.NewTree(schema), map[string]conf.Path{}
		path := conf.Root
		for _, s := range chain {
			at[s.mode] = path
			tree, path = apply(t, tree, path, s.header)
		}
		for _, e := range all {
			parent, outer := at[e.mode]
			if !outer || schema.Mode(inner).Set().Match(e.line, Bounds(Unlimited)(tree)).Outcome != grammar.OK {
				continue
			}
			r := schema.Mode(e.mode).Set().Match(e.line, Bounds(Unlimited)(tree))
			if r.Outcome != grammar.OK {
				continue
			}
			args, err := Rewrite(tree, parent, r.Args)
			if err != nil {
				t.Fatalf("%q: %v", e.line, err)
			}
			next, _, _, err := tree.Apply(parent, args)
			if err != nil {
				continue // it excludes the block
			}
			pasted++
			running := string(conf.Running(next))
			if _, err := fresh.store.Replace(fresh.origin(), conf.NewTree(schema)); err != nil {
				t.Fatal(err)
			}
			for _, e := range fresh.shell.Load(t.Context(), []byte(running), fresh.origin()) {
				t.Errorf("%s, line %d: %q: %s", inner, e.Line, e.Text, e.Error)
			}
			if got := fresh.running(); got != running {
				t.Errorf("behind a block of %s: %s", inner, diffLines(strings.Split(got, "\n"), strings.Split(running, "\n")))
			}
		}
	}
	if pasted < 100 {
		t.Errorf("only %d lines were pasted", pasted)
	}
}

// TestPasteRunning: whatever has been typed, the running-config pasted into an
// empty appliance gives the same tree, and pasted back it changes nothing. Lines
// of one mode thus never act in another, although pasted blocks have no `exit`.
func TestPasteRunning(t *testing.T) {
	schema := compiled(t)
	lines := examples(schema)
	base, at := blocks(t, schema)
	rapid.Check(t, func(rt *rapid.T) {
		tree := base
		for range rapid.IntRange(1, 60).Draw(rt, "n") {
			e := lines[rapid.IntRange(0, len(lines)-1).Draw(rt, "line")]
			r := schema.Mode(e.mode).Set().Match(e.line, Bounds(Unlimited)(tree))
			if r.Outcome != grammar.OK {
				continue // beyond a maximum typed before
			}
			args, err := Rewrite(tree, at[e.mode], r.Args)
			if err != nil {
				continue // the other kind of password is there
			}
			before := tree
			if next, _, _, err := tree.Apply(at[e.mode], args); err == nil {
				tree = next
				more, _ := Follow(before, tree, args)
				for _, f := range more {
					if tree, _, _, err = tree.Apply(f.At, f.Args); err != nil {
						t.Fatalf("%q: %v", f.Args.Line(), err)
					}
				}
			}
		}
		running := string(conf.Running(tree))
		fresh := newPlatform(t, schema, Unlimited)
		for range 2 {
			for _, e := range fresh.shell.Load(t.Context(), []byte(running), fresh.origin()) {
				rt.Fatalf("line %d: %q: %s\n%s", e.Line, e.Text, e.Error, running)
			}
			if got := fresh.running(); got != running {
				rt.Fatalf("%s\n%s", diffLines(strings.Split(got, "\n"), strings.Split(running, "\n")), running)
			}
		}
		if !fresh.store.Tree().Equal(tree) {
			rt.Errorf("the trees differ, though they print alike:\n%s", running)
		}
		pasteAll(t, rt, tree, running)
	})
}

// pasteAll: with all defaults beside it the same configuration is the same.
func pasteAll(t *testing.T, rt *rapid.T, tree conf.Tree, running string) {
	all := string(conf.RunningAll(tree))
	fresh := newPlatform(t, tree.Schema(), Unlimited)
	for _, e := range fresh.shell.Load(t.Context(), []byte(all), fresh.origin()) {
		rt.Fatalf("with defaults, line %d: %q: %s\n%s", e.Line, e.Text, e.Error, all)
	}
	if got := fresh.running(); got != running {
		rt.Fatalf("with defaults: %s\n%s", diffLines(strings.Split(got, "\n"), strings.Split(running, "\n")), all)
	}
}
