package modes

import (
	"slices"

	"github.com/busylamp/busylamp/cli/conf"
)

// ephoneDNMode is `ephone-dn`: one directory number of SCCP phones, a park
// slot, a paging or a conference number.
func ephoneDNMode() conf.Mode {
	return conf.Mode{
		Name:   modeEphoneDN,
		Prompt: "config-ephone-dn",
		Title:  "Ephone DN configuration commands:",
		Indent: 1,
		Commands: slices.Concat(
			[]conf.Command{{
				Syntax: "ephone-dn-template <1-15>$tag",
				Help: `
					ephone-dn-template  Template applied to this directory number
					$tag                Tag of an ephone-dn-template`,
			}},
			ephoneDNNumbers(),
			ephoneDNFeatures(),
			ephoneDNForwarding(),
			ephoneDNKept(),
			ephoneDNHunting(),
		),
	}
}

// ephoneDNTemplateMode is `ephone-dn-template`. What an ephone-dn says itself has
// priority (guide, "Enabling a Directory Number to be Watched").
func ephoneDNTemplateMode() conf.Mode {
	return conf.Mode{
		Name:   modeEphoneDNTemplate,
		Prompt: "config-ephone-dn-template",
		Title:  "Ephone DN template configuration commands:",
		Indent: 1,
		Commands: slices.Concat(
			[]conf.Command{acting("description LINE(40)$text", "", `
				description  Description of the template
				$text        Text, up to 40 characters`)},
			ephoneDNFeatures(),
			ephoneDNForwarding(),
			ephoneDNKept(),
			ephoneDNHunting(),
		),
	}
}

func ephoneDNNumbers() []conf.Command {
	return []conf.Command{
		{
			Syntax: "number NUMBER(16)$number [secondary NUMBER(16)$secondary] [no-reg$noreg [<both|primary>$which]]",
			Help: `
				number      Telephone number of this directory number
				$number     Telephone number, up to 16 digits
				secondary   A second number for the same line
				$secondary  Telephone number, up to 16 digits
				no-reg      Do not register the number elsewhere
				$noreg      Do not register
				both        Both numbers
				primary     The primary number only
				$which      Which numbers`,
		},
		{
			Syntax: "park-slot [directed$directed] [reservation-group <1-32>$group] [reserved-for NUMBER$reserved] [timeout <0-65535>$timeout limit <1-65535>$limit] [notify NUMBER$notify [only$only]] [recall$recall] [transfer NUMBER$transfer] [alternate NUMBER$alternate] [retry <0-65535>$retry limit <1-65535>$retries]",
			Check:  checkKind,
			Help: `
				park-slot          Calls are parked here
				directed           Directed call park
				$directed          Directed call park
				reservation-group  Slot for phones of one group
				$group             Group number
				reserved-for       Private slot of one phone
				$reserved          Telephone number
				timeout            Time between two reminders
				$timeout           Seconds
				limit              Number of reminders or retries
				$limit             Number of reminders
				notify             Another number is reminded as well
				$notify            Telephone number
				only               Only that number is reminded
				$only              Only that number
				recall             The call returns to who parked it
				$recall            Return the call
				transfer           The call goes to another number
				$transfer          Telephone number
				alternate          Number called when that one is busy
				$alternate         Telephone number
				retry              Time before the transfer is tried again
				$retry             Seconds
				$retries           Number of retries`,
		},
		{
			Syntax: "paging [ip A.B.C.D$address port <2000-65535>$port]",
			Check:  checkKind,
			Help: `
				paging    Paging number
				ip        Pages go out by multicast
				$address  Multicast address
				port      Port of the multicast
				$port     UDP port`,
		},
		checked(checkKind, acting("paging group TAGS$dns", "", `
			paging  Paging number
			group   Paging numbers that are paged together
			$dns    Up to ten ephone-dn tags, separated by commas`)),
		{
			Syntax: "conference <ad-hoc|meetme|unlocked>$kind [video$video] [homogeneous$same]",
			Check:  checkKind,
			Help: `
				conference   Conference number
				ad-hoc       Ad hoc conferences
				meetme       Meet-me conferences
				unlocked     A meet-me conference that anybody may open
				$kind        Kind of conference
				video        Video conference
				$video       Video conference
				homogeneous  All parties use the same video format
				$same        Same format`,
		},
		acting("intercom NUMBER(32)$number [barge-in$barge] [no-mute$nomute] [no-auto-answer$noanswer] [label STRING(30)$label]", "", `
			intercom        Intercom line
			$number         Telephone number it calls
			barge-in        Put the current call on hold
			$barge          Barge in
			no-mute         Answer with the microphone open
			$nomute         Not muted
			no-auto-answer  Ring instead of answering
			$noanswer       Do not answer
			label           Text beside the button
			$label          Label`),
		{
			Syntax: "label LINE(30)$label",
			Help:   dnLabelHelp,
		},
		{
			Syntax: "description LINE(40)$text",
			Help: `
				description  Text in the header bar of the phone
				$text        Description, up to 40 characters`,
		},
		{
			Syntax: "name LINE(32)$name",
			Help:   dnNameHelp,
		},
	}
}

func ephoneDNFeatures() []conf.Command {
	return []conf.Command{
		stored(allowWatch()), // guide: the ephone-dn has priority over its template,
		inert("application WORD$name [out-bound$outbound]", "", `
			application  Application for calls of this number
			$name        Application name
			out-bound    For outgoing calls
			$outbound    Outgoing calls`),
		acting("mwi <off|on|on-off>$kind", "", `
			mwi     Message waiting indication through this number
			off     Calls to it put the lamp out
			on      Calls to it light the lamp
			on-off  Both, by calling party
			$kind   What a call does`),
		inert("mwi sip", "", `
			mwi  Message waiting indication through this number
			sip  The voice-mail server notifies by SIP`),
		inert("mwi-type <audio|both|visual>$kind", "", `
			mwi-type  How a waiting message shows
			audio     By a tone
			both      By tone and lamp
			visual    By the lamp
			$kind     How it shows`),
		inert("caller-id <local|passthrough>$kind", "", `
			caller-id    Caller of forwarded and transferred calls
			local        This number
			passthrough  The original caller
			$kind        Which caller`),
		{
			Syntax: "call-waiting beep", Default: "call-waiting beep",
			Replaces: []string{"call-waiting beep accept", "call-waiting beep generate"},
			Help: `
				call-waiting  Call waiting
				beep          Take and make call-waiting beeps`,
		},
		acting("call-waiting beep accept", "call-waiting beep accept", `
			call-waiting  Call waiting
			beep          Call-waiting beeps
			accept        Take beeps`),
		inert("call-waiting beep generate", "call-waiting beep generate", `
			call-waiting  Call waiting
			beep          Call-waiting beeps
			generate      Make beeps`),
		inert("call-waiting ring", "", `
			call-waiting  Call waiting
			ring          Ring instead of a beep`),
		acting("pickup-group WORD(32)$group", "", pickupGroupHelp),
		acting("pickup-call any-group", "", pickupCallHelp),
		inert("corlist <incoming|outgoing>$direction! WORD$name", "", `
			corlist     Class of restriction
			incoming    For incoming calls
			outgoing    For outgoing calls
			$direction  Direction of the calls
			$name       Name of the list`),
		inert("translation-profile <incoming|outgoing>$direction! WORD$profile", "", translationProfileHelp),
		inert("translate <called|calling>$kind! <1-2147483647>$rule", "", `
			translate  Number translation rule
			called     On the called number
			calling    On the calling number
			$kind      Which number
			$rule      Rule number`),
		acting("transfer-mode <blind|consult>$mode", "", transferModeHelp),
		inert("transfer-recall <1-1800>$seconds", "", `
			transfer-recall  Time after which a transferred call returns
			$seconds         Seconds`),
		inert("timeouts transfer-recall <1-1800>$seconds", "", `
			timeouts         Time limits
			transfer-recall  Time after which a transferred call returns
			$seconds         Seconds`),
		inert("night-service bell", "", nightServiceBellHelp),
		acting("hold-alert <15-300>$seconds <idle|originator|shared|shared-idle>$who [recurrence <2-300>$again] [ring-silent-dn$silent]", "", `
			hold-alert      Alert for a call on hold
			$seconds        Seconds between two alerts
			idle            Only while the phone is idle
			originator      The phone that put the call on hold
			shared          All phones that share the line
			shared-idle     Idle phones that share the line
			$who            Which phones
			recurrence      Time between alerts after the first one
			$again          Seconds
			ring-silent-dn  Ring on silent buttons as well
			$silent         Ring on silent buttons`),
		inert("feed ip A.B.C.D$address port <2000-65535>$port [route A.B.C.D$route] [out-call NUMBER$number]", "", `
			feed      Source of a multicast audio stream
			ip        Destination of the multicast
			$address  Multicast address
			port      Port of the multicast
			$port     UDP port
			route     Interface it goes out on
			$route    IP address of the interface
			out-call  Number called for the audio
			$number   Telephone number`),
		inert("ring <external|feature|internal>$kind [<primary|secondary>$which]", "", `
			ring       Ring pattern of this number
			external   Pattern of external calls
			feature    Feature ring
			internal   Pattern of internal calls
			$kind      Pattern
			primary    For the primary number
			secondary  For the secondary number
			$which     Which number`),
		inert("mobility", "", `
			mobility  Mobility features for this number`),
		inert("ephone-hunt login", "", `
			ephone-hunt  Hunt groups
			login        This number may join and leave them`),
	}
}

func ephoneDNForwarding() []conf.Command {
	tail := " [<primary|secondary>$which] [dialplan-pattern$pattern]"
	return []conf.Command{
		shared(acting("call-forward all NUMBER(32)$number", "", callForwardHelp)),
		shared(acting("call-forward busy NUMBER(32)$number"+tail, "", callForwardHelp)),
		shared(acting("call-forward max-length <0-32>$length", "", callForwardHelp)),
		shared(inert("call-forward night-service NUMBER(32)$number", "", callForwardHelp)),
		shared(acting("call-forward noan NUMBER(32)$number timeout <3-60000>$timeout"+tail, "", callForwardHelp)),
	}
}

func ephoneDNPreference() conf.Command {
	return conf.Command{
		Syntax: "preference <0-10>$order [secondary <0-10>$secondary]", Default: "preference 0",
		Help: `
			preference  Order among equal numbers
			$order      Preference, 0 is tried first
			secondary   Order of the secondary number
			$secondary  Preference, 0 is tried first`,
	}
}

func ephoneDNHunting() []conf.Command {
	return []conf.Command{
		ephoneDNPreference(),
		acting("huntstop channel [<1-8>$channels]", "", `
			huntstop   Stop hunting when this number does not take the call
			channel    Channels for incoming calls
			$channels  Number of channels`),
		acting("huntstop", "huntstop", `
			huntstop  Stop hunting when this number does not take the call`),
		inert("no-reg [<both|primary>$which]", "", `
			no-reg   Do not register the number elsewhere
			both     Both numbers
			primary  The primary number only
			$which   Which numbers`),
	}
}

const (
	callForwardHelp = `
		call-forward      Call forwarding
		all               Every call
		busy              Calls to a busy number
		max-length        Digits a user may enter as a destination
		$length           Number of digits, 0 forbids forwarding
		night-service     Calls during night service
		noan              Calls that are not answered
		$number           Telephone number calls go to
		timeout           Time to ring
		$timeout          Seconds
		primary           Only calls to the primary number
		secondary         Only calls to the secondary number
		$which            Which calls
		dialplan-pattern  Only calls to the number made by the dial plan
		$pattern          Dial-plan number`

	transferModeHelp = `
		transfer-mode  Kind of call transfer
		blind          The call goes at once
		consult        The parties talk first
		$mode          Kind of transfer`
)
