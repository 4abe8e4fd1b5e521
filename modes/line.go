package modes

import "github.com/busylamp/busylamp/cli/conf"

// lineMode is `line`: terminals and how to log in on them.
func lineMode() conf.Mode {
	return conf.Mode{
		Name:   modeLine,
		Prompt: "config-line",
		Title:  "Line configuration commands:",
		Indent: 1,
		Commands: []conf.Command{
			inert("access-class <1-199>$list <in|out>$direction!", "", `
				access-class  Access list for connections
				$list         Access list
				in            Connections to this line
				out           Connections from this line
				$direction    Direction`),
			{
				Syntax: "exec-timeout <0-35791>$minutes [<0-2147483>$seconds]", Default: "exec-timeout 10 0",
				No: conf.NoRemoves,
				Help: `
					exec-timeout  Idle time after which a session ends
					$minutes      Minutes
					$seconds      Seconds`,
			},
			{
				Syntax: "privilege level <0-15>$level", Default: "privilege level 1",
				Help: `
					privilege  Privilege of sessions on this line
					level      Privilege level
					$level     Level a session starts at`,
			},
			{
				Syntax: "password [<0|7>$type] LINE$password",
				Check:  checkEncrypted("type", "password"),
				Help: `
					password   Password of the line
					0          An unencrypted password follows
					7          A hidden password follows
					$type      Kind of password that follows
					$password  The password`,
			},
			{
				Syntax: "logging synchronous",
				Help: `
					logging      Messages on this line
					synchronous  Redraw a typed line after a message`,
			},
			{
				Syntax: "login [local$local]",
				No:     conf.NoStored,
				Help: `
					login   Ask for a password
					local   Ask for a name of the user database
					$local  User database`,
			},
			{
				Syntax: "history size <0-256>$size", Default: "history size 20",
				Help: `
					history  Lines that can be recalled
					size     How many
					$size    Number of lines`,
			},
			{
				Syntax: "length <0-512>$rows", Default: "length 24",
				Help: `
					length  Rows of the screen
					$rows   Rows, 0 for no pause`,
			},
			{
				Syntax: "width <0-512>$columns", Default: "width 80",
				Help: `
					width     Columns of the screen
					$columns  Columns`,
			},
			inert("session-timeout <0-35791>$minutes", "", `
				session-timeout  Idle time of outgoing connections
				$minutes         Minutes`),
			inert("absolute-timeout <0-10000>$minutes", "", `
				absolute-timeout  Longest time of a session
				$minutes          Minutes`),
			inert("session-limit <0-4294967295>$n", "", `
				session-limit  Connections from this line
				$n             Number of connections`),
			shared(inert("transport preferred <all|none|ssh|telnet>$protocol", "", transportHelp)),
			shared(inert("transport input <all|none|ssh|telnet>$protocols...", "", transportHelp)),
			shared(inert("transport output <all|none|ssh|telnet>$protocols...", "", transportHelp)),
			inert("speed <0-4294967295>$rate", "", `
				speed  Speed of the line
				$rate  bit/s`),
			inert("stopbits <1|1.5|2>$bits", "", `
				stopbits  Stop bits
				1         One stop bit
				1.5       One and a half stop bits
				2         Two stop bits
				$bits     Stop bits`),
		},
	}
}

const transportHelp = `
	transport   Protocols
	preferred   Protocol of a connection without one
	input       Protocols of connections to this line
	output      Protocols of connections from this line
	all         All protocols
	none        No protocol
	ssh         SSH
	telnet      Telnet
	$protocol   Protocol
	$protocols  Protocols`
