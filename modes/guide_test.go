package modes

import (
	"bytes"
	"embed"
	"fmt"
	"strings"
	"testing"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
)

//go:embed testdata
var testdata embed.FS

func readTestdata(t testing.TB, name string) string {
	t.Helper()
	b, err := testdata.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// loader applies lines as the shell does: in the innermost mode first, then in
// those around it. A command whose first word is typed in full is preferred to
// an abbreviation in an inner mode (`ephone 3` typed in ephone mode).
type loader struct {
	tree  conf.Tree
	env   func(conf.Tree) grammar.Env
	stack []conf.Path
}

func newLoader(schema *conf.Schema, platform Platform) *loader {
	return &loader{tree: conf.NewTree(schema), env: Bounds(platform), stack: []conf.Path{conf.Root}}
}

func (l *loader) line(text string) error {
	if f := strings.TrimSpace(text); f == "" || f[0] == '!' || f == "end" {
		return nil
	}
	env := l.env(l.tree)
	level, best, whole := -1, grammar.Result{}, false
	for i := len(l.stack) - 1; i >= 0 && !whole; i-- {
		node, ok := l.tree.At(l.stack[i])
		if !ok {
			return fmt.Errorf("%q: block is gone", text)
		}
		r := l.tree.Schema().Mode(node.Mode()).Set.Match(text, env)
		if r.Outcome != grammar.OK {
			continue
		}
		words := strings.Fields(strings.TrimPrefix(strings.TrimSpace(text), "no "))
		exact := strings.EqualFold(strings.Fields(r.Args.Command().Spec().Syntax)[0], words[0])
		if level < 0 || exact {
			level, best, whole = i, r, exact
		}
	}
	if level < 0 {
		return fmt.Errorf("%q: not accepted", text)
	}
	tree, path, _, err := l.tree.Apply(l.stack[level], best.Args)
	if err != nil {
		return fmt.Errorf("%q: %w", text, err)
	}
	l.tree, l.stack = tree, l.stack[:level+1]
	if node, ok := tree.At(path); ok && best.Args.Form() == grammar.Positive && node.Mode() != "" && path != conf.Root {
		l.stack = append(l.stack, path)
	}
	return nil
}

func (l *loader) load(t testing.TB, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		if err := l.line(strings.TrimRight(line, "\n")); err != nil {
			t.Error(err)
		}
	}
}

// squeeze makes texts comparable blank-insensitively, line by line.
func squeeze(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if f := strings.Fields(line); len(f) > 0 {
			out = append(out, strings.Join(f, " "))
		}
	}
	return out
}

func diffLines(got, want []string) string {
	for i := range max(len(got), len(want)) {
		g, w := "(end)", "(end)"
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if g != w {
			return fmt.Sprintf("line %d: got %q, want %q", i+1, g, w)
		}
	}
	return ""
}

// TestGuideExample pastes the guide's example as it is printed there: it gives
// no error, prints the same lines in the same order with the same separators,
// and pasted back it changes nothing.
func TestGuideExample(t *testing.T) {
	schema := compiled(t)
	l := newLoader(schema, C3825)
	text := readTestdata(t, "guide-example.cfg")
	l.load(t, text)
	running := conf.Running(l.tree)
	if d := diffLines(squeeze(string(running)), squeeze(text)); d != "" {
		t.Errorf("%s\n%s", d, running)
	}
	again := newLoader(schema, C3825)
	again.tree = l.tree
	again.load(t, string(running))
	if !again.tree.Equal(l.tree) {
		t.Error("pasting the output back changed the tree")
	}
	fresh := newLoader(schema, C3825)
	fresh.load(t, string(running))
	if got := conf.Running(fresh.tree); !bytes.Equal(got, running) {
		t.Errorf("parse(render(tree)) differs: %s", diffLines(squeeze(string(got)), squeeze(string(running))))
	}
}

// TestGuideExampleLayout looks at what the guide's copy has lost: real routers
// indent by one blank a level and print two blanks before tags.
func TestGuideExampleLayout(t *testing.T) {
	l := newLoader(compiled(t), C3825)
	l.load(t, readTestdata(t, "guide-example.cfg"))
	running := string(conf.Running(l.tree))
	for _, want := range []string{
		"\nvoice service voip \n allow-connections sip to sip\n h323\n sip\n  registrar server expires max 240 min 60\n!\n",
		"\nvoice register global\n mode cme\n source-address 11.1.1.2 port 5060\n load 7971 SIP70.8-0-1-11S\n",
		"\n create profile sync 0004550081249644\n!\nvoice register dn  1\n number 2101\n allow watch\n!\n",
		"\nvoice register pool  1\n id mac 0015.6247.EF90\n type 7971\n number 1 dn 1\n blf-speed-dial 1 1001 label \"1001\"\n!\n",
		"\nsip-ua \n authentication username jack password 021201481F\n presence enable\n!\n!\ntelephony-service\n load 7960-7940 P00308000100\n",
		"\nephone-dn  1  dual-line\n number 2001\n allow watch\n!\n!\n",
		"\nephone-dn  3\n number 2005\n allow watch\n!\n!\n",
		"\nephone  1\n mac-address 0012.7F57.62A5\n fastdial 1 1002\n",
		"\n button  1:1 2:2\n!\n!\n!\nephone  3\n",
		"\nline vty 0 4\n password lab\n login\n!\nscheduler allocate 20000 1000\n!\nend\n",
	} {
		if !strings.Contains(running, want) {
			t.Errorf("output lacks %q", want)
		}
	}
	if t.Failed() {
		t.Log(running)
	}
}

func TestGuideSamples(t *testing.T) {
	schema := compiled(t)
	for _, name := range []string{"guide-blf.cfg", "guide-verify.cfg"} {
		l := newLoader(schema, C3825)
		text := readTestdata(t, name)
		l.load(t, text)
		got := map[string]int{}
		var order []string
		for _, line := range squeeze(string(conf.Running(l.tree))) {
			got[line]++
			order = append(order, line)
		}
		at := 0
		for _, line := range squeeze(text) {
			if line == "!" {
				continue
			}
			for at < len(order) && order[at] != line {
				at++
			}
			if at == len(order) {
				t.Errorf("%s: %q is missing or out of order (printed %d times)\n%s", name, line, got[line], conf.Running(l.tree))
				break
			}
		}
	}
}
