package modes

import "github.com/busylamp/busylamp/cli/conf"

// lineMode is `line`: terminals and how to log in on them. What there is of the
// protocols is SSH and telnet; the others are names.
func lineMode() conf.Mode {
	return conf.Mode{
		Name:   modeLine,
		Prompt: "config-line",
		Title:  "Line configuration commands:",
		Indent: 1,
		Commands: []conf.Command{
			{
				Syntax: "session-timeout <0-35791>$minutes [output$output]",
				Help: `
					session-timeout  Idle time of outgoing connections
					$minutes         Minutes
					output           Output counts as well
					$output          Output counts as well`,
			},
			{
				Syntax: "access-class <<1-199>$number|<1300-2699>$expanded|WORD(64)$name>$list <in|out>$direction! [vrf-also$vrf]",
				Help: `
					access-class  Access list for connections
					$number       Access list
					$expanded     Access list, expanded range
					$name         Name of an access list
					$list         Access list
					in            Connections to this line
					out           Connections from this line
					$direction    Direction
					vrf-also      Of all VRFs
					$vrf          Of all VRFs`,
			},
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
			synchronousCommand(),
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
			{
				Syntax: "absolute-timeout <0-10000>$minutes",
				Help: `
					absolute-timeout  Longest time of a session
					$minutes          Minutes`,
			},
			{
				Syntax: "logout-warning [<0-4294967295>$seconds]",
				Help: `
					logout-warning  Tell users that the session will end
					$seconds        Seconds before the end`,
			},
			{
				Syntax: "session-limit <0-4294967295>$n",
				Help: `
					session-limit  Connections from this line
					$n             Number of connections`,
			},
			bannerOn("exec-banner", "Show the exec banner"),
			bannerOn("motd-banner", "Show the message of the day"),
			{
				Syntax: "exec", Default: "exec",
				Help: `
					exec  Sessions on this line`,
			},
			acting("ipv6 access-class WORD(64)$list <in|out>$direction!", "", `
				ipv6          IPv6 options
				access-class  Access list for connections
				$list         Name of an access list
				in            Connections to this line
				out           Connections from this line
				$direction    Direction`),
			acting("lockable", "", `
				lockable  Allow users to lock a line`),
			acting("autocommand LINE$command", "", `
				autocommand  What a session does instead of asking
				$command     EXEC command`),
			inert("refuse-message TEXT$text", "", `
				refuse-message  Text shown when the line is busy
				$text           Text between two equal characters`),
			inert("vacant-message [TEXT$text]", "", `
				vacant-message  Text shown while nobody is on the line
				$text           Text between two equal characters`),
			acting("escape-character <<0-255>|break|default|none|soft|WORD>$key", "", `
				escape-character  Key that interrupts
				break             A break
				default           Ctrl-^
				none              No key
				soft              Only at a prompt
				$key              Character, or its ASCII number`),
			shared(acting("transport preferred "+protocols+"$protocol", "", transportHelp)),
			shared(acting("transport input "+protocols+"$protocols...", "", transportHelp)),
			shared(acting("transport output "+protocols+"$protocols...", "", transportHelp)),
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

// bannerOn shows one of the banners on the line unless it is denied.
func bannerOn(word, help string) conf.Command {
	return acting(word, word, word+"  "+help)
}

const protocols = "<all|lapb-ta|lat|mop|nasi|none|pad|rlogin|ssh|telnet|udptn|v120>"

const transportHelp = `
	transport   Protocols
	preferred   Protocol of a connection without one
	input       Protocols of connections to this line
	output      Protocols of connections from this line
	all         All protocols
	lapb-ta     LAPB terminal adapter
	lat         DEC LAT
	mop         DEC MOP
	nasi        NASI
	none        No protocol
	pad         X.3 PAD
	rlogin      Rlogin
	ssh         SSH
	telnet      Telnet
	udptn       UDPTN
	v120        V.120
	$protocol   Protocol
	$protocols  Protocols`
