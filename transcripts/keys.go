package transcripts

import (
	"context"
	"fmt"
	"strings"
)

// keys are what a person presses, by name.
var keys = map[string]string{
	"SPACE": " ", "ENTER": "\r", "TAB": "\t", "CTRL-C": "\x03", "CTRL-Z": "\x1a",
	"UP": "\x1b[A", "DOWN": "\x1b[B", "RIGHT": "\x1b[C", "LEFT": "\x1b[D", "HOME": "\x1b[H", "END": "\x1b[F",
	"ESC": "\x1b", "DEL": "\x7f", "BREAK": "\x1e",
}

// answered are the keys after which a person waits for what the appliance does. A TAB
// that is followed by more in one chunk is white space of something pasted.
const answered = "\r\t?\x03\x1a\x12\x0c"

// chord is keys that are pressed without waiting for an answer.
type chord struct {
	text  string // as written
	bytes string
}

// parseKeys reads the keys of a direction: text, and in angle brackets the names of the
// keys that leave no character, ^A for Ctrl-A, or LT for an angle bracket. They come in
// chords, each of which ends with a key that is answered.
func parseKeys(text string) ([]chord, error) {
	var out []chord
	var c chord
	quoted, escaped := false, false // by ^V or Esc q: the key means itself
	for text != "" {
		written, key := text[:1], text[:1]
		if text[0] == '<' {
			name, _, ok := strings.Cut(text[1:], ">")
			written, key = text[:min(len(name)+2, len(text))], keys[name]
			switch {
			case name == "LT":
				key = "<"
			case len(name) == 2 && name[0] == '^' && name[1] >= '@' && name[1] <= '_':
				key = string(rune(name[1] - '@'))
			}
			if !ok || key == "" {
				return nil, fmt.Errorf("unknown key <%s>", name)
			}
		}
		text = text[len(written):]
		c.text += written
		c.bytes += key
		if !quoted && len(key) == 1 && strings.Contains(answered, key) {
			out = append(out, c)
			c = chord{}
		}
		quoted = key == "\x16" || escaped && key == "q"
		escaped = key == "\x1b"
	}
	if c.text != "" {
		out = append(out, c)
	}
	return out, nil
}

// pager is the prompt that is wiped out by the key pressed at it.
const pager = " --More-- "

// pressed presses the keys of a step and returns the lines printed after its first one.
func (r *Runner) pressed(ctx context.Context, s *Script, i int) ([]string, error) {
	st := s.Steps[i]
	fail := func(text string) ([]string, error) {
		return nil, &Mismatch{Script: s.Name, Line: st.Line, Diff: text}
	}
	if before := tail(r.Screen.Peek()); !samePrompt(before, st.Prompt) {
		return fail(fmt.Sprintf("prompt %q, not %q", before, st.Prompt))
	}
	chords, err := parseKeys(st.Pressed)
	if err != nil {
		return fail(err.Error())
	}
	own := 1 // rows of the prompt itself
	if st.Prompt == pager {
		own = 0
	}
	for n, c := range chords {
		before := strings.Count(r.Screen.Peek(), "\n")
		if err := r.Screen.Type(c.bytes); err != nil {
			return nil, fmt.Errorf("%s: console line %d: %w", s.Name, st.Line, err)
		}
		if n < len(chords)-1 {
			r.Screen.Wait(ctx, r.patience(), func(b string) bool { return strings.Count(b, "\n") > before })
		}
	}
	next := r.nextPrompt(s, i)
	r.Screen.Wait(ctx, r.patience(), func(b string) bool {
		t := tail(b)
		return strings.Count(b, "\n") >= own+len(st.Expect) && (samePrompt(t, next) || next == "" && t != "")
	})
	lines := r.Screen.Lines()
	if own == 0 {
		return lines, nil
	}
	if len(lines) == 0 {
		return fail("nothing happened")
	}
	if d := compare(s, []string{st.Screen}, lines[:1]); d != "" {
		return fail(d)
	}
	return lines[1:], nil
}

// painted is what a row looks like after its backspaces: what comes behind them
// stands over what was there.
func painted(text string) string {
	if !strings.Contains(text, "\b") {
		return text
	}
	var out strings.Builder
	for i, row := range strings.Split(text, "\n") {
		if i > 0 {
			out.WriteByte('\n')
		}
		if !strings.Contains(row, "\b") {
			out.WriteString(row)
			continue
		}
		var cells []rune
		at := 0
		for _, c := range row {
			switch {
			case c == '\b':
				at = max(at-1, 0)
				continue
			case at < len(cells):
				cells[at] = c
			default:
				cells = append(cells, c)
			}
			at++
		}
		kept := len(cells)
		for kept > at && cells[kept-1] == ' ' {
			kept-- // wiped out, and not typed
		}
		out.WriteString(string(cells[:kept]))
	}
	return out.String()
}
