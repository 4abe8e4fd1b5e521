package grammar

import (
	"slices"
	"strings"
)

// blame is the offset of the first character of a word that nothing possible
// can continue.
func (w *walker) blame(wd rawWord) int {
	far := 0
	key := ""
	if !wd.quoted {
		key = strings.ToLower(w.text(wd))
	}
	if w.branch != nil {
		i := w.branch.search(key)
		for j := max(i-1, 0); j <= i && j < len(w.branch.twigs); j++ {
			far = max(far, common(w.branch.twigs[j].low, key))
		}
	}
	for i := range w.threads {
		if t := &w.threads[i]; t.state == halfway {
			_, bad, _ := w.joined(t, wd)
			far = max(far, bad)
		}
	}
	w.eachMove(func(_ *thread, _ move, l *leaf) bool {
		text, shift := w.text(wd), 0
		switch {
		case l.kind == keywordLeaf:
			far = max(far, common(l.low, key))
			return true
		case l.typ.Rest:
			text = w.rest(wd)
		case wd.quoted && !l.typ.Quoted:
			return true
		case wd.quoted && w.torn(wd):
			far = max(far, wd.end-wd.start)
			return true
		case wd.quoted:
			shift = 1
		}
		_, bad, _ := l.take(text, w.env)
		if l.kind == rangeLeaf && bad == len(text) {
			bad = 0 // too small a number
		}
		far = max(far, bad+shift)
		return true
	})
	return min(wd.start+far, len(w.line)-1)
}

// common is the length of the common prefix.
func common(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// accepts tells whether the line may end with this thread.
func (w *walker) accepts(t *thread) bool {
	c := w.set.cmds[t.cmd]
	switch {
	case t.state != between:
		return t.state != halfway
	case t.leaf < 0:
		return false
	case t.form != Positive:
		return c.noLast[t.leaf]
	}
	return c.last[t.leaf]
}

// winner is the thread that the line means, nil when it is incomplete.
func (w *walker) winner() *thread {
	for i := range w.threads {
		if t := &w.threads[i]; w.accepts(t) {
			return t
		}
	}
	return nil
}

// needText is the result of a line that ends within a Delimited text.
func (w *walker) needText(t *thread, depth int) Result {
	r := Result{Outcome: NeedText, Depth: depth}
	r.Args = w.packed(t, w.words(t))
	r.delim = delimiter(w.line[t.from:])
	r.Delim = r.delim
	if c := r.delim[0]; c < ' ' {
		r.Delim = "^" + string(rune(c+'@'))
	}
	r.opening = w.line[t.from+len(r.delim):]
	return r
}

// packed is the Args of a thread with these words.
func (w *walker) packed(t *thread, words []word) Args {
	c := w.set.cmds[t.cmd]
	return Args{c, pack(c, t.form, words)}
}

// words collects the words of a thread. They are good until the next call.
func (w *walker) words(t *thread) []word {
	c := w.set.cmds[t.cmd]
	n := c.lead
	kept := func(i int) bool { return !c.leaves[w.taken[i].leaf].silent }
	for i := t.words; i >= 0; i = w.taken[i].prev {
		if kept(i) {
			n++
		}
	}
	w.room = slices.Grow(w.room[:0], n)[:n]
	words := w.room
	for i := range c.lead {
		words[i] = word{leaf: i}
	}
	for i := t.words; i >= 0; i = w.taken[i].prev {
		if kept(i) {
			n--
			words[n] = w.taken[i].word
		}
	}
	return words
}

// args makes the Args of a thread in canonical order. It is false when the line
// that they print would be read as something else.
//
// That takes a syntax with several readings: a number printed without its
// leading zero may abbreviate a keyword, a list in one any-order part may
// swallow the next part when the parts are printed in the order of the syntax
// (then the typed order is kept), a `no` line may end within a part.
func (w *walker) args(t *thread) (Args, bool) {
	c := w.set.cmds[t.cmd]
	words := w.words(t)
	typed := w.packed(t, words)
	if !c.inOrder(words) {
		c.sort(words)
		if sorted := w.packed(t, words); w.set.reads(sorted, sorted.Line(), w.env) {
			return sorted, true
		}
	}
	line := typed.Line()
	return typed, line == w.line || w.set.reads(typed, line, w.env)
}

// reads tells whether line is read as a, word by word.
func (s *Set) reads(a Args, line string, env Env) bool {
	w := s.walker(line, env)
	defer w.done()
	if _, out := w.walk(); out != OK {
		return false
	}
	t := w.winner()
	return t != nil && s.cmds[t.cmd] == a.cmd && a.holds(t.form, w.words(t))
}
