package call

import "github.com/busylamp/busylamp/phones"

// lineViews appends the line buttons of a device as they are to be shown.
func (c *core) lineViews(views []LineView, d *device) []LineView {
	for _, line := range d.spec.Lines {
		views = append(views, c.lineView(d, line))
	}
	return views
}

func (c *core) lineView(d *device, line phones.SpecLine) LineView {
	v := LineView{Button: line.Button, Lamp: LampOff}
	dns := c.numbers(d, &line)
	if !line.Sep.Own() {
		for _, id := range line.DNs {
			if n := c.dns[id]; n != nil {
				dns = append(dns, n)
			}
		}
	}
	if len(dns) > 0 {
		n := dns[0]
		v.DN, v.Number, v.Label, v.Name, v.Forward, v.Waiting = n.id, n.number, n.label, n.name, n.forward, n.waiting
	}
	switch {
	case len(dns) == 0:
	case line.Sep == phones.Monitor:
		if v.Remote = c.used(dns[0]); v.Remote {
			v.Lamp = LampOn
		}
	case line.Sep == phones.Watch:
		c.watch(&v, dns[0])
	default:
		c.ownLamp(&v, d, line, dns)
	}
	return v
}

// watch shows the phone whose primary directory number n is. Its lamp is lit while
// the phone is in use, DnD, or not registered (guide, Table 42; CME
// administrator guide, Watch Mode for Phones). Of several phones it is the one whose
// `auto-line` selects n, else the one with the lowest tag. A number that is no phone's
// primary one watches nothing.
func (c *core) watch(v *LineView, n *dn) {
	owner := c.watchedOf(n)
	if owner == (phones.Device{}) {
		return
	}
	if d := c.devices[owner]; d != nil {
		v.Remote, v.DnD = len(d.legs) > 0, d.lampDnD()
	} else {
		v.Remote = true
	}
	if v.Remote || v.DnD {
		v.Lamp = LampOn
	}
}

// ownLamp shows a button whose directory numbers are the device's own: what rings
// goes before the call in the foreground, that before held ones, and the device's
// own calls before those that others have on a line they share with it.
func (c *core) ownLamp(v *LineView, d *device, line phones.SpecLine, dns []*dn) {
	var rings, on, held, alert bool
	for _, l := range d.legs {
		if r := l.ringsOn(d); r != nil {
			rings = rings || r.button == line.Button
			continue
		}
		if l.button != line.Button {
			continue
		}
		switch l.state {
		case Held:
			held, alert = true, alert || l.notified
		default:
			on = true
		}
	}
	remote := 0 // dns that somebody else uses
	if line.Sep != phones.Rollover {
		for _, n := range dns {
			used, heldRef := n.elsewhere(d)
			if used {
				remote++
			}
			if v.Held == 0 {
				v.Held = heldRef
			}
		}
	}
	// An overlay is in use elsewhere when no number of it is left.
	v.Remote = remote > 0 && remote == len(dns)
	switch {
	case rings:
		v.Lamp = LampBlink
	case on:
		v.Lamp = LampOn
	case alert:
		v.Lamp = LampFlash
	case held:
		v.Lamp = LampWink
	case v.Held != 0:
		v.Lamp = LampFlash
	case v.Remote:
		v.Lamp = LampOn
	}
}

// elsewhere reports whether another phone has a call on a dn, and the reference of
// one that it put on hold there, 0 if none. What rings is not in use yet.
func (n *dn) elsewhere(d *device) (used bool, held uint32) {
	for _, l := range n.channels {
		if l == nil || l.device == nil || l.device == d {
			continue
		}
		used = true
		if l.state == Held && held == 0 {
			held = l.ref
		}
	}
	return used, held
}
