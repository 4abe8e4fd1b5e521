package modes

import (
	"errors"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/grammar"
)

// execLines are the commands about terminal lines and who is on them.
func execLines() []cli.Exec {
	users := func(all bool) func(*cli.Context, grammar.Args) error {
		return func(c *cli.Context, _ grammar.Args) error { return c.ShowUsers(all) }
	}
	list := func(ip, ipv6 bool) func(*cli.Context, grammar.Args) error {
		return func(c *cli.Context, args grammar.Args) error {
			return showAccessLists(c, args.String("list"), ip, ipv6)
		}
	}
	send := func(syntax string, line func(grammar.Args) int) cli.Exec {
		return everybody(syntax, "", func(c *cli.Context, args grammar.Args) error { return c.Send(line(args)) })
	}
	cmds := []cli.Exec{
		send("send *", func(grammar.Args) int { return cli.AllLines }),
		send("send <0-990>$n", func(args grammar.Args) int { return args.Int("n") }),
		send("send console <0-0>$number", func(grammar.Args) int { return 0 }),
		send("send aux <0-0>$number", func(grammar.Args) int { return 1 }),
		send("send vty <0-988>$vty", func(args grammar.Args) int { return cli.AbsoluteVTY(args.Int("vty")) }),
		everybody("show users", "", users(false)),
		everybody("show users all", "", users(true)),
		everybody("who", "", users(false)),
		everybody("systat", "", users(false)),
		everybody("systat all", "", users(true)),
		everybody("show line", "", method((*cli.Context).ShowLines)),
		everybody("show line <0-990>$n", "",
			func(c *cli.Context, args grammar.Args) error { return c.ShowLine(args.Int("n")) }),
		everybody("show line console <0-0>$number", "",
			func(c *cli.Context, _ grammar.Args) error { return c.ShowLine(0) }),
		everybody("show line aux <0-0>$number", "",
			func(c *cli.Context, _ grammar.Args) error { return c.ShowLine(1) }),
		everybody("show line vty <0-988>$vty", "",
			func(c *cli.Context, args grammar.Args) error { return c.ShowVTY(args.Int("vty")) }),
		everybody("show ssh", "", method((*cli.Context).ShowSSH)),
		everybody("show ip ssh", "", method((*cli.Context).ShowIPSSH)),
		everybody("show access-lists [WORD$list]", "", list(true, true)),
		everybody("show ip access-lists [WORD$list]", "", list(true, false)),
		everybody("show ipv6 access-list [WORD$list]", "", list(false, true)),
		everybody("show sessions", "", method((*cli.Context).ShowConnections)),
		everybody("where", "", method((*cli.Context).ShowConnections)),
		everybody("resume [<1-99>$connection]", "",
			func(c *cli.Context, args grammar.Args) error { return c.Resume(number(args, "connection", 0)) }),
		everybody("disconnect [<1-99>$connection]", "",
			func(c *cli.Context, args grammar.Args) error { return c.Disconnect(number(args, "connection", 0)) }),
		privileged("disconnect ssh [vty] <0-988>$vty", "", clearVTY),
		privileged("clear line <0-990>$n", "", clearAbsolute),
		privileged("clear line console <0-0>$number", "",
			func(c *cli.Context, _ grammar.Args) error { return c.ClearLine(cli.LineConsole, 0) }),
		privileged("clear line vty <0-988>$vty", "", clearVTY),
	}
	for i := range cmds {
		cmds[i].Help = trim(cmds[i].Syntax, linesHelp)
	}
	return append(cmds, cli.Exec{
		Syntax: "key-string",
		Modes:  []string{modePubkeyUser},
		Help: `
			key-string  A public key on the lines that follow`,
		Run: keyString,
	})
}

const linesHelp = `
	send          Send a message to other tty lines
	*             All tty lines
	users         Display information about terminal lines
	all           Include information about inactive ports
	who           Display information about terminal lines
	systat        Display information about terminal lines
	line          TTY line information
	$n            Line number
	console       Primary terminal line
	aux           Auxiliary line
	$number       Line number
	vty           Virtual terminal
	$vty          Line number
	ssh           Status of SSH server connections
	ip            IP information
	access-lists  List access lists
	ipv6          IPv6 information
	access-list   List access lists
	$list         Name or number of a list
	sessions      Information about Telnet connections
	where         List active connections
	resume        Resume an active network connection
	disconnect    Disconnect an existing network connection
	$connection   The number of an active network connection`

func clearVTY(c *cli.Context, args grammar.Args) error {
	return c.ClearLine(cli.LineVTY, args.Int("vty"))
}

func clearAbsolute(c *cli.Context, args grammar.Args) error {
	kind, number, ok := cli.LineOf(args.Int("n"))
	if !ok {
		return errors.New("% Invalid line number")
	}
	return c.ClearLine(kind, number)
}
