package modes

import (
	"slices"
	"strings"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/phones"
)

// Exec is all EXEC commands, and the actions of configuration modes.
func Exec(a Agents) []cli.Exec {
	a.filter = &phoneFilter{a: a, only: map[logbuf.Topic][]phones.MAC{}}
	cmds := slices.Concat(
		execSession(),
		execLines(),
		execCrypto(),
		execClock(),
		execConfiguration(),
		execFiles(),
		execReload(),
		execArchive(),
		execPrivilege(),
		execShow(a),
		execSystem(a),
		execHost(a),
		execProbe(a),
		execRemote(a),
		execDebug(a),
		execDebugEphone(a),
		execPresence(a),
		execSIPUA(a),
		execRegister(a),
		execTrust(a),
		execEphone(a),
		execEphoneDN(a),
		execTelephony(a),
		execDialPeers(a),
		execHunt(a),
		execCalls(a),
		execActions(a),
		execPhones(a),
	)
	for i, c := range cmds {
		word, _, _ := strings.Cut(c.Syntax, " ")
		cmds[i].Group = c.Modes == nil && slices.Contains([]string{"show", "clear", "debug", "undebug"}, word)
		cmds[i].Pipe = c.Pipe || c.Modes == nil && word == "show"
	}
	return cmds
}

// Levels of EXEC commands.
const (
	userLevel       = 1
	privilegedLevel = 15
)

// everybody declares an EXEC command that users can type as well.
func everybody(syntax, help string, run func(*cli.Context, grammar.Args) error) cli.Exec {
	return cli.Exec{Syntax: syntax, Help: help, Level: userLevel, Run: run}
}

// privileged declares a command of privileged EXEC.
func privileged(syntax, help string, run func(*cli.Context, grammar.Args) error) cli.Exec {
	return cli.Exec{Syntax: syntax, Help: help, Level: privilegedLevel, Run: run}
}

// piped marks a command beside those of `show` whose output may be modified.
func piped(c cli.Exec) cli.Exec {
	c.Pipe = true
	return c
}

// method is the body of a command that is a method of the shell and needs no
// arguments.
func method(f func(*cli.Context) error) func(*cli.Context, grammar.Args) error {
	return func(c *cli.Context, _ grammar.Args) error { return f(c) }
}

// level is an optional privilege level.
func level(args grammar.Args, def int) int {
	if args.Has("level") {
		return args.Int("level")
	}
	return def
}

func execSession() []cli.Exec {
	return []cli.Exec{
		everybody("enable [<0-15>$level]", `
			enable  Turn on privileged commands
			$level  Enable level`,
			func(c *cli.Context, args grammar.Args) error { return c.Enable(level(args, privilegedLevel)) }),
		everybody("disable [<0-15>$level]", `
			disable  Turn off privileged commands
			$level   Privilege level to go to`,
			func(c *cli.Context, args grammar.Args) error { return c.Disable(level(args, userLevel)) }),
		everybody("lock", `
			lock  Lock the terminal`, method((*cli.Context).Lock)),
		everybody("help", `
			help  Description of the interactive help system`, method((*cli.Context).Help)),
		everybody("exit", `
			exit  Exit from the EXEC`, method((*cli.Context).Exit)),
		everybody("logout", `
			logout  Exit from the EXEC`, method((*cli.Context).Exit)),
		everybody("quit", `
			quit  Exit from the EXEC`, method((*cli.Context).Exit)),
		everybody("terminal length <0-512>$n", `
			length  Set number of lines on a screen
			$n      Number of lines on screen (0 for no pausing)`,
			func(c *cli.Context, args grammar.Args) error { return c.TerminalLength(args.Int("n")) }),
		everybody("terminal width <0-512>$n", `
			width  Set width of the display terminal
			$n     Number of characters on a screen line`,
			func(c *cli.Context, args grammar.Args) error { return c.TerminalWidth(args.Int("n")) }),
		everybody("terminal history", `
			history  Enable and control the command history function`,
			func(c *cli.Context, _ grammar.Args) error { return c.TerminalHistoryOn(true) }),
		everybody("terminal no history", `
			no       Negate a command or set its defaults
			history  Enable and control the command history function`,
			func(c *cli.Context, _ grammar.Args) error { return c.TerminalHistoryOn(false) }),
		everybody("terminal no history size", `
			no       Negate a command or set its defaults
			history  Enable and control the command history function
			size     Set history buffer size`,
			func(c *cli.Context, _ grammar.Args) error { return c.TerminalHistory(-1) }),
		everybody("terminal no length", `
			no      Negate a command or set its defaults
			length  Set number of lines on a screen`,
			func(c *cli.Context, _ grammar.Args) error { return c.TerminalUnset(true, false) }),
		everybody("terminal no width", `
			no     Negate a command or set its defaults
			width  Set width of the display terminal`,
			func(c *cli.Context, _ grammar.Args) error { return c.TerminalUnset(false, true) }),
		everybody("terminal default length", `
			default  Set a command to its defaults
			length   Set number of lines on a screen`,
			func(c *cli.Context, _ grammar.Args) error { return c.TerminalUnset(true, false) }),
		everybody("terminal default width", `
			default  Set a command to its defaults
			width    Set width of the display terminal`,
			func(c *cli.Context, _ grammar.Args) error { return c.TerminalUnset(false, true) }),
		everybody("terminal history size <0-256>$n", `
			history  Enable and control the command history function
			size     Set history buffer size
			$n       Size of history buffer`,
			func(c *cli.Context, args grammar.Args) error { return c.TerminalHistory(args.Int("n")) }),
		everybody("terminal escape-character <<0-255>|break|default|none|soft|WORD>$key", `
			escape-character  Change the current line's escape character
			break             Default
			default           Ctrl-^
			none              No escape character
			soft              Default
			$key              Character, or its ASCII number`,
			func(c *cli.Context, args grammar.Args) error { return c.TerminalEscape(escapeOf(args.String("key"))) }),
		everybody("terminal no escape-character", `
			no                Negate a command or set its defaults
			escape-character  Change the current line's escape character`,
			func(c *cli.Context, _ grammar.Args) error { return c.TerminalEscape(escapeOf("none")) }),
		privileged("terminal monitor", `
			monitor  Copy debug output to the current terminal line`,
			func(c *cli.Context, _ grammar.Args) error { return c.TerminalMonitor(true) }),
		privileged("terminal no monitor", `
			no       Negate a command or set its defaults
			monitor  Copy debug output to the current terminal line`,
			func(c *cli.Context, _ grammar.Args) error { return c.TerminalMonitor(false) }),
	}
}

func execConfiguration() []cli.Exec {
	return []cli.Exec{
		privileged("configure", "", method((*cli.Context).Configure)),
		privileged("configure terminal", `
			terminal  Configure from the terminal`, method((*cli.Context).ConfigureTerminal)),
		privileged("configure memory", `
			memory  Configure from NV memory`, method((*cli.Context).ConfigureMemory)),
		privileged("write", "", method((*cli.Context).WriteMemory)),
		privileged("write memory", `
			memory  Write to NV memory`, method((*cli.Context).WriteMemory)),
		piped(privileged("write terminal", `
			terminal  Write to terminal`, method((*cli.Context).ShowRunning))),
	}
}

func execShow(a Agents) []cli.Exec {
	return []cli.Exec{
		everybody("show history", `
			history  Display the session command history`, method((*cli.Context).ShowHistory)),
		everybody("show privilege", `
			privilege  Show current privilege level`, method((*cli.Context).ShowPrivilege)),
		everybody("show terminal", `
			terminal  Display terminal configuration parameters`, method((*cli.Context).ShowTerminal)),
		privileged("show logging [count$count]", `
			logging  Show the contents of logging buffers
			count    Show counts of each logging message
			$count   Show counts of each logging message`,
			func(c *cli.Context, args grammar.Args) error {
				if args.Has("count") {
					return c.ShowLoggingCount()
				}
				return c.ShowLogging()
			}),
		everybody("show debugging", `
			debugging  State of each debugging option`,
			func(c *cli.Context, _ grammar.Args) error { return c.ShowDebuggingOf(a.filter.texts) }),
		privileged("show startup-config", `
			startup-config  Contents of startup configuration`, method((*cli.Context).ShowStartup)),
		privileged("show configuration", `
			configuration  Contents of Non-Volatile memory`, method((*cli.Context).ShowStartup)),
		privileged("show running-config", `
			running-config  Current operating configuration`, method((*cli.Context).ShowRunning)),
		privileged("show running-config all", `
			running-config  Current operating configuration
			all             Configuration with defaults`, method((*cli.Context).ShowRunningAll)),
		privileged("show running-config brief", `
			running-config  Current operating configuration
			brief           Configuration without certificate data`, method((*cli.Context).ShowRunningBrief)),
		privileged("show running-config full", `
			running-config  Current operating configuration
			full            Full configuration`, method((*cli.Context).ShowRunning)),
		privileged("show running-config view full", `
			running-config  Current operating configuration
			view            View options
			full            Full configuration`, method((*cli.Context).ShowRunningFull)),
		privileged("show running-config linenum", `
			running-config  Current operating configuration
			linenum         Display line numbers in output`, method((*cli.Context).ShowRunningNumbered)),
		privileged("show running-config interface INTERFACE$name", `
			running-config  Current operating configuration
			interface       Show interface configuration
			$name           Name of the interface`, showRunningInterface),
		privileged("clear logging", `
			logging  Clear logging buffer`, method((*cli.Context).ClearLogging)),
	}
}

// showRunningInterface prints one interface as a small running-config.
func showRunningInterface(c *cli.Context, args grammar.Args) error {
	t := c.Tree()
	body := []byte("!\n")
	for n := range t.Root().All("interface") {
		if n.Args().String("name") == args.String("name") {
			body = append(body, c.Section(n.Path())...)
		}
	}
	body = append(body, "end\n"...)
	c.Printf("%s%s\n", conf.RunningHeader(body), body)
	return nil
}
