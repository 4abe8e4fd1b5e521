package call

import (
	"slices"
	"time"

	"github.com/busylamp/busylamp/phones"
)

// Times that no command sets.
const (
	// failedFor is how long a failed call of a SIP or test device stays in its View,
	// so that an adapter that is behind still sees the code.
	failedFor = time.Second
	// confirmFor is how long a confirmation is heard.
	confirmFor = 2 * time.Second
)

// newCall makes a call without legs.
func (c *core) newCall() *call {
	c.lastCall++
	k := &call{id: c.lastCall}
	c.calls[k.id] = k
	return k
}

// party is how a directory number shows.
func (n *dn) party() Party { return Party{n.number, n.name} }

// newLeg makes a leg on a channel of n, or on none (channel -1). Ref 0: a new one.
func (c *core) newLeg(k *call, n *dn, channel int, ref uint32) *leg {
	if ref == 0 {
		ref = c.ids.ref()
	}
	l := &leg{ref: ref, call: k, dn: n, channel: channel}
	if n != nil {
		l.self = n.party()
		if channel >= 0 {
			n.channels[channel] = l
		}
	}
	c.legs[ref] = l
	k.legs = append(k.legs, l)
	tallySeized(l)
	return l
}

// setState changes the state of a leg and says so.
func (c *core) setState(l *leg, s State) {
	if was := l.state; was != s {
		if l.state = s; was == Connected && l.sccp() {
			l.media = Media{} // the phone closes its channel
		}
		if l.dn != nil && l.dn.eph != nil && s.String() != was.String() {
			c.debugOf(l.about(), TopicDetail, "Skinny Call State change for %v %v", l.dn.id, s)
		}
	}
	c.touchLeg(l)
	if l.device != nil {
		c.reselect(l.device)
	}
}

// attach makes a leg one of a device's calls.
func (c *core) attach(l *leg, d *device, button int) {
	l.device, l.button = d, button
	if !slices.Contains(d.legs, l) {
		d.legs = append(d.legs, l)
	}
	c.touchDevice(d)
}

// detach takes a leg from a device.
func (c *core) detach(l *leg, d *device) {
	i := slices.Index(d.legs, l)
	if i < 0 {
		return
	}
	d.legs = slices.Delete(d.legs, i, i+1)
	for _, other := range d.legs {
		if other.of == l { // it is no consultation any more
			other.of, other.consult = nil, NoConsult
		}
	}
	if d.active == l {
		d.active = nil
	}
	c.reselect(d)
	c.touchDevice(d)
	if len(d.legs) == 0 && !d.id.Phone() {
		c.remove(d)
	}
}

// drop takes a leg out of everything. What becomes of the rest of its call is the
// caller's business; a call without legs is gone.
func (c *core) drop(l *leg) {
	k := l.call
	if k == nil {
		return
	}
	l.call = nil
	l.left(c.now)
	c.stop(&l.timer)
	c.touchLeg(l)
	delete(c.legs, l.ref)
	if l.channel >= 0 {
		l.dn.channels[l.channel] = nil
		if l.dn.eph != nil {
			c.debugOf(l.about(), TopicDetail, "Skinny Call State change for %v IDLE", l.dn.id)
		}
	}
	if i := slices.Index(k.legs, l); i >= 0 {
		k.legs = slices.Delete(k.legs, i, i+1)
	}
	if k.conf != nil {
		if i := slices.Index(k.conf.order, l); i >= 0 {
			k.conf.order = slices.Delete(k.conf.order, i, i+1)
		}
	}
	if l.dn != nil && l.dn.parked != nil && l.dn.parked.anchor == l {
		c.stop(&l.dn.parked.timer)
		l.dn.parked = nil
	}
	if l.anchor == pageAnchor {
		c.endPage(l.dn)
	}
	rings := l.rings
	l.rings = nil
	for _, r := range rings {
		c.detach(l, r.device)
	}
	if l.device != nil {
		c.detach(l, l.device)
	}
	if len(k.legs) == 0 {
		c.forget(k)
		return
	}
	c.touchCall(k)
}

// forget takes a call without legs off the list.
func (c *core) forget(k *call) {
	delete(c.calls, k.id)
	if k.conf != nil {
		c.stop(&k.conf.timer)
		if i := slices.Index(c.confs, k.conf); i >= 0 {
			c.confs = slices.Delete(c.confs, i, i+1)
		}
		k.conf = nil
	}
	c.endSetup(k, 487)
}

// release ends a call for everybody.
func (c *core) release(k *call) {
	for len(k.legs) > 0 {
		c.drop(k.legs[len(k.legs)-1])
	}
}

// hangUp ends a leg because its user or its far side wants so, and what follows for the
// others of the call.
func (c *core) hangUp(l *leg) {
	k := l.call
	switch {
	case k == nil:
	case k.conf != nil && l.anchor == noAnchor:
		c.leaveConference(l)
	case k.setup != nil && k.setup.rings(l):
		c.refused(l, 480)
	default:
		for _, o := range k.parties() {
			if o != l {
				tallyFarEnd(o)
			}
		}
		c.release(k) // one of two parties, or the one that waits
	}
}

// parties are the legs of a call that stand for somebody.
func (k *call) parties() []*leg {
	all := make([]*leg, 0, len(k.legs))
	for _, l := range k.legs {
		if l.anchor == noAnchor {
			all = append(all, l)
		}
	}
	return all
}

// other is the other party of a two-party call, nil if there is none.
func (l *leg) other() *leg {
	if l.call == nil || l.call.conf != nil {
		return nil
	}
	for _, o := range l.call.legs {
		if o != l && o.anchor == noAnchor {
			return o
		}
	}
	return nil
}

// has reports whether another party of a call than but is, or rings, on a device: a phone is not
// joined with itself.
func (k *call) has(d *device, but *leg) bool {
	for _, o := range k.legs {
		if o != but && o.on(d) {
			return true
		}
	}
	return false
}

// find is the call of a device that an input means; nil if there is none.
func (c *core) find(d *device, ref uint32) *leg {
	if d == nil {
		return nil
	}
	if ref == 0 {
		return d.active
	}
	if l := c.legs[ref]; l != nil && l.on(d) {
		return l
	}
	return nil
}

// reselect chooses the call in the foreground: one that has the speech path before
// one that rings before one on hold.
func (c *core) reselect(d *device) {
	rank := func(l *leg) int {
		switch {
		case l == nil || l.call == nil:
			return 0
		case l.state.offHook():
			return 4
		case l.state == RingIn:
			return 3
		}
		return 1
	}
	best := d.active
	if best != nil && best.state != RingIn && !best.state.offHook() && rank(best) > 0 {
		// A held call stays in front of other held calls.
		for _, l := range d.legs {
			if rank(l) > rank(best) {
				best = l
			}
		}
	} else {
		if rank(best) == 0 {
			best = nil
		}
		for _, l := range d.legs {
			if r := rank(l); r > rank(best) || r == rank(best) && r == 1 {
				best = l
			}
		}
	}
	if best != d.active {
		d.active = best
		c.touchDevice(d)
	}
}

// focus makes room for a call that takes the speech path of an SCCP phone: what is
// connected goes on hold, what is being dialled or failed ends. A SIP phone sees to its calls itself.
func (c *core) focus(d *device, l *leg) {
	c.leavePage(d)
	if d.id.Kind == phones.EphoneDevice {
		for _, o := range slices.Clone(d.legs) {
			switch {
			case o == l || o.call == nil || o.device != d:
			case o.state == Connected:
				c.hold(o)
			case o.state.offHook():
				c.hangUp(o)
			}
		}
	}
	if slices.Contains(d.legs, l) {
		d.active = l
	}
	c.reselect(d)
	c.touchDevice(d)
}

// failLeg makes a leg one whose user hears why there is no call, for a while.
func (c *core) failLeg(l *leg, code int) {
	if l.call == nil {
		return
	}
	c.stop(&l.timer)
	l.code, l.tone, l.want = code, ToneNone, toCall
	state := Congestion
	switch code {
	case 486, 600:
		state = Busy
	case 404, 484, 604:
		state = NoSuchNumber
	}
	wait := failedFor
	if l.device != nil && l.device.id.Kind == phones.EphoneDevice {
		if wait = c.cfg.Telephony.BusyTone; wait <= 0 {
			wait = 10 * time.Second
		}
	}
	l.timer = c.after(wait, func() { c.hangUp(l) })
	c.setState(l, state)
}

// finish ends a call that was dialled for a feature, with a tone that tells how that went.
func (c *core) finish(l *leg, ok bool) {
	if l.call == nil {
		return
	}
	if !ok || l.device == nil || l.device.id.Kind != phones.EphoneDevice {
		c.failLeg(l, 480)
		return
	}
	c.stop(&l.timer)
	l.want, l.tone = toNothing, ToneConfirm
	l.timer = c.after(confirmFor, func() { c.hangUp(l) })
	c.touchLeg(l)
}

// notice shows a text on a device.
func (c *core) notice(d *device, text string, seconds int) {
	if d == nil {
		return
	}
	d.notice = Notice{Seq: d.notice.Seq + 1, Text: text, Seconds: seconds}
	c.touchDevice(d)
}
