package modes

import (
	"errors"
	"fmt"
	"time"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/phones"
)

// Times between two phones (CME command reference: reset (telephony-service)).
const (
	defaultGap   = 15 * time.Second
	sequenceWait = 4 * time.Minute
)

// execPhones are the actions that make phones start again. Their `no` forms exist and
// do nothing, except that they end a sequence in telephony-service.
func execPhones(a Agents) []cli.Exec {
	var cmds []cli.Exec
	for _, k := range []struct {
		word string
		kind phones.ResetKind
		help string
	}{
		{"restart", phones.Restart, "restart  Quick: the phone registers again"},
		{"reset", phones.Reset, "reset  Complete: the phone asks DHCP and TFTP as well"},
	} {
		act := func(mode, syntax, help string, run func(c *cli.Context, args grammar.Args) error) {
			cmds = append(cmds, cli.Exec{Syntax: syntax, Modes: []string{mode}, Help: k.help + "\n" + help, Run: run})
		}
		act(modeEphone, k.word, "", func(c *cli.Context, _ grammar.Args) error {
			n, _ := c.Tree().At(c.Block())
			return a.startEphone(c, n, k.kind)
		})
		act(modeEphone, "no "+k.word, "", noEffect)
		act(modeRegisterPool, k.word, "", func(c *cli.Context, _ grammar.Args) error {
			n, _ := c.Tree().At(c.Block())
			a.startPool(n.Args().Int("tag"), k.kind)
			return nil
		})
		act(modeRegisterPool, "no "+k.word, "", noEffect)
		act(modeRegisterGlobal, k.word, "", func(c *cli.Context, _ grammar.Args) error {
			for n := range c.Tree().Root().All(cmdRegisterPool) {
				a.startPool(n.Args().Int("tag"), k.kind)
			}
			return nil
		})
		act(modeRegisterGlobal, "no "+k.word, "", noEffect)

		const all = `
			all       All SCCP phones, one after the other
			$seconds  Seconds between two phones, 15 by default`
		act(modeTelephony, k.word+" all [<0-60>$seconds]", all, func(_ *cli.Context, args grammar.Args) error {
			gap := defaultGap
			if args.Has("seconds") {
				gap = time.Duration(args.Int("seconds")) * time.Second
			}
			return a.startAll(k.kind, gap, false)
		})
		act(modeTelephony, "no "+k.word+" all [<0-60>$seconds]", all, a.cancelReset)
		act(modeTelephony, k.word+" H.H.H$mac", "$mac  MAC address of one phone",
			func(c *cli.Context, args grammar.Args) error {
				for n := range c.Tree().Root().All(cmdEphone) {
					if text(n, "mac-address", "mac") == args.String("mac") {
						return a.startEphone(c, n, k.kind)
					}
				}
				return fmt.Errorf("%% No ephone has MAC address %s", args.String("mac"))
			})
		act(modeTelephony, "no "+k.word+" H.H.H$mac", "$mac  MAC address of one phone", noEffect)
	}
	return append(cmds, a.execSequence()...)
}

// execSequence is what only `reset` of telephony-service has, and `reset` of the
// profiles of Extension Mobility.
func (a Agents) execSequence() []cli.Exec {
	const help = `
		reset         Complete: the phone asks DHCP and TFTP as well
		sequence-all  All SCCP phones, each when the one before has registered again
		cancel        End a sequence that is under way`
	telephony, profiles := []string{modeTelephony}, []string{modeLogoutProfile, modeUserProfile}
	sequence := func(*cli.Context, grammar.Args) error { return a.startAll(phones.Reset, sequenceWait, true) }
	cmds := []cli.Exec{
		{Syntax: "reset sequence-all", Modes: telephony, Help: help, Run: sequence},
		{Syntax: "no reset sequence-all", Modes: telephony, Help: help, Run: a.cancelReset},
		{Syntax: "reset cancel", Modes: telephony, Help: help, Run: a.cancelReset},
		{Syntax: "no reset cancel", Modes: telephony, Help: help, Run: noEffect},
		{Syntax: "reset", Modes: profiles, Help: help, Run: func(c *cli.Context, _ grammar.Args) error {
			n, _ := c.Tree().At(c.Block())
			a.resetProfile(c.Tree(), n)
			return nil
		}},
		{Syntax: "no reset", Modes: profiles, Help: help, Run: noEffect},
	}
	for i := range cmds {
		cmds[i].Help = trim(cmds[i].Syntax, cmds[i].Help)
	}
	return cmds
}

// noEffect is the `no` form of an action (CME command reference: "This command has
// a no form, but the no form has no effect").
func noEffect(*cli.Context, grammar.Args) error { return nil }

// startEphone tells one ephone, and says so as a router does.
func (a Agents) startEphone(c *cli.Context, n conf.Node, kind phones.ResetKind) error {
	mac := text(n, "mac-address", "mac")
	if mac == "" {
		return errors.New("% This ephone has no MAC address")
	}
	word := "restarting"
	if kind == phones.Reset {
		word = "resetting"
	}
	c.Printf("%s %s\n", word, mac)
	if a.Skinny != nil {
		a.Skinny.Reset([]int{n.Args().Int("tag")}, kind, 0, false)
	}
	return nil
}

func (a Agents) startAll(kind phones.ResetKind, gap time.Duration, sequential bool) error {
	if a.Skinny != nil {
		a.Skinny.Reset(nil, kind, gap, sequential)
	}
	return nil
}

func (a Agents) cancelReset(*cli.Context, grammar.Args) error {
	if a.Skinny != nil {
		a.Skinny.CancelReset()
	}
	return nil
}

func (a Agents) startPool(tag int, kind phones.ResetKind) {
	if a.SIPPhones != nil {
		a.SIPPhones.Restart(tag, kind)
	}
}

// resetProfile resets the phones that a profile is on: of a logout profile those
// that nobody is logged in on, of a user profile those of its user.
func (a Agents) resetProfile(t conf.Tree, profile conf.Node) {
	tag, user := profile.Args().Int("tag"), ""
	if profile.Mode() == modeUserProfile {
		if user = text(profile, "user", "user"); user == "" {
			return
		}
	}
	if a.Skinny != nil {
		var tags []int
		for _, e := range a.Skinny.Snapshot().Ephones {
			if e.State == phones.EphoneRegistered && e.User == user && (user != "" || e.Config.LogoutProfile == tag) {
				tags = append(tags, e.Config.Tag)
			}
		}
		if len(tags) > 0 {
			a.Skinny.Reset(tags, phones.Reset, 0, false)
		}
	}
	if user == "" {
		for n := range t.Root().All(cmdRegisterPool) {
			if (layers{n}).num("logout-profile", "tag") == tag {
				a.startPool(n.Args().Int("tag"), phones.Reset)
			}
		}
	}
}
