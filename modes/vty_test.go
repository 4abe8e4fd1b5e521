package modes

import (
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
)

// TestVTYsAreSettingsOfLines: whatever blocks are typed, each vty has what was last said to it,
// no line is in two blocks, and none loses what it had.
func TestVTYsAreSettingsOfLines(t *testing.T) {
	schema, err := conf.Compile(All(), Library())
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		tree := conf.NewTree(schema)
		// enter types a header and a setting, and returns what was set.
		enter := func(line string) string {
			r := schema.Mode(conf.Global).Set().Match(line, nil)
			if r.Outcome != grammar.OK {
				t.Fatalf("%q is not taken", line)
			}
			before := tree
			next, path, _, err := tree.Apply(conf.Root, r.Args)
			if err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			tree = next
			more, also := Follow(before, tree, r.Args)
			for _, f := range more {
				if tree, _, _, err = tree.Apply(f.At, f.Args); err != nil {
					t.Fatalf("%q brings about %q: %v", line, f.Args.Line(), err)
				}
			}
			minutes := strconv.Itoa(rapid.IntRange(1, 99).Draw(t, "minutes"))
			setting := schema.Mode(modeLine).Set().Match("absolute-timeout "+minutes, nil)
			for _, p := range append(also, path) {
				if tree, _, _, err = tree.Apply(p, setting.Args); err != nil {
					t.Fatal(err)
				}
			}
			return minutes
		}
		var want [16]string
		for range rapid.IntRange(1, 8).Draw(t, "blocks") {
			first := rapid.IntRange(0, 15).Draw(t, "first")
			last := rapid.IntRange(first, 15).Draw(t, "last")
			said := enter(vtyRange{first, last}.header())
			for i := first; i <= last; i++ {
				want[i] = said
			}
			var got [16]string
			var count [16]int
			for n := range tree.Root().All(cmdLineVTY) {
				r := vtyRangeOf(n.Args())
				for i := r.first; i <= r.last; i++ {
					count[i]++
					got[i] = text(n, "absolute-timeout", "minutes")
				}
			}
			for i := range want {
				if want[i] != got[i] || count[i] > 1 || want[i] != "" && count[i] != 1 {
					t.Fatalf("after %s:\n%s\nvty %d has %q in %d blocks, want %q", vtyRange{first, last}.header(), conf.Running(tree), i, got[i], count[i], want[i])
				}
			}
		}
	})
}
