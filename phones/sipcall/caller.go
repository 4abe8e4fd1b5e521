package sipcall

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"strings"

	"github.com/emiago/sipgo/sip"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/internal/sipua/digest"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
)

// invite handles INVITE. It runs on the worker of the Call-ID and leaves the work to
// the device's goroutine; sipua sends 100.
func (a *Agent) invite(tx *sipua.ServerTx) {
	req := tx.Request()
	if tx.Merged() {
		_ = tx.Reject(482, "")
		return
	}
	if bad := sipua.Unsupported(req, "replaces", "timer"); len(bad) > 0 {
		_ = tx.Reject(420, "", "Unsupported", strings.Join(bad, ", "))
		return
	}
	offer, code := describedBy(req)
	if code != 0 {
		_ = tx.Reject(code, "", acceptFor(code)...)
		return
	}
	if code, headers := sessionTooShort(req); code != 0 {
		_ = tx.Reject(code, "", headers...)
		return
	}
	if key := sipua.KeyOf(req); key.LocalTag != "" {
		l := a.find(key.CallID, key.LocalTag)
		if l == nil {
			_ = tx.Reject(481, "")
		} else if !a.postRequest(l.device, func(*device) { l.request(tx, func(l *leg, tx *sipua.ServerTx) { l.onInvite(tx, offer) }) }) {
			busy(tx)
		}
		return
	}
	if sipua.FromTag(req) == "" {
		_ = tx.Reject(400, "No From tag")
		return
	}
	dialog, err := sipua.UASDialog(req, tx.ToTag())
	if err != nil {
		_ = tx.Reject(400, "No usable Contact")
		return
	}
	number := sipua.User(&req.Recipient)
	if number == "" || len(number) > call.MaxDigits && !strings.HasPrefix(number, serviceURI) {
		_ = tx.Reject(404, "")
		return
	}
	who := a.from(tx, number)
	if name := sipua.Value(req, "Replaces"); name != "" {
		a.replace(tx, who, dialog, offer, name)
		return
	}
	a.begin(tx, who, dialog, offer, func(s *session) {
		if !s.service(number) {
			s.dial(number, who, offer)
		}
	})
}

func busy(tx *sipua.ServerTx) { _ = tx.Reject(503, "", "Retry-After", "5") }

// begin makes the session and the leg of a new call.
func (a *Agent) begin(tx *sipua.ServerTx, who caller, dialog *sipua.Dialog, offer *description, start func(*session)) {
	l := a.newLeg(tx, who, dialog)
	if !l.enter() {
		busy(tx)
		return
	}
	ok := a.postRequest(who.device, func(d *device) {
		s := &session{d: d, ref: a.x.NewRef(), leg: l}
		l.s = s
		d.sessions[s.ref] = s
		l.listen(tx, offer)
		s.after(setupWait, func() { // the exchange does not want it
			if !s.known {
				s.hangUp()
			}
		})
		start(s)
	})
	if !ok {
		l.drop()
		busy(tx)
		return
	}
	tx.OnCancel(func() {
		a.post(who.device, func(*device) { l.cancelled(tx) })
	})
}

// newLeg is the leg of an INVITE that came in. Until its session is known nobody
// finds it.
func (a *Agent) newLeg(tx *sipua.ServerTx, who caller, dialog *sipua.Dialog) *leg {
	l := &leg{a: a, key: legKey{dialog.CallID, dialog.LocalTag}, device: who.device, dialog: dialog, back: tx.Reply(), trusted: who.known}
	if who.device.Kind == phones.TrunkDevice {
		l.guest = true
		if who.known {
			l.auth = a.credentials()
		}
	}
	return l
}

// credentials of sip-ua, nil if there are none.
func (a *Agent) credentials() *digest.Client {
	c := a.config.Load()
	if c.Username == "" {
		return nil
	}
	return digest.NewClient(c.Username, c.Password)
}

// listen takes an INVITE that made the leg.
func (l *leg) listen(tx *sipua.ServerTx, offer *description) {
	l.tx, l.txOffer = tx, offer
	l.update = allows(tx.Request(), "UPDATE")
	if offer != nil {
		l.stream.reported = offer.media
	}
}

// dial hands a call to the exchange.
func (s *session) dial(number string, who caller, offer *description) {
	in := call.Dial{Device: s.d.id, Ref: s.ref, Number: number, Calling: who.party}
	if offer != nil {
		in.Media = offer.media
	}
	if s.d.id.Kind == phones.PoolDevice {
		in.Calling, in.Button = call.Party{}, s.d.button(who.number)
	} else if who.peer != nil {
		in.DialPeer = who.peer.Tag
	}
	s.d.a.x.Press(in)
}

// cancelled is told of a CANCEL; the UA answers the INVITE.
func (l *leg) cancelled(tx *sipua.ServerTx) {
	if l.tx != tx || l.state != legEarly {
		return
	}
	l.tx = nil
	l.drop()
	l.s.lost()
}

// progress answers the INVITE that made the leg as far as the View has come.
func (l *leg) progress(c call.CallView, w told) {
	switch {
	case failed(c.State):
		code := c.Code
		if code < 400 || code > 699 {
			code = map[call.State]int{call.Busy: 486, call.Congestion: 503, call.NoSuchNumber: 404}[c.State]
		}
		l.end(code)
		l.s.tell()
	case c.State == call.RingOut:
		l.ringback(w)
	case c.State == call.Connected || c.State == call.Held || c.State == call.HeldRemote:
		if l.early != nil || l.ready(w) {
			l.accept(w)
		}
	}
}

// ringback says that the called party rings: 183 with its early media if there is
// any, else 180.
func (l *leg) ringback(w told) {
	if l.early == nil && w.dir == sendrecv && l.txOffer != nil {
		if l.early = l.answer(*l.txOffer, w); l.early != nil {
			l.provisional(183, l.early)
			return
		}
	}
	if !l.rang {
		l.provisional(180, nil)
	}
}

func (l *leg) provisional(code int, body []byte) {
	l.rang = true
	headers := append(l.identity(true), "Contact", "<"+l.contact()+">")
	if body != nil {
		headers = append(headers, "Content-Type", "application/sdp")
	}
	_ = l.tx.Answer(code, body, headers...) // the 200 says it all again
}

// accept answers the INVITE that made the leg with 200.
func (l *leg) accept(w told) {
	body := l.early
	if body == nil {
		body = l.describe(w)
	}
	if body == nil {
		l.end(488)
		l.s.tell()
		return
	}
	if !l.ok(body) { // cancelled at the last moment
		l.drop()
		l.s.lost()
		return
	}
	l.state = legUp
}

// describe is the session description of a 200: the answer to the offer, or an offer
// if the INVITE made none. nil: no codec in common.
func (l *leg) describe(w told) []byte {
	if l.txOffer != nil {
		l.delayed = false
		return l.answer(*l.txOffer, w)
	}
	l.delayed = true
	l.stream.told = w
	return l.offer(w)
}

// ok sends 200 to the pending INVITE.
func (l *leg) ok(body []byte) bool {
	tx := l.tx
	headers := append(l.identity(true), l.agreeTimer(tx.Request())...)
	headers = append(headers, "Contact", "<"+l.contact()+">", "Allow", l.a.ua.Allow(), "Supported", supported, "Content-Type", "application/sdp")
	tx.OnEnd(func(err error) {
		if err != nil {
			l.a.post(l.device, func(*device) { l.unheard() })
		}
	})
	l.tx, l.txOffer = nil, nil
	l.unacked = !errors.Is(tx.Answer(200, body, headers...), sipua.ErrAnswered)
	return l.unacked
}

// unheard is told that no ACK came. RFC 3261 13.3.1.4.
func (l *leg) unheard() {
	if !l.unacked {
		return
	}
	l.unacked = false
	if l.state != legOver {
		l.bye()
		l.s.lost()
	}
}

// ack handles the ACK to a 200.
func (a *Agent) ack(tx *sipua.ServerTx) {
	key := sipua.KeyOf(tx.Request())
	if l := a.find(key.CallID, key.LocalTag); l != nil {
		answer, _ := describedBy(tx.Request())
		a.post(l.device, func(*device) { l.acked(answer) })
	}
}

// acked takes the ACK, with the answer if the 200 had an offer.
func (l *leg) acked(answer *description) {
	if !l.unacked || l.state == legOver {
		return
	}
	l.unacked = false
	delayed := l.delayed
	l.delayed = false
	switch {
	case l.byeLater:
		l.bye()
		return
	case delayed && answer == nil:
		l.bye()
		l.s.lost()
		return
	case delayed && l.took(*answer, l.stream.told):
		return
	}
	l.follow()
}

// describedBy reads the session description of a message: nil if it has none. code
// is what to refuse it with, 0 if it is in order.
func describedBy(m sip.Message) (d *description, code int) {
	body := m.Body()
	if len(body) == 0 {
		return nil, 0
	}
	kind, params, err := mime.ParseMediaType(sipua.Value(m, "Content-Type"))
	if err == nil && strings.EqualFold(kind, "multipart/mixed") {
		kind, body = partOf(body, params["boundary"])
	}
	if !strings.EqualFold(kind, "application/sdp") {
		_, disposition := sipua.SplitValue(sipua.Value(m, "Content-Disposition"))
		if kind == "" || strings.EqualFold(disposition["handling"], "optional") {
			return nil, 0
		}
		return nil, 415
	}
	got, err := parseSDP(body)
	switch {
	case errors.Is(err, errNoAudio):
		return nil, 488
	case err != nil:
		return nil, 400
	}
	return &got, 0
}

// partOf finds the session description in a multipart body: kind is "" if it has none.
func partOf(body []byte, boundary string) (kind string, part []byte) {
	r := multipart.NewReader(bytes.NewReader(body), boundary)
	for range 8 {
		p, err := r.NextRawPart()
		if err != nil {
			break
		}
		if k, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type")); k == "application/sdp" {
			part, err := io.ReadAll(io.LimitReader(p, maxSDP+1))
			if err != nil {
				break
			}
			return k, part
		}
	}
	return "", nil
}

func acceptFor(code int) []string {
	if code == 415 {
		return []string{"Accept", "application/sdp"}
	}
	return nil
}
