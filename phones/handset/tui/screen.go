package tui

import (
	"slices"
	"strings"

	"github.com/busylamp/busylamp/phones/handset"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
)

// part is a piece of a row: text of one style, which may be a key to press.
type part struct {
	text  string
	style lipgloss.Style
	key   handset.Key // the zero value: no key
}

// row is parts from left to right.
type row []part

// screen is what the terminal shows: rows from the top.
type screen struct {
	w, h int
	rows []row
}

// fit makes the row exactly w columns wide.
func (r row) fit(w int) row {
	out := make(row, 0, len(r)+1)
	for _, p := range r {
		if w <= 0 {
			break
		}
		p.text = ansi.Truncate(p.text, w, "…")
		w -= ansi.StringWidth(p.text)
		out = append(out, p)
	}
	if w > 0 {
		out = append(out, part{text: strings.Repeat(" ", w)})
	}
	return out
}

// at is the key at a place of the terminal, counted from 0.
func (s screen) at(x, y int) (handset.Key, bool) {
	if y < 0 || y >= len(s.rows) || y >= s.h {
		return handset.Key{}, false
	}
	for _, p := range s.rows[y].fit(s.w) {
		if x -= ansi.StringWidth(p.text); x < 0 {
			return p.key, p.key != handset.Key{}
		}
	}
	return handset.Key{}, false
}

// keys are all keys that can be seen, row by row.
func (s screen) keys() []handset.Key {
	var keys []handset.Key
	for _, r := range s.rows[:min(len(s.rows), s.h)] {
		for _, p := range r.fit(s.w) {
			if p.key != (handset.Key{}) && !slices.Contains(keys, p.key) {
				keys = append(keys, p.key)
			}
		}
	}
	return keys
}

// render writes the screen out; the key with the focus is reversed.
func (s screen) render(focus handset.Key) string {
	var b strings.Builder
	for i, r := range s.rows[:min(len(s.rows), s.h)] {
		if i > 0 {
			b.WriteByte('\n')
		}
		for _, p := range r.fit(s.w) {
			style := p.style
			if p.key != (handset.Key{}) && p.key == focus {
				style = style.Reverse(true)
			}
			b.WriteString(style.Render(p.text))
		}
	}
	return b.String()
}
