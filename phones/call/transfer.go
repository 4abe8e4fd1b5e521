package call

import (
	"slices"
	"time"
)

// maxRecalls is how often a busy phone is tried (CME administrator guide: Call
// Transfer Recall).
const maxRecalls = 3

// recall says where a transferred call returns to that nobody answers (CME command
// reference: timeouts transfer-recall).
type recall struct {
	number string
	wait   time.Duration
	timer  *timer // of the first recall, or of the next one
	tries  int    // recalls so far
	from   Party  // who did not answer; zero before the first recall
}

// transfer is the Trnsfer key.
func (c *core) transfer(in Transfer) {
	d := c.devices[in.Device]
	l := c.find(d, in.Ref)
	if l == nil || l.device != d || !d.id.Phone() {
		return
	}
	if l.consult == NoConsult {
		for _, o := range d.legs {
			if o.of == l { // the other of the two
				l = o
			}
		}
	}
	switch {
	case l.consult == ForTransfer:
		c.completeTransfer(l)
	case l.consult == ForConference:
	case l.other() == nil || !l.call.answered || l.state != Connected && l.state != Held || l.call.setup != nil:
	default:
		c.beginTransfer(d, l)
	}
}

// beginTransfer puts a call on hold and gives dial tone for the consultation, or for
// the number of a blind transfer.
func (c *core) beginTransfer(d *device, l *leg) {
	c.hold(l)
	blind := l.dn != nil && l.dn.eph != nil && l.dn.eph.TransferBlind
	switch c.cfg.Telephony.TransferSystem {
	case "blind", "full-blind":
		blind = true
	}
	if !blind {
		if l2 := c.secondLine(d, l); l2 != nil {
			l2.consult, l2.of = ForTransfer, l
			c.touchLeg(l2)
			return
		}
	}
	c.collect(d, l)
}

// secondLine seizes a line for a consultation: the same one, or any; nil if none is free.
func (c *core) secondLine(d *device, l *leg) *leg {
	if l2 := c.seize(d, l.button, 0); l2 != nil {
		return l2
	}
	if button := c.freeButton(d, 0); button != 0 {
		return c.seize(d, button, 0)
	}
	return nil
}

// collect takes the number of a blind transfer on a leg that has no channel.
func (c *core) collect(d *device, l *leg) {
	if len(c.calls) >= MaxCalls || len(d.legs) >= MaxDeviceCalls {
		return
	}
	l2 := c.newLeg(c.newCall(), nil, -1, 0)
	l2.want, l2.outgoing, l2.self = toTransfer, true, l.self
	l2.consult, l2.of = ForTransfer, l
	c.attach(l2, d, l.button)
	c.focus(d, l2)
	c.setState(l2, Seized)
}

// mayTransfer reports whether calls may be transferred to a number: local ones
// always, others as `transfer-pattern` says.
func (c *core) mayTransfer(d *device, number string) bool {
	if c.local(number) {
		return true
	}
	if d.spec.TransferBlocked {
		return false
	}
	for _, s := range c.cfg.Telephony.TransferPatterns {
		if p, ok := parsePattern(s); ok {
			if v := p.match(number); v == complete || v == openEnd {
				return true
			}
		}
	}
	return false
}

// consult calls the number of a consultation. A park slot takes the call at once.
func (c *core) consult(l *leg, number string) {
	d, of := l.device, l.of
	if !c.mayTransfer(d, number) {
		c.notice(d, "Transfer not allowed", 5)
		c.failLeg(l, 403)
		return
	}
	if slot := c.slot(number); slot != nil {
		if !c.mayParkAt(d, slot) || !c.parkAt(of, slot) {
			c.failLeg(l, 486)
			return
		}
		c.hangUp(l)
		return
	}
	if !c.local(number) && c.cfg.Telephony.TransferSystem == "local-consult" {
		c.blindTo(l, number)
		return
	}
	c.place(l, number)
}

// completeTransfer is the second press: the two others are joined.
func (c *core) completeTransfer(l *leg) {
	switch l.state {
	case Proceeding, RingOut, Connected, Held:
		if !c.connect(l.of, l) {
			c.notice(l.device, "Cannot complete transfer", 5)
		}
	}
}

// blindTo transfers the held call to the number dialled on l.
func (c *core) blindTo(l *leg, number string) {
	d, of := l.device, l.of
	if of == nil { // the other side has hung up meanwhile
		c.failLeg(l, 480)
		return
	}
	if !c.mayTransfer(d, number) {
		c.notice(d, "Transfer not allowed", 5)
		c.failLeg(l, 403)
		return
	}
	if code := c.transferTo(of, number, nil); code != 0 {
		c.failLeg(l, code)
		return
	}
	c.hangUp(l)
}

// transferTo sends the other party of a call to a number and takes the device out.
// 0: done; done will tell what came of it. Else the SIP status why not.
func (c *core) transferTo(l *leg, number string, done func(int)) int {
	a := l.other()
	switch {
	case a == nil || l.device == nil || !l.call.answered || l.call.setup != nil:
		return 481
	case len(c.targets(number)) == 0 || len(number) > MaxDigits:
		return 404
	case !c.mayTransfer(l.device, number):
		return 403
	}
	if slot := c.slot(number); slot != nil {
		if !c.mayParkAt(l.device, slot) || !c.parkAt(l, slot) {
			return 486
		}
		if done != nil {
			c.effects = append(c.effects, effect{done: done, code: 200})
		}
		return 0
	}
	k, was, from := a.call, *a.call, *a
	back := c.stepAside(l)
	s := &setup{done: done, recall: c.newRecall(k, l), moved: true, keeps: true}
	k.original, k.redirecting = Party{}, Party{}
	a.outgoing, a.dialed = true, number
	c.start(a, s, number)
	failed := s.keeps && s.failed
	s.keeps = false
	back(failed)
	if failed {
		k.original, k.redirecting = was.original, was.redirecting
		a.outgoing, a.dialed = from.outgoing, from.dialed
		c.setState(a, from.state)
		a.media = from.media
		c.touchCall(k)
		return s.code
	}
	c.drop(l)
	return 0
}

// stepAside takes a leg out of its call as if it were over, to see whether the call finds its way
// elsewhere. back puts it on its device again, to be dropped, or also into the call.
func (c *core) stepAside(l *leg) (back func(into bool)) {
	k, d, channel := l.call, l.device, l.channel
	at, on, active := slices.Index(k.legs, l), slices.Index(d.legs, l), d.active
	k.legs = slices.Delete(k.legs, at, at+1)
	d.legs = slices.Delete(d.legs, on, on+1)
	if l.channel >= 0 {
		l.dn.channels[channel], l.channel = nil, -1
	}
	if active == l {
		d.active = nil
	}
	c.touchDN(l.dn)
	c.touchDevice(d)
	return func(into bool) {
		d.legs = slices.Insert(d.legs, min(on, len(d.legs)), l)
		if into {
			k.legs = slices.Insert(k.legs, at, l)
			if channel >= 0 {
				l.channel, l.dn.channels[channel] = channel, l
			}
			d.active = active
		} else if l.dn != nil && l.dn.eph != nil {
			c.debugOf(d, TopicDetail, "Skinny Call State change for %v IDLE", l.dn.id)
		}
		c.reselect(d)
	}
}

// newRecall is where a call returns to after a transfer by l; nil: nowhere.
func (c *core) newRecall(k *call, l *leg) *recall {
	wait := c.cfg.Telephony.TransferBack
	if wait <= 0 || l.device == nil || l.dn == nil {
		return nil
	}
	return &recall{number: l.dn.number, wait: wait, timer: c.after(wait, func() { c.recallNow(k) })}
}

// recallNow sends an unanswered call back to the one who transferred it.
func (c *core) recallNow(k *call) {
	s := k.setup
	if s == nil || s.recall == nil {
		return
	}
	r := s.recall
	if r.tries++; r.tries == 1 {
		r.from = Party{Number: s.number}
	}
	c.stop(&r.timer)
	c.tell(s, 480)
	c.stop(&s.timer)
	c.dropRest(s, nil)
	s.redirects = 0
	if s.from.state != Held {
		c.setState(s.from, Proceeding)
	}
	c.route(k, r.number)
}

// connect joins the other parties of two calls of a device and takes the device out.
// False: that cannot be.
func (c *core) connect(l, l2 *leg) bool {
	if l == nil || l2 == nil || l == l2 || l.call == l2.call || l.device == nil || l.device != l2.device {
		return false
	}
	if l.other() == nil || l.call.setup != nil || !l.call.answered {
		l, l2 = l2, l // only one of them may still be ringing
	}
	a := l.other()
	if a == nil || l.call.setup != nil || !l.call.answered || l2.call.conf == nil && l2.other() == nil && !l2.paging() {
		return false
	}
	if s := l2.call.setup; s != nil && s.from != l2 {
		return false
	}
	k2 := l2.call
	same, others := false, false // a phone is not joined with itself
	for _, o := range k2.legs {
		if o != l2 && o.on(a.device) && len(o.rings) < 2 {
			same = true
		} else if o != l2 && k2.setup != nil && k2.setup.rings(o) {
			others = true
		}
	}
	if same && !others {
		return false
	}
	if s := k2.setup; s != nil {
		for _, o := range append(slices.Clone(s.beside), s.callee) {
			if o != nil && o.ringsOn(a.device) != nil {
				c.unring(o, a.device, 480) // others still ring
			}
		}
	}
	k2.redirecting = Party{}
	if s := k2.setup; s != nil {
		if s.recall != nil {
			c.stop(&s.recall.timer)
		}
		s.recall, s.moved = c.newRecall(k2, l), true
	}
	state := l2.state
	a.outgoing = l2.outgoing
	if a.outgoing {
		a.dialed = l2.dialed
	}
	c.drop(l)
	c.takePlace(l2, a)
	switch {
	case a.state == Held:
	case k2.setup != nil:
		c.setState(a, state)
	default:
		c.setState(a, Connected)
	}
	c.touchCall(k2)
	return true
}

// paging reports whether a leg speaks to paged phones.
func (l *leg) paging() bool {
	return slices.ContainsFunc(l.call.legs, func(o *leg) bool { return o.anchor == pageAnchor })
}

// takePlace puts a leg of another call in the place of old, which is dropped.
func (c *core) takePlace(old, l *leg) {
	k, left := old.call, l.call
	if i := slices.Index(left.legs, l); i >= 0 {
		left.legs = slices.Delete(left.legs, i, i+1)
	}
	l.call = k
	k.legs[slices.Index(k.legs, old)] = l
	if s := k.setup; s != nil {
		if s.from == old {
			s.from = l
		}
		c.leaves(s, old)
	}
	if k.conf != nil {
		if i := slices.Index(k.conf.order, old); i >= 0 {
			k.conf.order[i] = l
		}
	}
	c.drop(old)
	if len(left.legs) == 0 {
		c.forget(left)
	} else {
		c.release(left)
	}
	c.touchCall(k)
}

// reply tells an adapter how its REFER went.
func (c *core) reply(done func(int), code int) {
	if done != nil {
		c.effects = append(c.effects, effect{done: done, code: code})
	}
}

// transferIn carries out a REFER without Replaces.
func (c *core) transferIn(in TransferTo) {
	d := c.devices[in.Device]
	l := c.find(d, in.Ref)
	if l == nil || l.device != d {
		c.reply(in.Done, 481)
		return
	}
	if code := c.transferTo(l, in.Number, in.Done); code != 0 {
		c.reply(in.Done, code)
	}
}

// joinIn carries out a REFER with Replaces.
func (c *core) joinIn(in Join) {
	d := c.devices[in.Device]
	l, l2 := c.find(d, in.Ref), c.find(d, in.With)
	if l == nil || l2 == nil || !c.connect(l, l2) {
		c.reply(in.Done, 481)
		return
	}
	c.reply(in.Done, 200)
}
