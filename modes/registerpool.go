package modes

import (
	"slices"

	"github.com/busylamp/busylamp/cli/conf"
)

// registerPoolMode is `voice register pool`: one SIP phone.
func registerPoolMode() conf.Mode {
	return conf.Mode{
		Name:   modeRegisterPool,
		Prompt: "config-register-pool",
		Title:  "Voice register pool configuration commands:",
		Indent: 1,
		Commands: slices.Concat(
			registerPoolIdentity(),
			registerPoolLines(),
			registerPoolKeys(),
			registerPoolKept(),
			registerPhoneKept(),
			phoneMLPP(),
		),
	}
}

func registerPoolIdentity() []conf.Command {
	return []conf.Command{
		lpcorType(),
		{
			Syntax: "busy-trigger-per-button <1-50>$calls",
			Help:   busyTriggerHelp,
		},
		{
			Syntax: "park reservation-group <1-32>$group",
			Inert:  true,
			Help:   parkReservationHelp,
		},
		{
			Syntax: "logout-profile <1-{max-logout-profile}>$tag",
			Help:   logoutProfileHelp,
		},
		fastdial(),
		{
			Syntax: "session-server PORTS$tag",
			Inert:  true,
			Help: `
				session-server  Session manager that controls this phone
				$tag            Session server tags, separated by commas`,
		},
		{
			Syntax: "id <mac H.H.H$mac|ip A.B.C.D$ip mask A.B.C.D-mask$ipmask|network A.B.C.D$network mask A.B.C.D-mask$netmask>$kind [device-id-name WORD(32)$device]",
			Help: `
				id              How the phone is recognised
				mac             By its MAC address
				$mac            MAC address
				ip              By its IP address
				$ip             IP address
				network         By the network it is in
				$network        Network
				mask            Network mask
				$ipmask         Network mask
				$netmask        Network mask
				$kind           Kind of identification
				device-id-name  Device name of the phone
				$device         Device name`,
		},
		sessionTransport(),
		{
			Syntax: "type <" + sipModels + `|POOLTYPE>$type [addon 1 ` + sipModules + `$addon1 [2 ` + sipModules + `$addon2 [3 ` + sipModules + `$addon3]]]`,
			Check:  checkPoolPhone,
			Shared: phoneTypeHelp,
		},
		{
			Syntax: "description LINE(128)$text",
			Inert:  true,
			Help: `
				description  Text in the header bar of the phone
				$text        Description`,
		},
	}
}

func registerPoolLines() []conf.Command {
	return []conf.Command{
		{
			Syntax: "number <1-114>$index! <dn <1-{max-register-dn}>$dn|NUMBER$pattern [preference <0-10>$preference] [huntstop$huntstop]>$kind",
			Help: `
				number       Lines of this phone
				$index       Line number
				dn           Directory number of this line
				$dn          Tag of a voice register dn
				$pattern     Number pattern the phone may register
				preference   Order among equal numbers
				$preference  Preference, 0 is tried first
				huntstop     Stop hunting at this number
				$huntstop    Stop hunting
				$kind        Directory number or pattern`,
		},
		{
			Syntax: "application WORD$name",
			Inert:  true,
			Help: `
				application  Application for calls of this phone
				$name        Application name`,
		},
		{
			Syntax: "dialplan <1-24>$tag",
			Inert:  true,
			Help: `
				dialplan  Dial plan of the phone
				$tag      Tag of a voice register dialplan`,
		},
		{
			Syntax: "template <1-10>$tag",
			Help: `
				template  Template applied to this phone
				$tag      Tag of a voice register template`,
		},
		phonePresenceCallList(),
		shared(inert("dtmf-relay {cisco-rtp$rtp|rtp-nte$nte|sip-notify$notify|sip-kpml$kpml}", "", dtmfRelayHelp)),
		{
			Syntax: "voice-class codec <1-10000>$tag",
			Inert:  true,
			Help:   voiceClassCodecHelp,
		},
		{
			Syntax: "username WORD(32)$user [password [<0|6>$ptype] WORD(64)$password]",
			Help: `
				username   Credentials of the phone
				$user      User name
				password   Password of the phone
				$ptype     Kind of password that follows
				$password  Password`,
		},
		{
			Syntax: "codec " + codecs + "$codec [bytes <10-240>$bytes]",
			Inert:  true,
			Help:   codecHelp,
		},
		{
			Syntax: "vad",
			Inert:  true, Default: "vad",
			Help: vadHelp,
		},
		{
			Syntax: "preference <0-10>$order",
			Inert:  true, Default: "preference 0",
			Help: `
				preference  Order among equal pools
				$order      Preference, 0 is tried first`,
		},
		shared(inert("call-forward b2bua all NUMBER(32)$number", "", callForwardB2BUAHelp)),
		shared(inert("call-forward b2bua busy NUMBER(32)$number", "", callForwardB2BUAHelp)),
		shared(inert("call-forward b2bua noan NUMBER(32)$number timeout <3-60000>$timeout", "", callForwardB2BUAHelp)),
		{
			Syntax:  "call-waiting",
			Default: "call-waiting",
			Help: `
				call-waiting  Call waiting`,
		},
		{
			Syntax: "dnd",
			Help: `
				dnd  Do not disturb`,
		},
		{
			Syntax: "after-hours exempt",
			Inert:  true,
			Help:   afterHoursExemptHelp,
		},
		{
			Syntax: "keep-conference",
			Inert:  true, Default: "keep-conference",
			Help: `
				keep-conference  A conference goes on when its initiator leaves`,
		},
	}
}

func registerPoolKeys() []conf.Command {
	return []conf.Command{
		pagingDN(),
		{
			Syntax: "pin [<0|6>$ptype] WORD(8)$pin",
			Inert:  true,
			Help: `
				pin     Number that unlocks the phone after hours
				$ptype  Kind of number that follows
				$pin    Four to eight digits`,
		},
		{
			Syntax: "privacy <off|on>$state",
			Inert:  true,
			Help: `
				privacy  Privacy on shared lines
				off      Privacy off
				on       Privacy on
				$state   State`,
		},
		{
			Syntax: "speed-dial <1-113>$tag! NUMBER(32)$number [label STRING(30)$label]",
			Help:   speedDialHelp,
		},
		blfSpeedDial("<1-7>"),
		{
			Syntax: "xml-config <maxNumCalls|busyTrigger|custom>$name! LINE$value",
			Inert:  true,
			Help: `
				xml-config   Values written to the phone's configuration file
				maxNumCalls  Calls per line
				busyTrigger  Calls before a line is busy
				custom       Any element
				$name        Name of the value
				$value       Value`,
		},
	}
}

// blfSpeedDial is the key that shows the state of a number. The range of tags is
// the guide's: 1 to 33 on SCCP phones, 1 to 7 on SIP phones.
func blfSpeedDial(tags string) conf.Command {
	return conf.Command{
		Syntax: "blf-speed-dial " + tags + "$tag! NUMBER(32)$number label STRING(30)$label [device$device]",
		Help: `
			blf-speed-dial  Speed-dial button with busy lamp
			$tag            Speed-dial index
			$number         Telephone number to watch and to dial
			label           Text beside the button
			$label          Label, up to 30 characters
			device          Watch the phone instead of the line
			$device         Watch the phone`,
	}
}

func fastdial() conf.Command {
	return conf.Command{
		Syntax: "fastdial <1-100>$tag! NUMBER(32)$number [name LINE(24)$name]",
		Help: `
			fastdial  Entry of the personal speed-dial menu
			$tag      Entry number
			$number   Telephone number
			name      Text of the entry
			$name     Name, up to 24 characters`,
	}
}

func pagingDN() conf.Command {
	return conf.Command{
		Syntax: "paging-dn <1-{max-dn}>$dn [<multicast|unicast>$how]",
		Help: `
			paging-dn  Paging number this phone listens to
			$dn        Tag of an ephone-dn
			multicast  Pages come by multicast
			unicast    Pages come by unicast
			$how       How pages come`,
	}
}

func sessionTransport() conf.Command {
	return conf.Command{
		Syntax: "session-transport <tcp|udp>$transport", Default: "session-transport udp",
		Help: `
			session-transport  Transport of SIP signalling
			tcp                TCP
			udp                UDP
			$transport         Transport`,
	}
}

func phonePresenceCallList() conf.Command {
	return conf.Command{
		Syntax: "presence call-list",
		Help: `
			presence   Presence features of this phone
			call-list  BLF monitoring in call lists and directories of this phone`,
	}
}

func lpcorType() conf.Command {
	return conf.Command{
		Syntax: "lpcor type <local|mobile|remote>$type",
		Inert:  true,
		Help: `
			lpcor   Logical partitioning class of restriction
			type    Where the phone is
			local   At this site
			mobile  Anywhere
			remote  At another site
			$type   Where the phone is`,
	}
}

const (
	busyTriggerHelp = `
		busy-trigger-per-button  Calls after which a line is busy
		$calls                   Number of calls`

	parkReservationHelp = `
		park               Call park
		reservation-group  Park slots reserved for a group
		$group             Group number`

	logoutProfileHelp = `
		logout-profile  Extension mobility: profile while nobody is logged in
		$tag            Tag of a voice logout-profile`

	phoneTypeHelp = `
		type     Phone type
		EPHONETYPE  Phone type that ephone-type adds
		MODULETYPE  Expansion module that ephone-type adds
		POOLTYPE    Phone type that voice register pool-type adds
		addon    Expansion modules
		1        First expansion module
		2        Second expansion module
		3        Third expansion module
		$addon1  Type of the first module
		$addon2  Type of the second module
		$addon3  Type of the third module`

	dtmfRelayHelp = `
		dtmf-relay         How DTMF digits are carried
		cisco-rtp          Cisco proprietary RTP
		h245-alphanumeric  H.245 alphanumeric messages
		h245-signal        H.245 signal messages
		rtp-nte            RTP named telephone events
		digit-drop         Drop digits from the audio
		sip-info           SIP INFO messages
		sip-notify         SIP NOTIFY messages
		sip-kpml           SIP KPML over SUBSCRIBE and NOTIFY
		$rtp               Cisco proprietary RTP
		$alpha             H.245 alphanumeric messages
		$signal            H.245 signal messages
		$nte               RTP named telephone events
		$drop              Drop digits from the audio
		$info              SIP INFO messages
		$notify            SIP NOTIFY messages
		$kpml              SIP KPML`

	voiceClassCodecHelp = `
		voice-class  Voice class of this entry
		codec        Codec preference list
		$tag         Voice class tag`

	codecHelp = `
		codec   Voice codec
		bytes   Voice payload of a packet
		$bytes  Number of bytes`

	vadHelp = `
		vad  Voice activity detection`

	afterHoursExemptHelp = `
		after-hours  After-hours call blocking
		exempt       This phone is not blocked`

	speedDialHelp = `
		speed-dial  Speed-dial button
		$tag        Speed-dial index
		$number     Telephone number
		label       Text beside the button
		$label      Label, up to 30 characters`
)
