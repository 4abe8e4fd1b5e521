package modes

import (
	"errors"
	"fmt"
	"slices"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/phones/call"
	"github.com/busylamp/busylamp/presence"
)

func execPresence(a Agents) []cli.Exec {
	return []cli.Exec{
		everybody("show presence global", `
			presence  Presence service
			global    Presence configuration`,
			func(c *cli.Context, _ grammar.Args) error { return showPresenceGlobal(c.Out, a.presence()) }),
		everybody("show presence subscription [<details|presentity NUMBER$number|subid <1-4294967295>$id|summary>$what]", `
			presence      Presence service
			subscription  Presence subscriptions
			details       Detailed records
			presentity    Records of one presentity
			$number       Telephone number of the presentity
			subid         One record
			$id           Subscription ID
			summary       One row for each subscription`,
			func(c *cli.Context, args grammar.Args) error { return showPresenceSubscription(c, a, args) }),
		// A stage direction of ours: it drives a line without a phone.
		privileged("test presence line NUMBER$number <busy|clear|idle|ringing>$state", `
			test      Test commands
			presence  Presence service
			line      State of a line, as if a call were on it
			$number   Telephone number of the line
			busy      A call is up
			clear     The true state again
			idle      No call
			ringing   A call alerts`,
			func(_ *cli.Context, args grammar.Args) error { return testLine(a, args) }),
	}
}

func showPresenceSubscription(c *cli.Context, a Agents, args grammar.Args) error {
	s := a.presence()
	keep := func(presence.Record) bool { return true }
	switch args.String("what") {
	case "summary":
		return showPresenceSummary(c.Out, s)
	case "presentity":
		keep = func(r presence.Record) bool { return r.Presentity.User == args.String("number") }
	case "subid":
		keep = func(r presence.Record) bool { return int(r.ID) == args.Int("id") }
		if !slices.ContainsFunc(s.Records, keep) {
			return fmt.Errorf("%% There is no subscription %d", args.Int("id"))
		}
	}
	return showPresenceRecords(c.Out, s, a.clock().Since, args.String("what") == "details", keep)
}

func testLine(a Agents, args grammar.Args) error {
	number := args.String("number")
	if a.Calls == nil {
		return errors.New("% There is no telephony service")
	}
	if _, ok := a.Calls.Lookup(number); !ok {
		return fmt.Errorf("%% %s is no directory number here", number)
	}
	a.Calls.Do(call.Test{Number: number, State: args.String("state")})
	a.Calls.Lookup(number) // waits until that is done
	return nil
}
