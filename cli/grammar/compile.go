package grammar

import (
	"fmt"
	"slices"
	"strings"
)

// move leads to the next leaf. It is open as long as none of its any-order
// parts was used, and uses them.
type move struct {
	leaf int
	uses uint64
}

// Compile compiles a syntax string. The error names the syntax, the column and
// the reason; missing and useless help texts are all named at once. lib may be
// nil when the syntax has only keywords and ranges.
func Compile(spec Spec, lib *Library) (*Command, error) {
	if lib == nil {
		lib = &Library{}
	}
	out, err := parseSyntax(spec.Syntax, lib.Types)
	if err != nil {
		return nil, fmt.Errorf("syntax %q, %w", spec.Syntax, err)
	}
	b := &builder{syntax: out, follow: make([][]move, len(out.leaves))}
	whole, err := b.connect(out.root, walk{})
	if err == nil {
		err = b.check(whole)
	}
	if err == nil {
		err = b.helpTexts(spec, lib)
	}
	if err != nil {
		return nil, fmt.Errorf("syntax %q, %w", spec.Syntax, err)
	}
	c := &Command{spec: spec, name: spec.Name, body: &body{
		root: out.root, leaves: out.leaves, captures: out.captures, trail: out.trail,
		first: whole.first, follow: b.follow,
		last: make([]bool, len(out.leaves)),
	}}
	for _, l := range whole.last {
		c.last[l] = true
	}
	c.leading()
	if c.name == "" {
		if c.name = c.leadText(); c.name == "" {
			return nil, fmt.Errorf("syntax %q, column 1: no leading keyword and no Name", spec.Syntax)
		}
	}
	c.negatable()
	if spec.NoOnly {
		clear(c.last)
	}
	return c, nil
}

// builder connects the leaves: a position automaton, where being at a leaf
// means that it took the last word.
type builder struct {
	*syntax
	follow [][]move
	groups int
}

// piece is what connect knows of a part of the tree.
type piece struct {
	empty bool // may take no word
	first []move
	last  []int
}

// walk is what connect must know of the surroundings.
type walk struct {
	repeat bool
	choice *choiceRef
}

// choiceRef is a captured choice of which the leaf is the first token.
type choiceRef struct {
	capRef
	ident bool
}

func (b *builder) fail(col int, format string, a ...any) error {
	return &syntaxError{col, fmt.Sprintf(format, a...)}
}

func (b *builder) connect(n *node, w walk) (piece, error) {
	var out piece
	var err error
	if n.repeat {
		if w.repeat {
			return out, b.fail(n.col, "a repetition inside a repetition")
		}
		w.repeat = true
	}
	switch n.kind {
	case leafNode:
		out, err = b.connectLeaf(n, w)
	case seqNode:
		out, err = b.connectSeq(n, w)
	case choiceNode:
		out, err = b.connectChoice(n, w)
	case optionNode:
		out, err = b.connect(n.kids[0], w)
		if err == nil && out.empty {
			err = b.fail(n.col, "an optional part inside an optional part")
		}
		out.empty = true
	case anyOrderNode:
		out, err = b.connectAnyOrder(n, w)
	}
	if err != nil || !n.repeat {
		return out, err
	}
	for _, l := range out.last {
		b.link(l, out.first)
	}
	return out, b.layout(n, out.first)
}

func (b *builder) link(from int, to []move) {
	for _, m := range to {
		if !slices.Contains(b.follow[from], m) {
			b.follow[from] = append(b.follow[from], m)
		}
	}
}

func (b *builder) connectLeaf(n *node, w walk) (piece, error) {
	l := &b.leaves[n.leaf]
	l.order = n.leaf
	add := func(ref capRef, ident bool) {
		l.caps = append(l.caps, ref)
		l.ident = l.ident || ident
		b.captures[ref.capture].ident = ident
		b.captures[ref.capture].list = w.repeat
	}
	if n.capture != "" {
		add(capRef{b.captureIndex(n.capture), -1}, n.ident)
	}
	if w.choice != nil {
		add(w.choice.capRef, w.choice.ident)
	}
	return piece{first: []move{{leaf: n.leaf}}, last: []int{n.leaf}}, nil
}

func (b *builder) captureIndex(name string) int {
	return slices.IndexFunc(b.captures, func(c capture) bool { return c.name == name })
}

func (b *builder) connectSeq(n *node, w walk) (piece, error) {
	out := piece{empty: true}
	for i, kid := range n.kids {
		if i > 0 {
			w.choice = nil
		}
		p, err := b.connect(kid, w)
		if err != nil {
			return out, err
		}
		for _, l := range out.last {
			b.link(l, p.first)
		}
		if out.empty {
			out.first = append(out.first, p.first...)
		}
		if p.empty {
			out.last = append(out.last, p.last...)
		} else {
			out.last = p.last
		}
		out.empty = out.empty && p.empty
	}
	return out, nil
}

func (b *builder) connectChoice(n *node, w walk) (piece, error) {
	var out piece
	for i, kid := range n.kids {
		inner := w
		if n.capture != "" {
			head := kid
			for head.kind == seqNode {
				head = head.kids[0]
			}
			if head.kind != leafNode || head.repeat {
				return out, b.fail(head.col, "an alternative of the captured choice $%s must start with a plain token", n.capture)
			}
			inner.choice = &choiceRef{capRef{b.captureIndex(n.capture), i}, n.ident}
		}
		p, err := b.connect(kid, inner)
		if err != nil {
			return out, err
		}
		if p.empty {
			return out, b.fail(kid.col, "an alternative may be empty; put the brackets around the choice")
		}
		out.first = append(out.first, p.first...)
		out.last = append(out.last, p.last...)
	}
	return out, nil
}

func (b *builder) connectAnyOrder(n *node, w walk) (piece, error) {
	var out piece
	if w.repeat {
		return out, b.fail(n.col, "any order inside a repetition")
	}
	parts := make([]piece, len(n.kids))
	for i, kid := range n.kids {
		p, err := b.connect(kid, w)
		if err != nil {
			return out, err
		}
		if p.empty {
			return out, b.fail(kid.col, "a part of {a|b} may be empty")
		}
		for j := range p.first {
			p.first[j].uses |= 1 << (n.firstBit + i)
		}
		parts[i] = p
		out.first = append(out.first, p.first...)
		out.last = append(out.last, p.last...)
	}
	for i := range parts {
		for j := range parts {
			if i != j {
				for _, l := range parts[i].last {
					b.link(l, parts[j].first)
				}
			}
		}
	}
	return out, b.layout(n, out.first)
}

// layout makes n a group of its own for printing: its first token has the gap
// of the syntax string, each further start of a part or repetition one blank.
// Leaves of a repetition keep the order in which they were typed.
func (b *builder) layout(n *node, first []move) error {
	if b.groups++; b.groups > maxBits {
		return b.fail(n.col, "more than %d repeated and any-order groups", maxBits)
	}
	bit := uint64(1) << (b.groups - 1)
	for _, m := range first {
		b.leaves[m.leaf].starts |= bit
	}
	lowest := -1
	n.each(func(leaf int) {
		if lowest < 0 {
			lowest = leaf
		}
		b.leaves[leaf].inside |= bit
		if n.repeat {
			b.leaves[leaf].order = lowest
		}
	})
	return nil
}

// each calls f for the leaves below n in the order of the syntax string.
func (n *node) each(f func(leaf int)) {
	if n.kind == leafNode {
		f(n.leaf)
	}
	for _, k := range n.kids {
		k.each(f)
	}
}

// check finds what the tree alone cannot tell.
func (b *builder) check(whole piece) error {
	if whole.empty {
		return b.fail(1, "the whole line may be empty")
	}
	for i := range b.leaves {
		l := &b.leaves[i]
		if l.kind == typeLeaf && (l.typ.Rest || l.typ.Delimited) && len(b.follow[i]) > 0 {
			return b.fail(l.col, "%s takes the rest of the line, nothing may follow it", l.spell)
		}
	}
	return nil
}

// leading counts the leading keywords.
func (c *Command) leading() {
	kids := []*node{c.root}
	if c.root.kind == seqNode && !c.root.repeat {
		kids = c.root.kids
	}
	for _, k := range kids {
		if k.kind != leafNode || k.repeat || c.leaves[k.leaf].kind != keywordLeaf {
			break
		}
		if l := c.leaves[k.leaf]; len(l.low) > len(l.word) {
			break // Declare reads the leading words as they are written
		}
		c.lead++
	}
}

func (c *Command) leadText() string {
	words := make([]string, c.lead)
	for i := range words {
		words[i] = c.leaves[i].word
	}
	return strings.Join(words, " ")
}

// negatable finds the leaves after which a `no` line is complete: behind the
// leading keywords, and the end can be reached without an identity capture.
func (c *Command) negatable() {
	c.noLast = slices.Clone(c.last)
	if c.spec.Whole {
		return
	}
	for again := true; again; {
		again = false
		for i := range c.leaves {
			if c.noLast[i] {
				continue
			}
			for _, m := range c.follow[i] {
				if !c.leaves[m.leaf].ident && c.noLast[m.leaf] {
					c.noLast[i], again = true, true
					break
				}
			}
		}
	}
	for i := range c.lead - 1 {
		c.noLast[i] = false
	}
}

// startsWithForm tells whether the command itself starts with `no` or
// `default` (EXEC commands such as `no debug all`).
func (c *Command) startsWithForm() bool {
	if c.lib != nil {
		return c.lead > 0 && (c.leadWord(0) == "no" || c.leadWord(0) == "default")
	}
	return slices.ContainsFunc(c.first, func(m move) bool {
		l := &c.leaves[m.leaf]
		return l.kind == keywordLeaf && (l.low == "no" || l.low == "default")
	})
}
