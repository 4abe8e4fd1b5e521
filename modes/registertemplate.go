package modes

import (
	"slices"

	"github.com/busylamp/busylamp/cli/conf"
)

// registerTemplateMode is `voice register template`: settings shared by SIP
// phones.
func registerTemplateMode() conf.Mode {
	return conf.Mode{
		Name:   modeRegisterTemplate,
		Prompt: "config-register-temp",
		Title:  "Voice register template configuration commands:",
		Indent: 1,
		Commands: slices.Concat(registerPhoneKept(), registerTemplateKept(), []conf.Command{
			inert("dnd-control", "dnd-control", `
				dnd-control  Do-not-disturb soft key`),
			inert("conference", "conference", `
				conference  Conference soft key`),
			inert("transfer-attended", "transfer-attended", `
				transfer-attended  Attended transfer soft key`),
			inert("transfer-blind", "transfer-blind", `
				transfer-blind  Blind transfer soft key`),
			inert("caller-id block", "", `
				caller-id  Caller identification
				block      Hide the caller on outgoing calls`),
			inert("anonymous block", "", `
				anonymous  Calls without caller identification
				block      Refuse them`),
			inert("dialplan <1-24>$tag", "", `
				dialplan  Dial plan of the phones
				$tag      Tag of a voice register dialplan`),
			sessionTransport(),
			inert("vad", "vad", vadHelp),
			inert("voicemail NUMBER$number timeout <5-60000>$timeout", "", `
				voicemail  Number behind the messages button
				$number    Telephone number of voice mail
				timeout    Time to ring before voice mail answers
				$timeout   Seconds`),
			inert("keep-conference", "keep-conference", `
				keep-conference  A conference goes on when its initiator leaves`),
			inert("privacy <off|on>$state", "", privacyStateHelp),
			inert("privacy-button", "", `
				privacy-button  Privacy soft key`),
		}, keptOnly(
			softkeys("idle", `Cfwdall \DND Gpickup HLog Newcall Pickup Redial`),
			softkeys("ringIn", `Answer \DND HLog iDivert`),
			softkeys("seized", "Cfwdall Endcall Gpickup HLog MeetMe Pickup Redial"),
			softkeys("connected", "ConfList Confrn Endcall HLog Hold Park RmLstC Trnsfer iDivert"),
			softkeys("hold", "HLog Newcall Resume iDivert"),
			softkeys("remote-in-use", "Barge Newcall cBarge"),
		)),
	}
}

const privacyStateHelp = `
	privacy  Privacy on shared lines
	off      Privacy off
	on       Privacy on
	$state   State`
