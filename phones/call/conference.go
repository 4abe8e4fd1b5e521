package call

import (
	"slices"
	"time"

	"github.com/busylamp/busylamp/phones"
)

const (
	defaultConferences = 6               // of three parties at a time
	aloneFor           = 5 * time.Minute // the last party of a meet-me conference stays (CME admin guide)
)

// conference is the Confrn key.
func (c *core) conference(in Conference) {
	d := c.devices[in.Device]
	l := c.find(d, in.Ref)
	if l == nil || l.device != d || !d.id.Phone() {
		return
	}
	if l.consult == NoConsult {
		for _, o := range d.legs {
			if o.of == l && o.consult == ForConference {
				l = o
			}
		}
	}
	k := l.call
	switch {
	case l.consult == ForConference:
		if l.state == Connected || l.state == Held {
			c.merge(l.of, l)
		}
	case l.consult == ForTransfer || k.setup != nil || !k.answered || l.state != Connected && l.state != Held:
	case k.conf != nil && k.conf.kind == "software":
		c.breakUp(l)
	case k.conf != nil && k.conf.creator != d, k.conf == nil && l.other() == nil:
	default:
		c.hold(l)
		if l2 := c.secondLine(d, l); l2 != nil {
			l2.consult, l2.of = ForConference, l
			c.touchLeg(l2)
			return
		}
		c.notice(d, "No line available", 5)
		c.resume(d, l)
	}
}

// merge brings the other party of the consultation l2 into the call of l.
func (c *core) merge(l, l2 *leg) {
	k, k2 := l.call, l2.call
	b := l2.other()
	if b == nil || k2.setup != nil || !k2.answered || k.setup != nil || k.conf == nil && l.other() == nil {
		return
	}
	newParties := 1
	if k.conf == nil {
		newParties = 3
	}
	kind := "software"
	if c.cfg.Telephony.HardwareConf {
		kind = "ad-hoc"
	}
	if k.conf != nil && k.conf.kind != kind || k.has(b.device, nil) || !c.roomFor(kind, newParties) {
		c.notice(l.device, "Cannot complete conference", 5)
		return
	}
	if k.conf == nil {
		k.conf = &conf{call: k, kind: kind, creator: l.device, order: k.parties()}
		c.confs = append(c.confs, k.conf)
		for range k.conf.order {
			c.addAnchor(k, kind)
		}
	}
	b.outgoing = false
	c.move(b, k)
	c.drop(l2)
	c.addAnchor(k, kind)
	c.join(b)
	c.stop(&l.timer)
	l.notified = false
	c.setState(l, Connected)
	c.focus(l.device, l)
	c.touchCall(k)
}

// move takes a leg into a conference.
func (c *core) move(l *leg, k *call) {
	from := l.call
	if i := slices.Index(from.legs, l); i >= 0 {
		from.legs = slices.Delete(from.legs, i, i+1)
	}
	l.call = k
	k.legs = append(k.legs, l)
	k.conf.order = append(k.conf.order, l)
	if len(from.legs) == 0 {
		c.forget(from)
	}
}

// roomFor reports whether a conference of the kind has room for so many more parties.
func (c *core) roomFor(kind string, parties int) bool {
	if kind == "software" {
		limit, running := c.cfg.Telephony.MaxConferences, 0
		if limit <= 0 {
			limit = defaultConferences
		}
		for _, f := range c.confs {
			if f.kind == kind {
				running++
			}
		}
		return parties == 3 && running < limit
	}
	for _, n := range c.order {
		if n.eph != nil && n.eph.Conference == kind {
			for _, l := range n.channels {
				if l == nil {
					parties--
				}
			}
		}
	}
	return parties <= 0
}

// addAnchor takes a channel of the conference numbers for one party of an ad-hoc
// conference. Software conferences need none.
func (c *core) addAnchor(k *call, kind string) {
	if kind == "software" {
		return
	}
	for _, n := range c.order {
		if n.eph == nil || n.eph.Conference != kind {
			continue
		}
		if c.anchorAt(k, n) {
			return
		}
	}
}

// anchorAt takes a channel of a conference number.
func (c *core) anchorAt(k *call, n *dn) bool {
	for i, l := range n.channels {
		if l == nil {
			a := c.newLeg(k, n, i, 0)
			a.anchor = confAnchor
			if k.conf.dn == nil {
				k.conf.dn = n
			}
			c.setState(a, Connected)
			return true
		}
	}
	return false
}

// leaveConference takes a party out of its conference. The creator of a software
// conference ends it unless `keep-conference` says otherwise.
func (c *core) leaveConference(l *leg) {
	k := l.call
	f := k.conf
	creator := l.device != nil && l.device == f.creator
	if creator && f.kind == "software" && !c.keeps(l) {
		c.release(k)
		return
	}
	for i := len(k.legs) - 1; i >= 0 && f.dn != nil; i-- { // one channel for each party
		if k.legs[i].anchor == confAnchor {
			c.drop(k.legs[i])
			break
		}
	}
	c.drop(l)
	if creator {
		f.creator = nil
	}
	parties := k.parties()
	switch {
	case len(parties) == 0:
		c.release(k)
	case f.kind == "meetme":
		if len(parties) == 1 {
			f.timer = c.after(aloneFor, func() { c.release(k) })
		}
	case len(parties) == 1:
		c.release(k)
	case len(parties) == 2:
		c.endConference(k)
	}
}

// keeps reports whether the others stay connected when the creator leaves (CME
// command reference: keep-conference).
func (c *core) keeps(l *leg) bool {
	s := l.device.spec
	if !s.KeepConference || l.byKey && !s.KeepEndCall && l.device.id.Kind == phones.EphoneDevice {
		return false
	}
	if !s.KeepLocal {
		return true
	}
	return slices.ContainsFunc(l.call.parties(), func(o *leg) bool {
		return o != l && o.device != nil && o.device.id.Phone()
	})
}

// endConference leaves an ordinary call of two.
func (c *core) endConference(k *call) {
	f := k.conf
	k.conf = nil
	c.stop(&f.timer)
	if i := slices.Index(c.confs, f); i >= 0 {
		c.confs = slices.Delete(c.confs, i, i+1)
	}
	for i := len(k.legs) - 1; i >= 0; i-- {
		if k.legs[i].anchor == confAnchor {
			c.drop(k.legs[i])
		}
	}
	// The remaining two see one another: one is the caller then.
	k.original, k.redirecting = Party{}, Party{}
	if p := k.parties(); len(p) == 2 && p[0].outgoing == p[1].outgoing {
		p[0].outgoing, p[1].outgoing = true, false
	}
	c.touchCall(k)
}

// last is the party that joined last, besides l.
func (f *conf) last(l *leg) *leg {
	for i := len(f.order) - 1; i >= 0; i-- {
		if f.order[i] != l {
			return f.order[i]
		}
	}
	return nil
}

// dropLast takes out the party that joined last.
func (c *core) dropLast(l *leg) {
	if l == nil || l.call == nil || l.call.conf == nil || l.device == nil || l.call.conf.creator != l.device {
		return
	}
	if p := l.call.conf.last(l); p != nil {
		c.leaveConference(p)
	}
}

// breakUp is the Confrn key in a software conference: the last party is dropped, or,
// with `keep-conference`, the creator stays connected to both, the older one on hold.
func (c *core) breakUp(l *leg) {
	f, d := l.call.conf, l.device
	if f.creator != d {
		return
	}
	last := f.last(l)
	if last == nil || !d.spec.KeepConference || d.spec.KeepLast {
		c.dropLast(l)
		return
	}
	k := l.call
	l2 := c.secondLine(d, l)
	if l2 == nil || l.call == nil {
		c.dropLast(l)
		return
	}
	k2 := l2.call
	k.legs = slices.Delete(k.legs, slices.Index(k.legs, last), slices.Index(k.legs, last)+1)
	f.order = slices.Delete(f.order, slices.Index(f.order, last), slices.Index(f.order, last)+1)
	last.call = k2
	k2.legs = append(k2.legs, last)
	k2.answered = true
	last.outgoing, l2.outgoing = false, true
	l2.dialed = last.self.Number
	c.endConference(k)
	c.hold(l)
	c.join(l2)
	c.focus(d, l2)
	c.touchCall(k2)
}

// meetMe is the MeetMe key: the number dialled next is opened.
func (c *core) meetMe(in MeetMe) {
	d := c.devices[in.Device]
	if d == nil || !d.id.Phone() {
		return
	}
	l := c.find(d, in.Ref)
	if l == nil || l.state != Seized {
		if l = c.take(d, in.Button, 0); l == nil {
			return
		}
	}
	l.want, l.tone = toMeetMe, ToneConfirm
	c.touchLeg(l)
}

// meetMeDN finds the conference number, and the conference that runs there.
func (c *core) meetMeAt(number string) (n *dn, running *conf) {
	for _, o := range c.exact(number) {
		if o.eph == nil || o.eph.Conference != "meetme" && o.eph.Conference != "unlocked" {
			continue
		}
		if n == nil {
			n = o
		}
		for _, f := range c.confs {
			if f.dn == o {
				running = f
			}
		}
	}
	return n, running
}

// openMeetMe opens a conference.
func (c *core) openMeetMe(l *leg, number string) {
	n, running := c.meetMeAt(number)
	if n == nil || !c.alone(l) || running == nil && n.channels[0] != nil {
		c.failLeg(l, 404)
		return
	}
	c.stop(&l.timer)
	l.dialed, l.want, l.tone, l.outgoing = number, toCall, ToneNone, true
	c.totals.Calls++
	if running != nil {
		if !c.joinMeetMe(l, running, number) {
			c.failLeg(l, 486)
		}
		return
	}
	k := l.call
	k.conf = &conf{call: k, kind: "meetme", creator: l.device, order: []*leg{l}}
	c.confs = append(c.confs, k.conf)
	c.anchorAt(k, n)
	k.answered = true
	c.totals.Answered++
	c.join(l)
	c.touchCall(k)
}

// joinMeetMe takes a caller into a running conference if there is room and the phone is not in it.
func (c *core) joinMeetMe(l *leg, f *conf, number string) bool {
	if f.call.has(l.device, nil) {
		return false
	}
	for _, n := range c.exact(number) {
		if n.eph == nil || n.eph.Conference == "" || !c.anchorAt(f.call, n) {
			continue
		}
		c.stop(&f.timer)
		c.move(l, f.call)
		c.totals.Answered++
		c.join(l)
		c.touchCall(f.call)
		return true
	}
	return false
}

// tryMeetMe is a call to a meet-me conference: busy until somebody has opened it.
func (c *core) tryMeetMe(k *call, n *dn) int {
	from, number := k.setup.from, n.number
	_, running := c.meetMeAt(number)
	if running == nil && n.eph.Conference != "unlocked" || len(k.parties()) != 1 {
		return 486
	}
	if running != nil {
		if running.call.has(from.device, nil) || !slices.ContainsFunc(c.exact(number), func(o *dn) bool {
			return o.eph != nil && o.eph.Conference != "" && slices.Contains(o.channels, nil)
		}) {
			return 486
		}
		c.endSetup(k, 200)
		c.joinMeetMe(from, running, number)
		return 0
	}
	c.endSetup(k, 200)
	c.totals.Calls--
	c.openMeetMe(from, number)
	return 0
}
