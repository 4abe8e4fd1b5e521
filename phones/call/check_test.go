package call

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/busylamp/busylamp/phones"
)

// check is what holds after every step.
func check(t fataler, c *core) {
	t.Helper()
	for _, n := range c.order {
		for i, l := range n.channels {
			if l != nil && (l.dn != n || l.channel != i || c.legs[l.ref] != l) {
				t.Fatalf("%v channel %d holds a leg that is not its own", n.id, i+1)
			}
		}
		if p := n.parked; p != nil && (p.anchor != n.channels[0] || p.leg.call != p.anchor.call) {
			t.Fatalf("%v: the parked call is not on the slot", n.id)
		}
		for _, d := range n.paged {
			if d.paged != n || n.channels[0] == nil || n.channels[0].anchor != pageAnchor {
				t.Fatalf("%v pages %v, which hears nothing", n.id, d.id)
			}
		}
		for _, a := range n.on {
			if c.devices[a.device.id] != a.device {
				t.Fatalf("%v is on %v, which is out of service", n.id, a.device.id)
			}
		}
	}
	legs := 0
	for id, k := range c.calls {
		if k.id != id || len(k.legs) == 0 {
			t.Fatalf("call %d has no legs", id)
		}
		legs += len(k.legs)
		checkCall(t, c, k)
	}
	if legs != len(c.legs) {
		t.Fatalf("%d legs, calls have %d", len(c.legs), legs)
	}
	for _, f := range c.confs {
		if f.call.conf != f || c.calls[f.call.id] != f.call {
			t.Fatalf("a conference without a call")
		}
	}
	for i, d := range c.sorted {
		if c.devices[d.id] != d || i > 0 && compareDevices(c.sorted[i-1].id, d.id) >= 0 {
			t.Fatalf("%v is not in order", d.id)
		}
		checkDevice(t, c, d)
	}
	if len(c.sorted) != len(c.devices) {
		t.Fatalf("%d devices, %d sorted", len(c.devices), len(c.sorted))
	}
	for number := range c.byNumber {
		line, phone := c.states(number)
		if p := c.published[number]; !p.known || p.line != line || p.phone != phone {
			t.Fatalf("%s is %+v %+v, published is %+v", number, line, phone, p)
		}
	}
	if len(c.calls) > 2*MaxCalls {
		t.Fatalf("%d calls", len(c.calls))
	}
}

func checkCall(t fataler, c *core, k *call) {
	t.Helper()
	parties, anchors := 0, 0
	for _, l := range k.legs {
		if l.call != k || c.legs[l.ref] != l {
			t.Fatalf("leg %d is not of its call", l.ref)
		}
		if l.channel >= 0 && l.dn.channels[l.channel] != l {
			t.Fatalf("leg %d has lost its channel", l.ref)
		}
		if l.anchor != noAnchor {
			anchors++
			if l.device != nil || len(l.rings) > 0 {
				t.Fatalf("an anchor is on a device")
			}
			continue
		}
		parties++
		if (l.state == RingIn) != (len(l.rings) > 0) || (l.state == RingIn) == (l.device != nil) {
			t.Fatalf("leg %d is %d with %d rings on %v", l.ref, l.state, len(l.rings), l.device)
		}
		if l.device != nil && !slices.Contains(l.device.legs, l) {
			t.Fatalf("leg %d is not on its device", l.ref)
		}
		for _, r := range l.rings {
			if !slices.Contains(r.device.legs, l) {
				t.Fatalf("leg %d does not ring where it should", l.ref)
			}
		}
		if k.setup == nil && l.state == RingIn || k.setup != nil && l.state == RingIn && !k.setup.rings(l) {
			t.Fatalf("leg %d rings for nobody", l.ref)
		}
	}
	s := k.setup
	switch {
	case parties == 0:
		t.Fatalf("call %d has nobody in it", k.id)
	case s != nil && s.callee == nil && s.recall != nil && s.recall.tries > 0 && s.recall.timer != nil && s.from.call == k && parties == 1:
		// who transferred it is busy: it is tried again
	case s != nil && (s.callee == nil || s.from.call != k || s.callee.call != k || parties != 2+len(s.beside) || slices.ContainsFunc(s.beside, func(l *leg) bool { return l.call != k })):
		t.Fatalf("call %d waits for nobody: %+v", k.id, s)
	case k.conf == nil && parties > 2 && s == nil:
		t.Fatalf("call %d has %d parties", k.id, parties)
	case k.conf != nil && k.conf.kind == "software" && (parties != 3 || anchors != 0):
		t.Fatalf("software conference of %d", parties)
	case k.conf != nil && k.conf.kind != "software" && anchors != parties:
		t.Fatalf("conference of %d with %d channels", parties, anchors)
	case k.conf != nil && len(k.conf.order) != parties:
		t.Fatalf("conference of %d lists %d", parties, len(k.conf.order))
	}
	for i, l := range k.legs {
		if s == nil && l.device != nil && l.device.id.Kind == phones.EphoneDevice &&
			slices.ContainsFunc(k.legs[i+1:], func(o *leg) bool { return o.device == l.device }) {
			t.Fatalf("%v is joined with itself", l.device.id)
		}
	}
	if s == nil && k.conf == nil && parties == 2 {
		for _, l := range k.legs {
			if l.state != Connected && l.state != Held {
				t.Fatalf("leg %d of an answered call is %d", l.ref, l.state)
			}
		}
	}
}

func checkDevice(t fataler, c *core, d *device) {
	t.Helper()
	up := 0
	for _, l := range d.legs {
		if c.legs[l.ref] != l || !l.on(d) {
			t.Fatalf("%v has leg %d, which is not its own", d.id, l.ref)
		}
		if l.state.offHook() && l.device == d {
			up++
		}
		if l.of != nil && l.of.device != d {
			t.Fatalf("%v: a consultation for a call of another", d.id)
		}
	}
	if d.id.Kind == phones.EphoneDevice && up > 1 {
		t.Fatalf("%v has %d calls with the speech path", d.id, up)
	}
	if (d.active == nil) != (len(d.legs) == 0) || d.active != nil && !slices.Contains(d.legs, d.active) {
		t.Fatalf("%v has no call in the foreground", d.id)
	}
	if !d.id.Phone() && len(d.legs) != 1 {
		t.Fatalf("%v has %d calls", d.id, len(d.legs))
	}
	if len(d.legs) > 2*MaxDeviceCalls {
		t.Fatalf("%v has %d calls", d.id, len(d.legs))
	}
	if d.paged != nil && !slices.Contains(d.paged.paged, d) {
		t.Fatalf("%v hears a page that is over", d.id)
	}
	if v := c.view(d); d.view == nil || !sameView(&v, d.view) {
		t.Fatalf("%v was not shown what changed:\n%s", d.id, differences(reflect.ValueOf(*d.view), reflect.ValueOf(v), ""))
	}
}

// differences tells what differs in two values of one type.
func differences(a, b reflect.Value, path string) string {
	if reflect.DeepEqual(a.Interface(), b.Interface()) {
		return ""
	}
	all := ""
	switch {
	case a.Kind() == reflect.Struct && a.Type().PkgPath() != "net/netip":
		for i := range a.NumField() {
			all += differences(a.Field(i), b.Field(i), path+"."+a.Type().Field(i).Name)
		}
		return all
	case a.Kind() == reflect.Slice && a.Len() == b.Len():
		for i := range a.Len() {
			all += differences(a.Index(i), b.Index(i), fmt.Sprintf("%s[%d]", path, i))
		}
		return all
	}
	return fmt.Sprintf("%s: %+v, now %+v\n", path, a, b)
}

// quiet fails unless nothing is going on and nothing is to come.
func (r *rig) quiet() {
	r.t.Helper()
	if len(r.c.calls) > 0 || len(r.c.legs) > 0 || len(r.c.confs) > 0 {
		r.t.Fatalf("%d calls and %d legs are left", len(r.c.calls), len(r.c.legs))
	}
	if at, ok := r.c.next(); ok {
		r.t.Fatalf("a timer is left at %v, it is %v", at, r.now)
	}
	for _, n := range r.c.order {
		if n.busy() || n.parked != nil || len(n.paged) > 0 {
			r.t.Fatalf("%v is still seized", n.id)
		}
	}
	for d, v := range r.views {
		for _, l := range v.Lines {
			if l.Lamp != LampOff && l.Lamp != 0 && !l.Remote && !l.DnD {
				r.t.Fatalf("%v: lamp of button %d is still %d", d, l.Button, l.Lamp)
			}
		}
	}
}

// hangUpAll ends every call of every device and lets all timers run out.
func (r *rig) hangUpAll() {
	r.t.Helper()
	for range 10 {
		for _, d := range slices.Clone(r.c.sorted) {
			for _, l := range slices.Clone(d.legs) {
				r.do(OnHook{Device: d.id, Ref: l.ref})
			}
		}
		for range 1000 {
			at, ok := r.c.next()
			if !ok {
				break
			}
			if at.After(r.now) {
				r.now = at
			}
			r.do(nil)
			if len(r.c.calls) > 0 {
				break
			}
		}
	}
}

func sameEffects(a, b []effect) bool {
	return slices.EqualFunc(a, b, func(a, b effect) bool {
		if a.view != nil && b.view != nil {
			return reflect.DeepEqual(*a.view, *b.view)
		}
		return a.view == b.view && a.code == b.code && a.topic == b.topic && a.text == b.text &&
			a.number == b.number && a.forwarded == b.forwarded && a.dn == b.dn && a.line == b.line && a.phone == b.phone
	})
}
