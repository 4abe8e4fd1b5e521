package modes

import (
	"maps"
	"net/netip"
	"strconv"
	"strings"

	"github.com/busylamp/busylamp/cli/grammar"
)

// tableTypes are the arguments that only lines of the tables have.
func tableTypes() map[string]grammar.Type {
	all := []grammar.Type{
		{Name: "PORT", Display: "WORD", Parse: parsePort},
		{Name: "PREFIX4", Display: "A.B.C.D/nn", Parse: parsePrefix(netip.Addr.Is4)},
		{Name: "PREFIX6", Display: "X:X:X:X::X/<0-128>", Parse: parsePrefix(netip.Addr.Is6)},
		{Name: "SLASH", Display: "/nn", Parse: parseSlash},
		{Name: "RANGES", Display: "WORD", Parse: parseRanges},
		{Name: "VOICEPORT", Display: "WORD", Parse: parseVoicePort},
		{Name: "SUBSLOT", Display: "slot/subslot", Parse: parseSubslot},
		{Name: "SIGNED", Display: "<-32768 - 32767>", Parse: parseSigned},
		{Name: "DECIMAL", Display: "n.n", Parse: parseDecimal},
	}
	types := make(map[string]grammar.Type, len(all))
	for _, t := range all {
		types[t.Name] = t
	}
	return types
}

func withTypes(types map[string]grammar.Type) map[string]grammar.Type {
	maps.Copy(types, tableTypes())
	return types
}

// portNames are the names that routers have for TCP and UDP ports.
const portNames = " bgp biff bootpc bootps chargen cmd daytime discard dnsix domain echo exec finger ftp ftp-data gopher h323 hostname http ident irc isakmp kerberos klogin kshell ldap login lpd mobile-ip nameserver netbios-dgm netbios-ns netbios-ss nntp non500-isakmp ntp pim-auto-rp pop2 pop3 rip rtsp sip skinny smtp snmp snmptrap ssh sunrpc syslog tacacs talk telnet tftp time uucp who whois www xdmcp "

// parsePort reads a port by number or name.
func parsePort(word string) (canonical string, bad int, ok bool) {
	if _, _, digits := only(word, "0123456789"); digits {
		n, err := strconv.Atoi(word)
		if err != nil || n > 65535 {
			return "", 0, false
		}
		return strconv.Itoa(n), 0, true
	}
	low := strings.ToLower(word)
	for n := len(low); n > 0; n-- {
		if at := strings.Index(portNames, " "+low[:n]); at >= 0 {
			if n == len(low) && portNames[at+1+n] == ' ' {
				return low, 0, true
			}
			return "", n, false
		}
	}
	return "", 0, false
}

// parsePrefix reads an address and a prefix length.
func parsePrefix(family func(netip.Addr) bool) func(string) (string, int, bool) {
	return func(word string) (canonical string, bad int, ok bool) {
		address, _, both := strings.Cut(word, "/")
		p, err := netip.ParsePrefix(word)
		switch {
		case err == nil && family(p.Addr()):
			return strings.ToUpper(word), 0, true
		case both:
			return "", len(address), false
		}
		if _, bad, ok := only(word, "0123456789abcdefABCDEF.:"); !ok {
			return "", bad, false
		}
		return "", len(word), false
	}
}

// parseSlash reads /24.
func parseSlash(word string) (canonical string, bad int, ok bool) {
	digits, slash := strings.CutPrefix(word, "/")
	if !slash {
		return "", 0, false
	}
	if _, bad, ok := only(digits, "0123456789"); !ok {
		return "", 1 + bad, false
	}
	if n, err := strconv.Atoi(digits); err != nil || n > 32 {
		return "", 1, false
	}
	return word, 0, true
}

// parseRanges reads 1,3-5,7.
func parseRanges(word string) (canonical string, bad int, ok bool) {
	digit := false
	for i := range len(word) {
		switch c := word[i]; {
		case c >= '0' && c <= '9':
			digit = true
		case (c == ',' || c == '-') && digit:
			digit = false
		default:
			return "", i, false
		}
	}
	if !digit {
		return "", len(word), false
	}
	return word, 0, true
}

// parseVoicePort reads the name of a voice port: 0/1/0, 1/0:23, 0/2/0:D, 50/0/1.
func parseVoicePort(word string) (canonical string, bad int, ok bool) {
	for i := range len(word) {
		switch c := word[i]; {
		case c >= '0' && c <= '9':
		case strings.IndexByte("/:.", c) >= 0 && i > 0 && word[i-1] >= '0' && word[i-1] <= '9':
		case (c == 'D' || c == 'd') && i > 0 && word[i-1] == ':' && i == len(word)-1:
		default:
			return "", i, false
		}
	}
	if word == "" || strings.HasSuffix(word, "/") || strings.HasSuffix(word, ":") || strings.HasSuffix(word, ".") {
		return "", len(word), false
	}
	return strings.ToUpper(word), 0, true
}

// parseSubslot reads 0/1, which is where a router with modules has a voice card.
func parseSubslot(word string) (canonical string, bad int, ok bool) {
	slot, sub, both := strings.Cut(word, "/")
	if n, err := strconv.ParseUint(slot, 10, 8); slot == "" || err != nil || n > 10 {
		return "", 0, false
	}
	if !both {
		return "", len(word), false
	}
	if _, bad, ok := only(sub, "0123456789"); !ok {
		return "", len(slot) + 1 + bad, false
	}
	if n, err := strconv.ParseUint(sub, 10, 8); err != nil || n > 10 {
		return "", len(slot) + 1, false
	}
	return word, 0, true
}

// parseSigned reads a number that may be negative.
func parseSigned(word string) (canonical string, bad int, ok bool) {
	digits := strings.TrimPrefix(word, "-")
	if _, bad, ok := only(digits, "0123456789"); !ok {
		return "", len(word) - len(digits) + bad, false
	}
	n, err := strconv.Atoi(word)
	if err != nil || n < -32768 || n > 32767 {
		return "", 0, false
	}
	return strconv.Itoa(n), 0, true
}

// parseDecimal reads a number that may have decimals.
func parseDecimal(word string) (canonical string, bad int, ok bool) {
	whole, part, dotted := strings.Cut(strings.TrimPrefix(word, "-"), ".")
	if _, _, ok := only(whole, "0123456789"); !ok {
		return "", 0, false
	}
	if _, bad, ok := only(part, "0123456789"); dotted && !ok {
		return "", len(word) - len(part) + bad, false
	}
	return word, 0, true
}
