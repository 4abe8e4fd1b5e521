package grammar

import (
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
	room    []word  // of words
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
	start, end     int
	quoted, closed bool
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

// walker is one for a line; done gives it back. A configuration is read with several
// a line, whose threads would be most of its garbage.
func (s *Set) walker(line string, env Env) *walker {
	w, ok := s.walkers.Get().(*walker)
	if !ok {
		w = &walker{}
	}
	w.set, w.env, w.line, w.branch = s, env, line, s.at(&s.root)
	return w
}

// done ends the use of w and of its threads. Nothing of the line is kept.
func (w *walker) done() {
	if cap(w.threads) > maxThreads || cap(w.spare) > maxThreads || cap(w.taken) > maxThreads || cap(w.room) > maxThreads {
		return
	}
	clear(w.taken)
	clear(w.room[:cap(w.room)])
	s := w.set
	*w = walker{threads: w.threads[:0], spare: w.spare[:0], taken: w.taken[:0], room: w.room[:0]}
	s.walkers.Put(w)
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
		at = wd.end
	}
}

// begin starts the commands without leading keywords.
func (w *walker) begin() {
	if w.threads == nil {
		w.threads, w.spare, w.taken = make([]thread, 0, 4), make([]thread, 0, 4), make([]taken, 0, 8)
	}
	w.start(&w.threads)
}

// start adds the commands whose leading keywords end at the branch.
func (w *walker) start(to *[]thread) {
	for _, i := range w.branch.starts {
		if w.set.cmds[i].Err() != nil {
			continue // fits no line
		}
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
		return wd, true
	}
	for at < len(w.line) && !isBlank(w.line[at]) {
		at++
	}
	wd.end = at
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
