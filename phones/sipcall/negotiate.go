package sipcall

import (
	"errors"
	"net/netip"

	"github.com/emiago/sipgo/sip"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/phones/call"
)

// stream is what has been agreed about the audio of a leg.
type stream struct {
	origin   origin
	peer     description // newest of the peer
	told     told        // newest that the peer has taken from us
	far      call.Media  // newest valid address of those
	agreed   call.Codecs // of both
	held     bool        // the peer has put us on hold
	reported call.Media  // newest that the exchange knows
}

// told is what a peer is told of the other party: where to send (m, unless that is
// nowhere) and whether it may.
type told struct {
	m   call.Media
	dir direction // sendrecv or inactive
}

// wanted is what a View wants the device told.
func wanted(c call.CallView) told {
	switch {
	case !c.Send.Valid() || c.State == call.Held || c.State == call.HeldRemote:
		return told{dir: inactive}
	case c.Send.Inactive:
		return told{c.Send, inactive}
	}
	return told{c.Send, sendrecv}
}

// serves reports whether what the peer has been told will do.
func (st *stream) serves(w told) bool {
	if st.told.dir != w.dir {
		return false
	}
	return w.dir == inactive || st.told.m.Addr == w.m.Addr && (w.m.Codecs == 0 || w.m.Codecs&st.agreed != 0)
}

// offer writes an offer and remembers nothing but that it is a new version.
func (l *leg) offer(w told) []byte {
	st := &l.stream
	l.version()
	return offerSDP(st.origin, st.peer.lines, st.peer.audio, w.m, w.dir)
}

// offerPage offers audio to listen to. Who speaks is of no interest to the phone.
func (l *leg) offerPage() []byte {
	l.version()
	from := call.Media{Addr: netip.AddrPortFrom(l.stream.origin.addr, silentPort), Codecs: call.G711u}
	return offerSDP(l.stream.origin, nil, 0, from, sendonly)
}

// answer writes the answer to the peer's offer and takes it as agreed; nil if there
// is no codec in common.
func (l *leg) answer(offer description, w told) []byte {
	st := &l.stream
	l.version()
	body, codec := answerSDP(st.origin, offer, w.m, answerDirection(offer.dir, w.dir))
	if body == nil {
		return nil
	}
	st.took(offer, w, codec)
	return body
}

// took remembers what has been agreed.
func (st *stream) took(peer description, w told, agreed call.Codecs) {
	st.peer, st.told, st.agreed = peer, w, agreed
	if w.m.Valid() {
		st.far = w.m
	}
}

// version counts descriptions. RFC 3264 8.
func (l *leg) version() {
	o := &l.stream.origin
	if o.id == 0 { // all but the version stays
		o.id = newSessionID()
		o.version = o.id
		o.addr = l.a.ua.Advertised().Addr()
	}
	o.version++
}

// took takes the peer's answer to an offer of w. It reports whether the peer resumes by
// that, so that the View is about to change.
func (l *leg) took(answer description, w told) (resumes bool) {
	st := &l.stream
	st.took(answer, w, answer.media.Codecs)
	if w.dir == inactive {
		answer.media.Inactive = false // it had no choice
	}
	switch {
	case !st.held:
		l.report(answer.media, true)
	case w.dir == sendrecv && !answer.media.Inactive:
		return l.offered(answer)
	}
	return false
}

// report tells the exchange where the device receives, if that is new. An answer
// lists fewer codecs than the device has, which is nothing new.
func (l *leg) report(m call.Media, answer bool) {
	old := &l.stream.reported
	if m.Addr == old.Addr && m.Inactive == old.Inactive && (answer || m == *old) {
		return
	}
	*old = m
	l.do(call.MediaReady{Device: l.s.d.id, Ref: l.s.ref, Media: m, OK: m.Valid()})
}

// negotiate sends a re-INVITE if what the peer was told is not what w says. One at a
// time; what changes meanwhile is seen when it is done.
func (l *leg) negotiate(w told) {
	st := &l.stream
	if l.state != legUp || l.inv != nil || l.unacked || l.again != nil {
		return
	}
	switch l.s.view.State {
	case call.Connected, call.Held, call.HeldRemote:
	default: // the exchange does not know yet that it was answered
		return
	}
	if !l.force && (st.held || st.serves(w)) {
		if !st.held && w.dir == sendrecv {
			l.rename()
		}
		return
	}
	if st.held {
		w = st.told
	}
	l.force = false
	l.invite(&invitation{told: w}, l.offer(w), append(l.identity(false), l.timerHeaders()...)...)
}

// refresh sends a re-INVITE though nothing has changed.
func (l *leg) refresh() {
	if l.state == legUp {
		l.force = true
		l.follow()
	}
}

// reinvited takes the outcome of a re-INVITE.
func (l *leg) reinvited(i *invitation, code int, res *sip.Response, err error) {
	switch {
	case code < 200:
		return
	case code < 300:
		l.retarget(res)
		l.ack(i, nil)
		if l.state == legOver {
			return
		}
		answer, bad := describedBy(res)
		l.resumeTimer(res)
		if bad != 0 || answer == nil { // it stays as it was
			l.stream.told = i.told
		} else if l.took(*answer, i.told) {
			return
		}
	case l.state == legOver:
		return
	case code == 491 || errors.Is(err, sipua.ErrOverload):
		l.force = true
		l.again = l.s.after(l.glare(), func() {
			l.again = nil
			l.follow()
		})
		return
	case code == 408 || code == 481 || err != nil: // RFC 3261 12.2.1.2
		l.bye()
		l.s.lost()
		return
	default: // refused: not asked again until there is something new
		l.stream.told = i.told
		l.stream.agreed = call.AllCodecs
	}
	l.follow()
}

// retarget takes the Contact of a 2xx to a target refresh. RFC 3261 12.2.1.2.
func (l *leg) retarget(res *sip.Response) {
	if list, err := sipua.Contacts(res); err == nil && len(list) > 0 && !list[0].Star && list[0].URI.Host != "" {
		l.dialog.RemoteTarget = list[0].Text
	}
}

// offered takes an offer of the peer in an established dialog. It reports whether
// the answer may have to wait for where to send.
func (l *leg) offered(offer description) (mayWait bool) {
	st := &l.stream
	id, ref := l.s.d.id, l.s.ref
	if offer.media.Inactive {
		if !st.held {
			st.held = true
			l.do(call.Hold{Device: id, Ref: ref})
		}
		return false
	}
	l.report(offer.media, false)
	if st.held || l.s.view.State == call.Held {
		st.held = false
		l.do(call.Resume{Device: id, Ref: ref})
		return true
	}
	return false
}
