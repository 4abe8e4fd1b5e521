package modes

import (
	"github.com/busylamp/busylamp/cli/conf"
)

// severityChoice is a severity as it is typed, by name or number.
func severityChoice(capture string) string {
	return "<<0-7>$" + capture + "-number|alerts|critical|debugging|emergencies|errors|informational|notifications|warnings>$" + capture
}

// severityHelp is the help of severityChoice.
func severityHelp(capture string) string {
	return `
	$` + capture + `-number  Severity level
	alerts         Immediate action needed (1)
	critical       Critical conditions (2)
	debugging      Debugging messages (7)
	emergencies    The system is unusable (0)
	errors         Error conditions (3)
	informational  Informational messages (6)
	notifications  Normal but notable conditions (5)
	warnings       Warning conditions (4)
	$` + capture + `         Severity`
}

// timestampsCommand is `service timestamps` of one kind of message.
func timestampsCommand() conf.Command {
	return conf.Command{
		Syntax: "service timestamps <debug|log>$what! [<datetime [{msec$msec|localtime$local|show-timezone$zone|year$year}]|uptime>$form]",
		No:     conf.NoStored,
		Help: `
			service        Services
			timestamps     Time stamps of messages
			debug          Debugging messages
			log            Log messages
			datetime       Date and time
			msec           Milliseconds as well
			$msec          Milliseconds
			localtime      In the local time zone
			$local         Local time
			show-timezone  Time zone as well
			$zone          Time zone
			year           Year as well
			$year          Year
			uptime         Time since the start
			$form          Kind of time stamp`,
	}
}

// allTimestampsCommand is `service timestamps` without more: it stands for that of
// debugging messages, and `no` for those of both (IOS configuration fundamentals command
// reference: service timestamps).
func allTimestampsCommand() conf.Command {
	return conf.Command{
		Name: "service timestamps all", Syntax: "service timestamps", Hidden: true,
		Help: `
			service     Services
			timestamps  Time stamps of messages`,
	}
}

// globalLogging is what 12.4 prints of logging ahead of `enable`.
func globalLogging() []conf.Command {
	return []conf.Command{
		shared(acting("logging on", "logging on", loggingHelp)),
		shared(acting("logging count", "", loggingHelp)),
		shared(acting("logging message-counter syslog", "logging message-counter syslog", loggingHelp)),
		shared(inert("logging message-counter <debug|log>$what!", "", loggingHelp)),
		shared(acting("logging userinfo", "", loggingHelp)),
		stored(shared(inert("logging queue-limit [<100-2147483647>$limit]", "", loggingHelp))),
		shared(acting("logging exception <4096-2147483647>$bytes", "logging exception 4096", loggingHelp)),
		{
			Syntax: "logging buffered [<4096-2147483647>$size] [" + severityChoice("level") + "]",
			No:     conf.NoStored,
			Help: `
				logging   Messages
				buffered  Keep messages in memory
				$size     Size of the buffer in bytes` + severityHelp("level"),
		},
		{
			Syntax: "logging rate-limit [console$console] [all$all] <1-10000>$limit [except " + severityChoice("except") + "]",
			Help: `
				logging     Messages
				rate-limit  Messages in a second
				console     On the console only
				$console    On the console only
				all         Debugging messages as well
				$all        Debugging messages as well
				$limit      Messages in a second
				except      Messages that are not limited, this severe and more` + severityHelp("except"),
		},
		{
			Syntax: "logging console [" + severityChoice("level") + "]",
			No:     conf.NoStored, Default: "logging console",
			Help: `
				logging  Messages
				console  Messages on the console` + severityHelp("level"),
		},
		{
			Syntax: "logging monitor [" + severityChoice("level") + "]",
			No:     conf.NoStored, Default: "logging monitor",
			Help: `
				logging  Messages
				monitor  Messages on terminals that monitor` + severityHelp("level"),
		},
	}
}

const loggingHelp = `
	logging          Messages
	on               To other places than the console
	count            Count messages of each kind
	message-counter  Numbers of messages
	syslog           Of those that are sent to servers
	debug            Of debugging messages
	log              Of log messages
	$what            Kind of message
	userinfo         Log who enters privileged mode
	queue-limit      Length of the queue of messages
	$limit           Messages
	exception        Size of what is kept for a crash
	$bytes           Bytes
	esm              Filters of messages
	config           That their configuration changed
	history          Messages for SNMP
	size             How many
	$n               Messages
	snmp-authfail    Failures of SNMP authentication
	source-interface  Interface whose address servers are told
	$name            Name of the interface`

// globalSyslog is what is printed of logging behind the interfaces: syslog servers.
func globalSyslog() []conf.Command {
	return []conf.Command{
		shared(inert("logging esm config", "", loggingHelp)),
		inert("logging history "+severityChoice("level"), "", `
			logging  Messages
			history  Messages for SNMP`+severityHelp("level")),
		shared(inert("logging history size <0-500>$n", "", loggingHelp)),
		shared(inert("logging snmp-authfail", "", loggingHelp)),
		{
			Syntax: "logging trap [" + severityChoice("level") + "]",
			No:     conf.NoStored, Default: "logging trap informational",
			Help: `
				logging  Messages
				trap     Messages sent to servers` + severityHelp("level"),
		},
		{
			Syntax: "logging origin-id <hostname|ip|string STRING(100)$text>$kind",
			Help: `
				logging    Messages
				origin-id  Who sends them
				hostname   Name of this router
				ip         Address of the source interface
				string     A text
				$text      Text
				$kind      Who`,
		},
		{
			Syntax: "logging facility " + facilities + "$facility", Default: "logging facility local7",
			Help: facilityHelp,
		},
		shared(inert("logging source-interface INTERFACE$name", "", loggingHelp)),
		{
			Syntax: "logging host A.B.C.D$address! [vrf WORD$vrf] [transport udp$transport [port <1-65535>$port]]",
			Help: `
				logging     Messages
				host        Server messages are sent to
				$address    IP address
				vrf         Virtual routing table
				$vrf        Its name
				transport   How they are sent
				udp         By UDP
				$transport  By UDP
				port        Port
				$port       Port`,
		},
		{
			// The old spelling is accepted and becomes the new one.
			Name: "logging A.B.C.D", Syntax: "logging A.B.C.D$address", Hidden: true,
			Help: `
				logging   Messages
				$address  IP address of a server`,
		},
	}
}

// Syslog facilities, with their codes in facilityCodes.
const facilities = "<auth|cron|daemon|kern|local0|local1|local2|local3|local4|local5|local6|local7|lpr|mail|news|sys10|sys11|sys12|sys13|sys14|sys9|syslog|user|uucp>"

const facilityHelp = `
	logging    Messages
	facility   Facility of messages for servers
	auth       Authorization
	cron       Cron
	daemon     Daemons
	kern       Kernel
	local0     Local use
	local1     Local use
	local2     Local use
	local3     Local use
	local4     Local use
	local5     Local use
	local6     Local use
	local7     Local use
	lpr        Printers
	mail       Mail
	news       USENET news
	sys9       System use
	sys10      System use
	sys11      System use
	sys12      System use
	sys13      System use
	sys14      System use
	syslog     Syslog itself
	user       Users' processes
	uucp       UUCP
	$facility  Facility`

// synchronousCommand is `logging synchronous` of a line.
func synchronousCommand() conf.Command {
	return conf.Command{
		Syntax: "logging synchronous [level <<0-7>$number|all>$level] [limit <1-2147483647>$limit]",
		Help: `
			logging      Messages on this line
			synchronous  Keep them apart from what is typed and printed
			level        The gravest that is kept apart
			$number      Severity level
			all          All messages
			$level       Severity
			limit        How many wait for the end of a command
			$limit       Messages`,
	}
}
