package grammar

import (
	"strings"
)

// StandardTypes returns the typed arguments of IOS that modes share. The map is
// new on every call, so that the caller may add its own.
//
//	WORD            one word
//	LINE            the rest of the line
//	STRING          a word or a "quoted string", printed in quotes
//	TEXT            banner text between delimiters
//	NUMBER          a telephone number: digits, A to D, * # + .
//	HEX             hexadecimal digits, 0x allowed before them
//	BUTTON          an entry of `button`: 1:10  3b12  4o13,14,15  5x4
//	A.B.C.D         an IPv4 address
//	A.B.C.D-mask    a contiguous IPv4 mask
//	X:X:X:X::X      an IPv6 address, printed in capitals as IOS does
//	H.H.H           a MAC address in any usual notation
//	URL             tftp://host/file, flash:file, system:/its/file …
//	INTERFACE       GigabitEthernet0/0, also `gi 0/0`; printed in full
//	SERVER          dns:HOST, ipv4:A.B.C.D[:PORT], dhcp or sip-server
//	HH:MM           a time of day
//	HH:MM:SS        a time of day, seconds may be left out
//	MONTH           a month's name or three letters of it, printed as Jan
func StandardTypes() map[string]Type {
	all := []Type{
		{Name: "WORD", Parse: parseWord},
		{Name: "LINE", Parse: parseWord, Rest: true},
		{Name: "STRING", Parse: parseWord, Quoted: true},
		{Name: "TEXT", Display: "LINE", Delimited: true},
		{Name: "NUMBER", Display: "WORD", Parse: oneOf("0123456789ABCDabcd*#+.")},
		{Name: "HEX", Display: "Hex-data", Parse: parseHex},
		{Name: "BUTTON", Display: "LINE", Parse: parseButton, Key: naturalKey},
		{Name: "A.B.C.D", Parse: parseIPv4, Key: naturalKey},
		{Name: "A.B.C.D-mask", Display: "A.B.C.D", Parse: parseMask, Key: naturalKey},
		{Name: "X:X:X:X::X", Parse: parseIPv6},
		{Name: "H.H.H", Parse: parseMAC},
		{Name: "URL", Parse: parseURL},
		{Name: "INTERFACE", Display: "WORD", Parse: parseInterface, Split: true, Second: interfaceNumber, Key: naturalKey, Stems: interfaceKinds},
		{Name: "SERVER", Display: "WORD", Parse: parseServer},
		{Name: "HH:MM", Display: "hh:mm", Parse: timeOfDay(2)},
		{Name: "HH:MM:SS", Display: "hh:mm:ss", Parse: timeOfDay(3)},
		{Name: "MONTH", Parse: parseMonth},
	}
	types := make(map[string]Type, len(all))
	for _, t := range all {
		types[t.Name] = t
	}
	return types
}

// parseWord takes anything but control characters and nothing at all.
func parseWord(s string) (string, int, bool) {
	if s == "" {
		return "", 0, false
	}
	for i := range len(s) {
		if s[i] < ' ' && s[i] != '\t' || s[i] == 0x7f {
			return "", i, false
		}
	}
	return s, 0, true
}

// oneOf takes words of the given characters, as typed.
func oneOf(chars string) func(string) (string, int, bool) {
	return func(s string) (string, int, bool) {
		for i := range len(s) {
			if strings.IndexByte(chars, s[i]) < 0 {
				return "", i, false
			}
		}
		return s, 0, s != ""
	}
}

func parseHex(s string) (string, int, bool) {
	prefix := ""
	if len(s) >= 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X') {
		prefix = "0x"
	}
	for i := len(prefix); i < len(s); i++ {
		if !isHex(s[i]) {
			return "", i, false
		}
	}
	if len(s) == len(prefix) {
		return "", len(s), false
	}
	return prefix + strings.ToUpper(s[len(prefix):]), 0, true
}

func isHex(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// timeOfDay takes h:mm and prints as many parts as it is told; with a third one it
// takes h:mm:ss as well.
func timeOfDay(parts int) func(string) (string, int, bool) {
	return func(s string) (string, int, bool) {
		limits := []int{23, 59, 59}[:parts]
		var out []string
		at := 0
		for i, limit := range limits {
			if i > 0 {
				if at == len(s) && i == 2 {
					out = append(out, two(0)) // no seconds
					break
				}
				if at == len(s) || s[at] != ':' {
					return "", at, false
				}
				at++
			}
			n, from := 0, at
			for at < len(s) && at < from+2 && isDigit(s[at]) {
				if n = n*10 + int(s[at]-'0'); n > limit {
					return "", at, false
				}
				at++
			}
			if at == from || i > 0 && at < from+2 {
				return "", at, false
			}
			out = append(out, two(n))
		}
		return strings.Join(out, ":"), at, at == len(s)
	}
}

func two(n int) string { return string([]byte{byte('0' + n/10), byte('0' + n%10)}) }

// parseMonth takes three or more letters of a month's name.
func parseMonth(s string) (string, int, bool) {
	months := []string{"January", "February", "March", "April", "May", "June", "July",
		"August", "September", "October", "November", "December"}
	low := strings.ToLower(s)
	far := 0
	for _, m := range months {
		if n := common(strings.ToLower(m), low); n == len(s) && n >= 3 {
			return m[:3], 0, true
		} else {
			far = max(far, n)
		}
	}
	return "", far, false
}

// naturalKey orders text with numbers in it: each run of digits is preceded by
// its length. The values have no leading zeros, so different ones stay different.
func naturalKey(s string) string {
	key := make([]byte, 0, len(s)+8)
	for i := 0; i < len(s); {
		n := i
		for n < len(s) && isDigit(s[n]) {
			n++
		}
		if n == i {
			key = append(key, s[i])
			i++
			continue
		}
		key = append(key, byte(min('0'+n-i, '9')))
		key = append(key, s[i:n]...)
		i = n
	}
	return string(key)
}
