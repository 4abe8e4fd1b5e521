package modes

import (
	"errors"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/phones"
)

const registerHelp = `
	voice     Voice configuration & stats
	register  SIP phones
`

func execRegister(a Agents) []cli.Exec {
	return append([]cli.Exec{
		privileged("show voice register global", registerHelp+`
			global  Settings and statistics of all SIP phones`,
			func(c *cli.Context, _ grammar.Args) error {
				return showRegisterGlobal(c.Out, a.clock(), c.Tree(), a.platform(), a.phones())
			}),
		privileged("show voice register dn <all|<1-{max-register-dn}>$tag>$which", registerHelp+`
			dn    Directory numbers
			all   All of them
			$tag  Tag of the directory number`,
			func(c *cli.Context, args grammar.Args) error {
				s := a.phones()
				if !args.Has("tag") {
					return showRegisterDN(c.Out, s.DNs)
				}
				d, ok := s.DN(args.Int("tag"))
				if !ok {
					return errors.New("% Voice register dn does not exist")
				}
				return showRegisterDN(c.Out, []phones.DNStatus{d})
			}),
		privileged("show voice register pool <1-{max-pool}>$tag", registerHelp+`
			pool  SIP phones
			$tag  Pool tag`,
			func(c *cli.Context, args grammar.Args) error {
				p, ok := a.phones().Pool(args.Int("tag"))
				if !ok {
					return errNoPool
				}
				return showRegisterPool(c.Out, a.clock(), c.Tree(), a.phones(), []phones.PoolStatus{p})
			}),
		privileged("show voice register pool all [brief$brief]", registerHelp+`
			pool    SIP phones
			all     All of them
			brief   One row for each line
			$brief  Brief`,
			func(c *cli.Context, args grammar.Args) error {
				if args.Has("brief") {
					return showRegisterBrief(c.Out, a.phones().Pools)
				}
				return showRegisterPool(c.Out, a.clock(), c.Tree(), a.phones(), a.phones().Pools)
			}),
		privileged("show voice register pool registered", registerHelp+`
			pool        SIP phones
			registered  Those that are registered`,
			func(c *cli.Context, _ grammar.Args) error {
				s := a.phones()
				return showRegisterPool(c.Out, a.clock(), c.Tree(), s, chosen(s, func(p phones.PoolStatus) bool { return p.Registered }))
			}),
		privileged("show voice register pool unregistered", registerHelp+`
			pool          SIP phones
			unregistered  Those that are not registered`,
			func(c *cli.Context, _ grammar.Args) error {
				return showRegisterUnregistered(c.Out, a.clock(), a.phones())
			}),
		privileged("show voice register pool attempted-registrations", registerHelp+`
			pool                     SIP phones
			attempted-registrations  Phones that were refused`,
			func(c *cli.Context, _ grammar.Args) error { return showRegisterAttempts(c.Out, a.clock(), a.phones()) }),
		privileged("show voice register statistics", registerHelp+`
			statistics  Registration statistics`,
			func(c *cli.Context, _ grammar.Args) error {
				return showRegisterStatistics(c.Out, a.clock(), a.phones())
			}),
		privileged("show voice register all", registerHelp+`
			all  Everything about SIP phones`,
			func(c *cli.Context, _ grammar.Args) error { return showRegisterAll(c, a) }),
		privileged("clear voice register attempted-registrations", registerHelp+`
			attempted-registrations  Phones that were refused`,
			func(_ *cli.Context, _ grammar.Args) error {
				if a.Phones != nil {
					a.Phones.ClearAttempts()
				}
				return nil
			}),
	}, execRegisterPools(a)...)
}

func showRegisterAll(c *cli.Context, a Agents) error {
	s := a.phones()
	c.Printf("VOICE REGISTER GLOBAL\n=====================\n")
	if err := showRegisterGlobal(c.Out, a.clock(), c.Tree(), a.platform(), s); err != nil {
		return err
	}
	c.Printf("\nVOICE REGISTER DN\n=================\n")
	if err := showRegisterDN(c.Out, s.DNs); err != nil {
		return err
	}
	c.Printf("VOICE REGISTER POOL\n===================\n")
	return showRegisterPool(c.Out, a.clock(), c.Tree(), s, s.Pools)
}
