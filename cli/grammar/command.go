package grammar

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Command is one compiled syntax string. It is immutable and safe for
// concurrent use.
type Command struct {
	spec  Spec
	name  string
	lead  int // leading keywords: the leaves 0 … lead-1
	*body     // nil until a declared command is compiled

	once sync.Once
	set  *Set // this command only, see alone

	// Of a declared command: what its first use compiles it with.
	lib      *Library
	compiled sync.Once
	err      error
}

// body is what the syntax string says.
type body struct {
	root     *node
	leaves   []leaf
	captures []capture
	trail    int // blanks at the end of the positive form

	// The automaton: what may come first, what may follow each leaf, after which
	// leaves the line may end, and after which a `no` line may end.
	first        []move
	follow       [][]move
	last, noLast []bool
}

// alone is the set of this command only, for Build and WithList; few need one.
func (c *Command) alone() *Set {
	c.once.Do(func() { c.set = newSet([]*Command{c}, SetOptions{Negatable: !c.startsWithForm()}) })
	return c.set
}

// Name is Spec.Name or, when that is empty, the leading keywords.
func (c *Command) Name() string { return c.name }

// Spec returns what the command was compiled from.
func (c *Command) Spec() Spec { return c.spec }

// Captures lists the capture names in the order of the syntax string.
func (c *Command) Captures() []string {
	if c.Err() != nil {
		return nil
	}
	names := make([]string, len(c.captures))
	for i, k := range c.captures {
		names[i] = k.name
	}
	return names
}

func (c *Command) capture(name string) int {
	return slices.IndexFunc(c.captures, func(k capture) bool { return k.name == name })
}

// moves is what can follow leaf, -1 for the start of the line.
func (c *Command) moves(leaf int) []move {
	if leaf < 0 {
		return c.first
	}
	return c.follow[leaf]
}

// Build makes the Args of the positive form from capture values: a line is
// written with them and matched against this command alone, with named bounds
// open. Lists of single tokens are blank-separated; longer repetitions cannot be
// built. An optional part is there when one of its
// captures has a value, an alternative likewise. An unknown capture, a missing
// or an unfit value is an error.
func (c *Command) Build(values map[string]string) (Args, error) {
	if err := c.Err(); err != nil {
		return Args{}, err
	}
	for name := range values {
		if c.capture(name) < 0 {
			return Args{}, fmt.Errorf("build %q: no capture $%s", c.name, name)
		}
	}
	b := buildLine{cmd: c}
	if err := b.write(c.root, values); err != nil {
		return Args{}, fmt.Errorf("build %q: %w", c.name, err)
	}
	line := b.text.String()
	r := c.alone().Match(line, nil)
	// The leaves are compared because a value with blanks could spill over into
	// other tokens.
	c.sort(b.words)
	if r.Outcome != OK || r.Args.Form() != Positive || !r.Args.took(b.words) {
		return Args{}, fmt.Errorf("build %q: the values do not fit: %q", c.name, line)
	}
	return r.Args, nil
}

// Read matches a line against this command alone, with named bounds open. ok is false
// if it does not fit or is not whole.
func (c *Command) Read(line string) (args Args, ok bool) {
	if c.Err() != nil {
		return Args{}, false
	}
	r := c.alone().Match(line, nil)
	return r.Args, r.Outcome == OK
}

// buildLine writes the words of a line for Build.
type buildLine struct {
	cmd   *Command
	text  strings.Builder
	words []word
}

// write appends the words of n for the values.
func (b *buildLine) write(n *node, values map[string]string) error {
	switch n.kind {
	case leafNode:
		return b.writeLeaf(n, values)
	case choiceNode:
		return b.writeChoice(n, values)
	}
	for _, kid := range n.kids {
		if n.kind != seqNode && !b.cmd.wanted(kid, values) {
			continue
		}
		if err := b.write(kid, values); err != nil {
			return err
		}
	}
	return nil
}

func (b *buildLine) writeLeaf(n *node, values map[string]string) error {
	l := &b.cmd.leaves[n.leaf]
	value := l.word
	if l.kind != keywordLeaf {
		// The nearest capture: the leaf's own, or the choice that it starts.
		known := false
		for _, ref := range l.caps {
			if v, ok := values[b.cmd.captures[ref.capture].name]; ok && !known {
				value, known = v, true
			}
		}
		if !known {
			return fmt.Errorf("no value for %s", l.spell)
		}
	}
	words := []string{value}
	if n.repeat && l.kind != keywordLeaf && !l.typ.Quoted {
		words = strings.Fields(value)
	}
	for _, w := range words {
		if l.typ.Delimited {
			w = l.cleanText(w)
		}
		b.text.WriteByte(' ')
		b.text.WriteString(l.print(w))
		b.words = append(b.words, word{leaf: n.leaf})
	}
	return nil
}

// writeChoice writes the alternative that the values ask for; a repeated choice
// is written once for each word of its value.
func (b *buildLine) writeChoice(n *node, values map[string]string) error {
	value, captured := values[n.capture]
	if n.capture == "" || !captured {
		for _, kid := range n.kids {
			if b.cmd.wanted(kid, values) {
				return b.write(kid, values)
			}
		}
		return fmt.Errorf("no value chooses an alternative in column %d", n.col)
	}
	words := []string{value}
	if n.repeat {
		words = strings.Fields(value)
	}
	for _, w := range words {
		leaf := b.cmd.elementLeaf(b.cmd.capture(n.capture), w)
		if leaf < 0 {
			return fmt.Errorf("%q is no alternative of $%s", w, n.capture)
		}
		one := maps.Clone(values)
		alt := 0
		for _, ref := range b.cmd.leaves[leaf].caps {
			one[b.cmd.captures[ref.capture].name] = w
			alt = max(alt, ref.alt)
		}
		if err := b.write(n.kids[alt], one); err != nil {
			return err
		}
	}
	return nil
}

// wanted tells whether a value is there for a capture below n.
func (c *Command) wanted(n *node, values map[string]string) bool {
	if _, ok := values[n.capture]; ok && n.capture != "" {
		return true
	}
	return slices.ContainsFunc(n.kids, func(k *node) bool { return c.wanted(k, values) })
}
