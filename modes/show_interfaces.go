package modes

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/internal/host"
)

// The interfaces of these commands are those of the host, under the names that
// host.Names gives them. Of the configuration they show the description: an address
// or a state that is configured and not the host's is not in force.

// labels are what the configuration calls things that are the host's.
type labels struct {
	domain       string            // "" for none
	descriptions map[string]string // of interfaces, by name
}

func labelsOf(t conf.Tree) labels {
	l := labels{domain: text(t.Root(), "ip domain name", "name"), descriptions: map[string]string{}}
	for n := range t.Root().All("interface") {
		if args, ok := n.Get("description"); ok {
			l.descriptions[n.Args().String("name")] = args.String("text")
		}
	}
	return l
}

// linkStatus is what stands behind `is` and `line protocol is`.
func linkStatus(i host.Interface) (link, protocol string) {
	switch {
	case !i.Up():
		return "administratively down", "down"
	case !i.Running():
		return "down", "down"
	}
	return "up", "up"
}

func isLoopback(i host.Interface) bool { return i.Flags&net.FlagLoopback != 0 }

func isTunnel(i host.Interface) bool { return strings.HasPrefix(i.IOS, "Tunnel") }

// routing is what routers tell their routing protocols of an interface of its kind
// unless it is configured or, here, the host knows better: kbit/s and microseconds.
func routing(i host.Interface) (bandwidth, delay int) {
	bandwidth, delay = 1000000, 10
	switch {
	case isLoopback(i):
		bandwidth, delay = 8000000, 5000
	case isTunnel(i):
		bandwidth, delay = 9, 500000
	}
	if i.Mbit > 0 {
		bandwidth = i.Mbit * 1000
	}
	return bandwidth, delay
}

// dotted is a MAC address as routers print it.
func dotted(mac net.HardwareAddr) string {
	if len(mac) != 6 {
		return ""
	}
	return fmt.Sprintf("%02x%02x.%02x%02x.%02x%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5])
}

// load is a rate as part of the bandwidth, from 1 to 255.
func load(bits uint64, bandwidth int) int {
	return int(min(max(bits*255/uint64(bandwidth)/1000, 1), 255))
}

// ago is the time since something happened: 00:00:07, 1d02h, 3w4d, never.
func ago(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < 0:
		return "never"
	case d < day:
		s := int(d / time.Second)
		return fmt.Sprintf("%02d:%02d:%02d", s/3600, s/60%60, s%60)
	case d < 7*day:
		return fmt.Sprintf("%dd%02dh", d/day, d%day/time.Hour)
	case d < 365*day:
		return fmt.Sprintf("%dw%dd", d/(7*day), d%(7*day)/day)
	}
	return fmt.Sprintf("%dy%dw", d/(365*day), d%(365*day)/(7*day))
}

// renderInterface is one block of `show interfaces`. The host's own name of the
// interface stands where a router names the hardware.
func renderInterface(w io.Writer, i host.Interface, description string, in, out host.Rate, cleared time.Duration) {
	link, protocol := linkStatus(i)
	bandwidth, delay := routing(i)
	fmt.Fprintf(w, "%s is %s, line protocol is %s \n", i.IOS, link, protocol)
	fmt.Fprintf(w, "  Hardware is host interface %s", i.Name)
	if mac := dotted(i.MAC); mac != "" {
		fmt.Fprintf(w, ", address is %s (bia %s)", mac, mac)
	}
	fmt.Fprintf(w, "\n")
	if description != "" {
		fmt.Fprintf(w, "  Description: %s\n", description)
	}
	for n, p := range i.IPv4() {
		if n == 0 {
			fmt.Fprintf(w, "  Internet address is %s\n", p)
		}
	}
	fmt.Fprintf(w, "  MTU %d bytes, BW %d Kbit, DLY %d usec, \n", i.MTU, bandwidth, delay)
	fmt.Fprintf(w, "     reliability %d/255, txload %d/255, rxload %d/255\n", int(255*(1-max(in.Errors, out.Errors))), load(out.Bits, bandwidth), load(in.Bits, bandwidth))
	switch {
	case isLoopback(i):
		fmt.Fprintf(w, "  Encapsulation LOOPBACK, loopback not set\n")
	case isTunnel(i):
		fmt.Fprintf(w, "  Encapsulation TUNNEL, loopback not set\n")
	default:
		if _, vlan, is := strings.Cut(i.IOS, "."); is {
			fmt.Fprintf(w, "  Encapsulation 802.1Q Virtual LAN, Vlan ID  %s.\n", vlan)
		} else {
			fmt.Fprintf(w, "  Encapsulation ARPA, loopback not set\n  Keepalive not set\n  %s\n", speed(i))
		}
		fmt.Fprintf(w, "  ARP type: ARPA\n")
	}
	renderTraffic(w, i, in, out, cleared)
}

// speed is the line about duplex and speed.
func speed(i host.Interface) string {
	duplex, rate := "Unknown duplex", "Unknown Speed"
	if i.Duplex != "" {
		duplex = strings.ToUpper(i.Duplex[:1]) + i.Duplex[1:] + "-duplex"
	}
	if i.Mbit > 0 {
		rate = fmt.Sprintf("%dMb/s", i.Mbit)
	}
	return duplex + ", " + rate
}

// renderTraffic is the part with the counters. What the host does not count is 0.
func renderTraffic(w io.Writer, i host.Interface, in, out host.Rate, cleared time.Duration) {
	if i.Counters == nil {
		return
	}
	r, t := i.Counters.In, i.Counters.Out
	fmt.Fprintf(w, "  Last input %s, output %s, output hang never\n", ago(in.Last), ago(out.Last))
	fmt.Fprintf(w, "  Last clearing of \"show interface\" counters %s\n", ago(cleared))
	fmt.Fprintf(w, "  Input queue: 0/0/%d/0 (size/max/drops/flushes); Total output drops: %d\n", r.Dropped, t.Dropped)
	fmt.Fprintf(w, "  5 minute input rate %d bits/sec, %d packets/sec\n", in.Bits, in.Packets)
	fmt.Fprintf(w, "  5 minute output rate %d bits/sec, %d packets/sec\n", out.Bits, out.Packets)
	fmt.Fprintf(w, "     %d packets input, %d bytes, 0 no buffer\n", r.Packets, r.Bytes)
	fmt.Fprintf(w, "     Received 0 broadcasts (%d multicasts)\n", r.Multicast)
	fmt.Fprintf(w, "     0 runts, 0 giants, 0 throttles\n")
	fmt.Fprintf(w, "     %d input errors, 0 CRC, %d frame, %d overrun, 0 ignored\n", r.Errors, r.Frame, r.FIFO)
	fmt.Fprintf(w, "     %d packets output, %d bytes, %d underruns\n", t.Packets, t.Bytes, t.FIFO)
	fmt.Fprintf(w, "     %d output errors, %d collisions, 0 interface resets\n", t.Errors, t.Collisions)
	if !isLoopback(i) && !isTunnel(i) {
		fmt.Fprintf(w, "     %d lost carrier, 0 no carrier\n", t.Frame)
	}
}

// renderDescriptions is `show interfaces description`.
func renderDescriptions(w io.Writer, list []host.Interface, texts map[string]string) {
	fmt.Fprintf(w, "Interface                      Status         Protocol Description\n")
	for _, i := range list {
		link, protocol := linkStatus(i)
		fmt.Fprintf(w, "%-30s %-14s %-8s %s\n", short(i.IOS), strings.Replace(link, "administratively", "admin", 1), protocol, texts[i.IOS])
	}
}

const summaryHead = `
 *: interface is up
 IHQ: pkts in input hold queue     IQD: pkts dropped from input queue
 OHQ: pkts in output hold queue    OQD: pkts dropped from output queue
 RXBS: rx rate (bits/sec)          RXPS: rx rate (pkts/sec)
 TXBS: tx rate (bits/sec)          TXPS: tx rate (pkts/sec)
 TRTL: throttle count

  Interface                   IHQ       IQD       OHQ       OQD      RXBS      RXPS      TXBS      TXPS      TRTL
-----------------------------------------------------------------------------------------------------------------
`

// renderSummary is one row of `show interfaces summary`. The host does not tell what
// is in a queue.
func renderSummary(w io.Writer, i host.Interface, in, out host.Rate) {
	mark := " "
	if i.Running() {
		mark = "*"
	}
	var c host.Counters
	if i.Counters != nil {
		c = *i.Counters
	}
	fmt.Fprintf(w, "%s %-22s%9d%10d%10d%10d%10d%10d%10d%10d%10d\n", mark, i.IOS, 0, c.In.Dropped, 0, c.Out.Dropped, in.Bits, in.Packets, out.Bits, out.Packets, 0)
}

// short is the form of a name in tables: Gi0/0.
func short(name string) string {
	return name[:2] + strings.TrimLeft(name[2:], "abcdefghijklmnopqrstuvwxyzE")
}

// renderBrief is `show ip interface brief`. How the host came to an address is not
// known.
func renderBrief(w io.Writer, list []host.Interface) {
	fmt.Fprintf(w, "Interface                  IP-Address      OK? Method Status                Protocol\n")
	for _, i := range list {
		link, protocol := linkStatus(i)
		address, how := "unassigned", "unset"
		if a := i.IPv4(); len(a) > 0 {
			address, how = a[0].Addr().String(), "other"
		}
		fmt.Fprintf(w, "%-26s %-15s YES %-6s %-21s %s\n", i.IOS, address, how, link, protocol)
	}
}

// renderIPInterface is one block of `show ip interface`.
func renderIPInterface(w io.Writer, i host.Interface) {
	link, protocol := linkStatus(i)
	fmt.Fprintf(w, "%s is %s, line protocol is %s\n", i.IOS, link, protocol)
	addresses := i.IPv4()
	if len(addresses) == 0 {
		fmt.Fprintf(w, "  Internet protocol processing disabled\n")
		return
	}
	fmt.Fprintf(w, "  Internet address is %s\n", addresses[0])
	if i.Flags&net.FlagBroadcast != 0 {
		fmt.Fprintf(w, "  Broadcast address is %s\n", broadcast(addresses[0]))
	}
	fmt.Fprintf(w, "  MTU is %d bytes\n", i.MTU)
	for _, p := range addresses[1:] {
		fmt.Fprintf(w, "  Secondary address %s\n", p)
	}
}

// broadcast is the last address of a network.
func broadcast(p netip.Prefix) netip.Addr {
	a := p.Addr().As4()
	for n := p.Bits(); n < 32; n++ {
		a[n/8] |= 0x80 >> (n % 8)
	}
	return netip.AddrFrom4(a)
}

// renderProtocols is `show protocols`.
func renderProtocols(w io.Writer, list []host.Interface, forwards, known bool) {
	fmt.Fprintf(w, "Global values:\n")
	if known {
		fmt.Fprintf(w, "  Internet Protocol routing is %s\n", map[bool]string{true: "enabled", false: "disabled"}[forwards])
	}
	for _, i := range list {
		link, protocol := linkStatus(i)
		fmt.Fprintf(w, "%s is %s, line protocol is %s\n", i.IOS, link, protocol)
		if a := i.IPv4(); len(a) > 0 {
			fmt.Fprintf(w, "  Internet address is %s\n", a[0])
		}
	}
}
