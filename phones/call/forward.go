package call

import (
	"github.com/busylamp/busylamp/phones"
)

// maxRedirects is how often a call may be sent on (CME command reference: max-redirect).
func (c *core) maxRedirects() int {
	if n := c.cfg.Telephony.MaxRedirect; n > 0 {
		return n
	}
	return defaultRedirects
}

// redirect sends a call on that was for by.
func (c *core) redirect(k *call, by Party, number string) {
	s := k.setup
	if s.redirects++; s.redirects > c.maxRedirects() {
		c.failSetup(k, 480)
		return
	}
	if r := s.recall; r != nil && r.tries == 0 { // what is forwarded does not return
		c.stop(&r.timer)
		s.recall = nil
	}
	k.redirecting = by
	if k.original == (Party{}) {
		k.original = k.redirecting
	}
	c.route(k, number)
}

// forwardAll is the CFwdAll key.
func (c *core) forwardAll(in ForwardAll) {
	d := c.devices[in.Device]
	if d == nil {
		return
	}
	button := in.Button
	if button == 0 {
		button = d.spec.Primary
	}
	numbers := c.numbers(d, d.lineAt(button))
	switch a := d.active; {
	case len(numbers) == 0:
	case !in.Ask:
		c.setForward(d, numbers[0], in.Number)
	case a != nil && a.want == toForward && a.dialed == "":
		c.hangUp(a)
	case a != nil && a.want == toForward: // the number so far is all of it
		c.dialed(a)
	case numbers[0].forward.All != "":
		c.setForward(d, numbers[0], "")
		if a != nil && a.state == Seized {
			c.hangUp(a)
		}
	case a != nil && a.state == Seized:
		a.want = toForward
		c.touchLeg(a)
	case !d.offHook():
		if l := c.take(d, button, 0); l != nil {
			l.want = toForward
			c.touchLeg(l)
		}
	}
}

// setForward forwards all calls of a directory number, or none. False: not allowed
// (CME command reference: call-forward max-length).
func (c *core) setForward(d *device, n *dn, number string) bool {
	if n == nil || len(number) > MaxDigits || number != "" && (number == n.number || number == n.secondary) {
		return false
	}
	if limit := n.forward.MaxLength; number != "" && n.eph != nil && limit >= 0 && len(number) > limit {
		c.notice(d, "Forward not allowed", 5)
		return false
	}
	if n.forward.All != number {
		n.forward.All = number
		c.effects = append(c.effects, effect{forwarded: true, dn: n.id, number: number})
	}
	c.touchDN(n)
	return true
}

// setDnD makes all directory numbers of a phone DnD, or ends that.
func (c *core) setDnD(d *device, on bool) {
	if d.dnd == on {
		return
	}
	d.dnd = on
	c.touchLines(d)
}

// publishDnD makes a phone what it says it is.
func (c *core) publishDnD(d *device, on bool) {
	if d.dnd == on && d.shows == on {
		return
	}
	d.dnd, d.shows = on, on
	c.touchLines(d)
}

// touchLines touches a device and all of its lines.
func (c *core) touchLines(d *device) {
	c.touchDevice(d)
	for i := range d.spec.Lines {
		for _, n := range c.numbers(d, &d.spec.Lines[i]) {
			c.touchDN(n)
		}
	}
}

// pressDnD is the DND key. While a call rings on an SCCP phone it is for that call only: it is
// forwarded as if it had rung in vain, or goes on without a sound (CME admin guide: Do Not Disturb).
func (c *core) pressDnD(in DnD) {
	d := c.devices[in.Device]
	if d == nil || !d.id.Phone() {
		return
	}
	if in.Published {
		c.publishDnD(d, in.On)
		return
	}
	on := in.On
	if in.Toggle {
		on = !d.dnd
	}
	if d.id.Kind == phones.EphoneDevice && on {
		for _, l := range d.legs {
			r := l.ringsOn(d)
			if r == nil {
				continue
			}
			if l.dn.forward.NoAnswer != "" && len(l.rings) == 1 || l.member.group != nil {
				c.unring(l, d, 480)
				return
			}
			r.how = RingSilent
			c.touchDevice(d)
			return
		}
	}
	c.setDnD(d, on)
}

// divert sends a ringing call to voice mail (iDivert).
func (c *core) divert(in DivertToVoicemail) {
	d := c.devices[in.Device]
	l := c.find(d, in.Ref)
	if l == nil || l.ringsOn(d) == nil || l.call.setup == nil || c.cfg.Telephony.Voicemail == "" {
		return
	}
	c.deflect(l, c.cfg.Telephony.Voicemail)
}

// deflect sends a ringing call to a number.
func (c *core) deflect(l *leg, number string) {
	k, n := l.call, l.dn
	c.stop(&k.setup.timer)
	c.dropRest(k.setup, nil)
	if k.setup.from.state == RingOut {
		c.setState(k.setup.from, Proceeding)
	}
	if n == nil {
		c.failSetup(k, 480)
		return
	}
	c.redirect(k, n.party(), number)
}

// setWaiting says whether messages wait for a number.
func (c *core) setWaiting(number string, on bool) {
	numbers := c.exact(number)
	if len(numbers) == 0 {
		return
	}
	for _, n := range numbers {
		n.waiting = on
		c.touchDN(n)
	}
}
