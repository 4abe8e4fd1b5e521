package conf

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/busylamp/busylamp/cli/grammar"
)

// weights checks sizes, order and balance of every subtree.
func weights(rt *rapid.T, s *lines) {
	if s == nil {
		return
	}
	a, b := s.left.Len(), s.right.Len()
	if s.size != a+b+1 {
		rt.Fatalf("size %d of %d and %d", s.size, a, b)
	}
	if a+b > 1 && (a > maxHeavier*b || b > maxHeavier*a) {
		rt.Fatalf("sides of %d and %d", a, b)
	}
	if s.left != nil && s.left.line.path() >= s.line.path() || s.right != nil && s.right.line.path() <= s.line.path() {
		rt.Fatal("out of order")
	}
	weights(rt, s.left)
	weights(rt, s.right)
}

func TestPropertyLines(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		paths := rapid.Custom(func(rt *rapid.T) Path {
			return Path(rapid.StringOfN(rapid.RuneFrom([]rune("abc")), 0, 6, -1).Draw(rt, "path"))
		})
		var s *lines
		want := map[Path]*line{}
		for range rapid.IntRange(0, 200).Draw(rt, "steps") {
			before, had := s, maps.Clone(want)
			p := paths.Draw(rt, "p")
			if rapid.IntRange(0, 5).Draw(rt, "cut") == 0 {
				s = s.without(p)
				maps.DeleteFunc(want, func(q Path, _ *line) bool { return strings.HasPrefix(string(q), string(p)) })
			} else {
				l := newLine(p, nil, grammar.Args{})
				s, want[p] = s.with(l), l
			}
			weights(rt, s)
			for tree, content := range map[*lines]map[Path]*line{s: want, before: had} {
				var got []*line
				prefix := paths.Draw(rt, "prefix")
				tree.each(prefix, func(l *line) bool { got = append(got, l); return true })
				var all []*line
				for _, q := range slices.Sorted(maps.Keys(content)) {
					if strings.HasPrefix(string(q), string(prefix)) {
						all = append(all, content[q])
					}
				}
				small := Tree{lines: tree}.Compact()
				weights(rt, small.lines)
				if !small.Equal(Tree{lines: tree}) {
					rt.Fatal("the compact tree differs")
				}
				if !slices.Equal(got, all) || tree.Len() != len(content) || tree.get(p) != content[p] {
					rt.Fatalf("%d lines below %q, want %d", len(got), prefix, len(all))
				}
			}
		}
	})
}

func TestLinesStop(t *testing.T) {
	var s *lines
	for i := range 10 {
		s = s.with(newLine(Path(fmt.Sprint(i)), nil, grammar.Args{}))
	}
	n := 0
	if s.each(Root, func(*line) bool { n++; return n < 3 }) || n != 3 {
		t.Errorf("stopped after %d", n)
	}
}
