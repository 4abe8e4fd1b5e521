package grammar

import (
	"cmp"
	"slices"
	"strings"
)

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
			to = w.set.at(w.branch.twigs[i].to)
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
			return cmp.Or(cmp.Compare(a.rank, b.rank), w.generic(a)-w.generic(b), cmp.Compare(a.cmd, b.cmd))
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

// generic is 1 for a thread of a Generic command, which gives way to others.
func (w *walker) generic(t thread) int {
	if w.set.cmds[t.cmd].spec.Generic {
		return 1
	}
	return 0
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
