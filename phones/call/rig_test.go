package call

import (
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/presence"
)

// fataler is a *testing.T or *rapid.T.
type fataler interface {
	Helper()
	Fatalf(format string, a ...any)
}

// rig is a core with a clock of its own, and what it has shown and published.
type rig struct {
	t     fataler
	c     *core
	now   time.Time
	refs  uint32
	count int
	views map[phones.Device]View
	gone  map[phones.Device]bool
	lines map[string]presence.Line
	debug []string
	codes []int // of Done functions
	all   [][]effect
	keep  bool // all effects, in all
}

func newRig(t fataler, cfg phones.Config) *rig {
	r := &rig{
		t: t, now: time.Date(2009, 7, 14, 12, 0, 0, 0, time.UTC), views: map[phones.Device]View{},
		gone: map[phones.Device]bool{}, lines: map[string]presence.Line{},
	}
	count := func() int { r.count++; return r.count }
	r.c = newCore(ids{ref: r.ref, trunk: count, test: count}, func(logbuf.Topic) bool { return true })
	r.apply(cfg)
	return r
}

func (r *rig) ref() uint32 { r.refs++; return r.refs }

func (r *rig) apply(cfg phones.Config) { r.do(apply{&cfg}) }

// do is one step; what must always hold is checked after it.
func (r *rig) do(in Input) {
	r.t.Helper()
	effects := r.c.step(r.now, in)
	if r.keep {
		r.all = append(r.all, slices.Clone(effects))
	}
	for _, e := range effects {
		switch {
		case e.view != nil && e.view.Gone:
			delete(r.views, e.view.Device)
			r.gone[e.view.Device] = true
		case e.view != nil:
			r.views[e.view.Device] = *e.view
		case e.done != nil:
			e.done(e.code)
		case e.topic != "":
			r.debug = append(r.debug, e.text)
		case !e.phone:
			r.lines[e.number] = e.line
		}
	}
	check(r.t, r.c)
}

// wait lets time pass, timer by timer.
func (r *rig) wait(d time.Duration) {
	r.t.Helper()
	end := r.now.Add(d)
	for {
		at, ok := r.c.next()
		if !ok || at.After(end) {
			break
		}
		if at.After(r.now) {
			r.now = at
		}
		r.do(nil)
	}
	r.now = end
	r.do(nil)
}

// phone puts an SCCP phone in service with buttons as `button` writes them.
func (r *rig) phone(tag int, buttons ...string) phones.Device {
	r.t.Helper()
	s := phones.Spec{Model: "7960", Primary: 1, FeatureRingDnD: true, PagingMulticast: true}
	r.registerPhone(tag, s, buttons...)
	return ephone(tag)
}

func (r *rig) registerPhone(tag int, s phones.Spec, buttons ...string) {
	r.t.Helper()
	for _, text := range buttons {
		b, err := phones.ParseButton(text)
		if err != nil {
			r.t.Fatalf("%v", err)
		}
		line := phones.SpecLine{Button: b.Number, Sep: b.Sep, Of: b.Of}
		for _, dn := range b.DNs {
			line.DNs = append(line.DNs, phones.DNID{Tag: dn})
		}
		s.Lines = append(s.Lines, line)
	}
	if s.Primary == 0 {
		s.Primary = 1
	}
	r.do(Registered{ephone(tag), s})
}

// sipPhone puts a SIP phone in service, with one line.
func (r *rig) sipPhone(tag, dn int) phones.Device {
	r.t.Helper()
	r.do(Registered{pool(tag), phones.Spec{Primary: 1, CallWaiting: true,
		Lines: []phones.SpecLine{{Button: 1, Sep: phones.Normal, DNs: []phones.DNID{{SIP: true, Tag: dn}}}}}})
	return pool(tag)
}

// dials lifts the handset and presses keys.
func (r *rig) dials(d phones.Device, number string) {
	r.t.Helper()
	r.do(OffHook{Device: d})
	r.keys(d, number)
}

func (r *rig) keys(d phones.Device, number string) {
	r.t.Helper()
	for i := range len(number) {
		r.do(Digit{Device: d, Digit: number[i]})
	}
}

// call is the only call of a device.
func (r *rig) call(d phones.Device) CallView {
	r.t.Helper()
	v := r.views[d]
	if len(v.Calls) != 1 {
		r.t.Fatalf("%v has %d calls, want one: %+v", d, len(v.Calls), v.Calls)
	}
	return v.Calls[0]
}

// states are those of a device's calls.
func (r *rig) states(d phones.Device) []State {
	var s []State
	for _, k := range r.views[d].Calls {
		s = append(s, k.State)
	}
	return s
}

// want compares the states of a device's calls.
func (r *rig) want(d phones.Device, states ...State) {
	r.t.Helper()
	if got := r.states(d); !slices.Equal(got, states) {
		r.t.Fatalf("%v has calls in states %v, want %v", d, got, states)
	}
}

// trunk is the only trunk call.
func (r *rig) trunk() phones.Device {
	r.t.Helper()
	var found phones.Device
	for d := range r.views {
		if d.Kind == phones.TrunkDevice {
			if found.Kind != 0 {
				r.t.Fatalf("more than one trunk call")
			}
			found = d
		}
	}
	if found.Kind == 0 {
		r.t.Fatalf("no trunk call")
	}
	return found
}

func media(port uint16) Media {
	return Media{Addr: netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), port), Codecs: G711u | G729}
}

// lab has ephone-dns 1-4 (2001-2004, dual-line), single-line dns 5 and 6 (2005, 2006)
// and voice register dns 1 and 2 (2101, 2102).
func lab(change ...func(*phones.Config)) phones.Config {
	cfg := phones.Config{Telephony: phones.Telephony{On: true, DirectedPickup: true, TransferSystem: "full-consult"}}
	for i := 1; i <= 6; i++ {
		channels := 2
		if i > 4 {
			channels = 1
		}
		cfg.EphoneDNs = append(cfg.EphoneDNs, phones.EphoneDN{
			Tag: i, Number: "200" + string(rune('0'+i)), Channels: channels, Huntstop: true, SecondPreference: 9,
			Forward: phones.Forward{MaxLength: -1},
		})
	}
	for i := 1; i <= 2; i++ {
		cfg.DNs = append(cfg.DNs, phones.DN{Tag: i, Number: "210" + string(rune('0'+i))})
	}
	for _, f := range change {
		f(&cfg)
	}
	return cfg
}

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
		if k.setup == nil && l.state == RingIn || k.setup != nil && l.state == RingIn && k.setup.callee != l {
			t.Fatalf("leg %d rings for nobody", l.ref)
		}
	}
	s := k.setup
	switch {
	case parties == 0:
		t.Fatalf("call %d has nobody in it", k.id)
	case s != nil && (s.callee == nil || s.from.call != k || s.callee.call != k || parties != 2):
		t.Fatalf("call %d waits for nobody: %+v", k.id, s)
	case k.conf == nil && parties > 2:
		t.Fatalf("call %d has %d parties", k.id, parties)
	case k.conf != nil && k.conf.kind == "software" && (parties != 3 || anchors != 0):
		t.Fatalf("software conference of %d", parties)
	case k.conf != nil && k.conf.kind != "software" && anchors != parties:
		t.Fatalf("conference of %d with %d channels", parties, anchors)
	case k.conf != nil && len(k.conf.order) != parties:
		t.Fatalf("conference of %d lists %d", parties, len(k.conf.order))
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
			a.number == b.number && a.line == b.line && a.phone == b.phone
	})
}

var _ *testing.T
