package call

import (
	"github.com/busylamp/busylamp/phones"
)

// hold puts a connected call on hold.
func (c *core) hold(l *leg) {
	if l.state != Connected || l.device == nil {
		return
	}
	c.setState(l, Held)
	c.touchCall(l.call)
	c.alertLater(l)
}

// alertLater starts the hold alert (CME command reference: hold-alert).
func (c *core) alertLater(l *leg) {
	if l.dn == nil || l.dn.eph == nil || l.dn.eph.HoldAlert <= 0 {
		return
	}
	c.stop(&l.timer)
	l.timer = c.after(l.dn.eph.HoldAlert, func() {
		c.holdAlert(l)
		c.alertLater(l)
	})
}

// holdAlert reminds of a call on hold.
func (c *core) holdAlert(l *leg) {
	l.notified = true
	c.touchDN(l.dn)
	who := l.dn.eph.HoldAlertWho
	for _, a := range l.dn.on {
		mine := a.device == l.device
		idle := !a.device.offHook()
		switch who {
		case "idle":
			mine = mine && idle
		case "shared":
			mine = !l.dn.connected()
		case "shared-idle":
			mine = idle
		}
		if mine {
			c.notice(a.device, "Call on hold", 10)
		}
	}
}

// connected reports whether somebody speaks on a directory number.
func (n *dn) connected() bool {
	for _, l := range n.channels {
		if l != nil && l.state.offHook() {
			return true
		}
	}
	return false
}

// mayResume reports whether a device may take back a held call: its own, or one that
// another phone put on hold on a shared line, unless that is for a transfer or
// conference (CME admin guide: Shared Line). Overlays share no held calls.
func (c *core) mayResume(d *device, l *leg) bool {
	if l.state != Held || l.device == nil {
		return false
	}
	if l.device == d {
		return true
	}
	if len(d.legs) >= MaxDeviceCalls || l.dn == nil || l.call.has(d, l) {
		return false
	}
	for _, o := range l.device.legs {
		if o.of == l {
			return false
		}
	}
	return d.shares(l.dn) != 0 && l.device.shares(l.dn) != 0
}

// shares is the button on which a device has a line of its own for the directory
// number, 0 if it has none.
func (d *device) shares(n *dn) int {
	for _, a := range n.on {
		if a.device == d && a.sep != phones.Overlay && a.sep != phones.OverlayWait {
			return a.button
		}
	}
	return 0
}

// resume takes a held call back.
func (c *core) resume(d *device, l *leg) {
	if !c.mayResume(d, l) {
		return
	}
	c.stop(&l.timer)
	l.notified = false
	if from := l.device; from != d {
		button := d.shares(l.dn)
		l.device = nil
		c.detach(l, from)
		c.attach(l, d, button)
		l.media = Media{}
	}
	k := l.call
	state := Connected
	if k.setup != nil { // it was transferred meanwhile
		if state = Proceeding; k.setup.alerted() {
			state = RingOut
		}
	}
	c.setState(l, state)
	c.focus(d, l)
	if l.call != nil {
		c.touchCall(l.call)
	}
}

// alerted reports whether a called leg rings audibly somewhere.
func (l *leg) alerted() bool {
	for _, r := range l.rings {
		if r.alerted {
			return true
		}
	}
	return false
}
