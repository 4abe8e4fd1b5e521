package host

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"math/bits"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// parseCounters reads /proc/net/dev. Lines that are none are passed over.
func parseCounters(text []byte) map[string]Counters {
	out := map[string]Counters{}
	for line := range strings.Lines(string(text)) {
		name, rest, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		var n [16]uint64
		fields := strings.Fields(rest)
		if len(fields) < len(n) {
			continue
		}
		for i := range n {
			var err error
			if n[i], err = strconv.ParseUint(fields[i], 10, 64); err != nil {
				ok = false
			}
		}
		if ok {
			out[strings.TrimSpace(name)] = Counters{
				In:  Traffic{Bytes: n[0], Packets: n[1], Errors: n[2], Dropped: n[3], FIFO: n[4], Frame: n[5], Multicast: n[7]},
				Out: Traffic{Bytes: n[8], Packets: n[9], Errors: n[10], Dropped: n[11], FIFO: n[12], Collisions: n[13], Frame: n[14]},
			}
		}
	}
	return out
}

// Flags of /proc/net/route.
const (
	routeUp     = 1
	routeReject = 0x200
)

// parseRoutes reads /proc/net/route. Interfaces have the machine's names.
func parseRoutes(text []byte) []Route {
	var out []Route
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) < 8 {
			continue
		}
		to, ok1 := parseHex4(f[1])
		via, ok2 := parseHex4(f[2])
		mask, ok3 := parseHex4(f[7])
		flags, err1 := strconv.ParseUint(f[3], 16, 32)
		metric, err2 := strconv.Atoi(f[6])
		if !ok1 || !ok2 || !ok3 || err1 != nil || err2 != nil || flags&routeUp == 0 || flags&routeReject != 0 {
			continue
		}
		m := binary.BigEndian.Uint32(mask[:])
		ones := bits.LeadingZeros32(^m)
		if bits.OnesCount32(m) != ones {
			continue // no prefix
		}
		r := Route{To: netip.PrefixFrom(netip.AddrFrom4(to), ones).Masked(), Interface: f[0], Metric: metric}
		if via != [4]byte{} {
			r.Via = netip.AddrFrom4(via)
		}
		out = append(out, r)
	}
	return out
}

// parseHex4 reads an address as the kernel prints it: a number in the machine's byte
// order.
func parseHex4(s string) (a [4]byte, ok bool) {
	n, err := strconv.ParseUint(s, 16, 32)
	if err != nil || len(s) != 8 {
		return a, false
	}
	binary.NativeEndian.PutUint32(a[:], uint32(n))
	return a, true
}

// parseMeminfo gives the bytes behind a key of /proc/meminfo, 0 for none.
func parseMeminfo(text []byte, key string) uint64 {
	for line := range bytes.Lines(text) {
		if name, rest, ok := bytes.Cut(line, []byte(":")); ok && string(name) == key {
			f := strings.Fields(string(rest))
			if len(f) == 0 {
				return 0
			}
			n, err := strconv.ParseUint(f[0], 10, 53)
			if err != nil {
				return 0
			}
			return n << 10
		}
	}
	return 0
}

// neighbour is one entry before the interface has its name.
type neighbour struct {
	index int
	addr  netip.Addr
	mac   net.HardwareAddr
	age   time.Duration
}

// What a dump of neighbours is made of (rtnetlink(7), linux/neighbour.h).
const (
	newNeighbour    = 28 // RTM_NEWNEIGH
	attrDestination = 1
	attrMAC         = 2
	attrCache       = 3
	stateNoARP      = 0x40
	statePermanent  = 0x80
	stateFailed     = 0x20
	clockTick       = 10 * time.Millisecond // USER_HZ is 100 for all programs
)

// parseNeighbours reads a netlink dump of IPv4 neighbours; it ends at what is cut off.
func parseNeighbours(b []byte) []neighbour {
	var out []neighbour
	for len(b) >= 16 {
		size := int(binary.NativeEndian.Uint32(b))
		if size < 16 || size > len(b) {
			break
		}
		if body := b[16:size]; binary.NativeEndian.Uint16(b[4:]) == newNeighbour && len(body) >= 12 {
			state := binary.NativeEndian.Uint16(body[8:])
			n := neighbour{index: int(int32(binary.NativeEndian.Uint32(body[4:])))}
			n.attributes(body[12:])
			if state&statePermanent != 0 {
				n.age = -1
			}
			if n.addr.Is4() && !n.addr.IsMulticast() && state&(stateNoARP|stateFailed) == 0 {
				out = append(out, n)
			}
		}
		b = b[min(align(size), len(b)):]
	}
	return out
}

func (n *neighbour) attributes(b []byte) {
	for len(b) >= 4 {
		size := int(binary.NativeEndian.Uint16(b))
		if size < 4 || size > len(b) {
			return
		}
		switch value := b[4:size]; binary.NativeEndian.Uint16(b[2:]) {
		case attrDestination:
			if a, ok := netip.AddrFromSlice(value); ok {
				n.addr = a.Unmap()
			}
		case attrMAC:
			if len(value) == 6 && !bytes.Equal(value, make([]byte, 6)) {
				n.mac = bytes.Clone(value)
			}
		case attrCache:
			if len(value) >= 4 {
				n.age = time.Duration(binary.NativeEndian.Uint32(value)) * clockTick
			}
		}
		b = b[min(align(size), len(b)):]
	}
}

func align(n int) int { return (n + 3) &^ 3 }

// socket is one row of /proc/net/tcp.
type socket struct {
	local, remote netip.AddrPort
	state         int
	inode         uint64
}

// parseSockets reads /proc/net/tcp or tcp6.
func parseSockets(text []byte) []socket {
	var out []socket
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) < 10 {
			continue
		}
		local, ok1 := parseEndpoint(f[1])
		remote, ok2 := parseEndpoint(f[2])
		state, err1 := strconv.ParseUint(f[3], 16, 8)
		inode, err2 := strconv.ParseUint(f[9], 10, 64)
		if ok1 && ok2 && err1 == nil && err2 == nil {
			out = append(out, socket{local, remote, int(state), inode})
		}
	}
	return out
}

func parseEndpoint(s string) (netip.AddrPort, bool) {
	host, port, _ := strings.Cut(s, ":")
	p, err1 := strconv.ParseUint(port, 16, 16)
	raw, err2 := hex.DecodeString(host)
	if err1 != nil || err2 != nil || len(raw) != 4 && len(raw) != 16 {
		return netip.AddrPort{}, false
	}
	for i := 0; i < len(raw); i += 4 { // words in the machine's byte order
		binary.NativeEndian.PutUint32(raw[i:], binary.BigEndian.Uint32(raw[i:]))
	}
	a, _ := netip.AddrFromSlice(raw)
	return netip.AddrPortFrom(a.Unmap(), uint16(p)), true
}
