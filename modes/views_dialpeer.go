package modes

import (
	"net/netip"
	"strings"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/phones"
)

// sipPort is where a session target without a port listens (RFC 3261 19.1.2).
const sipPort = 5060

// dialPeers are the dial peers that lead to SIP trunks: `dial-peer voice N voip`
// with `session protocol sipv2`.
func dialPeers(t conf.Tree) []phones.DialPeer {
	transport := text(voiceServiceSIP(t), "session transport", "transport")
	var all []phones.DialPeer
	for n := range t.Root().All(cmdDialPeer) {
		if n.Args().String("kind") != "voip" || text(n, "session protocol", "protocol") != "sipv2" {
			continue
		}
		l := layers{n}
		p := phones.DialPeer{
			Tag:        n.Args().Int("tag"),
			Pattern:    text(n, "destination-pattern", "pattern"),
			Target:     sessionTarget(text(n, "session target", "target")),
			Preference: l.num("preference", "order"),
			Huntstop:   n.On("huntstop"),
			Shutdown:   n.On("shutdown"),
			Transport:  transport,
			Incoming:   text(n, "incoming called-number", "pattern"),
		}
		if own := text(n, "session transport", "transport"); own == "udp" || own == "tcp" {
			p.Transport = own
		}
		all = append(all, p)
	}
	return all
}

// sessionTarget is ipv4:A[:P], the zero value for any other kind of target.
func sessionTarget(target string) netip.AddrPort {
	host, ok := strings.CutPrefix(target, "ipv4:")
	if !ok {
		return netip.AddrPort{}
	}
	if at, err := netip.ParseAddrPort(host); err == nil {
		return at
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(addr, sipPort)
}
