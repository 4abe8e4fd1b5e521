package conf

import (
	"slices"
	"strings"
)

// Change is one line that came or went.
type Change struct {
	Added bool
	Path  Path
	// Line as the running-config prints it, without indentation; an element of
	// a PerLine list has a line of its own.
	Line string
	// Mode is the name of the mode the line stands in.
	Mode string
}

// Diff lists the lines that are in one of the trees only, in output order, a
// block's line before those below it. A line whose text changed goes and comes,
// with one Path, and what is below it is compared on its own. An Arrival entry
// that moved behind others goes and comes with what is below it. Both trees
// must be of the same Schema.
func Diff(old, new Tree) []Change {
	d := differ{old: old, new: new}
	d.merge(old.under(Root), new.under(Root), Global)
	return d.changes
}

// diffAt is Diff confined to the lines and groups in touched.
func diffAt(old, new Tree, touched []Path) []Change {
	slices.Sort(touched)
	d := differ{old: old, new: new}
	var last Path
	for i, p := range touched {
		if i > 0 && strings.HasPrefix(string(p), string(last)) {
			continue
		}
		last = p
		mode := old.modeOf(p).Mode.Name
		if x, y := old.get(p), new.get(p); x != nil || y != nil {
			d.pair(x, y, mode)
		} else {
			d.merge(old.under(p), new.under(p), mode)
		}
	}
	return d.changes
}

type differ struct {
	old, new Tree
	changes  []Change
}

func (d *differ) emit(added bool, l *line, mode string) {
	d.changes = append(d.changes, Change{Added: added, Path: l.path(), Line: l.text(), Mode: mode})
}

// merge compares two lists of siblings.
func (d *differ) merge(a, b []*line, mode string) {
	for len(a) > 0 || len(b) > 0 {
		var cmd *command
		switch {
		case len(a) == 0:
			cmd = b[0].cmd
		case len(b) == 0 || a[0].cmd.index <= b[0].cmd.index:
			cmd = a[0].cmd
		default:
			cmd = b[0].cmd
		}
		i, j := run(a, cmd), run(b, cmd)
		if cmd.Order == Arrival {
			d.arrival(a[:i], b[:j], mode)
		} else {
			d.sorted(a[:i], b[:j], mode)
		}
		a, b = a[i:], b[j:]
	}
}

// run is the number of entries of cmd at the start of list.
func run(list []*line, cmd *command) int {
	for i, l := range list {
		if l.cmd != cmd {
			return i
		}
	}
	return len(list)
}

func (d *differ) sorted(a, b []*line, mode string) {
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0].path() < b[0].path():
			d.pair(a[0], nil, mode)
			a = a[1:]
		case len(a) == 0 || a[0].path() > b[0].path():
			d.pair(nil, b[0], mode)
			b = b[1:]
		default:
			d.pair(a[0], b[0], mode)
			a, b = a[1:], b[1:]
		}
	}
}

// arrival keeps the longest start of b that stands in a in the same order;
// what follows can only have been typed later, after it was taken out.
func (d *differ) arrival(a, b []*line, mode string) {
	at := make(map[Path]int, len(a))
	for i, l := range a {
		at[l.path()] = i
	}
	kept := make(map[Path]*line, len(a))
	last, n := -1, 0
	for ; n < len(b); n++ {
		i, ok := at[b[n].path()]
		if !ok || i < last {
			break
		}
		kept[b[n].path()], last = b[n], i
	}
	for _, l := range a {
		d.pair(l, kept[l.path()], mode)
	}
	for _, l := range b[n:] {
		d.pair(nil, l, mode)
	}
}

// pair compares one entry, either of which may be missing.
func (d *differ) pair(x, y *line, mode string) {
	if x == y {
		if x.cmd.enter == nil {
			return
		}
	} else if x == nil || y == nil || !x.says(y) {
		if x != nil {
			d.emit(false, x, mode)
		}
		if y != nil {
			d.emit(true, y, mode)
		}
	}
	l := x
	if l == nil {
		l = y
	}
	if l.cmd.enter == nil {
		return
	}
	var a, b []*line
	if x != nil {
		a = d.old.under(x.path())
	}
	if y != nil {
		b = d.new.under(y.path())
	}
	d.merge(a, b, l.cmd.enter.Mode.Name)
}
