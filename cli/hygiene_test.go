package cli

import (
	"strings"
	"testing"

	"github.com/busylamp/busylamp/cli/conf"
)

func TestTidy(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"number 2001", "number 2001"},
		{"\ufeffhostname A\r", "hostname A"},
		{"\tnumber\t2001 \t\r", " number 2001"},
		{"ip\u00a0address 1.1.1.1\u00a0", "ip address 1.1.1.1"},
		{" --More-- \b\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b\b number 2001", " number 2001"},
		{" --More-- \b\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b\b!", "!"},
		{" --More-- \b\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b\bephone-dn  15  octo-line", "ephone-dn  15  octo-line"},
		{" --More--          number 2001", " number 2001"},
		{" --More--         ephone 1", "ephone 1"},
		{"--More-- ephone 1", "ephone 1"},
		{" --More-- ", ""},
		{"!         ", "!"},
		{"numbet\br 2001", "number 2001"},
		{"\b\b", ""},
		{"description --More-- please", "description --More-- please"},
		{"ü\bu", "u"},
		{"number 2001 \r \r\r", "number 2001"},
		{" --More-- \r         \r number 2001", " number 2001"},
		{"description lab\rusername eve", "username evelab"}, // as it looks is what it is
		{"description \x1b[2J\x1b]0;x\x07lab\u009b\x00", "description [2J]0;xlab"},
	} {
		if got := tidy(c.line); got != c.want {
			t.Errorf("%q: %q, want %q", c.line, got, c.want)
		}
	}
}

func TestPasted(t *testing.T) {
	for _, c := range []struct {
		line, text string
		depth      int
	}{
		{"number 2001", "number 2001", 0},
		{"  number 2001", "  number 2001", 2},
		{"Router(config)#ephone 1", "               ephone 1", 0},
		{"CME-3825(config-register-dn)# number 2101", strings.Repeat(" ", 30) + "number 2101", 1},
		{" R1(config-if)#no shutdown", "               no shutdown", 1},
		{"R1(conf-voi-serv)#sip", "                  sip", 1},
		{"description room #3 > here", "description room #3 > here", 0},
		{"url services http://1.2.3.4/a(b)#c", "url services http://1.2.3.4/a(b)#c", 0},
	} {
		text, depth, ok := pasted(c.line)
		if !ok || text != c.text || depth != c.depth {
			t.Errorf("%q: %q, %d, %v", c.line, text, depth, ok)
		}
	}
	for _, line := range []string{
		"", "   ", "!", " ! comment", "Router#", "Router>", "Router(config)#", "Router(config-if)#!", "Router(config-if)#^Z", "hostname#show run", "R1>enable", "R1#configure terminal",
		"Building configuration...", "Current configuration : 5465 bytes", "Current configuration: 12 bytes", "Using 5465 out of 491512 bytes",
		"Using 100 out of 200 bytes, uncompressed size = 300 bytes", "Uncompressed configuration from 10 bytes to 20 bytes", "[OK]",
		"User Access Verification", "Username: admin", "Password: ", "Password:", "Enter configuration commands, one per line.  End with CNTL/Z.",
		"         ^", "% Invalid input detected at '^' marker.", "%SYS-5-CONFIG_I: Configured from console by console", "^Z", "=~=~=~=~= PuTTY log 2012.03.04 10:00:00 =~=~=~=",
		"Press RETURN to get started.", "Load for five secs: 1%/0%; one minute: 2%; five minutes: 2%", "Time source is NTP, 10:00:00.000 UTC Mon Mar 1 2010",
	} {
		if text, _, ok := pasted(line); ok {
			t.Errorf("%q configures %q", line, text)
		}
	}
	for _, line := range []string{"password lab", "username admin", "login", "password: lab", "^C", "using memory", "userName: x"} {
		if _, _, ok := pasted(line); !ok {
			t.Errorf("%q is dropped", line)
		}
	}
}

// The log of a session, with its login, prompts, errors, pager and what came after.
func TestLoadOfALog(t *testing.T) {
	b := newBox(t, DefaultConfig())
	text := strings.Join([]string{
		"=~=~=~=~=~=~=~= PuTTY log 2012.03.04 10:00:00 =~=~=~=~=~=~=~=", "", "User Access Verification", "", "Username: admin", "Password: ",
		"CME>en", "Password: ", "CME#conf t", "Enter configuration commands, one per line.  End with CNTL/Z.",
		"CME(config)#hostname One", "One(config)#ephone-dn 4", "One(config-ephone-dn)#number 2004", "One(config-ephone-dn)#do show clock",
		"*10:00:00.000 UTC", "One(config-ephone-dn)#end", "One#", "One#conf t", "One(config)#ephnoe-dn 5", "               ^", "% Invalid input detected at '^' marker.",
		"One(config-ephone-dn)#number 2005", "One(config)#max-dn 20", "One(config)#exit", "One#show run", "Building configuration...", "",
		"Current configuration : 99 bytes", "!", "ephone-dn  6", " --More-- \b\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b\b number 2006", " --More--         presence", "\twatcher all",
		"end", "", "One#", "One#exit", "anything else",
	}, "\r\n")
	var got strings.Builder
	for _, e := range b.Load(t.Context(), []byte(text), conf.Origin{Text: "memory"}) {
		got.WriteString(e.String())
	}
	check(t, got.String(), `
*10:00:00.000 UTC
^
% Invalid input detected at '^' marker. (line 15)

One(config)#ephnoe-dn 5
               ^
% Invalid input detected at '^' marker. (line 19)

One(config-ephone-dn)#number 2005
% Skipped, the line above it that it belongs to was refused (line 22)

`)
	running := string(conf.Running(b.store.Tree()))
	for _, want := range []string{"hostname One\n", "max-dn 20\n", "ephone-dn  4\n number 2004\n", "ephone-dn  6\n number 2006\n", "presence\n watcher all\n"} {
		if !strings.Contains(running, want) {
			t.Errorf("no %q in\n%s", want, running)
		}
	}
}

// Where each line of a tree comes from; actions are not carried out.
func TestInspect(t *testing.T) {
	b := newBox(t, DefaultConfig())
	text := "hostname A\n!\ntelephony-service\n restamp\nephone-dn 3\n number 2001\nephone-dn 4\nephone-dn 3\n number 2003\nbad\nend\n"
	lines, bad := b.Inspect(t.Context(), []byte(text), conf.Origin{Text: "check"})
	if len(bad) != 1 || bad[0].Line != 10 {
		t.Errorf("%+v", bad)
	}
	got := map[string]int{}
	var walk func(conf.Node)
	walk = func(n conf.Node) {
		for c := range n.Children() {
			got[c.Line()] = lines[c.Path()]
			walk(c)
		}
	}
	walk(b.store.Tree().Root())
	for line, want := range map[string]int{"hostname A": 1, "ephone-dn  3": 8, "number 2003": 9, "ephone-dn  4": 7} {
		if got[line] != want {
			t.Errorf("%q comes from line %d, want %d (%v)", line, got[line], want, got)
		}
	}
	if strings.Contains(string(conf.Running(b.store.Tree())), "stamp") {
		t.Error("an action was carried out")
	}
}

// Pasted lines lose nothing but what is cut: columns stay, and nothing panics.
func FuzzPasted(f *testing.F) {
	for _, s := range []string{"Router(config)#ephone 1", " --More-- \b\b\b\b\b\b\b\b\b  x", "\ufeff\t", "a>b", "R(config-if)#", "\b\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		tidied := tidy(line)
		text, depth, ok := pasted(tidied)
		if len(text) != len(tidied) || depth < 0 {
			t.Errorf("%q became %q", tidied, text)
		}
		if bare := strings.TrimLeft(text, " "); ok && (bare == "" || !strings.HasSuffix(tidied, bare)) {
			t.Errorf("%q: %q", tidied, text)
		}
	})
}
