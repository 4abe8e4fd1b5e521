package call

import (
	"time"

	"github.com/busylamp/busylamp/phones"
)

// Defaults of times and limits that configuration sets.
const (
	defaultInterdigit = 10 * time.Second
	defaultRinging    = 180 * time.Second
	defaultNoAnswer   = 20 * time.Second // `call-forward noan` always comes with a timeout
	defaultRedirects  = 10
)

// setup is a call on its way to an answer.
type setup struct {
	from      *leg       // who waits for the answer
	callee    *leg       // that rings, nil between two of them
	beside    []*leg     // that ring as well: members of a parallel hunt group
	group     *groupCall // nil: it is on its way through none
	number    string     // that is tried
	targets   []target
	next      int    // of targets
	target    target // that is tried
	redirects int
	code      int    // of the newest target that could not be had
	rang      bool   // that one rang
	timer     *timer // ends the ringing
	recall    *recall
	done      func(code int) // tells how a transfer went
	// moved: the call was transferred. It does not ring on the phone that waits, which did not
	// ask for that.
	moved bool
	// keeps: while a transfer is tried, its failing (failed) leaves the call with whom it was.
	keeps, failed bool
}

// place calls a number from a leg that is alone in its call.
func (c *core) place(l *leg, number string) {
	c.stop(&l.timer)
	l.dialed, l.tone, l.want, l.outgoing = number, ToneNone, toCall, true
	if l.device != nil && l.device.id.Phone() {
		l.device.dialed = number
	}
	c.totals.Calls++
	tallyDialed(l)
	c.start(l, &setup{from: l}, number)
}

// start begins the search for somebody who answers.
func (c *core) start(l *leg, s *setup, number string) {
	k := l.call
	s.from, k.setup = l, s
	if l.state != Held {
		c.setState(l, Proceeding)
	}
	c.route(k, number)
}

// route tries what a number leads to.
func (c *core) route(k *call, number string) {
	s := k.setup
	s.number, s.targets, s.next, s.code, s.group = number, c.targets(number), 0, 0, nil
	c.hunt(k)
}

// hunt tries one target after another until one rings.
func (c *core) hunt(k *call) {
	s := k.setup
	for s.next < len(s.targets) {
		s.target = s.targets[s.next]
		s.next++
		if n := s.target.dn; n != nil && c.dns[n.id] != n {
			continue // it was taken out of the configuration meanwhile
		}
		if h := s.target.hunt; h != nil && c.hunts[huntID{h.cfg.Voice, h.cfg.Tag}] != h {
			continue // likewise
		}
		s.rang = false
		code := c.try(k, s.target)
		if code == 0 {
			return
		}
		s.code = code
		if s.target.stops(code) {
			break
		}
	}
	if s.code == 0 {
		s.code = 404
	}
	c.failSetup(k, s.code)
}

// try offers a call to one target. 0: it rings there, or the call went another way;
// else why not.
func (c *core) try(k *call, t target) int {
	if t.hunt != nil {
		return c.tryHunt(k, t)
	}
	if t.peer != nil {
		if !c.mayLeave(k) {
			return 403
		}
		c.tryTrunk(k, t.peer, 0)
		return 0
	}
	n := t.dn
	switch {
	case n.virtual():
		return c.tryVirtual(k, n, t.second)
	case n.forward.All != "":
		c.redirect(k, n.party(), n.forward.All)
		return 0
	case len(n.on) == 0: // no phone of it is in service
		return c.unavailable(k, n, 480)
	}
	channel := n.free()
	var rings []*ring
	if channel >= 0 {
		rings = c.takers(k, n)
	}
	if len(rings) == 0 {
		if n.forward.Busy != "" {
			c.redirect(k, n.party(), n.forward.Busy)
			return 0
		}
		return 486
	}
	wait := time.Duration(0)
	if n.forward.NoAnswer != "" {
		if wait = n.forward.Timeout; wait <= 0 {
			wait = defaultNoAnswer
		}
	}
	c.offer(k, t, channel, rings, wait)
	return 0
}

// offer lets a call ring at a directory number on a channel, for a time; 0: as long as
// `timeouts ringing` says.
func (c *core) offer(k *call, t target, channel int, rings []*ring, wait time.Duration) *leg {
	n, from := t.dn, k.setup.from
	if n.eph != nil {
		c.debugOf(from.device, TopicDetail, "SkinnyTryCall to %s instance %d", n.number, channel+1)
		if from.dn != nil && from.dn.eph != nil {
			c.debugOf(from.device, TopicState, "Skinny-to-Skinny call %v to %v instance %d", from.dn.id, n.id, channel+1)
		}
	}
	l := c.newLeg(k, n, channel, 0)
	if t.second {
		l.self.Number = n.secondary
	}
	l.rings = rings
	tallyOffered(l, from)
	c.ring(k, l, wait)
	c.autoAnswer(l)
	return l
}

// mayLeave reports whether a call may go out by a trunk: one that came by a trunk only if
// that is configured, else strangers would call out at our cost.
func (c *core) mayLeave(k *call) bool {
	from := k.setup.from.device
	return from == nil || from.id.Kind != phones.TrunkDevice || c.cfg.SIPToSIP
}

// unavailable sends a call on that nobody can take at n, if that is configured.
func (c *core) unavailable(k *call, n *dn, code int) int {
	for _, to := range []string{n.forward.NoAnswer, n.forward.Busy} {
		if to != "" {
			c.redirect(k, n.party(), to)
			return 0
		}
	}
	return code
}

// tryTrunk makes a call to a SIP trunk, and waits as offer does.
func (c *core) tryTrunk(k *call, peer *phones.DialPeer, wait time.Duration) *leg {
	d := c.addDevice(phones.Device{Kind: phones.TrunkDevice, Tag: c.ids.trunk()})
	d.trunk = &Trunk{DialPeer: peer.Tag, Target: peer.Target, Transport: peer.Transport}
	l := c.newLeg(k, nil, -1, 0)
	l.self = Party{Number: k.setup.number}
	l.rings = []*ring{{device: d, how: RingInside}}
	c.ring(k, l, wait)
	return l
}

// ring makes a leg the called one and lets it ring.
func (c *core) ring(k *call, l *leg, wait time.Duration) {
	if wait <= 0 {
		if wait = c.cfg.Telephony.Ringing; wait <= 0 {
			wait = defaultRinging
		}
	}
	s := k.setup
	s.callee = l
	for _, r := range l.rings {
		r.device.legs = append(r.device.legs, l)
	}
	c.setState(l, RingIn)
	for _, r := range l.rings {
		c.reselect(r.device)
	}
	c.stop(&s.timer) // of another member that rings already
	s.timer = c.after(wait, func() { c.noAnswer(k) })
	for _, r := range l.rings {
		if r.alerted {
			c.alerting(k)
			break
		}
	}
	c.touchCall(k)
}

// alerting says that somebody rings.
func (c *core) alerting(k *call) {
	s := k.setup
	if s.from.state == Proceeding {
		c.setState(s.from, RingOut)
	}
	c.tell(s, 200)
}

// tell says once how a transfer went.
func (c *core) tell(s *setup, code int) {
	if s.done != nil {
		c.effects = append(c.effects, effect{done: s.done, code: code})
		s.done = nil
	}
}

// noAnswer ends the ringing: the call is forwarded, goes to the next choice or fails.
func (c *core) noAnswer(k *call) {
	c.lost(k, 480)
}

// lost is called when the called leg cannot or does not answer; code says why.
func (c *core) lost(k *call, code int) {
	s := k.setup
	c.stop(&s.timer)
	n := s.callee.dn
	c.dropRest(s, nil)
	if s.rang = s.from.state == RingOut; s.rang {
		c.setState(s.from, Proceeding)
	}
	if s.group != nil {
		if code = c.nextMember(k, code); code != 0 {
			s.code = code
			c.hunt(k)
		}
		return
	}
	if n != nil {
		busy := code == 486 || code == 600 || code == 603
		switch {
		case busy && n.forward.Busy != "":
			c.redirect(k, n.party(), n.forward.Busy)
			return
		case !busy && n.forward.NoAnswer != "":
			c.redirect(k, n.party(), n.forward.NoAnswer)
			return
		}
	}
	s.code = code
	// A phone that rang in vain stands for a busy one: its `huntstop` counts.
	if n != nil && s.target.stops(486) || n == nil && s.target.stops(code) {
		s.next = len(s.targets)
	}
	c.hunt(k)
}

// endSetup forgets the search for an answer.
func (c *core) endSetup(k *call, code int) {
	s := k.setup
	if s == nil {
		return
	}
	c.stop(&s.timer)
	if s.recall != nil {
		c.stop(&s.recall.timer)
	}
	c.tell(s, code)
	k.setup = nil
}

// failSetup tells who waits that the call cannot be had. After a transfer it returns to
// the one who transferred it, if that is configured.
func (c *core) failSetup(k *call, code int) {
	s := k.setup
	if s.keeps {
		s.code, s.failed, s.done = code, true, nil // who transfers hears the code
		c.endSetup(k, code)
		return
	}
	switch r := s.recall; {
	case r == nil:
	case r.tries == 0:
		c.recallNow(k)
		return
	case code == 486 && r.tries < maxRecalls:
		r.timer = c.after(r.wait, func() { c.recallNow(k) })
		return
	}
	from := s.from
	c.endSetup(k, code)
	c.totals.Failed++
	tallyFailed(from, code, s.rang)
	if from.state == Held {
		c.hangUp(from)
		return
	}
	c.failLeg(from, code)
}

// answered joins who waited with who answers.
func (c *core) answered(k *call) {
	s := k.setup
	from := s.from
	c.endSetup(k, 200)
	if !k.answered {
		k.answered = true
		c.totals.Answered++
		tallyAnswered(from)
	}
	c.join(from)
	c.touchCall(k)
}

// join makes a leg connected; one that its user holds stays so.
func (c *core) join(l *leg) {
	if l.state != Held {
		c.setState(l, Connected)
	}
}

// answer accepts a ringing call on a device.
func (c *core) answer(d *device, l *leg, m Media) {
	r := l.ringsOn(d)
	if r == nil || l.state != RingIn || l.call.setup == nil {
		return
	}
	c.taken(l, d)
	rings := l.rings
	l.rings = nil
	tallyTaken(l)
	l.media = m
	c.attach(l, d, r.button)
	for _, other := range rings {
		if other.device != d {
			c.detach(l, other.device)
		}
	}
	k := l.call
	c.setState(l, Connected)
	c.focus(d, l)
	if k.setup != nil { // else the phone had called itself, and gave the call up
		c.dropRest(k.setup, l)
		c.answered(k)
	}
}
