package modes

import "github.com/busylamp/busylamp/cli/conf"

// dialPeerMode is `dial-peer voice`: routes towards trunks.
func dialPeerMode() conf.Mode {
	return conf.Mode{
		Name:   modeDialPeer,
		Prompt: "config-dial-peer",
		Title:  "Dial peer configuration commands:",
		Indent: 1,
		Commands: []conf.Command{
			inert("corlist <incoming|outgoing>$direction! WORD$name", "", `
				corlist     Class of restriction
				incoming    For incoming calls
				outgoing    For outgoing calls
				$direction  Direction of the calls
				$name       Name of the list`),
			inert("description LINE$text", "", `
				description  Description of the dial peer
				$text        Text`),
			inert("translation-profile <incoming|outgoing>$direction! WORD$profile", "", translationProfileHelp),
			acting("huntstop", "", `
				huntstop  Stop hunting when this dial peer does not take the call`),
			acting("preference <0-10>$order", "preference 0", `
				preference  Order among equal dial peers
				$order      Preference, 0 is tried first`),
			inert("service WORD$name [out-bound$outbound]", "", `
				service    Application for calls of this dial peer
				$name      Application name
				out-bound  For outgoing calls
				$outbound  Outgoing calls`),
			acting("destination-pattern WORD(32)$pattern", "", `
				destination-pattern  Called numbers of outgoing calls
				$pattern             Pattern`),
			inert("answer-address WORD(32)$pattern", "", `
				answer-address  Calling numbers of incoming calls
				$pattern        Pattern`),
			inert("voice-class codec <1-10000>$tag [offer-all$all]", "", `
				voice-class  Voice class of this dial peer
				codec        Codec preference list
				$tag         Voice class tag
				offer-all    Offer all codecs of the list
				$all         Offer all`),
			acting("session protocol <cisco|multicast|sipv2>$protocol", "", `
				session    Sessions towards the other side
				protocol   Signalling protocol
				cisco      Cisco session protocol
				multicast  Multicast
				sipv2      SIP
				$protocol  Protocol`),
			acting("session target SERVER$target", "", `
				session  Sessions towards the other side
				target   Address of the other side
				$target  ipv4:A.B.C.D[:PORT], dns:HOST or sip-server`),
			acting("session transport <tcp|udp|system>$transport", "", `
				session     Sessions towards the other side
				transport   Transport of signalling
				tcp         TCP
				udp         UDP
				system      That of the system
				$transport  Transport`),
			acting("incoming called-number WORD(32)$pattern", "", `
				incoming       Incoming calls
				called-number  Called numbers of incoming calls
				$pattern       Pattern`),
			inert("direct-inward-dial", "", `
				direct-inward-dial  The called number is dialled at once`),
			inert("dtmf-relay {cisco-rtp$rtp|h245-alphanumeric$alpha|h245-signal$signal|rtp-nte$nte|digit-drop$drop|sip-info$info|sip-kpml$kpml|sip-notify$notify}", "", dtmfRelayHelp),
			inert("codec "+codecs+"$codec [bytes <10-240>$bytes]", "codec g729r8", codecHelp),
			inert("fax rate <2400|4800|7200|9600|12000|14400|disable|voice>$rate", "", `
				fax      Fax calls
				rate     Highest fax rate
				2400     2400 bit/s
				4800     4800 bit/s
				7200     7200 bit/s
				9600     9600 bit/s
				12000    12000 bit/s
				14400    14400 bit/s
				disable  No fax
				voice    Rate of the voice codec
				$rate    Rate`),
			inert("vad", "vad", vadHelp),
			inert("port WORD$port", "", `
				port   Voice port of this dial peer
				$port  Slot, subunit and port`),
			inert("forward-digits <all|extra|<0-32>$n>$which", "", `
				forward-digits  Digits sent to the port
				all             All digits
				extra           Those behind the pattern
				$n              Number of digits
				$which          Which digits`),
			inert("digit-strip", "digit-strip", `
				digit-strip  Drop the digits the pattern spells out`),
			inert("prefix WORD(32)$digits", "", `
				prefix   Digits put before the number
				$digits  Prefix`),
			inert("max-conn <1-2147483647>$n", "", `
				max-conn  Calls at one time
				$n        Number of calls`),
			acting("shutdown", "", `
				shutdown  Take the dial peer out of service`),
		},
	}
}
