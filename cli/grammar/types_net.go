package grammar

import (
	"math/bits"
	"net/netip"
	"strconv"
	"strings"
)

// parseIPv4 takes a dotted address; leading zeros are decimal, as on IOS.
func parseIPv4(s string) (string, int, bool) {
	octets, bad, ok := octets(s)
	if !ok {
		return "", bad, false
	}
	return netip.AddrFrom4(octets).String(), 0, true
}

func octets(s string) (out [4]byte, bad int, ok bool) {
	at := 0
	for i := range out {
		if i > 0 {
			if at == len(s) || s[at] != '.' {
				return out, at, false
			}
			at++
		}
		n, from := 0, at
		for at < len(s) && isDigit(s[at]) {
			if n = n*10 + int(s[at]-'0'); n > 255 || at >= from+3 {
				return out, at, false
			}
			at++
		}
		if at == from {
			return out, at, false
		}
		out[i] = byte(n)
	}
	return out, at, at == len(s)
}

// parseServer takes dns:HOST, ipv4:A.B.C.D[:PORT], dhcp and sip-server.
func parseServer(s string) (string, int, bool) {
	low := strings.ToLower(s)
	far := 0
	for _, form := range []string{"dns:", "ipv4:", "dhcp", "sip-server"} {
		n := common(form, low)
		far = max(far, n)
		if n < len(form) {
			continue
		}
		rest := s[n:]
		switch {
		case form == "ipv4:":
			text, bad, ok := addressAndPort(rest)
			return form + text, n + bad, ok
		case form == "dns:":
			return form + rest, n, rest != ""
		}
		return form, n, rest == ""
	}
	return "", far, false
}

// addressAndPort takes A.B.C.D and A.B.C.D:PORT.
func addressAndPort(s string) (string, int, bool) {
	host, port, colon := strings.Cut(s, ":")
	addr, bad, ok := parseIPv4(host)
	if !ok || !colon {
		return addr, bad, ok
	}
	n := 0
	for i := range len(port) {
		if !isDigit(port[i]) || n*10+int(port[i]-'0') > 65535 {
			return "", len(host) + 1 + i, false
		}
		n = n*10 + int(port[i]-'0')
	}
	return addr + ":" + strconv.Itoa(n), len(s), port != ""
}

// parseMask takes 255.255.255.0 and its like, 0.0.0.0 and 255.255.255.255
// included.
func parseMask(s string) (string, int, bool) {
	o, bad, ok := octets(s)
	if !ok {
		return "", bad, false
	}
	mask := uint32(o[0])<<24 | uint32(o[1])<<16 | uint32(o[2])<<8 | uint32(o[3])
	if bits.LeadingZeros32(^mask)+bits.TrailingZeros32(mask) != 32 && mask != 0 {
		return "", 0, false
	}
	return netip.AddrFrom4(o).String(), 0, true
}

// longestIPv6 is the length of ffff:…:ffff:255.255.255.255.
const longestIPv6 = 45

func parseIPv6(s string) (string, int, bool) {
	for i := range len(s) {
		if !isHex(s[i]) && s[i] != ':' && s[i] != '.' {
			return "", i, false
		}
	}
	a, err := netip.ParseAddr(s)
	switch {
	case err == nil && a.Is6():
		return strings.ToUpper(a.String()), 0, true
	case err == nil, strings.Contains(s, ":::"), len(s) >= longestIPv6:
		return "", 0, false
	}
	return "", len(s), false // more may make it good
}

// parseMAC takes 0030.94c3.e1a8, 00:30:94:c3:e1:a8, 00-30-94-c3-e1-a8 and
// 003094c3e1a8, and writes 0030.94C3.E1A8.
func parseMAC(s string) (string, int, bool) {
	size, sep := 12, byte(0) // digits in a group, and what stands between groups
	if i := strings.IndexAny(s, ".:-"); i >= 0 {
		sep = s[i]
		size = 2
		if sep == '.' {
			size = 4
		}
	}
	digits := make([]byte, 0, 12)
	for i := range len(s) {
		switch at := i % (size + 1); {
		case len(digits) == 12:
			return "", i, false
		case at == size && s[i] == sep:
		case at == size || !isHex(s[i]):
			return "", i, false
		default:
			digits = append(digits, s[i])
		}
	}
	if len(digits) < 12 {
		return "", len(s), false
	}
	hex := strings.ToUpper(string(digits))
	return hex[:4] + "." + hex[4:8] + "." + hex[8:], 0, true
}

// parseURL takes the file systems of IOS; those of the network need a host.
func parseURL(s string) (string, int, bool) {
	network := []string{"tftp", "http", "https", "ftp", "rcp", "scp"}
	local := []string{"flash", "slot0", "slot1", "system", "nvram", "bootflash", "disk0", "disk1", "flash0", "flash1", "harddisk", "usbflash0", "usbflash1", "null", "tmpsys", "archive", "cns", "xmodem", "ymodem"}
	colon := strings.IndexByte(s, ':')
	scheme := strings.ToLower(s)
	if colon >= 0 {
		scheme = scheme[:colon]
	}
	far := 0
	for i, name := range append(network, local...) {
		n := common(name, scheme)
		far = max(far, n)
		if colon < 0 || n < len(name) || n < len(scheme) {
			continue
		}
		rest := s[colon+1:]
		if i < len(network) {
			if n := common(rest, "//"); n < 2 {
				return "", colon + 1 + n, false
			}
			if len(rest) == 2 || rest[2] == '/' {
				return "", colon + 3, false
			}
		}
		if _, bad, ok := parseWord(rest); rest != "" && !ok {
			return "", colon + 1 + bad, false
		}
		return name + ":" + rest, 0, true
	}
	return "", far, false
}

// parseInterface takes a name or its beginning and numbers such as 0/0, 1/0:23
// or 0/1.10. Where a beginning fits several names the first in the list wins.
func parseInterface(s string) (string, int, bool) {
	letters := 0
	if len(s) > len("dot11") && strings.EqualFold(s[:len("dot11")], "dot11") {
		letters = len("dot11") // the one name with a number in it
	}
	for letters < len(s) && !isDigit(s[letters]) {
		letters++
	}
	name, far := interfaceKind(s[:letters])
	switch {
	case letters == 0 || name == "":
		return "", far, false
	case letters == len(s):
		return "", len(s), false
	}
	numbers, bad, ok := unitNumbers(s[letters:])
	if !ok {
		return "", letters + bad, false
	}
	return name + numbers, 0, true
}

// interfaceKind is the kind that a name or its beginning means, "" for none, and how many
// letters of it fit any kind.
func interfaceKind(word string) (name string, far int) {
	low := strings.ToLower(word)
	for _, kind := range interfaceKinds {
		n := kind.Text
		same := common(strings.ToLower(n), low)
		far = max(far, same)
		if same == len(low) && name == "" {
			name = n
		}
		if same == len(low) && same == len(n) {
			return n, far
		}
	}
	return name, far
}

// interfaceNumber is what help says of the number behind the kind of an interface. The ranges
// are those of routers; none is checked.
func interfaceNumber(kind string) Item {
	kind, _ = interfaceKind(kind)
	numbers := "<0-9>" // of a slot, or of the interface where there is none
	switch kind {
	case "Loopback", "Tunnel":
		numbers = "<0-2147483647>"
	case "Multilink":
		numbers = "<1-2147483647>"
	case "Vlan":
		numbers = "<1-4094>"
	case "Dialer":
		numbers = "<0-255>"
	case "BVI":
		numbers = "<1-255>"
	case "Virtual-Template":
		numbers = "<1-200>"
	case "Port-channel":
		numbers = "<1-64>"
	case "Null":
		numbers = "<0-0>"
	}
	return Item{Text: numbers, Help: kind + " interface number"}
}

// unitNumbers takes numbers with / . : between, and drops leading zeros.
func unitNumbers(s string) (string, int, bool) {
	var out []byte
	for i := 0; ; {
		from := i
		for i < len(s) && isDigit(s[i]) {
			i++
		}
		n, err := strconv.ParseUint(s[from:i], 10, 32)
		if err != nil {
			return "", min(i, from+9), false
		}
		out = strconv.AppendUint(out, n, 10)
		if i == len(s) {
			return string(out), 0, true
		}
		if strings.IndexByte("/.:", s[i]) < 0 {
			return "", i, false
		}
		out = append(out, s[i])
		i++
	}
}

// interfaceKinds are the kinds of interfaces. Of those that begin alike the first one is
// meant by a beginning.
var interfaceKinds = []Item{
	{"GigabitEthernet", "GigabitEthernet IEEE 802.3z", true},
	{"FastEthernet", "FastEthernet IEEE 802.3", true},
	{"Ethernet", "IEEE 802.3", true},
	{"TenGigabitEthernet", "Ten Gigabit Ethernet", true},
	{"Loopback", "Loopback interface", true},
	{"Serial", "Serial", true},
	{"Vlan", "VLAN of switch ports", true},
	{"Tunnel", "Tunnel interface", true},
	{"Dialer", "Dialer interface", true},
	{"Null", "Null interface", true},
	{"BVI", "Bridge-group virtual interface", true},
	{"BRI", "ISDN basic rate interface", true},
	{"ATM", "ATM interface", true},
	{"Multilink", "Multilink group interface", true},
	{"Virtual-Template", "Virtual template interface", true},
	{"Port-channel", "Ethernet channel of interfaces", true},
	{"Async", "Async interface", true},
	{"Cellular", "Cellular interface", true},
	{"Service-Engine", "Service engine module", true},
	{"Integrated-Service-Engine", "Integrated service engine module", true},
	{"Embedded-Service-Engine", "Embedded service engine module", true},
	{"Content-Engine", "Content engine module", true},
	{"ISM", "Internal service module", true},
	{"SM", "Service module", true},
	{"Analysis-Module", "Network analysis module", true},
	{"Dot11Radio", "Dot11 interface", true},
	{"Group-Async", "Async group interface", true},
	{"Virtual-PPP", "Virtual PPP interface", true},
	{"Wlan-GigabitEthernet", "WLAN GigabitEthernet", true},
	{"wlan-ap", "WLAN access point module", true},
	{"Hssi", "High-speed serial interface", true},
	{"POS", "Packet over SONET", true},
	{"Dchannel", "D channel of ISDN", true},
	{"Cable-Modem", "Cable modem interface", true},
	{"TokenRing", "Token Ring interface", true},
	{"ucse", "Server module", true},
	{"NVI", "NAT virtual interface", true},
	{"TwoGigabitEthernet", "Two and a half Gigabit Ethernet", true},
}
