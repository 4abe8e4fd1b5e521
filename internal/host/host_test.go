package host

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"net"
	"net/netip"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"
)

const dev = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:     100       2    0    3    0     0          0         0      100       2    0    0    0     0       0          0
  eth0: 4000000    4000   40    5    6     7          0         8  8000000    6000    1    2    3     4       9          0
  bad0: x 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15
`

var (
	mac   = net.HardwareAddr{2, 0xfc, 0, 0, 0, 1}
	up    = net.FlagUp | net.FlagRunning
	small = []NIC{
		{1, "lo", nil, 65536, up | net.FlagLoopback, []netip.Prefix{netip.MustParsePrefix("127.0.0.1/8"), netip.MustParsePrefix("::1/128")}},
		{2, "docker0", net.HardwareAddr{2, 0xfc, 0, 0, 0, 2}, 1500, net.FlagUp, nil},
		{3, "eth0", mac, 1500, up | net.FlagBroadcast, []netip.Prefix{netip.MustParsePrefix("192.0.2.2/24")}},
	}
)

// machine is a host whose files are given; one with "socket:" is a link.
func machine(files map[string]string) *Host {
	root := fstest.MapFS{}
	for name, text := range files {
		f := &fstest.MapFile{Data: []byte(text)}
		if strings.HasPrefix(text, "socket:") {
			f.Mode = fs.ModeSymlink
		}
		root[name] = f
	}
	return &Host{root: root, nics: func() ([]NIC, error) { return small, nil }}
}

func TestInterfaces(t *testing.T) {
	h := machine(map[string]string{
		"proc/net/dev": dev, "sys/class/net/eth0/speed": "1000\n", "sys/class/net/eth0/duplex": "full\n",
		"sys/class/net/docker0/speed": "-1\n", "sys/class/net/docker0/duplex": "unknown\n",
	})
	got, err := h.Interfaces()
	if err != nil || len(got) != 3 {
		t.Fatal(got, err)
	}
	want := []Interface{
		{small[0], "Loopback0", 0, "", &Counters{Traffic{Bytes: 100, Packets: 2, Dropped: 3}, Traffic{Bytes: 100, Packets: 2}}},
		{small[1], "GigabitEthernet0/1", 0, "", nil},
		{small[2], "GigabitEthernet0/0", 1000, "full", &Counters{
			Traffic{Bytes: 4000000, Packets: 4000, Errors: 40, Dropped: 5, FIFO: 6, Frame: 7, Multicast: 8},
			Traffic{Bytes: 8000000, Packets: 6000, Errors: 1, Dropped: 2, FIFO: 3, Collisions: 4, Frame: 9}}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	if got[1].Running() || !got[1].Up() || !got[2].Running() {
		t.Error("who is up and who runs")
	}
	if a := got[0].IPv4(); len(a) != 1 || a[0].String() != "127.0.0.1/8" {
		t.Error(a)
	}
}

func TestNames(t *testing.T) {
	nic := func(name string, flags net.Flags, mac net.HardwareAddr) NIC {
		return NIC{Name: name, Flags: flags, MAC: mac}
	}
	got := Names([]NIC{
		nic("lo", net.FlagLoopback, nil), nic("wlan0", 0, mac), nic("eth1.100", 0, mac), nic("eth0", 0, mac), nic("eth1", 0, mac),
		nic("tun0", net.FlagPointToPoint, nil), nic("sit0", 0, net.HardwareAddr{0, 0, 0, 0}), nic("eth1.100.7", 0, mac),
		nic("eth9.5", 0, mac), nic("lo1", net.FlagLoopback, nil), nic("ppp0", net.FlagPointToPoint, mac), nic(".5", 0, mac), nic("eth0.007", 0, mac),
	})
	want := []string{"Loopback0", "GigabitEthernet0/4", "GigabitEthernet0/1.100", "GigabitEthernet0/0", "GigabitEthernet0/1",
		"Tunnel0", "Tunnel1", "Tunnel3", "GigabitEthernet0/2", "Loopback1", "Tunnel2", "GigabitEthernet0/5", "GigabitEthernet0/3"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// No two interfaces get one name, and each name is one that routers have.
func TestNamesAreNames(t *testing.T) {
	valid := regexp.MustCompile(`^(Loopback\d+|Tunnel\d+|GigabitEthernet0/\d+)(\.\d+)?$`)
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfNDistinct(rapid.StringMatching(`(lo|eth|en|br|a\.)[0-3](\.[0-3]){0,2}`), 0, 12, rapid.ID[string]).Draw(t, "names")
		var nics []NIC
		for _, name := range list {
			n := NIC{Name: name, Flags: rapid.SampledFrom([]net.Flags{0, net.FlagUp, net.FlagPointToPoint}).Draw(t, "flags")}
			if strings.HasPrefix(name, "lo") {
				n.Flags |= net.FlagLoopback
			}
			if rapid.Bool().Draw(t, "mac") {
				n.MAC = mac
			}
			nics = append(nics, n)
		}
		seen := map[string]bool{}
		for i, name := range Names(nics) {
			if seen[name] || !valid.MatchString(name) {
				t.Fatalf("%s is %q", nics[i].Name, name)
			}
			seen[name] = true
		}
	})
}

// hex4 is an address as the kernel prints it on this machine.
func hex4(a string) string {
	b := netip.MustParseAddr(a).As4()
	const digits = "0123456789ABCDEF"
	n := binary.NativeEndian.Uint32(b[:])
	out := make([]byte, 8)
	for i := range out {
		out[7-i] = digits[n>>(4*i)&15]
	}
	return string(out)
}

func TestRoutes(t *testing.T) {
	row := func(name, to, via, flags, metric, mask string) string {
		return strings.Join([]string{name, hex4(to), hex4(via), flags, "0", "0", metric, hex4(mask), "0", "0", "0"}, "\t") + "\n"
	}
	text := "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n" +
		row("eth0", "0.0.0.0", "192.0.2.1", "0003", "100", "0.0.0.0") +
		row("eth0", "192.0.2.0", "0.0.0.0", "0001", "0", "255.255.255.0") +
		row("eth0", "10.1.2.0", "192.0.2.9", "0000", "0", "255.255.255.0") + // down
		row("eth0", "10.1.3.0", "192.0.2.9", "0203", "0", "255.255.255.0") + // reject
		row("eth0", "10.1.4.0", "192.0.2.9", "0003", "0", "255.0.255.0") + // no prefix
		row("gone0", "10.2.0.0", "192.0.2.9", "0003", "7", "255.255.0.0") + "eth0 1 2\n"
	got, err := machine(map[string]string{"proc/net/route": text}).Routes()
	want := []Route{
		{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParseAddr("192.0.2.1"), "GigabitEthernet0/0", 100},
		{netip.MustParsePrefix("192.0.2.0/24"), netip.Addr{}, "GigabitEthernet0/0", 0},
		{netip.MustParsePrefix("10.2.0.0/16"), netip.MustParseAddr("192.0.2.9"), "", 7},
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v %v\nwant %v", got, err, want)
	}
	if _, err := machine(nil).Routes(); !errors.Is(err, ErrUnknown) {
		t.Errorf("a host without a table: %v", err)
	}
}

func TestConnections(t *testing.T) {
	head := "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
	row := func(local, remote, state, inode string) string {
		return "   0: " + local + " " + remote + " " + state + " 00000000:00000000 00:00000000 00000000     0        0 " + inode + " 1 0 100 0 0 10 0\n"
	}
	mapped := func(a string) string { return "0000000000000000" + wordFFFF + hex4(a) }
	h := machine(map[string]string{
		"proc/self/net/tcp": head + row(hex4("0.0.0.0")+":07D0", hex4("0.0.0.0")+":0000", "0A", "11") +
			row(hex4("192.0.2.2")+":0016", hex4("192.0.2.9")+":C351", "01", "12") +
			row(hex4("192.0.2.2")+":0016", hex4("192.0.2.8")+":C350", "01", "99") + // of another process
			row(hex4("192.0.2.2")+":0016", hex4("192.0.2.8")+":C352", "7F", "13"),
		"proc/self/net/tcp6": head + row(mapped("192.0.2.2")+":0017", mapped("192.0.2.3")+":C350", "08", "13"),
		"proc/self/fd/3":     "socket:[11]", "proc/self/fd/4": "socket:[12]", "proc/self/fd/5": "socket:[13]", "proc/self/fd/6": "x",
	})
	got, err := h.Connections()
	ap := netip.MustParseAddrPort
	want := []Conn{
		{12, ap("192.0.2.2:22"), ap("192.0.2.9:50001"), "ESTAB"},
		{13, ap("192.0.2.2:23"), ap("192.0.2.3:50000"), "CLOSEWAIT"},
		{11, ap("0.0.0.0:2000"), ap("0.0.0.0:0"), "LISTEN"},
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v %v\nwant %v", got, err, want)
	}
	if _, err := machine(nil).Connections(); !errors.Is(err, ErrUnknown) {
		t.Errorf("a host without files: %v", err)
	}
}

// wordFFFF is 0000ffff of an IPv4 address within IPv6, as the kernel prints the word.
var wordFFFF = hex4("0.0.255.255")

func TestMemoryAndForwarding(t *testing.T) {
	h := machine(map[string]string{"proc/meminfo": "MemTotal:  2048 kB\nMemFree: 1 kB\nMemAvailable:    1024 kB\nMemEmpty:\n", "proc/sys/net/ipv4/ip_forward": "1\n"})
	if h.Installed() != 2<<20 || h.available() != 1<<20 || h.meminfo("MemEmpty") != 0 {
		t.Error(h.Installed(), h.available())
	}
	if on, ok := h.Forwards(); !on || !ok {
		t.Error("it forwards")
	}
	if _, ok := machine(nil).Forwards(); ok {
		t.Error("nobody has told")
	}
}

// entry is one message of a dump of neighbours.
func entry(index int32, state uint16, attributes ...[]byte) []byte {
	body := make([]byte, 12)
	body[0] = 2 // AF_INET
	binary.NativeEndian.PutUint32(body[4:], uint32(index))
	binary.NativeEndian.PutUint16(body[8:], state)
	for _, a := range attributes {
		body = append(body, a...)
	}
	head := make([]byte, 16)
	binary.NativeEndian.PutUint32(head, uint32(16+len(body)))
	binary.NativeEndian.PutUint16(head[4:], newNeighbour)
	return append(head, body...)
}

func attribute(kind uint16, value []byte) []byte {
	b := make([]byte, 4, 4+align(len(value)))
	binary.NativeEndian.PutUint16(b, uint16(4+len(value)))
	binary.NativeEndian.PutUint16(b[2:], kind)
	b = append(b, value...)
	return append(b, make([]byte, align(len(value))-len(value))...)
}

func TestParseNeighbours(t *testing.T) {
	cache := make([]byte, 16)
	binary.NativeEndian.PutUint32(cache, 12000) // 120 s
	ip := func(n byte) []byte { return attribute(attrDestination, []byte{192, 0, 2, n}) }
	dump := slices.Concat(
		entry(3, 2, ip(1), attribute(attrMAC, mac), attribute(attrCache, cache)),
		entry(3, 1, ip(7), attribute(attrCache, cache)),
		entry(3, statePermanent, ip(9), attribute(attrMAC, mac), attribute(attrCache, cache)),
		entry(3, stateFailed, ip(8)),
		entry(1, stateNoARP, ip(6), attribute(attrMAC, make([]byte, 6))),
		entry(3, 2, attribute(attrDestination, []byte{224, 0, 0, 1})),
		entry(3, 2, attribute(attrDestination, netip.MustParseAddr("2001:db8::1").AsSlice())),
	)
	a := netip.MustParseAddr
	want := []neighbour{{3, a("192.0.2.1"), mac, 2 * time.Minute}, {3, a("192.0.2.7"), nil, 2 * time.Minute}, {3, a("192.0.2.9"), mac, -1}}
	if got := parseNeighbours(dump); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
	for n := range dump {
		parseNeighbours(dump[:n]) // must not fail, wherever it is cut
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(dev))
	f.Add(entry(3, 2, attribute(attrDestination, []byte{192, 0, 2, 1})))
	f.Add([]byte("a b\n0: 0100007F:0016 0100007F:C350 01 0:0 0:0 0 0 0 7 1\nMemTotal: 9 kB"))
	f.Fuzz(func(t *testing.T, b []byte) {
		parseCounters(b)
		parseMeminfo(b, "MemTotal")
		for _, r := range parseRoutes(b) {
			if !r.To.IsValid() || r.To != r.To.Masked() {
				t.Errorf("route %v", r)
			}
		}
		for _, n := range parseNeighbours(b) {
			if !n.addr.Is4() {
				t.Errorf("neighbour %v", n)
			}
		}
		for _, s := range parseSockets(b) {
			if !s.local.IsValid() || !s.remote.IsValid() {
				t.Errorf("socket %v", s)
			}
		}
	})
}

// The machine that runs this test has what every machine has.
func TestThisMachine(t *testing.T) {
	h := New()
	list, err := h.Interfaces()
	if err != nil || !slices.ContainsFunc(list, func(i Interface) bool { return i.IOS == "Loopback0" }) {
		t.Errorf("no loopback: %v, %v", list, err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	conns, err := h.Connections()
	if errors.Is(err, ErrUnknown) {
		return // not told here
	}
	own := ln.Addr().(*net.TCPAddr).AddrPort()
	if !slices.ContainsFunc(conns, func(c Conn) bool { return c.Local == own && c.State == Listen }) {
		t.Errorf("%v does not list %v: %v", conns, own, err)
	}
	if _, err := h.Neighbours(); err != nil && !errors.Is(err, ErrUnknown) {
		t.Error(err)
	}
	if _, err := h.Routes(); err != nil && !errors.Is(err, ErrUnknown) {
		t.Error(err)
	}
}
