package modes

import "github.com/busylamp/busylamp/cli/conf"

// registerDNMode is `voice register dn`: one directory number of SIP phones.
func registerDNMode() conf.Mode {
	return conf.Mode{
		Name:   modeRegisterDN,
		Prompt: "config-register-dn",
		Title:  "Voice register dn configuration commands:",
		Indent: 1,
		Commands: append([]conf.Command{
			shared(inert("translation-profile incoming WORD$profile", "", translationProfileHelp)),
			{
				Syntax: "number DIGITS(16)$number",
				Help: `
					number   Telephone number of this directory number
					$number  Telephone number, up to 16 digits`,
			},
			{
				Syntax: "session-server PORTS$tag",
				Inert:  true,
				Help: `
					session-server  Session manager that controls this number
					$tag            Session server tags, separated by commas`,
			},
			allowWatch(),
			{
				Syntax: "refer target dial-peer",
				Inert:  true,
				Help: `
					refer      Handling of REFER
					target     Where a REFER goes
					dial-peer  To the dial peer that fits`,
			},
			shared(acting("call-forward b2bua all NUMBER(32)$number", "", callForwardB2BUAHelp)),
			shared(acting("call-forward b2bua busy NUMBER(32)$number", "", callForwardB2BUAHelp)),
			shared(inert("call-forward b2bua mailbox NUMBER(32)$number", "", callForwardB2BUAHelp)),
			shared(acting("call-forward b2bua noan NUMBER(32)$number timeout <3-60000>$timeout", "", callForwardB2BUAHelp)),
			shared(inert("call-forward b2bua unreachable NUMBER(32)$number [timeout <3-60000>$timeout]", "", callForwardB2BUAHelp)),
			{
				Syntax: "preference <0-10>$order", Default: "preference 0",
				Help: `
					preference  Order among equal numbers
					$order      Preference, 0 is tried first`,
			},
			{
				Syntax: "huntstop [channel <1-50>$channels]",
				Help: `
					huntstop   Stop hunting when this number does not take the call
					channel    Channels for incoming calls
					$channels  Number of channels`,
			},
			{
				Syntax: "pickup-group WORD(32)$group",
				Help:   pickupGroupHelp,
			},
			{
				Syntax: "pickup-call any-group",
				Inert:  true,
				Help:   pickupCallHelp,
			},
			{
				Syntax: "name LINE(32)$name",
				Help:   dnNameHelp,
			},
			{
				Syntax: "no-reg",
				Help: `
					no-reg  Do not register this number elsewhere`,
			},
			{
				Syntax: "auto-answer",
				Help: `
					auto-answer  Answer incoming calls by itself`,
			},
			{
				Syntax: "label LINE(30)$label",
				Help:   dnLabelHelp,
			},
			sharedLine("<2-16>"),
			{
				Syntax: "mobility",
				Inert:  true,
				Help: `
					mobility  Mobility features for this number`,
			},
			{
				Syntax: "night-service bell",
				Inert:  true,
				Help:   nightServiceBellHelp,
			},
			{
				Syntax: "mwi",
				Help: `
					mwi  Message waiting indication for this number`,
			},
			{
				Syntax: "intercom [speed-dial NUMBER$number] [label STRING(30)$label]",
				Inert:  true,
				Help: `
					intercom    Intercom line
					speed-dial  Number called by the intercom
					$number     Telephone number
					label       Text beside the button
					$label      Label`,
			},
		}, registerDNKept()...),
	}
}

// allowWatch makes a directory number a presentity.
func allowWatch() conf.Command {
	return conf.Command{
		Syntax: "allow watch",
		Help: `
			allow  Allow a presence feature
			watch  Let watchers monitor this directory number`,
	}
}

func sharedLine(calls string) conf.Command {
	return conf.Command{
		Syntax: "shared-line [max-calls " + calls + "$calls]",
		Help: `
			shared-line  Share this number among phones
			max-calls    Calls on the shared line
			$calls       Maximum number of calls`,
	}
}

const (
	translationProfileHelp = `
		translation-profile  Number translation
		incoming             For incoming calls
		outgoing             For outgoing calls
		$direction           Direction of the calls
		$profile             Translation profile name`

	callForwardB2BUAHelp = `
		call-forward  Call forwarding
		b2bua         By the back-to-back user agent
		all           Every call
		busy          Calls to a busy number
		mailbox       Mailbox at the end of a forwarding chain
		noan          Calls that are not answered
		unreachable   Calls to a phone that cannot be reached
		$number       Telephone number calls go to
		timeout       Time to ring
		$timeout      Seconds`

	pickupGroupHelp = `
		pickup-group  Pickup group of this number
		$group        Group number`

	pickupCallHelp = `
		pickup-call  Call pickup
		any-group    Pick up calls of any group`

	dnNameHelp = `
		name   Caller and directory name
		$name  First and last name`

	dnLabelHelp = `
		label   Text beside the button instead of the number
		$label  Label, up to 30 characters`

	nightServiceBellHelp = `
		night-service  Night service
		bell           Ring for night service`
)
