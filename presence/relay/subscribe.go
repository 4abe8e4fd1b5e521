package relay

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/presence"
	"github.com/busylamp/busylamp/presence/pidf"
)

const (
	// wanted is the life that a subscription is asked for (guide: 3600).
	wanted = time.Hour
	// longestLife bounds what a Min-Expires may ask for.
	longestLife = 24 * time.Hour
	// timerN is how long a NOTIFY may take (RFC 6665 4.1.2.4).
	timerN = 32 * time.Second
	// maxText bounds what a dialog keeps of the server's text, in bytes.
	maxText = 4096
)

// accepted are the bodies that can be read.
const accepted = pidf.ContentType + ", " + pidf.ContentTypeOld + ", multipart/*"

// usage is one subscription at the server, from the first SUBSCRIBE on.
type usage struct {
	sub  *sub // nil: it is being ended
	id   uint32
	out  presence.Outgoing
	d    *sipua.Dialog // without remote tag before it exists
	live bool          // a NOTIFY has made the dialog
	made bool          // so has a 2xx, which is enough to end it
	born time.Time     // of the first NOTIFY

	busy  bool          // a SUBSCRIBE is outstanding
	first bool          // and it is the first one
	asked time.Duration // Expires of the last one
	life  time.Duration // Expires of those to come
	trial trial
	brief bool   // asked for Min-Expires already
	proof *probe // the SUBSCRIBE outstanding proves that its server is there; else nil

	until   time.Time // expiry; zero while not known
	refresh time.Time // when to refresh; zero: not
	silence time.Time // when Timer N fires; zero: not running
	next    alarm

	record   uint64 // key in the journal; 0: none
	reserved uint32 // CSeqs up to this one may be used
}

// subscribe begins a subscription.
func (r *Relay) subscribe(s *sub) {
	host := r.ua.Advertised().Addr().String()
	number := sipua.EscapeUser(s.out.Number)
	uri := "sip:" + number + "@" + uriHost(s.out.Server)
	u := &usage{sub: s, id: s.out.SibID, out: s.out, asked: wanted, life: wanted, first: true, d: &sipua.Dialog{
		CallID: sipua.NewCallID(host), LocalTag: sipua.NewTag(),
		Local: "<sip:" + from(s.out) + "@" + host + ">", Remote: "<" + uri + ">", RemoteTarget: uri,
		LocalCSeq: 100, // as a router begins
	}}
	u.next.do = func() { r.due(u) }
	s.use = u
	r.usages[u.key()] = u
	r.tries++
	r.send(u)
}

func (u *usage) key() sipua.Key { return sipua.Key{CallID: u.d.CallID, LocalTag: u.d.LocalTag} }

// from is the user part of the watcher; a phone may have no number.
func from(o presence.Outgoing) string {
	if o.Watcher.User == "" {
		return "anonymous"
	}
	return sipua.EscapeUser(o.Watcher.User)
}

// send sends a SUBSCRIBE for u.asked, which is 0 to unsubscribe.
func (r *Relay) send(u *usage) {
	to := r.server(u.out.Server)
	contact := "sip:" + from(u.out) + "@" + r.ua.Advertised().String()
	if to.Transport == "TCP" {
		contact += ";transport=tcp"
	}
	if u.live || u.made {
		to = u.d.Target(to)
		if u.d.LocalCSeq >= u.reserved {
			r.keep(u)
		}
	}
	req, err := u.d.Request("SUBSCRIBE", contact)
	if err == nil {
		req.AppendHeader(sip.NewHeader("Event", "presence"))
		req.AppendHeader(sip.NewHeader("Expires", sipua.Seconds(u.asked)))
		req.AppendHeader(sip.NewHeader("Accept", accepted))
		r.keys.authorise(&u.trial, u.out.Server, req)
	}
	u.busy = true
	u.refresh = time.Time{}
	u.silence = time.Now().Add(timerN)
	r.setAlarm(u)
	r.debug(topicTrace, u.id, "presence_relay_subscribe", "SUBSCRIBE %s to %s, expires %s", u.out.Number, to.Addr, sipua.Seconds(u.asked))
	seq := u.d.LocalCSeq
	answered := func(res *sip.Response, err error) { r.post(func() { r.answered(u, seq, res, err) }) }
	if err != nil { // a Contact that is no URI after all
		answered(nil, err)
		return
	}
	r.ua.Send(req, to, answered)
}

// answered takes the answer to the SUBSCRIBE with CSeq seq.
func (r *Relay) answered(u *usage, seq uint32, res *sip.Response, err error) {
	if r.usages[u.key()] != u || u.d.LocalCSeq != seq {
		return // ended meanwhile
	}
	u.busy = false
	proof := u.proof
	u.proof = nil
	if proof != nil && (proof.answered || r.probes[u.out.Server] != proof) {
		proof = nil // OPTIONS say it
	}
	if r.ours(err) {
		if proof != nil {
			r.alarms.set(&proof.proof, time.Now().Add(probeAgain))
		}
		switch {
		case u.sub != nil:
			r.again(u)
			return
		case u.record != 0 && u.asked == 0 && r.open:
			u.silence = time.Time{}
			r.setAlarm(u)
			r.stray(u)
			return
		}
	}
	if err != nil {
		r.debug(topicErrors, u.id, "presence_relay_subscribe", "no answer: %v", err)
		if proof != nil && u.sub != nil && r.open {
			r.unproven(proof, u)
			return
		}
		r.lost(u, forNow, 0, err.Error())
		return
	}
	r.debug(topicTrace, u.id, "presence_relay_subscribe", "answer %d", res.StatusCode)
	r.spoke(u.out.Server)
	switch code := res.StatusCode; {
	case code < 300:
		r.accept(u, res)
	case (code == 401 || code == 407) && r.keys.learn(&u.trial, u.out.Server, res), code == 423 && u.longer(res):
		r.send(u)
	case !u.live:
		r.lost(u, judge(code), retryAfter(res), res.Reason)
	case code == 481:
		r.lost(u, atOnce, 0, "the server has forgotten it")
	case u.sub == nil, code == 401, code == 407, endsUsage(code):
		r.lost(u, judge(code), retryAfter(res), res.Reason)
	default: // it lives as long as it would have without (RFC 6665 4.1.2.2)
		u.trial, u.silence = trial{}, time.Time{}
		if judge(code) == forNow {
			u.refresh = time.Now().Add(min(max(retryAfter(res), timerN), longestAsked))
		}
		r.setAlarm(u)
	}
}

// ours says that an error tells nothing about the server: we were too busy to send, or
// the endpoint moved while the request was under way.
func (r *Relay) ours(err error) bool {
	return errors.Is(err, sipua.ErrOverload) || errors.Is(err, sipua.ErrClosed) && r.ua.LocalAddr().IsValid()
}

// again sends in a moment what failed for a reason of our own: that is held against
// nobody. Meanwhile it takes no place in the window.
func (r *Relay) again(u *usage) {
	at := time.Now().Add(time.Second + rand.N(time.Second))
	if u.live || u.made {
		r.began(u)
		u.refresh = at
		r.setAlarm(u)
		return
	}
	s := u.sub
	r.forget(u)
	r.alarms.set(&s.next, at)
}

// endsUsage are the answers to a refresh that end the subscription (RFC 6665 4.1.2.2).
func endsUsage(code int) bool {
	switch code {
	case 404, 405, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 604:
		return true
	}
	return false
}

// longer asks for what a 423 wants, once.
func (u *usage) longer(res *sip.Response) bool {
	d, ok := delta(sipua.Value(res, "Min-Expires"))
	if !ok || u.brief || d <= u.asked || d > longestLife || u.asked == 0 {
		return false
	}
	u.brief, u.asked, u.life = true, d, d
	return true
}

// accept takes a 2xx.
func (r *Relay) accept(u *usage, res *sip.Response) {
	r.began(u)
	u.trial, u.brief = trial{}, false
	if tag := sipua.ToTag(res); !u.live && tag != "" && !u.made {
		if d, err := dialogOf(u, res); err == nil {
			u.made = true
			u.d.RemoteTag, u.d.Remote, u.d.RemoteTarget, u.d.Routes = d.RemoteTag, d.Remote, d.RemoteTarget, d.Routes
			r.keep(u)
		}
	}
	switch {
	case u.sub == nil && u.asked > 0: // ended while it began
		r.unsubscribe(u)
	case u.sub == nil: // the last NOTIFY may be under way, until Timer N
	default:
		granted := u.asked
		if d, ok := sipua.Expires(res); ok {
			granted = min(d, granted)
		}
		u.lives(granted)
		r.setAlarm(u)
	}
}

// dialogOf is the dialog of a 2xx, with strings of its own.
func dialogOf(u *usage, res *sip.Response) (*sipua.Dialog, error) {
	req := sip.NewRequest("SUBSCRIBE", sip.Uri{})
	d, err := sipua.UACDialog(req, res)
	if err != nil {
		return nil, err
	}
	return own(d)
}

var errTooLong = errors.New("dialog text is too long")

// own clones what was cut from a message; errTooLong beyond maxText.
func own(d *sipua.Dialog) (*sipua.Dialog, error) {
	size := len(d.RemoteTag) + len(d.Remote) + len(d.RemoteTarget)
	for _, s := range d.Routes {
		size += len(s)
	}
	if size > maxText {
		return nil, errTooLong
	}
	d.RemoteTag, d.Remote, d.RemoteTarget = strings.Clone(d.RemoteTag), strings.Clone(d.Remote), strings.Clone(d.RemoteTarget)
	d.Routes = slices.Clone(d.Routes)
	for i := range d.Routes {
		d.Routes[i] = strings.Clone(d.Routes[i])
	}
	return d, nil
}

// lives (re)starts the expiry and chooses when to refresh: with a twentieth of the life
// to spare and at least a minute, or half way of a short life, however short: one that is
// over before it is refreshed would tell the watcher unknown in between.
func (u *usage) lives(d time.Duration) {
	now := time.Now()
	u.until = now.Add(d)
	u.refresh = now.Add(d - max(min(d/2, time.Minute), d/20))
}

// began says that the first SUBSCRIBE has its answer, or is given up.
func (r *Relay) began(u *usage) {
	if u.first {
		u.first = false
		r.tries--
	}
}

// due does what the time has come for.
func (r *Relay) due(u *usage) {
	now := time.Now()
	past := func(t time.Time) bool { return !t.IsZero() && !now.Before(t) }
	switch {
	case u.sub == nil && past(u.silence):
		r.forget(u)
	case past(u.silence) && !u.busy:
		r.lost(u, forNow, 0, "no NOTIFY came")
	case past(u.until):
		r.lost(u, atOnce, 0, "expired")
	case past(u.refresh) && !u.busy:
		u.asked, u.trial = u.life, trial{}
		r.send(u)
	default:
		r.setAlarm(u)
	}
}

// setAlarm sets the alarm of a usage. Timer N waits for the answer, which comes
// no later.
func (r *Relay) setAlarm(u *usage) {
	var at time.Time
	add := func(t time.Time) {
		if !t.IsZero() && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	if u.sub == nil || !u.busy {
		add(u.silence)
	}
	if u.sub != nil {
		add(u.until)
		if !u.busy {
			add(u.refresh)
		}
	}
	r.alarms.set(&u.next, at)
}

// lost says that there is no subscription any more.
func (r *Relay) lost(u *usage, v verdict, after time.Duration, why string) {
	s := u.sub
	var lived time.Duration
	if u.live {
		lived = time.Since(u.born)
	}
	r.forget(u)
	if s != nil {
		r.failed(s, v, after, lived, why)
	}
}

// forget takes a usage out: NOTIFYs for it are answered 481 from now on.
func (r *Relay) forget(u *usage) {
	r.began(u)
	r.alarms.set(&u.next, time.Time{})
	delete(r.usages, u.key())
	r.unkeep(u)
	if u.sub == nil {
		r.leaving--
	} else {
		u.sub.use, u.sub = nil, nil
	}
}

// drop ends the subscription of a sibling.
func (r *Relay) drop(s *sub) {
	u := s.use
	if u == nil {
		return
	}
	if r.leaving >= maxLeaving || !u.live && !u.made && !u.busy {
		r.forget(u)
		return
	}
	s.use, u.sub = nil, nil
	r.leaving++
	if !r.open && !u.busy { // it was taken up, and the server cannot be told yet
		r.stray(u)
		return
	}
	if u.busy { // its answer decides
		u.silence = time.Now().Add(2 * timerN)
		r.setAlarm(u)
		return
	}
	r.unsubscribe(u)
}

// unsubscribe ends a usage that nobody wants any more.
func (r *Relay) unsubscribe(u *usage) {
	if !u.live && !u.made {
		r.forget(u)
		return
	}
	u.asked, u.trial = 0, trial{}
	r.send(u)
}

// retryAfter reads Retry-After, which may have a comment and parameters behind the
// number (RFC 3261 20.33).
func retryAfter(res *sip.Response) time.Duration {
	text := strings.TrimSpace(sipua.Value(res, "Retry-After"))
	d, _ := delta(text[:len(text)-len(strings.TrimLeft(text, "0123456789"))])
	return d
}
