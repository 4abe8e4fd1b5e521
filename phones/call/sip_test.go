package call

import (
	"testing"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/presence"
)

func TestSIPCallsSCCP(t *testing.T) {
	r := newRig(t, lab())
	s, a := r.sipPhone(1, 1), r.phone(1, "1:1")
	ref := r.ref()
	r.do(Dial{Device: s, Ref: ref, Number: "2001", Media: media(6000)})
	r.want(s, RingOut)
	r.want(a, RingIn)
	r.do(Answer{Device: a})
	if k := r.call(s); k.State != Connected || k.Send.Valid() || k.Ref != ref {
		t.Fatalf("%+v", k)
	}
	r.do(MediaReady{Device: a, Ref: r.call(a).Ref, Media: media(4000), OK: true})
	if k := r.call(s); k.Send.Addr.Port() != 4000 {
		t.Fatalf("%+v", k)
	}
	r.do(Hold{Device: s, Ref: ref})
	if k := r.call(a); k.Send.Valid() || k.Tone != ToneHold {
		t.Fatalf("%+v", k)
	}
	r.do(MediaReady{Device: s, Ref: ref, Media: media(6002), OK: true})
	r.do(Resume{Device: s, Ref: ref})
	if k := r.call(a); k.Send.Addr.Port() != 6002 {
		t.Fatalf("%+v", k)
	}
	r.do(OnHook{Device: s, Ref: ref})
	r.want(a)
	r.quiet()
}

func TestSCCPCallsSIP(t *testing.T) {
	r := newRig(t, lab(func(c *phones.Config) {
		c.DNs[0].Forward = phones.Forward{Busy: "2003", NoAnswer: "2004"}
		c.DNs[1].AutoAnswer = true
	}))
	s, a, x, y := r.sipPhone(1, 1), r.phone(1, "1:1"), r.phone(3, "1:3"), r.phone(4, "1:4")
	r.dials(a, "2101")
	r.want(a, Proceeding)
	if r.lines["2101"] != (presence.Line{State: presence.Busy, Ringing: true}) {
		t.Fatalf("%+v", r.lines["2101"])
	}
	r.do(Alerting{Device: s, Ref: r.call(s).Ref, Media: media(6000)})
	if k := r.call(a); k.State != RingOut || k.Send.Valid() || k.Tone != ToneRingback { // no early media
		t.Fatalf("%+v", k)
	}
	r.do(Answer{Device: s, Ref: r.call(s).Ref, Media: media(6001)})
	if k := r.call(a); k.State != Connected || k.Send.Addr.Port() != 6001 {
		t.Fatalf("%+v", k)
	}
	r.do(OnHook{Device: a})
	for code, to := range map[int]phones.Device{486: x, 480: y} {
		r.dials(a, "2101")
		r.do(Reject{Device: s, Ref: r.call(s).Ref, Code: code})
		r.want(s)
		r.want(to, RingIn)
		r.do(OnHook{Device: a})
	}
	s2 := r.sipPhone(2, 2)
	r.dials(a, "2102")
	if k := r.call(s2); k.State != RingIn || !k.AutoAnswer {
		t.Fatalf("%+v", k)
	}
	r.hangUpAll()
	r.quiet()
}

// Calls of a SIP phone that cannot be had show their code for a second.
func TestSIPFailures(t *testing.T) {
	r := newRig(t, lab())
	s, a := r.sipPhone(1, 1), r.phone(5, "1:5")
	r.do(OffHook{Device: a})
	for number, code := range map[string]int{"2005": 486, "2006": 480, "7777": 404, "": 484} {
		r.do(Dial{Device: s, Ref: r.ref(), Number: number})
		if k := r.call(s); k.Code != code {
			t.Errorf("%q: code %d, want %d", number, k.Code, code)
		}
		r.wait(failedFor)
		r.want(s)
	}
	r.do(Dial{Device: pool(9), Ref: r.ref(), Number: "2005"})
	if !r.gone[pool(9)] {
		t.Fatal("nothing is said of an unregistered phone")
	}
}

func TestSIPCallWaitingAndDnD(t *testing.T) {
	for _, tt := range []struct {
		spec phones.Spec
		want State // of the second caller
	}{
		{phones.Spec{CallWaiting: true}, Proceeding}, {phones.Spec{}, Busy}, {phones.Spec{CallWaiting: true, BusyTrigger: 1}, Busy},
	} {
		r := newRig(t, lab())
		tt.spec.Lines = []phones.SpecLine{{Button: 1, Sep: phones.Normal, DNs: []phones.DNID{{SIP: true, Tag: 1}}}}
		r.do(Registered{pool(1), tt.spec})
		a, b := r.phone(1, "1:1"), r.phone(2, "1:2")
		r.dials(a, "2101")
		r.do(Answer{Device: pool(1)})
		r.dials(b, "2101")
		r.want(b, tt.want)
		r.hangUpAll()
		r.do(DnD{Device: pool(1), On: true})
		r.dials(a, "2101")
		r.want(a, Busy)
		r.hangUpAll()
		r.quiet()
	}
}

// A shared SIP line rings on all its phones; `shared-line max-calls` bounds its calls.
func TestSharedSIPLine(t *testing.T) {
	r := newRig(t, lab(func(c *phones.Config) { c.DNs[0].Shared, c.DNs[0].MaxCalls = true, 2 }))
	s1, s2, a, b, x := r.sipPhone(1, 1), r.sipPhone(2, 1), r.phone(1, "1:1"), r.phone(2, "1:2"), r.phone(3, "1:3")
	r.dials(a, "2101")
	r.want(s1, RingIn)
	r.do(Reject{Device: s1, Ref: r.call(s1).Ref, Code: 486})
	r.want(s1)
	r.want(s2, RingIn)
	r.do(Answer{Device: s2, Ref: r.call(s2).Ref})
	r.want(a, Connected)
	r.do(Hold{Device: s2})
	r.do(Resume{Device: s1, Ref: r.views[s1].Lines[0].Held})
	r.want(s1, Connected)
	r.want(s2)
	r.dials(b, "2101")
	r.dials(x, "2101")
	r.want(x, Busy)
	r.hangUpAll()
	r.quiet()
}

func trunks(c *phones.Config) {
	c.DialPeers = []phones.DialPeer{
		{Tag: 100, Pattern: "1...", Target: trunkTarget, Transport: "tcp"},
		{Tag: 101, Pattern: "1...", Target: trunkTarget, Preference: 1},
	}
}

func TestTrunk(t *testing.T) {
	r := newRig(t, lab(trunks))
	a := r.phone(1, "1:1")
	r.dials(a, "1003")
	r.want(a, Proceeding)
	first := r.trunk()
	if v := r.views[first]; *v.Trunk != (Trunk{100, trunkTarget, "tcp"}) || v.Calls[0].State != RingIn || v.Calls[0].Called.Number != "1003" ||
		v.Calls[0].Calling.Number != "2001" || v.Calls[0].Outgoing {
		t.Fatalf("%+v", v)
	}
	r.do(Reject{Device: first, Ref: r.call(first).Ref, Code: 503}) // the next dial-peer
	if !r.gone[first] {
		t.Fatal("the first is still there")
	}
	second := r.trunk()
	if r.views[second].Trunk.DialPeer != 101 {
		t.Fatalf("%+v", r.views[second])
	}
	r.do(Alerting{Device: second, Ref: r.call(second).Ref})
	r.want(a, RingOut)
	r.do(Answer{Device: second, Ref: r.call(second).Ref, Media: media(7000)})
	if k := r.call(a); k.State != Connected || k.Send.Addr.Port() != 7000 || k.Called.Number != "1003" {
		t.Fatalf("%+v", k)
	}
	r.do(OnHook{Device: second, Ref: r.call(second).Ref})
	r.want(a)
	r.quiet()
	r.dials(a, "1003")
	third := r.trunk()
	r.do(Reject{Device: third, Ref: r.call(third).Ref, Code: 486}) // the far side is busy: nobody else is tried
	r.want(a, Busy)
	r.do(OnHook{Device: a})
	r.dials(a, "1003")
	fourth := r.trunk()
	r.do(OnHook{Device: a})
	if !r.gone[fourth] {
		t.Fatal("the trunk call goes on")
	}
	r.quiet()
}

func TestTrunkCallsIn(t *testing.T) {
	r := newRig(t, lab(trunks))
	a := r.phone(1, "1:1")
	in := func(number string) phones.Device {
		r.count++
		d := phones.Device{Kind: phones.TrunkDevice, Tag: r.count}
		r.do(Dial{Device: d, Ref: r.ref(), Number: number, Media: media(7000), Calling: Party{"3001", "Far"}, DialPeer: 100})
		return d
	}
	d := in("2001")
	if k := r.call(a); k.Ring != RingOutside || k.Calling != (Party{"3001", "Far"}) || r.views[d].Trunk.DialPeer != 100 {
		t.Fatalf("%+v", k)
	}
	r.do(Answer{Device: a})
	r.want(d, Connected)
	r.do(OnHook{Device: a})
	if !r.gone[d] {
		t.Fatal("it goes on")
	}
	d = in("9999")
	if k := r.call(d); k.State != NoSuchNumber || k.Code != 404 {
		t.Fatalf("%+v", k)
	}
	r.wait(failedFor)
	if !r.gone[d] {
		t.Fatal("it goes on")
	}
	d = in("**7") // no feature access codes from outside
	if r.call(d).Code != 404 {
		t.Fatalf("%+v", r.call(d))
	}
	d = in("1003") // from trunk to trunk
	if r.call(d).Code != 403 {
		t.Fatalf("%+v", r.call(d))
	}
	r.do(Gone{d})
	r.apply(lab(trunks, func(c *phones.Config) { c.SIPToSIP = true }))
	d = in("1003")
	r.want(d, Proceeding)
	r.do(Gone{d})
	r.wait(failedFor)
	r.quiet()
}

func TestCodecs(t *testing.T) {
	for _, tt := range []struct {
		a, b   Codecs
		prefer string
		want   Codecs
	}{
		{AllCodecs, AllCodecs, "", G711u}, {G711a | G729, AllCodecs, "", G711a}, {AllCodecs, AllCodecs, "g729r8", G729},
		{G711u, AllCodecs, "g729r8", G711u}, {G711u, G729, "", 0},
	} {
		r := newRig(t, lab())
		r.registerPhone(1, phones.Spec{Codec: tt.prefer}, "1:1")
		a, b := ephone(1), r.phone(2, "1:2")
		r.dials(a, "2002")
		r.do(Answer{Device: b})
		for d, c := range map[phones.Device]Codecs{a: tt.a, b: tt.b} {
			m := media(4000)
			m.Codecs = c
			r.do(MediaReady{Device: d, Ref: r.call(d).Ref, Media: m, OK: true})
		}
		for _, d := range []phones.Device{a, b} {
			if m := r.call(d).Send; m.Codecs != tt.want || m.Valid() != (tt.want != 0) {
				t.Errorf("%+v: %v", tt, m)
			}
		}
		r.do(MediaReady{Device: a, Ref: r.call(a).Ref}) // it cannot
		if r.call(b).Send.Valid() {
			t.Error("sends to nobody")
		}
	}
}

// Whoever phones a trunk from an SCCP phone, or is transferred to one, hears ringback
// until somebody answers: the phone has no channel open for what the far side sends.
func TestEarlyMediaToSCCP(t *testing.T) {
	early := func(r *rig, d phones.Device) {
		r.do(Alerting{Device: d, Ref: r.call(d).Ref, Media: media(5000)})
	}
	t.Run("caller", func(t *testing.T) {
		r := newRig(t, lab())
		a, s := r.phone(1, "1:1"), r.sipPhone(1, 1)
		r.dials(a, "2101")
		early(r, s)
		if k := r.call(a); k.State != RingOut || k.Tone != ToneRingback || k.Send.Valid() || k.Receive {
			t.Errorf("%+v", k)
		}
	})
	t.Run("transferred", func(t *testing.T) {
		r := newRig(t, lab(func(cfg *phones.Config) { cfg.Telephony.TransferSystem = "full-blind" }))
		a, b, s := r.phone(1, "1:1"), r.phone(2, "1:2"), r.sipPhone(1, 1)
		r.dials(a, "2002")
		r.do(OffHook{Device: b})
		old := r.call(a).Ref
		r.do(MediaReady{Device: a, Ref: old, Media: media(4000), OK: true})
		r.do(Transfer{Device: b})
		r.keys(b, "2101")
		if k := r.call(s); k.Send.Valid() {
			t.Errorf("offered the closed channel: %+v", k)
		}
		early(r, s)
		r.do(MediaReady{Device: a, Ref: old, Media: media(4000), OK: true}) // late
		if k := r.call(a); k.State != RingOut || k.Tone != ToneRingback || k.Send.Valid() || k.Local.Valid() {
			t.Errorf("%+v", k)
		}
	})
}
