package modes

import (
	"net/netip"
	"strconv"
	"strings"
)

// Types of arguments that only telephony has. Each returns the canonical form, or
// the byte at fault; len(word) means that the word is a good beginning.

// parseHours reads the offset of a time zone from UTC, -23 to 23.
func parseHours(word string) (canonical string, bad int, ok bool) {
	digits := strings.TrimPrefix(word, "-")
	if digits == "" {
		return "", len(word), false
	}
	n := 0
	for i := range len(digits) {
		c := digits[i]
		if c < '0' || c > '9' {
			return "", len(word) - len(digits) + i, false
		}
		if n = n*10 + int(c-'0'); n > 23 {
			return "", 0, false
		}
	}
	return word, 0, true
}

// parseDigits reads the number of a voice register dn: digits, + . * # (CME
// command reference: number (voice register dn)).
func parseDigits(word string) (string, int, bool) { return only(word, "0123456789+.*#") }

// parseCode reads a feature access code: digits, * and # (CME command reference: fac).
func parseCode(word string) (string, int, bool) { return only(word, "0123456789*#") }

func only(word, chars string) (canonical string, bad int, ok bool) {
	for i, c := range word {
		if !strings.ContainsRune(chars, c) {
			return "", i, false
		}
	}
	return word, len(word), word != ""
}

// Limits of lists (CME command reference: number (voice user-profile), paging group).
const (
	maxProfileNumbers = 25
	maxNumberLength   = 16
	maxPagingGroup    = 10
)

// parseNumbers reads up to 25 numbers of up to 16 characters, separated by commas.
func parseNumbers(word string) (canonical string, bad int, ok bool) {
	canonical, bad, ok = list(word, maxProfileNumbers, func(number string) (string, int, bool) {
		if len(number) > maxNumberLength {
			return "", maxNumberLength, false
		}
		return only(number, "0123456789ABCDabcd+.*#")
	})
	return canonical, bad, ok
}

// parseTags reads up to ten ephone-dn tags, separated by commas.
func parseTags(word string) (canonical string, bad int, ok bool) {
	return list(word, maxPagingGroup, func(tag string) (string, int, bool) {
		if _, bad, ok := only(tag, "0123456789"); !ok {
			return "", bad, false
		}
		n, err := strconv.Atoi(tag)
		if err != nil || n < 1 || n > unlimited {
			return "", 0, false
		}
		return strconv.Itoa(n), 0, true
	})
}

// list reads words separated by commas, at most limit of them.
func list(word string, limit int, parse func(string) (string, int, bool)) (canonical string, bad int, ok bool) {
	var out []string
	at := 0
	for element := range strings.SplitSeq(word, ",") {
		if len(out) == limit {
			return "", at - 1, false
		}
		c, bad, ok := parse(element)
		if !ok {
			return "", at + bad, false
		}
		out = append(out, c)
		at += len(element) + 1
	}
	return strings.Join(out, ","), 0, true
}

// parseClock reads a time of day from 0:0 to 24:0, which is how it is printed (CME
// command reference: em logout, em external).
func parseClock(word string) (canonical string, bad int, ok bool) {
	hour, minute, both := strings.Cut(word, ":")
	h, bad, ok := clockPart(hour, 24)
	if !ok || !both {
		return "", bad, false
	}
	m, bad, ok := clockPart(minute, 59)
	switch {
	case !ok:
		return "", len(hour) + 1 + bad, false
	case h == 24 && m > 0:
		return "", len(hour) + 1, false
	}
	return strconv.Itoa(h) + ":" + strconv.Itoa(m), 0, true
}

// clockPart reads one or two digits up to limit.
func clockPart(word string, limit int) (n, bad int, ok bool) {
	if _, bad, ok := only(word, "0123456789"); !ok {
		return 0, bad, false
	}
	n, err := strconv.Atoi(word)
	if len(word) > 2 || err != nil || n > limit {
		return 0, min(1, len(word)-1), false
	}
	return n, len(word), true
}

// minutesOf is a canonical CLOCK in minutes after midnight.
func minutesOf(clock string) (int, bool) {
	hour, minute, ok := strings.Cut(clock, ":")
	h, herr := strconv.Atoi(hour)
	m, merr := strconv.Atoi(minute)
	return h*60 + m, ok && herr == nil && merr == nil
}

// buttonNumber is the identity of an element of `button`: of 4o13,14 it is 4.
func buttonNumber(element string) string {
	if i := strings.IndexFunc(element, func(r rune) bool { return r < '0' || r > '9' }); i > 0 {
		return element[:i]
	}
	return element
}

// parseServer6 reads ipv6:[X:X:X:X::X] and ipv6:[X:X:X:X::X]:PORT.
func parseServer6(word string) (canonical string, bad int, ok bool) {
	const form = "ipv6:["
	n := 0
	for n < min(len(word), len(form)) && strings.EqualFold(word[n:n+1], form[n:n+1]) {
		n++
	}
	if n < len(form) {
		return "", n, false
	}
	inner, port, closed := strings.Cut(word[n:], "]")
	addr, err := netip.ParseAddr(inner)
	switch {
	case !closed:
		_, bad, ok := only(inner, "0123456789abcdefABCDEF:.")
		if ok {
			bad = len(inner)
		}
		return "", n + bad, false
	case err != nil || !addr.Is6() || addr.Zone() != "":
		return "", n, false
	case port == "":
		return form + strings.ToUpper(addr.String()) + "]", 0, true
	}
	if p, err := strconv.ParseUint(strings.TrimPrefix(port, ":"), 10, 16); err != nil || port[0] != ':' || p == 0 {
		return "", n + len(inner) + 1, false
	}
	return form + strings.ToUpper(addr.String()) + "]" + port, 0, true
}
