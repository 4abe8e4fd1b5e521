package call

import (
	"cmp"
	"slices"

	"github.com/busylamp/busylamp/phones"
)

// Channels of a voice register dn: the SIP phones that have it decide how many calls
// they take, so that the number only bounds what is kept.
const (
	sipChannels    = 8
	sharedChannels = 2 // `shared-line max-calls` without a number
)

// apply makes a configuration take effect. Numbers and lines change first; what loses its
// place then goes where the new ones lead.
func (c *core) apply(cfg *phones.Config) {
	c.cfg = *cfg
	before, old := c.byNumber, c.dns
	c.dns = make(map[phones.DNID]*dn, len(cfg.EphoneDNs)+len(cfg.DNs))
	c.order = make([]*dn, 0, len(cfg.EphoneDNs)+len(cfg.DNs))
	channels := make([]int, 0, cap(c.order))
	for i := range cfg.EphoneDNs {
		e := &cfg.EphoneDNs[i]
		channels = append(channels, c.keep(old[phones.DNID{Tag: e.Tag}], dn{id: phones.DNID{Tag: e.Tag}, eph: e}))
	}
	for i := range cfg.DNs {
		r := &cfg.DNs[i]
		id := phones.DNID{SIP: true, Tag: r.Tag}
		channels = append(channels, c.keep(old[id], dn{id: id, reg: r}))
	}
	c.keepHunts()
	c.makePlan()
	c.owners = owners(cfg)
	for number := range before {
		c.touchNumber(number)
	}
	for number := range c.byNumber {
		c.touchNumber(number)
	}
	slices.Sort(c.touchedNumbers)
	for _, d := range slices.Clone(c.sorted) {
		c.putOnLines(d)
	}
	for _, id := range sortedIDs(old) {
		if c.dns[id] != old[id] {
			c.retire(old[id], 0)
		}
	}
	for i, n := range c.order {
		c.retire(n, channels[i])
		c.touchDN(n)
	}
}

func sortedIDs(m map[phones.DNID]*dn) []phones.DNID {
	ids := make([]phones.DNID, 0, len(m))
	for id := range m {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b phones.DNID) int {
		if a.SIP != b.SIP {
			if b.SIP {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.Tag, b.Tag)
	})
	return ids
}

// keep makes a configured directory number one of ours, with its calls if it was one
// before, and returns how many channels it is to have; it may have more for the moment.
func (c *core) keep(n *dn, now dn) (channels int) {
	fresh := n == nil || n.kind() != now.kind() // a line that becomes a park slot is another thing
	if fresh {
		n = &dn{id: now.id}
	}
	n.eph, n.reg = now.eph, now.reg
	was := n.configured.All
	if e := n.eph; e != nil {
		n.number, n.secondary, n.name, n.label, n.configured = e.Number, e.Secondary, e.Name, e.Label, e.Forward
		channels = max(e.Channels, 1)
	} else {
		r := n.reg
		n.number, n.secondary, n.name, n.label, n.configured = r.Number, "", r.Name, r.Label, r.Forward
		if channels = sipChannels; r.Shared {
			channels = max(r.MaxCalls, sharedChannels)
		}
	}
	if n.label == "" {
		n.label = n.number
	}
	// CFwdAll of a user stays until the configured forwarding changes.
	all := n.forward.All
	if n.forward = n.configured; !fresh && was == n.configured.All {
		n.forward.All = all
	}
	for len(n.channels) < channels {
		n.channels = append(n.channels, nil)
	}
	c.dns[n.id] = n
	c.order = append(c.order, n)
	return channels
}

// kind tells lines from the numbers that belong to no phone.
func (n *dn) kind() string {
	switch {
	case n.eph == nil:
		return "register"
	case n.eph.Park != nil:
		return "park"
	case n.eph.Paging != nil:
		return "paging"
	case n.eph.MWI != "":
		return "mwi"
	}
	return n.eph.Conference
}

// retire takes the channels from index on away, with their calls.
func (c *core) retire(n *dn, from int) {
	if from >= len(n.channels) {
		return
	}
	lost := n.channels[from:]
	n.channels = n.channels[:from:from]
	for _, l := range lost {
		if l != nil {
			l.channel = -1
		}
	}
	for _, l := range lost {
		if l != nil && l.call != nil {
			c.evict(l)
		}
	}
}

// evict ends a leg whose line is gone. A call that rings there goes on elsewhere.
func (c *core) evict(l *leg) {
	if l.anchor != noAnchor {
		c.release(l.call)
		return
	}
	c.hangUp(l)
}

// addDevice puts a device on the lists.
func (c *core) addDevice(id phones.Device) *device {
	d := &device{id: id, spec: c.none}
	c.devices[id] = d
	i, _ := slices.BinarySearchFunc(c.sorted, id, func(d *device, id phones.Device) int { return compareDevices(d.id, id) })
	c.sorted = slices.Insert(c.sorted, i, d)
	return d
}

// remove takes a device off the lists and shows it so. It has no calls any more.
func (c *core) remove(d *device) {
	if c.devices[d.id] != d {
		return
	}
	delete(c.devices, d.id)
	if i := slices.Index(c.sorted, d); i >= 0 {
		c.sorted = slices.Delete(c.sorted, i, i+1)
	}
	c.effects = append(c.effects, effect{view: &View{Device: d.id, Gone: true, Trunk: d.trunk}})
}

// registered puts a device in service, or gives it other lines.
func (c *core) registered(in Registered) {
	if !in.Device.Phone() {
		return
	}
	d := c.devices[in.Device]
	if d == nil {
		d = c.addDevice(in.Device)
	}
	if in.Spec.DnD != d.spec.DnD { // else what the user set stays
		d.dnd = in.Spec.DnD
	}
	d.spec = &in.Spec
	d.gen++
	c.putOnLines(d)
}

// putOnLines puts a device on its lines; calls on lines that it has no more are released.
func (c *core) putOnLines(d *device) {
	if !d.id.Phone() {
		return
	}
	c.leaveLines(d)
	c.findNumbers(d)
	for i := range d.spec.Lines {
		line := &d.spec.Lines[i]
		for _, id := range line.DNs {
			n := c.dns[id]
			if n == nil {
				continue
			}
			list := &n.on
			if line.Sep == phones.Monitor || line.Sep == phones.Watch {
				list = &n.watched
			}
			a := appearance{d, line.Button, line.Sep}
			at, _ := slices.BinarySearchFunc(*list, a, compareAppearances)
			*list = slices.Insert(*list, at, a)
			d.placed = append(d.placed, n)
		}
	}
	d.primary = c.dns[d.spec.PrimaryDN()]
	for _, l := range slices.Clone(d.legs) {
		if l.call != nil {
			c.touchCall(l.call)
		}
		if l.call == nil || l.dn == nil {
			continue
		}
		button := 0
		for _, a := range l.dn.on {
			if a.device == d && button == 0 {
				button = a.button
			}
		}
		r := l.ringsOn(d)
		switch {
		case button == 0 && r != nil:
			c.unring(l, d, 480)
		case button == 0:
			c.hangUp(l)
		case r != nil && !d.has(l.dn, r.button, c):
			r.button = button
		case r == nil && !d.has(l.dn, l.button, c):
			l.button = button
		}
	}
	if n := d.paged; n != nil {
		if c.touchPage(n); !d.hears(n) {
			c.leavePage(d)
		}
	}
	c.touchLines(d)
}

// has reports whether a device has a directory number on a button, directly or as
// roll-over of an overlay.
func (d *device) has(n *dn, button int, c *core) bool {
	return slices.Contains(c.numbers(d, d.lineAt(button)), n)
}

func compareAppearances(a, b appearance) int {
	if a.device != b.device {
		return compareDevices(a.device.id, b.device.id)
	}
	return a.button - b.button
}

// leaveLines takes a device off all buttons, and touches what it was on.
func (c *core) leaveLines(d *device) {
	mine := func(a appearance) bool { return a.device == d }
	for _, n := range d.placed {
		n.on = slices.DeleteFunc(n.on, mine)
		n.watched = slices.DeleteFunc(n.watched, mine)
		c.touchDN(n)
	}
	d.placed = d.placed[:0]
	if d.primary != nil {
		c.touchNumber(d.primary.number)
		c.touchNumber(d.primary.secondary)
		for _, a := range d.primary.watched {
			c.touchDevice(a.device)
		}
	}
}

// gone takes a device out of service.
func (c *core) gone(id phones.Device) {
	d := c.devices[id]
	if d == nil {
		return
	}
	c.leavePage(d)
	c.leaveLines(d)
	for len(d.legs) > 0 {
		l := d.legs[len(d.legs)-1]
		if l.ringsOn(d) != nil {
			c.unring(l, d, 480)
			continue
		}
		l.byKey = false
		c.hangUp(l)
	}
	c.leavePage(d) // to which its last call may have gone on
	c.remove(d)
}
