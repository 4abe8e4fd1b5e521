package grammar

import (
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
)

// Args is one matched line. The zero value has no command and no values.
type Args struct {
	cmd   *Command
	form  Form
	words []word // in canonical order; never changed once made
}

// word is what one leaf took. Keywords need no text.
type word struct {
	leaf int
	text string
}

// sort puts words into the order of the syntax string; what was repeated stays
// as typed.
func (c *Command) sort(words []word) { slices.SortStableFunc(words, c.compare) }

func (c *Command) inOrder(words []word) bool { return slices.IsSortedFunc(words, c.compare) }

func (c *Command) compare(a, b word) int { return c.leaves[a.leaf].order - c.leaves[b.leaf].order }

// Command is the command that matched, nil for the zero Args.
func (a Args) Command() *Command { return a.cmd }

// Form tells whether the line was typed plainly, with `no` or with `default`.
func (a Args) Form() Form { return a.form }

// each calls f with the values of a capture in order, until it returns false.
func (a Args) each(name string, f func(value string) bool) {
	if a.cmd == nil {
		return
	}
	k := a.cmd.capture(name)
	for _, w := range a.words {
		l := &a.cmd.leaves[w.leaf]
		if k >= 0 && l.fills(k) && !f(l.value(w)) {
			return
		}
	}
}

func (l *leaf) fills(capture int) bool {
	for _, c := range l.caps {
		if c.capture == capture {
			return true
		}
	}
	return false
}

func (l *leaf) value(w word) string {
	if l.kind == keywordLeaf {
		return l.word
	}
	return w.text
}

// Has tells whether the capture was filled.
func (a Args) Has(name string) bool {
	found := false
	a.each(name, func(string) bool { found = true; return false })
	return found
}

// String is the canonical value of a capture without quotes, "" when absent.
// The elements of a list are joined with one blank.
func (a Args) String(name string) string {
	var all strings.Builder
	first := true
	a.each(name, func(v string) bool {
		if !first {
			all.WriteByte(' ')
		}
		first = false
		all.WriteString(v)
		return true
	})
	return all.String()
}

// Int is the value of a numeric capture, 0 when absent or not a number.
func (a Args) Int(name string) int {
	n, err := strconv.Atoi(a.String(name))
	if err != nil {
		return 0
	}
	return n
}

// List is the values of a repeated capture in the order typed, nil when absent.
func (a Args) List(name string) []string {
	var all []string
	a.each(name, func(v string) bool { all = append(all, v); return true })
	return all
}

// Line is the canonical line in the layout of the syntax string, with "no " or
// "default " before it in those forms. It has no newline at its end; a
// Delimited text inside may hold newlines. Matching it gives an equal Args.
func (a Args) Line() string {
	if a.cmd == nil {
		return ""
	}
	line := make([]byte, 0, 64)
	switch a.form {
	case No:
		line = append(line, "no "...)
	case Default:
		line = append(line, "default "...)
	}
	var seen uint64
	for i, w := range a.words {
		l := &a.cmd.leaves[w.leaf]
		gap := l.gap
		if seen&l.starts != 0 {
			gap = 1
		}
		if i > 0 {
			line = append(line, blanks(gap)...)
		}
		seen |= l.inside
		line = append(line, l.print(l.value(w))...)
	}
	if a.form == Positive {
		line = append(line, blanks(a.cmd.trail)...)
	}
	return string(line)
}

func blanks(n int) string {
	const some = "                "
	if n <= len(some) {
		return some[:n]
	}
	return strings.Repeat(" ", n)
}

// Key is the identity of the entry: the values of the captures marked `!`,
// encoded so that bytewise order of keys is numeric order for integers, order
// of declaration for choices, and the order of Type.Key for text. It is
// "" when the command has no identity captures.
func (a Args) Key() string {
	if a.cmd == nil {
		return ""
	}
	var key []byte
	for k, c := range a.cmd.captures {
		if !c.ident {
			continue
		}
		for _, w := range a.words {
			l := &a.cmd.leaves[w.leaf]
			for _, ref := range l.caps {
				if ref.capture == k {
					key = l.appendKey(append(key, 1), ref.alt, w.text)
				}
			}
		}
		key = append(key, 0) // an absent or shorter value comes first
	}
	return string(key)
}

// appendKey encodes one value behind its alternative.
func (l *leaf) appendKey(key []byte, alt int, text string) []byte {
	if alt >= 0 {
		key = binary.BigEndian.AppendUint16(key, uint16(alt))
	}
	switch l.kind {
	case rangeLeaf:
		n, err := strconv.ParseUint(text, 10, 64)
		if err == nil {
			key = binary.BigEndian.AppendUint64(key, n)
		}
	case typeLeaf:
		if l.typ.Key != nil {
			text = l.typ.Key(text)
		}
		// A zero ends the text, so zeros inside are escaped.
		key = append(key, strings.ReplaceAll(text, "\x00", "\x00\xff")...)
		key = append(key, 0)
	}
	return key
}

// WithList replaces the values of a repeated capture. It is false when name is
// no such capture or the values do not fit, for example none where one is due.
func (a Args) WithList(name string, vals []string) (Args, bool) {
	if a.cmd == nil {
		return a, false
	}
	k := a.cmd.capture(name)
	if k < 0 || !a.cmd.captures[k].list {
		return a, false
	}
	out := Args{cmd: a.cmd, form: a.form}
	for _, w := range a.words {
		if !a.cmd.leaves[w.leaf].fills(k) {
			out.words = append(out.words, w)
		}
	}
	for _, v := range vals {
		leaf := a.cmd.elementLeaf(k, v)
		if leaf < 0 {
			return a, false
		}
		out.words = append(out.words, word{leaf, v})
	}
	a.cmd.sort(out.words)
	// The line decides, and it brings the values into canonical form.
	r := a.cmd.alone.Match(out.Line(), nil)
	same := func(x, y word) bool { return x.leaf == y.leaf }
	if r.Outcome != OK || r.Args.form != a.form || !slices.EqualFunc(r.Args.words, out.words, same) {
		return a, false
	}
	return r.Args, true
}

// elementLeaf is the leaf of a repeated capture that takes the value: the
// keyword, otherwise the first argument; -1 for none.
func (c *Command) elementLeaf(capture int, value string) int {
	typed := -1
	for i := range c.leaves {
		l := &c.leaves[i]
		if !l.fills(capture) {
			continue
		}
		if l.kind == keywordLeaf {
			if l.low == strings.ToLower(value) {
				return i
			}
		} else if _, _, ok := l.take(value, nil); ok && typed < 0 {
			typed = i
		}
	}
	return typed
}

// Equal tells whether both are the same line of the same command: form, order
// and values, layout aside.
func (a Args) Equal(b Args) bool {
	return a.cmd == b.cmd && a.form == b.form && slices.Equal(a.words, b.words)
}
