package modes

import (
	"errors"
	"fmt"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/phones"
)

// errNoMobility: there is no agent for Extension Mobility.
var errNoMobility = errors.New("% Extension Mobility is not available")

// execCalls are commands that make calls and log users in without a phone.
func execCalls(a Agents) []cli.Exec {
	login := func(kind phones.DeviceKind) func(*cli.Context, grammar.Args) error {
		return func(_ *cli.Context, args grammar.Args) error {
			if a.Mobility == nil {
				return errNoMobility
			}
			d := phones.Device{Kind: kind, Tag: args.Int("tag")}
			if err := a.Mobility.Login(d, args.String("user"), args.String("password")); err != nil {
				return fmt.Errorf("%% %s: %w", d, err)
			}
			return nil
		}
	}
	logout := func(kind phones.DeviceKind) func(*cli.Context, grammar.Args) error {
		return func(_ *cli.Context, args grammar.Args) error {
			if a.Mobility == nil {
				return errNoMobility
			}
			d := phones.Device{Kind: kind, Tag: args.Int("tag")}
			if err := a.Mobility.Logout(d); err != nil {
				return fmt.Errorf("%% %s: %w", d, err)
			}
			return nil
		}
	}
	const mobilityHelp = `
		test               Test subsystems, memory, and interfaces
		extension-mobility  Extension Mobility
		ephone             At an SCCP phone
		pool               At a SIP phone
		$tag               Tag of the phone
		login              A user logs in
		logout             The user logs out
		$user              User name
		$password          Password`
	test := func(syntax string, run func(*cli.Context, grammar.Args) error) cli.Exec {
		return privileged(syntax, trim(syntax, mobilityHelp), run)
	}
	return []cli.Exec{
		privileged("csim start NUMBER(32)$number", `
			csim     Call simulation
			start    Make a test call
			$number  Telephone number to call`,
			func(c *cli.Context, args grammar.Args) error {
				number := args.String("number")
				c.Printf("csim: called number = %s, loop count = 1 ping count = 0\n", number)
				failed := 1
				if a.Csim == nil {
					return errors.New("% Calls are not available")
				}
				switch err := a.Csim(c, number); {
				case err == nil:
					failed = 0
				case c.Err() == nil: // not interrupted
					c.Printf("\ncsim err %v\n", err)
				}
				c.Printf("csim: loop = 1, failed = %d\ncsim: call attempted = 1, setup failed = %d, tone failed = 0\n", failed, failed)
				return nil
			}),
		test("test extension-mobility ephone <1-{max-ephones}>$tag login WORD$user WORD$password", login(phones.EphoneDevice)),
		test("test extension-mobility ephone <1-{max-ephones}>$tag logout", logout(phones.EphoneDevice)),
		test("test extension-mobility pool <1-{max-pool}>$tag login WORD$user WORD$password", login(phones.PoolDevice)),
		test("test extension-mobility pool <1-{max-pool}>$tag logout", logout(phones.PoolDevice)),
	}
}
