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
	root    *branch
	walkers sync.Pool // *walker, with room for their threads
}

// branch is a place in the tree of leading keywords, which finds a command among
// thousands with one binary search per word.
type branch struct {
	twigs  []twig // sorted by low
	starts []int  // commands whose leading keywords end here
	form   Form   // No and Default: where these words lead
}

type twig struct {
	low, text, help string
	cmd             int // first command that has the keyword, -1 for no and default
	to              *branch
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
	s := &Set{cmds: cmds, root: &branch{}}
	refused := slices.ContainsFunc(cmds, func(c *Command) bool { return c.spec.NoRefused })
	negative := &branch{}
	for i, c := range cmds {
		s.root.grow(c, i)
		if opt.Negatable && refused && !c.spec.NoRefused {
			negative.grow(c, i)
		}
	}
	s.root.sort()
	if opt.Negatable {
		if refused {
			negative.sort()
		} else {
			negative = &branch{twigs: slices.Clone(s.root.twigs), starts: s.root.starts} // most sets
		}
		for _, f := range []struct {
			word, help string
			form       Form
		}{{"no", opt.NoHelp, No}, {"default", opt.DefaultHelp, Default}} {
			to := &branch{twigs: negative.twigs, starts: negative.starts, form: f.form}
			at := s.root.search(f.word)
			s.root.twigs = slices.Insert(s.root.twigs, at, twig{f.word, f.word, f.help, -1, to})
		}
	}
	return s
}

func (b *branch) grow(c *Command, index int) {
	for i := range c.lead {
		word := c.leadWord(i)
		low := strings.ToLower(word)
		// Linear only while a set is built; commands come in groups, so the
		// keyword is mostly among the last.
		at := -1
		for j := len(b.twigs) - 1; j >= 0 && at < 0; j-- {
			if b.twigs[j].low == low {
				at = j
			}
		}
		if at < 0 {
			at = len(b.twigs)
			b.twigs = append(b.twigs, twig{low, word, c.leadHelp(i), index, &branch{}})
		}
		b = b.twigs[at].to
	}
	b.starts = append(b.starts, index)
}

func (b *branch) sort() {
	slices.SortFunc(b.twigs, func(x, y twig) int { return strings.Compare(x.low, y.low) })
	for _, t := range b.twigs {
		t.to.sort()
	}
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
