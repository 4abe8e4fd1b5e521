package conf

import (
	"cmp"
	"slices"

	"github.com/busylamp/busylamp/cli/grammar"
)

// Tree is a configuration: the lines that differ from the defaults, at the
// places where they were typed. It is immutable and safe for concurrent use;
// copying it is cheap. The zero Tree is empty and takes no lines.
type Tree struct {
	schema *Schema
	lines  *lines // by Path; a block's line is always there when something below it is
	seq    uint32 // last number given to an Arrival line
}

// line is one stored line. It is immutable, and small: a configuration has tens of
// thousands, each with one string for all that it says.
type line struct {
	cmd  *command
	data string // the path and the packed arguments
	at   uint32 // where the arguments begin
	seq  uint32 // place among the entries of an Arrival command; four billion suffice for a life
}

func newLine(p Path, cmd *command, args grammar.Args) *line {
	return &line{cmd: cmd, data: string(p) + args.Packed(), at: uint32(len(p))}
}

func (l *line) path() Path { return Path(l.data[:l.at]) }

func (l *line) args() grammar.Args { return l.cmd.grammar.Unpack(l.data[l.at:]) }

// text is the line as the running-config prints it.
func (l *line) text() string { return l.args().Line() }

// says reports whether a line at the same path has the same text.
func (l *line) says(other *line) bool {
	return l.data == other.data || l.text() == other.text()
}

// NewTree returns the empty tree: every command at its default.
func NewTree(schema *Schema) Tree {
	return Tree{schema: schema}
}

// Schema returns what the tree is made by, nil for the zero Tree.
func (t Tree) Schema() *Schema { return t.schema }

// Len is the number of stored lines.
func (t Tree) Len() int { return t.lines.Len() }

// Root returns the root of the tree.
func (t Tree) Root() Node {
	n := Node{tree: t}
	if t.schema != nil {
		n.mode = t.schema.root
	}
	return n
}

// At finds a line by its path. An Implicit block is found even when nothing is
// stored below it, as long as the block it stands in is there.
func (t Tree) At(p Path) (Node, bool) {
	if p == Root {
		return t.Root(), t.schema != nil
	}
	if l := t.get(p); l != nil {
		return t.node(l), true
	}
	if l, ok := t.implicit(p); ok {
		return t.node(l), true
	}
	return Node{}, false
}

// Equal reports whether both trees hold the same lines in the same order.
func (t Tree) Equal(u Tree) bool {
	if t.schema != u.schema || t.Len() != u.Len() {
		return false
	}
	if t.lines == u.lines {
		return true
	}
	others := make([]*line, 0, u.Len())
	u.lines.each(Root, func(l *line) bool { others = append(others, l); return true })
	order, i := false, 0
	same := t.lines.each(Root, func(x *line) bool {
		y := others[i]
		i++
		order = order || x.seq != y.seq // numbers differ, the order need not
		return x == y || x.path() == y.path() && x.says(y)
	})
	return same && (!order || len(Diff(t, u)) == 0)
}

func (t Tree) node(l *line) Node { return Node{tree: t, line: l, mode: l.cmd.enter} }

// get returns the stored line at p, nil when there is none.
func (t Tree) get(p Path) *line { return t.lines.get(p) }

// implicit makes the line of an Implicit block that is not stored.
func (t Tree) implicit(p Path) (*line, bool) {
	if t.schema == nil {
		return nil, false
	}
	mode, parent := t.schema.root, Root
	for rest := p; mode != nil; {
		index, level, next, ok := rest.cut()
		if !ok || index >= len(mode.declared().commands) {
			return nil, false
		}
		cmd, path := mode.declared().commands[index], parent+level
		if t.get(path) == nil {
			if cmd.header() == nil {
				return nil, false
			}
			if next == "" {
				return newLine(path, cmd, cmd.header().args()), true
			}
		}
		mode, parent, rest = cmd.enter, path, next
	}
	return nil, false
}

// any reports whether a line is stored below prefix, which is a path or a group.
func (t Tree) any(prefix Path) bool {
	return !t.lines.each(prefix, func(l *line) bool { return l.path() == prefix })
}

// modeOf is the mode in which the line or group at p stands.
func (t Tree) modeOf(p Path) *CompiledMode {
	mode := t.schema.root
	for {
		index, _, next, ok := p.cut()
		if !ok || next == "" {
			return mode
		}
		mode, p = mode.declared().commands[index].enter, next
	}
}

// under lists the lines whose paths begin with prefix, without those below
// them, in output order. The prefix is a path (its children) or a group.
func (t Tree) under(prefix Path) []*line {
	var out []*line
	arrival := 0 // start of the run of entries of one Arrival command at the end of out
	t.lines.each(prefix, func(l *line) bool {
		n := len(out)
		if n == 0 && l.path() == prefix || n > 0 && l.path().hasPrefix(out[n-1].path()) {
			return true
		}
		if n > 0 && out[n-1].cmd != l.cmd {
			sortArrival(out[arrival:])
			arrival = n
		}
		out = append(out, l)
		return true
	})
	sortArrival(out[arrival:])
	return out
}

// sortArrival orders the entries of one command as they were typed.
func sortArrival(run []*line) {
	if len(run) > 1 && run[0].cmd.Order == Arrival {
		slices.SortFunc(run, func(a, b *line) int { return cmp.Compare(a.seq, b.seq) })
	}
}
