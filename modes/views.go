package modes

import (
	"net/netip"
	"time"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/presence"
)

// Views are pure functions of a tree. They are bound with conf.Bind, so they
// run after every commit: cost is linear in what they look at.

// block is a block of the root; absent ones answer with their defaults.
func block(t conf.Tree, command string) conf.Node {
	n, _ := t.Root().Child(command)
	return n
}

// PresenceConfig is the presence agent's part of a tree.
func PresenceConfig(t conf.Tree) presence.Config {
	p, enabled := t.Root().Child(cmdPresence)
	global := block(t, cmdRegisterGlobal)
	retry, _ := p.Get("sccp blf-speed-dial retry-interval")
	subscriptions, _ := p.Get("max-subscription")
	c := presence.Config{
		Enabled:              enabled,
		SIPEnabled:           block(t, cmdSIPUA).On("presence enable"),
		WatchAll:             p.On("watcher all"),
		AllowSubscribe:       p.On("allow subscribe"),
		CallList:             p.On("presence call-list"),
		AuthenticatePresence: global.On("authenticate presence"),
		MaxSubscriptions:     subscriptions.Int("n"),
		RetryInterval:        time.Duration(retry.Int("interval")) * time.Second,
		RetryLimit:           retry.Int("limit"),
		RouterMode:           "SRST mode",
		Numbers:              map[string]presence.Number{},
	}
	if cmeMode(global) {
		c.RouterMode = "CME mode"
	}
	if args, ok := p.Get("server"); ok {
		c.Server = address(args, "address")
	}
	// Several directory numbers may have the same number: it may be watched if
	// one of them may be (guide, table 42: all instances are watched).
	add := func(number string, watch bool) {
		if number != "" {
			c.Numbers[number] = presence.Number{Watch: watch || c.Numbers[number].Watch}
		}
	}
	for dn := range t.Root().All(cmdRegisterDN) {
		args, _ := dn.Get("number")
		add(args.String("number"), dn.On("allow watch"))
	}
	dnTemplates := templates(t, cmdEphoneDNTemplate)
	for dn := range t.Root().All(cmdEphoneDN) {
		args, _ := dn.Get("number")
		watched := over(dn, cmdEphoneDNTemplate, dnTemplates).on("allow watch")
		add(args.String("number"), watched)
		add(args.String("secondary"), watched)
	}
	c.Keys, c.Trunks = watchingKeys(t), trunkAddresses(t)
	return c
}

// watchingKeys counts the `blf-speed-dial` keys of phones.
func watchingKeys(t conf.Tree) (keys int) {
	for n := range t.Root().All(cmdRegisterPool) {
		keys += len(blfKeys(layers{n}))
	}
	above := templates(t, cmdEphoneTemplate)
	for n := range t.Root().All(cmdEphone) {
		keys += len(blfKeys(over(n, cmdEphoneTemplate, above)))
	}
	return keys
}

// trunkAddresses counts the addresses of dial-peers that are up.
func trunkAddresses(t conf.Tree) int {
	seen := map[netip.Addr]bool{}
	for _, p := range TrustConfig(t).Peers {
		if p.Up {
			seen[p.Target.Addr().Unmap()] = true
		}
	}
	return len(seen)
}

func cmeMode(global conf.Node) bool {
	args, ok := global.Get("mode")
	return ok && args.String("mode") == "cme"
}

// sipSource is `source-address A port P`, the zero value when it is not set.
func sipSource(global conf.Node) netip.AddrPort {
	args, ok := global.Get("source-address")
	if !ok {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(address(args, "address"), uint16(args.Int("port")))
}

// address is a captured A.B.C.D, invalid when it is absent.
func address(args grammar.Args, capture string) netip.Addr {
	a, err := netip.ParseAddr(args.String(capture))
	if err != nil {
		return netip.Addr{}
	}
	return a
}

// SIPConfig is the SIP endpoint's part of a tree: it is open with `mode cme` and
// a source-address. Bind is left to the caller.
func SIPConfig(t conf.Tree) sipua.Config {
	global := block(t, cmdRegisterGlobal)
	source := sipSource(global)
	return sipua.Config{
		Enabled: cmeMode(global) && source.Addr().IsValid(),
		Addr:    source,
	}
}
