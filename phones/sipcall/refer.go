package sipcall

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/phones/call"
)

// referral is a REFER that was accepted, and its implicit subscription (RFC 3515).
type referral struct {
	l       *leg
	with    *session // the other call of an attended transfer, nil if there is none
	event   string
	silent  bool // no subscription (RFC 4488)
	waiting bool // a NOTIFY has no answer yet
	code    int  // outcome that is to be told; 0: none yet
	over    bool
	timer   *time.Timer
}

// refer handles REFER.
func (a *Agent) refer(tx *sipua.ServerTx) {
	req := tx.Request()
	if bad := sipua.Unsupported(req, "replaces", "timer", "norefersub"); len(bad) > 0 {
		_ = tx.Reject(420, "", "Unsupported", strings.Join(bad, ", "))
		return
	}
	switch {
	case sipua.ToTag(req) != "":
		a.inDialog(tx, (*leg).onRefer)
	case hasRemoteCC(req):
		a.remoteCC(tx)
	default: // nobody calls on behalf of others
		_ = tx.Reject(403, "")
	}
}

// onRefer transfers the call.
func (l *leg) onRefer(tx *sipua.ServerTx) {
	req := tx.Request()
	to := sipua.Values(req, "Refer-To")
	if len(to) != 1 {
		_ = tx.Reject(400, "Not one Refer-To")
		return
	}
	number, replaces, err := referTo(to[0])
	switch {
	case err != nil:
		_ = tx.Reject(400, "Malformed Refer-To")
		return
	case l.state != legUp || l.s.over:
		_ = tx.Reject(491, "")
		return
	case l.refers >= maxRefers:
		busy(tx)
		return
	}
	r := &referral{l: l, event: "refer", silent: strings.EqualFold(sipua.Value(req, "Refer-Sub"), "false")}
	if l.referred++; l.referred > 1 { // RFC 3515 2.4.6
		r.event += fmt.Sprintf(";id=%d", req.CSeq().SeqNo)
	}
	res := tx.NewResponse(202, "")
	add(res, "Contact", "<"+l.contact()+">")
	if r.silent {
		add(res, "Refer-Sub", "false")
	}
	_ = tx.Respond(res)
	l.refers++
	l.s.transfers++
	r.timer = l.a.after(l.device, referExpiry*time.Second, func() { r.done(408) })
	r.notify(100)
	done := func(code int) { // on the exchange's goroutine
		l.a.post(l.device, func(*device) { r.done(code) })
	}
	if replaces == "" {
		l.do(call.TransferTo{Device: l.device, Ref: l.s.ref, Number: number, Done: done})
		return
	}
	if r.with = l.s.d.replaced(replaces); r.with == nil || r.with == l.s {
		r.with = nil
		r.done(481)
		return
	}
	r.with.transfers++
	l.do(call.Join{Device: l.device, Ref: l.s.ref, With: r.with.ref, Done: done})
}

// maxRefers bounds the subscriptions of one dialog.
const maxRefers = 4

// replaced finds a call of the device by the dialog that a Replaces names. In a
// Refer-To it is as the third party sees it: its to-tag is ours.
func (d *device) replaced(value string) *session {
	id, params := sipua.SplitValue(value)
	l := d.a.find(id, params["to-tag"])
	if l == nil || l.device != d.id || l.dialog.RemoteTag != params["from-tag"] || l.s.leg != l || l.s.over {
		return nil
	}
	return l.s
}

// done takes the outcome of a transfer.
func (r *referral) done(code int) {
	if r.over {
		return
	}
	r.over = true
	r.timer.Stop()
	for _, s := range []*session{r.l.s, r.with} {
		if s == nil {
			continue
		}
		s.transfers--
		if s.left && s.transfers == 0 {
			s.left = false
			if code >= 300 && !s.leaving {
				s.tell() // the phone has left it to us, and it came to nothing
			} else if s.leaving || !s.born {
				delete(s.d.sessions, s.ref)
			}
		}
	}
	r.notify(max(code, 200))
	for _, s := range []*session{r.l.s, r.with} {
		if s != nil && s.leaving && s.transfers == 0 {
			s.gone()
		}
	}
}

// notify tells the phone how the transfer goes; the outcome waits for the answer to
// what was told before.
func (r *referral) notify(code int) {
	l := r.l
	switch {
	case r.silent:
		if code >= 200 {
			r.end()
		}
		return
	case r.waiting:
		r.code = code
		return
	}
	req, err := l.dialog.Request("NOTIFY", l.contact())
	if err != nil {
		r.end()
		return
	}
	state := fmt.Sprintf("active;expires=%d", referExpiry)
	if code >= 200 {
		state = "terminated;reason=noresource"
	}
	add(req, "Event", r.event, "Subscription-State", state, "Content-Type", "message/sipfrag;version=2.0")
	req.SetBody([]byte(fmt.Sprintf("SIP/2.0 %d %s\r\n", code, sipua.ReasonPhrase(code))))
	r.waiting = true
	l.send(req, func(*sip.Response, error) {
		r.waiting = false
		switch {
		case code >= 200:
			r.end()
		case r.code != 0:
			r.notify(r.code)
		}
	})
}

// end ends the subscription.
func (r *referral) end() {
	l := r.l
	l.refers--
	if l.state == legOver {
		l.drop()
	}
}

// referTo reads a Refer-To: the number, and the Replaces header in its URI.
func referTo(value string) (number, replaces string, err error) {
	text := value
	if i := strings.IndexByte(value, '<'); i >= 0 {
		text = value[i+1:]
		n := strings.IndexByte(text, '>')
		if n < 0 {
			return "", "", fmt.Errorf("no > in %q", value)
		}
		text = text[:n]
	}
	text, headers, _ := strings.Cut(strings.TrimSpace(text), "?")
	var uri sip.Uri
	if err := sip.ParseUri(text, &uri); err != nil {
		return "", "", fmt.Errorf("URI of Refer-To: %w", err)
	}
	for h := range strings.SplitSeq(headers, "&") {
		name, v, _ := strings.Cut(h, "=")
		if !strings.EqualFold(name, "Replaces") {
			continue
		}
		if replaces, err = url.PathUnescape(v); err != nil || replaces == "" {
			return "", "", fmt.Errorf("replaces in %q", value)
		}
	}
	number = sipua.User(&uri)
	if (number == "" && replaces == "") || len(number) > call.MaxDigits {
		return "", "", fmt.Errorf("no number in %q", value)
	}
	return number, replaces, nil
}
