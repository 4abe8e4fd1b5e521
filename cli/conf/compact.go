package conf

import "strings"

// perChunk is how many lines Compact puts into one piece of memory, which lives as
// long as any of them; with a word of the allocator, nodes or lines, it is 4 KiB.
const perChunk = 127

// Compact is the same tree in as little memory as it takes. One that was made line
// by line lies scattered among what each line left behind.
func (t Tree) Compact() Tree {
	all := make([]*line, 0, t.Len())
	t.lines.each(Root, func(l *line) bool { all = append(all, l); return true })
	for i := 0; i < len(all); i += perChunk {
		compact(all[i:min(i+perChunk, len(all))])
	}
	b := treeBuilder{lines: all}
	t.lines = b.build(len(all))
	return t
}

// compact puts copies in the place of lines.
func compact(part []*line) {
	size := 0
	for _, l := range part {
		size += len(l.data)
	}
	var data strings.Builder
	data.Grow(size)
	for _, l := range part {
		data.WriteString(l.data)
	}
	rest, room := data.String(), make([]line, len(part))
	for i, l := range part {
		n := len(l.data)
		room[i] = *l
		room[i].data, rest = rest[:n], rest[n:]
		part[i] = &room[i]
	}
}

// treeBuilder makes a balanced set of lines in order.
type treeBuilder struct {
	lines []*line
	room  []lines // what is left of a chunk of nodes
}

// build takes the next n lines.
func (b *treeBuilder) build(n int) *lines {
	if n == 0 {
		return nil
	}
	left := b.build(n / 2)
	if len(b.room) == 0 {
		b.room = make([]lines, perChunk)
	}
	s := &b.room[0]
	b.room = b.room[1:]
	*s = lines{line: b.lines[0], left: left, size: n}
	b.lines = b.lines[1:]
	s.right = b.build(n - n/2 - 1)
	return s
}
