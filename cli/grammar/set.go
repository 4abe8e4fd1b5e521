package grammar

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Set is the commands that can be typed in one mode. It is immutable and safe
// for concurrent use.
type Set struct {
	cmds    []*Command
	opt     SetOptions
	root    branch
	walkers sync.Pool // *walker, with room for their threads
}

// branch is a place in the tree of leading keywords, which finds a command among
// thousands with one binary search per word. It grows when a line first comes there:
// of the keywords of a router a session uses few.
type branch struct {
	depth int  // leading keywords before it
	form  Form // of the lines below; behind no and default another than around them

	grown  sync.Once
	below  []int32 // until then: its commands
	twigs  []twig  // sorted by low
	starts []int   // commands whose leading keywords end here
}

type twig struct {
	low, text string
	cmd       int // first command that has the keyword, -1 for no and default
	to        *branch
}

// SetOptions say what a Set accepts beside its commands.
type SetOptions struct {
	// Negatable: `no` and `default` may stand before a command (configuration
	// modes).
	Negatable bool
	// NoHelp and DefaultHelp are the help texts of these two words.
	NoHelp, DefaultHelp string
}

// NewSet indexes commands. Their order decides between commands that fit a line
// equally well, and whose help text a shared keyword shows: the first wins.
// It is an error when a syntax is there twice, or when a command of a negatable
// set itself starts with `no` or `default`.
func NewSet(cmds []*Command, opt SetOptions) (*Set, error) {
	seen := map[string]bool{}
	for i, c := range cmds {
		switch {
		case c == nil:
			return nil, fmt.Errorf("command %d of the set is nil", i)
		case seen[c.spec.Syntax]:
			return nil, fmt.Errorf("syntax %q is there twice", c.spec.Syntax)
		case opt.Negatable && c.startsWithForm():
			return nil, fmt.Errorf("syntax %q: the set adds `no` and `default` itself", c.spec.Syntax)
		}
		seen[c.spec.Syntax] = true
	}
	return newSet(slices.Clone(cmds), opt), nil
}

func newSet(cmds []*Command, opt SetOptions) *Set {
	s := &Set{cmds: cmds, opt: opt, root: branch{below: make([]int32, len(cmds))}}
	for i := range cmds {
		s.root.below[i] = int32(i)
	}
	return s
}

// at is what can follow at b, which grows if it has not.
func (s *Set) at(b *branch) *branch {
	b.grown.Do(func() {
		s.grow(b)
		if b == &s.root && s.opt.Negatable {
			var below []int32
			for i, c := range s.cmds {
				if !c.spec.NoRefused {
					below = append(below, int32(i))
				}
			}
			b.twigs = append(b.twigs, twig{"no", "no", -1, &branch{form: No, below: below}},
				twig{"default", "default", -1, &branch{form: Default, below: slices.Clone(below)}})
			slices.SortFunc(b.twigs, func(x, y twig) int { return strings.Compare(x.low, y.low) })
		}
	})
	return b
}

// grow sorts what is below b by the next keyword.
func (s *Set) grow(b *branch) {
	type next struct {
		low string
		cmd int32
	}
	var room [16]next
	all := room[:0]
	twigs, same := 0, true
	for _, i := range b.below {
		c := s.cmds[i]
		if c.lead == b.depth {
			b.starts = append(b.starts, int(i))
			continue
		}
		n := next{strings.ToLower(c.leadWord(b.depth)), i}
		same = same && (len(all) == 0 || all[0].low == n.low)
		all = append(all, n)
	}
	if !same {
		slices.SortStableFunc(all, func(x, y next) int { return strings.Compare(x.low, y.low) })
	}
	for i := range all {
		b.below[i] = all[i].cmd // its first part is free: each command goes one way
		if i == 0 || all[i].low != all[i-1].low {
			twigs++
		}
	}
	b.twigs = make([]twig, 0, twigs)
	to := make([]branch, twigs)
	for i := 0; i < len(all); {
		n := i + 1
		for n < len(all) && all[n].low == all[i].low {
			n++
		}
		at := len(b.twigs)
		to[at].depth, to[at].below = b.depth+1, b.below[i:n:n]
		b.twigs = append(b.twigs, twig{all[i].low, s.cmds[all[i].cmd].leadWord(b.depth), int(all[i].cmd), &to[at]})
		i = n
	}
	b.below = nil
}

// help is what `?` says of a twig of b.
func (s *Set) help(b *branch, t twig) string {
	switch {
	case t.cmd >= 0:
		return s.cmds[t.cmd].leadHelp(b.depth, t.text)
	case t.to.form == No:
		return s.opt.NoHelp
	}
	return s.opt.DefaultHelp
}

// Commands returns the commands in their order; the caller must not change it.
func (s *Set) Commands() []*Command { return s.cmds }

// Match parses one line. Blanks before it do not matter; Caret counts from
// the start of line, blanks included. env may be nil: named bounds are open.
func (s *Set) Match(line string, env Env) Result {
	w := s.walker(line, env)
	defer w.done()
	depth, out := w.walk()
	if out != OK {
		return Result{Outcome: out, Caret: w.caret, Depth: depth}
	}
	t := w.winner()
	if t == nil {
		return Result{Outcome: Incomplete, Depth: depth}
	}
	if t.state == open {
		return w.needText(t, depth)
	}
	a, ok := w.args(t)
	if !ok {
		return Result{Outcome: Ambiguous}
	}
	return Result{Args: a, Depth: depth}
}

// Result of a Match.
type Result struct {
	Outcome Outcome
	Args    Args   // OK, and NeedText (without the text)
	Caret   int    // NoMatch: byte offset of the first bad character in line; Ambiguous: of the word
	Depth   int    // whole words matched before the failure (Incomplete: all); `no` counts
	Delim   string // NeedText: the delimiter as typed, control characters as ^C

	opening string // NeedText: what follows the delimiter on the opening line
	delim   string // NeedText: the delimiter itself
}

// Closes looks for the closing delimiter in a line that follows a NeedText
// line. When found, before is the text in front of it; what follows it is
// dropped, as IOS does.
func (r Result) Closes(line string) (before string, ok bool) {
	if r.delim == "" {
		return "", false
	}
	return closing(line, r.delim)
}

// WithText completes a NeedText result. text is what followed the opening line,
// lines ended by newlines, up to but without the closing delimiter; what stood
// on the opening line after its delimiter is put before it. Control characters
// and text beyond the type's maximum length are dropped.
func (r Result) WithText(text string) Args {
	if r.Outcome != NeedText {
		return r.Args
	}
	if before, ok := r.Closes(text); ok {
		text = before
	}
	words := r.Args.words()
	last := &words[len(words)-1]
	last.text = r.Args.cmd.leaves[last.leaf].cleanText(r.opening + "\n" + text)
	a := Args{r.Args.cmd, pack(r.Args.cmd, r.Args.Form(), words)}
	if whole := a.cmd.alone().Match(a.Line(), nil); whole.Outcome == OK {
		return whole.Args // in canonical order
	}
	return a
}
