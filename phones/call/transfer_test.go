package call

import (
	"slices"
	"testing"
	"time"

	"github.com/busylamp/busylamp/phones"
)

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
	r.want(x, Connected) // the call stays where it is
	r.want(a, Connected)
	if !slices.Equal(codes, []int{486}) {
		t.Fatalf("told %v", codes)
	}
	r.hangUpAll()
	r.quiet()
}

// Administrator guide, Call Transfer Recall: a busy phone is tried again after the same
// time, three times in all; then the call is disconnected.
func TestRecallOfABusyPhone(t *testing.T) {
	recalled := func(t *testing.T) (r *rig, a, b, x, y phones.Device) {
		r, a, b, x = talking(t, func(c *phones.Config) {
			c.Telephony.TransferBack = 20 * time.Second
			c.EphoneDNs[2].HuntstopChannel = 1 // of 2003, x
		})
		y = r.phone(4, "1:4")
		r.do(TransferTo{Device: x, Number: "2002"})
		r.do(OffHook{Device: x})
		r.wait(20 * time.Second)
		r.want(b)
		r.want(x, Seized)
		r.want(a, Proceeding)
		return r, a, b, x, y
	}
	t.Run("answers the second time", func(t *testing.T) {
		r, a, _, x, _ := recalled(t)
		r.do(OnHook{Device: x})
		r.wait(19 * time.Second)
		r.want(x)
		r.wait(time.Second)
		r.want(x, RingIn)
		if from := r.call(x).Recalled; from.Number != "2002" {
			t.Errorf("recalled from %v", from)
		}
		r.do(Answer{Device: x})
		r.want(a, Connected)
		if from := r.call(x).Recalled; from != (Party{}) {
			t.Errorf("still recalled from %v", from)
		}
		r.hangUpAll()
		r.quiet()
	})
	t.Run("stays busy", func(t *testing.T) {
		r, a, _, x, _ := recalled(t)
		r.wait(39 * time.Second)
		r.want(a, Proceeding)
		r.wait(time.Second)
		r.want(a, Busy)
		r.want(x, Seized)
		r.hangUpAll()
		r.quiet()
	})
	t.Run("the caller has gone", func(t *testing.T) {
		r, a, _, x, _ := recalled(t)
		r.do(OnHook{Device: a})
		r.do(OnHook{Device: x})
		r.wait(time.Minute)
		r.want(x)
		r.quiet()
	})
}

// What was forwarded does not return.
func TestNoRecallOfWhatWasForwarded(t *testing.T) {
	r, a, b, x := talking(t, func(c *phones.Config) {
		c.Telephony.TransferBack = 20 * time.Second
		c.EphoneDNs[1].Forward = phones.Forward{NoAnswer: "2004", Timeout: 10 * time.Second}
	})
	y := r.phone(4, "1:4")
	r.do(TransferTo{Device: x, Number: "2002"})
	r.want(b, RingIn)
	r.wait(30 * time.Second)
	r.want(y, RingIn)
	r.want(x)
	r.want(a, RingOut)
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

// A phone whose call was transferred, and rings somewhere, transfers it in turn: who
// did so last gets it back, after his time.
func TestRecallOfATransferredTransfer(t *testing.T) {
	r := newRig(t, lab(func(cfg *phones.Config) { cfg.Telephony.TransferBack = 30 * time.Second }))
	b, c, x, s := r.phone(2, "1:2"), r.phone(3, "1:3"), r.phone(4, "1:4"), r.sipPhone(1, 1)
	r.do(Dial{Device: s, Ref: 900, Number: "2002", Media: media(5000)})
	r.do(OffHook{Device: b})
	r.do(TransferTo{Device: b, Ref: r.call(b).Ref, Number: "2003"})
	r.want(c, RingIn)
	r.do(Dial{Device: s, Ref: 901, Number: "2004", Media: media(5002)})
	r.do(OffHook{Device: x})
	r.wait(20 * time.Second)
	r.do(Join{Device: s, Ref: 901, With: 900})
	r.want(s)
	r.wait(15 * time.Second) // the time of b is over
	r.want(c, RingIn)
	r.wait(15 * time.Second)
	r.want(c)
	r.want(s, RingIn)
}
