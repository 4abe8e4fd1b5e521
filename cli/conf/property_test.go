package conf

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/busylamp/busylamp/cli/grammar"
	"pgregory.net/rapid"
)

// templates of lines for each mode; % stands for a small number.
var templates = map[string][]string{
	Global: {"hostname h%", "enable password p q%", "service password-encryption", "service timestamps log datetime msec",
		"network-clock-participate slot %", "ip cef", "ip domain lookup", "voice-card %", "voice service voip",
		"interface Gi%", "ip route 10.0.0.% 255.0.0.0 10.0.0.1", "tftp-server f%", "tftp-server f% alias a%", "presence",
		"sip-ua", "telephony-service", "ephone-dn %", "ephone-dn % dual-line", "ephone %", "line vty %", "line vty % 9",
		"scheduler allocate 400% 1000", "version 12.%", "secret-knob"},
	"voice-card": {"dspfarm"},
	"voip":       {"allow-connections sip to h323", "allow-connections h323 to sip", "h323", "sip"},
	"serv-sip":   {"registrar server", "registrar server expires max 60% min 60"},
	"interface":  {"description d  %", "ip address 10.0.0.% 255.0.0.0", "shutdown", "negotiation auto"},
	"presence":   {"server 10.0.0.%", "max-subscription 10%", "max-subscription 100", "watcher all"},
	"sip-ua":     {"presence enable", "retry notify %", "retry notify 10"},
	"telephony":  {"max-dn 1%", "mode red", "mode blue", "url services u%", "url directories u%"},
	"ephone-dn":  {"number 200%", "allow watch", "huntstop", "huntstop channel %"},
	"ephone":     {"mac-address 0.0.%", "blf-speed-dial % 100% label l%", `blf-speed-dial % 100% label "a b" device`, "button %:% 1%:2", "button %:1"},
	"line":       {"password x%", "stopbits 1", "login"},
}

var ctlModes = []string{"", "", "", "", "", "no ", "default "}

// places lists the root and all blocks of a tree.
func places(t Tree) []Node {
	out := []Node{t.Root()}
	for i := 0; i < len(out); i++ {
		for n := range out[i].Children() {
			if n.Mode() != "" {
				out = append(out, n)
			}
		}
	}
	return out
}

// drawLine draws a line that can be typed at n.
func drawLine(rt *rapid.T, n Node, forms []string) (string, grammar.Args, bool) {
	text := rapid.SampledFrom(forms).Draw(rt, "form") + rapid.SampledFrom(templates[n.Mode()]).Draw(rt, "template")
	for strings.Contains(text, "%") {
		text = strings.Replace(text, "%", fmt.Sprint(rapid.IntRange(1, 4).Draw(rt, "number")), 1)
	}
	r := n.mode.Set().Match(text, nil)
	if r.Outcome != grammar.OK && !strings.HasPrefix(text, "no version") && !strings.HasPrefix(text, "default version") {
		rt.Fatalf("%q in mode %s: outcome %v", text, n.Mode(), r.Outcome)
	}
	return text, r.Args, r.Outcome == grammar.OK
}

// drawTree types random lines at random places; each must agree with Diff.
func drawTree(rt *rapid.T, s *Schema) Tree {
	tree := NewTree(s)
	for range rapid.IntRange(0, 40).Draw(rt, "lines") {
		at := rapid.SampledFrom(places(tree)).Draw(rt, "place")
		if rapid.Bool().Draw(rt, "sip-ua") && at.Path() == Root {
			at, _ = at.tree.At(Root.entry(s.root.declared().byName["sip-ua"].index, ""))
		}
		text, args, ok := drawLine(rt, at, ctlModes)
		if !ok {
			continue
		}
		next, path, changes, err := tree.Apply(at.Path(), args)
		if err == errLineMode {
			continue
		}
		if err != nil {
			rt.Fatalf("%q: %v", text, err)
		}
		if got, want := changeText(changes), changeText(Diff(tree, next)); !slices.Equal(got, want) {
			rt.Fatalf("%q: Apply says\n%q\nDiff\n%q", text, got, want)
		}
		if tree.Equal(next) != (len(changes) == 0) {
			rt.Fatalf("%q: Equal does not agree with %d changes", text, len(changes))
		}
		again, _, changes, err := next.Apply(at.Path(), args)
		if _, there := next.At(at.Path()); there && (err != nil || len(changes) > 0 || !again.Equal(next)) {
			rt.Fatalf("%q typed twice: %v %q", text, err, changeText(changes))
		}
		if path.Parent() != at.Path() {
			rt.Fatalf("%q: path %q is not below %q", text, path, at.Path())
		}
		tree = next
	}
	return tree
}

func TestReadsBack(t *testing.T) {
	s := testSchema(t)
	rapid.Check(t, func(rt *rapid.T) {
		tree := drawTree(rt, s)
		text := string(Running(tree))
		with := &typist{t: t, tree: NewTree(s), places: []Path{Root}}
		for line := range strings.Lines(string(RunningAll(tree))) {
			if _, err := with.try(strings.TrimRight(line, "\n")); err != nil {
				rt.Fatalf("with defaults, %q: %v", line, err)
			}
		}
		if !tree.Equal(with.tree) {
			rt.Fatalf("with defaults it differs: %q\n%s", changeText(Diff(tree, with.tree)), RunningAll(tree))
		}
		ty := &typist{t: t, tree: NewTree(s), places: []Path{Root}}
		for line := range strings.Lines(text) {
			if _, err := ty.try(strings.TrimRight(line, "\n")); err != nil {
				rt.Fatalf("%q: %v", line, err)
			}
		}
		if !tree.Equal(ty.tree) {
			rt.Fatalf("read back differs: %q\n%s\n%s", changeText(Diff(tree, ty.tree)), text, Running(ty.tree))
		}
		if again := string(Running(ty.tree)); again != text {
			rt.Fatalf("printed\n%s\nread back and printed again\n%s", text, again)
		}
	})
}

// Whatever is typed, what is printed reads back.
func FuzzReadsBack(f *testing.F) {
	layout, err := os.ReadFile("testdata/layout.txt")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(layout))
	f.Add("ephone 1\nbutton 1:1 2:2 3:3 4:4 5:5\nno button 2:2\nblf-speed-dial 1 2 label \"a b\"")
	f.Add("banner motd #a\nb#\nno ip domain lookup\ndefault ip domain lookup\nno hostname\nsip-ua\nretry notify 3")
	f.Add("line vty 0 4\nline vty 0\nno line vty 0\ninterface a\nno ip address 1 2\ndefault interface a")
	s := testSchema(f)
	f.Fuzz(func(t *testing.T, text string) {
		ty := &typist{t: t, tree: NewTree(s), places: []Path{Root}}
		for line := range strings.Lines(text) {
			old := ty.tree
			changes, _ := ty.try(strings.TrimSuffix(line, "\n"))
			if got, want := changeText(changes), changeText(Diff(old, ty.tree)); !slices.Equal(got, want) {
				t.Fatalf("%q: Apply says\n%q\nDiff\n%q", line, got, want)
			}
		}
		printed := string(Running(ty.tree))
		back := &typist{t: t, tree: NewTree(s), places: []Path{Root}}
		for line := range strings.Lines(printed) {
			if _, err := back.try(strings.TrimSuffix(line, "\n")); err != nil {
				t.Fatalf("%q: %v", line, err)
			}
		}
		if !back.tree.Equal(ty.tree) {
			t.Fatalf("read back differs: %q\n%s", changeText(Diff(ty.tree, back.tree)), printed)
		}
	})
}

func TestNoRestores(t *testing.T) {
	s := testSchema(t)
	rapid.Check(t, func(rt *rapid.T) {
		tree := drawTree(rt, s)
		at := rapid.SampledFrom(places(tree)).Draw(rt, "place")
		text, args, _ := drawLine(rt, at, []string{""})
		next, path, changes, err := tree.Apply(at.Path(), args)
		if err != nil || len(changes) == 0 || slices.ContainsFunc(changes, func(c Change) bool { return !c.Added }) {
			return // it did not just add itself
		}
		cmd := at.mode.declared().byGrammar[args.Command()]
		if cmd.list() != "" && len(changes) < len(args.List(cmd.list())) {
			return // an element of it was there before
		}
		undo := "no "
		if cmd.No == NoStored || cmd.toggle() {
			undo = "default "
		}
		r := at.mode.Set().Match(undo+text, nil)
		if r.Outcome != grammar.OK {
			return // version
		}
		back, again, _, err := next.Apply(at.Path(), r.Args)
		if err != nil {
			rt.Fatal(err)
		}
		if path != again {
			rt.Errorf("%q has the path %q, %q has %q", text, path, undo+text, again)
		}
		if !back.Equal(tree) {
			rt.Fatalf("%q and %q: %q", text, undo+text, changeText(Diff(tree, back)))
		}
	})
}

func TestTypingOrderDoesNotMatter(t *testing.T) {
	s := testSchema(t)
	rapid.Check(t, func(rt *rapid.T) {
		tree := drawTree(rt, s)
		var all []Node
		for _, at := range places(tree) {
			for n := range at.Children() {
				if n.line.cmd.Order == Sorted {
					all = append(all, n)
				} else {
					tree = without(tree, n)
				}
			}
		}
		typed := NewTree(s)
		for _, n := range rapid.Permutation(all).Draw(rt, "order") {
			for p := range ancestors(n.Path()) {
				l := tree.get(p)
				next, _, _, err := typed.Apply(p.Parent(), l.args())
				if err != nil {
					rt.Fatalf("%s: %v", l.text(), err)
				}
				typed = next
			}
		}
		if !typed.Equal(tree) {
			rt.Fatalf("differs: %q", changeText(Diff(tree, typed)))
		}
	})
}

func without(t Tree, n Node) Tree {
	t.lines = t.lines.without(n.Path())
	return t
}

// ancestors yields the paths of the blocks around p, outermost first, and p.
func ancestors(p Path) func(func(Path) bool) {
	return func(yield func(Path) bool) {
		done := Root
		for rest := p; rest != ""; {
			_, level, next, _ := rest.cut()
			done += level
			if !yield(done) {
				return
			}
			rest = next
		}
	}
}

func TestPathOrder(t *testing.T) {
	key := rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 2, 'a', 0xfe, 0xff}), 0, 4)
	rapid.Check(t, func(rt *rapid.T) {
		type level struct {
			index int
			key   string
		}
		draw := func(label string) (levels []level, p Path) {
			for range rapid.IntRange(1, 3).Draw(rt, label) {
				l := level{rapid.IntRange(0, 300).Draw(rt, label), string(key.Draw(rt, label))}
				levels, p = append(levels, l), p.entry(l.index, l.key)
			}
			return levels, p
		}
		a, p := draw("a")
		b, q := draw("b")
		want := slices.CompareFunc(a, b, func(x, y level) int {
			if x.index != y.index {
				return x.index - y.index
			}
			return strings.Compare(x.key, y.key)
		})
		if got := strings.Compare(string(p), string(q)); got != sign(want) {
			rt.Fatalf("%v %v: paths compare %d, levels %d", a, b, got, want)
		}
		n := 0
		for rest := p; rest != ""; n++ {
			index, _, next, ok := rest.cut()
			if !ok || index != a[n].index {
				rt.Fatalf("%v: cut %d gives %d %v", a, n, index, ok)
			}
			rest = next
		}
		if n != len(a) {
			rt.Fatalf("%v: %d levels", a, n)
		}
	})
}

func sign(n int) int {
	return max(-1, min(1, n))
}

func TestElementKeyOrder(t *testing.T) {
	keys := []string{"0", "1", "2", "9", "10", "11", "100", "", "1a", "a"}
	for i := range keys[1:] {
		if elementKey(keys[i]) >= elementKey(keys[i+1]) {
			t.Errorf("%q does not sort before %q", keys[i], keys[i+1])
		}
	}
	if elementKey("007") != elementKey("7") {
		t.Error("leading zeros")
	}
}
