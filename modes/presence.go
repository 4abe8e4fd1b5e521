package modes

import "github.com/busylamp/busylamp/cli/conf"

// presenceMode is `presence`: the agent's own settings, in the order of the
// guide's running-config.
func presenceMode() conf.Mode {
	return conf.Mode{
		Name:   modePresence,
		Prompt: "config-presence",
		Title:  "Presence configuration commands:",
		Indent: 1,
		Commands: []conf.Command{
			{
				Syntax: "server A.B.C.D$address",
				Help: `
					server    Presence server for external presentities
					$address  IP address of the presence server`,
			},
			{
				Syntax:  "sccp blf-speed-dial retry-interval <60-3600>$interval limit [~number] <10-100>$limit",
				Default: "sccp blf-speed-dial retry-interval 60 limit 10",
				Help: `
					sccp            Parameters for SCCP phones
					blf-speed-dial  BLF monitoring of speed-dial numbers
					retry-interval  Time between two attempts to watch an external number
					$interval       Retry interval in seconds
					limit           Number of attempts
					$limit          Maximum number of retries`,
			},
			{
				Syntax: "presence call-list",
				Help: `
					presence   Presence features of the phones
					call-list  BLF monitoring in call lists and directories of all phones`,
			},
			{
				Syntax:  "max-subscription <100-{max-watch}>$n",
				Default: "max-subscription 100",
				Help: `
					max-subscription  Maximum number of concurrent watch sessions
					$n                Number of watch sessions`,
			},
			{
				Syntax: "watcher all",
				Help: `
					watcher  Who may watch internal directory numbers
					all      External watchers as well as internal ones`,
			},
			{
				Syntax: "allow subscribe",
				Help: `
					allow      Allow a presence feature
					subscribe  Let internal watchers watch external directory numbers`,
			},
		},
	}
}
