package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
)

func rows(from, to int) string {
	var b strings.Builder
	for i := from; i <= to; i++ {
		fmt.Fprintf(&b, "row %d\n", i)
	}
	return b.String()
}

const erase = "\b\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b\b"
const more = " --More-- "

func TestPager(t *testing.T) {
	for _, c := range []struct{ name, length, command, keys, want string }{
		{"fits", "5", "show rows 4", "", rows(1, 4)},
		{"quit", "5", "show rows 100000", "q", rows(1, 4) + more + erase},
		{"Ctrl-C quits", "5", "show rows 6", "\x03", rows(1, 4) + more + erase},
		{"hang-up", "5", "show rows 6", "", rows(1, 4) + more},
		{"page", "5", "show rows 9", "  ", rows(1, 4) + more + erase + rows(5, 8) + more + erase + rows(9, 9)},
		{"line", "5", "show rows 9", "\n\nq", rows(1, 4) + more + erase + rows(5, 5) + more + erase + rows(6, 6) + more + erase},
		{"line, page", "5", "show rows 9", "\n ", rows(1, 4) + more + erase + rows(5, 5) + more + erase + rows(6, 9)},
		{"off", "0", "show rows 50", "", rows(1, 50)},
		{"one line", "1", "show rows 3", " q", rows(1, 1) + more + erase + rows(2, 2) + more + erase},
		{"search", "5", "show rows 100", "/99\n", rows(1, 4) + more + erase + "/99\nfiltering...\n" + rows(99, 100)},
		{"only", "5", "show rows 60", "+5x\x7f$\n ", rows(1, 4) + more + erase + "+5x\b \b$\nfiltering...\n" +
			rows(5, 5) + rows(15, 15) + rows(25, 25) + rows(35, 35) + more + erase + rows(45, 45) + rows(55, 55)},
		{"anew", "5", "show rows 60", "+77\x155$\n ", rows(1, 4) + more + erase + "+77\b \b\b \b5$\nfiltering...\n" +
			rows(5, 5) + rows(15, 15) + rows(25, 25) + rows(35, 35) + more + erase + rows(45, 45) + rows(55, 55)},
		{"without", "5", "show rows 20", "-1|2\n ", rows(1, 4) + more + erase + "-1|2\nfiltering...\n" + rows(5, 8) + more + erase + rows(9, 9)},
		{"bad filter goes on", "5", "show rows 5", "/[\n", rows(1, 4) + more + erase + "/[\n% Failed to compile regular expression\n" + rows(5, 5)},
		{"after a pipe", "5", "show rows 100 | i 0$", " q", rows(10, 10) + rows(20, 20) + rows(30, 30) + rows(40, 40) + more + erase +
			rows(50, 50) + rows(60, 60) + rows(70, 70) + rows(80, 80) + more + erase},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := newBox(t, DefaultConfig()).console("terminal length " + c.length + "\n" + c.command + "\n" + c.keys)
			got = strings.TrimPrefix(got, "Router>terminal length "+c.length+"\nRouter>"+c.command+"\n")
			if got != c.want+"Router>" {
				t.Errorf("got %q\nwant %q", got, c.want+"Router>")
			}
		})
	}
}

func TestPageLength(t *testing.T) {
	type test struct {
		kind       LineKind
		line       Line
		cols, rows int
		want       int
	}
	for _, c := range []test{
		{LineConsole, Line{}, 0, 0, 0}, // a pipe
		{LineConsole, Line{}, 100, 40, 40},
		{LineVTY, Line{}, 0, 0, 24},
		{LineVTY, Line{}, 80, 50, 50},
		{LineVTY, Line{Length: 30}, 80, 50, 30},
		{LineVTY, Line{NoPaging: true}, 80, 50, 0},
	} {
		base := DefaultConfig()
		base.Console, base.Vty = c.line, []Line{c.line}
		s, err := newBox(t, base).Open(c.kind, "")
		if err != nil {
			t.Fatal(err)
		}
		f := newFakeTerm("")
		f.cols, f.rows = c.cols, c.rows
		s.term = f
		if got := s.pageLength(); got != c.want {
			t.Errorf("%+v: page length %d", c, got)
		}
	}
}

// A pipe is not paged, whatever the line says: what follows is no key.
func TestPipedConsole(t *testing.T) {
	base := DefaultConfig()
	base.Console.Length = 3
	s, err := newBox(t, base).Open(LineConsole, "")
	if err != nil {
		t.Fatal(err)
	}
	s.Piped()
	f := newFakeTerm("show rows 4\nterminal length 2\nshow rows 3\n")
	if err := s.Run(t.Context(), f); err != io.EOF {
		t.Error(err)
	}
	check(t, f.text(), "Router>show rows 4\n"+rows(1, 4)+"Router>terminal length 2\nRouter>show rows 3\n"+rows(1, 3)+"Router>")
}

// Long lines take several rows of a page.
func TestPagerCountsWrappedRows(t *testing.T) {
	f := newFakeTerm("")
	p := &pager{ctx: t.Context(), quit: func() {}, term: f, key: f.ReadKey, page: 4, width: 10}
	for range 3 {
		if err := p.line([]byte(strings.Repeat("x", 20))); err != nil {
			break
		}
	}
	if want := strings.Repeat("x", 20) + "\n" + more; f.text() != want {
		t.Errorf("%q", f.text())
	}
}

func TestPipes(t *testing.T) {
	setup := "en\nconf t\npresence\nwatcher all\nmax-sub 200\nephone-dn 1\nname presence x\nephone-dn 2\nnumber 2002\nend\n"
	for _, c := range []struct{ command, want string }{
		{"show run | include presence|name p", "presence\n name presence x\n"},
		{"show run | inc   watcher all", " watcher all\n"},
		{"show run|i watcher", " watcher all\n"},
		{"show run | section presence", "presence\n max-subscription 200\n watcher all\n name presence x\n"},
		{"show run | sec include ^presence", "presence\n max-subscription 200\n watcher all\n"},
		{"show run | section exclude presence|!|^hostname|Build|Curr|^$", "ephone-dn  1\nephone-dn  2\n number 2002\nend\n"},
		{"show run | begin number", " number 2002\n!\nend\n\n"},
		{"show rows 30 | count 3", "Number of lines which match regexp = 4\n"},
		{"show rows 30 | include 1 | exclude 1$", "row 10\nrow 12\nrow 13\nrow 14\nrow 15\nrow 16\nrow 17\nrow 18\nrow 19\n"},
		{"show rows 30 | include 3 | 29", "row 29\n"}, // an alternative of "row 3 " and " 29"
		{"show rows 30 | i (3|29)$", "row 3\nrow 13\nrow 23\nrow 29\n"},
		{"show rows 12 | i _1_", "row 1\n"},
		{"show rows 2 | i [", "% Failed to compile regular expression\n"},
		{"show rows 2 | foo x", "                     ^\n% Invalid input detected at '^' marker.\n\n"},
		{"show rows 2 | include", "% Incomplete command.\n\n"},
		{"show rows 2 |", "% Incomplete command.\n\n"},
		{"show rows | i 2", "% Incomplete command.\n\n"},
		{"show clock 2 | i 2", "                  ^\n% Invalid input detected at '^' marker.\n\n"},
		{"terminal length 0 | i 2", "                         ^\n% Invalid input detected at '^' marker.\n\n"},
		{"write term | i max-sub", " max-subscription 200\n"},
		{"show rows 2 | redirect tftp://x/y", "%Error opening tftp://x/y (No such device)\n"},
		{"show rows 2 | redirect flash:../y", "%Error opening flash:../y (Invalid file name)\n"},
	} {
		t.Run(c.command, func(t *testing.T) {
			got := newBox(t, DefaultConfig()).console(setup + c.command + "\n")
			_, got, _ = strings.Cut(got, "Router#"+c.command+"\n")
			if got != c.want+"Router#" {
				t.Errorf("got %q\nwant %q", got, c.want+"Router#")
			}
		})
	}
}

// Output modifiers belong to the commands that declare them.
func TestPipeable(t *testing.T) {
	b := newBox(t, DefaultConfig())
	m := b.mode(ExecMode)
	for line, want := range map[string]bool{
		"show clock": true, "sh clo": true, "show nothing": true, "sh": true, "write terminal": true, "write nothing": true,
		"write": false, "write memory": false, "terminal length 0": false, "reload": false, "nothing": false, "": false,
	} {
		if got := m.pipeable(m.set, nil, line); got != want {
			t.Errorf("%q: %v", line, got)
		}
	}
	if m.pipeable(m.user, nil, "write terminal") {
		t.Error("a user can pipe what they cannot type")
	}
}

func TestPipesToFiles(t *testing.T) {
	b := newBox(t, DefaultConfig())
	got := b.console("show rows 9 | redirect a\nen\nshow rows 2 | redirect flash:a\nshow rows 1 | tee b\nshow rows 3 | append flash:/a\nshow rows 9 | i 9 | append FLASH:c\n")
	check(t, got, `
Router>show rows 9 | redirect a
%Error opening a (Permission denied)
Router>en
Router#show rows 2 | redirect flash:a
Router#show rows 1 | tee b
row 1
Router#show rows 3 | append flash:/a
Router#show rows 9 | i 9 | append FLASH:c
Router#`)
	b.o.Servers = fakeServers{}
	check(t, b.console("show rows 2 | redirect tftp://10.0.0.1/a\nen\nshow rows 2 | redirect tftp://10.0.0.1/a\nshow rows 2 | append tftp://10.0.0.1/a\nshow rows 2 | redirect tftp:a\n"+
		"show rows 1 | tee tftp://10.0.0.1/a\n"), `
Router>show rows 2 | redirect tftp://10.0.0.1/a
%Error opening tftp://10.0.0.1/a (Permission denied)
Router>en
Router#show rows 2 | redirect tftp://10.0.0.1/a
Router#show rows 2 | append tftp://10.0.0.1/a
%Error opening tftp://10.0.0.1/a (No such device)
Router#show rows 2 | redirect tftp:a
%Error parsing filename (Bad file name)
Router#show rows 1 | tee tftp://10.0.0.1/a
row 1
Router#`)
	b.o.Servers = fakeServers{fs.ErrPermission}
	check(t, b.console("en\nshow rows 2 | redirect tftp://10.0.0.1/a\n"), `
Router>en
Router#show rows 2 | redirect tftp://10.0.0.1/a
%Error opening tftp://10.0.0.1/a (Permission denied)
Router#`)
	for name, want := range map[string]string{"a": rows(1, 2) + rows(1, 3), "b": rows(1, 1), "c": rows(9, 9)} {
		if got, err := b.state.Flash().ReadFile(name); err != nil || string(got) != want {
			t.Errorf("flash:%s = %q, %v", name, got, err)
		}
	}
}

// Sessions that append to one file at once lose no text.
func TestAppendTogether(t *testing.T) {
	b := newBox(t, DefaultConfig())
	const sessions, each = 8, 4
	var all sync.WaitGroup
	for n := range sessions {
		all.Go(func() {
			for range each {
				f := &fileSink{ctx: t.Context(), shell: b.Shell, file: place{where: onFlash, name: "log"}, next: sinkFunc(func([]byte) {}), add: true}
				if err := errors.Join(f.line(fmt.Appendf(nil, "of %d", n)), f.end()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	got, err := b.state.Flash().ReadFile("log")
	if err != nil {
		t.Fatal(err)
	}
	for n := range sessions {
		if texts := strings.Count(string(got), fmt.Sprintf("of %d\n", n)); texts != each {
			t.Errorf("%d texts of session %d", texts, n)
		}
	}
}

// Too much output for a file leaves none, not its beginning.
func TestPipeToFileTooLong(t *testing.T) {
	b := newBox(t, DefaultConfig())
	for _, a := range b.mode(ExecMode).actions {
		if a.plain.Syntax == "show clock" {
			a.plain.Run = func(c *Context, _ grammar.Args) error {
				row := strings.Repeat("x", 1<<20) + "\n"
				for range conf.MaxFlashFile >> 20 {
					c.Printf("%s", row)
				}
				c.Printf("end\n")
				return nil
			}
		}
	}
	check(t, b.console("en\nshow clock | redirect a\n"), `
Router>en
Router#show clock | redirect a
% Output is too long for a file
Router#`)
	if files, err := b.state.Flash().List(); len(files) > 0 || err != nil {
		t.Errorf("%v, %v", files, err)
	}
}

func TestRegexp(t *testing.T) {
	for _, c := range []struct {
		re, text string
		want     bool
	}{
		{"a.c", "xabcx", true}, {"^b", "ab", false}, {"_65_", "12 65", true}, {"_65_", "12 650", false},
		{"_65_", "(65)", true}, {"_65_", "{1,65}", true}, {`a\.b`, "axb", false}, {`a\.b`, "a.b", true},
		{"a{2}", "a{2}", true}, {"a{2}", "aa", false}, {"*", "a*", true}, {"*", "a", false}, {"a**", "b", true},
		{"(?i)A", "a", false}, {`\d`, "d", true}, {`\d`, "1", false}, {"[]a]", "]", true}, {"[^]a]", "a", false},
		{"[a-c]+$", "xxb", true}, {"[[]", "[", true}, {`[\]`, `\`, true}, {"Abc", "abc", false}, {"a|b", "b", true},
		{"ä", "Käse", true},
	} {
		re, err := compileRegexp(c.re)
		if err != nil {
			t.Errorf("%q: %v", c.re, err)
			continue
		}
		if got := re.MatchString(c.text); got != c.want {
			t.Errorf("%q on %q: %v (%s)", c.re, c.text, got, re)
		}
	}
	for _, bad := range []string{"", "[", "(", "a)", `\`, `(a)\1`, "[z-a]", strings.Repeat("a", 300)} {
		if re, err := compileRegexp(bad); err == nil {
			t.Errorf("%.20q compiles to %s", bad, re)
		}
	}
}

func FuzzRegexp(f *testing.F) {
	for _, s := range []string{"a.c", "_65_", "(?i)A", "[]a]", "a{2}", `\\`, "[a-", "*+?"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if re, err := compileRegexp(text); err == nil {
			re.MatchString("row 1 { [x] }")
		}
	})
}

// Ctrl-C ends a running command, and what it prints afterwards is dropped.
func TestInterrupt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t, DefaultConfig())
		f := newFakeTerm("show forever\nshow rows 2\n")
		f.onWrite = func(text string) {
			if text == "begun\n" {
				time.AfterFunc(time.Second, func() { f.interrupt <- struct{}{} })
			}
		}
		check(t, b.on(LineConsole, f), "Router>show forever\nbegun\nRouter>show rows 2\nrow 1\nrow 2\nRouter>")
	})
}

// A command whose output comes in one piece ends when it is interrupted, though the filter
// passes nothing on.
func TestInterruptBehindFilter(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	seen := 0
	o := &output{ctx: ctx, next: sinkFunc(func([]byte) {
		if seen++; seen == 3 {
			cancel()
		}
	})}
	n, err := o.Write([]byte(strings.Repeat("row\n", 1000)))
	if !errors.Is(err, context.Canceled) || n != 0 || seen != 3 {
		t.Errorf("%d bytes, %v, %d lines", n, err, seen)
	}
}

type sinkFunc func([]byte)

func (f sinkFunc) line(text []byte) error { f(text); return nil }
func (f sinkFunc) end() error             { return nil }
