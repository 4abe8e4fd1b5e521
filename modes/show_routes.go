package modes

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/busylamp/busylamp/internal/host"
)

const routeCodes = `Codes: C - connected, S - static, R - RIP, M - mobile, B - BGP
       D - EIGRP, EX - EIGRP external, O - OSPF, IA - OSPF inter area 
       N1 - OSPF NSSA external type 1, N2 - OSPF NSSA external type 2
       E1 - OSPF external type 1, E2 - OSPF external type 2
       i - IS-IS, su - IS-IS summary, L1 - IS-IS level-1, L2 - IS-IS level-2
       ia - IS-IS inter area, * - candidate default, U - per-user static route
       o - ODR, P - periodic downloaded static route
`

// route is one row of the table: connected, or static whoever told the host.
type route struct {
	host.Route
	connected bool
}

// routes is the table in its order: the networks of interfaces that run, and of the
// host's routes the best ones to a network; the default route comes last.
func routes(interfaces []host.Interface, kernel []host.Route) []route {
	var out []route
	own := map[netip.Prefix]bool{}
	for _, i := range interfaces {
		for _, p := range i.IPv4() {
			if i.Running() {
				out = append(out, route{host.Route{To: p.Masked(), Interface: i.IOS}, true})
				own[p.Masked()] = true
			}
		}
	}
	best := map[netip.Prefix]int{}
	for _, r := range kernel {
		if m, ok := best[r.To]; !ok || r.Metric < m {
			best[r.To] = r.Metric
		}
	}
	for _, r := range kernel {
		if !own[r.To] && r.Interface != "" && r.Metric == best[r.To] {
			out = append(out, route{r, false})
		}
	}
	slices.SortStableFunc(out, func(a, b route) int {
		last := func(r route) int {
			if r.To.Bits() == 0 {
				return 1
			}
			return 0
		}
		return cmp.Or(last(a)-last(b), a.To.Addr().Compare(b.To.Addr()), a.To.Bits()-b.To.Bits())
	})
	return out
}

// classful is the network of a route as it was before there were prefixes.
func classful(p netip.Prefix) netip.Prefix {
	bits := 24
	switch first := p.Addr().As4()[0]; {
	case first < 128:
		bits = 8
	case first < 192:
		bits = 16
	case first >= 224:
		bits = 32
	}
	return netip.PrefixFrom(p.Addr(), min(bits, p.Bits())).Masked()
}

// renderRoutes is `show ip route`; only is "", connected or static.
func renderRoutes(w io.Writer, table []route, only string) {
	shown := slices.DeleteFunc(slices.Clone(table), func(r route) bool { return only != "" && r.connected != (only == "connected") })
	if only == "" {
		gateway := "Gateway of last resort is not set"
		for _, r := range table {
			if r.To.Bits() == 0 && r.Via.IsValid() {
				gateway = fmt.Sprintf("Gateway of last resort is %s to network 0.0.0.0", r.Via)
				break
			}
		}
		fmt.Fprintf(w, "%s\n%s\n\n", routeCodes, gateway)
	}
	for len(shown) > 0 {
		major, n := classful(shown[0].To), 0
		masks := map[int]bool{}
		nets := map[netip.Prefix]bool{}
		for n < len(shown) && classful(shown[n].To) == major && (shown[n].To.Bits() == 0) == (shown[0].To.Bits() == 0) {
			masks[shown[n].To.Bits()], nets[shown[n].To] = true, true
			n++
		}
		group := shown[:n]
		shown = shown[n:]
		whole := len(nets) == 1 && nets[major]
		switch {
		case whole:
		case len(masks) == 1:
			fmt.Fprintf(w, "     %s/%d is subnetted, %d subnets\n", major.Addr(), group[0].To.Bits(), len(nets))
		default:
			fmt.Fprintf(w, "     %s is variably subnetted, %d subnets, %d masks\n", major, len(nets), len(masks))
		}
		for n, r := range group {
			renderRoute(w, r, n > 0 && group[n-1].To == r.To, whole, len(masks) == 1)
		}
	}
}

// renderRoute is one row; again: of the same network as the one before.
func renderRoute(w io.Writer, r route, again, whole, oneMask bool) {
	code, to := "S", r.To.String()
	switch {
	case r.connected:
		code = "C"
	case r.To.Bits() == 0:
		code = "S*"
	}
	head := fmt.Sprintf("%-5s%s", code, to)
	if !whole {
		if oneMask {
			to = r.To.Addr().String()
		}
		head = fmt.Sprintf("%-8s%s", code, to)
	}
	if again {
		head = strings.Repeat(" ", len(head))
	}
	if r.Via.IsValid() {
		fmt.Fprintf(w, "%s [1/%d] via %s, %s\n", head, r.Metric, r.Via, r.Interface)
		return
	}
	fmt.Fprintf(w, "%s is directly connected, %s\n", head, r.Interface)
}

// renderRouteTo is `show ip route A.B.C.D`.
func renderRouteTo(w io.Writer, table []route, to netip.Addr) error {
	bits := -1
	var found []route
	for _, r := range table {
		if r.To.Bits() == 0 || !r.To.Contains(to) || r.To.Bits() < bits {
			continue
		}
		if r.To.Bits() > bits {
			bits, found = r.To.Bits(), nil
		}
		found = append(found, r)
	}
	if len(found) == 0 {
		for _, r := range table {
			if r.To.Bits() > 0 && classful(r.To).Contains(to) {
				return errors.New("% Subnet not in table")
			}
		}
		return errors.New("% Network not in table")
	}
	first := found[0]
	known, distance, metric := "static", 1, first.Metric
	if first.connected {
		known, distance, metric = "connected", 0, 0
	}
	how := ""
	if first.connected {
		how = " (connected, via interface)"
	}
	fmt.Fprintf(w, "Routing entry for %s\n  Known via \"%s\", distance %d, metric %d%s\n  Routing Descriptor Blocks:\n", first.To, known, distance, metric, how)
	for n, r := range found {
		mark := " "
		if n == 0 {
			mark = "*"
		}
		if r.Via.IsValid() {
			fmt.Fprintf(w, "  %s %s, via %s\n", mark, r.Via, r.Interface)
		} else {
			fmt.Fprintf(w, "  %s directly connected, via %s\n", mark, r.Interface)
		}
		fmt.Fprintf(w, "      Route metric is %d, traffic share count is 1\n", r.Metric)
	}
	return nil
}

// renderARP is `show arp`: the host's own addresses, and whom it has heard of.
func renderARP(w io.Writer, interfaces []host.Interface, neighbours []host.Neighbour) {
	type entry struct{ age, mac, on string }
	rows := map[netip.Addr]entry{}
	for _, n := range neighbours {
		e := entry{"-", dotted(n.MAC), n.Interface}
		if n.Age >= 0 {
			e.age = fmt.Sprint(int(n.Age / time.Minute))
		}
		if n.MAC == nil {
			e.age, e.mac, e.on = "0", "Incomplete", ""
		}
		rows[n.Address] = e
	}
	for _, i := range interfaces {
		for _, p := range i.IPv4() {
			if mac := dotted(i.MAC); mac != "" && !isLoopback(i) {
				rows[p.Addr()] = entry{"-", mac, i.IOS}
			}
		}
	}
	fmt.Fprintf(w, "Protocol  Address          Age (min)  Hardware Addr   Type   Interface\n")
	for _, a := range slices.SortedFunc(maps.Keys(rows), netip.Addr.Compare) {
		e := rows[a]
		fmt.Fprintln(w, strings.TrimRight(fmt.Sprintf("Internet  %-17s%8s   %-16sARPA   %s", a, e.age, e.mac, e.on), " "))
	}
}

// renderTCP is `show tcp brief`; all: those that wait for connections as well.
func renderTCP(w io.Writer, list []host.Conn, all bool) {
	fmt.Fprintf(w, "TCB       Local Address               Foreign Address             (state)\n")
	for _, c := range list {
		local, remote := endpoint(c.Local), endpoint(c.Remote)
		if c.State == host.Listen {
			remote = "*.*"
			if !all {
				continue
			}
		}
		fmt.Fprintf(w, "%08X  %-27s %-27s %s\n", c.ID, local, remote, c.State)
	}
}

// endpoint is an address as `show tcp brief` has it: 192.0.2.1.22, or *.22.
func endpoint(a netip.AddrPort) string {
	if a.Addr().IsUnspecified() {
		return fmt.Sprintf("*.%d", a.Port())
	}
	return fmt.Sprintf("%s.%d", a.Addr(), a.Port())
}
