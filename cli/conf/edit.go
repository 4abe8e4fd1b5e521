package conf

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/busylamp/busylamp/cli/grammar"
)

// Errors of Apply beside those of a Check. Their text can be shown to the user.
var (
	// ErrGone: the block that the line was typed in has been removed meanwhile.
	ErrGone = errors.New("% The block being configured has been removed")
	// ErrForeign: the line was not matched by the block's own mode.
	ErrForeign = errors.New("% Command does not belong to this mode")
	// ErrNoForm: the command has no `no` and `default` forms.
	ErrNoForm = errors.New("% Command has no negative form")
)

// Apply puts one line, typed in the block at parent, into the tree or takes it
// out. It returns the new tree, the path of the line (stored or not; of a
// PerLine list its last element) and what changed, in the order of Diff. A line
// that changes nothing gives the same tree and no changes.
//
// The error of a Check is returned as it is; the others are ErrGone, ErrForeign,
// ErrNoForm, and those of a list element or a filled line that does not fit its
// command.
func (t Tree) Apply(parent Path, args grammar.Args) (Tree, Path, []Change, error) {
	at, ok := t.At(parent)
	if !ok || at.mode == nil {
		return t, parent, nil, ErrGone
	}
	cmd := at.mode.declared().byGrammar[args.Command()]
	if cmd == nil {
		return t, parent, nil, ErrForeign
	}
	args, err := cmd.fill(args)
	if err != nil {
		return t, parent, nil, err
	}
	e := edit{old: t, new: t, parent: at, cmd: cmd, path: parent.entry(cmd.index, args.Key())}
	if err := e.run(args); err != nil {
		return t, e.path, nil, err
	}
	e.prune()
	changes := diffAt(t, e.new, e.touched)
	if len(changes) == 0 {
		return t, e.path, nil, nil
	}
	return e.new, e.path, changes, nil
}

// edit is one Apply under way. Each step makes a whole new tree: one step is what
// nearly every line needs.
type edit struct {
	old, new Tree
	parent   Node
	cmd      *command
	path     Path
	touched  []Path // exact paths and groups in which something may have changed
}

func (e *edit) run(args grammar.Args) error {
	if args.Form() != grammar.Positive && e.cmd.No == NoRefused {
		return ErrNoForm
	}
	switch args.Form() {
	case grammar.Positive:
		if err := e.check(args); err != nil {
			return err
		}
		return e.set(args)
	case grammar.No:
		e.no(args)
	default:
		e.reset(args)
	}
	return nil
}

// fill puts in what Fill says and the line does not.
func (c *command) fill(args grammar.Args) (grammar.Args, error) {
	if len(c.Fill) == 0 || args.Form() != grammar.Positive {
		return args, nil
	}
	values := maps.Clone(c.Fill)
	for _, name := range c.grammar.Captures() {
		if args.Has(name) {
			values[name] = args.String(name)
		}
	}
	filled, err := c.grammar.Build(values)
	if err != nil {
		return args, fmt.Errorf("%% %s: the line cannot be completed", c.name)
	}
	return filled, nil
}

func (e *edit) check(args grammar.Args) error {
	if e.cmd.Check == nil {
		return nil
	}
	c := CheckContext{Tree: e.old, Parent: e.parent}
	if l := e.old.get(e.path); l != nil {
		c.Old, c.Exists = l.args(), true
	}
	return e.cmd.Check(c, args)
}

func (e *edit) set(args grammar.Args) error {
	e.replace()
	switch {
	case e.cmd.Hidden:
	case e.cmd.list() != "":
		return e.setElements(args)
	case e.cmd.def() != nil && args.Equal(*e.cmd.def()):
		e.remove(e.path)
	case e.cmd.Implicit:
		// Its line is stored with the first line below it.
	case e.cmd.enter != nil:
		e.store(e.path, e.merged(args))
	default:
		e.store(e.path, args)
	}
	return nil
}

// replace removes what cannot stand beside the line.
func (e *edit) replace() {
	for _, other := range e.cmd.replaces {
		e.removeGroup(other)
	}
}

// merged keeps what an existing block's line says when a new one leaves it out:
// entering `ephone-dn 1` again does not lose its dual-line.
func (e *edit) merged(args grammar.Args) grammar.Args {
	old := e.old.get(e.path)
	if old == nil {
		return args
	}
	values := map[string]string{}
	for _, name := range e.cmd.grammar.Captures() {
		from := old.args()
		if args.Has(name) {
			from = args
		}
		if !from.Has(name) {
			continue
		}
		values[name] = from.String(name)
	}
	both, err := e.cmd.grammar.Build(values)
	if err != nil {
		return args // the old words and the new ones exclude one another
	}
	return both
}

func (e *edit) no(args grammar.Args) {
	switch {
	case e.cmd.No == NoSweeps:
		e.sweep(args)
	case e.cmd.Hidden:
	case e.cmd.list() != "":
		e.removeElements(args)
	case e.cmd.def() != nil && e.cmd.def().Form() == grammar.No:
		e.remove(e.path)
	case e.cmd.No == NoStored || e.cmd.toggle():
		e.replace()
		e.store(e.path, e.bare(args))
	default:
		e.remove(e.path)
	}
	for _, other := range e.cmd.takes {
		e.removeGroup(other)
	}
}

// reset is the `default` form: the default holds again. Of a block everything
// below it goes, its own line stays.
func (e *edit) reset(args grammar.Args) {
	switch {
	case e.cmd.No == NoSweeps:
		e.sweep(args)
	case e.cmd.Hidden:
	case e.cmd.list() != "":
		e.removeElements(args)
	default:
		block := e.old.get(e.path)
		e.remove(e.path)
		if block != nil && e.cmd.enter != nil && !e.cmd.Implicit {
			e.insert(block)
		}
	}
}

// sweep removes the lines of the mode that begin with the words of args.
func (e *edit) sweep(args grammar.Args) {
	_, words, _ := strings.Cut(args.Line(), " ") // behind `no` or `default`
	first, _, _ := strings.Cut(words, " ")
	for _, cmd := range e.parent.mode.declared().commands {
		if lead, _, _ := strings.Cut(cmd.Syntax, " "); lead != first {
			continue
		}
		for _, l := range e.old.under(e.parent.Path().group(cmd.index)) {
			if line := l.args().Line(); line == words || strings.HasPrefix(line, words+" ") {
				e.remove(l.path())
			}
		}
	}
}

// bare cuts a `no` line down to what identifies the entry, which is how it is
// stored: `no ip address 10.0.0.1` is printed as `no ip address`.
func (e *edit) bare(args grammar.Args) grammar.Args {
	text := args.Line()
	for i, c := range text {
		if c != ' ' {
			continue
		}
		r := e.parent.mode.Set().Match(strings.TrimRight(text[:i], " "), nil)
		if r.Outcome == grammar.OK && r.Args.Command() == args.Command() &&
			r.Args.Form() == grammar.No && r.Args.Key() == args.Key() {
			return r.Args
		}
	}
	return args
}

func (e *edit) setElements(args grammar.Args) error {
	for _, elem := range args.List(e.cmd.list()) {
		one, ok := args.WithList(e.cmd.list(), []string{elem})
		if !ok {
			return fmt.Errorf("%% Element %s cannot be stored", elem)
		}
		e.path = e.elementPath(elem)
		e.store(e.path, one)
	}
	return nil
}

func (e *edit) removeElements(args grammar.Args) {
	elems := args.List(e.cmd.list())
	if len(elems) == 0 {
		e.removeGroup(e.cmd)
		return
	}
	for _, elem := range elems {
		e.path = e.elementPath(elem)
		e.remove(e.path)
	}
}

func (e *edit) elementPath(elem string) Path {
	if e.cmd.ElementKey != nil {
		elem = e.cmd.ElementKey(elem)
	}
	return e.parent.Path().entry(e.cmd.index, elementKey(elem))
}

// store puts the line at p, keeping what is below it and its place in line.
func (e *edit) store(p Path, args grammar.Args) {
	l := newLine(p, e.cmd, args)
	if old := e.new.get(p); old != nil {
		if old.says(l) {
			return
		}
		l.seq = old.seq
	} else if e.cmd.Order == Arrival {
		e.new.seq++
		l.seq = e.new.seq
	}
	e.insert(l)
}

// insert also stores the line of an Implicit block the new line stands in.
func (e *edit) insert(l *line) {
	top := l.path()
	for n := e.parent; n.line != nil && n.line.cmd.Implicit && e.new.get(n.Path()) == nil; {
		e.put(n.line)
		top = n.Path()
		n, _ = e.old.At(top.Parent())
	}
	e.put(l)
	e.touched = append(e.touched, top)
}

func (e *edit) put(l *line) {
	e.new.lines = e.new.lines.with(l)
}

func (e *edit) remove(p Path) {
	if e.new.get(p) != nil {
		e.cut(p)
	}
}

func (e *edit) removeGroup(cmd *command) {
	if group := e.parent.Path().group(cmd.index); e.new.any(group) {
		e.cut(group)
	}
}

func (e *edit) cut(prefix Path) {
	e.new.lines = e.new.lines.without(prefix)
	e.touched = append(e.touched, prefix)
}

// prune removes the line of an Implicit block that has become empty.
func (e *edit) prune() {
	for n := e.parent; n.line != nil && n.line.cmd.Implicit; {
		p := n.Path()
		if e.new.get(p) == nil || e.new.any(p) {
			return
		}
		e.cut(p)
		n, _ = e.old.At(p.Parent())
	}
}
