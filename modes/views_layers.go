package modes

import (
	"slices"
	"strconv"
	"time"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
)

// layers is a block and the template that is applied to it, if there is one.
// What the block says itself has priority (CME command reference: ephone-template,
// ephone-dn-template). A default is never stored, so a template's line beats it even
// when it was typed in the block.
type layers []conf.Node

// says tells whether a line of that name is stored at all.
func (l layers) says(name string) bool {
	for _, n := range l {
		for range n.All(name) {
			return true
		}
	}
	return false
}

// get is the line that holds: the block's, the template's, the default. ok is
// false when there is none, or when it is a `no` form.
func (l layers) get(name string) (args grammar.Args, ok bool) {
	for _, n := range l {
		for entry := range n.All(name) {
			args = entry.Args()
			return args, args.Form() == grammar.Positive
		}
	}
	return l[0].Get(name)
}

func (l layers) on(name string) bool {
	_, ok := l.get(name)
	return ok
}

// text is one capture of a line, "" when the line is not set.
func (l layers) text(name, capture string) string {
	args, ok := l.get(name)
	if !ok {
		return ""
	}
	return args.String(capture)
}

// num is text as a number, 0 when the line is not set.
func (l layers) num(name, capture string) int {
	n, _ := strconv.Atoi(l.text(name, capture))
	return n
}

// seconds is num as a time.
func (l layers) seconds(name, capture string) time.Duration {
	return time.Duration(l.num(name, capture)) * time.Second
}

// tagged collects the entries of a command that its lines number: those of the
// block, and of the template those that the block has not, sorted by tag.
func tagged[E any](l layers, name string, read func(grammar.Args) E) []E {
	type line struct {
		tag  int
		args grammar.Args
	}
	var room [16]line
	all := room[:0]
	for _, n := range l {
		above := all
		for entry := range n.All(name) {
			args := entry.Args()
			tag := args.Int("tag")
			taken := slices.ContainsFunc(above, func(l line) bool { return l.tag == tag })
			if !taken && args.Form() == grammar.Positive {
				all = append(all, line{tag, args})
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	slices.SortFunc(all, func(a, b line) int { return a.tag - b.tag })
	out := make([]E, len(all)) // no larger than it must be: every phone has one
	for i, l := range all {
		out[i] = read(l.args)
	}
	return out
}

// every makes something of each entry of a global command.
func every[E any](t conf.Tree, command string, read func(conf.Node) E) []E {
	all := slices.Collect(t.Root().All(command))
	if len(all) == 0 {
		return nil
	}
	out := make([]E, len(all))
	for i, n := range all {
		out[i] = read(n)
	}
	return out
}

// templates are the blocks of a global command by tag.
func templates(t conf.Tree, command string) map[int]conf.Node {
	blocks := map[int]conf.Node{}
	for n := range t.Root().All(command) {
		blocks[n.Args().Int("tag")] = n
	}
	return blocks
}

// over lays a block over the template that one of its lines names.
func over(n conf.Node, line string, templates map[int]conf.Node) layers {
	if args, ok := n.Get(line); ok {
		if tpl, ok := templates[args.Int("tag")]; ok {
			return layers{n, tpl}
		}
	}
	return layers{n}
}
