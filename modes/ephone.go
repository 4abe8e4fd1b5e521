package modes

import (
	"slices"

	"github.com/busylamp/busylamp/cli/conf"
)

// ephoneMode is `ephone`: one SCCP phone. The order is that of 12.4T captures:
// identity, call features, keys, type, buttons.
func ephoneMode() conf.Mode {
	return conf.Mode{
		Name:   modeEphone,
		Prompt: "config-ephone",
		Title:  "Ephone configuration commands:",
		Indent: 1,
		Commands: slices.Concat(
			ephoneIdentity(),
			ephoneFeatures(),
			ephoneKept(),
			lpcorGroups(),
			phoneMLPP(),
			ephoneKeys(),
			ephoneButtons(),
		),
	}
}

// ephoneTemplateMode is `ephone-template`: settings shared by SCCP phones.
func ephoneTemplateMode() conf.Mode {
	return conf.Mode{
		Name:   modeEphoneTemplate,
		Prompt: "config-ephone-template",
		Title:  "Ephone template configuration commands:",
		Indent: 1,
		Commands: slices.Concat(
			ephoneTemplateSoftkeys(),
			ephoneFeatures(),
			ephoneKept(),
			lpcorGroups(),
			phoneMLPP(),
			ephoneKeys(),
			[]conf.Command{ephoneType()},
		),
	}
}

func ephoneIdentity() []conf.Command {
	return []conf.Command{
		inert("device-security-mode <authenticated|encrypted|none>$mode", "", `
			device-security-mode  Security of SCCP signalling
			authenticated         Authenticated by TLS
			encrypted             Authenticated by TLS, media encrypted
			none                  Not secured
			$mode                 Security`),
		acting("description LINE(32)$text", "", `
			description  Description of the phone
			$text        Text`),
		{
			Syntax: "mac-address H.H.H$mac",
			Help: `
				mac-address  MAC address of the phone
				$mac         MAC address`,
		},
		acting("ephone-template <1-20>$tag", "", `
			ephone-template  Template applied to this phone
			$tag             Tag of an ephone-template`),
		{
			Syntax: "username WORD(28)$user [password [<0|6>$ptype] WORD(64)$password]",
			Help: `
				username   Credentials of the phone user
				$user      User name
				password   Password of the phone user
				$ptype     Kind of password that follows
				$password  Password`,
		},
		acting("pin WORD(8)$pin", "", `
			pin   Number that logs the user in
			$pin  Four to eight digits`),
		acting("logout-profile <1-{max-logout-profile}>$tag", "", logoutProfileHelp),
		phonePresenceCallList(),
	}
}

func ephoneFeatures() []conf.Command {
	return []conf.Command{
		lpcorType(),
		acting("park reservation-group <1-32>$group", "", parkReservationHelp),
		acting("max-calls-per-button <1-8>$calls", "", `
			max-calls-per-button  Calls on one octo-line button
			$calls                Number of calls`),
		acting("busy-trigger-per-button <1-8>$calls", "", busyTriggerHelp),
		inert("privacy [<off|on>$state]", "", privacyStateHelp),
		inert("privacy-button", "", `
			privacy-button  Privacy soft key`),
		inert("after-hours exempt", "", afterHoursExemptHelp),
		acting("keepalive <10-65535>$seconds", "", `
			keepalive  Interval between keepalives
			$seconds   Seconds`),
		acting("keep-conference [drop-last$last] [endcall$end] [local-only$local]", "", `
			keep-conference  A conference goes on when its initiator leaves
			drop-last        The Confrn soft key drops the last party
			$last            Drop the last party
			endcall          The EndCall soft key leaves the conference
			$end             Leave by EndCall
			local-only       Only while a local party remains
			$local           Local parties only`),
		inert("conference <add-mode|drop-mode>$what! [<creator|local>$who]", "", `
			conference  Conferences
			add-mode    Who may add parties
			drop-mode   When a conference ends
			$what       What is set
			creator     Its creator
			local       Its local parties
			$who        Who`),
		inert("conference admin", "", `
			conference  Conferences
			admin       This phone administers conferences`),
		acting("transfer-park blocked", "", `
			transfer-park  Transfers to park slots
			blocked        Not from this phone`),
		acting("transfer-pattern blocked", "", `
			transfer-pattern  Transfers to patterns
			blocked           Not from this phone`),
		inert("transfer max-length <3-16>$length", "", `
			transfer    Call transfer
			max-length  Digits of a transfer destination
			$length     Number of digits`),
		acting("dnd feature-ring", "dnd feature-ring", `
			dnd           Do not disturb
			feature-ring  Feature-ring lines do not ring`),
		inert("night-service bell", "", nightServiceBellHelp),
		pagingDN(),
		acting("mwi-line <1-34>$line", "mwi-line 1", `
			mwi-line  Line whose messages light the lamp
			$line     Line number`),
		inert("headset auto-answer line <1-34>$line!", "", `
			headset      Headset
			auto-answer  Answer by itself while the headset is in use
			line         On one line
			$line        Line number`),
		inert("mtp [<both|video-only>$what]", "", `
			mtp         Media goes through this router
			both        Audio and video
			video-only  Video alone
			$what       Which media`),
		inert("emergency response location <1-2147483647>$tag", "", `
			emergency  Emergency calls
			response   Emergency response
			location   Where the phone is
			$tag       Location tag`),
		inert("capf-auth-str NUMBER(10)$digits", "", `
			capf-auth-str  Code that authorises a certificate request
			$digits        Four to ten digits`),
		inert("vm-device-id WORD(16)$id", "", `
			vm-device-id  Voice-mail port
			$id           Identity of the port`),
	}
}

func ephoneKeys() []conf.Command {
	return []conf.Command{
		fastdial(),
		acting("speed-dial <1-33>$tag! NUMBER(32)$number [label STRING(30)$label]", "", speedDialHelp),
		blfSpeedDial("<1-33>"),
		acting("codec <g711ulaw|g722r64|g729r8|ilbc>$codec [dspfarm-assist$assist]", "", `
			codec           Preferred codec
			g711ulaw        G.711 mu-law, 64 kbit/s
			g722r64         G.722, 64 kbit/s
			g729r8          G.729, 8 kbit/s
			ilbc            iLBC
			$codec          Codec
			dspfarm-assist  Transcode with DSP farm resources
			$assist         DSP farm resources`),
	}
}

func ephoneType() conf.Command {
	return shared(acting("type <"+sccpModels+"|EPHONETYPE>$type [addon 1 "+expansions+"$addon1 [2 "+expansions+"$addon2]]", "", phoneTypeHelp))
}

func ephoneButtons() []conf.Command {
	return []conf.Command{
		ephoneType(),
		{
			Syntax: "auto-line [<incoming|<1-34>$button [answer-incoming$answer]>$kind]", Default: "auto-line",
			Help: `
				auto-line        Line that is chosen by itself
				incoming         For incoming calls only
				$button          Button whose line is chosen
				answer-incoming  Answer incoming calls on that button
				$answer          Answer incoming calls
				$kind            Which line`,
		},
		{
			Syntax:     "button  BUTTON$buttons...",
			PerLine:    4,
			ElementKey: buttonNumber,
			Help: `
				button    Lines on the buttons of the phone
				$buttons  Button, separator and ephone-dn tags: 1:10 2o11,12 3x2`,
		},
	}
}

func ephoneTemplateSoftkeys() []conf.Command {
	return []conf.Command{
		softkeys("idle", "Cfwdall ConfList Dnd Gpickup HLog Join Login Mobility Newcall Pickup Redial RmLstC"),
		softkeys("seized", "CallBack Cfwdall Endcall Gpickup HLog MeetMe Pickup Redial"),
		softkeys("alerting", "Acct CallBack Endcall"),
		softkeys("connected", "Acct ConfList Confrn Endcall Flash HLog Hold Join LiveRcd Mobility Park RmLstC Select TrnsfVM Trnsfer"),
		softkeys("hold", "HLog Join Newcall Resume Select"),
		softkeys("ringing", "Answer Dnd HLog"),
		softkeys("remote-in-use", "CBarge Newcall"),
	}
}
