package sipcall

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/internal/sipua/digest"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
)

// path is one way to a device.
type path struct {
	uri     string       // request URI
	to      string       // URI of To
	back    sipua.Target // where the INVITE goes
	other   sipua.Target // and where if there is no connection
	trusted bool
	auth    *digest.Client
}

func (d *device) trunk() bool { return d.id.Kind == phones.TrunkDevice }

// paths are the ways to a device that a call is to ring on.
func (d *device) paths(c call.CallView) []path {
	a := d.a
	if d.trunk() {
		t := d.view.Trunk
		if t == nil || !t.Target.IsValid() {
			return nil
		}
		to := sipua.Target{Addr: t.Target, Transport: strings.ToUpper(t.Transport)}
		uri := "sip:" + sipua.EscapeUser(c.Called.Number) + "@" + t.Target.String()
		p := path{uri: uri, to: uri, back: to, trusted: true, auth: a.credentials()}
		if to.Transport == "TCP" {
			p.uri += ";transport=tcp"
		}
		return []path{p}
	}
	number := c.Called.Number
	if l, ok := d.line(c.Button); ok {
		number = l.Number
	}
	to := "sip:" + sipua.EscapeUser(number) + "@" + a.ua.Advertised().Addr().String()
	var all []path
	for _, b := range a.dir.Contacts(d.id.Tag, number) {
		if len(all) == maxForks {
			break
		}
		p := path{uri: b.URI, to: to}
		p.back, p.other = reach(b)
		all = append(all, p)
	}
	return all
}

// reach is where a registered phone is: its Contact if that is at the address that it
// registered from, else that address and port. Over TCP it is the connection it
// registered by, or if that is gone the Contact.
func reach(b phones.Binding) (first, second sipua.Target) {
	source := sipua.Target{Addr: b.Source, Transport: strings.ToUpper(b.Transport)}
	host, err := netip.ParseAddr(b.Host)
	if err != nil || host.Unmap() != b.Source.Addr().Unmap() || b.Port <= 0 || b.Port > 65535 {
		return source, sipua.Target{}
	}
	contact := sipua.Target{Addr: netip.AddrPortFrom(host.Unmap(), uint16(b.Port)), Transport: source.Transport}
	if source.Transport == "TCP" {
		return source, contact
	}
	return contact, sipua.Target{}
}

// fork sends an INVITE to one contact.
func (s *session) fork(p path) {
	a := s.d.a
	host := a.ua.Advertised().Addr().String()
	l := &leg{a: a, device: s.d.id, s: s, uac: true, key: legKey{sipua.NewCallID(host), sipua.NewTag()},
		back: p.back, other: p.other, trusted: p.trusted, auth: p.auth}
	if !l.enter() {
		return
	}
	l.dialog = &sipua.Dialog{CallID: l.key.callID, LocalTag: l.key.localTag, Local: address(s.calling(), host),
		Remote: "<" + p.to + ">", RemoteTarget: p.uri, LocalCSeq: firstCSeq}
	s.forks = append(s.forks, l)
	w := wanted(s.view)
	var body []byte
	switch {
	case s.page:
		body = l.offerPage()
	case w.dir == sendrecv:
		body = l.offer(w)
	}
	l.invite(&invitation{first: true, told: w}, body, l.ringHeaders()...)
}

// firstCSeq precedes the CSeq of a first INVITE; routers begin with 101.
const firstCSeq = 100

// cancel gives up a fork.
func (l *leg) cancel(elsewhere bool) {
	if l.state != legEarly {
		return
	}
	l.drop()
	if l.inv == nil {
		return
	}
	if elsewhere {
		l.inv.tx.Cancel("Reason", `SIP;cause=200;text="Call completed elsewhere"`)
	} else {
		l.inv.tx.Cancel()
	}
}

// firstInvited takes what comes of the INVITE that makes a leg.
func (l *leg) firstInvited(i *invitation, code int, res *sip.Response, err error) {
	s := l.s
	switch {
	case code < 200:
		if l.state == legEarly && !s.over && s.leg == nil {
			l.rings(code, i, res)
		}
	case code < 300:
		l.answered(i, res)
	case l.state != legEarly:
	case err != nil && l.other.Addr.IsValid() && code != 408: // the connection is gone
		l.back, l.other = l.other, sipua.Target{}
		l.launch(i, i.req, l.back)
	default:
		l.drop()
		if code < 400 {
			code = 480
			if !s.d.trunk() && s.to == "" {
				s.to = redirection(res)
			}
		}
		s.forkFailed(code)
	}
}

// redirection is the number that a 3xx leads to, "" if it is none of ours to call.
func redirection(res *sip.Response) string {
	list, err := sipua.Contacts(res)
	if err != nil || len(list) == 0 || list[0].Star {
		return ""
	}
	number := sipua.User(&list[0].URI)
	if len(number) > call.MaxDigits || strings.Trim(number, "+0123456789*#ABCD") != "" {
		return ""
	}
	return number
}

// rings is told of a provisional answer.
func (l *leg) rings(code int, i *invitation, res *sip.Response) {
	s := l.s
	if code != 180 && code != 183 {
		return
	}
	l.earlyTag = sipua.ToTag(res)
	var media call.Media
	if d, bad := describedBy(res); bad == 0 && d != nil && i.offered {
		media = d.media
	}
	if s.alerted && (media == s.early || !media.Valid()) {
		return
	}
	s.alerted, s.early = true, media
	l.do(call.Alerting{Device: s.d.id, Ref: s.ref, Media: media})
}

// answered takes a 200: the first is the answer, what comes later by other forks is
// acknowledged and ended.
func (l *leg) answered(i *invitation, res *sip.Response) {
	s := l.s
	dialog, err := sipua.UACDialog(i.req, res)
	if err != nil { // no Contact: the request URI will do
		d := *l.dialog
		d.RemoteTag = sipua.ToTag(res)
		dialog = &d
	}
	if l.state == legUp { // another branch of a proxy's fork
		l.refuse(dialog, i)
		return
	}
	l.dialog = dialog
	if l.state == legOver || s.over || s.leg != nil {
		l.refuse(dialog, i)
		l.drop()
		return
	}
	s.leg, l.state = l, legUp
	s.stopTimer()
	s.cancelForks(l)
	d, bad := describedBy(res)
	if bad != 0 || d == nil {
		l.ack(i, nil)
		l.bye()
		s.reject(488)
		return
	}
	st := &l.stream
	if i.offered {
		l.ack(i, nil)
		st.took(*d, i.told, d.media.Codecs)
	} else {
		st.peer = *d
		l.ackDue = i
	}
	st.reported = d.media
	l.update = allows(res, "UPDATE")
	l.resumeTimer(res)
	if s.page {
		l.do(call.MediaReady{Device: s.d.id, Ref: s.ref, Media: d.media, OK: d.media.Valid()})
		return
	}
	l.do(call.Answer{Device: s.d.id, Ref: s.ref, Media: d.media})
	if l.ackDue != nil {
		l.ready(told{dir: inactive}) // starts the wait
	}
}

// refuse ends a dialog that nobody wants.
func (l *leg) refuse(d *sipua.Dialog, i *invitation) {
	l.ackIn(d, i, nil)
	if req, err := d.Request("BYE", ""); err == nil {
		l.a.ua.Send(req, l.back, func(*sip.Response, error) {})
	}
}

// answerInAck answers the offer of a 200 in its ACK.
func (l *leg) answerInAck(w told) {
	i := l.ackDue
	l.ackDue = nil
	body := l.answer(l.stream.peer, w)
	l.ack(i, body)
	if body == nil { // no codec in common
		l.s.hangUp()
		return
	}
	l.negotiate(wanted(l.s.view))
}

// ringHeaders are those of an INVITE to a phone that is to ring.
func (l *leg) ringHeaders() []string {
	c, host := l.s.view, l.a.ua.Advertised().Addr().String()
	headers := l.identity(false)
	for n, p := range []call.Party{c.Redirecting, c.Original} {
		if p.Number != "" && (n == 0 || p != c.Redirecting) {
			headers = append(headers, "Diversion", address(p, host)+";privacy=off;reason=unknown;screen=no")
		}
	}
	if l.s.d.trunk() {
		return headers
	}
	// Names that Cisco's phones know as ring patterns.
	if n := map[call.Ring]int{call.RingInside: 1, call.RingOutside: 2, call.RingFeature: 3, call.RingBeep: 4}[c.Ring]; n > 0 {
		headers = append(headers, "Alert-Info", "<file://Bellcore-dr"+strconv.Itoa(n)+"/>")
	}
	if c.AutoAnswer {
		headers = append(headers, "Call-Info", "<sip:"+host+">;answer-after=0")
	}
	return headers
}
