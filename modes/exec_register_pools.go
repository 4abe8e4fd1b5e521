package modes

import (
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/phones"
)

// chosen are the pools that a filter keeps.
func chosen(s phones.Snapshot, keep func(phones.PoolStatus) bool) []phones.PoolStatus {
	return slices.DeleteFunc(slices.Clone(s.Pools), func(p phones.PoolStatus) bool { return !keep(p) })
}

// execRegisterPools are the filters of `show voice register pool`, and what follows
// from pools (CME command reference: show voice register pool ip, mac, type ...).
func execRegisterPools(a Agents) []cli.Exec {
	const help = registerHelp + `
		pool              SIP phones
		ip                The phone at an address
		mac               The phone with a MAC address
		type              Phones of one model
		telephone-number  Phones that have a number
		summary           Totals of each model
		cfa               Lines whose calls are all forwarded
		phone-load        Firmware of the phones
		dial-peers        Dial peers that registrations have made
		statistics        Registration statistics
		global            Those of all phones
		template          Templates of SIP phones
		all               All of them
		brief             One row for each line
		remote            Phones beyond a router
		after-hour-exempt  Phones that may call at any time
		POOLTYPE          Phone type that voice register pool-type adds
		$module           Expansion module
		$address          IP address
		$mac              MAC address
		$model            Phone type
		$number           Telephone number
		$which            Tag of the template
		$tag              Pool tag`
	show := func(syntax string, run func(c *cli.Context, args grammar.Args, s phones.Snapshot) error) cli.Exec {
		return privileged(syntax, trim(syntax, help), func(c *cli.Context, args grammar.Args) error { return run(c, args, a.phones()) })
	}
	brief := func(syntax string, keep func(args grammar.Args, p phones.PoolStatus) bool) cli.Exec {
		return show(syntax, func(c *cli.Context, args grammar.Args, s phones.Snapshot) error {
			return showRegisterBrief(c.Out, chosen(s, func(p phones.PoolStatus) bool { return keep(args, p) }))
		})
	}
	return []cli.Exec{
		brief("show voice register pool ip A.B.C.D$address", func(args grammar.Args, p phones.PoolStatus) bool {
			return p.Contact.IsValid() && p.Contact.Addr().String() == args.String("address")
		}),
		brief("show voice register pool mac H.H.H$mac", func(args grammar.Args, p phones.PoolStatus) bool {
			mac, err := phones.ParseMAC(args.String("mac"))
			return err == nil && p.Config.MAC == mac
		}),
		show("show voice register pool type <"+sipModels+"|POOLTYPE>$model", func(c *cli.Context, args grammar.Args, s phones.Snapshot) error {
			return showRegisterType(c.Out, c.Tree(), s, args.String("model"))
		}),
		show("show voice register pool type "+sipModules+"$module", func(c *cli.Context, args grammar.Args, s phones.Snapshot) error {
			return showRegisterBrief(c.Out, withModule(c.Tree(), s, args.String("module")))
		}),
		show("show voice register pool type all", func(c *cli.Context, _ grammar.Args, s phones.Snapshot) error {
			return showRegisterTypesInUse(c.Out, c.Tree(), s)
		}),
		brief("show voice register pool brief", func(grammar.Args, phones.PoolStatus) bool { return true }),
		show("show voice register pool remote", func(c *cli.Context, _ grammar.Args, s phones.Snapshot) error {
			local := networks(c.Tree())
			return showRegisterBrief(c.Out, chosen(s, func(p phones.PoolStatus) bool { return outside(local, p.Contact.Addr()) }))
		}),
		show("show voice register pool after-hour-exempt", func(c *cli.Context, _ grammar.Args, s phones.Snapshot) error {
			return showRegisterBrief(c.Out, poolsWith(c.Tree(), s, func(n conf.Node) bool { return n.On("after-hours exempt") }))
		}),
		brief("show voice register pool telephone-number NUMBER(32)$number", func(args grammar.Args, p phones.PoolStatus) bool {
			return slices.ContainsFunc(p.Lines, func(l phones.PoolLine) bool { return l.Number == args.String("number") })
		}),
		show("show voice register pool type summary", func(c *cli.Context, _ grammar.Args, s phones.Snapshot) error { return showRegisterTypes(c.Out, s) }),
		show("show voice register pool cfa", func(c *cli.Context, _ grammar.Args, s phones.Snapshot) error { return showRegisterForwards(c.Out, s) }),
		show("show voice register pool phone-load", func(c *cli.Context, _ grammar.Args, s phones.Snapshot) error { return showRegisterLoads(c.Out, s) }),
		show("show voice register dial-peers", func(c *cli.Context, _ grammar.Args, s phones.Snapshot) error {
			return showRegisterPeers(c.Out, s, s.Pools)
		}),
		show("show voice register dial-peers pool <1-{max-pool}>$tag", func(c *cli.Context, args grammar.Args, s phones.Snapshot) error {
			return showRegisterPeers(c.Out, s, chosen(s, func(p phones.PoolStatus) bool { return p.Config.Tag == args.Int("tag") }))
		}),
		show("show voice register statistics global", func(c *cli.Context, _ grammar.Args, s phones.Snapshot) error {
			var b strings.Builder
			b.WriteString("Global Statistics:\n")
			statistics(&b, a.clock(), s.Stats)
			if _, err := io.WriteString(c.Out, b.String()+"\n"); err != nil {
				return err
			}
			return showRegisterAttempts(c.Out, a.clock(), s)
		}),
		show("show voice register statistics pool <1-{max-pool}>$tag", func(c *cli.Context, args grammar.Args, s phones.Snapshot) error {
			p, ok := s.Pool(args.Int("tag"))
			if !ok {
				return errNoPool
			}
			return showPoolStatistics(c.Out, a.clock(), p)
		}),
		show("show voice register template <all|<1-10>$tag>$which", func(c *cli.Context, args grammar.Args, s phones.Snapshot) error {
			return showRegisterTemplates(c.Out, c.Tree(), s, args.Int("tag"))
		}),
	}
}

var errNoPool = errors.New("% Voice register pool does not exist")
