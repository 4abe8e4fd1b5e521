package sipua

import (
	"net/netip"
	"strconv"
	"strings"
)

// via is the topmost Via element.
type via struct {
	text      string // the whole header value
	params    int    // offset of the first ';' of the element, or its end
	end       int    // end of the element in text
	transport string
	host      string // without brackets, lower case
	port      int    // 0: none
	branch    string
	rport     bool // rport without a value: asks for RFC 3581
}

// parseVia reads the first element of a Via value; blanks are allowed wherever
// the grammar has LWS (RFC 3261 25.1, RFC 4475 3.1.1.1).
func parseVia(text string) (via, bool) {
	v := via{text: text, end: elementEnd(text)}
	elem := text[:v.end]
	v.params = v.end
	a := strings.IndexByte(elem, '/')
	if a < 0 {
		return v, false
	}
	b := strings.IndexByte(elem[a+1:], '/')
	if b < 0 {
		return v, false
	}
	b += a + 1
	if !strings.EqualFold(strings.TrimSpace(elem[:a]), "SIP") || strings.TrimSpace(elem[a+1:b]) != "2.0" {
		return v, false
	}
	rest := elem[b+1:]
	at := b + 1 + len(rest) - len(strings.TrimLeft(rest, " \t"))
	n := strings.IndexAny(elem[at:], " \t")
	if n < 0 {
		return v, false
	}
	v.transport = strings.ToUpper(elem[at : at+n])
	at += n
	sentBy := elem[at:]
	if i := strings.IndexByte(sentBy, ';'); i >= 0 {
		sentBy, v.params = sentBy[:i], at+i
	}
	var ok bool
	if v.host, v.port, ok = splitHostPort(strings.TrimSpace(sentBy)); !ok {
		return v, false
	}
	for p := range eachParam(elem[v.params:]) {
		switch name, value := paramOf(p); name {
		case "branch":
			v.branch = value
		case "rport":
			v.rport = value == ""
		}
	}
	return v, true
}

// stamped is the header value with received and rport for a request that came
// from src. RFC 3261 18.2.1, RFC 3581 4.
func (v via) stamped(src netip.AddrPort) string {
	var room [256]byte
	return string(v.appendStamped(room[:0], src))
}

// appendStamped appends stamped to b.
func (v via) appendStamped(b []byte, src netip.AddrPort) []byte {
	host, err := netip.ParseAddr(v.host)
	same := err == nil && host.Unmap() == src.Addr()
	if same && !v.rport && !strings.Contains(v.text[v.params:v.end], "received") {
		return append(b, v.text...)
	}
	b = append(b, v.text[:v.params]...)
	for p := range eachParam(v.text[v.params:v.end]) {
		switch name, _ := paramOf(p); {
		case name == "received":
		case name == "rport" && v.rport:
			b = append(b, ";rport="...)
			b = strconv.AppendUint(b, uint64(src.Port()), 10)
		default:
			b = append(b, ';')
			b = append(b, p...)
		}
	}
	if v.rport || !same {
		b = append(b, ";received="...)
		b = src.Addr().AppendTo(b)
	}
	return append(b, v.text[v.end:]...)
}

// reply is the UDP address for answers. RFC 3261 18.2.2, RFC 3581 4.
func (v via) reply(src netip.AddrPort) netip.AddrPort {
	switch {
	case v.rport:
		return src
	case v.port > 0:
		return netip.AddrPortFrom(src.Addr(), uint16(v.port))
	}
	return netip.AddrPortFrom(src.Addr(), 5060)
}

// splitHostPort splits "host", "host:port", "[v6]:port"; the host in lower case.
func splitHostPort(s string) (host string, port int, ok bool) {
	portText := ""
	if strings.HasPrefix(s, "[") {
		i := strings.IndexByte(s, ']')
		if i < 0 {
			return "", 0, false
		}
		host, portText = s[1:i], strings.TrimSpace(s[i+1:])
		if portText != "" && portText[0] != ':' {
			return "", 0, false
		}
	} else if i := strings.IndexByte(s, ':'); i >= 0 {
		host, portText = strings.TrimSpace(s[:i]), s[i:]
	} else {
		host = s
	}
	if host == "" || strings.ContainsAny(host, " \t") {
		return "", 0, false
	}
	if portText != "" {
		n, err := strconv.ParseUint(strings.TrimSpace(portText[1:]), 10, 16)
		if err != nil || n == 0 {
			return "", 0, false
		}
		port = int(n)
	}
	return strings.ToLower(host), port, true
}
