package call

import (
	"strings"

	"github.com/busylamp/busylamp/phones"
)

// dialing is what dialled digits are for.
type dialing uint8

const (
	toCall     dialing = iota
	toTransfer         // a blind transfer
	toForward          // CFwdAll
	toPickup           // a number or park slot to pick up
	toGroup            // a pickup group
	toMeetMe           // a conference to open
	toNothing          // a confirmation is heard; digits are ignored
)

// digit is one key.
func (c *core) digit(in Digit) {
	l := c.find(c.devices[in.Device], in.Ref)
	if l == nil || l.state != Seized && l.state != Dialing || l.want == toNothing || bit(in.Digit) == 0 {
		return
	}
	if in.Digit == '#' && l.dialed != "" && c.judge(l, l.dialed+"#") == impossible {
		c.dialed(l)
		return
	}
	l.dialed += string(rune(in.Digit))
	c.stop(&l.timer)
	l.tone = ToneNone
	c.setState(l, Dialing)
	v := c.judge(l, l.dialed)
	switch {
	case v == complete:
		c.dialed(l)
	case v == impossible || len(l.dialed) >= MaxDigits:
		if l.want == toCall {
			tallyDialed(l)
			tallyFailed(l, 404, false)
		}
		c.failLeg(l, 404)
	default:
		c.awaitDigit(l)
	}
}

// awaitDigit starts the interdigit time.
func (c *core) awaitDigit(l *leg) {
	wait := c.cfg.Telephony.Interdigit
	if wait <= 0 {
		wait = defaultInterdigit
	}
	c.stop(&l.timer)
	l.timer = c.after(wait, func() { c.dialed(l) })
}

// backspace takes the last digit back.
func (c *core) backspace(in Backspace) {
	l := c.find(c.devices[in.Device], in.Ref)
	if l == nil || l.state != Dialing || l.dialed == "" || l.want == toNothing {
		return
	}
	l.dialed = l.dialed[:len(l.dialed)-1]
	c.awaitDigit(l)
	c.touchLeg(l)
}

// judge says what can be made of digits that are dialled on a leg.
func (c *core) judge(l *leg, number string) verdict {
	switch l.want {
	case toGroup:
		return c.groupVerdict(number)
	case toPickup:
		switch {
		case number == "*":
			return complete
		case c.cfg.Telephony.GroupPickup:
			return either(c.number(number), c.groupVerdict(number))
		}
	case toCall, toTransfer:
		if v := c.facVerdict(number); v != impossible && c.mayUseFAC(l) {
			return v
		}
	}
	return c.number(number)
}

// either judges digits that may be one thing or another.
func either(a, b verdict) verdict {
	switch {
	case a == impossible || a == b:
		return b
	case b == impossible:
		return a
	}
	return openEnd // one is complete, more digits would be the other
}

// mayUseFAC reports whether a leg's user has feature access codes: a phone's.
func (c *core) mayUseFAC(l *leg) bool { return l.device != nil && l.device.id.Phone() }

// dialed acts on the digits so far as on all of them.
func (c *core) dialed(l *leg) {
	if l.call == nil || l.want == toNothing {
		return
	}
	c.stop(&l.timer)
	number := l.dialed
	if number == "" {
		c.failLeg(l, 484)
		return
	}
	if v := c.judge(l, number); v == more {
		c.failLeg(l, 484)
		return
	}
	c.act(l, number)
}

// act does what a complete number is for.
func (c *core) act(l *leg, number string) {
	switch l.want {
	case toTransfer:
		c.blindTo(l, number)
	case toForward:
		c.finish(l, c.setForward(l.device, l.dn, number))
	case toPickup:
		if number == "*" || c.cfg.Telephony.GroupPickup && c.plan.groups[number] && !c.local(number) {
			c.pickUpGroup(l, number)
		} else {
			c.pickUpNumber(l, number)
		}
	case toGroup:
		c.pickUpGroup(l, number)
	case toMeetMe:
		c.openMeetMe(l, number)
	default:
		if f, arg, ok := c.fac(number); ok && c.mayUseFAC(l) {
			c.runFAC(l, f, arg)
			return
		}
		c.dialNumber(l, number)
	}
}

// dialNumber calls a number from a leg that is off hook.
func (c *core) dialNumber(l *leg, number string) {
	switch {
	case number == "":
		c.failLeg(l, 484)
	case len(number) > MaxDigits:
		c.failLeg(l, 404)
	case l.consult == ForTransfer:
		c.consult(l, number)
	default:
		c.place(l, number)
	}
}

// dial calls a number at once.
func (c *core) dial(in Dial) {
	d := c.devices[in.Device]
	if d == nil && (in.Device.Kind == phones.TrunkDevice || in.Device.Kind == phones.TestDevice) {
		c.dialFrom(in)
		return
	}
	if d == nil {
		c.effects = append(c.effects, effect{view: &View{Device: in.Device, Gone: true}})
		return
	}
	if !d.id.Phone() {
		return // it has had its one call
	}
	l := c.find(d, in.Ref)
	if l == nil || in.Ref == 0 && (l.state != Seized || d.id.Kind != phones.EphoneDevice) {
		if c.legs[in.Ref] != nil {
			return
		}
		if l = c.take(d, in.Button, in.Ref); l == nil {
			return
		}
	}
	if l.state != Seized && l.state != Dialing || l.want == toNothing {
		return
	}
	if in.Media.Valid() {
		l.media = in.Media
	}
	l.dialed = in.Number
	c.stop(&l.timer)
	if l.want == toCall && !strings.HasPrefix(in.Number, "*") {
		c.dialNumber(l, in.Number) // whatever it leads to
		return
	}
	c.dialed(l)
}

// dialFrom is a call from a trunk, or a test call: a device for one call.
func (c *core) dialFrom(in Dial) {
	ref := in.Ref
	if ref != 0 && c.legs[ref] != nil || len(c.calls) >= 2*MaxCalls {
		c.effects = append(c.effects, effect{view: &View{Device: in.Device, Gone: true}})
		return
	}
	d := c.addDevice(in.Device)
	d.trunk = &Trunk{DialPeer: in.DialPeer}
	l := c.newLeg(c.newCall(), nil, -1, ref)
	l.outgoing, l.self, l.media, l.dialed = true, in.Calling, in.Media, in.Number
	c.attach(l, d, 0)
	d.active = l
	c.setState(l, Seized)
	switch {
	case len(c.calls) > MaxCalls:
		c.failLeg(l, 503)
	case in.Number == "" || len(in.Number) > MaxDigits:
		c.failLeg(l, 404)
	default:
		c.place(l, in.Number)
	}
}

// redial dials the last number of the device again.
func (c *core) redial(in Redial) {
	if d := c.devices[in.Device]; d != nil && d.dialed != "" {
		c.dial(Dial{Device: in.Device, Button: in.Button, Ref: in.Ref, Number: d.dialed})
	}
}
