package conf

import (
	"errors"
	"strings"
	"time"
)

// ErrSchema: a tree of another schema cannot become the running configuration.
var ErrSchema = errors.New("% The configuration belongs to another set of commands")

// Replace makes next the running configuration, in one commit: whoever is bound sees
// the old tree or the new one and nothing between them (`configure replace`). What
// others have committed meanwhile goes too, and is among the changes.
func (s *Store) Replace(who Origin, next Tree) (Commit, error) {
	if next.schema != s.schema {
		return Commit{}, ErrSchema
	}
	for {
		v := s.state.Load()
		c := Commit{Old: v.tree, New: next, Changes: Diff(v.tree, next), Who: who, When: time.Now(), Version: v.number}
		if c.Empty() {
			c.New = v.tree
			return c, nil
		}
		c.Version++
		if s.state.CompareAndSwap(v, &version{tree: next, number: c.Version}) {
			s.wake()
			return c, nil
		}
	}
}

// Commands are the lines that somebody would type in global configuration mode to turn
// old into new, with the lines that enter blocks and one blank more for each level: first
// what goes, then what comes. They are for people to read; Replace does it at once. Both
// trees must be of the same Schema.
func Commands(old, new Tree) []string {
	changes := Diff(old, new)
	comes := map[Path]bool{}
	for _, c := range changes {
		if c.Added {
			comes[c.Path] = true
		}
	}
	out := listing{tree: old}
	var gone Path // a block that went takes along what is below it
	for _, c := range changes {
		if c.Added || comes[c.Path] || gone != Root && c.Path.hasPrefix(gone) {
			continue
		}
		gone = c.Path
		text, negative := strings.CutPrefix(c.Line, "no ")
		if !negative {
			text = "no " + text
		}
		out.add(c.Path, text)
	}
	out.tree, out.block = new, Root
	for _, c := range changes {
		if c.Added {
			out.add(c.Path, c.Line)
			if node, ok := new.At(c.Path); ok && node.Mode() != "" {
				out.block = c.Path
			}
		}
	}
	return out.lines
}

// listing collects lines with the blocks that they stand in.
type listing struct {
	tree  Tree
	block Path // the one that the last line left us in
	lines []string
}

func (l *listing) add(p Path, text string) {
	parent := p.Parent()
	if parent != l.block {
		l.enter(parent)
		l.block = parent
	}
	l.lines = append(l.lines, strings.Repeat(" ", parent.depth())+text)
}

// enter writes the lines that lead to a block.
func (l *listing) enter(block Path) {
	if block == Root {
		return
	}
	l.enter(block.Parent())
	if node, ok := l.tree.At(block); ok {
		l.lines = append(l.lines, strings.Repeat(" ", block.depth()-1)+node.Line())
	}
}

// depth is the number of levels of a path: 0 at the root.
func (p Path) depth() int {
	n := 0
	for _, _, rest, ok := p.cut(); ok; _, _, rest, ok = rest.cut() {
		n++
	}
	return n
}
