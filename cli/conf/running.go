package conf

import (
	"fmt"
	"slices"
	"strings"

	"github.com/busylamp/busylamp/cli/grammar"
)

// Running is the running-config: from the first `!` to "end" and its newline.
// It reads back to an equal tree.
func Running(t Tree) []byte {
	const perLine = 32 // bytes, roughly
	w := writer{tree: t, buf: make([]byte, 0, perLine*(t.Len()+64))}
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
func Section(t Tree, p Path) []byte {
	l := t.get(p)
	if l == nil {
		return nil
	}
	w := writer{tree: t}
	w.line(t.modeOf(p), l.args())
	w.below(l)
	return w.buf
}

// writer writes lines of one tree in output order.
type writer struct {
	tree Tree
	buf  []byte
	// printed: a line was written since the last separator.
	printed bool
}

// mode writes all lines of one block, or of the root.
func (w *writer) mode(m *CompiledMode, parent Path) {
	stops := m.declared().stops
	lines := w.tree.under(parent)
	for len(lines) > 0 {
		cmd := lines[0].cmd
		for len(stops) > 0 && stops[0].index <= cmd.index {
			if stops[0] != cmd {
				w.stop(m, stops[0])
			}
			stops = stops[1:]
		}
		n := run(lines, cmd)
		if cmd.list() != "" {
			for chunk := range slices.Chunk(lines[:n], cmd.PerLine) {
				w.line(m, join(chunk))
				w.bangs(cmd.Bangs, m.Mode.Indent)
			}
		} else {
			for _, l := range lines[:n] {
				w.line(m, l.args())
				w.below(l)
				w.bangs(cmd.Bangs, m.Mode.Indent)
			}
		}
		lines = lines[n:]
	}
	for _, s := range stops {
		w.stop(m, s)
	}
}

// stop writes a separator, or a Fixed command that is not stored.
func (w *writer) stop(m *CompiledMode, cmd *command) {
	if cmd.Fixed {
		w.line(m, *cmd.def())
		w.bangs(cmd.Bangs, m.Mode.Indent)
		return
	}
	if w.printed {
		w.bangs(cmd.Bangs, 0)
		w.printed = false
	}
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
