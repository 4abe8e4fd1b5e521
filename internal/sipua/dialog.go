package sipua

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/emiago/sipgo/sip"
)

// Errors of Dialog.Check and of making one.
var (
	ErrOldCSeq   = errors.New("CSeq is not above the last one") // answer 500, RFC 3261 12.2.2
	ErrNoContact = errors.New("no usable Contact")              // answer 400
)

// Dialog is the state of RFC 3261 12 that requests inside a dialog are made
// from. It is plain data so that a journal can store it; the caller serialises
// access (the worker of the Call-ID does that).
type Dialog struct {
	CallID       string
	LocalTag     string
	RemoteTag    string
	Local        string   // our side: From of requests we send, without tag ("<sip:2001@10.1.1.2>")
	Remote       string   // To of requests we send, without tag
	RemoteTarget string   // URI of the other side's Contact, without headers
	Routes       []string // route set, in the order of Route headers, each a name-addr
	LocalCSeq    uint32   // last one used
	RemoteCSeq   uint32   // last one seen; 0: none yet
}

// UASDialog makes the dialog that answering req creates (RFC 3261 12.1.1).
// ErrNoContact if req has none or it is no SIP URI.
func UASDialog(req *sip.Request, localTag string) (*Dialog, error) {
	target, err := targetOf(req)
	if err != nil {
		return nil, err
	}
	return &Dialog{
		CallID: Value(req, "Call-ID"), LocalTag: localTag, RemoteTag: FromTag(req),
		Local: untagged(Value(req, "To")), Remote: untagged(Value(req, "From")),
		RemoteTarget: target, Routes: List(req, "Record-Route"), RemoteCSeq: cseqOf(req),
	}, nil
}

// UACDialog makes the dialog that a 2xx (or 1xx with a To tag) to our req creates.
// RFC 3261 12.1.2. See UACDialogFromNotify for a NOTIFY that comes first.
func UACDialog(req *sip.Request, res *sip.Response) (*Dialog, error) {
	target, err := targetOf(res)
	if err != nil {
		return nil, err
	}
	routes := List(res, "Record-Route")
	for i, j := 0, len(routes)-1; i < j; i, j = i+1, j-1 {
		routes[i], routes[j] = routes[j], routes[i]
	}
	return &Dialog{
		CallID: Value(req, "Call-ID"), LocalTag: FromTag(req), RemoteTag: ToTag(res),
		Local: untagged(Value(req, "From")), Remote: untagged(Value(res, "To")),
		RemoteTarget: target, Routes: routes, LocalCSeq: cseqOf(req),
	}, nil
}

// UACDialogFromNotify makes the dialog that a NOTIFY creates for our SUBSCRIBE
// req. RFC 6665 4.4.1.
func UACDialogFromNotify(req, notify *sip.Request) (*Dialog, error) {
	d, err := UASDialog(notify, FromTag(req))
	if err != nil {
		return nil, err
	}
	d.Local, d.LocalCSeq = untagged(Value(req, "From")), cseqOf(req)
	return d, nil
}

// Key identifies a dialog for maps: Call-ID and both tags.
type Key struct{ CallID, LocalTag, RemoteTag string }

// Key of the dialog.
func (d *Dialog) Key() Key { return Key{d.CallID, d.LocalTag, d.RemoteTag} }

// KeyOf is the key of the dialog that a received request is in; LocalTag is ""
// for a request outside of any dialog.
func KeyOf(req *sip.Request) Key {
	return Key{Value(req, "Call-ID"), ToTag(req), FromTag(req)}
}

// Check takes a received request of the dialog: ErrOldCSeq, or the remote CSeq
// is moved on, and a Contact in a target refresh request (SUBSCRIBE, NOTIFY,
// INVITE, UPDATE, REFER) becomes the remote target. RFC 3261 12.2.2. A retransmission
// never gets here, so that an equal CSeq is an old one too.
func (d *Dialog) Check(req *sip.Request) error {
	return d.check(req.Method, cseqOf(req), Value(req, "Contact") != "", func() ([]Contact, error) { return Contacts(req) })
}

func (d *Dialog) check(method sip.RequestMethod, n uint32, contact bool, contacts func() ([]Contact, error)) error {
	if n < d.RemoteCSeq || (n == d.RemoteCSeq && n != 0) {
		return ErrOldCSeq
	}
	switch method {
	case sip.SUBSCRIBE, sip.NOTIFY, sip.INVITE, sip.UPDATE, sip.REFER:
		if contact {
			target, err := targetIn(contacts())
			if err != nil {
				return err
			}
			d.RemoteTarget = target
		}
	}
	d.RemoteCSeq = n
	return nil
}

// Request makes the next request of the dialog with loose or strict routing
// (RFC 3261 12.2.1.1): Route, From, To, Call-ID, CSeq, Contact. contact is a URI
// or "" for none. An error means a remote target or route that is no URI.
func (d *Dialog) Request(method, contact string) (*sip.Request, error) {
	r, err := d.request(method, d.LocalCSeq+1)
	if err != nil {
		return nil, err
	}
	d.LocalCSeq++
	if contact != "" {
		r.AppendHeader(sip.NewHeader("Contact", "<"+contact+">"))
	}
	return r, nil
}

// Ack makes the ACK for the 2xx to the INVITE with CSeq number cseq.
func (d *Dialog) Ack(cseq uint32) (*sip.Request, error) { return d.request("ACK", cseq) }

func (d *Dialog) request(method string, cseq uint32) (*sip.Request, error) {
	uri, routes := d.route()
	var u sip.Uri
	if err := sip.ParseUri(uri, &u); err != nil {
		return nil, fmt.Errorf("request in dialog to %q: %w", uri, err)
	}
	r := sip.NewRequest(sip.RequestMethod(method), u)
	for _, route := range routes {
		r.AppendHeader(sip.NewHeader("Route", route))
	}
	r.AppendHeader(sip.NewHeader("From", d.from()))
	r.AppendHeader(sip.NewHeader("To", d.to()))
	r.AppendHeader(sip.NewHeader("Call-ID", d.CallID))
	r.AppendHeader(&sip.CSeqHeader{SeqNo: cseq, MethodName: sip.RequestMethod(method)})
	return r, nil
}

// Raw is Request for SendRaw. head is further header lines, each ended by CRLF;
// Max-Forwards, User-Agent (unless empty) and Content-Length are added.
func (d *Dialog) Raw(method, contact, userAgent string, head, body []byte) Raw {
	d.LocalCSeq++
	return d.raw(method, d.LocalCSeq, contact, userAgent, head, body)
}

// RawAck is Ack for InviteTx.AckRaw; the rest is as for Raw.
func (d *Dialog) RawAck(cseq uint32, userAgent string, head, body []byte) Raw {
	return d.raw("ACK", cseq, "", userAgent, head, body)
}

func (d *Dialog) raw(method string, cseq uint32, contact, userAgent string, head, body []byte) Raw {
	uri, routes := d.route()
	const via = 128 // room for the Via that SendRaw inserts
	line := method + " " + uri + " SIP/2.0"
	free := len(line) + via
	loan := rooms.Get().(*[]byte)
	if need := free + rawSize(d, routes) + len(contact) + len(userAgent) + len(head) + len(body); cap(*loan) < need {
		*loan = make([]byte, need)
	}
	b := (*loan)[:free]
	b[0] = 0
	add := func(parts ...string) {
		for _, p := range parts {
			b = append(b, p...)
		}
	}
	add("Max-Forwards: 70\r\n")
	for _, r := range routes {
		add("Route: ", r, "\r\n")
	}
	add("From: ", d.Local)
	if d.LocalTag != "" {
		add(";tag=", d.LocalTag)
	}
	add("\r\nTo: ", d.Remote)
	if d.RemoteTag != "" { // not of an RFC 2543 peer
		add(";tag=", d.RemoteTag)
	}
	add("\r\nCall-ID: ", d.CallID, "\r\nCSeq: ")
	b = strconv.AppendUint(b, uint64(cseq), 10)
	add(" ", method, "\r\n")
	if contact != "" {
		add("Contact: <", contact, ">\r\n")
	}
	if userAgent != "" {
		add("User-Agent: ", userAgent, "\r\n")
	}
	b = append(b, head...)
	add("Content-Length: ")
	b = strconv.AppendInt(b, int64(len(body)), 10)
	add("\r\n\r\n")
	b = append(b, body...)
	return Raw{Method: method, CallID: d.CallID, Line: line, Rest: b[free:], room: b, loan: loan}
}

// rooms are what Raw writes in. They come back when a 2xx has ended a transaction that
// sent its request once, by UDP: nobody else looks at the bytes then.
var rooms = sync.Pool{New: func() any { b := make([]byte, 1536); return &b }}

// maxRoom bounds what comes back, in bytes.
const maxRoom = 4 << 10

// rawSize is enough for the header lines that Raw writes of a dialog.
func rawSize(d *Dialog, routes []string) int {
	n := 160 + len(d.Local) + len(d.LocalTag) + len(d.Remote) + len(d.RemoteTag) + len(d.CallID)
	for _, r := range routes {
		n += len(r) + 9
	}
	return n
}

// Target is where requests of the dialog go: the first route or the remote
// target if that names an IP address, else fallback (names are not resolved).
func (d *Dialog) Target(fallback Target) Target {
	text := d.RemoteTarget
	if len(d.Routes) > 0 {
		uri, _, err := addrSpec(d.Routes[0])
		if err != nil {
			return fallback
		}
		text = uri
	}
	u, err := uriOf(text)
	if err != nil {
		return fallback
	}
	if t, ok := TargetOf(&u); ok {
		return t
	}
	return fallback
}

// route is the request URI and the Route headers: RFC 3261 12.2.1.1.
func (d *Dialog) route() (uri string, routes []string) {
	if len(d.Routes) == 0 {
		return d.RemoteTarget, nil
	}
	first, _, err := addrSpec(d.Routes[0])
	if err != nil || isLoose(first) {
		return d.RemoteTarget, d.Routes
	}
	routes = append(routes, d.Routes[1:]...)
	return first, append(routes, "<"+d.RemoteTarget+">")
}

func isLoose(uri string) bool {
	for p := range strings.SplitSeq(uri, ";") {
		if name, _ := paramOf(p); name == "lr" {
			return true
		}
	}
	return false
}

func (d *Dialog) from() string {
	if d.LocalTag == "" {
		return d.Local
	}
	return d.Local + ";tag=" + d.LocalTag
}

func (d *Dialog) to() string {
	if d.RemoteTag == "" { // RFC 2543 peer
		return d.Remote
	}
	return d.Remote + ";tag=" + d.RemoteTag
}

// targetOf is the URI of the first Contact without its headers.
func targetOf(m sip.Message) (string, error) { return targetIn(Contacts(m)) }

func targetIn(list []Contact, err error) (string, error) {
	if err != nil {
		return "", fmt.Errorf("%w: %v", ErrNoContact, err)
	}
	if len(list) == 0 || (list[0].URI.Scheme != "sip" && list[0].URI.Scheme != "sips") {
		return "", ErrNoContact
	}
	if len(list[0].URI.Headers) == 0 {
		return list[0].Text, nil
	}
	u := list[0].URI
	u.Headers = nil
	return u.String(), nil
}

// untagged is a From or To value without its tag.
func untagged(v string) string {
	i := topLevel(v, ';')
	if rest := v[i:]; rest == "" || strings.HasPrefix(rest, ";tag=") && topLevel(rest[1:], ';') == len(rest)-1 {
		return strings.TrimSpace(v[:i])
	}
	var b strings.Builder
	b.WriteString(strings.TrimSpace(v[:i]))
	for p := range eachParam(v[i:]) {
		if name, _ := paramOf(p); name != "tag" {
			b.WriteString(";" + p)
		}
	}
	return b.String()
}

func cseqOf(m sip.Message) uint32 {
	if c := m.CSeq(); c != nil {
		return c.SeqNo
	}
	return 0
}
