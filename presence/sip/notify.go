package sip

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/presence"
)

// Notify keeps the newest Note of a dialog and has it sent as soon as the dialog
// is free. It is called on a shard goroutine of the hub.
func (d *dialog) Notify(n presence.Note) {
	if n.Gone {
		d.drop()
		return
	}
	d.mu.Lock()
	d.told, d.fresh, d.line, d.until = true, true, n.Line, time.Since(d.a.epoch)+n.Expires
	if n.Active && n.SibID != d.keeping.sib {
		d.keeping.sib, d.keeping.stale = n.SibID, true
	}
	if !n.Active {
		last := n // not &n, which would move every Note to the heap
		d.last = &last
	}
	ready := d.takeTurn()
	d.mu.Unlock()
	if ready {
		d.a.sender.ready(d)
	}
}

// unsure says that the subscription has ended, after a restart, before anything was known
// of what it watches: its last NOTIFY has no body then, for closed would not be true. mu
// is held.
func (d *dialog) unsure() bool {
	if !d.keeping.revived || d.last == nil || d.last.Reason == presence.ReasonNoResource {
		return false
	}
	known := d.line != presence.Line{}
	if d.list != nil {
		known = slices.ContainsFunc(d.list.entries, func(e *entry) bool { return e.line != presence.Line{} })
	}
	return !known
}

// takeTurn says whether the dialog is to be queued now. mu is held.
func (d *dialog) takeTurn() bool {
	if !d.fresh || d.held || d.waiting || d.queued || d.over || d.waits() {
		return false
	}
	d.queued = true
	return true
}

// hold makes NOTIFYs wait while a SUBSCRIBE is being answered.
func (d *dialog) hold() {
	d.mu.Lock()
	d.held = true
	d.mu.Unlock()
}

// letGo ends hold, and sends what there is to be told by then.
func (d *dialog) letGo() {
	d.mu.Lock()
	d.held = false
	ready := d.takeTurn()
	d.mu.Unlock()
	if !ready {
		return
	}
	if p := d.a.sender.place(); p != nil {
		d.a.send(d, p)
	} else {
		d.a.sender.ready(d)
	}
}

// drop forgets a dialog without a further NOTIFY.
func (d *dialog) drop() {
	d.mu.Lock()
	d.over, d.fresh = true, false
	d.mu.Unlock()
	d.a.forget(d)
}

// send writes the newest Note of a dialog to the wire. It runs on a sender goroutine, or
// on the worker of the Call-ID.
func (a *Adapter) send(d *dialog, p *place) {
	a.reserve(d)
	d.mu.Lock()
	d.queued = false
	if !d.fresh || d.held || d.over || !a.sending.Load() || !a.ua.LocalAddr().IsValid() { // renew takes it up when the endpoint opens
		d.mu.Unlock()
		a.sender.release(p)
		return
	}
	if d.list != nil && d.list.gone {
		d.over = true
		d.mu.Unlock()
		a.sender.release(p)
		a.forget(d)
		a.endEntries(d)
		return
	}
	kind, body, more := a.body(d)
	if d.knows.covers(d.line) && d.tagged() || d.unsure() {
		body = nil
	}
	d.knows = knowsNothing
	raw := d.notify(kind, body)
	d.fresh, d.waiting, d.over = more, true, d.last != nil
	to, id := d.to(), d.id
	d.mu.Unlock()

	if a.log.Enabled(topicTrace) { // or the arguments are made for nothing
		a.debug(topicTrace, id, "presence_sip_notify", "NOTIFY to %s", to.Addr)
	}
	if a.log.Enabled(topicTimer) {
		raw.Again = func(next time.Duration) {
			a.debug(topicTimer, id, "presence_sip_notify_timer", "NOTIFY to %s is sent again, next in %s", to.Addr, next.Round(time.Millisecond))
		}
	}
	if a.log.Enabled(topicXML) {
		a.debug(topicXML, id, "presence_sip_notify", "%s", logbuf.Lines(body))
	}
	a.ua.SendRaw(raw, to, func(res *sip.Response, err error) {
		a.sender.release(p)
		a.sent(d, res, err)
	})
}

// notify writes a NOTIFY (RFC 6665 4.2.2); without a body it is one that is suppressed
// (RFC 5839). mu is held.
func (d *dialog) notify(contentType string, body []byte) sipua.Raw {
	var room [256]byte
	h := room[:0]
	h = append(h, "Event: "...)
	h = append(h, d.form.event()...)
	if id := d.get(eventID); id != "" {
		h = append(h, ";id="...)
		h = append(h, id...)
	}
	h = append(h, "\r\nSubscription-State: "...)
	if d.last == nil {
		h = append(h, "active;expires="...)
		h = append(h, sipua.Seconds(max(d.until-time.Since(d.a.epoch), 0))...)
	} else {
		h = append(h, "terminated;reason="...)
		h = append(h, d.last.Reason...)
		if d.last.RetryAfter > 0 {
			h = append(h, ";retry-after="...)
			h = append(h, sipua.Seconds(d.last.RetryAfter)...)
		}
	}
	if d.list != nil { // RFC 4662 4.4
		h = append(h, "\r\nRequire: eventlist"...)
	}
	if d.tagged() && !d.unsure() {
		h = append(h, "\r\nSIP-ETag: "...)
		h = append(h, knownOf(d.line).etag(d.form)...)
	}
	if body != nil {
		h = append(h, "\r\nContent-Type: "...)
		h = append(h, contentType...)
	}
	h = append(h, "\r\n"...)
	u := d.unpack()
	raw := u.Raw("NOTIFY", d.a.contact(d.get(number), d.tcp), "", h, body)
	d.localSeq = u.LocalCSeq
	return raw
}

// to is where the dialog's NOTIFYs go. mu is held.
func (d *dialog) to() sipua.Target {
	t := sipua.Target{Addr: d.target, Transport: "UDP"}
	if d.tcp {
		t.Transport = "TCP"
	}
	return t
}

// lastTries is how often a last NOTIFY that the transport failed is sent again:
// nobody else would do it.
const lastTries = 2

// sent takes the outcome of the NOTIFY that was outstanding. It runs on the worker of
// the Call-ID.
func (a *Adapter) sent(d *dialog, res *sip.Response, err error) {
	code, retryAfter := outcome(res, err)
	if a.log.Enabled(topicTrace) {
		a.debug(topicTrace, d.id, "presence_sip_notify_done", "code %d", code)
	}
	if err != nil && a.log.Enabled(topicTimer) {
		a.debug(topicTimer, d.id, "presence_sip_notify_timer", "NOTIFY is given up: %v", err)
	}
	broken := err != nil && !errors.Is(err, sipua.ErrTimeout)
	d.mu.Lock()
	d.waiting = false
	id := d.subscriptionID()
	if errors.Is(err, sipua.ErrClosed) && (!d.over || d.last != nil) {
		// renew sends it when the endpoint opens, unless it has and passed by here.
		d.fresh, d.over = true, false
		ready := a.ua.LocalAddr().IsValid() && d.takeTurn()
		d.mu.Unlock()
		if ready {
			a.sender.ready(d)
		}
		return
	}
	if broken && !errors.Is(err, sipua.ErrOverload) {
		d.reroute()
	}
	if d.list != nil && (code < 200 || code >= 300) {
		d.list.full, d.list.resting = true, id
	}
	ready := false
	switch {
	case d.over: // that was the last one
		if broken && d.last != nil && d.lastFail < lastTries {
			d.lastFail++
			d.fresh, d.over = true, false
			ready = d.takeTurn()
		}
	case d.last != nil:
		// A last NOTIFY is not held up by the failure of the one before it,
		// unless nobody is there.
		if d.over = err != nil && !broken || code == 481; !d.over {
			ready = d.takeTurn()
		}
	case code >= 200 && code < 300:
		ready = d.takeTurn()
	}
	over := d.over
	d.mu.Unlock()
	switch {
	case ready:
		a.sender.ready(d)
	case over:
		a.forget(d)
		a.endEntries(d)
	}
	a.hub.Done(id, code, err, retryAfter)
}

// reroute turns from a connection that is gone to the Contact or route, if that
// is at the same address. mu is held.
func (d *dialog) reroute() {
	if !d.tcp {
		return
	}
	u := d.unpack()
	if t := u.Target(d.to()); t.Addr.Addr() == d.target.Addr() {
		d.aim(t)
	}
}

// aim sets the target. mu is held, or nobody else knows the dialog yet.
func (d *dialog) aim(t sipua.Target) { d.target, d.tcp = t.Addr, t.Transport == "TCP" }

// outcome reads a response as RFC 3261 8.1.3.1 wants: a timeout is a 408, a
// transport that failed a 503. It is 0 if we were too busy to send.
func outcome(res *sip.Response, err error) (code int, retryAfter time.Duration) {
	switch {
	case errors.Is(err, sipua.ErrOverload):
		return 0, 0
	case errors.Is(err, sipua.ErrTimeout):
		return 408, 0
	case err != nil:
		return 503, 0
	}
	if res.StatusCode < 300 {
		return res.StatusCode, 0
	}
	// Retry-After may have a comment and parameters behind the number (20.33).
	text := strings.TrimSpace(sipua.Value(res, "Retry-After"))
	digits := text[:len(text)-len(strings.TrimLeft(text, "0123456789"))]
	if n, err := strconv.ParseUint(digits, 10, 32); err == nil {
		retryAfter = time.Duration(n) * time.Second
	}
	return res.StatusCode, retryAfter
}

// userAt is the user part of a URI with its "@"; without a user there is neither (RFC 3261
// 25.1).
func userAt(user string) string {
	if user == "" {
		return ""
	}
	return sipua.EscapeUser(user) + "@"
}

// contact is our own URI in a dialog.
func (a *Adapter) contact(number string, tcp bool) string {
	uri := "sip:" + userAt(number) + a.ua.Advertised().String()
	if tcp {
		uri += ";transport=tcp"
	}
	return uri
}
