package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/internal/logbuf"
)

func TestLoad(t *testing.T) {
	b := newBox(t, DefaultConfig())
	if err := b.log.Apply(t.Context(), logbuf.Config{}, logbuf.Config{BufferSize: 4096, BufferLevel: logbuf.Debugging}); err != nil {
		t.Fatal(err)
	}
	text := "\ufeffUsing 5465 out of 491512 bytes\r\nBuilding configuration...\r\n\r\nCurrent configuration : 99 bytes\r\n!\r\n" +
		"hostname CME\t \r\n\r\nmax-dn 20\r\npresence\r\n\twatcher\tall\r\nmax-subscripton 200\r\nmax-subscription 99\r\n" +
		"exit\r\nexit\r\nexit\r\n    ephone-dn  15 \r\nnumber 2001\r\ndo show clock\r\nserver bad\r\npresence\r\nserver bad\r\n" +
		"banner motd ^CHi\r\nexit ^\r\nBuilding configuration...\r\n^C\r\nrestamp\r\ntelephony-service\r\n restamp\r\nend\r\nhostname late\r\n"
	bad := b.Load(t.Context(), []byte(text), conf.Origin{Text: "memory"})
	var got strings.Builder
	for _, e := range bad {
		got.WriteString(e.String())
	}
	check(t, got.String(), `
max-subscripton 200
             ^
% Invalid input detected at '^' marker. (line 11)

max-subscription 99
                 ^
% Invalid input detected at '^' marker. (line 12)

do show clock
^
% Invalid input detected at '^' marker. (line 18)

server bad
 ^
% Invalid input detected at '^' marker. (line 19)

server bad
% Server address is not usable (line 21)

restamp
^
% Invalid input detected at '^' marker. (line 26)

`)
	running := string(conf.Running(b.store.Tree()))
	for _, want := range []string{"hostname CME\n", "max-dn 20\n", "presence\n watcher all\n", "ephone-dn  15\n number 2001\n",
		"banner motd ^CHi\nexit ^\nBuilding configuration...\n^C\n", "telephony-service\n stamp new\n"} {
		if !strings.Contains(running, want) {
			t.Errorf("no %q in\n%s", want, running)
		}
	}
	if msgs := b.log.Buffer(); len(msgs) != 1 || !strings.HasSuffix(msgs[0], "%SYS-5-CONFIG_I: Configured from memory by console") {
		t.Errorf("log %q", msgs)
	}
}

func TestLoadRecordsItsOrigin(t *testing.T) {
	b := newBox(t, DefaultConfig())
	var got []conf.Origin
	for _, a := range b.mode("telephony-service").actions {
		if a.plain != nil {
			a.plain.Run = func(c *Context, _ grammar.Args) error {
				got = append(got, c.Session.author())
				return nil
			}
		}
	}
	b.Load(t.Context(), []byte("telephony-service\n restamp\n"), conf.Origin{Text: "memory"})
	b.console("en\nconf t\ntelephony-service\nrestamp\n")
	if len(got) != 2 || got[0].Text != "memory" || got[1].Text != "console" {
		t.Errorf("origins %v", got)
	}
}

// The prompt after `configure memory` waits for the agents, in a paste too.
func TestConfigureMemorySettles(t *testing.T) {
	for _, pending := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			b := newBox(t, DefaultConfig())
			if err := b.state.WriteStartup([]byte("hostname CME\n")); err != nil {
				t.Fatal(err)
			}
			conf.Bind(b.store, "slow", func(t conf.Tree) conf.Tree { return t }, func(a, b conf.Tree) bool { return false },
				func(context.Context, conf.Tree, conf.Tree) error { time.Sleep(time.Second); return nil })
			f := newFakeTerm("en\nconfigure\nmem\n\n")
			f.pending = pending
			var prompted time.Time
			f.onWrite = func(text string) {
				if text == "CME#" && prompted.IsZero() {
					prompted = time.Now()
				}
			}
			time.Sleep(time.Minute)
			start := time.Now()
			b.on(LineConsole, f)
			if took := prompted.Sub(start); took != time.Second {
				t.Errorf("pending %v: prompt after %v", pending, took)
			}
		})
	}
}

func TestLoadOfUnfinishedBanner(t *testing.T) {
	b := newBox(t, DefaultConfig())
	bad := b.Load(t.Context(), []byte("hostname A\nbanner motd ^C\nhostname B\n"), conf.Origin{Text: "memory"})
	if len(bad) != 1 || bad[0].Line != 2 || bad[0].Error != "% Text has no closing delimiter" {
		t.Errorf("%+v", bad)
	}
}

// What is saved boots to the same configuration without complaint.
func TestLoadOfSaved(t *testing.T) {
	b := newBox(t, DefaultConfig())
	b.console("en\nconf t\nhostname CME\npresence\nwatcher all\nmax-sub 222\nvoice service voip\nsip\nregistrar server\nephone-dn 2 dual\nname  a  b \nno ip domain lookup\nbanner motd #x\ny#\nend\nwr\n")
	text, ok, err := b.state.ReadStartup()
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	b2 := newBox(t, DefaultConfig())
	if bad := b2.Load(t.Context(), text, conf.Origin{Text: "memory"}); len(bad) > 0 {
		t.Errorf("%+v", bad)
	}
	head := "!\n! Last configuration change at 07:16:02 UTC Mon Sep 4 2006\n! NVRAM config last updated at 07:16:02 UTC Mon Sep 4 2006\n"
	if got := head + string(conf.Running(b2.store.Tree())); got != string(text) {
		t.Errorf("got:\n%s\nwant:\n%s", got, text)
	}
}

// Whatever is typed, the session neither panics nor hangs, and every prompt is
// one of the shell's.
func FuzzSession(f *testing.F) {
	for _, s := range []string{"en\nconf t\npresence\nmax-sub 1\x1a", "show run | s x | i", "banner motd ^\nx^", "en\nconf\n\nno\nno ?", "\x03\x1a\t?",
		"do do do", "en\nconf t\ndo\t?\ndo show | ?\n", "show rows 9 | i \xff[", "en\nreload\nyes\n\n", "ip|", "exit\n\nenable 3\n", "sh\xc3 r"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, keys string) {
		if len(keys) > 2000 {
			return
		}
		b := newBox(t, DefaultConfig())
		term := newFakeTerm("en\nconf t\n" + keys)
		term.rows, term.cols = 10, 40
		b.on(LineConsole, term)
		if n := len(b.Sessions()); n != 0 {
			t.Errorf("%d sessions left", n)
		}
		b.Load(t.Context(), []byte(keys), conf.Origin{Text: "memory"})
	})
}

func BenchmarkLoad(b *testing.B) {
	var text strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&text, "username u%d privilege %d\npresence\n", i, i%16)
	}
	for b.Loop() {
		box := newBox(b, DefaultConfig())
		if bad := box.Load(b.Context(), []byte(text.String()), conf.Origin{Text: "memory"}); len(bad) > 0 {
			b.Fatal(bad[0])
		}
	}
}

func BenchmarkCommand(b *testing.B) {
	box := newBox(b, DefaultConfig())
	keys := strings.Repeat("show rows 3\n", 1000)
	for b.Loop() {
		box.console(keys)
	}
}

// The body of a refused block must not change the block before it.
func TestLoadSkipsBodyOfRefusedHeader(t *testing.T) {
	b := newBox(t, DefaultConfig())
	bad := b.Load(t.Context(), []byte("presence\n server 10.0.0.1\nnonsense 9\n server 10.0.0.9\n  deeper\npresence\n no such\n server 10.0.0.2\n"), conf.Origin{Text: "memory"})
	var lines []int
	for _, e := range bad {
		lines = append(lines, e.Line)
	}
	if !slices.Equal(lines, []int{3, 4, 5, 7}) {
		t.Errorf("refused lines %v: %v", lines, bad)
	}
	if run := string(conf.Running(b.store.Tree())); !strings.Contains(run, "server 10.0.0.2") {
		t.Errorf("running-config\n%s", run)
	}
}

func TestExcerpt(t *testing.T) {
	long := strings.Repeat("é", 1000) + "X" + strings.Repeat("z", 1000)
	for _, tt := range []struct {
		text  string
		caret int
	}{{"short", 2}, {"short", -1}, {long, -1}, {long, 0}, {long, 200}, {long, 1000}, {long, 2000}, {long, 2001}} {
		text, caret := Excerpt(tt.text, tt.caret)
		cut, whole := []rune(text), append([]rune(tt.text), 0)
		cut = append(cut, 0)
		if len(cut) > 410 {
			t.Errorf("caret %d: %d characters", tt.caret, len(cut))
		}
		if tt.caret < 0 {
			if caret != tt.caret {
				t.Errorf("caret %d: now %d", tt.caret, caret)
			}
		} else if caret < 0 || caret >= len(cut) || cut[caret] != whole[tt.caret] {
			t.Errorf("caret %d: now %d of %q", tt.caret, caret, text)
		}
	}
}
