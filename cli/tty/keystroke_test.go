package tty

import (
	"strings"
	"testing"
	"time"

	"github.com/busylamp/busylamp/cli/term"
)

// stroke is some input and exactly what must be sent for it.
type stroke struct{ keys, out string }

// TestKeystrokes types keys one group at a time and compares bytes.
func TestKeystrokes(t *testing.T) {
	for _, tt := range []struct {
		name    string
		cols    int
		strokes []stroke
		want    string
		err     error
	}{
		{"echo and CR", 80, []stroke{{"s", "s"}, {"how", "how"}, {"\r", "\r\n"}}, "show", nil},
		{"LF", 80, []stroke{{"a", "a"}, {"\n", "\r\n"}}, "a", nil},
		{"backspace", 80, []stroke{{"ab", "ab"}, {"\b", "\b \b"}, {"\x7f", "\b \b"}, {"\b", "\a"}, {"c\r", "c\r\n"}}, "c", nil},
		{"insert repaints the tail", 80, []stroke{{"sow", "sow"}, {"\x02\x02", "\b\b"}, {"h", "how\b\b"}, {"\r", "\r\n"}}, "show", nil},
		{"backspace in the middle", 80, []stroke{{"shxow", "shxow"}, {"\x1b[D\x1b[D", "\b\b"}, {"\b", "\bow \b\b\b"}, {"\r", "\r\n"}}, "show", nil},
		{"home, delete, end", 80, []stroke{{"xab", "xab"}, {"\x01", "\b\b\b"}, {"\x04", "ab \b\b\b"}, {"\x05", "ab"}, {"\x04", "\a"}, {"\r", "\r\n"}}, "ab", nil},
		{"cursor keys of all sorts", 80, []stroke{{"abc", "abc"}, {"\x1bOD", "\b"}, {"\x1b[H", "\b\b"}, {"\x1bOC", "a"}, {"\x1b[F", "bc"}, {"\x1b[1~", "\b\b\b"}, {"\x1b[3~", "bc \b\b\b"}, {"\x1b[4~", "bc"}, {"\x1b[C", "\a"}, {"\r", "\r\n"}}, "bc", nil},
		{"kill to start, yank", 80, []stroke{{"no shut", "no shut"}, {"\x1bb", "\b\b\b\b"}, {"\x15", "\b\b\bshut   \b\b\b\b\b\b\b"}, {"\x05", "shut"}, {"\x19", "no "}, {"\r", "\r\n"}}, "shutno ", nil},
		{"^X kills to the start too", 80, []stroke{{"ab", "ab"}, {"\x18", "\b\b  \b\b"}, {"\r", "\r\n"}}, "", nil},
		{"kill to end, yank twice", 80, []stroke{{"abcd", "abcd"}, {"\x02\x02", "\b\b"}, {"\x0b", "  \b\b"}, {"\x19", "cd"}, {"\x19", "cd"}, {"\r", "\r\n"}}, "abcdcd", nil},
		{"word kill keeps the tail", 80, []stroke{{"abc def", "abc def"}, {"\x1bb\x02", "\b\b\b\b"}, {"\x17", "\b\b\b def   \b\b\b\b\b\b\b"}, {"\r", "\r\n"}}, " def", nil},
		{"word kill takes an address", 80, []stroke{{"ip 10.1.2.3", "ip 10.1.2.3"}, {"\x17", strings.Repeat("\b", 8) + strings.Repeat(" ", 8) + strings.Repeat("\b", 8)}, {"\r", "\r\n"}}, "ip ", nil},
		{"word moves and kills", 80, []stroke{{"ab cd", "ab cd"}, {"\x01", "\b\b\b\b\b"}, {"\x1bf", "ab"}, {"\x1bd", "   \b\b\b"}, {"\r", "\r\n"}}, "ab", nil},
		{"Ctrl-arrows", 80, []stroke{{"ab cd", "ab cd"}, {"\x1b[1;5D", "\b\b"}, {"\x1b[1;5D", "\b\b\b"}, {"\x1b[1;5C", "ab"}, {"\r", "\r\n"}}, "ab cd", nil},
		{"case", 80, []stroke{{"ab cd ef", "ab cd ef"}, {"\x01", strings.Repeat("\b", 8)}, {"\x1bc", "Ab"}, {"\x1bu", " CD"}, {"\x1bl", " ef"}, {"\r", "\r\n"}}, "Ab CD ef", nil},
		{"transpose", 80, []stroke{{"a", "a"}, {"\x14", "\a"}, {"b", "b"}, {"\x14", "\b\bba"}, {"\r", "\r\n"}}, "ba", nil},
		{"redisplay", 80, []stroke{{"ab", "ab"}, {"\x02", "\b"}, {"\x12", "\r\nR#ab\b"}, {"\x0c", "\r\nR#ab\b"}, {"\r", "\r\n"}}, "ab", nil},
		{"quoted question mark", 80, []stroke{{"a", "a"}, {"\x16", ""}, {"?", "?"}, {"\x1bq?", "?"}, {"\r", "\r\n"}}, "a??", nil},
		{"quoting never hides Enter", 80, []stroke{{"a\x16\r", "a\r\n"}}, "a", nil},
		{"nor does Esc", 80, []stroke{{"a\x1b", "a"}, {"\r", "\r\n"}}, "a", nil},
		{"dead keys", 80, []stroke{{"a\x00\x11\x13\x1e\x1d\x07\x1by\x1b[99~", "a"}, {"\r", "\r\n"}}, "a", nil},
		{"endless sequence", 80, []stroke{{"\x1b[" + strings.Repeat("1", 40), strings.Repeat("1", 40)}, {"\r", "\r\n"}}, strings.Repeat("1", 40), nil},
		{"end", 80, []stroke{{"exit", "exit"}, {"\x1a", "^Z\r\n"}}, "exit", term.ErrEnd},
		{"interrupt", 80, []stroke{{"exit", "exit"}, {"\x03", "^C\r\n"}}, "", term.ErrInterrupt},
		{"UTF-8 in pieces", 80, []stroke{{"\xc3", ""}, {"\xbc", "ü"}, {"\b", "\b \b"}, {"ü\r", "ü\r\n"}}, "ü", nil},
		{"Latin-1, byte order mark, blanks", 80, []stroke{{"\xfcx", "üx"}, {"\ufeff\u00a0\x1b", " "}, {"\r", "\r\n"}}, "üx ", nil},
		{"wide characters", 80, []stroke{{"電", "電"}, {"\b", "\b\b  \b\b"}, {"\r", "\r\n"}}, "", nil},
		{"help", 80, []stroke{{"sh ", "sh "}, {"?", "?\r\nhelp for [sh ]\r\nR#sh "}, {"v", "v"}, {"\r", "\r\n"}}, "sh v", nil},
		{"help in the middle", 80, []stroke{{"sh v", "sh v"}, {"\x02", "\b"}, {"?", "?\r\nhelp for [sh ]\r\nR#sh v\b"}, {"\r", "\r\n"}}, "sh v", nil},
		{"unique TAB", 80, []stroke{{"erase star", "erase star"}, {"\t", "\r\nR#erase startup-config "}, {"\r", "\r\n"}}, "erase startup-config ", nil},
		{"TAB in the middle", 80, []stroke{{"star x", "star x"}, {"\x02\x02", "\b\b"}, {"\t", "\r\nR#startup-config  x\b\b"}, {"\r", "\r\n"}}, "startup-config  x", nil},
		{"ambiguous TAB", 80, []stroke{{"sh", "sh"}, {"\t", "\r\nR#sh"}, {"\r", "\r\n"}}, "sh", nil},
		{"TAB in a paste is a blank", 80, []stroke{{"\tstar\tx\r", " star x\r\n"}}, " star x", nil},
		{"TAB in a paste in pieces", 80, []stroke{{"\tstar\tx", " star x"}, {"\ty\r", " y\r\n"}}, " star x y", nil},
		{"TAB at the end of fast typing", 80, []stroke{{"erase star\t", "erase star\r\nR#erase startup-config "}, {"\r", "\r\n"}}, "erase startup-config ", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				d := sit(Options{Cols: tt.cols, Rows: 24})
				defer d.Close()
				d.ask("R#", term.LineOptions{
					Echo: true,
					Help: func(line string) string { return "help for [" + line + "]\n" },
					Complete: func(line string) (string, bool) {
						if strings.HasSuffix(line, "star") {
							return line + "tup-config ", true
						}
						return "", false
					},
				})
				if got := d.w.got(); got != "R#" {
					t.Fatalf("prompt %q", got)
				}
				for _, s := range tt.strokes {
					if got := d.press(s.keys); got != s.out {
						t.Errorf("%q printed %q, want %q", s.keys, got, s.out)
					}
				}
				select {
				case r := <-d.done:
					if r.text != tt.want || r.err != tt.err {
						t.Errorf("line %q, %v; want %q, %v", r.text, r.err, tt.want, tt.err)
					}
				default:
					t.Error("the line is not complete")
				}
			})
		})
	}
}

func TestHistoryKeys(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := sit(Options{})
		defer d.Close()
		h := term.NewHistory(2)
		o := term.LineOptions{Echo: true, History: h}
		for _, line := range []string{"one", "two", "two", " ", "thr\x7free"} {
			d.ask(">", o)
			d.press(line + "\r")
			<-d.done
		}
		if got := strings.Join(h.Lines(), ","); got != "two,thre" && got != "two,three" {
			t.Errorf("history %q", got)
		}
		h.Resize(20)
		d.ask(">", o)
		d.w.got()
		for _, s := range []stroke{
			{"x", "x"},
			{"\x10", "\bthree"},
			{"\x1b[A", "\b\b\b\bwo  \b\b"},
			{"\x1bOA", "\a"},
			{"\x0e", "\b\bhree"},
			{"\x1b[B", "\b\b\b\b\bx    \b\b\b\b"},
			{"\x0e", "\a"},
		} {
			if got := d.press(s.keys); got != s.out {
				t.Errorf("%q printed %q, want %q", s.keys, got, s.out)
			}
		}
		d.press("\r")
		if r := <-d.done; r.text != "x" {
			t.Errorf("line %q", r.text)
		}
	})
}

// TestScrolling types past the right margin of a narrow terminal.
func TestScrolling(t *testing.T) {
	alphabet := "abcdefghijklmnopqrstuvwxyz"
	long := alphabet + alphabet
	bubble(t, func(t *testing.T) {
		d := sit(Options{Cols: 30})
		defer d.Close()
		d.ask("Router#", term.LineOptions{Echo: true}) // 22 characters beside the prompt
		d.w.got()
		for _, s := range []stroke{
			{alphabet[:21], alphabet[:21]},
			{"v", strings.Repeat("\b", 21) + "$lmnopqrstuv         " + strings.Repeat("\b", 9)},
			{"w", "w"},
			{"\x01", strings.Repeat("\b", 13) + "abcdefghijklmnopqrstu$" + strings.Repeat("\b", 22)},
			{"\x05", "$lmnopqrstuvw         " + strings.Repeat("\b", 9)},
			{"\x12", "\r\nRouter#$lmnopqrstuvw"},
		} {
			if got := d.press(s.keys); got != s.out {
				t.Errorf("%q printed %q, want %q", s.keys, got, s.out)
			}
		}
		d.press("\r")
		if r := <-d.done; r.text != alphabet[:23] {
			t.Errorf("line %q", r.text)
		}
		// Width 511 and 0, and an unknown size, never scroll; nor does a paste.
		for _, width := range []int{511, 512, -1} {
			d.ask("Router#", term.LineOptions{Echo: true, Width: width})
			d.w.got()
			d.press("?")
			if got := d.press(long); got != long {
				t.Errorf("width %d printed %q", width, got)
			}
			d.press("\r")
			<-d.done
		}
		d.SetSize(0, 0)
		d.ask("Router#", term.LineOptions{Echo: true})
		d.w.got()
		if got := d.press(long + "\r"); got != long+"\r\n" {
			t.Errorf("unknown width printed %q", got)
		}
		<-d.done
	})
}

func TestPassword(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := sit(Options{})
		defer d.Close()
		h := term.NewHistory(9)
		o := term.LineOptions{History: h, Help: func(string) string { return "help\n" }}
		d.ask("Password: ", o)
		if got := d.press("wrong\x15se?crx\bet\x10\x19\x01\r"); got != "Password: \r\n" {
			t.Errorf("printed %q", got)
		}
		if r := <-d.done; r.text != "se?cret" || r.err != nil {
			t.Errorf("password %q, %v", r.text, r.err)
		}
		if len(h.Lines()) != 0 {
			t.Error("the password is in the history")
		}
		d.ask("R#", term.LineOptions{Echo: true, History: h})
		if got := d.press("\x19\r"); got != "R#\a\r\n" {
			t.Errorf("yank after a password printed %q", got)
		}
		<-d.done
	})
}

func TestLineLimit(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := sit(Options{})
		defer d.Close()
		full := strings.Repeat("x", MaxLine)
		d.ask("R#", term.LineOptions{Echo: true})
		d.press(full)
		if got := d.press("yyy"); got != "\a" {
			t.Errorf("beyond the limit printed %q", got)
		}
		d.press("\x15\x19\x19\r")
		if r := <-d.done; r.text != full {
			t.Errorf("%d characters", len(r.text))
		}
		d.ask("R#", term.LineOptions{Echo: true})
		d.w.got()
		if got := d.press(full + "yyy\r"); got != full+"\a\r\n" {
			t.Errorf("long paste printed %d bytes", len(got))
		}
		if r := <-d.done; r.text != full {
			t.Errorf("long paste: %d characters", len(r.text))
		}
	})
}

func TestTimeout(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := sit(Options{})
		defer d.Close()
		start := time.Now()
		d.ask("R#", term.LineOptions{Echo: true, Timeout: time.Minute})
		time.Sleep(50 * time.Second)
		d.press("x")
		r := <-d.done
		if r.err != term.ErrTimeout || time.Since(start) != 110*time.Second {
			t.Errorf("%v after %v", r.err, time.Since(start))
		}
	})
}
