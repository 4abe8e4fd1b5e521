package conf

import (
	"iter"

	"github.com/busylamp/busylamp/cli/grammar"
)

// Node is one line of a tree, or its root. The zero Node has no path, no
// arguments and no children.
//
// A name that no command of the node's mode has reads as absent; see
// Schema.OnUnknown.
type Node struct {
	tree Tree
	line *line         // nil at the root
	mode *CompiledMode // the mode the line opens; nil when none
	none bool          // the line is not stored and says nothing: it has a path only
}

// Path of the line.
func (n Node) Path() Path {
	if n.line == nil {
		return Root
	}
	return n.line.path()
}

// Args of the line, the zero Args at the root.
func (n Node) Args() grammar.Args {
	if n.line == nil || n.none {
		return grammar.Args{}
	}
	return n.line.args()
}

// Line is the line as the running-config prints it, without indentation; ""
// at the root. An element of a PerLine list is a line of its own here.
func (n Node) Line() string {
	if n.line == nil || n.none {
		return ""
	}
	return n.line.text()
}

// Mode is the name of the mode the line opens, "" when it opens none, Global
// at the root.
func (n Node) Mode() string {
	if n.mode == nil {
		return ""
	}
	return n.mode.Mode.Name
}

// Children yields the stored lines directly under n, in output order.
func (n Node) Children() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		if n.mode != nil {
			n.yield(n.Path(), yield)
		}
	}
}

// All yields the stored entries of that command under n, in output order: also
// those stored as `no X`, and each element of a PerLine list by itself.
func (n Node) All(name string) iter.Seq[Node] {
	return func(yield func(Node) bool) {
		if c := n.command(name); c != nil {
			n.yield(n.Path().group(c.index), yield)
		}
	}
}

func (n Node) yield(prefix Path, yield func(Node) bool) {
	for _, l := range n.tree.under(prefix) {
		if !yield(n.tree.node(l)) {
			return
		}
	}
}

// Get returns the entry of that command under n (the first one, when it has an
// identity; all elements together, when it is a PerLine list), or the command's
// parsed Default when nothing is stored. ok is false when there is neither, or
// when what holds is a `no` form.
func (n Node) Get(name string) (args grammar.Args, ok bool) {
	c := n.command(name)
	if c == nil {
		return grammar.Args{}, false
	}
	if found := n.tree.under(n.Path().group(c.index)); len(found) > 0 {
		args = found[0].args()
		if c.list() != "" {
			args = join(found)
		}
	} else if c.def() != nil {
		args = *c.def()
	} else {
		return grammar.Args{}, false
	}
	return args, args.Form() == grammar.Positive
}

// On is the second result of Get: the command is set, by a line or by default.
func (n Node) On(name string) bool {
	_, ok := n.Get(name)
	return ok
}

// Child returns the single block of that command under n, such as
// root.Child("presence"). When the block is not stored ok is false, and the
// node answers with the defaults of the block's mode.
func (n Node) Child(name string) (child Node, ok bool) {
	c := n.command(name)
	if c == nil {
		return Node{}, false
	}
	if found := n.tree.under(n.Path().group(c.index)); len(found) > 0 {
		return n.tree.node(found[0]), true
	}
	absent := newLine(n.Path().entry(c.index, ""), c, grammar.Args{})
	child = n.tree.node(absent)
	child.none = true
	return child, false
}

func (n Node) command(name string) *command {
	if n.mode == nil {
		return nil
	}
	c := n.mode.declared().byName[name]
	if c == nil && n.tree.schema.OnUnknown != nil {
		n.tree.schema.OnUnknown(n.mode.Mode.Name, name)
	}
	return c
}

// join makes one list of the elements of a PerLine command, all of which are
// in lines.
func join(lines []*line) grammar.Args {
	first := lines[0]
	if len(lines) == 1 {
		return first.args()
	}
	var all []string
	for _, l := range lines {
		all = append(all, l.args().List(first.cmd.list())...)
	}
	args, ok := first.args().WithList(first.cmd.list(), all)
	if !ok {
		return first.args()
	}
	return args
}
