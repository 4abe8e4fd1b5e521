package modes

import (
	"slices"
	"strings"

	"github.com/busylamp/busylamp/cli/conf"
)

// sipUAMode is `sip-ua`. Only `presence enable` acts; the rest belongs to call
// signalling towards trunks and is kept.
func sipUAMode() conf.Mode {
	return conf.Mode{
		Name:   modeSIPUA,
		Prompt: "config-sip-ua",
		Title:  "SIP UA configuration commands:",
		Indent: 1,
		Commands: slices.Concat(
			sipUACredentials(),
			sipUATimers(),
			sipUAServers(),
			[]conf.Command{{
				Syntax: "presence enable",
				Help: `
					presence  Presence features of the SIP user agent
					enable    Take incoming presence requests`,
			}},
		),
	}
}

func sipUACredentials() []conf.Command {
	return []conf.Command{
		{
			Syntax: "credentials [number WORD$number!] username WORD$user! password [<0|6|7>$type] WORD$password realm WORD$realm",
			Inert:  true,
			Help: `
				credentials  User credentials for registration
				number       Number the trunk registers with
				$number      Registering number
				username     User name for the registrar
				$user        User name
				password     Password for the registrar
				$type        Kind of password that follows
				$password    Password
				realm        Realm the credentials belong to
				$realm       Realm`,
		},
		{
			Syntax: "authentication username WORD$user! password [<0|6|7>$type] WORD$password [realm WORD$realm]",
			Help: `
				authentication  Digest authentication towards the far side
				username        User name for the answer to a challenge
				$user           User name
				password        Password for the answer to a challenge
				$type           Kind of password that follows
				$password       Password
				realm           Realm the answer is for
				$realm          Realm`,
		},
		{
			Syntax: "max-forwards <1-70>$n",
			Inert:  true, Default: "max-forwards 70",
			Help: `
				max-forwards  Hops a request may take
				$n            Number of hops`,
		},
	}
}

// sipUATimers are `retry` and `timers` (Voice command reference: retry invite,
// timers trying and their kin).
func sipUATimers() []conf.Command {
	var cmds []conf.Command
	for _, r := range []struct{ name, def string }{
		{"invite", "6"}, {"response", "6"}, {"bye", "10"}, {"cancel", "10"}, {"prack", "10"}, {"comet", "10"}, {"rel1xx", "6"},
		{"notify", "10"}, {"refer", "10"}, {"register", "10"}, {"subscribe", "10"}, {"keepalive", "6"},
	} {
		cmds = append(cmds, conf.Command{
			Syntax: "retry " + r.name + " <1-10>$n",
			Inert:  true, Default: "retry " + r.name + " " + r.def,
			Help: "retry  Attempts to send a message\n" +
				r.name + "  Attempts for " + r.name + " messages\n" +
				"$n  Number of attempts",
		})
	}
	for _, t := range []struct{ name, rng, def, help string }{
		{"trying", "<100-1000>", "500", "Wait for a 100 response to INVITE, in milliseconds"},
		{"connect", "<100-1000>", "500", "Wait for the ACK of a 200 response, in milliseconds"},
		{"disconnect", "<100-1000>", "500", "Wait for the response to BYE, in milliseconds"},
		{"expires", "<60000-300000>", "180000", "Time an INVITE stays valid, in milliseconds"},
		{"hold", "<15-2880>", "2880", "Time on hold before BYE is sent, in minutes"},
		{"notify", "<100-1000>", "500", "Wait for the response to NOTIFY, in milliseconds"},
		{"prack", "<100-1000>", "500", "Wait for the response to PRACK, in milliseconds"},
		{"refer", "<100-1000>", "500", "Wait for the response to REFER, in milliseconds"},
		{"register", "<100-1000>", "500", "Wait for the response to REGISTER, in milliseconds"},
		{"rel1xx", "<100-1000>", "500", "Wait for PRACK, in milliseconds"},
		{"update", "<100-1000>", "500", "Wait for the response to UPDATE, in milliseconds"},
		{"info", "<100-1000>", "500", "Wait for the response to INFO, in milliseconds"},
		{"options", "<100-1000>", "500", "Wait for the response to OPTIONS, in milliseconds"},
		{"connection aging", "<5-60>", "5", "Time until an idle connection is closed, in minutes"},
	} {
		cmds = append(cmds, conf.Command{
			Syntax: "timers " + t.name + " " + t.rng + "$n",
			Inert:  true, Default: "timers " + t.name + " " + t.def,
			Help: "timers  SIP signalling timers\n" +
				strings.Replace(t.name, " ", "  Connections\n", 1) + "  " + t.help + "\n" +
				"$n  Time to wait",
		})
	}
	return cmds
}

func sipUAServers() []conf.Command {
	return []conf.Command{
		{
			Syntax: "mwi-server SERVER$server [expires <1-999999>$expires] [port <2000-9999>$port] [transport <tcp|udp>$transport] [unsolicited$unsolicited]",
			Inert:  true,
			Help: `
				mwi-server    Voice-mail server for message waiting
				$server       dns:HOST or ipv4:A.B.C.D
				expires       Time of a subscription
				$expires      Seconds
				port          Port of the server
				$port         Port number
				transport     Transport towards the server
				tcp           TCP
				udp           UDP
				$transport    Transport
				unsolicited   The server notifies without a subscription
				$unsolicited  Unsolicited notification`,
		},
		{
			Syntax: "registrar [<1-6>$index!] <SERVER|SERVER6>$server [auth-realm WORD$realm] [expires <60-65535>$expires] [random-contact$random] [refresh-ratio <1-100>$ratio] [scheme <sip|sips>$scheme] [tcp$tcp] [secondary$secondary]",
			Inert:  true,
			Help: `
				registrar   Registrar for the numbers of this router
				$index      Registrar index
				$server     dns:HOST, ipv4:A.B.C.D[:PORT] or ipv6:[X:X:X:X::X][:PORT]
				auth-realm  Realm of the credentials used there
				$realm      Realm
				random-contact  A contact that tells nothing
				$random     A contact that tells nothing
				refresh-ratio   Part of the time after which it is told again
				$ratio      Percent
				scheme      Scheme of the addresses
				sip         SIP
				sips        SIP over TLS
				$scheme     Scheme
				expires     Time of a registration
				$expires    Seconds
				tcp         Register over TCP
				$tcp        Transport
				secondary   This is the secondary registrar
				$secondary  Secondary registrar`,
		},
		{
			Syntax: "sip-server SERVER$server",
			Inert:  true,
			Help: `
				sip-server  Server that session target sip-server stands for
				$server     dns:HOST or ipv4:A.B.C.D[:PORT]`,
		},
		{
			Syntax: "remote-party-id",
			Inert:  true, Default: "remote-party-id",
			Help: `
				remote-party-id  Remote-Party-ID header in requests`,
		},
		{
			Syntax: "transport <tcp|udp>$transport!",
			Inert:  true,
			Help: `
				transport   Transport the user agent listens on
				tcp         TCP
				udp         UDP
				$transport  Transport`,
		},
	}
}
