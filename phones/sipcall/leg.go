package sipcall

import (
	"errors"
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/emiago/sipgo/sip"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/internal/sipua/digest"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
)

type legState uint8

const (
	legEarly legState = iota
	legUp             // the INVITE that made it has its 200
	legOver
)

// leg is one dialog of a call (RFC 3261 12). The goroutine of the device owns it.
type leg struct {
	a        *Agent
	device   phones.Device // whose session it has
	s        *session      // the device's: others look at device only
	key      legKey
	uac      bool         // we sent the INVITE that made it
	back     sipua.Target // the address that the peer is known at
	trusted  bool         // its routes and Contact may lead elsewhere
	guest    bool         // a trunk has called us
	counted  netip.Addr   // of a guest that is not trusted: by which guests counts it
	dialog   *sipua.Dialog
	auth     *digest.Client // of a trunk, nil if there are no credentials
	proof    string         // header that they go into, once they were asked for
	earlyTag string         // To tag of a 180
	state    legState

	tx       *sipua.ServerTx // INVITE of the peer without final answer
	txOffer  *description    // what it offers; nil: nothing, the 200 is to offer
	rang     bool            // 180 or 183 was sent
	early    []byte          // session description of the 183: the 200 repeats it
	unacked  bool            // our 200 is not yet acknowledged
	delayed  bool            // it had an offer: the ACK has the answer
	byeLater bool            // RFC 3261 15: not before the ACK
	inv      *invitation     // INVITE of ours without final answer
	ackDue   *invitation     // its 200 made an offer that we have not answered
	other    sipua.Target    // where else the first INVITE may go

	stream stream
	named  call.Party // the other party, as the peer was told
	update bool       // the peer takes UPDATE
	refresher
	waited   bool        // for media, long enough
	wait     *time.Timer // for media
	again    *time.Timer // after 491
	force    bool        // a re-INVITE is due whether or not there is something new
	refers   int         // subscriptions by REFER under way
	referred int         // and in all
}

// invitation is an INVITE of ours.
type invitation struct {
	req     *sip.Request
	tx      *sipua.InviteTx
	first   bool
	offered bool
	told    told
	retried bool // with credentials
}

// after runs f on a device's goroutine after a time.
func (a *Agent) after(id phones.Device, t time.Duration, f func()) *time.Timer {
	return time.AfterFunc(t, func() { a.post(id, func(*device) { f() }) })
}

// find returns the leg that a request, or a Replaces or dialog-id, names.
func (a *Agent) find(callID, localTag string) *leg {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.legs[legKey{callID, localTag}]
}

// drop forgets the dialog, once its subscriptions have ended too.
func (l *leg) drop() {
	l.state = legOver
	for _, t := range []*time.Timer{l.wait, l.again, l.refresher.timer} {
		if t != nil {
			t.Stop()
		}
	}
	l.stream = stream{} // the transaction of our INVITE keeps the leg for 32 s
	if l.refers > 0 {
		return
	}
	l.leave()
}

// target is where requests go: the first route or the Contact if that is at the
// address the peer is known at or the peer is trusted, else to that address. Over
// TCP it is the connection that there is.
func (l *leg) target() sipua.Target {
	if len(l.dialog.Routes) == 0 && l.back.Transport == "TCP" {
		return l.back
	}
	if t := l.dialog.Target(l.back); l.trusted || t.Addr.Addr() == l.back.Addr.Addr().Unmap() {
		return t
	}
	return l.back
}

// contact is our URI in the dialog.
func (l *leg) contact() string {
	uri := "sip:" + l.a.ua.Advertised().String()
	if l.back.Transport == "TCP" {
		uri += ";transport=tcp"
	}
	return uri
}

// do sends an input about the call.
func (l *leg) do(in call.Input) { l.a.x.Press(in) }

// follow does what the newest View of the call asks for.
func (l *leg) follow() {
	c, w := l.s.view, wanted(l.s.view)
	switch {
	case l.state == legOver:
	case l.tx != nil && l.state == legEarly:
		l.progress(c, w)
	case l.tx != nil:
		if l.ready(w) {
			l.answerAgain(w)
		}
	case l.ackDue != nil:
		if l.ready(w) {
			l.answerInAck(w)
		}
	default:
		l.negotiate(w)
	}
}

// ready reports whether there is media to answer with, or was none for long enough.
func (l *leg) ready(w told) bool {
	if w.dir == sendrecv || l.waited {
		l.waited = false
		if l.wait != nil {
			l.wait.Stop()
			l.wait = nil
		}
		return true
	}
	if l.wait == nil {
		l.wait = l.s.after(mediaWait, func() {
			l.wait, l.waited = nil, true
			l.follow()
		})
	}
	return false
}

// end ends the dialog: code for an INVITE without answer, else BYE.
func (l *leg) end(code int) {
	switch {
	case l.state == legOver:
		return
	case l.state == legEarly && l.tx != nil:
		_ = l.tx.Reject(code, "")
		l.tx = nil
		l.drop()
		return
	case l.tx != nil:
		_ = l.tx.Reject(487, "")
		l.tx = nil
	}
	if l.ackDue != nil {
		l.answerInAck(told{dir: inactive})
	}
	l.bye()
}

// bye ends an established dialog.
func (l *leg) bye() {
	if l.unacked {
		l.byeLater = true
		return
	}
	l.drop()
	if to := l.target(); l.auth == nil && to.Transport == "UDP" { // nothing may have to be said twice
		l.a.asked.Add(1)
		l.a.ua.SendRaw(l.dialog.Raw("BYE", "", l.a.ua.UserAgent(), nil, nil), to, func(*sip.Response, error) { l.a.asked.Add(-1) })
		return
	}
	if req, err := l.dialog.Request("BYE", ""); err == nil {
		l.send(req, func(*sip.Response, error) {})
	}
}

// send sends a request of the dialog that is no INVITE; done runs on the device's
// goroutine. A challenge is answered once.
func (l *leg) send(req *sip.Request, done func(*sip.Response, error)) {
	l.authorize(req)
	l.post(req, func(res *sip.Response, err error) {
		if err == nil && challenged(res) {
			if again, ok := l.answerChallenge(req, res); ok {
				l.post(again, done)
				return
			}
		}
		done(res, err)
	})
}

func (l *leg) post(req *sip.Request, done func(*sip.Response, error)) {
	l.postTo(l.target(), req, func(res *sip.Response, err error) {
		if to, ok := l.anew(err); ok {
			l.back = to
			l.postTo(to, req, done)
			return
		}
		done(res, err)
	})
}

func (l *leg) postTo(to sipua.Target, req *sip.Request, done func(*sip.Response, error)) {
	l.a.asked.Add(1)
	l.a.ua.Send(req, to, func(res *sip.Response, err error) {
		l.a.post(l.device, func(*device) { done(res, err) })
		l.a.asked.Add(-1)
	})
}

// anew is where to try again when a request met the end of its TCP connection: the
// Contact, to which a new one may be made.
func (l *leg) anew(err error) (to sipua.Target, ok bool) {
	if err == nil || l.back.Transport != "TCP" || len(l.dialog.Routes) > 0 ||
		errors.Is(err, sipua.ErrTimeout) || errors.Is(err, sipua.ErrOverload) || errors.Is(err, sipua.ErrClosed) {
		return to, false
	}
	to = l.dialog.Target(l.back)
	to.Transport = "TCP"
	return to, to != l.back && (l.trusted || to.Addr.Addr() == l.back.Addr.Addr().Unmap())
}

// invite sends an INVITE, the first or a further one.
func (l *leg) invite(i *invitation, body []byte, headers ...string) {
	req, err := l.dialog.Request("INVITE", l.contact())
	if err != nil { // a Contact that is no URI
		l.inv = i
		l.a.post(l.device, func(*device) { l.invited(i, nil, err) })
		return
	}
	add(req, headers...)
	add(req, "Allow", l.a.ua.Allow(), "Supported", supported)
	if body != nil {
		add(req, "Content-Type", "application/sdp")
		req.SetBody(body)
		i.offered = true
	}
	l.authorize(req)
	l.launch(i, req, l.target())
}

func (l *leg) launch(i *invitation, req *sip.Request, to sipua.Target) {
	i.req = req
	l.inv = i
	id := l.device
	i.tx = l.a.ua.Invite(req, to, func(res *sip.Response, err error) {
		f := func(*device) { l.invited(i, res, err) }
		if err == nil && res.StatusCode < 200 {
			l.a.postRequest(id, f)
		} else {
			l.a.post(id, f)
		}
	})
}

// invited takes what becomes of an INVITE of ours.
func (l *leg) invited(i *invitation, res *sip.Response, err error) {
	code := 0
	switch {
	case errors.Is(err, sipua.ErrTimeout):
		code = 408
	case err != nil:
		code = 503
	default:
		code = res.StatusCode
	}
	if code >= 200 && l.inv == i {
		l.inv = nil
	}
	if code >= 300 && l.state != legOver && err == nil && challenged(res) && !i.retried {
		if req, ok := l.answerChallenge(i.req, res); ok {
			i.retried = true
			l.launch(i, req, l.target())
			return
		}
	}
	if to, ok := l.anew(err); ok && !i.first && l.state != legOver {
		l.back = to
		l.launch(i, i.req, to)
		return
	}
	switch {
	case i.first:
		l.firstInvited(i, code, res, err)
	default:
		l.reinvited(i, code, res, err)
	}
}

// ack acknowledges a 200.
func (l *leg) ack(i *invitation, body []byte) {
	l.ackIn(l.dialog, i, body)
}

func (l *leg) ackIn(d *sipua.Dialog, i *invitation, body []byte) {
	if l.auth == nil {
		var head []byte
		if body != nil {
			head = []byte("Content-Type: application/sdp\r\n")
		}
		r := d.RawAck(i.req.CSeq().SeqNo, l.a.ua.UserAgent(), head, body)
		_ = i.tx.AckRaw(r, d.RemoteTag, l.target()) // the 200 comes again if it is lost
		return
	}
	req, err := d.Ack(i.req.CSeq().SeqNo)
	if err != nil {
		return
	}
	if body != nil {
		add(req, "Content-Type", "application/sdp")
		req.SetBody(body)
	}
	if auth := sipua.Value(i.req, "Authorization"); auth != "" { // RFC 3261 22.1
		add(req, "Authorization", auth)
	}
	if auth := sipua.Value(i.req, "Proxy-Authorization"); auth != "" {
		add(req, "Proxy-Authorization", auth)
	}
	_ = i.tx.Ack(req, l.target()) // the 200 comes again if it is lost
}

// glare is how long to wait after a 491. RFC 3261 14.1.
func (l *leg) glare() time.Duration {
	if l.uac {
		return 2100*time.Millisecond + time.Duration(rand.IntN(190))*10*time.Millisecond
	}
	return time.Duration(rand.IntN(200)) * 10 * time.Millisecond
}

// add appends headers given as name, value pairs.
func add(m sip.Message, headers ...string) {
	for i := 0; i+1 < len(headers); i += 2 {
		m.AppendHeader(sip.NewHeader(headers[i], headers[i+1]))
	}
}

// supported are the extensions that we can.
const supported = "replaces, timer, norefersub"
