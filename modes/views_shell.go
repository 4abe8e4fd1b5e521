package modes

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/internal/logbuf"
)

// ShellConfig is the shell's part of a tree.
func ShellConfig(t conf.Tree) cli.Config {
	root := t.Root()
	c := cli.Config{Console: defaultLine(t, "line con", cli.LoginNone)}
	if args, ok := root.Get("hostname"); ok {
		c.Hostname = args.String("name")
	}
	c.Domain = text(root, "ip domain name", "name")
	c.SSH = sshConfig(root)
	c.DomainLookup = root.On("ip domain lookup")
	c.FilePromptQuiet = text(root, "file prompt", "how") == "quiet"
	c.UserInfo = root.On("logging userinfo")
	c.Archive = archiveConfig(root)
	aliasesAndPrivileges(root, &c)
	enablePasswords(root, &c)
	for u := range root.All("username") {
		c.Users = append(c.Users, user(u.Args()))
	}
	for n := range root.All("username autocommand") {
		name := n.Args().String("name")
		i := slices.IndexFunc(c.Users, func(u cli.User) bool { return u.Name == name })
		if i < 0 {
			i, c.Users = len(c.Users), append(c.Users, cli.User{Name: name})
		}
		c.Users[i].Autocommand = n.Args().String("command")
	}
	for n := range root.All("line con") {
		c.Console = terminalLine(n, c.Console.Login)
	}
	c.Vty = vtys(root, defaultLine(t, "line vty", cli.LoginPassword))
	c.AccessLists, c.AccessLists6 = extendedLists(root, c.Vty, accessLists(t))
	for n := range root.All("banner") {
		args := n.Args()
		text := args.String("text")
		switch args.String("kind") {
		case "motd":
			c.BannerMOTD = text
		case "login":
			c.BannerLogin = text
		case "exec":
			c.BannerExec = text
		}
	}
	return c
}

// enablePasswords are those of level 15, and those of the levels that have their own.
func enablePasswords(root conf.Node, c *cli.Config) {
	levels := map[int]*cli.EnableLevel{}
	each := func(line string, set func(*cli.EnableLevel, grammar.Args)) {
		for n := range root.All(line) {
			level := privilegedLevel
			if n.Args().Has("level") {
				level = n.Args().Int("level")
			}
			if levels[level] == nil {
				levels[level] = &cli.EnableLevel{Level: level}
			}
			set(levels[level], n.Args())
		}
	}
	each("enable password", func(l *cli.EnableLevel, args grammar.Args) { l.Password = storedSecret(args, "type", "password") })
	each("enable secret", func(l *cli.EnableLevel, args grammar.Args) { l.Secret = storedSecret(args, "type", "secret") })
	for _, level := range slices.Sorted(maps.Keys(levels)) {
		if l := levels[level]; level == privilegedLevel {
			c.EnablePassword, c.EnableSecret = l.Password, l.Secret
		} else {
			c.EnableLevels = append(c.EnableLevels, *l)
		}
	}
}

func user(args grammar.Args) cli.User {
	u := cli.User{Name: args.String("name"), Privilege: args.Int("privilege")}
	switch args.String("kind") {
	case "password":
		u.Password = storedSecret(args, "ptype", "password")
	case "secret":
		u.Password = storedSecret(args, "stype", "secret")
	case "nopassword":
		u.NoPassword = true
	}
	return u
}

// defaultVTYs is how many vtys there are without a block that speaks of more.
const defaultVTYs = 5

// vtys lays `line vty FIRST LAST` blocks over the default terminals. Lines that
// no block speaks of stay as they are by default.
func vtys(root conf.Node, defaults cli.Line) []cli.Line {
	lines := slices.Repeat([]cli.Line{defaults}, defaultVTYs)
	for n := range root.All("line vty") {
		first, last := n.Args().Int("first"), n.Args().Int("first")
		if n.Args().Has("last") {
			last = n.Args().Int("last")
		}
		for len(lines) <= last {
			lines = append(lines, defaults)
		}
		l := terminalLine(n, defaults.Login)
		for i := first; i <= last; i++ {
			lines[i] = l
		}
	}
	return lines
}

// defaultLine is a line of that command that nothing is configured for: the
// defaults of the line mode hold. login is what holds without a login line.
func defaultLine(t conf.Tree, command string, login cli.LoginMode) cli.Line {
	n, _ := conf.NewTree(t.Schema()).Root().Child(command)
	return terminalLine(n, login)
}

// terminalLine reads one line block. login is what holds without a login line:
// a vty asks for a password, the console does not.
func terminalLine(n conf.Node, login cli.LoginMode) cli.Line {
	l := cli.Line{Login: login, Barred: barred(n, "transport input"), BarredOut: barred(n, "transport output"), Synchronous: synchronous(n)}
	l.NoExec, l.NoExecBanner, l.NoMOTD = !n.On("exec"), !n.On("exec-banner"), !n.On("motd-banner")
	l.Lockable = n.On("lockable")
	l.Autocommand = text(n, "autocommand", "command")
	for entry := range n.All("login") {
		args := entry.Args()
		switch {
		case args.Form() == grammar.No:
			l.Login = cli.LoginNone
		case args.Has("local"):
			l.Login = cli.LoginLocal
		default:
			l.Login = cli.LoginPassword
		}
	}
	if args, ok := n.Get("password"); ok {
		l.Password = storedSecret(args, "type", "password")
	}
	if args, ok := n.Get("exec-timeout"); ok {
		l.ExecTimeout = time.Duration(args.Int("minutes"))*time.Minute + time.Duration(args.Int("seconds"))*time.Second
	}
	if args, ok := n.Get("absolute-timeout"); ok {
		l.AbsoluteTimeout = time.Duration(args.Int("minutes")) * time.Minute
	}
	if args, ok := n.Get("logout-warning"); ok {
		l.LogoutWarning = time.Duration(args.Int("seconds")) * time.Second
	}
	if args, ok := n.Get("session-timeout"); ok {
		l.SessionTimeout = time.Duration(args.Int("minutes")) * time.Minute
	}
	if p := text(n, "transport preferred", "protocol"); p == "ssh" || p == "none" {
		l.Preferred = p
	}
	l.Escape = escapeOf(text(n, "escape-character", "key"))
	if args, ok := n.Get("session-limit"); ok {
		l.SessionLimit = args.Int("n")
	}
	for entry := range n.All("access-class") {
		if entry.Args().String("direction") == "in" {
			l.AccessClass = entry.Args().String("list")
		}
	}
	for entry := range n.All("ipv6 access-class") {
		if entry.Args().String("direction") == "in" {
			l.AccessClass6 = entry.Args().String("list")
		}
	}
	if args, ok := n.Get("privilege level"); ok {
		l.Privilege = args.Int("level")
	}
	if args, ok := n.Get("history size"); ok {
		if l.HistorySize = args.Int("size"); l.HistorySize == 0 {
			l.HistorySize = -1 // none
		}
	}
	for entry := range n.All("length") {
		l.Length = entry.Args().Int("rows")
		l.NoPaging = entry.Args().Has("rows") && l.Length == 0
	}
	for entry := range n.All("width") {
		l.Width = entry.Args().Int("columns")
	}
	return l
}

// barred is what `transport input` or `output` keeps out: nothing without that line.
func barred(n conf.Node, command string) cli.Transport {
	args, ok := n.Get(command)
	if !ok {
		return cli.TransportNone
	}
	var in cli.Transport
	for _, word := range args.List("protocols") {
		switch word {
		case "all":
			in |= cli.TransportAll
		case "telnet":
			in |= cli.TransportTelnet
		case "ssh":
			in |= cli.TransportSSH
		}
	}
	return cli.TransportAll &^ in
}

// synchronous is `logging synchronous` of a line.
func synchronous(n conf.Node) cli.Synchronous {
	args, ok := n.Get("logging synchronous")
	if !ok {
		return cli.Synchronous{}
	}
	s := cli.Synchronous{On: true, Level: cli.DefaultSyncLevel, Limit: cli.DefaultSyncLimit}
	if level, ok := logbuf.ParseSeverity(args.String("level")); ok {
		s.Level = level
	} else if args.Has("level") {
		s.Level = logbuf.Emergencies
	}
	if args.Has("limit") {
		s.Limit = args.Int("limit")
	}
	return s
}

// escapeOf reads an escape character: a code, a name, `^X`, or the character itself.
func escapeOf(key string) cli.Escape {
	code, err := strconv.Atoi(key)
	switch {
	case key == "" || key == "default" || key == "soft" || key == "break":
		return 0
	case key == "none" || err == nil && code == 0:
		return -1
	case err == nil:
		return cli.Escape(code)
	case len(key) == 2 && key[0] == '^' && key[1] >= '@':
		return cli.Escape(key[1] & 31)
	}
	return cli.Escape(key[0])
}
