package sipcall

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"github.com/busylamp/busylamp/internal/sipua"
)

// inDialog hands a request to its dialog and waits until it is answered. It runs on
// the worker of the Call-ID.
func (a *Agent) inDialog(tx *sipua.ServerTx, f func(*leg, *sipua.ServerTx)) {
	key := sipua.KeyOf(tx.Request())
	l := a.find(key.CallID, key.LocalTag)
	if l == nil {
		_ = tx.Reject(481, "")
		return
	}
	done := make(chan struct{})
	if !a.postRequest(l.device, func(*device) { defer close(done); l.request(tx, f) }) {
		busy(tx)
		return
	}
	<-done // it does not wait for this worker
}

// request checks that a request is the dialog's next one.
func (l *leg) request(tx *sipua.ServerTx, f func(*leg, *sipua.ServerTx)) {
	req := tx.Request()
	if l.state == legOver || sipua.FromTag(req) != l.dialog.RemoteTag {
		_ = tx.Reject(481, "")
		return
	}
	l.back = tx.Reply() // the peer's mapping by a NAT, or its connection, may be a new one
	if err := l.dialog.Check(req); errors.Is(err, sipua.ErrOldCSeq) {
		_ = tx.Reject(500, "")
		return
	} else if err != nil {
		_ = tx.Reject(400, "No usable Contact")
		return
	}
	f(l, tx)
}

// onBye ends the call.
func (l *leg) onBye(tx *sipua.ServerTx) {
	_ = tx.Reject(200, "")
	if l.tx != nil {
		_ = l.tx.Reject(487, "")
		l.tx = nil
	}
	if l.ackDue != nil {
		l.ack(l.ackDue, nil)
	}
	l.drop()
	l.s.lost()
}

// onInvite takes a re-INVITE.
func (l *leg) onInvite(tx *sipua.ServerTx, offer *description) {
	switch {
	case l.tx != nil || l.unacked: // RFC 3261 14.2
		_ = tx.Reject(500, "", "Retry-After", strconv.Itoa(rand.IntN(11)))
		return
	case l.inv != nil || l.ackDue != nil || l.state != legUp:
		_ = tx.Reject(491, "")
		return
	}
	l.tx, l.txOffer = tx, offer
	tx.OnCancel(func() {
		l.a.post(l.device, func(*device) {
			if l.tx == tx {
				l.tx = nil
			}
		})
	})
	if offer != nil && l.offered(*offer) {
		l.follow()
		return
	}
	w := wanted(l.s.view)
	if offer == nil && l.stream.held && l.stream.far.Valid() { // it may resume by its answer
		w = told{l.stream.far, sendrecv}
	}
	l.answerAgain(w)
}

// answerAgain answers a re-INVITE.
func (l *leg) answerAgain(w told) {
	body := l.describe(w)
	if body == nil {
		_ = l.tx.Reject(488, "")
		l.tx, l.txOffer = nil, nil
		return
	}
	l.ok(body)
}

// onUpdate takes an UPDATE (RFC 3311): an offer that is to be answered at once, or a
// sign of life.
func (l *leg) onUpdate(tx *sipua.ServerTx) {
	offer, bad := describedBy(tx.Request())
	if bad != 0 {
		_ = tx.Reject(bad, "", acceptFor(bad)...)
		return
	}
	if code, headers := sessionTooShort(tx.Request()); code != 0 {
		_ = tx.Reject(code, "", headers...)
		return
	}
	res := tx.NewResponse(200, "")
	add(res, "Contact", "<"+l.contact()+">", "Allow", l.a.ua.Allow(), "Supported", supported)
	if offer != nil {
		body := l.updated(tx, *offer)
		if body == nil {
			return
		}
		add(res, "Content-Type", "application/sdp")
		res.SetBody(body)
	}
	add(res, l.agreeTimer(tx.Request())...)
	_ = tx.Respond(res)
	l.follow()
}

// updated answers the offer of an UPDATE; nil if it has refused it.
func (l *leg) updated(tx *sipua.ServerTx, offer description) []byte {
	if l.state != legUp || l.tx != nil || l.unacked || l.inv != nil || l.ackDue != nil {
		_ = tx.Reject(491, "")
		return nil
	}
	l.offered(offer)
	w := wanted(l.s.view)
	if w.dir != sendrecv && l.stream.told.m.Valid() && !offer.media.Inactive {
		w = told{l.stream.told.m, sendrecv} // as it was before the hold; a re-INVITE follows if it has changed
	}
	body := l.answer(offer, w)
	if body == nil {
		_ = tx.Reject(488, "")
	}
	return body
}

// rename tells the peer that it speaks with somebody else though its media stay, by
// UPDATE if it takes that. Whatever it answers, it has been told.
func (l *leg) rename() {
	other := l.remote()
	if other == l.named || other.Number == "" {
		return
	}
	if !l.update {
		l.named = other // lest it is asked for twice
		l.refresh()
		return
	}
	req, err := l.dialog.Request("UPDATE", l.contact())
	if err != nil {
		return
	}
	add(req, l.identity(false)...)
	add(req, l.timerHeaders()...)
	add(req, "Allow", l.a.ua.Allow(), "Supported", supported)
	l.send(req, func(res *sip.Response, err error) {
		switch {
		case l.state == legOver:
		case err != nil && !errors.Is(err, sipua.ErrOverload), err == nil && (res.StatusCode == 408 || res.StatusCode == 481): // RFC 3261 12.2.1.2
			l.bye()
			l.s.lost()
		case err == nil && res.StatusCode < 300:
			l.retarget(res)
			l.resumeTimer(res)
		}
	})
}

// allows reports whether a message lists a method in Allow.
func allows(m sip.Message, method string) bool {
	return slices.Contains(sipua.List(m, "Allow"), method)
}

// onInfo takes INFO. Digits within a call have nobody to hear them here.
func (l *leg) onInfo(tx *sipua.ServerTx) {
	_ = tx.Reject(200, "")
}

// challenged says that a response asks for credentials.
func challenged(res *sip.Response) bool { return res.StatusCode == 401 || res.StatusCode == 407 }

// authorize adds credentials for a challenge that was answered before.
func (l *leg) authorize(req *sip.Request) {
	if l.auth == nil {
		return
	}
	if v, ok := l.auth.Authorization(string(req.Method), req.Recipient.String()); ok {
		add(req, l.proof, v)
	}
}

// answerChallenge makes the same request with credentials; ok is false if there
// are none.
func (l *leg) answerChallenge(req *sip.Request, res *sip.Response) (again *sip.Request, ok bool) {
	if l.auth == nil {
		return nil, false
	}
	ask, give := "WWW-Authenticate", "Authorization"
	if res.StatusCode == 407 {
		ask, give = "Proxy-Authenticate", "Proxy-Authorization"
	}
	v, ok := l.auth.Answer(sipua.Values(res, ask), l.a.config.Load().Realm, string(req.Method), req.Recipient.String())
	if !ok {
		return nil, false
	}
	l.proof = give
	again = req.Clone()
	for again.RemoveHeader(give) {
	}
	l.dialog.LocalCSeq++
	again.CSeq().SeqNo = l.dialog.LocalCSeq
	add(again, give, v)
	return again, true
}

// refresher is the session timer of a leg. RFC 4028.
type refresher struct {
	interval int  // s; 0: none
	ours     bool // we refresh
	timer    *time.Timer
}

// sessionTooShort refuses a session timer below our minimum. RFC 4028 9.
func sessionTooShort(req *sip.Request) (code int, headers []string) {
	n, _ := sessionExpires(req)
	if n > 0 && n < minSession && listed(req, "Supported", "timer") {
		return 422, []string{"Min-SE", strconv.Itoa(minSession)}
	}
	return 0, nil
}

// sessionExpires reads Session-Expires; 0 if there is none.
func sessionExpires(m sip.Message) (seconds int, refresher string) {
	v, params := sipua.SplitValue(sipua.Value(m, "Session-Expires"))
	n, err := strconv.ParseUint(v, 10, 31)
	if err != nil {
		return 0, ""
	}
	return int(n), strings.ToLower(params["refresher"])
}

func listed(m sip.Message, header, tag string) bool {
	for _, t := range append(sipua.List(m, header), sipua.List(m, "Require")...) {
		if strings.EqualFold(t, tag) {
			return true
		}
	}
	return false
}

// agreeTimer takes the session timer of a request and returns the headers of its 200.
func (l *leg) agreeTimer(req *sip.Request) []string {
	n, who := sessionExpires(req)
	if n == 0 { // nobody expects to be refreshed any more: RFC 4028 7.2
		l.setTimer(0, false)
		return nil
	}
	timed := listed(req, "Supported", "timer")
	if who == "" {
		who = "uac"
		if !timed {
			who = "uas"
		}
	}
	l.setTimer(n, who == "uas")
	headers := []string{"Session-Expires", strconv.Itoa(n) + ";refresher=" + who}
	if who == "uac" && timed {
		headers = append(headers, "Require", "timer")
	}
	return headers
}

// resumeTimer takes the session timer of a 200 to our request.
func (l *leg) resumeTimer(res *sip.Response) {
	n, who := sessionExpires(res)
	l.setTimer(n, who != "uas")
}

// setTimer starts the session timer anew: at half of it we refresh, or shortly before
// its end the call is over because the peer did not. RFC 4028 10.
func (l *leg) setTimer(n int, ours bool) {
	r := &l.refresher
	if r.timer != nil {
		r.timer.Stop()
		r.timer = nil
	}
	r.interval, r.ours = n, ours
	if n == 0 {
		return
	}
	n = max(n, minSession)
	if ours {
		r.timer = l.s.after(time.Duration(n/2)*time.Second, l.refresh)
		return
	}
	r.timer = l.s.after(time.Duration(n-min(32, n/3))*time.Second, l.s.hangUp)
}

// timerHeaders are those of a re-INVITE while a session timer runs.
func (l *leg) timerHeaders() []string {
	r := &l.refresher
	if r.interval == 0 {
		return nil
	}
	who := "uas"
	if r.ours {
		who = "uac"
	}
	return []string{"Session-Expires", strconv.Itoa(r.interval) + ";refresher=" + who}
}
