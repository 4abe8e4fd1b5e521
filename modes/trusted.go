package modes

import (
	"context"
	"errors"
	"net/netip"
	"slices"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/internal/trust"
	"github.com/busylamp/busylamp/presence/credentials"
)

// What decides about strangers: `ip address trusted` (Voice command reference; CME
// administrator guide, toll fraud prevention) and credential files.

const trustedHelp = `
	ip       IP
	address  Source addresses of SIP requests
	trusted  Those that are answered
`

// trustedAuthenticate is in force once there is a list: a router without one
// listens to everybody here.
func trustedAuthenticate() conf.Command {
	return acting("ip address trusted authenticate", "ip address trusted authenticate", trustedHelp+`
		authenticate  Refuse sources that are not trusted, once there is a list`)
}

func trustedCause() conf.Command {
	return acting("ip address trusted call-block cause <call-reject|invalid-number|unassigned-number|user-busy>$cause",
		"ip address trusted call-block cause call-reject", trustedHelp+`
		call-block         Answer to sources that are not trusted
		cause              Cause of the answer
		call-reject        Call rejected (21)
		invalid-number     Invalid number (28)
		unassigned-number  Unassigned number (1)
		user-busy          User busy (17)
		$cause             Cause`)
}

func trustedList() conf.Command {
	return conf.Command{
		Syntax: "ip address trusted list",
		Enter:  modeTrustedList,
		Help: trustedHelp + `
			list  Trusted addresses beside dial peers, phones and the presence server`,
	}
}

func silentDiscard() conf.Command {
	return acting("silent-discard untrusted", "silent-discard untrusted", `
		silent-discard  Leave requests without an answer
		untrusted       Those of sources that are not trusted`)
}

// trustedListMode is `ip address trusted list`.
func trustedListMode() conf.Mode {
	return conf.Mode{
		Name:   modeTrustedList,
		Prompt: "cfg-iptrust-list",
		Title:  "IP address trusted list configuration commands:",
		Indent: 2,
		Commands: []conf.Command{
			checked(checkTrusted, acting("ipv4 A.B.C.D$address! [A.B.C.D-mask$mask]", "", `
				ipv4      IPv4 address
				$address  Address, or network with a mask
				$mask     Mask of the network`)),
		},
	}
}

// checkTrusted keeps the list at its size.
func checkTrusted(c conf.CheckContext, _ grammar.Args) error {
	if c.Exists {
		return nil
	}
	n := 0
	for range c.Parent.All("ipv4") {
		n++
	}
	if n >= trust.MaxListed {
		return errors.New("% The trusted list is full: it takes 100 addresses")
	}
	return nil
}

// TrustConfig is what a tree says about strangers.
func TrustConfig(t conf.Tree) trust.Config {
	service := block(t, cmdVoiceService)
	c := trust.Config{
		Authenticate: service.On("ip address trusted authenticate"),
		Silent:       voiceServiceSIP(t).On("silent-discard untrusted"),
		Cause:        trust.CauseNamed(text(service, "ip address trusted call-block cause", "cause")),
	}
	if args, ok := block(t, cmdPresence).Get("server"); ok {
		c.Server = address(args, "address")
	}
	if list, ok := service.Child("ip address trusted list"); ok {
		c.Listing = true
		for n := range list.All("ipv4") {
			a := address(n.Args(), "address")
			p := netip.PrefixFrom(a, a.BitLen())
			if n.Args().Has("mask") {
				p = prefix(n.Args(), "address", "mask")
			}
			c.List = append(c.List, p)
		}
	}
	for n := range t.Root().All(cmdDialPeer) {
		target := text(n, "session target", "target")
		at := sessionTarget(target)
		if n.Args().String("kind") != "voip" || !at.IsValid() {
			continue
		}
		c.Peers = append(c.Peers, trust.Peer{Tag: n.Args().Int("tag"), Target: at, Text: target, Up: !n.On("shutdown")})
	}
	return c
}

// Retyped is cli.Options.Retyped: the line of a credential file that is there already has
// the file read again, as on a router.
func Retyped(load func(ctx context.Context, tag int) error) func(context.Context, grammar.Args) {
	return func(ctx context.Context, args grammar.Args) {
		if args.Command().Name() == "authenticate credential" {
			_ = load(ctx, args.Int("tag")) // that it cannot be read is logged
		}
	}
}

// CredentialsConfig is what a tree says about credential files.
func CredentialsConfig(t conf.Tree) credentials.Config {
	var c credentials.Config
	for n := range block(t, cmdRegisterGlobal).All("authenticate credential") {
		c.Files = append(c.Files, credentials.File{Tag: n.Args().Int("tag"), URL: n.Args().String("location")})
	}
	for _, blocks := range []string{cmdRegisterPool, cmdEphone} {
		for n := range t.Root().All(blocks) {
			if user := text(n, "username", "user"); user != "" {
				c.Taken = append(c.Taken, user)
			}
		}
	}
	slices.Sort(c.Taken)
	return c
}
