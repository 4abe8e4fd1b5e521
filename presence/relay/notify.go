package relay

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/presence"
	"github.com/busylamp/busylamp/presence/pidf"
)

// reply is the answer to a NOTIFY.
type reply struct {
	code    int
	headers []string
}

func answer(code int, headers ...string) reply { return reply{code, headers} }

// notify handles NOTIFY, on the worker of its Call-ID.
func (r *Relay) notify(tx *sipua.ServerTx) {
	done := make(chan reply, 1)
	r.post(func() { done <- r.heard(tx.Request()) })
	var a reply
	select {
	case a = <-done:
	case <-r.stopped:
		a = answer(481)
	}
	if a.code != 200 {
		r.debug(topicErrors, 0, "presence_relay_notify", "NOTIFY from %s answered %d", tx.Source(), a.code)
	}
	if err := tx.Reject(a.code, "", a.headers...); err != nil {
		r.debug(topicErrors, 0, "presence_relay_notify", "%d not sent: %v", a.code, err)
	}
}

// knows says whether a dialog is one at the server. It is called on a worker.
func (r *Relay) knows(k sipua.Key) bool {
	found := make(chan bool, 1)
	r.post(func() {
		u := r.usages[sipua.Key{CallID: k.CallID, LocalTag: k.LocalTag}]
		found <- u != nil && (u.live || u.made) && u.d.RemoteTag == k.RemoteTag
	})
	select {
	case is := <-found:
		return is
	case <-r.stopped:
		return false
	}
}

// heard takes a NOTIFY and says how to answer it (RFC 6665 4.1.3).
func (r *Relay) heard(req *sip.Request) reply {
	k := sipua.KeyOf(req)
	tag := k.RemoteTag
	k.RemoteTag = ""
	u := r.usages[k]
	if u == nil || k.LocalTag == "" {
		return answer(481)
	}
	if tag == "" {
		return answer(400)
	}
	if u.live && tag != u.d.RemoteTag {
		return answer(481) // a fork that was later
	}
	if tags := sipua.Unsupported(req); len(tags) > 0 {
		return answer(420, "Unsupported", strings.Join(tags, ", "))
	}
	events := sipua.Values(req, "Event")
	if len(events) != 1 {
		return answer(489, "Allow-Events", "presence")
	}
	event, params := sipua.SplitValue(events[0])
	if event != "presence" {
		return answer(489, "Allow-Events", "presence")
	}
	if params["id"] != "" {
		return answer(481) // ours has none
	}
	states := sipua.Values(req, "Subscription-State")
	if len(states) != 1 {
		return answer(400)
	}
	state, params := sipua.SplitValue(states[0])
	over := strings.EqualFold(state, "terminated")
	if a := r.enter(u, req, tag, over); a.code != 200 {
		return a
	}
	line, body := read(req)
	r.debug(topicTrace, u.id, "presence_relay_notify", "%s@%s: %s", u.out.Number, u.out.Server, states[0])
	if len(req.Body()) > 0 {
		r.debug(topicXML, u.id, "presence_relay_notify", "%s", logbuf.Lines(req.Body()))
	}
	if over {
		r.over(u, params, line, body)
		return answer(200)
	}
	if u.sub == nil {
		return answer(200)
	}
	u.silence = time.Time{}
	if d, ok := delta(params["expires"]); ok {
		u.lives(min(d, longestLife))
	}
	r.setAlarm(u)
	r.well(u.sub)
	switch {
	case body.code == 200 && line != nil:
		r.publish(u.sub, *line)
	case body.code != 200: // it says something, and we do not know what
		r.publish(u.sub, presence.Line{})
	}
	return body
}

// enter makes the dialog with the first NOTIFY, which may come before the 200 (RFC
// 6665 4.4.1), and keeps its order afterwards.
func (r *Relay) enter(u *usage, req *sip.Request, tag string, over bool) reply {
	if u.live {
		d := *u.d
		switch err := d.Check(req); {
		case errors.Is(err, sipua.ErrOldCSeq):
			return answer(500)
		case err != nil:
			return answer(400)
		case len(d.RemoteTarget) > maxText:
			return answer(513)
		}
		u.d.RemoteCSeq = d.RemoteCSeq
		if d.RemoteTarget != u.d.RemoteTarget {
			u.d.RemoteTarget = strings.Clone(d.RemoteTarget)
			r.keep(u)
		}
		return answer(200)
	}
	d, err := sipua.UASDialog(req, u.d.LocalTag)
	if err == nil {
		d, err = own(d)
	}
	switch {
	case errors.Is(err, errTooLong):
		return answer(513)
	case err == nil:
		u.d.RemoteTag, u.d.Remote, u.d.RemoteTarget, u.d.Routes = d.RemoteTag, d.Remote, d.RemoteTarget, d.Routes
		u.d.RemoteCSeq = d.RemoteCSeq
		u.live, u.born = true, time.Now()
		if !over {
			r.keep(u)
		}
	case !over: // one that is over need not say where it was
		return answer(400)
	}
	return answer(200)
}

// over takes the last NOTIFY of a subscription.
func (r *Relay) over(u *usage, params map[string]string, line *presence.Line, body reply) {
	reason := strings.ToLower(params["reason"])
	after, _ := delta(params["retry-after"])
	if s := u.sub; s != nil && reason == reasonInvariant && body.code == 200 && line != nil {
		r.forget(u)
		r.well(s)
		s.settled = true
		r.publish(s, *line)
		return
	}
	v := judgeReason(reason)
	if v == atOnce && after > 0 || reason == presence.ReasonTimeout && u.asked == 0 {
		v = forNow
	}
	r.lost(u, v, after, strings.TrimSpace("terminated "+reason))
}

// reasonInvariant: the state will not change (RFC 6665 4.1.3).
const reasonInvariant = "invariant"

// read reads the body of a NOTIFY: the state it tells, nil if there is no body, and
// what to answer.
func read(req *sip.Request) (*presence.Line, reply) {
	if len(req.Body()) == 0 {
		return nil, answer(200)
	}
	kind, _ := sipua.SplitValue(sipua.Value(req, "Content-Type"))
	kind = strings.ToLower(kind)
	switch {
	case kind == pidf.ContentType, kind == pidf.ContentTypeOld, strings.HasPrefix(kind, "multipart/"):
	default:
		return nil, answer(415, "Accept", accepted)
	}
	if sipua.Value(req, "Content-Encoding") != "" {
		return nil, answer(415, "Accept", accepted, "Accept-Encoding", "identity")
	}
	b, err := pidf.Decode(req.Body())
	if err != nil {
		return nil, answer(400)
	}
	return &b.Line, answer(200)
}

// delta reads delta-seconds; more than a day counts as a day, which nobody waits.
func delta(text string) (time.Duration, bool) {
	text = strings.TrimSpace(text)
	if text == "" || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil || n > uint64(2*longestLife/time.Second) {
		n = uint64(2 * longestLife / time.Second)
	}
	return time.Duration(n) * time.Second, true
}
