package call

import (
	"testing"
	"time"

	"github.com/busylamp/busylamp/phones"
)

// A SIP phone that answers 302 sends the call on; one of several that ring does not.
func TestPhoneRedirects(t *testing.T) {
	for _, shared := range []bool{false, true} {
		r := newRig(t, lab(func(c *phones.Config) { c.DNs[0].Shared, c.DNs[0].MaxCalls = true, 2 }))
		a, b, s := r.phone(1, "1:1"), r.phone(2, "1:2"), r.sipPhone(1, 1)
		others := []phones.Device{}
		if shared {
			others = append(others, r.sipPhone(2, 1))
		}
		r.do(Dial{Device: b, Number: r.c.dns[phones.DNID{SIP: true, Tag: 1}].number})
		r.want(s, RingIn)
		r.do(Reject{Device: s, Ref: r.call(s).Ref, Code: 480, To: "2001"})
		r.want(s)
		if shared {
			r.want(others[0], RingIn)
			r.want(a)
		} else {
			r.want(a, RingIn)
		}
		r.do(OnHook{Device: b})
		r.quiet()
	}
}

func TestForwardAll(t *testing.T) {
	r := newRig(t, lab(func(c *phones.Config) { c.EphoneDNs[1].Forward.MaxLength = 3 }))
	a, b, x := r.phone(1, "1:1"), r.phone(2, "1:2"), r.phone(3, "1:3")
	r.do(ForwardAll{Device: a, Ask: true})
	r.want(a, Seized)
	r.keys(a, "2002")
	if k := r.call(a); k.Tone != ToneConfirm || r.views[a].Lines[0].Forward.All != "2002" {
		t.Fatalf("%+v", k)
	}
	r.wait(confirmFor)
	r.want(a)
	r.dials(x, "2001")
	r.want(b, RingIn)
	r.do(OnHook{Device: x})
	r.do(ForwardAll{Device: a, Ask: true}) // pressed again it clears
	if r.views[a].Lines[0].Forward.All != "" {
		t.Fatal("still forwarded")
	}
	r.do(ForwardAll{Device: b, Number: "2001"}) // max-length 3
	if r.views[b].Lines[0].Forward.All != "" || r.views[b].Notice.Text == "" {
		t.Fatal("forwarded to a number too long")
	}
	r.do(ForwardAll{Device: a, Number: "2001"}) // to itself
	if r.views[a].Lines[0].Forward.All != "" {
		t.Fatal("forwarded to itself")
	}
	r.do(ForwardAll{Device: a, Ask: true})
	r.do(ForwardAll{Device: a, Ask: true}) // nothing was dialled
	r.want(a)
	r.do(ForwardAll{Device: a, Number: "2003"})
	cfg := lab()
	r.apply(cfg) // what the user set stays
	if r.views[a].Lines[0].Forward.All != "2003" {
		t.Fatal("lost by a change of configuration")
	}
	cfg.EphoneDNs[0].Forward.All = "2004"
	r.apply(cfg) // until the line's own is changed
	if r.views[a].Lines[0].Forward.All != "2004" {
		t.Fatal("configuration had no effect")
	}
}

func TestForwardLoopEnds(t *testing.T) {
	r := newRig(t, lab(func(c *phones.Config) { c.EphoneDNs[0].Forward.All, c.EphoneDNs[1].Forward.All = "2002", "2001" }))
	r.phone(1, "1:1")
	r.phone(2, "1:2")
	x := r.phone(3, "1:3")
	r.dials(x, "2001")
	r.want(x, Congestion)
}

func TestForwardBusyAndNoAnswer(t *testing.T) {
	r := newRig(t, lab(func(c *phones.Config) {
		c.EphoneDNs[0].Forward = phones.Forward{Busy: "2003", NoAnswer: "2004", Timeout: 12 * time.Second}
		c.EphoneDNs[0].Channels = 1
		c.Telephony.Voicemail = "2006"
	}))
	a, b, x, y := r.phone(1, "1:1"), r.phone(2, "1:2"), r.phone(3, "1:3"), r.phone(4, "1:4")
	vm := r.phone(6, "1:6")
	r.dials(b, "2001")
	r.wait(11 * time.Second)
	r.want(a, RingIn)
	r.wait(time.Second)
	r.want(a)
	r.want(y, RingIn)
	r.do(OnHook{Device: b})
	r.do(OffHook{Device: a})
	r.dials(b, "2001")
	r.want(x, RingIn)
	r.do(OnHook{Device: b})
	r.do(Gone{a})
	r.dials(b, "2001") // nobody can answer
	r.want(y, RingIn)
	r.do(DivertToVoicemail{Device: y})
	r.want(y)
	r.want(vm, RingIn)
	if k := r.call(vm); k.Original.Number != "2001" || k.Redirecting.Number != "2004" {
		t.Fatalf("%+v", k)
	}
	r.hangUpAll()
	r.quiet()
}

// A call sent on to where nobody rings yet does not ring any more.
func TestDivertToTrunk(t *testing.T) {
	r := newRig(t, lab(func(c *phones.Config) {
		c.DialPeers = []phones.DialPeer{{Tag: 1, Pattern: "9T", Target: trunkTarget}}
		c.Telephony.Voicemail = "95551"
	}))
	a, b := r.phone(1, "1:1"), r.phone(2, "1:2")
	r.dials(a, "2002")
	r.want(a, RingOut)
	r.do(DivertToVoicemail{Device: b})
	r.want(a, Proceeding)
}
