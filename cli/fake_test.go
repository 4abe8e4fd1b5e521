package cli

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/internal/clock"
	"github.com/busylamp/busylamp/internal/logbuf"
)

// fakeSystem records reloads.
type fakeSystem struct {
	reloads []string
	start   time.Time
}

func (f *fakeSystem) Reload(reason string) { f.reloads = append(f.reloads, reason) }
func (f *fakeSystem) Version() VersionInfo { return VersionInfo{Version: "1.2.3", Commit: "abcdef1"} }
func (f *fakeSystem) StartTime() time.Time { return f.start }

// box is a small appliance around a shell.
type box struct {
	*Shell
	t      testing.TB
	log    *logbuf.Log
	state  *conf.State
	system *fakeSystem
	now    time.Time
}

// bounds answers {max-dn} with the configured one.
type bounds struct{ t conf.Tree }

func (b bounds) Bound(name string) (int, bool) {
	if a, ok := b.t.Root().Get("max-dn"); ok && name == "max-dn" {
		return a.Int("n"), true
	}
	return 0, false
}

func testModes() []conf.Mode {
	return []conf.Mode{
		{Name: "global", Prompt: "config", Title: "Configure commands:", Commands: []conf.Command{
			{Syntax: "hostname WORD$name", Help: "hostname  Set system's network name\n$name  This system's network name", Default: "hostname Router", Fixed: true, Prompt: true},
			{Syntax: "ip domain lookup", Help: "domain  IP DNS Resolver\nlookup  Enable IP Domain Name System hostname translation", No: conf.NoStored, Default: "ip domain lookup"},
			{Syntax: "max-dn <1-300>$n", Help: "max-dn  Maximum directory numbers\n$n  Maximum", Default: "max-dn 10"},
			{Syntax: "username WORD$name! privilege <0-15>$level", Help: "username  Establish User Name Authentication\n$name  User name\nprivilege  Set user privilege level\n$level  User privilege level"},
			{Syntax: "presence", Help: "presence  Presence", Enter: "presence", Bangs: 1},
			{Syntax: "sip-ua", Help: "sip-ua  SIP User Agent", Enter: "sip-ua", Bangs: 1},
			{Syntax: "telephony-service", Help: "telephony-service  CME", Enter: "telephony-service", Bangs: 1},
			{Syntax: "voice service voip", Help: "voice  Global voice\nservice  Service\nvoip  VoIP", Enter: "voip", Bangs: 1},
			{Syntax: "voice-card <0-2>$n!", Help: "voice-card  Card\n$n  Slot", Inert: true},
			{Syntax: "ephone-dn  <1-{max-dn}>$tag!  [dual-line$lines]", Help: "ephone-dn  Directory number\n$tag  Tag\ndual-line  Two channels", Enter: "ephone-dn", Bangs: 1},
			{Syntax: "banner motd TEXT$text", Help: "banner  Define a login banner\nmotd  Set Message of the Day banner\n$text  c banner-text c"},
		}},
		{Name: "presence", Prompt: "config-presence", Title: "Presence configuration commands:", Indent: 1, Commands: []conf.Command{
			{Syntax: "presence call-list", Help: "presence  Presence\ncall-list  Call lists"},
			{Syntax: "max-subscription <100-500>$n", Help: "max-subscription  Maximum\n$n  Maximum", Default: "max-subscription 100"},
			{Syntax: "watcher all", Help: "watcher  Watchers\nall  All"},
			{Syntax: "server WORD$a", Help: "server  Server\n$a  Address", Check: func(_ conf.CheckContext, a grammar.Args) error {
				if a.String("a") == "bad" {
					return lineErr("% Server address is not usable")
				}
				return nil
			}},
		}},
		{Name: "sip-ua", Prompt: "config-sip-ua", Title: "SIP UA configuration commands:", Indent: 1, Commands: []conf.Command{
			{Syntax: "presence enable", Help: "presence  Presence\nenable  Enable"},
		}},
		{Name: "telephony-service", Prompt: "config-telephony", Title: "Cisco Unified Call Manager Express configuration commands.", Indent: 1, Commands: []conf.Command{
			{Syntax: "max-ephones <1-100>$n", Help: "max-ephones  Phones\n$n  Number"},
			{Syntax: "voicemail WORD$n", Help: "voicemail  Voice mail\n$n  Number"},
			{Syntax: "voicebox WORD$n", Help: "voicebox  Voice box\n$n  Number"},
			{Syntax: "stamp WORD$s", Help: "stamp  Stamp\n$s  Stamp"},
		}},
		{Name: "voip", Prompt: "conf-voi-serv", Title: "VOICE SERVICE VOIP configuration commands:", Indent: 1, Commands: []conf.Command{
			{Syntax: "sip", Help: "sip  SIP", Enter: "voip-sip"},
			{Syntax: "h323", Help: "h323  H323", Inert: true},
		}},
		{Name: "voip-sip", Prompt: "conf-serv-sip", Title: "SIP commands:", Indent: 2, Commands: []conf.Command{
			{Syntax: "registrar server", Help: "registrar  Registrar\nserver  Server"},
		}},
		{Name: "ephone-dn", Prompt: "config-ephone-dn", Title: "Ephone DN configuration commands:", Indent: 1, Commands: []conf.Command{
			{Syntax: "number NUMBER$n", Help: "number  Number\n$n  Digits"},
			{Syntax: "name LINE$n", Help: "name  Name\n$n  Name"},
		}},
	}
}

type lineErr string

func (e lineErr) Error() string { return string(e) }

// testExec is the EXEC commands; rows prints as many numbered rows as asked.
func testExec() []Exec {
	do := func(f func(*Context) error) func(*Context, grammar.Args) error {
		return func(c *Context, _ grammar.Args) error { return f(c) }
	}
	cmds := []Exec{
		{Syntax: "enable [<0-15>$level]", Help: "enable  Turn on privileged commands\n$level  Enable level",
			Run: func(c *Context, a grammar.Args) error { return c.Enable(a.Int("level")) }},
		{Syntax: "disable [<0-15>$level]", Help: "disable  Turn off privileged commands\n$level  Privilege level",
			Run: func(c *Context, a grammar.Args) error { return c.Disable(a.Int("level")) }},
		{Syntax: "help", Help: "help  Description of the interactive help system", Run: do(func(*Context) error { return nil })},
		{Syntax: "lock", Help: "lock  Lock the terminal", Run: do((*Context).Lock)},
		{Syntax: "exit", Help: "exit  Exit from the EXEC", Run: do((*Context).Exit)},
		{Syntax: "configure terminal", Help: "configure  Enter configuration mode\nterminal  Configure from the terminal", Level: 15, Run: do((*Context).ConfigureTerminal)},
		{Syntax: "configure", Help: "configure  Enter configuration mode", Level: 15, Run: do((*Context).Configure)},
		{Syntax: "connect WORD$host", Help: "connect  Open a terminal connection\n$host  Host", Run: do(func(c *Context) error { return lineErr("% Connection refused by remote host") })},
		{Syntax: "copy running-config startup-config", Help: "copy  Copy from one file to another\nrunning-config  Current\nstartup-config  Startup", Level: 15, Run: do(func(c *Context) error { return c.Copy("running-config", "startup-config") })},
		{Syntax: "write [memory]", Help: "write  Write running configuration\nmemory  To NV memory", Level: 15, Run: do((*Context).WriteMemory)},
		{Syntax: "write terminal", Help: "write  Write running configuration\nterminal  To terminal", Level: 15, Run: do((*Context).ShowRunning)},
		{Syntax: "erase startup-config", Help: "erase  Erase a filesystem\nstartup-config  Startup", Level: 15, Run: do((*Context).EraseStartup)},
		{Syntax: "reload [LINE$reason]", Help: "reload  Halt and restart\n$reason  Reason", Level: 15,
			Run: func(c *Context, a grammar.Args) error { return c.Reload(a.String("reason")) }},
		{Syntax: "show running-config", Help: "show  Show running system information\nrunning-config  Current operating configuration", Level: 15, Run: do((*Context).ShowRunning)},
		{Syntax: "show startup-config", Help: "show  Show running system information\nstartup-config  Contents of startup configuration", Level: 15, Run: do((*Context).ShowStartup)},
		{Syntax: "show version", Help: "show  Show running system information\nversion  System hardware and software status", Run: do((*Context).ShowVersion)},
		{Syntax: "show history", Help: "show  Show running system information\nhistory  Display the session command history", Run: do((*Context).ShowHistory)},
		{Syntax: "show clock", Help: "show  Show running system information\nclock  Display the system clock", Run: do(func(c *Context) error { return c.ShowClock(false) })},
		{Syntax: "show users", Help: "show  Show running system information\nusers  Display information about terminal lines", Run: do(func(c *Context) error { return c.ShowUsers(false) })},
		{Syntax: "show privilege", Help: "show  Show running system information\nprivilege  Show current privilege level", Run: do((*Context).ShowPrivilege)},
		{Syntax: "show terminal", Help: "show  Show running system information\nterminal  Display terminal configuration parameters", Run: do((*Context).ShowTerminal)},
		{Syntax: "show logging", Help: "show  Show running system information\nlogging  Show the contents of logging buffers", Run: do((*Context).ShowLogging)},
		{Syntax: "show debugging", Help: "show  Show running system information\ndebugging  State of each debugging option", Run: do((*Context).ShowDebugging)},
		{Syntax: "show rows <1-1000000>$n", Help: "show  Show running system information\nrows  Rows\n$n  How many", Run: func(c *Context, a grammar.Args) error {
			for i := range a.Int("n") {
				if c.Err() != nil {
					return c.Err()
				}
				c.Printf("row %d\n", i+1)
			}
			return nil
		}},
		{Syntax: "send *", Help: "send  Send a message\n*  All lines", Run: do(func(c *Context) error { return c.Send(AllLines) })},
		{Syntax: "send <0-17>$n", Help: "send  Send a message\n$n  Line", Run: func(c *Context, a grammar.Args) error { return c.Send(a.Int("n")) }},
		{Syntax: "show forever", Help: "show  Show running system information\nforever  Until interrupted", Run: func(c *Context, _ grammar.Args) error {
			c.Printf("begun\n")
			<-c.Done()
			return c.Err()
		}},
		{Syntax: "clear logging", Help: "clear  Reset functions\nlogging  Clear logging buffer", Level: 15, Run: do((*Context).ClearLogging)},
		{Syntax: "debug presence errors", Help: "debug  Debugging functions\npresence  Presence\nerrors  Errors", Level: 15, Run: do(func(c *Context) error { return c.Debug("presence errors") })},
		{Syntax: "undebug all", Help: "undebug  Disable debugging functions\nall  All", Level: 15, Run: do((*Context).UndebugAll)},
		{Syntax: "terminal length <0-512>$n", Help: "terminal  Set terminal line parameters\nlength  Lines\n$n  Lines", Run: func(c *Context, a grammar.Args) error { return c.TerminalLength(a.Int("n")) }},
		{Syntax: "terminal width <0-512>$n", Help: "terminal  Set terminal line parameters\nwidth  Columns\n$n  Columns", Run: func(c *Context, a grammar.Args) error { return c.TerminalWidth(a.Int("n")) }},
		{Syntax: "terminal monitor", Help: "terminal  Set terminal line parameters\nmonitor  Copy debug output", Run: do(func(c *Context) error { return c.TerminalMonitor(true) })},
		{Syntax: "terminal no monitor", Help: "terminal  Set terminal line parameters\nno  Negate\nmonitor  Copy debug output", Run: do(func(c *Context) error { return c.TerminalMonitor(false) })},
		{Syntax: "terminal history size <0-256>$n", Help: "terminal  Set terminal line parameters\nhistory  History\nsize  Size\n$n  Size", Run: func(c *Context, a grammar.Args) error { return c.TerminalHistory(a.Int("n")) }},
		{Syntax: "restamp", Help: "restamp  New stamp", Modes: []string{"telephony-service"}, Level: 15, Run: do(func(c *Context) error {
			c.Printf("stamping\n")
			return c.ApplyLine("stamp new")
		})},
		{Syntax: "no restamp", Help: "restamp  New stamp", Modes: []string{"telephony-service"}, Level: 15, Run: do(func(c *Context) error {
			return c.ApplyLine("no stamp")
		})},
		{Syntax: "no trace", Help: "trace  Trace", Modes: []string{"telephony-service"}, Level: 15, Run: do(func(c *Context) error { return nil })},
	}
	for i := range cmds {
		switch word, _, _ := strings.Cut(cmds[i].Syntax, " "); word {
		case "show":
			cmds[i].Pipe, cmds[i].Group = true, true
		case "clear", "debug", "undebug":
			cmds[i].Group = true
		case "write":
			cmds[i].Pipe = cmds[i].Syntax == "write terminal"
		}
	}
	return cmds
}

// DefaultConfig is an empty configuration with the usual terminal lines.
func DefaultConfig() Config {
	const timeout = 10 * time.Minute
	c := Config{Hostname: "Router", DomainLookup: true, Console: Line{ExecTimeout: timeout}}
	for range 5 {
		c.Vty = append(c.Vty, Line{Login: LoginPassword, ExecTimeout: timeout})
	}
	return c
}

// testConfig is the shell's part of the test tree.
func testConfig(base Config) func(conf.Tree) Config {
	return func(t conf.Tree) Config {
		c := base
		if a, ok := t.Root().Get("hostname"); ok {
			c.Hostname = a.String("name")
		}
		c.DomainLookup = t.Root().On("ip domain lookup")
		if a, ok := t.Root().Get("banner motd"); ok {
			c.BannerMOTD = a.String("text")
		}
		return c
	}
}

func newBox(t testing.TB, base Config) *box {
	t.Helper()
	lib := &grammar.Library{Types: grammar.StandardTypes(), Help: map[string]string{"ip": "Global IP configuration subcommands"}}
	schema, err := conf.Compile(testModes(), lib)
	if err != nil {
		t.Fatal(err)
	}
	b := &box{t: t, now: time.Date(2006, 9, 4, 7, 16, 2, 715e6, time.UTC), system: &fakeSystem{}}
	b.system.start = b.now.Add(-26 * time.Hour)
	if b.state, err = conf.OpenState(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	b.log = logbuf.New(func() time.Time { return b.now })
	store := conf.NewStore(schema, conf.NewTree(schema))
	b.Shell, err = NewShell(Options{Store: store, State: b.state, Exec: testExec(), Library: lib, Log: b.log,
		Bounds: func(tree conf.Tree) grammar.Env { return bounds{tree} },
		Clock:  clock.On(func() time.Time { return b.now }), System: b.system})
	if err != nil {
		t.Fatal(err)
	}
	conf.Bind(store, "shell", testConfig(base), func(a, b Config) bool {
		return a.Hostname == b.Hostname && a.DomainLookup == b.DomainLookup && a.BannerMOTD == b.BannerMOTD
	}, b.Shell.Apply)
	if err := store.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		store.Close()
		b.log.Close()
		b.state.Close()
	})
	return b
}

// on runs a whole session on a terminal and returns all that it printed.
func (b *box) on(kind LineKind, f *fakeTerm) string {
	b.t.Helper()
	s, err := b.Open(kind, map[LineKind]string{LineVTY: "192.0.2.4"}[kind])
	if err != nil {
		b.t.Fatal(err)
	}
	if err := s.Run(b.t.Context(), f); err != nil && err != io.EOF {
		b.t.Errorf("Run: %v", err)
	}
	return f.text()
}

// console types keys on the console.
func (b *box) console(keys string) string {
	b.t.Helper()
	return b.on(LineConsole, newFakeTerm(keys))
}

// check compares a session's output, ignoring the prompt that the hang-up left.
func check(t *testing.T, got, want string) {
	t.Helper()
	if got = strings.TrimSuffix(got, "\n"); got != strings.TrimSuffix(strings.TrimPrefix(want, "\n"), "\n") {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// askName prints the beginning of a line before it asks.
func askName(c *Context, _ grammar.Args) error {
	c.Printf("Your ")
	name, err := c.Ask("Name", "you")
	if err != nil {
		return err
	}
	c.Printf("Hello, %s\n", name)
	return nil
}
