package call

import (
	"testing"
	"time"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/presence"
)

func TestRegistrationMidCall(t *testing.T) {
	r := newRig(t, lab())
	a, b := r.phone(1, "1:1", "2:3"), r.phone(2, "1:2", "2:2")
	r.dials(a, "2002")
	r.do(Answer{Device: b})
	r.phone(1, "1:3", "2:1") // the line is on another button now
	if k := r.call(a); k.Button != 2 || k.State != Connected {
		t.Fatalf("%+v", k)
	}
	r.phone(1, "1:3") // it is gone
	r.want(a)
	r.want(b)
	r.dials(a, "2002")
	r.do(Gone{b}) // while it rings
	r.want(a, Congestion)
	if r.lines["2002"].State != presence.Unknown {
		t.Fatalf("%+v", r.lines["2002"])
	}
	r.do(Gone{a})
	r.quiet()
}

func TestApplyMidCall(t *testing.T) {
	r := newRig(t, lab(slots(phones.ParkSlot{})))
	a, b, x := r.phone(1, "1:1"), r.phone(2, "1:2"), r.phone(3, "1:3")
	r.dials(a, "2002")
	r.do(Answer{Device: b})
	cfg := lab()
	cfg.EphoneDNs[1].Number = "3333" // the call stays, the number changes
	r.apply(cfg)
	r.want(a, Connected)
	if _, ok := r.c.lookup("2002"); ok {
		t.Fatal("2002 is still known")
	}
	if n, ok := r.c.lookup("3333"); !ok || n.Line.State != presence.Busy || len(n.DNs) != 1 {
		t.Fatalf("%+v", n)
	}
	cfg = lab()
	cfg.EphoneDNs[1].Channels = 1 // the first channel is kept
	r.apply(cfg)
	r.want(a, Connected)
	cfg.EphoneDNs = cfg.EphoneDNs[2:]
	r.apply(cfg)
	r.want(a)
	r.want(b)
	r.apply(lab(slots(phones.ParkSlot{}, phones.ParkSlot{})))
	r.dials(a, "2003")
	r.do(Answer{Device: x})
	r.do(Park{Device: x})
	r.apply(lab()) // the slot is gone with its call
	r.want(a)
	r.quiet()
}

// A call that rings where a change of configuration takes the line away is not sent on to
// lines that are taken away with it.
func TestApplyWhileItRings(t *testing.T) {
	r := newRig(t, lab(func(c *phones.Config) {
		c.EphoneDNs[1].Forward.NoAnswer = "2001"
		c.EphoneDNs[2].Number, c.EphoneDNs[2].Huntstop, c.EphoneDNs[3].Number = "2009", false, "2009"
	}))
	r.phone(1, "1:1")
	r.phone(2, "1:2")
	b := ephone(2)
	r.phone(3, "1:3", "2:4")
	x := r.phone(5, "1:5")
	r.dials(x, "2002")
	r.want(b, RingIn)
	cfg := lab()
	cfg.EphoneDNs = cfg.EphoneDNs[2:]
	r.apply(cfg)
	r.want(x, NoSuchNumber) // 2001 is gone as well
	r.hangUpAll()
	r.quiet()

	r = newRig(t, lab(func(c *phones.Config) {
		c.EphoneDNs[0].Number, c.EphoneDNs[0].Huntstop, c.EphoneDNs[1].Number = "2009", false, "2009"
	}))
	r.phone(1, "1:1")
	r.phone(2, "1:2")
	x = r.phone(5, "1:5")
	r.dials(x, "2009")
	r.want(ephone(1), RingIn)
	r.apply(cfg) // neither is left
	r.want(x, Congestion)
	r.hangUpAll()
	r.quiet()
}

// `csim start` calls a number, and is over when either side hangs up.
func TestCsim(t *testing.T) {
	r := newRig(t, lab())
	a := r.phone(1, "1:1")
	for i, end := range []phones.Device{a, {Kind: phones.TestDevice, Tag: 2}} {
		d := phones.Device{Kind: phones.TestDevice, Tag: i + 1}
		r.do(Dial{Device: d, Number: "2001"})
		r.want(d, RingOut)
		r.do(Answer{Device: a})
		r.want(d, Connected)
		r.do(OnHook{Device: end})
		if !r.gone[d] {
			t.Fatalf("%v goes on", d)
		}
		r.want(a)
	}
	r.quiet()
}

func TestSystemLimit(t *testing.T) {
	r := newRig(t, lab(trunks))
	var last phones.Device
	for i := range MaxCalls + 1 {
		last = phones.Device{Kind: phones.TrunkDevice, Tag: 100000 + i}
		r.c.step(r.now, Dial{Device: last, Ref: r.ref(), Number: "1003"})
	}
	if l := r.c.devices[last].legs[0]; l.code != 503 || len(r.c.calls) != MaxCalls+1 {
		t.Fatalf("code %d with %d calls", l.code, len(r.c.calls))
	}
	a := r.phone(1, "1:1")
	r.do(OffHook{Device: a})
	if k := r.call(a); k.State != Congestion || k.Tone != ToneReorder {
		t.Fatalf("%+v", k)
	}
	for _, d := range append([]*device(nil), r.c.sorted...) {
		r.c.step(r.now, Gone{d.id})
	}
	clear(r.views)
	r.wait(time.Minute)
	r.quiet()
}

func TestLimits(t *testing.T) {
	r := newRig(t, lab(func(c *phones.Config) { c.DNs[0].Shared, c.DNs[0].MaxCalls = true, 100; trunks(c) }))
	s := r.sipPhone(1, 1)
	for range MaxDeviceCalls + 5 {
		r.do(Dial{Device: s, Ref: r.ref(), Number: "1003"})
	}
	calls := r.views[s].Calls
	if len(calls) != MaxDeviceCalls+5 || calls[MaxDeviceCalls-1].State != Proceeding || calls[MaxDeviceCalls].Code != 503 {
		t.Fatalf("%d calls: %+v", len(calls), calls[len(calls)-1])
	}
	for range 3 * MaxDeviceCalls {
		r.do(Dial{Device: s, Ref: r.ref(), Number: "1003"})
	}
	if n := len(r.views[s].Calls); n != 2*MaxDeviceCalls {
		t.Fatalf("%d calls", n)
	}
	r.wait(failedFor)
	if n := len(r.views[s].Calls); n != MaxDeviceCalls {
		t.Fatalf("%d calls", n)
	}
	r.do(Gone{s})
	r.wait(time.Second)
	r.quiet()
}

// A pool's `dnd` follows its configuration; what the user presses stays until that changes.
func TestDnDConfiguredLive(t *testing.T) {
	r := newRig(t, lab())
	d := r.sipPhone(1, 1)
	spec := *r.views[d].Spec
	again := func(configured, want bool) {
		t.Helper()
		spec.DnD = configured
		r.do(Registered{d, spec})
		if r.views[d].DnD != want {
			t.Errorf("configured %v: DnD %v", configured, r.views[d].DnD)
		}
	}
	again(true, true)
	again(false, false)
	r.do(DnD{Device: d, On: true})
	again(false, true)
}
