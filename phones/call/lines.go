package call

import (
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/presence"
)

// The states of numbers and phones, as BLF speed dials and call lists show them
// (guide, "Presence Service", "BLF Monitoring of Ephone-DNs with DnD …" and
// "Device-Based BLF Monitoring"). All functions here only read.

// lineOf is the state of a number, given all its instances: in use if any of
// them is, unknown if no phone that has one is in service. Ringing counts as in
// use.
func (c *core) lineOf(all []*dn) presence.Line {
	l := presence.Line{}
	for _, n := range all {
		if !n.inService() {
			continue
		}
		switch {
		case c.used(n):
			l.State = presence.Busy
			l.Ringing = l.Ringing || n.alerts()
		case l.State == presence.Unknown:
			l.State = presence.Idle
		}
	}
	l.DnD = dndOf(all)
	return l
}

// instances are the dns with a number. Those that have it as secondary number
// count only if it is no other's primary one (guide, Table 42: "all ephone-dn
// instances with the same (primary) extension number").
func (c *core) instances(number string) []*dn {
	all := c.byNumber[number]
	primary := 0
	for _, n := range all {
		if n.number == number {
			primary++
		}
	}
	if primary == 0 || primary == len(all) {
		return all
	}
	list := make([]*dn, 0, primary)
	for _, n := range all {
		if n.number == number {
			list = append(list, n)
		}
	}
	return list
}

// used reports whether there is a call on any channel, one parked, or a page.
func (c *core) used(n *dn) bool { return n.busy() || n.parked != nil || len(c.hearing(n)) > 0 }

// alerts reports whether a call rings on it.
func (n *dn) alerts() bool {
	for _, l := range n.channels {
		if l != nil && (l.state == RingIn || l.state == Waiting) {
			return true
		}
	}
	return false
}

// dndOf reports whether a number, given its instances, is DnD. It is (guide) if it is the primary number of
// only one SCCP phone and that is DnD-enabled, or if all phones that have it are:
// the one of a number that is not shared, or each of those that share it. DnD of a
// SIP phone is seen only if the phone itself publishes it.
func dndOf(instances []*dn) bool {
	var owner *device
	owners, shared, all := 0, false, true
	for _, n := range instances {
		for _, a := range n.on {
			shared, all = true, all && a.device.lampDnD()
			if a.device.id.Kind == phones.EphoneDevice && a.primary(n) {
				owners, owner = owners+1, a.device
			}
		}
	}
	return shared && all || owners == 1 && owner.dnd
}

// lampDnD reports whether lamps show a phone as DnD.
func (d *device) lampDnD() bool {
	return d.dnd && (d.id.Kind == phones.EphoneDevice || d.shows)
}

// primary reports whether it is on this button that n is the phone's primary
// directory number, so once for each phone.
func (a appearance) primary(n *dn) bool {
	return a.device.primary == n && a.button == a.device.spec.Primary
}

// phoneLine is the state of the phone whose primary number the instances are of; of several the
// one with the lowest tag, even if that is not registered. A number that belongs to
// no phone (park slot, paging, conference) is as the number itself.
func (c *core) phoneLine(all []*dn) presence.Line {
	var owner phones.Device
	virtual := false
	for _, n := range all {
		owner = lowest(owner, c.ownerOf(n))
		virtual = virtual || n.virtual()
	}
	switch d := c.devices[owner]; {
	case d != nil:
		return d.state()
	case owner == phones.Device{} && virtual:
		return c.lineOf(all)
	}
	return presence.Line{}
}

// ownerOf is the phone with the lowest tag of those whose primary directory number
// a dn is, in service or not; none if there is no such phone.
func (c *core) ownerOf(n *dn) phones.Device {
	all, _ := c.ownersOf(n)
	return all
}

// watchedOf is the phone that a watch button with n watches: that whose `auto-line`
// selects n goes before those that have it on button 1 (CME command reference: button).
func (c *core) watchedOf(n *dn) phones.Device {
	all, selected := c.ownersOf(n)
	if selected != (phones.Device{}) {
		return selected
	}
	return all
}

// ownersOf finds the phones with the lowest tag whose primary directory number n is: of
// all, and of those whose `auto-line` says so.
func (c *core) ownersOf(n *dn) (all, selected phones.Device) {
	add := func(d phones.Device, auto bool) {
		all = lowest(all, d)
		if auto {
			selected = lowest(selected, d)
		}
	}
	for _, a := range n.on {
		if a.primary(n) {
			add(a.device.id, selects(a.device.spec))
		}
	}
	for _, o := range c.owners[n.id] {
		if c.devices[o.id] == nil { // else it is what it registered as
			add(o.id, o.selected)
		}
	}
	return all, selected
}

// owner is a configured phone, by its primary directory number.
type owner struct {
	id       phones.Device
	selected bool // by `auto-line`
}

// selects reports whether `auto-line` has made a button the primary one.
func selects(s *phones.Spec) bool {
	return !s.AutoLine.Off && s.AutoLine.Button > 0 && s.AutoLine.Button == s.Primary
}

// lowest is the phone with the lower tag; an ephone goes before a pool.
func lowest(a, b phones.Device) phones.Device {
	switch {
	case b == phones.Device{}:
		return a
	case a == phones.Device{}, b.Tag < a.Tag, b.Tag == a.Tag && b.Kind < a.Kind:
		return b
	}
	return a
}

// state is that of a phone: its own calls count, not those that others have on
// lines they share with it.
func (d *device) state() presence.Line {
	l := presence.Line{State: presence.Idle, DnD: d.lampDnD()}
	for _, leg := range d.legs {
		l.State = presence.Busy
		l.Ringing = l.Ringing || leg.ringsOn(d) != nil
	}
	return l
}

// owners are the configured phones by their primary directory number: what they
// will be when they register.
func owners(cfg *phones.Config) map[phones.DNID][]owner {
	m := map[phones.DNID][]owner{}
	add := func(kind phones.DeviceKind, tag int, s phones.Spec) {
		if id := s.PrimaryDN(); id != (phones.DNID{}) {
			m[id] = append(m[id], owner{phones.Device{Kind: kind, Tag: tag}, selects(&s)})
		}
	}
	for _, e := range cfg.Ephones {
		add(phones.EphoneDevice, e.Tag, phones.EphoneSpec(*cfg, e, phones.Model{}, nil))
	}
	any := func(string) bool { return true }
	for _, p := range cfg.Pools {
		add(phones.PoolDevice, p.Tag, phones.PoolSpec(*cfg, p, any, nil))
	}
	return m
}
