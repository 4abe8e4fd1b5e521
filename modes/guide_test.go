package modes

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"strings"
	"testing"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/internal/clock"
	"github.com/busylamp/busylamp/internal/logbuf"
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

// router is a shell over an empty configuration, without agents.
type router struct {
	store *conf.Store
	shell *cli.Shell
}

func newRouter(t testing.TB, schema *conf.Schema) router {
	t.Helper()
	return newPlatform(t, schema, C3825)
}

func newPlatform(t testing.TB, schema *conf.Schema, p Platform) router {
	t.Helper()
	r := router{store: conf.NewStore(schema, conf.NewTree(schema))}
	log := logbuf.New(testTime)
	var err error
	r.shell, err = cli.NewShell(cli.Options{
		Store: r.store, Exec: Exec(Agents{Clock: clock.On(testTime)}), Library: Library(), Bounds: Bounds(p),
		Log: log, Clock: clock.On(testTime), Rewrite: Rewrite, Follow: Follow, DebugText: DebugText,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.store.Close(); log.Close() })
	return r
}

// load pastes lines and reports those that are refused.
func (r router) load(t testing.TB, text string) {
	t.Helper()
	for _, e := range r.shell.Load(context.Background(), []byte(text), r.origin()) {
		t.Errorf("line %d: %q: %s", e.Line, e.Text, e.Error)
	}
}

func (r router) origin() conf.Origin { return conf.Origin{Text: "test"} }

func (r router) running() string { return string(conf.Running(r.store.Tree())) }

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
	r := newRouter(t, schema)
	text := readTestdata(t, "guide-example.cfg")
	r.load(t, text)
	running := r.running()
	if d := diffLines(squeeze(running), squeeze(text)); d != "" {
		t.Errorf("%s\n%s", d, running)
	}
	before := r.store.Tree()
	r.load(t, running)
	if !r.store.Tree().Equal(before) {
		t.Error("pasting the output back changed the tree")
	}
	fresh := newRouter(t, schema)
	fresh.load(t, running)
	if got := fresh.running(); got != running {
		t.Errorf("parse(render(tree)) differs: %s", diffLines(squeeze(got), squeeze(running)))
	}
}

// TestGuideExampleOnFactory pastes the example into an appliance out of the box:
// the outcome is the same.
func TestGuideExampleOnFactory(t *testing.T) {
	r := newRouter(t, compiled(t))
	r.load(t, string(Factory()))
	text := readTestdata(t, "guide-example.cfg")
	r.load(t, text)
	if d := diffLines(squeeze(r.running()), squeeze(text)); d != "" {
		t.Error(d)
	}
}

func TestFactory(t *testing.T) {
	r := newRouter(t, compiled(t))
	r.load(t, string(Factory()))
	if got := conf.Running(r.store.Tree()); !bytes.Equal(got, Factory()) {
		t.Errorf("the factory configuration prints as\n%s", got)
	}
}

// TestGuideExampleLayout looks at what the guide's copy has lost: real routers
// indent by one blank a level and print two blanks before tags.
func TestGuideExampleLayout(t *testing.T) {
	r := newRouter(t, compiled(t))
	r.load(t, readTestdata(t, "guide-example.cfg"))
	running := r.running()
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

// TestGuideSamples pastes the guide's shorter samples: their lines come out in
// their order.
func TestGuideSamples(t *testing.T) {
	schema := compiled(t)
	for _, name := range []string{"guide-blf.cfg", "guide-verify.cfg"} {
		r := newRouter(t, schema)
		text := readTestdata(t, name)
		r.load(t, text)
		order := squeeze(r.running())
		at := 0
		for _, line := range squeeze(text) {
			if line == "!" {
				continue
			}
			for at < len(order) && order[at] != line {
				at++
			}
			if at == len(order) {
				t.Errorf("%s: %q is missing or out of order\n%s", name, line, r.running())
				break
			}
		}
	}
}
