package grammar

import (
	"cmp"
	"slices"
	"strings"
)

// walker follows a line through a Set, word by word. It is at one branch of the
// keyword tree or in none, and at the same time in any number of threads, each
// of which is behind the leading keywords of one command.
type walker struct {
	set     *Set
	env     Env
	line    string
	branch  *branch
	form    Form     // of the lines below branch
	threads []thread // best first
	spare   []thread
	taken   []taken // the words of all threads, linked backwards
	caret   int     // after a step that failed
}

// maxThreads bounds the ways in which one line is read at once. Only a syntax
// with many typed any-order parts could come near; the worst ones are dropped.
const maxThreads = 512

// thread is one way to read the line so far.
type thread struct {
	cmd  int // index in the set
	leaf int // the leaf that took the last word, -1 at the start
	used uint64
	// rank orders the threads: a smaller one took a keyword at the earliest word
	// where they differ. A branch of the keyword tree has rank 0.
	rank  int
	words int // its last word in walker.taken, -1 for none
	form  Form
	state threadState
	from  int // halfway: where the first half starts
}

type threadState uint8

const (
	between threadState = iota // between two words
	halfway                    // within a Split argument, leaf is that argument
	atRest                     // the rest of the line is taken
	open                       // likewise, and the text is not closed
)

type taken struct {
	word
	prev int
}

// rawWord is a word of the line. Quoted words are line[start+1:end-1] when
// closed.
type rawWord struct {
	start, end, next int
	quoted, closed   bool
}

func (w *walker) text(wd rawWord) string {
	switch {
	case wd.quoted && wd.closed:
		return w.line[wd.start+1 : wd.end-1]
	case wd.quoted:
		return w.line[wd.start+1 : wd.end]
	}
	return w.line[wd.start:wd.end]
}

// walk reads the whole line. It returns the number of words that fit.
func (w *walker) walk() (depth int, out Outcome) {
	w.begin()
	for at := 0; ; depth++ {
		wd, ok := w.word(at)
		if !ok || w.settled() {
			return depth, OK
		}
		if out := w.step(wd); out != OK {
			return depth, out
		}
		at = wd.next
	}
}

// begin starts the commands without leading keywords.
func (w *walker) begin() {
	w.threads = make([]thread, 0, 16)
	w.spare = make([]thread, 0, 16)
	w.taken = make([]taken, 0, 16)
	w.start(&w.threads)
}

// start adds the commands whose leading keywords end at the branch.
func (w *walker) start(to *[]thread) {
	for _, i := range w.branch.starts {
		*to = append(*to, thread{cmd: i, leaf: w.set.cmds[i].lead - 1, words: -1, form: w.form})
	}
}

// word cuts the next word at or after at. It starts with a quote only if an
// argument that can be quoted is possible there; a missing closing quote is
// forgiven at the end of the line.
func (w *walker) word(at int) (rawWord, bool) {
	for at < len(w.line) && isBlank(w.line[at]) {
		at++
	}
	if at == len(w.line) {
		return rawWord{}, false
	}
	wd := rawWord{start: at}
	if w.line[at] == '"' && w.quotable() {
		wd.quoted = true
		if i := strings.IndexByte(w.line[at+1:], '"'); i >= 0 {
			wd.end, wd.closed = at+1+i+1, true
		} else {
			wd.end = max(at+1, len(strings.TrimRight(w.line, " \t\r\n")))
		}
		wd.next = wd.end
		return wd, true
	}
	for at < len(w.line) && !isBlank(w.line[at]) {
		at++
	}
	wd.end, wd.next = at, at
	return wd, true
}

func (w *walker) quotable() bool {
	found := false
	w.eachMove(func(_ *thread, _ move, l *leaf) bool {
		found = l.typ.Quoted
		return !found
	})
	return found
}

// eachMove calls f for the leaves that may take the next word, until it returns
// false.
func (w *walker) eachMove(f func(t *thread, m move, l *leaf) bool) {
	for i := range w.threads {
		t := &w.threads[i]
		if t.state != between {
			continue
		}
		c := w.set.cmds[t.cmd]
		for _, m := range c.moves(t.leaf) {
			if t.used&m.uses == 0 && !f(t, m, &c.leaves[m.leaf]) {
				return
			}
		}
	}
}

// settled tells whether all that is left are threads that took the whole line.
func (w *walker) settled() bool {
	return w.branch == nil && !slices.ContainsFunc(w.threads, func(t thread) bool { return t.state < atRest })
}

// keyword finds the keyword that key stands for: the whole word, or the only
// one that it abbreviates; "" for none.
func (w *walker) keyword(key string) (found string, ambiguous bool) {
	exact := false
	offer := func(low string) {
		switch {
		case exact || low == found:
		case low == key:
			found, exact = low, true
		case found == "":
			found = low
		default:
			ambiguous = true
		}
	}
	if w.branch != nil {
		i := w.branch.search(key)
		for n := 0; n < 2 && i+n < len(w.branch.twigs); n++ {
			if low := w.branch.twigs[i+n].low; strings.HasPrefix(low, key) {
				offer(low)
			}
		}
	}
	w.eachMove(func(_ *thread, _ move, l *leaf) bool {
		if l.kind == keywordLeaf && strings.HasPrefix(l.low, key) {
			offer(l.low)
		}
		return true
	})
	return found, ambiguous && !exact
}

// search is the index of the first twig that is not before key.
func (b *branch) search(key string) int {
	i, _ := slices.BinarySearchFunc(b.twigs, key, func(t twig, key string) int { return strings.Compare(t.low, key) })
	return i
}

// step takes one word. When it fails the state is as before, and the caret is
// set.
func (w *walker) step(wd rawWord) Outcome {
	text := w.text(wd)
	keyword := ""
	if !wd.quoted {
		var ambiguous bool
		if keyword, ambiguous = w.keyword(strings.ToLower(text)); ambiguous {
			w.caret = wd.start
			return Ambiguous
		}
	}
	next := w.spare[:0]
	var to *branch
	if w.branch != nil && keyword != "" {
		if i := w.branch.search(keyword); i < len(w.branch.twigs) && w.branch.twigs[i].low == keyword {
			to = w.branch.twigs[i].to
		}
	}
	for i := range w.threads {
		t := &w.threads[i]
		if t.state == between {
			next = w.stepThread(next, t, wd, keyword)
		} else {
			next = w.stepInside(next, t, wd)
		}
	}
	if to == nil && len(next) == 0 {
		w.caret = w.blame(wd)
		return NoMatch
	}
	if w.branch = to; to != nil {
		w.form = max(w.form, to.form)
		w.start(&next)
	}
	w.spare, w.threads = w.threads, next
	w.order()
	return OK
}

// stepThread adds what becomes of a thread that awaits a word.
func (w *walker) stepThread(next []thread, t *thread, wd rawWord, keyword string) []thread {
	c := w.set.cmds[t.cmd]
	for _, m := range c.moves(t.leaf) {
		if t.used&m.uses != 0 {
			continue
		}
		l := &c.leaves[m.leaf]
		n := thread{cmd: t.cmd, leaf: m.leaf, used: t.used | m.uses, rank: 2*t.rank + 1, form: t.form}
		value := ""
		switch {
		case l.kind == keywordLeaf:
			if keyword == "" || l.low != keyword {
				continue
			}
			n.rank--
		case l.typ.Delimited:
			delim := delimiter(w.line[wd.start:])
			body, closed := closing(w.line[wd.start+len(delim):], delim)
			if n.state, n.from = atRest, wd.start; !closed {
				n.state = open
			}
			value = l.cleanText(body)
		case l.typ.Rest:
			canonical, _, ok := l.take(w.rest(wd), w.env)
			if !ok {
				continue
			}
			n.state, value = atRest, canonical
		case wd.quoted && (!l.typ.Quoted || w.torn(wd)):
			continue
		default:
			text := w.text(wd)
			canonical, bad, ok := l.take(text, w.env)
			if !ok && l.typ.Split && bad == len(text) {
				n.state, n.from, n.words = halfway, wd.start, t.words
				next = append(next, n)
				continue
			}
			if !ok {
				continue
			}
			value = canonical
		}
		n.words = w.take(word{m.leaf, value}, t.words)
		next = append(next, n)
	}
	return next
}

// stepInside adds what becomes of a thread within an argument.
func (w *walker) stepInside(next []thread, t *thread, wd rawWord) []thread {
	n := *t
	n.rank = 2*t.rank + 1
	if t.state == halfway {
		canonical, _, ok := w.joined(t, wd)
		if !ok {
			return next
		}
		n.state, n.words = between, w.take(word{t.leaf, canonical}, t.words)
	}
	return append(next, n)
}

// joined checks both halves of a Split argument.
func (w *walker) joined(t *thread, wd rawWord) (string, int, bool) {
	l := &w.set.cmds[t.cmd].leaves[t.leaf]
	first := strings.TrimRight(w.line[t.from:wd.start], " \t\r\n")
	canonical, bad, ok := l.take(first+w.line[wd.start:wd.end], w.env)
	return canonical, max(bad-len(first), 0), ok
}

// torn tells whether something is glued to the closing quote.
func (w *walker) torn(wd rawWord) bool {
	return wd.closed && wd.end < len(w.line) && !isBlank(w.line[wd.end])
}

func (w *walker) rest(wd rawWord) string {
	return strings.TrimRight(w.line[wd.start:], " \t\r\n")
}

func (w *walker) take(wd word, prev int) int {
	w.taken = append(w.taken, taken{wd, prev})
	return len(w.taken) - 1
}

// order sorts the threads, makes their ranks small again and drops those that
// are at the same place as a better one.
func (w *walker) order() {
	if len(w.threads) > 1 {
		slices.SortStableFunc(w.threads, func(a, b thread) int {
			return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.cmd, b.cmd))
		})
		w.dropDoubles()
	}
	rank, was := 0, 0
	for i := range w.threads {
		t := &w.threads[i]
		if i == 0 && (w.branch == nil || t.rank == 0) {
			was = t.rank
		}
		if t.rank != was {
			rank, was = rank+1, t.rank
		}
		t.rank = rank
	}
}

func (w *walker) dropDoubles() {
	type place struct {
		cmd, leaf int
		used      uint64
		form      Form
		state     threadState
	}
	var seen map[place]bool
	if len(w.threads) > 16 {
		seen = make(map[place]bool, len(w.threads))
	}
	at := func(t thread) place { return place{t.cmd, t.leaf, t.used, t.form, t.state} }
	kept := w.threads[:0]
	for _, t := range w.threads {
		p := at(t)
		double := seen[p]
		if seen == nil {
			double = slices.ContainsFunc(kept, func(o thread) bool { return at(o) == p })
		} else {
			seen[p] = true
		}
		if !double && len(kept) < maxThreads {
			kept = append(kept, t)
		}
	}
	w.threads = kept
}

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
	r.Args = Args{cmd: w.set.cmds[t.cmd], form: t.form, words: w.words(t)}
	r.delim = delimiter(w.line[t.from:])
	r.Delim = r.delim
	if c := r.delim[0]; c < ' ' {
		r.Delim = "^" + string(rune(c+'@'))
	}
	r.opening = w.line[t.from+len(r.delim):]
	return r
}

// words collects the words of a thread.
func (w *walker) words(t *thread) []word {
	c := w.set.cmds[t.cmd]
	n := c.lead
	for i := t.words; i >= 0; i = w.taken[i].prev {
		n++
	}
	words := make([]word, n)
	for i := range c.lead {
		words[i] = word{leaf: i}
	}
	for i := t.words; i >= 0; i = w.taken[i].prev {
		n--
		words[n] = w.taken[i].word
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
	typed := Args{cmd: c, form: t.form, words: w.words(t)}
	a := typed
	if !c.inOrder(a.words) {
		a.words = slices.Clone(a.words)
		c.sort(a.words)
	}
	if line := a.Line(); line == w.line || w.set.reads(a, line, w.env) {
		return a, true
	}
	return typed, !c.inOrder(typed.words) && w.set.reads(typed, typed.Line(), w.env)
}

// reads tells whether line is read as a, word by word.
func (s *Set) reads(a Args, line string, env Env) bool {
	w := walker{set: s, env: env, line: line, branch: s.root}
	if _, out := w.walk(); out != OK {
		return false
	}
	t := w.winner()
	return t != nil && s.cmds[t.cmd] == a.cmd && t.form == a.form && slices.Equal(w.words(t), a.words)
}
