package grammar

import (
	"strings"
	"testing"
)

var outcomes = map[Outcome]string{OK: "ok", NoMatch: "no match", Incomplete: "incomplete", Ambiguous: "ambiguous", NeedText: "need text"}

// The carets are those of real routers where facts/cli.md section 2 has them.
func TestMatchCarets(t *testing.T) {
	exec := []string{"help", "configure terminal", "configure memory", "enable [<1-15>$level]", "exit", "show users", "show udp", "show version", "erase startup-config", "debug presence all", "no debug all"}
	router := []string{"network A.B.C.D$net", "neighbor A.B.C.D$a"}
	tests := []struct {
		set   []string
		line  string
		out   Outcome
		caret int // for OK: unused
		depth int
	}{
		{exec, "hostname R3", NoMatch, 1, 0},
		{exec, "Configuring from", NoMatch, 8, 0},
		{exec, "enable cisco", NoMatch, 7, 1},
		{router, "network network", NoMatch, 8, 1},
		{corpus, "username cisco privilegie", NoMatch, 23, 2},
		{corpus, "username cisco privilegie 15", NoMatch, 23, 2},
		{corpus, "username cisco privilege 16", NoMatch, 25, 3},
		{corpus, "max-subscription 99", NoMatch, 17, 1},
		{corpus, "max-subscription 501", NoMatch, 17, 1},
		{corpus, "max-subscription 99999999999999999999999", NoMatch, 17, 1},
		{corpus, "max-subscription 12x", NoMatch, 19, 1},
		{corpus, "  max-subscription   12x", NoMatch, 23, 1},
		{corpus, "max-subscription 128 128", NoMatch, 21, 2},
		{corpus, "watcher all x", NoMatch, 12, 2},
		{corpus, "zebra", NoMatch, 0, 0},
		{corpus, "no zebra", NoMatch, 3, 1},
		{corpus, "nope", NoMatch, 2, 0},
		{corpus, `blf-speed-dial 1 2001 label "` + strings.Repeat("x", 31) + `"`, NoMatch, 29 + 30, 4},
		{corpus, "blf-speed-dial 1 2001 label " + strings.Repeat("x", 31), NoMatch, 28 + 30, 4},
		{corpus, `blf-speed-dial 1 2001 label "ab"c`, NoMatch, 32, 4},
		{corpus, "blf-speed-dial 1 2001 label a\"b", NoMatch, 29, 4},
		{corpus, "blf-speed-dial 1 20X1", NoMatch, 19, 2},
		{corpus, "blf-speed-dial 1 20011234567890123", NoMatch, 17 + 16, 2},
		{corpus, "description " + strings.Repeat("z ", 21), NoMatch, 12 + 40, 1},
		{corpus, "server 10.1.1.256", NoMatch, 16, 1},
		{corpus, "server 10.1.x.2", NoMatch, 12, 1},
		{corpus, "server 10.1.1", NoMatch, 12, 1}, // past the end: the last character
		{corpus, "ip address 10.1.1.1 255.0.255.0", NoMatch, 20, 3},
		{corpus, "id mac 0030.94c2.e1ag", NoMatch, 20, 2},
		{corpus, "interface gi x", NoMatch, 13, 2},
		{corpus, "interface gx0", NoMatch, 11, 1},
		{corpus, "ephone-dn 961", NoMatch, 10, 1},
		{corpus, "ephone-dn 1 dual octo", NoMatch, 17, 3},
		{corpus, "park-slot timeout 1 timeout 2", NoMatch, 20, 3},
		{corpus, "tftp-server flush:x", NoMatch, 14, 1},
		{corpus, "button 1:1 2y2", NoMatch, 12, 2},
		{corpus, "no no presence", NoMatch, 4, 1},
		{corpus, "server 10.1.1.1\x00", NoMatch, 15, 1},

		{corpus, "", Incomplete, 0, 0},
		{corpus, " \t ", Incomplete, 0, 0},
		{corpus, "no", Incomplete, 0, 1},
		{corpus, "allow", Incomplete, 0, 1},
		{corpus, "no allow", Incomplete, 0, 2},
		{corpus, "blf-speed-dial 1 2001", Incomplete, 0, 3},
		{corpus, "no blf-speed-dial", Incomplete, 0, 2},
		{corpus, "interface gi", Incomplete, 0, 2},
		{corpus, "description", Incomplete, 0, 1},
		{corpus, "park-slot timeout", Incomplete, 0, 2},
		{corpus, "banner motd", Incomplete, 0, 2},

		{exec, "show u", Ambiguous, 5, 1},
		{exec, "e", Ambiguous, 0, 0},
		{corpus, "pre", Ambiguous, 0, 0}, // preference, presence
		{corpus, "load 79 x", Ambiguous, 5, 1},
		{corpus, "n", Ambiguous, 0, 0}, // no, number, name

		{corpus, "banner motd ^C", NeedText, 0, 3},
		{corpus, "banner motd @hello there", NeedText, 0, 3},
	}
	for _, tt := range tests {
		s := sets(t, tt.set)
		r := s.Match(tt.line, c3825)
		if r.Outcome != tt.out || r.Depth != tt.depth && tt.out != NeedText || tt.out != Incomplete && r.Caret != tt.caret {
			t.Errorf("%q: %s, caret %d, depth %d; want %s, caret %d, depth %d", tt.line,
				outcomes[r.Outcome], r.Caret, r.Depth, outcomes[tt.out], tt.caret, tt.depth)
		}
	}
}

// sets is a configuration set, or an EXEC one when a command starts with no.
func sets(t *testing.T, syntaxes []string) *Set {
	t.Helper()
	cmds := compile(t, syntaxes...)
	opt := SetOptions{Negatable: true}
	for _, c := range cmds {
		if c.startsWithForm() {
			opt.Negatable = false
		}
	}
	s, err := NewSet(cmds, opt)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestMatchLine(t *testing.T) {
	tests := []struct{ line, want string }{
		{"ephone-dn 1 du", "ephone-dn  1  dual-line"},
		{"EPHONE-DN 01 OCTO-LINE", "ephone-dn  1  octo-line"},
		{"ephone-dn  1 ", "ephone-dn  1"},
		{"sip-ua", "sip-ua "},
		{"no sip-ua ", "no sip-ua"},
		{"voice serv voip", "voice service voip "},
		{"button 1:10 2:11 3b12 4o13,14,15 5x4", "button  1:10 2:11 3b12 4o13,14,15 5x4"},
		{"button 1O2,3", "button  1o2,3"},
		{"blf-sp 1 2001 lab sales", `blf-speed-dial 1 2001 label "sales"`},
		{`blf-speed-dial 1 2001 label "sales desk" dev`, `blf-speed-dial 1 2001 label "sales desk" device`},
		{`blf-speed-dial 1 2001 label "sales desk  `, `blf-speed-dial 1 2001 label "sales desk"`},
		{"no blf-speed-dial 1", "no blf-speed-dial 1"},
		{"no blf-speed-dial 1 2001", "no blf-speed-dial 1 2001"},
		{"default blf-speed-dial 1 2001 label x", `default blf-speed-dial 1 2001 label "x"`},
		{"park-slot recall limit 3 timeout 4", "park-slot timeout 4 limit 3 recall"},
		{"park-slot", "park-slot"},
		{"name  John   Q  Public  ", "name John   Q  Public"},
		{"enable password l", "enable password l"},
		{"enable password level", "enable password level"},
		{"enable password level 7 x", "enable password level 7 x"},
		{"enable password lab", "enable password lab"},
		{"id mac 00:30:94:c2:e1:a8", "id mac 0030.94C2.E1A8"},
		{"id network 10.0.0.0 mask 255.0.0.0", "id network 10.0.0.0 mask 255.0.0.0"},
		{"int gi 0/0", "interface  GigabitEthernet0/0"},
		{"int Loopback0", "interface  Loopback0"},
		{"ip route 0.0.0.0 0.0.0.0 11.1.1.1", "ip route 0.0.0.0 0.0.0.0 11.1.1.1"},
		{"ip route 0.0.0.0 0.0.0.0 lo 0 200", "ip route 0.0.0.0 0.0.0.0 Loopback0 200"},
		{"ip route 0.0.0.0 0.0.0.0 lo0 200", "ip route 0.0.0.0 0.0.0.0 Loopback0 200"},
		{"no ip domain lookup", "no ip domain lookup"},
		{"load 7961 SIP41.8-0-1-0DEV", "load 7961 SIP41.8-0-1-0DEV"},
		{"load 7961g SIP41", "load 7961GE SIP41"},
		{"load 7960-7 P003", "load 7960-7940 P003"},
		{"load cipc X", "load CIPC X"},
		{"line vty 0 4", "line vty 0 4"},
		{"username cisco priv 15 secret 5 $1$x", "username cisco privilege 15 secret 5 $1$x"},
		{"username a password b secret c", "username a password b secret c"},
		{"username a secret c password b", "username a password b secret c"},
		{"max-conferences 8 gain -6", "max-conferences 8 gain -6"},
		{"create cnf version jan 1 2002 0:00", "create cnf-files version-stamp Jan 1 2002 00:00:00"},
		{"service timestamps log datetime year msec", "service timestamps log datetime msec year"},
		{"banner motd @ hi @ rest", "banner motd ^C hi ^C"},
		{"banner motd ^C\nhi\n^C", "banner motd ^C\nhi\n^C"},
		{"banner motd @ has ^C in it@", "banner motd # has ^C in it#"},
		{"translate b a b", "translate b a b"},
		{"permit ip 0077 icmp host", "permit ip 77 icmp host"},
		{"softkeys idle redial cfw", "softkeys idle Redial Cfwdall"},
		{"ipv6 address 2001:db8::1", "ipv6 address 2001:DB8::1"},
		{"hop two", "hop two"},
		{"auto assign 1 to 9 type 7960", "auto assign 1 to 9 type 7960"},
		{"\tpresence", "presence"},
	}
	s := set(t, corpus...)
	for _, tt := range tests {
		r := s.Match(tt.line, c3825)
		if r.Outcome != OK {
			t.Errorf("%q: %s at %d", tt.line, outcomes[r.Outcome], r.Caret)
			continue
		}
		if got := r.Args.Line(); got != tt.want {
			t.Errorf("%q prints %q, want %q", tt.line, got, tt.want)
		}
	}
}

// An earlier keyword wins over an earlier argument, whatever comes later.
func TestMatchPrefersKeywords(t *testing.T) {
	tests := []struct {
		set        []string
		line, want string // want: the syntax that wins
	}{
		{[]string{"a WORD$w", "a foo"}, "a foo", "a foo"},
		{[]string{"a WORD$w", "a foo"}, "a fo", "a foo"},
		{[]string{"a WORD$w", "a foo"}, "a fox", "a WORD$w"},
		{[]string{"a WORD$w b", "a foo WORD$w"}, "a foo b", "a foo WORD$w"},
		{[]string{"a LINE$l", "a WORD$w b"}, "a x b", "a WORD$w b"},
		{[]string{"a LINE$l", "a WORD$w WORD$v"}, "a x b", "a LINE$l"},
		{[]string{"a <1-9>$n", "a WORD$w"}, "a 5", "a <1-9>$n"},
		{[]string{"a WORD$w", "a <1-9>$n"}, "a 5", "a WORD$w"},
		{[]string{"<a|b>$x", "a c"}, "a", "<a|b>$x"},
		{[]string{"WORD$x y", "a y"}, "a y", "a y"},
		{[]string{"WORD$x y", "a z"}, "a y", "WORD$x y"},
	}
	for _, tt := range tests {
		var cmds []*Command
		for _, x := range tt.set {
			cmds = append(cmds, mustNamed(t, x))
		}
		s, err := NewSet(cmds, SetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		r := s.Match(tt.line, nil)
		if r.Outcome != OK {
			t.Errorf("%q in %q: %s", tt.line, tt.set, outcomes[r.Outcome])
		} else if got := r.Args.Command().Spec().Syntax; got != tt.want {
			t.Errorf("%q in %q: %q wins, want %q", tt.line, tt.set, got, tt.want)
		}
	}
}

func TestMatchNoRefused(t *testing.T) {
	spec := Spec{Syntax: "version <12|15>$v", Help: "version  v\n$v  number", NoRefused: true}
	c, err := Compile(spec, nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSet([]*Command{c}, SetOptions{Negatable: true})
	if err != nil {
		t.Fatal(err)
	}
	if r := s.Match("no version 12", nil); r.Outcome != NoMatch || r.Caret != 3 || r.Depth != 1 {
		t.Errorf("no version: %+v", r)
	}
	if r := s.Match("version 12", nil); r.Outcome != OK {
		t.Errorf("version 12: %+v", r)
	}
}

func TestNewSetErrors(t *testing.T) {
	no := compile(t, "no debug all")
	if _, err := NewSet(no, SetOptions{Negatable: true}); err == nil {
		t.Error("a command starting with no was taken into a negatable set")
	}
	if _, err := NewSet(no, SetOptions{}); err != nil {
		t.Error(err)
	}
	if _, err := NewSet(compile(t, "a", "a"), SetOptions{}); err == nil {
		t.Error("the same syntax was taken twice")
	}
	if _, err := NewSet([]*Command{nil}, SetOptions{}); err == nil {
		t.Error("nil was taken")
	}
}

func TestBannerText(t *testing.T) {
	s := set(t, "banner motd TEXT$text", "banner exec TEXT(5)$text")
	tests := []struct {
		open  string
		lines []string
		delim string
		text  string
		line  string
	}{
		{"banner motd ^C", []string{"hello", "^C"}, "^C", "\nhello\n", "banner motd ^C\nhello\n^C"},
		{"banner motd \x03", []string{"hello", "world\x03 dropped"}, "^C", "\nhello\nworld", "banner motd ^C\nhello\nworld^C"},
		{"banner motd \x03", []string{"hello^C"}, "^C", "\nhello", "banner motd ^C\nhello^C"},
		{"banner motd @first", []string{"x ^C y", "@"}, "@", "first\nx ^C y\n", "banner motd #first\nx ^C y\n#"},
		{"ban motd ^X", []string{"C^"}, "^", "X\nC", "banner motd ^CX\nC^C"},
		{"banner exec #", []string{"héllo#"}, "#", "\nhéll", "banner exec ^C\nhéll^C"},
	}
	for _, tt := range tests {
		r := s.Match(tt.open, nil)
		if r.Outcome != NeedText || r.Delim != tt.delim {
			t.Errorf("%q: %s, delimiter %q", tt.open, outcomes[r.Outcome], r.Delim)
			continue
		}
		text := ""
		for _, l := range tt.lines {
			before, ok := r.Closes(l)
			if ok {
				text += before
				break
			}
			text += l + "\n"
		}
		a := r.WithText(text)
		if a.String("text") != tt.text || a.Line() != tt.line {
			t.Errorf("%q: text %q, line %q", tt.open, a.String("text"), a.Line())
		}
		if again := s.Match(a.Line(), nil); again.Outcome != OK || !again.Args.Equal(a) {
			t.Errorf("%q does not match itself", a.Line())
		}
		if r.Args.String("text") == tt.text {
			t.Errorf("%q: WithText changed the Result's Args", tt.open)
		}
	}
	if r := s.Match("no banner motd", nil); r.Outcome != OK {
		t.Errorf("no banner motd: %s", outcomes[r.Outcome])
	}
}

// A line whose printed form would be read as another command is refused.
func TestMatchUnprintable(t *testing.T) {
	s := set(t, "x <1-20>$n", "x 12a")
	for line, want := range map[string]Outcome{"x 2": OK, "x 1": OK, "x 02": OK, "x 01": Ambiguous, "x 12": OK} {
		if r := s.Match(line, nil); r.Outcome != want {
			t.Errorf("%q: %s, want %s", line, outcomes[r.Outcome], outcomes[want])
		}
	}
	// Parts typed in another order stay so when the list would swallow `b`.
	s = set(t, "x {a [b]|b [c]}")
	for line, want := range map[string]string{"x b a": "x b a", "x b c a": "x a b c", "x a b": "x a b"} {
		if r := s.Match(line, nil); r.Outcome != OK || r.Args.Line() != want {
			t.Errorf("%q: %s, %q, want %q", line, outcomes[r.Outcome], r.Args.Line(), want)
		}
	}
	// A type's own mistakes do not get out.
	lib := &Library{Types: map[string]Type{
		"BLANK": {Parse: func(s string) (string, int, bool) { return "a b", 0, true }},
		"LEAD":  {Parse: func(s string) (string, int, bool) { return " a", 0, true }, Rest: true},
		"LONG":  {Parse: func(s string) (string, int, bool) { return s + s, 0, true }},
		"NONE":  {Parse: func(s string) (string, int, bool) { return "", 0, true }},
		"FAR":   {Parse: func(s string) (string, int, bool) { return "", 99, false }},
		"NEAR":  {Parse: func(s string) (string, int, bool) { return "", -99, false }},
	}}
	for syntax, caret := range map[string]int{"x BLANK": 2, "x LEAD": 2, "x LONG(5)": 2, "x NONE": 2, "x FAR": 4, "x NEAR": 2} {
		c, err := Compile(Spec{Syntax: syntax, Help: "x  x\n" + syntax[2:] + "  y"}, lib)
		if err != nil {
			t.Fatal(err)
		}
		if r := c.alone().Match("x abc", nil); r.Outcome != NoMatch || r.Caret != caret {
			t.Errorf("%q: %+v", syntax, r)
		}
	}
}

func TestMatchEdges(t *testing.T) {
	// Commands without leading keywords need a first word in every form.
	s, err := NewSet([]*Command{mustNamed(t, "<a|b>$x"), mustNamed(t, "[c] d"+strings.Repeat(" ", 20)+"e")}, SetOptions{Negatable: true})
	if err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]Outcome{"": Incomplete, "no": Incomplete, "no ": Incomplete, "no a": OK, "b": OK, "c": Incomplete, "d e": OK, "c d e": OK, "no c": OK} {
		if r := s.Match(line, nil); r.Outcome != want {
			t.Errorf("%q: %s, want %s", line, outcomes[r.Outcome], outcomes[want])
		}
	}
	if got := s.Match("c d e", nil).Args.Line(); got != "c d"+strings.Repeat(" ", 20)+"e" {
		t.Errorf("wide gap: %q", got)
	}
	// Blanks behind a keyword are printed ahead of whatever comes next, and nowhere else.
	wide, err := NewSet([]*Command{mustNamed(t, "[<1-9>] <permit|deny~~$d> <tcp [WORD]|ip>"), mustNamed(t, "drop~ [all~~~]")}, SetOptions{Negatable: true})
	if err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]string{
		"permit tcp x": "permit tcp x", "deny tcp x": "deny   tcp x", "4 deny    ip": "4 deny   ip", "no den i": "no deny   ip", "dr": "drop", "drop all": "drop  all",
	} {
		r := wide.Match(line, nil)
		if got := r.Args.Line(); got != want || !wide.Match(got, nil).Args.Equal(r.Args) {
			t.Errorf("%q is printed as %q, want %q", line, got, want)
		}
	}
	r := s.Match("a", nil)
	if _, ok := r.Closes("^C"); ok || !r.WithText("x").Equal(r.Args) {
		t.Error("Closes or WithText acts on a complete line")
	}
	// Text has a limit and no control characters, whatever delimiter is left.
	s = set(t, "banner {one|two} TEXT$t")
	r = s.Match("banner two one \x01", nil)
	a := r.WithText("^C#@%~$|\x02\x7f\n" + strings.Repeat("é", maxText))
	if text := a.String("t"); len(text) > maxText || !strings.HasPrefix(text, "\n^C#@%~$|\n") {
		t.Errorf("%d bytes, %.20q", len(text), text)
	}
	if again := s.Match(a.Line(), nil); again.Outcome != OK || !again.Args.Equal(a) || !strings.HasPrefix(a.Line(), "banner one two \x01") {
		t.Errorf("%.40q does not match itself", a.Line())
	}
}

func mustNamed(t *testing.T, syntax string) *Command {
	t.Helper()
	c, err := Compile(Spec{Name: "n", Syntax: syntax, Help: helpFor(syntax)}, &Library{Types: standard})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
