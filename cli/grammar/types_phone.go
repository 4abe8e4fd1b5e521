package grammar

import (
	"strconv"
	"strings"
)

// Limits of `button` (CME command reference: button): up to 25 directory
// numbers in an overlay.
const maxOverlay = 25

// parseButton takes one entry of `button`: button number, separator, ephone-dn
// tags. Separators: ":" normal ring, b beep, f feature ring, m monitor,
// o overlay, c overlay with call waiting, s silent, w watch, and x, behind which
// stand the overlay buttons that this button extends. Only o and c take several
// tags.
func parseButton(s string) (string, int, bool) {
	number, at := shortNumber(s, 0)
	if number == "" || at == len(s) {
		return "", at, false
	}
	sep := s[at] | 0x20
	if s[at] == ':' {
		sep = ':'
	}
	if strings.IndexByte(":bcfmoswx", sep) < 0 {
		return "", at, false
	}
	out := number + string(sep)
	at++
	for n := 1; ; n++ {
		tag, end := shortNumber(s, at)
		if tag == "" {
			return "", end, false
		}
		out += tag
		if end == len(s) {
			return out, 0, true
		}
		if s[end] != ',' || sep != 'o' && sep != 'c' || n == maxOverlay {
			return "", end, false
		}
		out += ","
		at = end + 1
	}
}

// shortNumber reads a number from 1 to 9999 at offset at. It returns "" and the
// offset at fault when there is none, otherwise the number and the offset
// behind it.
func shortNumber(s string, at int) (string, int) {
	end := at
	for end < len(s) && isDigit(s[end]) {
		end++
	}
	n, err := strconv.Atoi(s[at:end])
	switch {
	case end == at:
		return "", end
	case err != nil || n < 1 || n > 9999:
		return "", at
	}
	return strconv.Itoa(n), end
}
