package call

import "github.com/busylamp/busylamp/phones"

func (n *dn) pickupGroup() string {
	if n.eph != nil {
		return n.eph.PickupGroup
	}
	return n.reg.PickupGroup
}

// pickup is the PickUp or GPickUp key (CME command reference: service directed-pickup).
func (c *core) pickup(in Pickup) {
	d := c.devices[in.Device]
	if d == nil || !d.id.Phone() {
		return
	}
	t := c.cfg.Telephony
	if in.Number == "" {
		switch {
		case !in.Group && (!t.DirectedPickup || t.GroupPickup):
			in.Group, in.Number = true, "*" // the key is for the local group
		case in.Group && t.DirectedPickup && t.GroupPickup:
			in.Group = false // the key takes extensions too
		}
	}
	l := c.find(d, in.Ref)
	if l == nil || l.state != Seized {
		ref := in.Ref // that a SIP phone has chosen for its INVITE
		if d.id.Kind != phones.PoolDevice || c.legs[ref] != nil {
			ref = 0
		}
		if l = c.take(d, in.Button, ref); l == nil {
			return
		}
	}
	switch {
	case in.Group && in.Number == "":
		c.groupKey(l)
	case in.Group:
		c.pickUpGroup(l, in.Number)
	case in.Number != "":
		c.pickUpNumber(l, in.Number)
	default:
		l.want = toPickup
		c.touchLeg(l)
	}
}

// pickUpNumber takes the call that rings at a number, or is parked there.
func (c *core) pickUpNumber(l *leg, number string) {
	if slot := c.longest(number, l.device); slot != nil && c.alone(l) {
		c.unpark(l, slot)
		return
	}
	c.pickUp(l, func(n *dn) bool { return n.number == number || n.secondary == number })
}

// pickUpGroup takes a call that rings in a pickup group; `*` is the group of the
// user's own line, "" the only one there is.
func (c *core) pickUpGroup(l *leg, group string) {
	if group == "*" {
		if l.dn == nil {
			c.failLeg(l, 480)
			return
		}
		if n := l.dn; n.eph != nil && n.eph.PickupAnyGroup {
			c.pickUp(l, func(n *dn) bool { return n.pickupGroup() != "" })
			return
		}
		group = l.dn.pickupGroup()
	} else if group == "" && len(c.plan.groups) == 1 {
		for only := range c.plan.groups {
			group = only
		}
	}
	if group == "" {
		c.failLeg(l, 480)
		return
	}
	c.pickUp(l, inGroup(group))
}

// groupKey is the GPickUp key: of the only pickup group there is, or if the user's own group
// rings, it takes a call at once; else the group's number is dialled next, or `*` (CME admin guide:
// Call Pickup). The INVITE of a SIP phone has nothing to follow it.
func (c *core) groupKey(l *leg) {
	own := ""
	if l.dn != nil {
		own = l.dn.pickupGroup()
	}
	switch {
	case len(c.plan.groups) == 1:
		c.pickUpGroup(l, "")
	case own != "" && c.ringing(l, inGroup(own)) != nil:
		c.pickUpGroup(l, own)
	case l.device.id.Kind == phones.PoolDevice:
		c.pickUpGroup(l, "*")
	default:
		l.want = toGroup
		c.touchLeg(l)
	}
}

// inGroup are the directory numbers of a pickup group.
func inGroup(group string) func(*dn) bool {
	return func(n *dn) bool { return n.pickupGroup() == group }
}

// alone reports whether a leg is alone in its call and wants none.
func (c *core) alone(l *leg) bool {
	return l.device != nil && l.call != nil && len(l.call.legs) == 1 && l.call.setup == nil
}

// ringing is the call that rings longest at one of the directory numbers and that l's phone has no
// part in yet, nil if there is none.
func (c *core) ringing(l *leg, at func(*dn) bool) *leg {
	var found *leg
	for _, n := range c.order {
		if !at(n) {
			continue
		}
		for _, o := range n.channels {
			if o != nil && o.state == RingIn && o.call.setup != nil && o.call.setup.rings(o) &&
				!o.call.has(l.device, o) && (found == nil || o.ref < found.ref) {
				found = o
			}
		}
	}
	return found
}

// pickUp takes the call that rings longest at one of the directory numbers.
func (c *core) pickUp(l *leg, at func(*dn) bool) {
	found := c.ringing(l, at)
	if found == nil || !c.alone(l) {
		c.notice(l.device, "No call available for pickup", 5)
		c.failLeg(l, 480)
		return
	}
	c.stop(&l.timer)
	k := found.call
	c.taken(found, l.device)
	c.takePlace(found, l)
	l.outgoing, l.tone, l.want = false, ToneNone, toCall
	c.setState(l, Connected)
	c.focus(l.device, l)
	if k.setup != nil {
		c.dropRest(k.setup, l)
		c.answered(k)
	}
}
