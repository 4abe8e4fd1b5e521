package sipua

import (
	"bytes"
	"slices"
	"time"
	"unsafe"

	"github.com/emiago/sipgo/sip"
)

// Most requests are plain: so simple that the parser takes them, and that what it
// would say of them can be read from their lines. Their sip.Request is made only when
// somebody asks for it. What is plain is decided narrowly; all else goes through the
// parser, which has the last word on what is wrong.

// line is a header line of a request, as offsets into it.
type line struct{ name, colon, value, end uint16 }

const (
	maxPlain      = 8 << 10 // bytes
	maxPlainLines = 24
)

// text is b as a string. Received messages are never changed.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// isPlain says that a request that passed check is plain.
func (r *request) isPlain() bool {
	h := r.head
	if h.tangled || len(r.data) > maxPlain || !knownMethod(h.method) || !bytes.HasSuffix(h.start, []byte(" SIP/2.0")) {
		return false
	}
	if _, ok := plainURI(text(h.uri)); !ok || len(h.start) != len(h.method)+len(h.uri)+len("  SIP/2.0") {
		return false
	}
	for _, v := range [...][]byte{h.from, h.to} {
		if _, ok := plainAddress(text(v)); !ok {
			return false
		}
	}
	for _, l := range h.lines {
		name, value := r.data[l.name:l.colon], r.data[l.value:l.end]
		switch f := fieldOf(name); {
		case !isToken(name), len(name) == 1 && bytes.IndexByte([]byte("aemcuilrbxsktfvo"), name[0]|0x20) < 0:
			return false
		case f == fMaxForwards && (len(value) == 0 || len(value) > 9 || len(bytes.Trim(value, "0123456789")) > 0):
			return false
		case f == fContentType && len(value) == 0:
			return false
		}
	}
	return true
}

// plainURI takes apart sip:user@host:port;name=value, of which user, port and the one
// parameter may be missing.
func plainURI(s string) (u sip.Uri, ok bool) {
	const scheme = "sip:"
	if len(s) <= len(scheme) || s[:len(scheme)] != scheme {
		return u, false
	}
	u.Scheme = scheme[:3]
	s = s[len(scheme):]
	if n := run(s, true); n > 0 && n < len(s) && s[n] == '@' {
		u.User, s = s[:n], s[n+1:]
	}
	n := run(s, false)
	u.Host, s = s[:n], s[n:]
	if n == 0 {
		return u, false
	}
	if len(s) > 0 && s[0] == ':' {
		n = 1
		for n < len(s) && s[n] >= '0' && s[n] <= '9' {
			u.Port = u.Port*10 + int(s[n]-'0')
			n++
		}
		if n == 1 || n > 6 || s[1] == '0' {
			return u, false
		}
		s = s[n:]
	}
	if len(s) > 0 {
		name, value, ok := plainParam(s)
		if !ok {
			return u, false
		}
		u.UriParams = sip.HeaderParams{{K: name, V: value}}
	}
	return u, true
}

// uriOf is sip.ParseUri.
func uriOf(s string) (sip.Uri, error) {
	if u, ok := plainURI(s); ok {
		return u, nil
	}
	var u sip.Uri
	err := sip.ParseUri(s, &u)
	return u, err
}

// plainParam takes apart ";name=value" without a further parameter behind it.
func plainParam(s string) (name, value string, ok bool) {
	if s[0] != ';' {
		return "", "", false
	}
	n := run(s[1:], false) + 1
	if n == 1 || n == len(s) || s[n] != '=' {
		return "", "", false
	}
	name, value = s[1:n], s[n+1:]
	return name, value, len(value) > 0 && run(value, false) == len(value)
}

// run is how many characters at the beginning of s are letters, digits, '.' and '-', and
// of users some more.
func run(s string, user bool) int {
	for i := range len(s) {
		switch c := s[i]; {
		case '0' <= c && c <= '9', 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '.', c == '-':
		case user && (c == '_' || c == '+' || c == '*'):
		default:
			return i
		}
	}
	return len(s)
}

// plainAddress takes apart "display name" <uri>;tag=value, of which name and tag may
// be missing.
func plainAddress(s string) (u sip.Uri, ok bool) {
	if len(s) > 0 && s[0] == '"' {
		n := 1
		for n < len(s) && s[n] != '"' {
			if s[n] < ' ' || s[n] > '~' || s[n] == '\\' {
				return u, false
			}
			n++
		}
		if n == 1 || n+1 >= len(s) || s[n+1] != ' ' {
			return u, false
		}
		s = s[n+2:]
	}
	if len(s) == 0 || s[0] != '<' {
		return u, false
	}
	n := 1
	for n < len(s) && s[n] != '>' {
		n++
	}
	if n == len(s) {
		return u, false
	}
	if u, ok = plainURI(s[1:n]); !ok {
		return u, false
	}
	if s = s[n+1:]; s == "" {
		return u, true
	}
	name, _, ok := plainParam(s)
	return u, ok && name == "tag"
}

// Value is the function Value of the request, without making a sip.Request.
func (t *ServerTx) Value(name string) string {
	if t.made(name) {
		return Value(t.msg, name)
	}
	i := t.next(name, 0)
	if i < 0 {
		return ""
	}
	return t.value(i)
}

// Values is the function Values of the request.
func (t *ServerTx) Values(name string) (values []string) {
	if t.made(name) {
		return Values(t.msg, name)
	}
	for i := t.next(name, 0); i >= 0; i = t.next(name, i+1) {
		values = append(values, t.value(i))
	}
	return values
}

// made says that there is a sip.Request, and makes it for headers that it shows in
// another way than they came.
func (t *ServerTx) made(name string) bool {
	if t.msg == nil {
		switch fieldOf([]byte(name)) {
		case fVia, fCSeq, fMaxForwards, fLength:
			t.Request()
		}
	}
	return t.msg != nil
}

// next is the index of the next line of that name from i on, -1 if there is none.
func (t *ServerTx) next(name string, i int) int {
	short := shortName(name)
	for ; i < len(t.head.lines); i++ {
		l := t.head.lines[i]
		if n := text(t.data[l.name:l.colon]); sameWord(n, name) || (short != "" && sameWord(n, short)) {
			return i
		}
	}
	return -1
}

// sameWord is strings.EqualFold for ASCII.
func sameWord(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		c, d := a[i], b[i]
		if c != d && (c|0x20 != d|0x20 || c|0x20 < 'a' || c|0x20 > 'z') {
			return false
		}
	}
	return true
}

func (t *ServerTx) value(i int) string {
	l := t.head.lines[i]
	return text(t.data[l.value:l.end])
}

// List is the function List of the request.
func (t *ServerTx) List(name string) []string {
	if t.made(name) {
		return List(t.msg, name)
	}
	var list []string
	for i := t.next(name, 0); i >= 0; i = t.next(name, i+1) {
		list = slices.AppendSeq(list, elements(t.value(i)))
	}
	return list
}

// Contacts is the function Contacts of the request.
func (t *ServerTx) Contacts() ([]Contact, error) {
	if t.msg != nil {
		return Contacts(t.msg)
	}
	if t.contacts == nil {
		var err error
		if t.contacts, err = contactsIn(t.List("Contact")); err != nil {
			t.contacts = nil
			return nil, err
		}
	}
	return t.contacts, nil
}

// Expires is the function Expires of the request.
func (t *ServerTx) Expires() (time.Duration, bool) {
	v := t.Value("Expires")
	if v == "" {
		return 0, false
	}
	return seconds(v)
}

// Unsupported is the function Unsupported of the request.
func (t *ServerTx) Unsupported(supported ...string) []string {
	return unsupported(t.List("Require"), supported)
}

// Body is the body of the request.
func (t *ServerTx) Body() []byte {
	if t.msg != nil {
		return t.msg.Body()
	}
	return t.message()[t.head.body:]
}

// URI is the request URI.
func (t *ServerTx) URI() sip.Uri {
	if t.msg != nil {
		return t.msg.Recipient
	}
	u, _ := plainURI(text(t.head.uri))
	return u
}

// FromURI is the URI of From.
func (t *ServerTx) FromURI() sip.Uri {
	if t.msg != nil {
		return t.msg.From().Address
	}
	u, _ := plainAddress(text(t.head.from))
	return u
}

// ToURI is the URI of To.
func (t *ServerTx) ToURI() sip.Uri {
	if t.msg != nil {
		return t.msg.To().Address
	}
	u, _ := plainAddress(text(t.head.to))
	return u
}

// Key is the function KeyOf of the request.
func (t *ServerTx) Key() Key {
	if t.msg != nil {
		return KeyOf(t.msg)
	}
	return Key{text(t.head.callID), t.tag, tagOf(text(t.head.from))}
}

// Dialog is the function UASDialog of the request.
func (t *ServerTx) Dialog(localTag string) (Dialog, error) {
	if t.msg != nil {
		d, err := UASDialog(t.msg, localTag)
		if err != nil {
			return Dialog{}, err
		}
		return *d, nil
	}
	target, err := targetIn(t.Contacts())
	if err != nil {
		return Dialog{}, err
	}
	from := text(t.head.from)
	return Dialog{
		CallID: text(t.head.callID), LocalTag: localTag, RemoteTag: tagOf(from),
		Local: untagged(text(t.head.to)), Remote: untagged(from),
		RemoteTarget: target, Routes: t.List("Record-Route"), RemoteCSeq: t.head.cseq,
	}, nil
}

// CheckTx is Check for the request of a transaction.
func (d *Dialog) CheckTx(t *ServerTx) error {
	if t.msg != nil {
		return d.Check(t.msg)
	}
	return d.check(sip.RequestMethod(t.head.method), t.head.cseq, t.Value("Contact") != "", t.Contacts)
}
