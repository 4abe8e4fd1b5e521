package transcripts

import (
	"context"
	"fmt"
	"strings"
)

// Record types inputs, one a line, on a terminal whose rest can be seen, and
// returns the console section that results. Lines that begin with "@ " are stage
// directions and are carried out and kept; a line that ends in "?" is typed
// without Enter, as on a router.
func (r *Runner) Record(ctx context.Context, s *Script, inputs []string) (string, error) {
	var out strings.Builder
	r.Screen.Settle()
	r.Screen.DropLines()
	bare := false
	for n, in := range inputs {
		if d, ok := strings.CutPrefix(in, "@ "); ok {
			if t, ok := strings.CutPrefix(d, "type "); ok {
				fmt.Fprintf(&out, "%s\n%s\n", tail(r.Screen.Peek()), in)
				if err := r.Screen.Type(t + "\r"); err != nil {
					return out.String(), fmt.Errorf("input %d: %w", n+1, err)
				}
				r.Screen.Settle()
				lines := r.Screen.Lines()
				if len(lines) > 1 {
					out.WriteString(strings.Join(lines[1:], "\n") + "\n")
				}
				continue
			}
			if k, ok := strings.CutPrefix(d, "keys "); ok {
				if err := r.recordKeys(&out, k); err != nil {
					return out.String(), fmt.Errorf("input %d: %w", n+1, err)
				}
				continue
			}
			fmt.Fprintln(&out, in)
			if err := r.perform(ctx, s, strings.Fields(d)); err != nil {
				return out.String(), fmt.Errorf("input %d: %w", n+1, err)
			}
			r.Screen.Settle()
			var lines []string
			lines, bare = afterPrompt(r.Screen.Lines(), bare, r.Screen.Peek())
			for _, l := range lines {
				fmt.Fprintln(&out, l)
			}
			continue
		}
		before := tail(r.Screen.Peek())
		typed := in
		if p := promptRE.FindString(before); p != "" {
			typed = strings.TrimPrefix(in, before[len(p):])
		}
		if !strings.HasSuffix(typed, "?") {
			typed += "\r"
		}
		if err := r.Screen.Type(typed); err != nil {
			return out.String(), fmt.Errorf("input %d: %w", n+1, err)
		}
		r.Screen.Settle()
		lines := r.Screen.Lines()
		if bare && len(lines) > 0 {
			lines[0] = r.lastPrompt + lines[0]
		}
		bare = false
		if len(lines) > 0 {
			out.WriteString(strings.Join(lines, "\n") + "\n")
		}
		r.lastPrompt = promptRE.FindString(tail(r.Screen.Peek()))
	}
	return out.String(), nil
}

// recordKeys presses keys and writes down the rows that they leave, one step for each
// prompt that shows up.
func (r *Runner) recordKeys(out *strings.Builder, text string) error {
	chords, err := parseKeys(text)
	if err != nil {
		return err
	}
	var row, pressed string
	var rows []string
	ended := false // the row is complete
	write := func() {
		fmt.Fprintf(out, "%s\n@ keys %s\n", row, pressed)
		for _, l := range rows {
			fmt.Fprintln(out, l)
		}
		pressed, rows, ended = "", nil, false
	}
	for _, c := range chords {
		before := tail(r.Screen.Peek())
		if ended && promptRE.MatchString(before) {
			write()
		}
		first := pressed == ""
		pressed += c.text
		if err := r.Screen.Type(c.bytes); err != nil {
			return err
		}
		r.Screen.Settle()
		lines := r.Screen.Lines()
		ended = ended || len(lines) > 0
		if first {
			row = before
			if before != pager && len(lines) > 0 {
				row, lines = lines[0], lines[1:]
			}
		}
		rows = append(rows, lines...)
	}
	write()
	return nil
}
