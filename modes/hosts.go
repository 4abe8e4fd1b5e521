package modes

import (
	"net/netip"
	"strings"

	"github.com/busylamp/busylamp/cli/conf"
)

// cmdHost is `ip host`: the names that the appliance knows. It asks no server for others.
const cmdHost = "ip host"

func hostCommand() conf.Command {
	return acting(cmdHost+" WORD(64)$name! [<1-65535>$port] A.B.C.D$addresses...", "", `
		ip          IP parameters
		host        Address of a name
		$name       Name
		$port       Port of telnet
		$addresses  Addresses`)
}

// knownHost is what `ip host` says of a name.
type knownHost struct {
	name      string
	port      int // of telnet, 0 if it does not say
	addresses []netip.Addr
}

// hosts are the names that are configured.
func hosts(t conf.Tree) []knownHost {
	var out []knownHost
	for n := range t.Root().All(cmdHost) {
		args := n.Args()
		h := knownHost{name: args.String("name"), port: args.Int("port")}
		for _, text := range args.List("addresses") {
			if a, err := netip.ParseAddr(text); err == nil {
				h.addresses = append(h.addresses, a)
			}
		}
		if len(h.addresses) > 0 {
			out = append(out, h)
		}
	}
	return out
}

// hostNamed finds a name, in any case, alone or in the domain of the appliance.
func hostNamed(t conf.Tree, name string) (knownHost, bool) {
	domain := labelsOf(t).domain
	for _, h := range hosts(t) {
		if strings.EqualFold(h.name, name) || domain != "" && strings.EqualFold(h.name, name+"."+domain) {
			return h, true
		}
	}
	return knownHost{}, false
}

// namesOf are the names by address, the first for each.
func namesOf(t conf.Tree) map[netip.Addr]string {
	out := map[netip.Addr]string{}
	for _, h := range hosts(t) {
		for _, a := range h.addresses {
			if out[a] == "" {
				out[a] = h.name
			}
		}
	}
	return out
}
