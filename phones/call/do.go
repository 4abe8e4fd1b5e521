package call

import (
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/presence"
)

// maxTests bounds the numbers that `test presence line` drives.
const maxTests = 1024

// do carries out one input.
func (c *core) do(in Input) {
	switch in := in.(type) {
	case apply:
		c.apply(in.cfg)
	case Registered:
		c.registered(in)
	case Gone:
		c.gone(in.Device)
	case OffHook:
		c.offHook(in)
	case OnHook:
		c.onHook(in)
	case Digit:
		c.digit(in)
	case Backspace:
		c.backspace(in)
	case Dial:
		c.dial(in)
	case Redial:
		c.redial(in)
	case Alerting:
		c.alertingIn(in)
	case Answer:
		if d := c.devices[in.Device]; d != nil {
			c.answerIn(d, in)
		}
	case Reject:
		d := c.devices[in.Device]
		if l := c.find(d, in.Ref); l != nil && l.ringsOn(d) != nil {
			// A call of a hunt group is not forwarded by a member.
			if in.To != "" && len(in.To) <= MaxDigits && l.dn != nil && len(l.rings) == 1 && l.member.group == nil {
				c.deflect(l, in.To)
			} else {
				c.unring(l, d, in.Code)
			}
		}
	case MediaReady:
		c.mediaReady(in)
	case Hold:
		d := c.devices[in.Device]
		if l := c.find(d, in.Ref); l != nil && l.device == d {
			c.hold(l)
		}
	case Resume:
		if d := c.devices[in.Device]; d != nil {
			if l := c.legs[in.Ref]; l != nil {
				c.resume(d, l)
			} else if in.Ref == 0 && d.active != nil {
				c.resume(d, d.active)
			}
		}
	case Transfer:
		c.transfer(in)
	case TransferTo:
		c.transferIn(in)
	case Join:
		c.joinIn(in)
	case Conference:
		c.conference(in)
	case DropLast:
		c.dropLast(c.find(c.devices[in.Device], in.Ref))
	case MeetMe:
		c.meetMe(in)
	case Park:
		d := c.devices[in.Device]
		if l := c.find(d, in.Ref); l != nil && l.device == d {
			c.park(l, in.Slot)
		}
	case Pickup:
		c.pickup(in)
	case ForwardAll:
		c.forwardAll(in)
	case DnD:
		c.pressDnD(in)
	case DivertToVoicemail:
		c.divert(in)
	case Test:
		c.test(in)
	case Mailbox:
		c.setWaiting(in.Number, in.Waiting)
	}
}

// onHook ends a call. Putting the handset down during a consultation whose other side
// rings or speaks completes the transfer.
func (c *core) onHook(in OnHook) {
	d := c.devices[in.Device]
	l := c.find(d, in.Ref)
	switch {
	case l == nil:
	case l.ringsOn(d) != nil:
		if in.Ref != 0 { // the handset does not refuse a call that rings
			c.unring(l, d, 486)
		}
	case in.Ref == 0 && !l.state.offHook(): // a call on hold stays
	case in.Ref == 0 && d.id.Kind == phones.EphoneDevice && l.consult == ForTransfer && l.of != nil &&
		(l.state == RingOut || l.state == Connected) && c.connect(l.of, l):
	default:
		l.byKey = in.Ref != 0
		c.hangUp(l)
	}
}

// alertingIn notes that a SIP device rings.
func (c *core) alertingIn(in Alerting) {
	d := c.devices[in.Device]
	l := c.find(d, in.Ref)
	if l == nil || l.call.setup == nil || !l.call.setup.rings(l) {
		return
	}
	r := l.ringsOn(d)
	if r == nil {
		return
	}
	r.alerted = true
	if in.Media.Valid() {
		l.media = in.Media
	}
	c.alerting(l.call)
	c.touchCall(l.call)
}

// answerIn accepts a call that rings: the one meant, or the first one.
func (c *core) answerIn(d *device, in Answer) {
	l := c.find(d, in.Ref)
	if in.Ref == 0 && (l == nil || l.ringsOn(d) == nil) {
		for _, o := range d.legs {
			if o.ringsOn(d) != nil {
				l = o
				break
			}
		}
	}
	if l != nil {
		c.answer(d, l, in.Media)
	}
}

// test drives a number without a phone.
func (c *core) test(in Test) {
	line := presence.Line{State: presence.Busy}
	switch in.State {
	case "idle":
		line.State = presence.Idle
	case "busy":
	case "ringing":
		line.Ringing = true
	case "clear":
		delete(c.tests, in.Number)
		c.touchNumber(in.Number)
		return
	default:
		return
	}
	if _, ok := c.tests[in.Number]; !ok && len(c.tests) >= maxTests || len(in.Number) > MaxDigits {
		return
	}
	c.tests[in.Number] = line
	c.touchNumber(in.Number)
}
