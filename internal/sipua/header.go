package sipua

import (
	"fmt"
	"math"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// shortName is the compact form of a header name, "" if there is none.
func shortName(name string) string {
	switch strings.ToLower(name) {
	case "accept-contact":
		return "a"
	case "allow-events":
		return "u"
	case "call-id":
		return "i"
	case "contact":
		return "m"
	case "content-encoding":
		return "e"
	case "content-length":
		return "l"
	case "content-type":
		return "c"
	case "event":
		return "o"
	case "from":
		return "f"
	case "refer-to":
		return "r"
	case "referred-by":
		return "b"
	case "session-expires":
		return "x"
	case "subject":
		return "s"
	case "supported":
		return "k"
	case "to":
		return "t"
	case "via":
		return "v"
	}
	return ""
}

// Values returns the values of all headers of that name, compact form included,
// in order of appearance, unsplit.
func Values(m sip.Message, name string) []string {
	var values []string
	short := shortName(name)
	for _, h := range headersOf(m) {
		if n := h.Name(); strings.EqualFold(n, name) || (short != "" && strings.EqualFold(n, short)) {
			values = append(values, h.Value())
		}
	}
	return values
}

func headersOf(m sip.Message) []sip.Header {
	switch m := m.(type) {
	case *sip.Request:
		return m.Headers()
	case *sip.Response:
		return m.Headers()
	}
	return nil
}

// Value is the first of Values, or "".
func Value(m sip.Message, name string) string {
	short := shortName(name)
	for _, h := range headersOf(m) {
		if n := h.Name(); strings.EqualFold(n, name) || (short != "" && strings.EqualFold(n, short)) {
			return h.Value()
		}
	}
	return ""
}

// List splits the values of a comma list header into trimmed elements. Commas in
// quotes and in <> do not count. Not for Authorization and the like.
func List(m sip.Message, name string) []string {
	var list []string
	for _, v := range Values(m, name) {
		list = slices.AppendSeq(list, elements(v))
	}
	return list
}

// Param finds a parameter whatever its case and the blanks around it; quotes are
// taken off.
func Param(p sip.HeaderParams, name string) (string, bool) {
	for _, kv := range p {
		if strings.EqualFold(strings.TrimSpace(kv.K), name) {
			return unquote(strings.TrimSpace(kv.V)), true
		}
	}
	return "", false
}

// SplitValue cuts "token;a=b;c" into the token and its parameters (Event, Accept,
// Content-Type, Subscription-State, ...). Parameter names are in lower case.
func SplitValue(v string) (token string, params map[string]string) {
	i := topLevel(v, ';')
	for p := range eachParam(v[i:]) {
		name, value := paramOf(p)
		if params == nil {
			params = map[string]string{}
		}
		params[name] = value
	}
	return strings.TrimSpace(v[:i]), params
}

// Repeated says that a header value, as for SplitValue, has a parameter more than once,
// which RFC 3261 7.3.1 forbids.
func Repeated(v, name string) bool {
	n := 0
	for p := range eachParam(v[topLevel(v, ';'):]) {
		if has, _ := paramOf(p); has == name {
			n++
		}
	}
	return n > 1
}

// FromTag returns the From tag, "" if there is none.
func FromTag(m sip.Message) string { return tagOf(Value(m, "From")) }

// ToTag returns the To tag, "" if there is none.
func ToTag(m sip.Message) string { return tagOf(Value(m, "To")) }

// Expires reads the Expires header; ok is false if there is none or it is no
// number. Values above 2^32-1 s count as 2^32-1 s.
func Expires(m sip.Message) (d time.Duration, ok bool) {
	v := Value(m, "Expires")
	if v == "" {
		return 0, false
	}
	return seconds(v)
}

// Seconds writes a time as delta-seconds (Expires, Retry-After), rounded up so
// that what is left of a time is never 0 too early.
func Seconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}

func seconds(v string) (time.Duration, bool) {
	v = strings.TrimSpace(v)
	if v == "" || strings.Trim(v, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseUint(v, 10, 32)
	if err != nil { // all digits: too big
		n = math.MaxUint32
	}
	return time.Duration(n) * time.Second, true
}

// Contact is one binding of a Contact header.
type Contact struct {
	Star       bool // "*"
	URI        sip.Uri
	Text       string // the URI as written
	Q          string
	Expires    time.Duration
	HasExpires bool
	Params     sip.HeaderParams // names in lower case, quotes taken off
}

// Contacts parses all Contact headers. An error means 400.
func Contacts(m sip.Message) ([]Contact, error) {
	return contactsIn(List(m, "Contact"))
}

func contactsIn(values []string) ([]Contact, error) {
	list := make([]Contact, 0, len(values))
	for _, text := range values {
		c, err := parseContact(text)
		if err != nil {
			return nil, fmt.Errorf("contact: %w", err)
		}
		list = append(list, c)
	}
	return list, nil
}

func parseContact(text string) (Contact, error) {
	if text == "*" {
		return Contact{Star: true, Text: text}, nil
	}
	uri, rest, err := addrSpec(text)
	if err != nil {
		return Contact{}, err
	}
	c := Contact{Text: uri}
	if c.URI, err = uriOf(uri); err != nil {
		return Contact{}, err
	}
	if c.URI.Wildcard || (c.URI.Host == "" && c.URI.Raw() == "") {
		return Contact{}, fmt.Errorf("no host in %q", uri)
	}
	for p := range eachParam(rest) {
		name, value := paramOf(p)
		c.Params.Add(name, value)
		switch name {
		case "q":
			c.Q = value
		case "expires":
			// RFC 3261 10.2.1.1: a malformed value counts as 3600.
			if c.Expires, c.HasExpires = seconds(value); !c.HasExpires {
				c.Expires, c.HasExpires = time.Hour, true
			}
		}
	}
	return c, nil
}

// addrSpec takes the URI and the parameters (";…" or "") out of a name-addr or
// addr-spec. Outside of <> a URI cannot have '?' (RFC 3261 20.10) and its
// parameters belong to the header.
func addrSpec(text string) (uri, params string, err error) {
	open := topLevel(text, '<')
	if open < len(text) {
		n := strings.IndexByte(text[open:], '>')
		if n < 0 {
			return "", "", fmt.Errorf("no > in %q", text)
		}
		uri = strings.TrimSpace(text[open+1 : open+n])
		params = strings.TrimSpace(text[open+n+1:])
	} else {
		n := topLevel(text, ';')
		uri, params = strings.TrimSpace(text[:n]), text[n:]
		if strings.ContainsAny(uri, "?\"") {
			return "", "", fmt.Errorf("URI needs <> in %q", text)
		}
	}
	if uri == "" || strings.ContainsAny(uri, " \t\r\n") || (params != "" && params[0] != ';') {
		return "", "", fmt.Errorf("malformed address %q", text)
	}
	return uri, params, nil
}

// Unsupported lists the option tags of Require that are not in supported: answer
// 420 with them in Unsupported. RFC 3261 8.2.2.3.
func Unsupported(req *sip.Request, supported ...string) []string {
	return unsupported(List(req, "Require"), supported)
}

func unsupported(required, supported []string) []string {
	var bad []string
	for _, tag := range required {
		if !slices.ContainsFunc(supported, func(s string) bool { return strings.EqualFold(s, tag) }) {
			bad = append(bad, tag)
		}
	}
	return bad
}

// User is the user part of a SIP URI, unescaped and without parameters
// (";phone-context=..."), or the number of a tel URI.
func User(u *sip.Uri) string {
	user := u.User
	if strings.EqualFold(u.Scheme, "tel") {
		user = u.Raw()
	}
	user, _, _ = strings.Cut(user, ";")
	if plain, err := url.PathUnescape(user); err == nil {
		user = plain
	}
	return user
}

// EscapeUser writes the user part of a URI (RFC 3261 25.1).
func EscapeUser(user string) string {
	const plain = "-_.!~*'()&=+$,;?/"
	var b strings.Builder
	for i := range len(user) {
		c := user[i]
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte(plain, c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// TargetOf is the address that a URI names, with its transport parameter. ok is
// false if the host is no IP address.
func TargetOf(u *sip.Uri) (t Target, ok bool) {
	host, err := netip.ParseAddr(strings.Trim(strings.TrimSpace(u.Host), "[]"))
	if err != nil || u.Port < 0 || u.Port > math.MaxUint16 {
		return Target{}, false
	}
	port := uint16(5060)
	if u.Port > 0 {
		port = uint16(u.Port)
	}
	t.Addr = netip.AddrPortFrom(host.Unmap(), port)
	t.Transport = "UDP"
	if v, _ := Param(u.UriParams, "transport"); strings.EqualFold(v, "tcp") {
		t.Transport = "TCP"
	}
	return t, true
}
