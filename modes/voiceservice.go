package modes

import "github.com/busylamp/busylamp/cli/conf"

// voiceServiceMode is `voice service voip`. Of it and its submodes
// `registrar server` acts, which SIP phones need to register, `session transport`,
// that of SIP trunks, and what is about trust (trusted.go).
func voiceServiceMode() conf.Mode {
	return conf.Mode{
		Name:   modeVoiceService,
		Prompt: "conf-voi-serv",
		Title:  "VOICE SERVICE configuration commands:",
		Indent: 1,
		Commands: append([]conf.Command{
			trustedAuthenticate(),
			trustedCause(),
			trustedList(),
			inert("address-hiding", "", `
				address-hiding  Hide the addresses of one side from the other`),
			inert("mode border-element", "", `
				mode            Mode of operation
				border-element  Border element`),
			shared(inert("allow-connections h323 to h323", "", allowConnectionsHelp)),
			shared(inert("allow-connections h323 to sip", "", allowConnectionsHelp)),
			shared(inert("allow-connections sip to h323", "", allowConnectionsHelp)),
			shared(acting("allow-connections sip to sip", "", allowConnectionsHelp)),
			shared(inert("supplementary-service h450.2", "supplementary-service h450.2", supplementaryHelp)),
			shared(inert("supplementary-service h450.3", "supplementary-service h450.3", supplementaryHelp)),
			shared(inert("supplementary-service h450.12 [advertise-only$advertise]", "", supplementaryHelp)),
			stored(shared(inert("supplementary-service sip <handle-replaces|moved-temporarily|refer>$what!", "", supplementaryHelp))),
			inert("redirect ip2ip", "", `
				redirect  Redirected calls
				ip2ip     From IP to IP`),
			inert("media <flow-around|flow-through>$flow", "media flow-through", `
				media         Media path of calls
				flow-around   Media goes directly between the endpoints
				flow-through  Media goes through this router
				$flow         Media path`),
			inert("rtp-port range <5500-65535>$first <5500-65535>$last", "", `
				rtp-port  RTP ports
				range     Range of ports
				$first    First port
				$last     Last port`),
			inert("fax protocol <cisco|none|pass-through <g711ulaw|g711alaw>$codec|t38 [ls-redundancy <0-5>$ls] [hs-redundancy <0-2>$hs] [fallback <cisco|none|pass-through <g711ulaw|g711alaw>$fcodec>$fallback]>$protocol", "", `
				fax            Fax calls
				protocol       How faxes are carried
				cisco          Cisco fax relay
				none           Not at all
				pass-through   As audio
				t38            By T.38
				ls-redundancy  Redundancy of low-speed packets
				$ls            Packets
				hs-redundancy  Redundancy of high-speed packets
				$hs            Packets
				fallback       When T.38 cannot be negotiated
				g711ulaw       G.711 mu-law
				g711alaw       G.711 A-law
				$codec         Codec
				$fcodec        Codec
				$fallback      Fallback
				$protocol      Protocol`),
			inert("modem passthrough nse [payload-type <96-119>$payload] codec <g711ulaw|g711alaw>$codec [redundancy$redundancy]", "", `
				modem         Modem calls
				passthrough   As audio
				nse           Switched by named signalling events
				payload-type  RTP payload type of the events
				$payload      Payload type
				codec         Codec of modem calls
				g711ulaw      G.711 mu-law
				g711alaw      G.711 A-law
				$codec        Codec
				redundancy    Send packets twice
				$redundancy   Redundancy`),
			{
				Syntax: "h323",
				Enter:  modeVoiceServiceH323,
				Inert:  true,
				Help: `
					h323  H.323 parameters`,
			},
			{
				Syntax: "sip",
				Enter:  modeVoiceServiceSIP,
				Help: `
					sip  SIP parameters`,
			},
		}, voiceServiceKept()...),
	}
}

// voiceServiceSIPMode is `sip` under voice service voip.
func voiceServiceSIPMode() conf.Mode {
	return conf.Mode{
		Name:   modeVoiceServiceSIP,
		Prompt: "conf-serv-sip",
		Title:  "SIP configuration commands:",
		Indent: 2,
		Commands: []conf.Command{
			inert("bind <control|media|all>$what! source-interface INTERFACE$interface", "", `
				bind              Address of SIP packets
				control           Signalling packets
				media             Media packets
				all               Signalling and media packets
				$what             Packets
				source-interface  Address of an interface
				$interface        Interface`),
			acting("session transport <tcp|udp>$transport", "session transport udp", `
				session     Sessions
				transport   Transport of signalling
				tcp         TCP
				udp         UDP
				$transport  Transport`),
			inert("rel1xx <supported LINE$supported|require LINE$require|disable>$kind", "", `
				rel1xx      Reliable provisional responses
				supported   Offered
				$supported  Option tag
				require     Required
				$require    Option tag
				disable     Not used
				$kind       Use of reliable responses`),
			inert("early-offer forced", "", `
				early-offer  Offer in the first message
				forced       Always`),
			inert("min-se <90-86400>$n", "", `
				min-se  Shortest session timer
				$n      Seconds`),
			inert("asserted-id <pai|ppi>$kind", "", `
				asserted-id  Identity of the caller
				pai          P-Asserted-Identity
				ppi          P-Preferred-Identity
				$kind        Header`),
			inert("localhost SERVER$host", "", `
				localhost  Host part of our own addresses
				$host      dns:HOST`),
			inert("outbound-proxy SERVER$server", "", `
				outbound-proxy  Proxy all requests go to
				$server         dns:HOST or ipv4:A.B.C.D`),
			silentDiscard(),
			{
				Syntax: "registrar server [expires {max <120-86400>$max|min <60-3600>$min}]",
				Help: `
					registrar  SIP registrar
					server     Take registrations of SIP phones
					expires    Time of a registration
					max        Longest time
					$max       Seconds
					min        Shortest time
					$min       Seconds`,
			},
		},
	}
}

// voiceServiceH323Mode is `h323` under voice service voip.
func voiceServiceH323Mode() conf.Mode {
	return conf.Mode{
		Name:   modeVoiceServiceH323,
		Prompt: "conf-serv-h323",
		Title:  "H323 configuration commands:",
		Indent: 2,
		Commands: []conf.Command{
			inert("call start <fast|slow|interwork>$how", "call start fast", `
				call       Calls
				start      How calls start
				fast       Fast start
				slow       Slow start
				interwork  Both
				$how       How calls start`),
			inert("h225 display-ie ccm-compatible", "", `
				h225            H.225 signalling
				display-ie      Display information
				ccm-compatible  As Cisco Unified Communications Manager sends it`),
			inert("session transport <tcp|udp>$transport", "", `
				session     Sessions
				transport   Transport of signalling
				tcp         TCP
				udp         UDP
				$transport  Transport`),
			inert("emptycapability", "", `
				emptycapability  Accept empty capability sets`),
		},
	}
}

const (
	allowConnectionsHelp = `
		allow-connections  Calls between two kinds of trunk
		h323               H.323
		sip                SIP
		to                 Direction`

	supplementaryHelp = `
		supplementary-service  Supplementary services
		h450.2                 H.450.2 call transfer
		h450.3                 H.450.3 call forwarding
		h450.12                H.450.12 feature negotiation
		advertise-only         Advertise only
		$advertise             Advertise only
		sip                    SIP services
		handle-replaces        Replaces header
		moved-temporarily      302 responses
		refer                  REFER transfers
		$what                  Service`
)
