package modes

import (
	"slices"
	"strconv"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
)

// A router keeps settings for each vty and prints vtys that are alike in one block. Here the
// blocks are what is kept; a line belongs to one of them. So a `line vty` that names some of a
// block's lines splits it, and one that names lines of several blocks enters them all.

// cmdLineVTY is the name of the command.
const cmdLineVTY = "line vty"

// vtyRange is the lines of a block.
type vtyRange struct{ first, last int }

func vtyRangeOf(args grammar.Args) vtyRange {
	r := vtyRange{args.Int("first"), args.Int("first")}
	if args.Has("last") {
		r.last = args.Int("last")
	}
	return r
}

func (r vtyRange) header() string {
	if r.first == r.last {
		return cmdLineVTY + " " + strconv.Itoa(r.first)
	}
	return cmdLineVTY + " " + strconv.Itoa(r.first) + " " + strconv.Itoa(r.last)
}

// vtySplit collects the lines that split blocks, on a copy of the tree.
type vtySplit struct {
	tree  conf.Tree
	lines []cli.Following
}

func (s *vtySplit) apply(at conf.Path, args grammar.Args) (conf.Path, bool) {
	next, path, _, err := s.tree.Apply(at, args)
	if err != nil {
		return "", false
	}
	s.tree, s.lines = next, append(s.lines, cli.Following{At: at, Args: args})
	return path, true
}

// block makes a block of these lines, or gives one that begins there this end. from is
// whose settings it takes over, if it is new.
func (s *vtySplit) block(r vtyRange, from *conf.Node) {
	if old, ok := s.at(r.first); ok && r.first == r.last && old.Args().Has("last") {
		// `line vty 3` enters `line vty 3 4` as it is: the block is made anew.
		if from == nil {
			from = &old
		}
		s.typed("no "+r.header(), nil)
	}
	s.typed(r.header(), from)
}

// typed types a header, and below it the lines of a block.
func (s *vtySplit) typed(header string, from *conf.Node) {
	m := s.tree.Schema().Mode(conf.Global).Set().Match(header, nil)
	if m.Outcome != grammar.OK {
		return
	}
	path, ok := s.apply(conf.Root, m.Args)
	if !ok || from == nil {
		return
	}
	for line := range from.Children() {
		s.apply(path, line.Args())
	}
}

// at is the block that begins with a line.
func (s *vtySplit) at(first int) (conf.Node, bool) {
	for n := range s.tree.Root().All(cmdLineVTY) {
		if n.Args().Int("first") == first {
			return n, true
		}
	}
	return conf.Node{}, false
}

// withoutVTYs gives the lines that `no line vty` brings about: vtys are numbered without a gap, so
// those behind the first one go too, whatever the blocks are.
func withoutVTYs(old, now conf.Tree, first int) []cli.Following {
	s := vtySplit{tree: now}
	for n := range old.Root().All(cmdLineVTY) {
		switch r := vtyRangeOf(n.Args()); {
		case r.first > first:
			s.typed("no "+r.header(), nil)
		case r.first < first && r.last >= first:
			s.block(vtyRange{r.first, first - 1}, nil)
		}
	}
	return s.lines
}

// splitVTYs gives the lines that `line vty` brings about besides its block, and the other blocks
// that what is typed next is for.
func splitVTYs(old, now conf.Tree, args grammar.Args) (lines []cli.Following, also []conf.Path) {
	typed := vtyRangeOf(args)
	s := vtySplit{tree: now}
	var inside []vtyRange
	for n := range old.Root().All(cmdLineVTY) {
		was := vtyRangeOf(n.Args())
		if was.last < typed.first || was.first > typed.last {
			continue
		}
		in := vtyRange{max(was.first, typed.first), min(was.last, typed.last)}
		if was.first < in.first {
			s.block(vtyRange{was.first, in.first - 1}, nil)
			s.block(in, &n)
		} else if was != in || was.first == typed.first {
			s.block(in, nil)
		}
		if was.last > in.last {
			s.block(vtyRange{in.last + 1, was.last}, &n)
		}
		inside = append(inside, in)
	}
	if len(inside) == 0 {
		return nil, nil
	}
	slices.SortFunc(inside, func(a, b vtyRange) int { return a.first - b.first })
	next := typed.first
	for _, in := range slices.Clone(inside) {
		if next < in.first {
			gap := vtyRange{next, in.first - 1}
			s.block(gap, nil)
			inside = append(inside, gap)
		}
		next = in.last + 1
	}
	if next <= typed.last {
		gap := vtyRange{next, typed.last}
		s.block(gap, nil)
		inside = append(inside, gap)
	}
	for _, in := range inside {
		if n, ok := s.at(in.first); ok && in.first != typed.first {
			also = append(also, n.Path())
		}
	}
	return s.lines, also
}
