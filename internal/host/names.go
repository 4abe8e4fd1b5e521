package host

import (
	"fmt"
	"net"
	"strconv"
	"strings"
)

// Names gives interfaces the names that routers have for such ones, in the same
// order; this is the only place where they are made. Numbers follow the machine's
// order. Loopbacks are Loopback0, Loopback1, …. What has a MAC address is
// GigabitEthernet0/0, 0/1, …: first what the machine calls by a name for Ethernet
// (eth0, ens3, enp1s0), then all else (bridges, wireless). What has none is Tunnel0,
// …. An interface `eth0.100` is a subinterface of eth0: GigabitEthernet0/0.100.
func Names(nics []NIC) []string {
	names := make([]string, len(nics))
	byName := map[string]string{}
	counts := map[string]int{}
	next := func(kind string) string {
		n := counts[kind]
		counts[kind]++
		return fmt.Sprintf("%s%d", kind, n)
	}
	for _, ethernet := range []bool{true, false} {
		for i, n := range nics {
			if parent, _ := subinterface(n.Name); parent != "" && has(nics, parent) || ethernet != strings.HasPrefix(n.Name, "e") {
				continue
			}
			switch {
			case n.Flags&net.FlagLoopback != 0:
				names[i] = next("Loopback")
			case len(n.MAC) == 6 && n.Flags&net.FlagPointToPoint == 0:
				names[i] = next("GigabitEthernet0/")
			default:
				names[i] = next("Tunnel")
			}
			byName[n.Name] = names[i]
		}
	}
	for i, n := range nics {
		if names[i] != "" {
			continue
		}
		parent, vlan := subinterface(n.Name)
		if base := byName[parent]; base != "" {
			names[i] = base + "." + vlan
		} else { // of a subinterface, as in eth0.100.7
			names[i] = next("Tunnel")
		}
	}
	return names
}

// subinterface cuts `eth0.100`; the parent is "" for other names.
func subinterface(name string) (parent, vlan string) {
	i := strings.LastIndexByte(name, '.')
	if i <= 0 {
		return "", ""
	}
	if n, err := strconv.ParseUint(name[i+1:], 10, 32); err != nil || strconv.FormatUint(n, 10) != name[i+1:] {
		return "", ""
	}
	return name[:i], name[i+1:]
}

func has(nics []NIC, name string) bool {
	for _, n := range nics {
		if n.Name == name {
			return true
		}
	}
	return false
}
