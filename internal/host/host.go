// Package host tells what the machine knows of itself and of this process, for the
// generic show commands: interfaces and their counters, routes, neighbours, the
// process's own TCP connections, processor time and memory. What a system does not
// tell is absent, never made up.
//
// Everything is read when it is asked for, but for what needs a past: a Meter
// samples that.
package host

import (
	"errors"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"
)

// Host reads the machine. Its methods are safe for concurrent use.
type Host struct {
	root fs.FS
	nics func() ([]NIC, error)
}

// New is the machine this process runs on.
func New() *Host { return &Host{root: os.DirFS("/"), nics: systemNICs} }

// NIC is an interface as the machine calls it.
type NIC struct {
	Index     int
	Name      string // "eth0"
	MAC       net.HardwareAddr
	MTU       int // bytes
	Flags     net.Flags
	Addresses []netip.Prefix // the address with its prefix length
}

// Interface is one interface of the machine under the name that routers have for
// such a one.
type Interface struct {
	NIC
	IOS    string // "GigabitEthernet0/0"
	Mbit   int    // speed in Mbit/s, 0 when the machine does not tell
	Duplex string // "full", "half", "" when the machine does not tell
	// Counters are nil when the machine does not tell.
	Counters *Counters
}

// Up tells whether the interface is switched on; Running, whether it can send.
func (i Interface) Up() bool      { return i.Flags&net.FlagUp != 0 }
func (i Interface) Running() bool { return i.Up() && i.Flags&net.FlagRunning != 0 }

// IPv4 are the addresses of the family that routers of the time show.
func (i Interface) IPv4() []netip.Prefix {
	var out []netip.Prefix
	for _, p := range i.Addresses {
		if p.Addr().Is4() {
			out = append(out, p)
		}
	}
	return out
}

// Counters are those of an interface since it came up.
type Counters struct{ In, Out Traffic }

// Traffic is one direction.
type Traffic struct {
	Bytes, Packets, Errors, Dropped uint64
	FIFO                            uint64 // overruns and underruns
	Frame                           uint64 // in: framing errors; out: lost carriers
	Multicast                       uint64 // in
	Collisions                      uint64 // out
}

// Route is one route of the machine's main table.
type Route struct {
	To        netip.Prefix
	Via       netip.Addr // not valid: directly connected
	Interface string     // the router's name for it
	Metric    int
}

// Neighbour is one entry of the machine's ARP cache.
type Neighbour struct {
	Address   netip.Addr
	MAC       net.HardwareAddr // nil while nobody has answered
	Interface string           // the router's name for it
	Age       time.Duration    // since it was confirmed; negative: never runs out
}

// ErrUnknown says that this kind of machine does not tell.
var ErrUnknown = errors.New("the host does not tell")

// Interfaces lists the interfaces in the machine's order.
func (h *Host) Interfaces() ([]Interface, error) {
	nics, err := h.nics()
	if err != nil {
		return nil, err
	}
	counters := h.counters()
	names := Names(nics)
	out := make([]Interface, 0, len(nics))
	for i, n := range nics {
		if names[i] == "" {
			continue
		}
		x := Interface{NIC: n, IOS: names[i], Duplex: h.word("sys/class/net/" + n.Name + "/duplex")}
		if mbit, err := strconv.Atoi(h.word("sys/class/net/" + n.Name + "/speed")); err == nil && mbit > 0 {
			x.Mbit = mbit
		}
		if x.Duplex != "full" && x.Duplex != "half" {
			x.Duplex = ""
		}
		if c, ok := counters[n.Name]; ok {
			x.Counters = &c
		}
		out = append(out, x)
	}
	return out, nil
}

// counters are those of all interfaces, by the machine's names; none if it does not
// tell.
func (h *Host) counters() map[string]Counters {
	text, err := fs.ReadFile(h.root, "proc/net/dev")
	if err != nil {
		return nil
	}
	return parseCounters(text)
}

// word is what a file of one word holds, "" if there is none.
func (h *Host) word(name string) string {
	text, err := fs.ReadFile(h.root, name)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// Routes lists the IPv4 routes. The error is ErrUnknown where the machine does not
// tell.
func (h *Host) Routes() ([]Route, error) {
	text, err := fs.ReadFile(h.root, "proc/net/route")
	if err != nil {
		return nil, ErrUnknown
	}
	names, err := h.byName()
	if err != nil {
		return nil, err
	}
	routes := parseRoutes(text)
	for i := range routes {
		routes[i].Interface = names[routes[i].Interface]
	}
	return routes, nil
}

// byName gives the router's name of an interface by the machine's.
func (h *Host) byName() (map[string]string, error) {
	nics, err := h.nics()
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for i, name := range Names(nics) {
		names[nics[i].Name] = name
	}
	return names, nil
}

// Neighbours lists the IPv4 neighbours. The error is ErrUnknown where the machine
// does not tell.
func (h *Host) Neighbours() ([]Neighbour, error) {
	raw, err := neighbours()
	if err != nil {
		return nil, ErrUnknown
	}
	nics, err := h.nics()
	if err != nil {
		return nil, err
	}
	names := Names(nics)
	var out []Neighbour
	for _, r := range parseNeighbours(raw) {
		n := Neighbour{Address: r.addr, MAC: r.mac, Age: r.age}
		for i := range nics {
			if nics[i].Index == r.index {
				n.Interface = names[i]
			}
		}
		if n.Interface != "" {
			out = append(out, n)
		}
	}
	return out, nil
}

// Forwards tells whether the machine forwards IPv4 packets; ok is false where it does
// not tell.
func (h *Host) Forwards() (on, ok bool) {
	text := h.word("proc/sys/net/ipv4/ip_forward")
	return text == "1", text != ""
}

// Installed is the machine's memory in bytes, 0 where it does not tell.
func (h *Host) Installed() uint64 { return h.meminfo("MemTotal") }

// available is what the machine could still give to a process, in bytes.
func (h *Host) available() uint64 { return h.meminfo("MemAvailable") }

func (h *Host) meminfo(key string) uint64 {
	text, err := fs.ReadFile(h.root, "proc/meminfo")
	if err != nil {
		return 0
	}
	return parseMeminfo(text, key)
}

func systemNICs() ([]NIC, error) {
	list, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	out := make([]NIC, 0, len(list))
	for _, i := range list {
		n := NIC{Index: i.Index, Name: i.Name, MAC: i.HardwareAddr, MTU: i.MTU, Flags: i.Flags}
		addrs, _ := i.Addrs() // it may be gone by now
		for _, a := range addrs {
			if p, err := netip.ParsePrefix(a.String()); err == nil {
				n.Addresses = append(n.Addresses, netip.PrefixFrom(p.Addr().Unmap(), p.Bits()))
			}
		}
		out = append(out, n)
	}
	return out, nil
}
