package grammar

import (
	"cmp"
	"slices"
	"strings"
)

// Help is what can follow a partial line.
type Help struct {
	Outcome Outcome // OK, NoMatch or Ambiguous (an earlier word)
	Word    string  // partial word at the cursor, "" after a blank
	Items   []Item  // what fits, sorted as ASCII is: <1-33> and WORD stand ahead of keywords
	CR      bool    // the line could end here; only after a blank or on an empty line
}

// Item is one row of help.
type Item struct {
	Text    string // keyword, or what `?` shows of an argument: WORD, <1-33>
	Help    string
	Keyword bool // or what a word begins with, see Type.Stems
}

// Next tells what can be typed at the end of line, the text up to the cursor.
// env may be nil: named bounds are open.
func (s *Set) Next(line string, env Env) Help {
	w := s.walker(line, env)
	defer w.done()
	w.begin()
	wd, partial := w.word(0)
	for partial && (wd.end < len(line) && (!wd.quoted || wd.closed)) {
		if out := w.step(wd); out != OK {
			if out == NoMatch {
				if items := w.unfinished(wd); len(items) > 0 {
					return Help{Items: items}
				}
			}
			return Help{Outcome: out}
		}
		wd, partial = w.word(wd.end)
	}
	h := helper{walker: w, wd: wd, cmdOf: map[string]int{}}
	if partial {
		h.Word = line[wd.start:]
	}
	h.keywords()
	h.arguments()
	slices.SortStableFunc(h.Items, func(a, b Item) int { return strings.Compare(a.Text, b.Text) })
	if !partial {
		h.CR = slices.ContainsFunc(w.threads, func(t thread) bool { return t.state != open && w.accepts(&t) })
	}
	if len(h.Items) == 0 && !h.CR {
		return Help{Outcome: NoMatch, Word: h.Word}
	}
	return h.Help
}

// Begins tells whether word is a whole keyword, in any case, that a line can begin with.
func (s *Set) Begins(word string) bool {
	w := s.walker("", nil)
	defer w.done()
	w.begin()
	low := strings.ToLower(word)
	if i := w.branch.search(low); i < len(w.branch.twigs) && w.branch.twigs[i].low == low {
		return true
	}
	found := false
	w.eachMove(func(_ *thread, _ move, l *leaf) bool {
		found = l.kind == keywordLeaf && !l.silent && l.low == low
		return !found
	})
	return found
}

// unfinished is the arguments that take the rest of the line and could go on behind what
// is there of them from a word on.
func (w *walker) unfinished(wd rawWord) []Item {
	var out []Item
	text := w.rest(wd)
	w.eachMove(func(_ *thread, _ move, l *leaf) bool {
		if l.kind == keywordLeaf || !l.typ.Rest || wd.quoted && !l.typ.Quoted {
			return true
		}
		if _, bad, ok := l.take(text, w.env); !ok && bad == len(text) {
			out = append(out, Item{l.display(w.env), l.help, false})
		}
		return true
	})
	return out
}

// helper collects the items of a Help.
type helper struct {
	Help
	*walker
	wd    rawWord
	cmdOf map[string]int // keyword -> the command whose help it shows
}

func (h *helper) keywords() {
	if h.wd.quoted {
		return
	}
	key := strings.ToLower(h.Word)
	offer := func(low string, cmd int, item func() Item) {
		if !strings.HasPrefix(low, key) {
			return
		}
		old, there := h.cmdOf[low]
		if there && old <= cmd {
			return
		}
		h.cmdOf[low] = cmd
		it := item()
		if !there {
			h.Items = append(h.Items, it)
			return
		}
		i := slices.IndexFunc(h.Items, func(o Item) bool { return strings.EqualFold(o.Text, it.Text) })
		h.Items[i] = it
	}
	if h.branch != nil {
		for _, t := range h.branch.twigs[h.branch.search(key):] {
			if !strings.HasPrefix(t.low, key) {
				break
			}
			offer(t.low, t.cmd, func() Item { return Item{t.text, h.set.help(h.branch, t), true} })
		}
	}
	h.eachMove(func(t *thread, _ move, l *leaf) bool {
		if l.kind == keywordLeaf && !l.silent {
			text := l.word
			if len(l.low) > len(text) { // it is printed shorter
				text = l.low
			}
			offer(l.low, t.cmd, func() Item { return Item{text, l.help, true} })
		}
		for _, n := range l.names(h.env) {
			offer(strings.ToLower(n.Text), t.cmd, func() Item { return Item{n.Text, cmp.Or(n.Help, l.help), true} })
		}
		return true
	})
}

// arguments adds the typed arguments in the order of commands and syntax; what
// looks the same is listed once.
func (h *helper) arguments() {
	type arg struct {
		cmd, leaf int
		Item
	}
	var args []arg
	add := func(t *thread, leaf int, l *leaf) {
		if stems := l.stems(h.Word); len(stems) > 0 && t.state == between {
			for _, it := range stems {
				args = append(args, arg{t.cmd, leaf, it})
			}
			return
		}
		args = append(args, arg{t.cmd, leaf, Item{l.display(h.env), l.help, false}})
	}
	h.eachMove(func(t *thread, m move, l *leaf) bool {
		if l.kind != keywordLeaf && !l.closed(h.env) && h.begins(l) {
			add(t, m.leaf, l)
		}
		return true
	})
	for i := range h.threads {
		t := &h.threads[i]
		if t.state == between || !h.continues(t) {
			continue
		}
		l := &h.set.cmds[t.cmd].leaves[t.leaf]
		if second := l.typ.Second; t.state == halfway && second != nil {
			first := strings.TrimRight(strings.TrimSuffix(h.line[t.from:], h.Word), " \t\r\n")
			args = append(args, arg{t.cmd, t.leaf, second(first)})
			continue
		}
		add(t, t.leaf, l)
	}
	slices.SortStableFunc(args, func(a, b arg) int {
		if a.cmd != b.cmd {
			return a.cmd - b.cmd
		}
		return a.leaf - b.leaf
	})
	for _, a := range args {
		same := func(o Item) bool { return o.Keyword == a.Keyword && o.Text == a.Text }
		if !slices.ContainsFunc(h.Items, same) {
			h.Items = append(h.Items, a.Item)
		}
	}
}

// stems are those of the argument's type that begin with the partial word.
func (l *leaf) stems(word string) []Item {
	var out []Item
	for _, it := range l.typ.Stems {
		if len(word) <= len(it.Text) && strings.EqualFold(it.Text[:len(word)], word) {
			out = append(out, it)
		}
	}
	return out
}

// continues tells whether the partial word could go on with the argument that
// the thread is in.
func (h *helper) continues(t *thread) bool {
	if h.Word == "" || t.state != halfway {
		return true
	}
	_, bad, ok := h.joined(t, h.wd)
	return ok || bad == len(h.Word)
}

// begins tells whether the partial word could become the argument.
func (h *helper) begins(l *leaf) bool {
	switch {
	case h.Word == "" || l.typ.Delimited:
		return true
	case h.wd.quoted && !l.typ.Quoted && !l.typ.Rest:
		return false
	}
	text := h.text(h.wd)
	if l.typ.Rest {
		text = strings.TrimRight(h.Word, " \t\r\n")
	}
	_, bad, ok := l.take(text, h.env)
	return ok || bad == len(text)
}
