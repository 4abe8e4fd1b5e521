package tty

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// row plays a terminal: it applies characters and backspaces to one row.
type row struct {
	cells []rune
	at    int
}

func (r *row) print(s string) {
	for _, c := range s {
		switch c {
		case '\b':
			r.at--
			continue
		case '\r':
			r.at = 0
			continue
		case '\n':
			r.cells = nil
			continue
		}
		for len(r.cells) <= r.at {
			r.cells = append(r.cells, ' ')
		}
		r.cells[r.at] = c
		r.at++
	}
}

// TestScreenShowsTheLine presses random keys and compares what a terminal then
// shows with the line: the part around the cursor, `$` where it is cut, and
// the cursor in its place.
func TestScreenShowsTheLine(t *testing.T) {
	keys := []key{
		keyLeft, keyRight, keyHome, keyLineEnd, keyWordLeft, keyWordRight, keyBackspace, keyDelete, keyKillToStart,
		keyKillToEnd, keyKillWordLeft, keyKillWordRight, keyYank, keyTranspose, keyCapitalize, keyUpper, keyLower,
	}
	rapid.Check(t, func(t *rapid.T) {
		const prompt = "Router#"
		width := rapid.SampledFrom([]int{0, 20, 28, 29, 40, 80, 511}).Draw(t, "width")
		s := newScreen(prompt, width)
		b := newLineBuffer()
		var r row
		r.print(s.draw(b.Runes(), b.Pos()))
		for range rapid.IntRange(1, 60).Draw(t, "keys") {
			if rapid.IntRange(0, 2).Draw(t, "sort") > 0 {
				for _, c := range rapid.StringMatching(`[a-e ]{1,12}`).Draw(t, "text") {
					b.insert(c)
					r.print(s.update(b.Runes(), b.Pos()))
				}
			} else {
				b.edit(rapid.SampledFrom(keys).Draw(t, "key"))
				r.print(s.update(b.Runes(), b.Pos()))
			}
			text, pos := b.Runes(), b.Pos()
			if pos < 0 || pos > len(text) {
				t.Fatalf("cursor %d of %d", pos, len(text))
			}
			shown := strings.TrimRight(strings.TrimPrefix(string(r.cells), prompt), " ")
			want := strings.TrimRight(string(text), " ")
			if s.window > 0 {
				if len(r.cells) >= width {
					t.Fatalf("%d columns of %d used", len(r.cells), width)
				}
				cut := text[s.off:min(len(text), s.off+s.window)]
				if s.off > 0 {
					cut[0] = '$'
				}
				if s.off+s.window < len(text) {
					cut[len(cut)-1] = '$'
				}
				want = strings.TrimRight(string(cut), " ")
			}
			if shown != want {
				t.Fatalf("shown %q, want %q", shown, want)
			}
			if at := r.at - len(prompt); at != pos-s.off {
				t.Fatalf("cursor at %d, want %d", at, pos-s.off)
			}
		}
	})
}
