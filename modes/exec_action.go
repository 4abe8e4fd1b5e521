package modes

import (
	"errors"
	"fmt"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/grammar"
)

// execActions are the commands of configuration modes that act at once.
func execActions(a Agents) []cli.Exec {
	return []cli.Exec{
		{
			Syntax: "create cnf-files",
			Modes:  []string{modeTelephony},
			Help:   createFilesHelp,
			Run: func(c *cli.Context, _ grammar.Args) error {
				c.Printf("Creating CNF files\n")
				return c.ApplyLine("create cnf-files version-stamp " + a.clock().Now().Format("Jan 02 2006 15:04:05"))
			},
		},
		{
			Syntax: "no create cnf-files",
			Modes:  []string{modeTelephony},
			Help:   createFilesHelp,
			Run: func(c *cli.Context, _ grammar.Args) error {
				return c.ApplyLine("no create cnf-files version-stamp")
			},
		},
		{
			Syntax: "create profile",
			Modes:  []string{modeRegisterGlobal},
			Help: `
				create   Generate configuration profiles
				profile  Configuration profiles of SIP phones`,
			Run: func(c *cli.Context, _ grammar.Args) error {
				return c.ApplyLine("create profile sync " + a.nextSync(text(block(c.Tree(), cmdRegisterGlobal), "create profile sync", "sync")))
			},
		},
		{
			Syntax: "no create profile",
			Modes:  []string{modeRegisterGlobal},
			Help: `
				create   Generate configuration profiles
				profile  Configuration profiles of SIP phones`,
			Run: func(c *cli.Context, _ grammar.Args) error { return c.ApplyLine("no create profile sync") },
		},
		{
			// The address of the phone that has registered by itself as this ephone (CME
			// command reference: mac-address (ephone)).
			Syntax: "mac-address",
			Modes:  []string{modeEphone},
			Help: `
				mac-address  MAC address of the phone`,
			Run: func(c *cli.Context, _ grammar.Args) error {
				n, _ := c.Tree().At(c.Block())
				if a.Skinny != nil {
					for _, e := range a.Skinny.Snapshot().Ephones {
						if e.Config.Tag == n.Args().Int("tag") && !e.Config.MAC.IsZero() {
							return c.ApplyLine("mac-address " + e.Config.MAC.String())
						}
					}
				}
				return errors.New("% No phone has registered as this ephone")
			},
		},
	}
}

// nextSync is a synchronisation number that differs from the last one. It has
// the form of the guide's: 16 digits, the first three zero.
func (a Agents) nextSync(last string) string {
	const digits = 10_000_000_000_000
	n := a.clock().Now().UnixMicro() % digits
	sync := fmt.Sprintf("%016d", n)
	if sync == last {
		sync = fmt.Sprintf("%016d", (n+1)%digits)
	}
	return sync
}

const createFilesHelp = `
	create     Generate configuration files
	cnf-files  Configuration files of SCCP phones`
