package call

import (
	"slices"

	"github.com/busylamp/busylamp/phones"
)

// free is a channel for an incoming call, -1 if there is none (CME command
// reference: huntstop channel).
func (n *dn) free() int {
	limit := len(n.channels)
	if n.eph != nil && n.eph.HuntstopChannel > 0 {
		limit = min(limit, n.eph.HuntstopChannel)
	}
	for i, l := range n.channels[:limit] {
		if l == nil {
			return i
		}
	}
	return -1
}

// takers are the devices that a call to a directory number rings on.
func (c *core) takers(k *call, n *dn) []*ring {
	var rings []*ring
	for _, a := range n.on {
		if len(rings) > 0 && rings[len(rings)-1].device == a.device {
			continue // it has the number on two buttons: the lower one rings
		}
		if r := c.taker(k, n, a); r != nil {
			rings = append(rings, r)
		}
	}
	return rings
}

// taker says how a call would ring on one device, nil if it does not.
func (c *core) taker(k *call, n *dn, a appearance) *ring {
	d := a.device
	if len(d.legs) >= MaxDeviceCalls || n.owned(d) || k.setup.moved && k.setup.from.device == d {
		return nil
	}
	r := &ring{device: d, button: a.button, sep: a.sep, how: RingInside, waiting: d.offHook()}
	if from := k.setup.from; from.device != nil && from.device.id.Kind == phones.TrunkDevice {
		r.how = RingOutside
	}
	trigger := d.spec.BusyTrigger
	if d.id.Kind == phones.PoolDevice {
		// A SIP phone in DnD refuses calls; `no call-waiting` leaves it one at a time.
		if d.dnd || !d.spec.CallWaiting && len(d.legs) > 0 || trigger > 0 && d.count(n) >= trigger {
			return nil
		}
		return r
	}
	if trigger > 0 && len(n.channels) == 8 && d.count(n) >= trigger {
		return nil
	}
	switch a.sep {
	case phones.Beep:
		r.how = RingBeep
	case phones.Feature:
		r.how = RingFeature
	case phones.Silent:
		r.how = RingSilent
	case phones.Overlay:
		// One call on the button; more go to its roll-over buttons.
		if r.button = d.overflow(a.button); r.button == 0 {
			return nil
		}
	}
	if d.dnd && (a.sep != phones.Feature || d.spec.FeatureRingDnD) {
		r.how = RingSilent
	}
	r.alerted = true
	return r
}

// overflow is the overlay button if it has no call, else the first of its roll-over
// buttons that has none; 0 if there is none.
func (d *device) overflow(button int) int {
	if d.onButton(button) == nil {
		return button
	}
	for _, line := range d.spec.Lines {
		if line.Sep == phones.Rollover && line.Of == button && d.onButton(line.Button) == nil {
			return line.Button
		}
	}
	return 0
}

// autoAnswer answers a call to an intercom line at once (CME command reference: intercom).
// SIP phones are told to answer by themselves.
func (c *core) autoAnswer(l *leg) {
	switch n := l.dn; {
	case n.reg != nil:
		l.auto = n.reg.AutoAnswer
	case n.eph.Intercom != nil && !n.eph.Intercom.NoAutoAnswer:
		l.auto = true
		for _, r := range l.rings {
			if r.device.id.Kind == phones.EphoneDevice && (!r.waiting || n.eph.Intercom.BargeIn) {
				c.answer(r.device, l, Media{})
				return
			}
		}
	}
}

// keepElsewhere is how many calls a View says of that others have taken them.
const keepElsewhere = 8

// taken notes on all devices but by that a call which rings there is being taken by it.
func (c *core) taken(l *leg, by *device) {
	for _, r := range l.rings {
		if d := r.device; d != by {
			all := append(slices.Clone(d.elsewhere), l.ref)
			d.elsewhere = all[max(0, len(all)-keepElsewhere):]
			c.touchDevice(d)
		}
	}
}

// unring stops a call ringing on one device; the others go on. code says why, if it
// was the last.
func (c *core) unring(l *leg, d *device, code int) {
	for i, r := range l.rings {
		if r.device != d {
			continue
		}
		if len(l.rings) == 1 {
			c.refused(l, code)
			return
		}
		l.rings = append(l.rings[:i:i], l.rings[i+1:]...)
		c.detach(l, d)
		c.touchCall(l.call)
		return
	}
}
