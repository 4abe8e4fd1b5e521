package call

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/presence"
)

func TestCall(t *testing.T) {
	r := newRig(t, lab(func(c *phones.Config) { c.EphoneDNs[0].Name = "Anna" }))
	a, b := r.phone(1, "1:1"), r.phone(2, "1:2")
	r.do(OffHook{Device: a})
	if k := r.call(a); k.State != Seized || k.Tone != ToneDial || r.views[a].Active != k.Ref || !r.views[a].OffHook {
		t.Fatalf("%+v", k)
	}
	r.keys(a, "2")
	if k := r.call(a); k.State != Dialing || k.Tone != ToneNone {
		t.Fatalf("%+v", k)
	}
	r.keys(a, "002")
	if k := r.call(a); k.State != RingOut || k.Tone != ToneRingback || k.Called.Number != "2002" || !k.Outgoing || k.Receive {
		t.Fatalf("%+v", k)
	}
	k := r.call(b)
	if k.State != RingIn || k.Ring != RingInside || k.Calling != (Party{"2001", "Anna"}) || k.Outgoing || r.views[b].OffHook || r.views[b].Active != k.Ref {
		t.Fatalf("%+v", k)
	}
	if got := r.lines["2002"]; got != (presence.Line{State: presence.Busy, Ringing: true}) {
		t.Fatalf("2002 is %+v", got)
	}
	r.do(OffHook{Device: b})
	r.want(a, Connected)
	r.want(b, Connected)
	for i, d := range []phones.Device{a, b} {
		if k := r.call(d); !k.Receive || k.Local.Valid() {
			t.Fatalf("%+v", k)
		}
		r.do(MediaReady{Device: d, Ref: r.call(d).Ref, Media: media(uint16(4000 + i)), OK: true})
	}
	if m := r.call(a).Send; m.Addr.Port() != 4001 || m.Codecs != G711u {
		t.Fatalf("a sends to %+v", m)
	}
	if m := r.call(b).Send; m.Addr.Port() != 4000 {
		t.Fatalf("b sends to %+v", m)
	}
	r.do(OnHook{Device: b})
	r.want(a)
	r.want(b)
	r.quiet()
	for _, want := range []string{"Skinny Call State change for DN 1 SIEZE", "SkinnyTryCall to 2002 instance 1",
		"Skinny-to-Skinny call DN 1 to DN 2 instance 1", "Skinny Call State change for DN 2 RINGING",
		"Skinny Call State change for DN 2 CONNECTED", "Skinny Call State change for DN 1 IDLE"} {
		if !slices.Contains(r.debug, want) {
			t.Errorf("debug lacks %q: %q", want, r.debug)
		}
	}
	if tot := r.c.snapshot(r.now).Totals; tot != (Totals{Calls: 1, Answered: 1}) {
		t.Fatalf("%+v", tot)
	}
}

func TestNobodyAnswers(t *testing.T) {
	r := newRig(t, lab(func(c *phones.Config) { c.Telephony.Ringing, c.Telephony.BusyTone = 30*time.Second, 5*time.Second }))
	a, b := r.phone(1, "1:1"), r.phone(2, "1:2")
	r.dials(a, "2002")
	r.wait(29 * time.Second)
	r.want(b, RingIn)
	r.wait(time.Second)
	r.want(b)
	if k := r.call(a); k.State != Congestion || k.Code != 480 || k.Tone != ToneReorder {
		t.Fatalf("%+v", k)
	}
	r.wait(5 * time.Second)
	r.want(a)
	r.quiet()
}

func TestBusy(t *testing.T) {
	r := newRig(t, lab())
	a, b := r.phone(1, "1:1"), r.phone(2, "1:5")
	r.do(OffHook{Device: b})
	r.dials(a, "2005")
	if k := r.call(a); k.State != Busy || k.Code != 486 || k.Tone != ToneBusy {
		t.Fatalf("%+v", k)
	}
	r.do(OnHook{Device: a})
	r.dials(a, "2006") // no phone has it
	if k := r.call(a); k.State != Congestion || k.Code != 480 {
		t.Fatalf("%+v", k)
	}
}

// hunting has dns 1, 2, 3 with the number 2001, single-line, by preference 3, 1, 2.
func hunting(huntstop ...bool) func(*phones.Config) {
	return func(c *phones.Config) {
		for i, pref := range []int{2, 0, 1} {
			c.EphoneDNs[i].Number, c.EphoneDNs[i].Preference, c.EphoneDNs[i].Channels = "2001", pref, 1
			c.EphoneDNs[i].Huntstop = huntstop[i]
		}
	}
}

func TestHunt(t *testing.T) {
	for _, tt := range []struct {
		name   string
		config func(*phones.Config)
		busy   []int // dns that are busy
		gone   []int // phones that are not registered
		want   int   // phone that rings, 0 none
		after  int   // phone that rings after `timeouts ringing`
	}{
		{"by preference", hunting(false, false, false), nil, nil, 2, 3},
		{"the next when busy", hunting(false, false, false), []int{2}, nil, 3, 1},
		{"the last", hunting(false, false, false), []int{2, 3}, nil, 1, 0},
		{"huntstop ends it", hunting(true, true, true), []int{2}, nil, 0, 0},
		{"huntstop after ringing", hunting(true, true, true), nil, nil, 2, 0},
		{"huntstop of a phone that is not there does not", hunting(true, true, true), nil, []int{2}, 3, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, lab(tt.config))
			from := r.phone(9, "1:4")
			ringing := func() (found int) {
				for i := 1; i <= 3; i++ {
					if slices.Contains(r.states(ephone(i)), RingIn) {
						found = i
					}
				}
				return found
			}
			for i, button := range []string{"1:1", "1:2", "1:3"} {
				if !slices.Contains(tt.gone, i+1) {
					r.phone(i+1, button)
				}
			}
			for _, i := range tt.busy {
				r.do(OffHook{Device: ephone(i)})
			}
			r.dials(from, "2001")
			if got := ringing(); got != tt.want {
				t.Fatalf("phone %d rings, want %d", got, tt.want)
			}
			r.wait(defaultRinging)
			if got := ringing(); got != tt.after {
				t.Fatalf("phone %d rings later, want %d", got, tt.after)
			}
			r.hangUpAll()
			r.quiet()
		})
	}
}

func TestCallWaiting(t *testing.T) {
	r := newRig(t, lab(func(c *phones.Config) { c.EphoneDNs[0].Forward.Busy = "2004" }))
	a, b, x, y := r.phone(1, "1:1"), r.phone(2, "1:2"), r.phone(3, "1:3"), r.phone(4, "1:4")
	r.dials(b, "2001")
	r.do(Answer{Device: a})
	r.dials(x, "2001") // the second channel
	r.want(a, Connected, Waiting)
	v := r.views[a]
	if k := v.Calls[1]; k.Tone != ToneCallWaiting || k.Channel != 2 || v.Active != v.Calls[0].Ref {
		t.Fatalf("%+v", k)
	}
	z := r.phone(5, "1:5")
	r.dials(z, "2001") // both channels are taken
	r.want(y, RingIn)
	if k := r.call(y); !k.Forwarded || k.Original.Number != "2001" || k.Redirecting.Number != "2001" {
		t.Fatalf("%+v", k)
	}
	r.do(Answer{Device: a}) // Ref 0: the one that rings
	r.want(a, Held, Connected)
	r.want(b, Connected)
	if k := r.call(b); k.Tone != ToneHold {
		t.Fatalf("%+v", k)
	}
	r.do(OnHook{Device: a})
	r.want(a, Held)
	r.want(x)
	r.do(Resume{Device: a})
	r.want(a, Connected)
	r.hangUpAll()
	r.quiet()
}

func TestHuntstopChannel(t *testing.T) {
	r := newRig(t, lab(func(c *phones.Config) { c.EphoneDNs[0].HuntstopChannel = 1 }))
	a, b, x := r.phone(1, "1:1"), r.phone(2, "1:2"), r.phone(3, "1:3")
	r.dials(b, "2001")
	r.do(Answer{Device: a})
	r.dials(x, "2001")
	r.want(x, Busy)
	r.do(OffHook{Device: a, New: true}) // outgoing calls may use it
	r.want(a, Held, Seized)
}

func TestOctoLine(t *testing.T) {
	r := newRig(t, lab(func(c *phones.Config) { c.EphoneDNs[0].Channels = 8 }))
	r.registerPhone(1, phones.Spec{BusyTrigger: 2, MaxCalls: 3}, "1:1")
	a := ephone(1)
	callers := []phones.Device{r.phone(2, "1:2"), r.phone(3, "1:3"), r.phone(4, "1:4")}
	r.dials(callers[0], "2001")
	r.dials(callers[1], "2001")
	r.want(a, RingIn, RingIn)
	r.dials(callers[2], "2001") // busy-trigger-per-button 2
	r.want(callers[2], Busy)
	r.do(OffHook{Device: a, Button: 1, New: true}) // max-calls-per-button 3
	r.want(a, RingIn, RingIn, Seized)
	r.do(OffHook{Device: a, Button: 1, New: true})
	if got := r.states(a); got[len(got)-1] != Congestion {
		t.Fatalf("%v", got)
	}
}

// A View that was handed out stays as it was.
func TestViewsDoNotChange(t *testing.T) {
	r := newRig(t, lab())
	a, b := r.phone(1, "1:1", "2:2", "3m2"), r.phone(2, "1:2")
	var views []View
	var texts []string
	for _, in := range []Input{OffHook{Device: a}, Dial{Device: a, Number: "2002"}, Answer{Device: b}, Hold{Device: b}, OnHook{Device: a}, DnD{Device: a, On: true}} {
		for _, e := range r.c.step(r.now, in) {
			if e.view != nil {
				views, texts = append(views, e.view.clone()), append(texts, fmt.Sprintf("%+v", *e.view))
			}
		}
	}
	for i, v := range views {
		if now := fmt.Sprintf("%+v", v); now != texts[i] {
			t.Errorf("was %s\nis  %s", texts[i], now)
		}
	}
	if len(views) < 8 {
		t.Errorf("only %d views", len(views))
	}
}
