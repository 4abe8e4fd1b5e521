package modes

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
)

// Archives of the configuration, going back to one of them, and the log of what was
// configured (IOS configuration fundamentals command reference: archive, configure
// replace, configure confirm).

func archiveCommand() conf.Command {
	return conf.Command{
		Syntax: "archive", Enter: modeArchive, Bangs: 1,
		Help: `
			archive  Archive the configuration`,
	}
}

// archiveMode is `archive`.
func archiveMode() conf.Mode {
	return conf.Mode{
		Name:   modeArchive,
		Prompt: "config-archive",
		Title:  "Archive configuration commands:",
		Indent: 1,
		Commands: []conf.Command{
			{
				Syntax: "log config", Enter: modeArchiveLog,
				Help: `
					log     Logging commands
					config  Logging changes to the running configuration`,
			},
			acting("path WORD$path", "", `
				path   path for backups
				$path  File system and the beginning of the names; $h is the hostname, $t the time`),
			acting("maximum <1-14>$n", "", `
				maximum  maximum number of backup copies
				$n       Number of copies`),
			acting("write-memory", "", `
				write-memory  Enable automatic backup generation during write memory`),
			acting("time-period <1-525600>$minutes", "", `
				time-period  Period of time in minutes to automatically archive the running-config
				$minutes     Number of minutes to wait between archive creation`),
		},
	}
}

// archiveLogMode is `archive` / `log config`.
func archiveLogMode() conf.Mode {
	return conf.Mode{
		Name:   modeArchiveLog,
		Prompt: "config-archive-log-cfg",
		Title:  "Configuration logger configuration commands:",
		Indent: 2,
		Commands: []conf.Command{
			acting("logging enable", "", `
				logging  Modify config logging parameters
				enable   Enable the config logger`),
			acting("logging size <1-1000>$n", "logging size 100", `
				logging  Modify config logging parameters
				size     Specify the size of the log
				$n       Size of log`),
			inert("logging persistent <auto|manual>$how", "", `
				logging     Modify config logging parameters
				persistent  Keep the log when the router is reloaded
				auto        Save each line as it is configured
				manual      Save when told
				$how        When to save`),
			acting("hidekeys", "", `
				hidekeys  suppress output (e.g. passwords) when displaying logged commands`),
			acting("notify syslog [contenttype <plaintext|xml>$type]", "", `
				notify       Send notifications of logged commands to target
				syslog       Send notifications using the syslog facility
				contenttype  Form of the notifications
				plaintext    As text
				xml          As XML
				$type        Form`),
		},
	}
}

// archiveConfig is the shell's part of it.
func archiveConfig(root conf.Node) cli.Archive {
	var a cli.Archive
	n, ok := root.Child("archive")
	if !ok {
		return a
	}
	a.Path = text(n, "path", "path")
	if args, ok := n.Get("maximum"); ok {
		a.Maximum = args.Int("n")
	}
	a.OnWrite = n.On("write-memory")
	if args, ok := n.Get("time-period"); ok {
		a.Period = time.Duration(args.Int("minutes")) * time.Minute
	}
	log, _ := n.Child("log config")
	a.Log = cli.ConfigLog{Enabled: log.On("logging enable"), HideKeys: log.On("hidekeys"), Notify: log.On("notify syslog")}
	if args, ok := log.Get("logging size"); ok {
		a.Log.Size = args.Int("n")
	}
	return a
}

const replaceHelp = `
	replace  Replace the running-config with a new config file
	force    Forcibly apply without prompting
	list     List the commands applied during config replace
	time     Automatically rollback config after a number of minutes unless confirmed
	$time    Minutes
	revert   Parameters for reverting the configuration
	trigger  Trigger for reverting
	error    Revert on errors
	timer    Revert unless confirmed within a number of minutes
	$timer   Minutes
	$limit   Minutes
	$url     URL of the new configuration
`

const revertHelp = `
	terminal  Configure from the terminal
	revert    Parameters for reverting the configuration
	timer     Revert unless confirmed within a number of minutes
	idle      Minutes without a line of the user
	$minutes  Minutes
	$idle     Minutes
`

func execArchive() []cli.Exec {
	const replaceSyntax = "configure replace WORD$url [{force$force|list$list|time <1-120>$time|revert <trigger error [timer <1-120>$limit]|timer <1-120>$timer>}]"
	minutes := func(args grammar.Args, names ...string) time.Duration {
		for _, name := range names {
			if args.Has(name) {
				return time.Duration(args.Int(name)) * time.Minute
			}
		}
		return 0
	}
	cmds := []cli.Exec{
		privileged(replaceSyntax, replaceHelp, func(c *cli.Context, args grammar.Args) error {
			return c.ConfigureReplace(args.String("url"), cli.Replacement{
				List: args.Has("list"), Force: args.Has("force"), Timer: minutes(args, "time", "timer", "limit"),
			})
		}),
		privileged("configure confirm", `
			confirm  Confirm replacement of running-config with a new config file`, method((*cli.Context).ConfigureConfirm)),
		privileged("configure revert now", `
			revert  Parameters for reverting the configuration
			now     Revert now and cancel the timer`, method((*cli.Context).ConfigureRevert)),
	}
	const again, first = "configure revert timer <<1-120>$minutes|idle <1-120>$idle>", "configure terminal revert timer <<1-120>$minutes|idle <1-120>$idle>"
	return append(cmds,
		privileged(again, trim(again, revertHelp), func(c *cli.Context, args grammar.Args) error {
			return c.ConfigureRevertAgain(minutes(args, "minutes", "idle"), args.Has("idle"))
		}),
		privileged(first, trim(first, revertHelp), func(c *cli.Context, args grammar.Args) error {
			return c.ConfigureRevertTimer(minutes(args, "minutes", "idle"), args.Has("idle"))
		}),
		privileged("archive config", `
			archive  Archive the configuration
			config   Archive the running configuration`, method((*cli.Context).ArchiveConfig)),
		privileged("show archive", `
			archive  Archive functions`, method((*cli.Context).ShowArchive)),
		privileged("show archive config differences [WORD$a [WORD$b]] [ignorecase]", `
			archive      Archive functions
			config       Archive of configurations
			differences  Show the differences of two configurations
			$a           First file, or the startup-config
			$b           Second file, or the running-config
			ignorecase   Ignore the case of letters`, func(c *cli.Context, args grammar.Args) error {
			return c.ShowDifferences(args.String("a"), args.String("b"))
		}),
		privileged("show archive config incremental-diffs WORD$file [ignorecase]", `
			archive            Archive functions
			config             Archive of configurations
			incremental-diffs  Show what a file would add to the running configuration
			$file              File
			ignorecase         Ignore the case of letters`, func(c *cli.Context, args grammar.Args) error {
			return c.ShowIncremental(args.String("file"))
		}),
		privileged("show archive config rollback timer", `
			archive   Archive functions
			config    Archive of configurations
			rollback  Rollback of the configuration
			timer     Time that is left to confirm it`, method((*cli.Context).ShowRollbackTimer)),
		privileged("show archive log config all [provisioning$bare]", archiveLogHelp+`
			all           All lines
			provisioning  The lines only`, func(c *cli.Context, args grammar.Args) error {
			return c.ShowConfigLog(cli.LogQuery{Bare: args.Has("bare")})
		}),
		privileged("show archive log config <1-2147483647>$first [<1-2147483647>$last] [provisioning$bare]", archiveLogHelp+`
			$first        First line
			$last         Last line
			provisioning  The lines only`, func(c *cli.Context, args grammar.Args) error {
			q := cli.LogQuery{First: args.Int("first"), Last: args.Int("first"), Bare: args.Has("bare")}
			if args.Has("last") {
				q.Last = args.Int("last")
			}
			return c.ShowConfigLog(q)
		}),
		privileged("show archive log config user WORD$user", archiveLogHelp+`
			user   Lines of one user
			$user  User`, func(c *cli.Context, args grammar.Args) error {
			return c.ShowConfigLog(cli.LogQuery{User: args.String("user")})
		}),
		privileged("show archive log config statistics", archiveLogHelp+`
			statistics  Statistics of the log`, method((*cli.Context).ShowConfigLogStatistics)),
		privileged("clear archive log config [force$force]", archiveLogHelp+`
			force  Do not ask`, func(c *cli.Context, args grammar.Args) error {
			return c.ClearConfigLog(args.Has("force"))
		}),
	)
}

const archiveLogHelp = `
	archive  Archive functions
	log      Log of what was configured
	config   Lines of the configuration
`

func aliasCommand() conf.Command {
	return acting("alias exec WORD$name! LINE$command", "", `
		alias     Create command alias
		exec      Exec
		$name     Alias name
		$command  Alias text`)
}

// privilegeModes are the words of `privilege` and the modes whose commands they are about.
func privilegeModes() map[string]string {
	return map[string]string{
		"exec": cli.ExecMode, "configure": conf.Global, "interface": modeInterface, "line": modeLine, "router": "router", "controller": "controller",
		"voice-port": "voice-port", "dial-peer": modeDialPeer, "telephony-service": modeTelephony, "ephone": modeEphone, "ephone-dn": modeEphoneDN,
	}
}

// privilegeWords are the words as a choice, in the order in which routers print their lines:
// from the inside to the outside.
func privilegeWords() string {
	words := slices.Sorted(maps.Keys(privilegeModes()))
	outer := []string{"configure", "exec"}
	words = slices.DeleteFunc(words, func(w string) bool { return slices.Contains(outer, w) })
	return "<" + strings.Join(append(words, outer...), "|") + ">"
}

func privilegeCommand() conf.Command {
	syntax := "privilege " + privilegeWords() + "$mode! [all$all] level <0-15>$level LINE$command!"
	return conf.Command{Syntax: syntax, Help: trim(syntax, privilegeHelp)}
}

const privilegeHelp = `
	privilege          Command privilege parameters
	configure          Global configuration mode
	controller         Controller configuration mode
	dial-peer          Dial Peer configuration mode
	ephone             Ephone configuration mode
	ephone-dn          Ephone DN configuration mode
	exec               Exec mode
	interface          Interface configuration mode
	line               Line configuration mode
	router             Router configuration mode
	telephony-service  Telephony-service configuration mode
	voice-port         Voice port configuration mode
	$mode              Mode of the command
	all                All commands that begin like this
	level              Set privilege level of command
	$level             Privilege level
	reset              Reset privilege level of command
	$command           Command to set the level of`

// execPrivilege is `privilege MODE reset`, which leaves no line behind.
func execPrivilege() []cli.Exec {
	syntax := "privilege " + privilegeWords() + "$mode reset LINE$command"
	return []cli.Exec{{
		Syntax: syntax,
		Modes:  []string{conf.Global},
		Help:   trim(syntax, privilegeHelp),
		Run: func(c *cli.Context, args grammar.Args) error {
			for n := range c.Tree().Root().All("privilege") {
				if n.Args().String("mode") == args.String("mode") && strings.EqualFold(n.Args().String("command"), args.String("command")) {
					return c.ApplyLine("no " + n.Line())
				}
			}
			return nil
		},
	}}
}

// aliasesAndPrivileges are the shell's part of those lines.
func aliasesAndPrivileges(root conf.Node, c *cli.Config) {
	for n := range root.All("alias exec") {
		c.Aliases = append(c.Aliases, cli.Alias{Name: n.Args().String("name"), Command: n.Args().String("command")})
	}
	modes := privilegeModes()
	for n := range root.All("privilege") {
		args := n.Args()
		c.Privileges = append(c.Privileges, cli.Privilege{Mode: modes[args.String("mode")], All: args.Has("all"), Level: args.Int("level"), Words: args.String("command")})
	}
}

// Mentions is cli.Options.Mentions.
func Mentions(args grammar.Args) (mode, command string) {
	if args.Command().Name() != "privilege" {
		return "", ""
	}
	return privilegeModes()[args.String("mode")], args.String("command")
}
