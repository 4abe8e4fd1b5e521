package conf

import (
	"fmt"
	"slices"
	"strings"

	"github.com/busylamp/busylamp/cli/grammar"
)

// Form says how much of a configuration is written. The zero value is all that is stored.
type Form struct {
	// Defaults are written too, each in its place: those of lines that do something, in
	// every block that is there.
	Defaults bool
	// Shown tells whether the lines of a command of a mode are written, with all that is
	// below them; nil: each is. Open commands it is not asked about.
	Shown func(mode string, c *grammar.Command) bool
}

// Running is the running-config: from the first `!` to "end" and its newline.
// It reads back to an equal tree.
func Running(t Tree) []byte { return Form{}.Running(t) }

// RunningAll is Running with the Defaults that hold. It reads back to the same tree.
func RunningAll(t Tree) []byte { return Form{Defaults: true}.Running(t) }

// Running is the running-config in this form.
func (f Form) Running(t Tree) []byte {
	const perLine = 32 // bytes, roughly
	w := writer{tree: t, Form: f, buf: make([]byte, 0, perLine*(t.Len()+64))}
	w.bangs(1, 0)
	if t.schema != nil {
		w.mode(t.schema.root, Root)
	}
	if !bytesEndWithBang(w.buf) {
		w.bangs(1, 0)
	}
	return append(w.buf, "end\n"...)
}

// RunningHeader is what `show running-config` prints before body. The size it
// gives is that of body and one byte more, as measured on real routers.
func RunningHeader(body []byte) string {
	return fmt.Sprintf("Building configuration...\n\nCurrent configuration : %d bytes\n", len(body)+1)
}

// Section is the line at p with everything below it, as it stands in Running
// but without `!` lines after it; nil when nothing is stored at p.
func Section(t Tree, p Path) []byte { return Form{}.Section(t, p) }

// Section is the line at p with everything below it in this form; nil when it is not shown.
func (f Form) Section(t Tree, p Path) []byte {
	l := t.get(p)
	if l == nil {
		return nil
	}
	w, m := writer{tree: t, Form: f}, t.modeOf(p)
	if !w.shows(m, l.cmd) {
		return nil
	}
	w.line(m, l.args())
	w.below(l)
	return w.buf
}

// writer writes lines of one tree in output order.
type writer struct {
	Form
	tree Tree
	buf  []byte
	// printed: a line was written since the last separator.
	printed bool
}

// mode writes all lines of one block, or of the root.
func (w *writer) mode(m *CompiledMode, parent Path) {
	lines := w.tree.under(parent)
	stops := m.declared().stops
	if w.Defaults {
		stops = m.holding(lines)
	}
	for len(lines) > 0 {
		cmd := lines[0].cmd
		for len(stops) > 0 && stops[0].index <= cmd.index {
			if stops[0] != cmd {
				w.stop(m, stops[0], parent)
			}
			stops = stops[1:]
		}
		n := run(lines, cmd)
		switch {
		case !w.shows(m, cmd):
		case cmd.list() != "":
			for chunk := range slices.Chunk(lines[:n], cmd.PerLine) {
				w.line(m, join(chunk))
				w.bangs(cmd.Bangs, m.Mode.Indent)
			}
		default:
			for _, l := range lines[:n] {
				w.line(m, l.args())
				w.below(l)
				w.bangs(cmd.Bangs, m.Mode.Indent)
			}
		}
		lines = lines[n:]
	}
	for _, s := range stops {
		w.stop(m, s, parent)
	}
}

// shows tells whether lines of the command are written.
func (w *writer) shows(m *CompiledMode, cmd *command) bool {
	return w.Shown == nil || cmd.Open || w.Shown(m.Mode.Name, cmd.grammar)
}

// stop writes a separator, or what holds although it is not stored: a Default, or
// those of an Implicit block.
func (w *writer) stop(m *CompiledMode, cmd *command, parent Path) {
	switch {
	case cmd.grammar != nil && !w.shows(m, cmd):
	case cmd.Implicit:
		before := *w
		w.line(m, cmd.header().args())
		empty := len(w.buf)
		if w.mode(cmd.enter, parent.entry(cmd.index, "")); len(w.buf) == empty {
			*w = before // nothing holds there
			return
		}
		w.bangs(cmd.Bangs, m.Mode.Indent)
	case cmd.Default != "":
		w.line(m, *cmd.def())
		w.bangs(cmd.Bangs, m.Mode.Indent)
	case w.printed:
		w.bangs(cmd.Bangs, 0)
		w.printed = false
	}
}

// holding are the separators of a mode and the commands that say something in a block
// although they are not stored, in their order. Left out is whose line would take
// another one away that is stored.
func (m *CompiledMode) holding(stored []*line) []*command {
	there, gone := map[*command]bool{}, map[*command]bool{}
	for _, l := range stored {
		there[l.cmd] = true
		for _, other := range l.cmd.replaces {
			gone[other] = true
		}
	}
	isThere := func(cmd *command) bool { return there[cmd] }
	var all []*command
	for _, cmd := range m.declared().commands {
		switch {
		case cmd.Syntax == "", cmd.Fixed:
		case cmd.Inert, cmd.Hidden, gone[cmd], slices.ContainsFunc(cmd.replaces, isThere):
			continue
		case cmd.Implicit:
		case cmd.def() == nil, cmd.def().Form() == grammar.No && slices.ContainsFunc(cmd.takes, isThere):
			continue
		}
		all = append(all, cmd)
	}
	return all
}

func (w *writer) below(l *line) {
	if l.cmd.enter != nil {
		w.mode(l.cmd.enter, l.path())
	}
}

func (w *writer) line(m *CompiledMode, args grammar.Args) {
	w.buf = append(w.buf, strings.Repeat(" ", m.Mode.Indent)...)
	w.buf = args.AppendLine(w.buf)
	w.buf = append(w.buf, '\n')
	w.printed = true
}

func (w *writer) bangs(n, indent int) {
	for range n {
		w.buf = append(w.buf, strings.Repeat(" ", indent)...)
		w.buf = append(w.buf, "!\n"...)
	}
}

// bytesEndWithBang reports whether the last line is a `!` at the left margin.
func bytesEndWithBang(b []byte) bool {
	s := string(b[max(0, len(b)-3):])
	return s == "!\n" || s == "\n!\n"
}
