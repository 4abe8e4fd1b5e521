package modes

import "github.com/busylamp/busylamp/cli/conf"

func globalTelephony() []conf.Command {
	return []conf.Command{
		{
			Syntax: "dial-peer voice <1-2147483647>$tag! <mmoip|pots|voatm|vofr|voip>$kind [system$system]",
			Enter:  modeDialPeer,
			Bangs:  1,
			Help: `
				dial-peer  Routes of calls
				voice      Voice calls
				$tag       Dial-peer tag
				mmoip      Fax by e-mail
				pots       To a voice port
				voatm      Voice over ATM
				vofr       Voice over Frame Relay
				voip       To an IP address
				system     By this router itself
				$system    By this router itself
				$kind      Kind of dial peer`,
		},
		{
			Syntax: "presence",
			Enter:  modePresence,
			Bangs:  1,
			Help: `
				presence  Presence service`,
		},
		{
			Syntax:   "sip-ua ",
			Enter:    modeSIPUA,
			Implicit: true,
			Bangs:    2,
			Help: `
				sip-ua  SIP user agent`,
		},
		ephoneTypeBlock(),
		{
			Syntax:   "telephony-service",
			Enter:    modeTelephony,
			Implicit: true,
			Takes:    []string{cmdEphone, cmdEphoneDN}, // administrator guide: the phones go with it
			Bangs:    2,
			Help: `
				telephony-service  Cisco Unified CME for SCCP phones`,
		},
		{
			Syntax: "ephone-template  <1-20>$tag!",
			Enter:  modeEphoneTemplate,
			Bangs:  2,
			Help: `
				ephone-template  Settings shared by SCCP phones
				$tag             Template tag`,
		},
		{
			Syntax: "ephone-dn-template  <1-15>$tag!",
			Enter:  modeEphoneDNTemplate,
			Bangs:  2,
			Help: `
				ephone-dn-template  Settings shared by directory numbers of SCCP phones
				$tag                Template tag`,
		},
		{
			Syntax: "ephone-dn  <1-{max-dn}>$tag!  [<dual-line|octo-line>$lines]",
			Enter:  modeEphoneDN,
			Check:  checkLineMode,
			Bangs:  2,
			Help: `
				ephone-dn  Directory number of SCCP phones
				$tag       Tag of the directory number
				dual-line  Two calls at a time
				octo-line  Eight calls at a time
				$lines     Calls at a time`,
		},
		{
			Syntax: "ephone  <1-{max-ephones}>$tag!",
			Enter:  modeEphone,
			Bangs:  3,
			Help: `
				ephone  An SCCP phone
				$tag    Phone tag`,
		},
	}
}

func globalLines() []conf.Command {
	return []conf.Command{
		group(),
		privilegeCommand(),
		aliasCommand(),
		{
			Syntax: "banner <exec|incoming|login|motd>$kind! TEXT$text",
			Help: `
				banner    Text shown to users
				exec      After login
				incoming  To incoming connections
				login     Before login
				motd      Message of the day
				$kind     When it is shown
				$text     Text between two equal characters`,
		},
		bangs(1),
		conf.Command{Name: "line con", Syntax: "line con~sole <0-0>$first!", Enter: modeLine, Help: `
			line    Terminal line
			con     Primary terminal line
			$first  Line number`},
		shared(conf.Command{Syntax: "line aux <0-0>$first!", Enter: modeLine, Inert: true, Help: lineHelp}),
		shared(conf.Command{
			Syntax: "line <2-999>$first! [<3-999>$last]",
			Enter:  modeLine, Inert: true,
			Check: checkLineRange,
			Help:  lineHelp,
		}),
		shared(conf.Command{
			Syntax: "line vty <0-988>$first! [<1-988>$last]",
			Enter:  modeLine,
			Check:  checkLineRange,
			Help:   lineHelp,
		}),
		bangs(1),
		stored(inert("scheduler allocate <3000-60000>$interrupt <500-60000>$process", "", `
			scheduler   Scheduler
			allocate    Time for interrupts and processes
			$interrupt  Microseconds for interrupts
			$process    Microseconds for processes`)),
		inert("ntp server [vrf WORD$vrf!] <A.B.C.D$address|X:X:X:X::X$address6|WORD$name>$host! [{key <1-4294967295>$key|maxpoll <4-17>$longest|minpoll <4-17>$shortest|version <1-4>$version|source INTERFACE$source|prefer$prefer|burst$burst|iburst$iburst}]", "", `
			ntp        Network time
			server     Time server
			vrf        In a VPN routing table
			$vrf       Name of the VRF
			$address   IP address
			$address6  IPv6 address
			$name      Name of the server
			$host      Address or name
			key        Key of the server
			$key       Key number
			maxpoll    Longest interval between questions
			$longest   Power of two, in seconds
			minpoll    Shortest interval between questions
			$shortest  Power of two, in seconds
			version    Version of the protocol
			$version   Version
			source     Interface whose address is used
			$source    Name of the interface
			prefer     Preferred server
			$prefer    Preferred server
			burst      Several packets once the server answers
			$burst     Several packets
			iburst     Several packets while the server is asked first
			$iburst    Several packets`),
		{
			Syntax: "file prompt <alert|noisy|quiet>$how", Default: "file prompt alert",
			Help: `
			file    Files
			prompt  Questions of copy and the like
			alert   Ask before anything is lost
			noisy   Ask always
			quiet   Do not ask
			$how    Questions`,
		},
		bangs(1),
	}
}

const (
	lineHelp = `
		line    Terminal line
		aux     Auxiliary line
		vty     Virtual terminals
		$first  First line
		$last   Last line`
)
