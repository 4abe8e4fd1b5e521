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
			in.Group = true // the key is for the local group
		case in.Group && t.DirectedPickup && t.GroupPickup:
			in.Group = false // the keys have changed places
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
		c.pickUpGroup(l, "*")
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
	if slot := c.longest(number); slot != nil && c.alone(l) {
		c.unpark(l, slot)
		return
	}
	c.pickUp(l, func(n *dn) bool { return n.number == number || n.secondary == number })
}

// pickUpGroup takes a call that rings in a pickup group; `*` is the group of the
// user's own line.
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
	}
	if group == "" {
		c.failLeg(l, 480)
		return
	}
	c.pickUp(l, func(n *dn) bool { return n.pickupGroup() == group })
}

// alone reports whether a leg is alone in its call and wants none.
func (c *core) alone(l *leg) bool {
	return l.device != nil && l.call != nil && len(l.call.legs) == 1 && l.call.setup == nil
}

// pickUp takes the call that rings longest at one of the directory numbers.
func (c *core) pickUp(l *leg, at func(*dn) bool) {
	var found *leg
	for _, n := range c.order {
		if !at(n) {
			continue
		}
		for _, o := range n.channels {
			if o != nil && o.state == RingIn && o.call.setup != nil && o.call.setup.callee == o && (found == nil || o.ref < found.ref) {
				found = o
			}
		}
	}
	if found == nil || !c.alone(l) {
		c.notice(l.device, "No call available for pickup", 5)
		c.failLeg(l, 480)
		return
	}
	c.stop(&l.timer)
	k := found.call
	c.takePlace(found, l)
	l.outgoing, l.tone, l.want = false, ToneNone, toCall
	c.setState(l, Connected)
	c.focus(l.device, l)
	if k.setup != nil {
		c.answered(k)
	}
}
