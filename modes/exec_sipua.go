package modes

import (
	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/grammar"
)

// execSIPUA is what the Voice command reference has under `show sip-ua` and
// `clear sip-ua`, as far as there is something here to show.
func execSIPUA(a Agents) []cli.Exec {
	return []cli.Exec{
		privileged("show sip-ua status", `
			sip-ua  SIP user agent
			status  Status of the user agent`,
			func(c *cli.Context, _ grammar.Args) error {
				return showSIPUAStatus(c.Out, a.listening(), a.presence().Config.SIPEnabled)
			}),
		privileged("show sip-ua status registrar", `
			sip-ua     SIP user agent
			status     Status of the user agent
			registrar  Contacts that are registered here`,
			func(c *cli.Context, _ grammar.Args) error { return showSIPUARegistrar(c.Out, a.phones()) }),
		privileged("show sip-ua register status [secondary$secondary]", `
			sip-ua      SIP user agent
			register    Registrations at an external registrar
			status      Status of the registrations
			secondary   The secondary registrar
			$secondary  Secondary registrar`,
			func(c *cli.Context, args grammar.Args) error {
				return showSIPUARegister(c.Out, c.Tree(), args.Has("secondary"))
			}),
		privileged("show sip-ua statistics", `
			sip-ua      SIP user agent
			statistics  Responses, requests and retries`,
			func(c *cli.Context, _ grammar.Args) error { return showSIPUAStatistics(c.Out, a.clock(), a.sipStats()) }),
		privileged("show sip-ua connections <tcp|udp>$transport <brief|detail>$form", `
			sip-ua       SIP user agent
			connections  Transport connections
			tcp          TCP connections
			udp          UDP
			$transport   Transport
			brief        Totals
			detail       Totals and each connection
			$form        How much`,
			func(c *cli.Context, args grammar.Args) error {
				return showSIPUAConnections(c.Out, a.sipStats(), a.listening(), args.String("transport"), args.String("form") == "detail")
			}),
		privileged("show sip-ua timers", `
			sip-ua  SIP user agent
			timers  Timer values`,
			func(c *cli.Context, _ grammar.Args) error { return showSIPUATimers(c.Out, c.Tree()) }),
		privileged("show sip-ua retry", `
			sip-ua  SIP user agent
			retry   Attempts to send a message`,
			func(c *cli.Context, _ grammar.Args) error { return showSIPUARetry(c.Out, c.Tree()) }),
		privileged("clear sip-ua statistics", `
			sip-ua      SIP user agent
			statistics  Counters of the user agent`,
			func(*cli.Context, grammar.Args) error {
				if a.SIP != nil {
					a.SIP.ResetStats()
				}
				return nil
			}),
	}
}
