package grammar

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// Args is one matched line. The zero value has no command and no values. It shares
// no memory with the line that was matched.
type Args struct {
	cmd    *Command
	packed packed
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
func (a Args) Form() Form { return a.packed.form() }

// Packed is the form and the words of the line as one opaque string, which
// Command.Unpack turns into the same Args. Equal lines of one command have equal
// strings. It does not outlive the process: another version may pack otherwise.
func (a Args) Packed() string { return string(a.packed) }

// Unpack makes Args of what Args.Packed of the same command gave.
func (c *Command) Unpack(s string) Args { return Args{cmd: c, packed: packed(s)} }

// each calls f with the values of a capture in order, until it returns false.
func (a Args) each(name string, f func(value string) bool) {
	if a.cmd == nil {
		return
	}
	k := a.cmd.capture(name)
	if k < 0 {
		return
	}
	for r := a.read(); r.next(); {
		l := &a.cmd.leaves[r.leaf]
		if l.fills(k) && !f(l.value(r.word)) {
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
	all, first := "", true
	a.each(name, func(v string) bool {
		if first {
			all, first = v, false // most captures have one value, which needs no copy
		} else {
			all += " " + v
		}
		return true
	})
	return all
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
func (a Args) Line() string { return string(a.AppendLine(make([]byte, 0, 96))) }

// AppendLine appends Line to line.
func (a Args) AppendLine(line []byte) []byte {
	if a.cmd == nil {
		return line
	}
	switch a.Form() {
	case No:
		line = append(line, "no "...)
	case Default:
		line = append(line, "default "...)
	}
	var seen uint64
	first := true
	behind := 0
	for r := a.read(); r.next(); {
		l := &a.cmd.leaves[r.leaf]
		gap := l.gap
		if seen&l.starts != 0 {
			gap = 1
		}
		if !first {
			line = append(line, blanks(gap+behind)...)
		}
		first, behind = false, l.behind
		seen |= l.inside
		line = append(line, l.print(l.value(r.word))...)
	}
	if a.Form() == Positive {
		line = append(line, blanks(a.cmd.trail)...)
	}
	return line
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
	if a.cmd.spec.Whole {
		return Args{a.cmd, a.packed.positive()}.Line()
	}
	var key []byte
	for k, c := range a.cmd.captures {
		if !c.ident {
			continue
		}
		for r := a.read(); r.next(); {
			l := &a.cmd.leaves[r.leaf]
			for _, ref := range l.caps {
				if ref.capture == k {
					key = l.appendKey(append(key, 1), ref.alt, r.text)
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
			key = appendNumber(key, n)
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

// appendNumber encodes n in few bytes whose bytewise order is that of the numbers:
// how many follow, and they. No byte is zero but within a large number.
func appendNumber(key []byte, n uint64) []byte {
	size := (bits.Len64(n) + 7) / 8
	key = append(key, byte(size+1))
	for i := size - 1; i >= 0; i-- {
		key = append(key, byte(n>>(8*i)))
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
	var words []word
	for r := a.read(); r.next(); {
		if !a.cmd.leaves[r.leaf].fills(k) {
			words = append(words, r.word)
		}
	}
	for _, v := range vals {
		leaf := a.cmd.elementLeaf(k, v)
		if leaf < 0 {
			return a, false
		}
		words = append(words, word{leaf, v})
	}
	a.cmd.sort(words)
	// The line decides, and it brings the values into canonical form.
	out := Args{a.cmd, pack(a.cmd, a.Form(), words)}
	r := a.cmd.alone().Match(out.Line(), nil)
	if r.Outcome != OK || r.Args.Form() != a.Form() || !r.Args.took(words) {
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
func (a Args) Equal(b Args) bool { return a == b }
