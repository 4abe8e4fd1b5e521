package call

import (
	"strings"
	"time"
)

// slot is a free park slot of a number, or the first of them if none is free; nil if
// the number is no park slot.
func (c *core) slot(number string) *dn {
	var first *dn
	for _, n := range c.exact(number) {
		if n.eph == nil || n.eph.Park == nil {
			continue
		}
		if n.parked == nil {
			return n
		}
		if first == nil {
			first = n
		}
	}
	return first
}

// mayPark reports whether a device's calls may be put on a slot: a reserved one
// belongs to the phone with that primary number, a group's to the phones of the group.
func (c *core) mayPark(d *device, slot *dn) bool {
	p := slot.eph.Park
	if p.ReservedFor != "" {
		return d.primary != nil && d.primary.number == p.ReservedFor
	}
	return p.Directed || p.Group == d.spec.ParkGroup
}

// mayParkAt is mayPark for a transfer to the slot, which `transfer-park blocked`
// leaves only to reserved slots.
func (c *core) mayParkAt(d *device, slot *dn) bool {
	return c.mayPark(d, slot) && (!d.spec.TransferParkBlocked || slot.eph.Park.ReservedFor != "")
}

// chooseSlot is the free slot for a device's call: its own one, then one whose number
// ends like that of the line, then any (CME admin guide: Call Park).
func (c *core) chooseSlot(d *device, l *leg) *dn {
	var alike, any *dn
	for _, n := range c.order {
		if n.eph == nil || n.eph.Park == nil || n.parked != nil || n.eph.Park.Directed || !c.mayPark(d, n) {
			continue
		}
		if n.eph.Park.ReservedFor != "" {
			return n
		}
		if own := l.self.Number; alike == nil && len(own) >= 2 && strings.HasSuffix(n.number, own[len(own)-2:]) {
			alike = n
		}
		if any == nil {
			any = n
		}
	}
	if alike != nil {
		return alike
	}
	return any
}

// park puts the other party of a call on a park slot: that of a number, or one of our choice.
func (c *core) park(l *leg, number string) bool {
	d := l.device
	if d == nil {
		return false
	}
	slot := c.chooseSlot(d, l)
	if number != "" {
		if slot = c.slot(number); slot != nil && !c.mayPark(d, slot) {
			slot = nil
		}
	}
	if slot == nil || !c.parkAt(l, slot) {
		c.notice(d, "No park slot available", 5)
		return false
	}
	return true
}

// parkAt puts the other party of l on a slot. l's phone is idle at once and says where for a moment.
func (c *core) parkAt(l *leg, slot *dn) bool {
	a := l.other()
	if a == nil || l.device == nil || !l.call.answered || l.call.setup != nil || slot.parked != nil || len(slot.channels) == 0 {
		return false
	}
	d, by, byDN := l.device, l.self, l.dn
	if d.primary != nil {
		byDN = d.primary // recalled to the primary number, whatever line parked it
	}
	c.drop(l)
	c.occupy(a, slot, by, byDN)
	c.notice(d, "Call park at "+slot.number, 10)
	return true
}

// occupy makes a leg, alone in its call, wait on a slot.
func (c *core) occupy(a *leg, slot *dn, by Party, byDN *dn) {
	anchor := c.newLeg(a.call, slot, 0, 0)
	anchor.anchor = parkAnchor
	slot.parked = &parked{leg: a, anchor: anchor, by: by, byDN: byDN, since: c.now}
	c.setState(anchor, Held)
	c.join(a)
	a.call.answered = true
	c.touchCall(a.call)
	if p := slot.eph.Park; p.Timeout > 0 && p.Limit > 0 {
		slot.parked.timer = c.after(p.Timeout, func() { c.remind(slot) })
	}
}

// remind tells that a call is parked, and ends that after the limit.
func (c *core) remind(slot *dn) {
	p, cfg := slot.parked, slot.eph.Park
	if p.reminders++; p.reminders >= cfg.Limit {
		c.parkLimit(slot)
		return
	}
	c.touchDN(slot)
	p.timer = c.after(cfg.Timeout, func() { c.remind(slot) })
	text := "Call parked at " + slot.number
	if p.byDN != nil && !(cfg.NotifyOnly && cfg.Notify != "") {
		c.noticeAt(p.byDN, text)
	}
	for _, n := range c.exact(cfg.Notify) {
		c.noticeAt(n, text)
	}
}

func (c *core) noticeAt(n *dn, text string) {
	for _, a := range n.on {
		c.notice(a.device, text, 10)
	}
}

// parkLimit sends a parked call on: back to who parked it, or elsewhere, or away.
func (c *core) parkLimit(slot *dn) {
	p, cfg := slot.parked, slot.eph.Park
	number := cfg.Transfer
	if number == "" && cfg.Recall && p.byDN != nil {
		number = p.byDN.number
	}
	if number == "" {
		c.release(p.leg.call)
		return
	}
	if c.inUse(number) {
		switch {
		case cfg.Alternate != "":
			number = cfg.Alternate
		case cfg.Retry > 0 && p.retries < max(cfg.RetryLimit, 1):
			p.retries++
			p.timer = c.after(max(cfg.Retry, time.Second), func() { c.parkLimit(slot) })
			return
		}
	}
	a := p.leg
	c.drop(p.anchor)
	a.outgoing, a.dialed = true, number
	c.start(a, &setup{moved: true}, number)
}

// inUse reports whether a phone of a number is busy on any of its lines.
func (c *core) inUse(number string) bool {
	for _, n := range c.exact(number) {
		for _, a := range n.on {
			if len(a.device.legs) > 0 {
				return true
			}
		}
	}
	return false
}

// longest is the slot of a number whose call waits longest, nil if none waits; the call of d itself
// is not for d.
func (c *core) longest(number string, d *device) *dn {
	var found *dn
	for _, n := range c.exact(number) {
		if n.parked != nil && n.parked.leg.device != d && (found == nil || n.parked.since.Before(found.parked.since)) {
			found = n
		}
	}
	return found
}

// unpark joins a leg, alone in its call, with the call on a slot.
func (c *core) unpark(l *leg, slot *dn) {
	p := slot.parked
	c.stop(&l.timer)
	c.stop(&p.timer)
	slot.parked = nil
	l.outgoing, l.dialed, l.tone, l.want = true, slot.number, ToneNone, toCall
	c.takePlace(p.anchor, l)
	c.totals.Answered++
	c.join(l)
	c.focus(l.device, l)
}

// trySlot is a call to a park slot: a phone takes the call that waits there; from
// elsewhere, or forwarded, the call waits itself.
func (c *core) trySlot(k *call, n *dn) int {
	from := k.setup.from
	forwarded := k.setup.redirects > 0
	if slot := c.longest(n.number, from.device); slot != nil && !forwarded && from.device.id.Phone() && !k.answered {
		c.endSetup(k, 200)
		c.unpark(from, slot)
		return 0
	}
	slot := c.slot(n.number)
	if slot == nil || slot.parked != nil || from.device.id.Phone() && !forwarded && !k.answered {
		return 486
	}
	c.endSetup(k, 200)
	c.occupy(from, slot, k.redirecting, nil)
	return 0
}
