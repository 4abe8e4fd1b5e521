package cli

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/busylamp/busylamp/cli/secret"
)

func TestLogin(t *testing.T) {
	hash, err := secret.Hash(5, "five", "abcd")
	if err != nil {
		t.Fatal(err)
	}
	password := func(c *Config) {
		for i := range c.Vty {
			c.Vty[i].Password = Secret{Value: "lab"}
		}
	}
	local := func(c *Config) {
		for i := range c.Vty {
			c.Vty[i].Login = LoginLocal
		}
		c.Users = []User{{Name: "admin", Privilege: 15, Password: Secret{Type: 5, Value: hash}},
			{Name: "eve", Password: Secret{Type: 7, Value: "021201481F"}}}
	}
	const header = "\n\nUser Access Verification\n\n"
	for _, c := range []struct {
		name, keys string
		edit       func(*Config)
		want       string
	}{
		{"none set", "x\n", func(*Config) {}, "\n\nPassword required, but none set\n"},
		{"no login", "exit\n", func(c *Config) { c.Vty[0].Login = LoginNone }, "Router>exit\n"},
		{"banners", "exit\n", func(c *Config) {
			c.Vty[0].Login, c.Domain = LoginNone, "lab.example"
			c.BannerMOTD, c.BannerExec = "\n$(hostname).$(domain), $(other)\n", "Line $(line)$(line-desc)"
		}, "\n\nRouter.lab.example, $(other)\n\nLine 2\nRouter>exit\n"},
		{"line password", "lab\nexit\n", password, header + "Password: \nRouter>exit\n"},
		{"second try", "\nlab\nexit\n", password, header + "Password: \nPassword: \nRouter>exit\n"},
		{"three bad passwords", "a\nb\nlab2\nlab\n", password, header + "Password: \nPassword: \nPassword: \n% Bad passwords\n"},
		{"silence", "\x01", password, header + "Password: \n% Password:  timeout expired!\n"},
		{"local", "admin\nfive\nexit\n", local, header + "Username: admin\nPassword: \nRouter#exit\n"},
		{"local, user level", "eve\ntest\nshow priv\nexit\n", local, header + "Username: eve\nPassword: \nRouter>show priv\nCurrent privilege level is 1\nRouter>exit\n"},
		{"local, refused", "admin\nfour\nnobody\nfive\neve\nfive\nadmin\nfive\n", local, header +
			strings.Join([]string{"Username: admin\nPassword: \n% Login invalid\n\n", "Username: nobody\nPassword: \n% Login invalid\n\n", "Username: eve\nPassword: \n% Login invalid\n\n"}, "")},
		{"local, no password", "guest\nshow priv\nexit\n", func(c *Config) {
			local(c)
			c.Users = append(c.Users, User{Name: "guest", Privilege: 7, NoPassword: true})
		}, header + "Username: guest\nRouter#show priv\nCurrent privilege level is 7\nRouter#exit\n"},
		{"privilege level of the line", "lab\nexit\n", func(c *Config) { password(c); c.Vty[0].Privilege = 15 }, header + "Password: \nRouter#exit\n"},
		{"banners", "lab\nexit\n", func(c *Config) { password(c); c.BannerLogin, c.BannerExec = "who?", "in" },
			"\nwho?\n" + header + "Password: \n\nin\nRouter>exit\n"},
		{"no enable password on a vty", "lab\nenable\nexit\n", password, header + "Password: \nRouter>enable\n% No password set\nRouter>exit\n"},
		{"the console's password serves", "lab\nenable\ncon\nexit\n", func(c *Config) { password(c); c.Console.Password.Value = "con" },
			header + "Password: \nRouter>enable\nPassword: \nRouter#exit\n"},
		{"enable password", "lab\nenable\nen\ndisable\nenable 7\nen\nshow priv\ndisable 15\ndisable 3\nshow priv\nexit\n",
			func(c *Config) { password(c); c.EnablePassword.Value = "en" }, header + `Password: 
Router>enable
Password: 
Router#disable
Router>enable 7
Password: 
Router#show priv
Current privilege level is 7
Router#disable 15
% New privilege level must be less than current privilege level
Router#disable 3
Router#show priv
Current privilege level is 3
Router#exit
`},
		{"bad enable passwords", "lab\nenable\na\nb\nc\nexit\n", func(c *Config) { password(c); c.EnablePassword.Value = "en" },
			header + "Password: \nRouter>enable\nPassword: \nPassword: \nPassword: \n% Bad passwords\n\nRouter>exit\n"},
		{"bad enable secrets", "lab\nenable\nen\nen\nen\nexit\n", func(c *Config) {
			password(c)
			c.EnablePassword.Value, c.EnableSecret = "en", Secret{Type: 5, Value: hash}
		}, header + "Password: \nRouter>enable\nPassword: \nPassword: \nPassword: \n% Bad secrets\n\nRouter>exit\n"},
		{"enable secret", "lab\nenable\nfive\nexit\n", func(c *Config) { password(c); c.EnableSecret = Secret{Type: 5, Value: hash} },
			header + "Password: \nRouter>enable\nPassword: \nRouter#exit\n"},
		{"idle in a dialog", "lab\nenable\nen\nreload\n\x01show clock\n", func(c *Config) { password(c); c.EnablePassword.Value = "en" }, header +
			"Password: \nRouter>enable\nPassword: \nRouter#reload\n\nSystem configuration has been modified. Save? [yes/no]: "},
		{"idle", "lab\n\x01", password, header + "Password: \nRouter>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			base := DefaultConfig()
			c.edit(&base)
			if got := newBox(t, base).on(LineVTY, newFakeTerm(c.keys)); got != c.want {
				t.Errorf("got %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestConsoleComesBack(t *testing.T) {
	base := DefaultConfig()
	base.Console.Login, base.Console.Password = LoginPassword, Secret{Value: "con"}
	got := newBox(t, base).console("con\nen\nexit\n\nx\ny\nz\n")
	again := strings.Repeat("\n", 30) + "Router con0 is now available\n\n\n\n\n\nPress RETURN to get started.\n\n\n"
	want := "\n\nUser Access Verification\n\nPassword: \nRouter>en\nRouter#exit\n" + again +
		"\n\n\nUser Access Verification\n\nPassword: \nPassword: \nPassword: \n% Bad passwords\n" + again
	if got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestLoginSSH(t *testing.T) {
	plain := DefaultConfig()
	password := DefaultConfig()
	password.Vty[0].Password.Value = "lab"
	local := DefaultConfig()
	local.Vty[0].Login, local.Users = LoginLocal, []User{{Name: "a", Privilege: 15, Password: Secret{Value: "p"}}, {Name: "none"}, {Name: "guest", NoPassword: true}}
	noUsers := DefaultConfig()
	noUsers.Vty[0].Login = LoginLocal
	noLines := DefaultConfig()
	noLines.Vty = nil
	for _, c := range []struct {
		config     Config
		user, pass string
		level      int
		ok         bool
	}{
		{plain, "x", "", 0, false},
		{plain, "x", "lab", 0, false},
		{password, "anyone", "lab", 1, true},
		{password, "anyone", "Lab", 0, false},
		{local, "a", "p", 15, true},
		{local, "a", "q", 0, false},
		{local, "b", "p", 0, false},
		{local, "none", "", 0, false},
		{local, "guest", "", 0, false},
		{local, "guest", "x", 0, false},
		{noUsers, "a", "p", 0, false},
		{noLines, "a", "p", 0, false},
	} {
		b := newBox(t, c.config)
		if len(b.Config().Vty) == 0 {
			if _, err := b.Open(LineVTY, ""); err == nil {
				t.Error("there is a line")
			}
			continue
		}
		s, err := b.Open(LineVTY, "")
		if err != nil {
			t.Fatal(err)
		}
		if level, ok := s.Login(t.Context(), c.user, c.pass); level != c.level || ok != c.ok {
			t.Errorf("Login(%q, %q) = %d, %v; want %d, %v", c.user, c.pass, level, ok, c.level, c.ok)
		}
		s.Close()
	}
}

func TestSSHSession(t *testing.T) {
	b := newBox(t, DefaultConfig())
	s, err := b.Open(LineVTY, "192.0.2.9")
	if err != nil {
		t.Fatal(err)
	}
	s.Authenticated("admin", 15)
	f := newFakeTerm("conf t\nend\nterminal monitor\nconf t\nend\nshow users\nexit\n")
	if err := s.Run(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	check(t, f.text(), `
Router#conf t
Enter configuration commands, one per line.  End with CNTL/Z.
Router(config)#end
Router#terminal monitor
Router#conf t
Enter configuration commands, one per line.  End with CNTL/Z.
Router(config)#end
00:00:00: %SYS-5-CONFIG_I: Configured from console by admin on vty0 (192.0.2.9)
Router#show users
    Line       User       Host(s)              Idle       Location
*  2 vty 0     admin      idle                 00:00:00   192.0.2.9

  Interface    User               Mode         Idle     Peer Address

Router#exit`)
}

func TestRunLine(t *testing.T) {
	b := newBox(t, DefaultConfig())
	run := func(known bool, line string) string {
		s, err := b.Open(LineVTY, "")
		if err != nil {
			t.Fatal(err)
		}
		if known {
			s.Authenticated("u", 15)
		}
		f := newFakeTerm("")
		s.RunLine(t.Context(), f, line)
		return f.text()
	}
	check(t, run(true, "show rows 100 | count row"), "Number of lines which match regexp = 100")
	if got := run(true, "show rows 100"); strings.Count(got, "\n") != 100 || strings.Contains(got, "More") {
		t.Errorf("rows: %q", got)
	}
	check(t, run(true, "show xyz"), "     ^\n% Invalid input detected at '^' marker.\n\n")
	check(t, run(false, "show clock"), "% Authentication failed")
	if n := len(b.Sessions()); n != 0 {
		t.Errorf("%d sessions left", n)
	}
}

func TestLines(t *testing.T) {
	b := newBox(t, DefaultConfig())
	var open []*Session
	for range 5 {
		s, err := b.Open(LineVTY, "")
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, s)
	}
	if _, err := b.Open(LineVTY, ""); !errors.Is(err, ErrLines) {
		t.Errorf("sixth vty: %v", err)
	}
	con, err := b.Open(LineConsole, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Open(LineConsole, ""); !errors.Is(err, ErrLines) {
		t.Errorf("second console: %v", err)
	}
	open[3].Close()
	open[3].Close()
	s, err := b.Open(LineVTY, "")
	if err != nil || s.number != 3 {
		t.Errorf("freed vty: %v", err)
	}
	var names []string
	for _, i := range b.Sessions() {
		names = append(names, i.Line())
	}
	if got := strings.Join(names, ","); got != "con 0,vty 0,vty 1,vty 2,vty 3,vty 4" {
		t.Error(got)
	}
	con.Close()
}

// The end of the context ends a session that is at a prompt only after its line,
// but never lets it start another one.
func TestContextEnds(t *testing.T) {
	b := newBox(t, DefaultConfig())
	s, err := b.Open(LineConsole, "")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	f := newFakeTerm("show clock\nshow clock\n")
	f.onWrite = func(text string) {
		if strings.HasPrefix(text, "*07") {
			cancel()
		}
	}
	if err := s.Run(ctx, f); !errors.Is(err, context.Canceled) {
		t.Errorf("Run: %v", err)
	}
	if f.reads != 1 {
		t.Errorf("%d lines were read", f.reads)
	}
}

// Whoever has left the console can hang up for good.
func TestInterruptHangsUpIdleConsole(t *testing.T) {
	got := newBox(t, DefaultConfig()).console("exit\n\x03show privilege\n")
	if strings.Contains(got, "show privilege") || !strings.Contains(got, "Press RETURN") {
		t.Errorf("after Ctrl-C the console goes on: %q", got)
	}
}
