package call

import (
	"slices"
	"testing"
	"time"

	"github.com/busylamp/busylamp/phones"
)

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

// three phones: 1 (2001) and 3 (2003) speak, 3 will transfer to 2 (2002).
func talking(t *testing.T, change ...func(*phones.Config)) (r *rig, a, b, x phones.Device) {
	r = newRig(t, lab(change...))
	a, b, x = r.phone(1, "1:1"), r.phone(2, "1:2"), r.phone(3, "1:3")
	r.dials(a, "2003")
	r.do(Answer{Device: x})
	r.want(a, Connected)
	return r, a, b, x
}

func TestTransferWithConsultation(t *testing.T) {
	r, a, b, x := talking(t)
	r.do(MediaReady{Device: a, Ref: r.call(a).Ref, Media: media(4001), OK: true})
	r.do(Transfer{Device: x})
	r.want(x, Held, Seized)
	if v := r.views[x]; v.Calls[1].Consult != ForTransfer || v.Calls[1].Of != v.Calls[0].Ref || v.Active != v.Calls[1].Ref {
		t.Fatalf("%+v", v)
	}
	if k := r.call(a); k.Tone != ToneHold {
		t.Fatalf("%+v", k)
	}
	r.keys(x, "2002")
	r.do(Answer{Device: b})
	r.do(MediaReady{Device: b, Ref: r.call(b).Ref, Media: media(4002), OK: true})
	r.do(Transfer{Device: x})
	r.want(x)
	r.want(a, Connected)
	r.want(b, Connected)
	if k, k2 := r.call(a), r.call(b); k.Send.Addr.Port() != 4002 || k2.Send.Addr.Port() != 4001 || k.Called.Number != "2002" || k2.Calling.Number != "2001" {
		t.Fatalf("%+v\n%+v", k, k2)
	}
	r.do(OnHook{Device: b})
	r.want(a)
	r.quiet()
}

func TestTransferAtAlerting(t *testing.T) {
	for _, end := range []Input{Transfer{Device: ephone(3)}, OnHook{Device: ephone(3)}} { // the key, or the handset
		r, a, b, x := talking(t)
		r.do(Transfer{Device: x})
		r.keys(x, "2002")
		r.do(end)
		r.want(x)
		r.want(a, RingOut)
		r.want(b, RingIn)
		if k := r.call(b); k.Calling.Number != "2001" {
			t.Fatalf("%+v", k)
		}
		r.do(Answer{Device: b})
		r.want(a, Connected)
		r.hangUpAll()
		r.quiet()
	}
}

func TestTransferGivenUp(t *testing.T) {
	r, a, b, x := talking(t)
	r.do(Transfer{Device: x})
	r.keys(x, "2002")
	r.do(OnHook{Device: x, Ref: r.views[x].Active}) // EndCall ends the consultation
	r.want(x, Held)
	r.want(b)
	r.do(Resume{Device: x})
	r.want(x, Connected)
	r.do(Transfer{Device: x})
	r.do(OnHook{Device: a}) // the other side hangs up meanwhile
	r.want(x, Seized)
	if r.call(x).Consult != NoConsult {
		t.Fatalf("%+v", r.call(x))
	}
	r.keys(x, "2002")
	r.want(b, RingIn)
}

func TestBlindTransfer(t *testing.T) {
	for _, change := range []func(*phones.Config){
		func(c *phones.Config) { c.Telephony.TransferSystem = "full-blind" },
		func(c *phones.Config) { c.EphoneDNs[2].TransferBlind = true },
		func(c *phones.Config) { c.EphoneDNs[2].Channels = 1 }, // no second line
	} {
		r, a, b, x := talking(t, change)
		r.do(Transfer{Device: x})
		r.want(x, Held, Seized)
		r.keys(x, "2002")
		r.want(x)
		r.want(a, RingOut)
		r.want(b, RingIn)
		r.hangUpAll()
		r.quiet()
	}
}

func TestTransferPolicy(t *testing.T) {
	for _, tt := range []struct {
		name     string
		patterns []string
		blocked  bool
		number   string
		want     State
	}{
		{"local", nil, false, "2002", RingOut},
		{"local when blocked", nil, true, "2002", RingOut},
		{"not local", nil, false, "1003", Congestion},
		{"allowed", []string{"2...", "1..."}, false, "1003", Proceeding},
		{"all", []string{".T"}, false, "1003", Proceeding},
		{"allowed and blocked", []string{".T"}, true, "1003", Congestion},
		{"another pattern", []string{"5..."}, false, "1003", Congestion},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, lab(func(c *phones.Config) {
				c.Telephony.TransferPatterns = tt.patterns
				c.DialPeers = []phones.DialPeer{{Tag: 1, Pattern: "1...", Target: trunkTarget}}
			}))
			a := r.phone(1, "1:1")
			r.phone(2, "1:2")
			r.registerPhone(3, phones.Spec{TransferBlocked: tt.blocked}, "1:3")
			r.dials(a, "2003")
			r.do(Answer{Device: ephone(3)})
			r.do(Transfer{Device: ephone(3)})
			r.keys(ephone(3), tt.number)
			r.want(ephone(3), Held, tt.want)
			r.hangUpAll()
			r.quiet()
		})
	}
}

func TestTransferRecall(t *testing.T) {
	back := func(c *phones.Config) {
		c.Telephony.TransferBack = 20 * time.Second
		c.EphoneDNs[1].Channels = 1
	}
	r, a, b, x := talking(t, back)
	r.do(Transfer{Device: x})
	r.keys(x, "2002")
	r.do(Transfer{Device: x})
	r.wait(19 * time.Second)
	r.want(b, RingIn)
	r.wait(time.Second)
	r.want(b)
	r.want(x, RingIn)
	r.do(Answer{Device: x})
	r.want(a, Connected)
	r.do(OffHook{Device: b}) // 2002 is busy now
	var codes []int
	r.do(TransferTo{Device: x, Number: "2002", Done: func(code int) { codes = append(codes, code) }})
	r.want(x, RingIn) // it comes back at once
	if !slices.Equal(codes, []int{480}) {
		t.Fatalf("told %v", codes)
	}
	r.hangUpAll()
	r.quiet()
}

func TestReferAndReplaces(t *testing.T) {
	r, a, b, x := talking(t)
	var codes []int
	done := func(code int) { codes = append(codes, code) }
	r.do(TransferTo{Device: x, Number: "7777", Done: done})
	r.want(x, Connected)
	r.do(TransferTo{Device: x, Ref: 999, Number: "2002", Done: done})
	r.do(TransferTo{Device: x, Number: "2002", Done: done})
	r.want(x)
	r.want(b, RingIn)
	r.do(Answer{Device: b})
	r.want(a, Connected)
	if !slices.Equal(codes, []int{404, 481, 200}) {
		t.Fatalf("told %v", codes)
	}
	r.do(Hold{Device: b})
	r.do(OffHook{Device: b, New: true})
	r.keys(b, "2003")
	r.do(Answer{Device: x})
	v := r.views[b]
	r.do(Join{Device: b, Ref: v.Calls[1].Ref, With: v.Calls[0].Ref, Done: done})
	r.want(b)
	r.want(a, Connected)
	r.want(x, Connected)
	r.do(Join{Device: b, Ref: 1, With: 2, Done: done})
	if !slices.Equal(codes, []int{404, 481, 200, 200, 481}) {
		t.Fatalf("told %v", codes)
	}
	r.hangUpAll()
	r.quiet()
}

// A party that is transferred while it has the call on hold keeps it so.
func TestTransferOfAHeldParty(t *testing.T) {
	r, a, b, x := talking(t)
	r.do(Hold{Device: a})
	r.do(Transfer{Device: x})
	r.keys(x, "2002")
	r.do(Transfer{Device: x})
	r.want(a, Held)
	r.do(Resume{Device: a}) // while it rings
	r.want(a, RingOut)
	r.do(OnHook{Device: a})
	r.want(b)

	r, a, b, x = talking(t)
	r.do(Hold{Device: a})
	r.do(Transfer{Device: x})
	r.keys(x, "2002")
	r.do(Transfer{Device: x})
	r.do(Answer{Device: b})
	r.want(a, Held)
	r.do(Resume{Device: a})
	r.want(a, Connected)
	r.hangUpAll()
	r.quiet()
}

func TestBlindTransferRefused(t *testing.T) {
	for _, tt := range []struct {
		number string
		want   State
	}{{"1003", Congestion}, {"9999", NoSuchNumber}, {"702", Busy}} {
		r, a, b, x := talking(t, slots(phones.ParkSlot{}, phones.ParkSlot{ReservedFor: "2001"}), func(c *phones.Config) {
			c.Telephony.TransferSystem = "blind"
			c.DialPeers = []phones.DialPeer{{Tag: 1, Pattern: "1...", Target: trunkTarget}}
		})
		r.do(Transfer{Device: x})
		r.keys(x, tt.number)
		r.want(x, Held, tt.want)
		r.want(a, Connected)
		r.do(OnHook{Device: x})
		r.do(Transfer{Device: x, Ref: r.call(x).Ref})
		r.do(OnHook{Device: a}) // nobody is left to be transferred
		r.do(Dial{Device: x, Number: "2002"})
		r.want(x, Congestion)
		r.want(b)
		r.hangUpAll()
		r.quiet()
	}
}

// local-consult consults local numbers and transfers others blindly.
func TestLocalConsult(t *testing.T) {
	r, a, b, x := talking(t, func(c *phones.Config) {
		c.Telephony.TransferSystem, c.Telephony.TransferPatterns = "local-consult", []string{"1..."}
		c.DialPeers = []phones.DialPeer{{Tag: 1, Pattern: "1...", Target: trunkTarget}}
	})
	r.do(Transfer{Device: x})
	r.keys(x, "2002")
	r.want(x, Held, RingOut)
	r.want(b, RingIn)
	r.do(OnHook{Device: x, Ref: r.views[x].Active})
	r.do(Transfer{Device: x})
	r.keys(x, "1003")
	r.want(x)
	r.want(a, Proceeding)
	r.do(Answer{Device: r.trunk()})
	r.want(a, Connected)
	r.hangUpAll()
	r.quiet()
}

// slots adds park slots 701-703 as dns 11-13.
func slots(p ...phones.ParkSlot) func(*phones.Config) {
	return func(c *phones.Config) {
		for i := range p {
			c.EphoneDNs = append(c.EphoneDNs, phones.EphoneDN{Tag: 11 + i, Number: "70" + string(rune('1'+i)), Channels: 1, Park: &p[i]})
		}
	}
}

func TestPark(t *testing.T) {
	r, a, b, x := talking(t, slots(phones.ParkSlot{}, phones.ParkSlot{}))
	r.do(Park{Device: x})
	if k := r.call(x); k.State != Parked || k.ParkedAt != "701" || r.views[x].OffHook {
		t.Fatalf("%+v", k)
	}
	if k := r.call(a); k.State != Connected || k.Tone != ToneHold || k.Called.Number != "701" || k.Send.Valid() {
		t.Fatalf("%+v", k)
	}
	s := r.c.snapshot(r.now)
	if p := s.DNs[6].Parked; p.Caller.Number != "2001" || p.By.Number != "2003" {
		t.Fatalf("%+v", p)
	}
	r.wait(parkedFor)
	r.want(x)
	if !r.c.dns[phones.DNID{Tag: 11}].busy() {
		t.Fatal("the slot is idle")
	}
	r.dials(b, "702") // nothing is parked there
	r.want(b, Busy)
	r.do(OnHook{Device: b})
	r.dials(b, "701")
	r.want(b, Connected)
	r.want(a, Connected)
	if k := r.call(a); k.Called.Number != "2002" {
		t.Fatalf("%+v", k)
	}
	r.do(Park{Device: b, Slot: "702"})
	r.do(Pickup{Device: x, Number: "702"})
	r.want(x, Connected)
	r.do(Park{Device: x})
	r.do(OnHook{Device: a}) // the caller gives up
	r.want(a)
	r.wait(parkedFor)
	r.quiet()
}

func TestParkByTransfer(t *testing.T) {
	r, a, _, x := talking(t, slots(phones.ParkSlot{Directed: true}, phones.ParkSlot{}), func(c *phones.Config) { c.Telephony.FAC = true })
	r.do(Transfer{Device: x})
	r.keys(x, "701")
	r.want(a, Connected)
	if r.c.dns[phones.DNID{Tag: 11}].parked == nil {
		t.Fatal("not parked")
	}
	r.dials(x, "701")
	r.want(x, Parked, Connected)
	r.wait(parkedFor)
	r.do(Transfer{Device: x})
	r.keys(x, "**6702")
	if r.c.dns[phones.DNID{Tag: 12}].parked == nil {
		t.Fatal("not parked")
	}
	r.do(OffHook{Device: x})
	r.keys(x, "2002")
	r.hangUpAll()
	r.quiet()
}

func TestWhichSlot(t *testing.T) {
	for _, tt := range []struct {
		name  string
		slots []phones.ParkSlot
		spec  phones.Spec
		want  string
	}{
		{"the lowest", []phones.ParkSlot{{}, {}}, phones.Spec{}, "701"},
		{"reserved", []phones.ParkSlot{{}, {ReservedFor: "2003"}}, phones.Spec{}, "702"},
		{"reserved for another", []phones.ParkSlot{{ReservedFor: "2004"}, {}}, phones.Spec{}, "702"},
		{"of the group", []phones.ParkSlot{{}, {Group: 5}}, phones.Spec{ParkGroup: 5}, "702"},
		{"of no group", []phones.ParkSlot{{Group: 5}, {}}, phones.Spec{}, "702"},
		{"alike", []phones.ParkSlot{{}, {}, {}}, phones.Spec{}, "703"}, // ends like 2003
		{"not directed", []phones.ParkSlot{{Directed: true}}, phones.Spec{}, ""},
		{"none", nil, phones.Spec{}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, lab(slots(tt.slots...)))
			if tt.name == "alike" {
				r.c.dns[phones.DNID{Tag: 13}].number = "703"
			}
			r.registerPhone(3, tt.spec, "1:3")
			a, x := r.phone(1, "1:1"), ephone(3)
			r.dials(a, "2003")
			r.do(Answer{Device: x})
			r.do(Park{Device: x})
			if k := r.call(x); k.ParkedAt != tt.want {
				t.Fatalf("parked at %q, want %q", k.ParkedAt, tt.want)
			}
			if tt.want == "" && r.views[x].Notice.Text == "" {
				t.Fatal("nothing is said")
			}
		})
	}
}

func TestParkLimit(t *testing.T) {
	every := phones.ParkSlot{Timeout: 10 * time.Second, Limit: 3}
	recall, transfer, alternate, retry := every, every, every, every
	recall.Recall = true
	transfer.Transfer = "2004"
	alternate.Recall, alternate.Alternate = true, "2004"
	retry.Recall, retry.Retry, retry.RetryLimit = true, 5*time.Second, 2
	for _, tt := range []struct {
		name       string
		slot       phones.ParkSlot
		parkerBusy bool
		parker     []State // after the limit
		other      []State // of 2004
		caller     []State
	}{
		{"ends", every, false, nil, nil, nil},
		{"recall", recall, false, []State{RingIn}, nil, []State{RingOut}},
		{"transfer", transfer, false, nil, []State{RingIn}, []State{RingOut}},
		{"alternate unused", alternate, false, []State{RingIn}, nil, []State{RingOut}},
		{"alternate", alternate, true, []State{Seized}, []State{RingIn}, []State{RingOut}},
		{"retry", retry, true, []State{Seized}, nil, []State{Connected}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, a, b, x := talking(t, slots(tt.slot))
			y := r.phone(4, "1:4")
			r.do(Park{Device: x})
			r.wait(10 * time.Second)
			seq := r.views[x].Notice.Seq
			r.wait(10 * time.Second)
			if r.views[x].Notice.Seq != seq+1 || r.views[b].Notice.Seq != 0 {
				t.Fatalf("not reminded: %+v", r.views[x].Notice)
			}
			if tt.parkerBusy {
				r.do(OffHook{Device: x})
			}
			r.wait(10 * time.Second)
			r.want(x, tt.parker...)
			r.want(y, tt.other...)
			r.want(a, tt.caller...)
			if tt.name == "retry" {
				r.wait(5 * time.Second)
				r.want(a, Connected)
				r.do(OnHook{Device: x})
				r.wait(5 * time.Second)
				r.want(x, RingIn)
			}
			r.hangUpAll()
			r.quiet()
		})
	}
}

func TestParkNotify(t *testing.T) {
	r, _, b, x := talking(t, slots(phones.ParkSlot{Timeout: 10 * time.Second, Limit: 5, Notify: "2002", NotifyOnly: true}))
	r.do(Park{Device: x})
	seq := r.views[x].Notice.Seq
	r.wait(10 * time.Second)
	if r.views[b].Notice.Seq != 1 || r.views[x].Notice.Seq != seq {
		t.Fatalf("%+v %+v", r.views[b].Notice, r.views[x].Notice)
	}
}

func TestLongestParkedComesFirst(t *testing.T) {
	r := newRig(t, lab(slots(phones.ParkSlot{}, phones.ParkSlot{}), func(c *phones.Config) {
		c.EphoneDNs[7].Number = "701"
	}))
	a, b, x := r.phone(1, "1:1"), r.phone(2, "1:2"), r.phone(3, "1:3")
	for _, d := range []phones.Device{a, b} {
		r.dials(d, "2003")
		r.do(Answer{Device: x})
		r.do(Park{Device: x, Slot: "701"})
		r.wait(parkedFor)
	}
	r.dials(x, "701")
	if k := r.call(x); k.Called.Number != "2001" {
		t.Fatalf("%+v", k)
	}
}

func TestPickup(t *testing.T) {
	groups := func(c *phones.Config) {
		c.EphoneDNs[0].PickupGroup, c.EphoneDNs[1].PickupGroup, c.EphoneDNs[2].PickupGroup = "1", "1", "2"
		c.EphoneDNs[5].PickupAnyGroup = true
	}
	for _, tt := range []struct {
		name   string
		change func(*phones.Config)
		by     int // dn of who picks up what rings at 2001
		in     Pickup
		keys   string
		want   State
	}{
		{"a number", nil, 2, Pickup{Number: "2001"}, "", Connected},
		{"a number dialled next", nil, 3, Pickup{}, "2001", Connected},
		{"nothing rings there", nil, 2, Pickup{Number: "2002"}, "", Congestion},
		{"own group", nil, 2, Pickup{Group: true}, "", Connected},
		{"own group by *", nil, 2, Pickup{}, "*", Connected},
		{"of another group", nil, 3, Pickup{Group: true}, "", Congestion},
		{"a group", nil, 3, Pickup{Group: true, Number: "1"}, "", Connected},
		{"a group without calls", nil, 2, Pickup{Group: true, Number: "2"}, "", Congestion},
		{"without a group", nil, 4, Pickup{Group: true}, "", Congestion},
		{"any group", nil, 6, Pickup{Group: true}, "", Connected},
		{"no service directed-pickup", func(c *phones.Config) { c.Telephony.DirectedPickup = false }, 2, Pickup{}, "", Connected},
		{"gpickup", func(c *phones.Config) { c.Telephony.GroupPickup = true }, 3, Pickup{Group: true}, "2001", Connected},
		{"gpickup, other key", func(c *phones.Config) { c.Telephony.GroupPickup = true }, 2, Pickup{}, "", Connected},
	} {
		t.Run(tt.name, func(t *testing.T) {
			change := tt.change
			if change == nil {
				change = func(*phones.Config) {}
			}
			r := newRig(t, lab(groups, change))
			a, x := r.phone(1, "1:1"), r.phone(5, "1:5")
			p := r.phone(9, "1:"+string(rune('0'+tt.by)))
			r.dials(x, "2001")
			r.want(a, RingIn)
			tt.in.Device = p
			r.do(tt.in)
			r.keys(p, tt.keys)
			r.want(p, tt.want)
			if tt.want == Connected {
				r.want(a)
				r.want(x, Connected)
			} else {
				r.want(a, RingIn)
			}
			r.hangUpAll()
			r.quiet()
		})
	}
}
