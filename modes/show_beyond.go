package modes

import (
	"net"
	"net/netip"
	"slices"

	"github.com/busylamp/busylamp/cli/conf"
)

// networks are those of `ip address` of all interfaces.
func networks(t conf.Tree) []netip.Prefix {
	var list []netip.Prefix
	for i := range t.Root().All("interface") {
		for _, name := range []string{"ip address", "ip address secondary"} {
			for line := range i.All(name) {
				mask := net.IPMask(address(line.Args(), "mask").AsSlice())
				ones, bits := mask.Size()
				if a := address(line.Args(), "address"); a.IsValid() && bits != 0 {
					list = append(list, netip.PrefixFrom(a, ones).Masked())
				}
			}
		}
	}
	return list
}

// beyond tells phones whose address is in none of the networks: a router has no ARP entry
// of them. Without networks nothing is known.
func beyond(networks []netip.Prefix) func(phoneRecord) bool {
	return func(r phoneRecord) bool { return outside(networks, r.Remote.Addr()) }
}

// outside tells whether an address is in none of the networks, if any is known.
func outside(networks []netip.Prefix, a netip.Addr) bool {
	a = a.Unmap()
	return len(networks) > 0 && a.IsValid() && !slices.ContainsFunc(networks, func(p netip.Prefix) bool { return p.Contains(a) })
}
