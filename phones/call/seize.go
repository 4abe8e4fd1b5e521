package call

import (
	"github.com/busylamp/busylamp/phones"
)

// lineAt is a device's line button, nil if there is none of that number.
func (d *device) lineAt(button int) *phones.SpecLine {
	for i := range d.spec.Lines {
		if d.spec.Lines[i].Button == button {
			return &d.spec.Lines[i]
		}
	}
	return nil
}

// numbers are the directory numbers that a button makes and takes calls on, those
// of the overlay for a roll-over button. They are not to be changed.
func (c *core) numbers(d *device, line *phones.SpecLine) []*dn {
	if line != nil {
		for i := range d.own {
			if d.spec.Lines[i].Button == line.Button {
				return d.own[i]
			}
		}
	}
	return nil
}

// findNumbers finds the numbers of each button anew.
func (c *core) findNumbers(d *device) {
	d.own = make([][]*dn, len(d.spec.Lines))
	for i := range d.spec.Lines {
		line := &d.spec.Lines[i]
		if line.Sep == phones.Rollover {
			if line = d.lineAt(line.Of); line == nil || line.Sep == phones.Rollover {
				continue
			}
		}
		if line.Sep == phones.Monitor || line.Sep == phones.Watch {
			continue
		}
		for _, id := range line.DNs {
			if n := c.dns[id]; n != nil {
				d.own[i] = append(d.own[i], n)
			}
		}
	}
}

// count is how many calls a device has on a directory number.
func (d *device) count(n *dn) int {
	count := 0
	for _, l := range d.legs {
		if l.dn == n && l.channel >= 0 {
			count++
		}
	}
	return count
}

// onButton is a call that a device has on a button in one of the states, nil if none.
func (d *device) onButton(button int, states ...State) *leg {
	for _, l := range d.legs {
		b := l.button
		if r := l.ringsOn(d); r != nil {
			b = r.button
		}
		if b != button {
			continue
		}
		for _, s := range states {
			if l.state == s {
				return l
			}
		}
		if len(states) == 0 {
			return l
		}
	}
	return nil
}

// owned reports whether another device has a call on a dual-line number: both of its
// channels are that device's then (CME admin guide: Shared Line (Exclusive)).
func (n *dn) owned(d *device) bool {
	if n.eph == nil || len(n.channels) != 2 {
		return false
	}
	for _, l := range n.channels {
		if l != nil && l.device != nil && l.device != d {
			return true
		}
	}
	return false
}

// idle is a channel for an outgoing call of a device, -1 if there is none.
func (n *dn) idle(d *device) int {
	if n.owned(d) || n.virtual() {
		return -1
	}
	if limit := d.spec.MaxCalls; limit > 0 && len(n.channels) == 8 && n.eph != nil && d.count(n) >= limit {
		return -1
	}
	for i, l := range n.channels {
		if l == nil {
			return i
		}
	}
	return -1
}

// seize takes a channel of a button's line and makes a call of it, in the
// foreground. Nil: there is none free.
func (c *core) seize(d *device, button int, ref uint32) *leg {
	if len(d.legs) >= MaxDeviceCalls || len(c.calls) >= MaxCalls {
		return nil
	}
	n := c.idleNumber(d, button)
	if n == nil {
		return nil
	}
	l := c.newLeg(c.newCall(), n, n.idle(d), ref)
	l.outgoing = true
	c.attach(l, d, button)
	c.focus(d, l)
	c.setState(l, Seized)
	return l
}

// idleNumber is the directory number of a button that a call is made on: of an overlay
// the first without calls, else the first with a free channel; nil if there is none.
func (c *core) idleNumber(d *device, button int) (found *dn) {
	for _, n := range c.numbers(d, d.lineAt(button)) {
		if n.idle(d) < 0 {
			continue
		}
		if !n.busy() {
			return n
		}
		if found == nil {
			found = n
		}
	}
	return found
}

// refuse makes a call that takes no channel and fails at once, so that the user
// hears why.
func (c *core) refuse(d *device, button int, ref uint32, code int) {
	if len(d.legs) >= 2*MaxDeviceCalls || len(c.calls) >= 2*MaxCalls {
		return
	}
	l := c.newLeg(c.newCall(), nil, -1, ref)
	l.outgoing = true
	c.attach(l, d, button)
	c.focus(d, l)
	c.failLeg(l, code)
}

// freeButton is the line that a new call is made on: the wanted one, if any, else the
// lowest button without calls, else the lowest with a free channel; 0: none.
func (c *core) freeButton(d *device, wanted int) int {
	if wanted != 0 {
		return wanted
	}
	second := 0
	for i := range d.spec.Lines {
		line := &d.spec.Lines[i]
		for _, n := range c.numbers(d, line) {
			if n.idle(d) < 0 || n.eph != nil && n.eph.Intercom != nil {
				continue
			}
			if d.onButton(line.Button) == nil {
				return line.Button
			}
			if second == 0 {
				second = line.Button
			}
		}
	}
	return second
}

// take seizes a line for a new call: the button's, or any. A user without one hears
// reorder.
func (c *core) take(d *device, button int, ref uint32) *leg {
	if button = c.freeButton(d, button); button != 0 {
		if l := c.seize(d, button, ref); l != nil {
			return l
		}
	}
	code := 503
	if len(d.legs) < MaxDeviceCalls && len(c.calls) < MaxCalls {
		code = 480 // all its channels are taken
	}
	c.refuse(d, button, ref, code)
	return nil
}

// offHook lifts the handset or takes a line (CME command reference: auto-line).
func (c *core) offHook(in OffHook) {
	d := c.devices[in.Device]
	if d == nil || d.id.Kind != phones.EphoneDevice {
		return
	}
	if in.Button != 0 {
		c.pressLine(d, in.Button, in.New)
		return
	}
	if in.New {
		button := 0
		if a := d.active; a != nil && a.dn != nil && a.dn.idle(d) >= 0 {
			button = a.button // the second channel of the line in use
		}
		c.take(d, button, 0)
		return
	}
	auto := d.spec.AutoLine
	if d.offHook() || auto.Off {
		return
	}
	for _, l := range d.legs {
		r := l.ringsOn(d)
		if r != nil && (auto.Button == 0 || auto.Answer && r.button == auto.Button) {
			c.answer(d, l, Media{})
			return
		}
	}
	if !auto.Incoming {
		c.begin(c.take(d, auto.Button, 0))
	}
}

// pressLine is the press of a line button.
func (c *core) pressLine(d *device, button int, fresh bool) {
	line := d.lineAt(button)
	if line == nil {
		return
	}
	if line.Sep == phones.Monitor || line.Sep == phones.Watch {
		if len(line.DNs) == 0 {
			return
		}
		if n := c.dns[line.DNs[0]]; n != nil { // a speed dial to it
			c.dial(Dial{Device: d.id, Number: n.number})
		}
		return
	}
	if l := d.onButton(button, RingIn); l != nil && !fresh {
		c.answer(d, l, Media{})
		return
	}
	if a := d.active; a != nil && a.button == button && a.state.offHook() && !fresh {
		return
	}
	if !fresh {
		if l := d.onButton(button, Held); l != nil {
			c.resume(d, l)
			return
		}
		for _, n := range c.numbers(d, line) {
			for _, l := range n.channels {
				if l != nil && c.mayResume(d, l) {
					c.resume(d, l)
					return
				}
			}
		}
	}
	c.begin(c.take(d, button, 0))
}

// begin calls the partner of an intercom line as soon as the line is taken.
func (c *core) begin(l *leg) {
	if l != nil && l.dn.eph != nil && l.dn.eph.Intercom != nil && l.dn.eph.Intercom.Number != "" {
		c.place(l, l.dn.eph.Intercom.Number)
	}
}
