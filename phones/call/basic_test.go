package call

import (
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

func TestSharedLine(t *testing.T) {
	r := newRig(t, lab())
	a, b, x := r.phone(1, "1:5"), r.phone(2, "1:1", "2:5"), r.phone(3, "1:3")
	r.dials(x, "2005")
	r.want(a, RingIn)
	r.want(b, RingIn)
	if k := r.call(b); k.Button != 2 {
		t.Fatalf("%+v", k)
	}
	r.do(OffHook{Device: b, Button: 2})
	r.want(a)
	r.want(b, Connected)
	if l := r.views[a].Lines[0]; !l.Remote || l.Held != 0 {
		t.Fatalf("%+v", l)
	}
	r.do(OffHook{Device: a}) // the line is taken
	r.want(a, Congestion)
	r.do(OnHook{Device: a})
	r.do(Hold{Device: b})
	held := r.views[a].Lines[0].Held
	if held == 0 {
		t.Fatalf("%+v", r.views[a].Lines[0])
	}
	r.do(Resume{Device: a, Ref: held})
	r.want(a, Connected)
	r.want(b)
	r.want(x, Connected)
	if l := r.views[b].Lines[1]; !l.Remote {
		t.Fatalf("%+v", l)
	}
	r.do(Hold{Device: a})
	r.do(OffHook{Device: b, Button: 2}) // the line key takes it back
	r.want(b, Connected)
	r.do(OnHook{Device: x})
	r.quiet()
}

func TestSharedDualLineBelongsToOnePhone(t *testing.T) {
	r := newRig(t, lab())
	a, b, x, y := r.phone(1, "1:1"), r.phone(2, "1:1"), r.phone(3, "1:3"), r.phone(4, "1:4")
	r.dials(x, "2001")
	r.do(Answer{Device: a})
	r.dials(y, "2001")
	r.want(a, Connected, Waiting)
	r.want(b)
	r.do(OffHook{Device: b})
	r.want(b, Congestion)
}

func TestSeparators(t *testing.T) {
	for _, tt := range []struct {
		button     string
		dnd, keeps bool
		want       Ring
	}{
		{"1:1", false, false, RingInside}, {"1b1", false, false, RingBeep}, {"1f1", false, false, RingFeature}, {"1s1", false, false, RingSilent},
		{"1:1", true, false, RingSilent}, {"1f1", true, false, RingSilent}, {"1f1", true, true, RingFeature}, {"1c1,2", false, false, RingInside},
	} {
		r := newRig(t, lab())
		r.registerPhone(1, phones.Spec{FeatureRingDnD: !tt.keeps}, tt.button)
		x := r.phone(3, "1:3")
		r.do(DnD{Device: ephone(1), On: tt.dnd})
		r.dials(x, "2001")
		if got := r.call(ephone(1)).Ring; got != tt.want {
			t.Errorf("%s dnd %v: ring %d, want %d", tt.button, tt.dnd, got, tt.want)
		}
	}
}

// An overlay takes one call, a second one goes to its roll-over button, a third one
// nowhere; with call waiting it waits.
func TestOverlay(t *testing.T) {
	for _, tt := range []struct {
		buttons []string
		third   State
		button  int // of the second call
	}{
		{[]string{"1o1,2,5", "2x1"}, Busy, 2},
		{[]string{"1c1,2,5"}, RingOut, 1},
	} {
		r := newRig(t, lab())
		a, x, y, z := r.phone(1, tt.buttons...), r.phone(3, "1:3"), r.phone(4, "1:4"), r.phone(6, "1:6")
		r.dials(x, "2001")
		r.do(Answer{Device: a})
		r.dials(y, "2002")
		r.want(a, Connected, Waiting)
		if got := r.views[a].Calls[1].Button; got != tt.button {
			t.Fatalf("%v: rings on button %d", tt.buttons, got)
		}
		r.dials(z, "2005")
		r.want(z, tt.third)
		r.hangUpAll()
		r.quiet()
		for _, want := range []string{"2001", "2002", "2005"} { // the first idle one calls
			r.do(OffHook{Device: a, Button: 1, New: true})
			r.keys(a, "2003")
			calls := r.views[a].Calls
			if got := calls[len(calls)-1].Calling.Number; tt.button == 1 && got != want {
				t.Fatalf("called from %s, want %s", got, want)
			}
			r.do(Answer{Device: x})
			if tt.button == 2 {
				break
			}
			r.do(Hold{Device: a})
			r.do(Hold{Device: x})
			if want == "2002" {
				break // 2003 has two channels
			}
		}
		r.hangUpAll()
		r.quiet()
	}
}

func TestAutoLine(t *testing.T) {
	for _, tt := range []struct {
		name  string
		auto  phones.AutoLine
		rings string // number called, "" none
		want  []State
		line  int
	}{
		{"default seizes", phones.AutoLine{}, "", []State{Seized}, 1},
		{"default answers", phones.AutoLine{}, "2002", []State{Connected}, 2},
		{"off", phones.AutoLine{Off: true}, "2002", []State{RingIn}, 2},
		{"off seizes nothing", phones.AutoLine{Off: true}, "", nil, 0},
		{"a button", phones.AutoLine{Button: 2}, "", []State{Seized}, 2},
		{"a button does not answer", phones.AutoLine{Button: 2}, "2001", []State{RingIn, Seized}, 1},
		{"answer-incoming", phones.AutoLine{Button: 2, Answer: true}, "2002", []State{Connected}, 2},
		{"answer-incoming of that line only", phones.AutoLine{Button: 2, Answer: true}, "2001", []State{RingIn, Seized}, 1},
		{"incoming only", phones.AutoLine{Incoming: true}, "", nil, 0},
		{"incoming", phones.AutoLine{Incoming: true}, "2001", []State{Connected}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, lab())
			r.registerPhone(1, phones.Spec{AutoLine: tt.auto}, "1:1", "2:2")
			x := r.phone(3, "1:3")
			if tt.rings != "" {
				r.dials(x, tt.rings)
			}
			r.do(OffHook{Device: ephone(1)})
			r.want(ephone(1), tt.want...)
			if tt.line != 0 && r.views[ephone(1)].Calls[0].Button != tt.line {
				t.Fatalf("button %d", r.views[ephone(1)].Calls[0].Button)
			}
		})
	}
}

func TestMonitorButtonDials(t *testing.T) {
	r := newRig(t, lab())
	a, b := r.phone(1, "1:1", "2m2", "3w2"), r.phone(2, "1:2")
	r.do(OffHook{Device: a, Button: 2})
	r.want(b, RingIn)
	r.do(OnHook{Device: a})
	r.do(OffHook{Device: a, Button: 3})
	r.want(b, RingIn)
}

func TestHoldAlert(t *testing.T) {
	for who, want := range map[string][2]bool{ // notices on the holder and on the other phone of the line
		"originator": {true, false}, "idle": {true, false}, "shared": {true, true}, "shared-idle": {true, true},
	} {
		r := newRig(t, lab(func(c *phones.Config) {
			c.EphoneDNs[0].HoldAlert, c.EphoneDNs[0].HoldAlertWho = 15*time.Second, who
		}))
		a, b, x := r.phone(1, "1:1"), r.phone(2, "1:1"), r.phone(3, "1:3")
		r.dials(a, "2003")
		r.do(Answer{Device: x})
		r.do(Hold{Device: a})
		r.wait(15 * time.Second)
		got := [2]bool{r.views[a].Notice.Seq > 0, r.views[b].Notice.Seq > 0}
		if got != want {
			t.Errorf("%s: notices %v, want %v", who, got, want)
		}
		r.wait(15 * time.Second)
		if r.views[a].Notice.Seq != 2 || r.views[a].Lines[0].Lamp != LampFlash {
			t.Errorf("%s: %+v", who, r.views[a].Notice)
		}
		r.do(Resume{Device: a})
		if r.views[a].Lines[0].Lamp != LampOn {
			t.Errorf("%s: lamp %d", who, r.views[a].Lines[0].Lamp)
		}
		r.hangUpAll()
		r.quiet()
	}
}

func TestDnD(t *testing.T) {
	r := newRig(t, lab(func(c *phones.Config) { c.EphoneDNs[1].Forward.NoAnswer = "2003" }))
	a, b, x := r.phone(1, "1:1"), r.phone(2, "1:2"), r.phone(3, "1:3")
	r.do(DnD{Device: a, Toggle: true})
	if !r.views[a].DnD || !r.lines["2001"].DnD {
		t.Fatalf("%+v %+v", r.views[a].DnD, r.lines["2001"])
	}
	r.do(DnD{Device: a, Toggle: true})
	if r.views[a].DnD {
		t.Fatal("still DnD")
	}
	r.dials(x, "2001")
	r.do(DnD{Device: a, Toggle: true}) // for this call only
	if k := r.call(a); r.views[a].DnD || k.Ring != RingSilent {
		t.Fatalf("%+v", k)
	}
	r.do(OnHook{Device: x})
	y := r.phone(4, "1:4")
	r.dials(y, "2002")
	r.do(DnD{Device: b, Toggle: true}) // forwarded as if nobody answered
	r.want(b)
	r.want(x, RingIn)
}

func TestIntercom(t *testing.T) {
	r := newRig(t, lab(func(c *phones.Config) {
		c.EphoneDNs[4].Intercom = &phones.Intercom{Number: "2006"}
		c.EphoneDNs[5].Intercom = &phones.Intercom{Number: "2005", BargeIn: true}
	}))
	a, b, x := r.phone(1, "1:1", "2:5"), r.phone(2, "1:2", "2:6"), r.phone(3, "1:3")
	r.do(OffHook{Device: a, Button: 2})
	r.want(a, Connected)
	r.want(b, Connected)
	if !r.call(b).AutoAnswer {
		t.Fatalf("%+v", r.call(b))
	}
	r.do(OnHook{Device: a})
	r.want(b)
	r.dials(x, "2002")
	r.do(Answer{Device: b})
	r.do(OffHook{Device: a, Button: 2}) // barge-in
	r.want(b, Held, Connected)
	r.hangUpAll()
	r.quiet()
	r.dials(x, "2001")
	r.do(Answer{Device: a})
	r.do(OffHook{Device: b, Button: 2}) // without barge-in it rings
	r.want(a, Connected, Waiting)
}

func TestMailbox(t *testing.T) {
	r := newRig(t, lab(func(c *phones.Config) {
		c.EphoneDNs[4] = phones.EphoneDN{Tag: 5, Number: "8000....", Channels: 1, MWI: "on"}
		c.EphoneDNs[5] = phones.EphoneDN{Tag: 6, Number: "8001....", Channels: 1, MWI: "off"}
	}))
	a, x := r.phone(1, "1:1"), r.phone(3, "1:3")
	r.do(Mailbox{Number: "2001", Waiting: true})
	if !r.views[a].Waiting || !r.views[a].Lines[0].Waiting {
		t.Fatal("no message waiting")
	}
	r.dials(x, "80012001")
	if r.views[a].Waiting {
		t.Fatal("still waiting")
	}
	r.wait(confirmFor)
	r.want(x)
	r.do(Dial{Device: phones.Device{Kind: phones.TrunkDevice, Tag: 1}, Ref: r.ref(), Number: "80002001"})
	if !r.views[a].Waiting {
		t.Fatal("no message waiting")
	}
	r.do(Mailbox{Number: "9999", Waiting: true}) // not ours
	r.hangUpAll()
	r.quiet()
}

func TestTestLine(t *testing.T) {
	r := newRig(t, lab())
	r.phone(1, "1:1")
	for state, want := range map[string]presence.Line{"busy": {State: presence.Busy}, "ringing": {State: presence.Busy, Ringing: true}, "idle": {State: presence.Idle}} {
		r.do(Test{Number: "2002", State: state})
		if got := r.lines["2002"]; got != want {
			t.Fatalf("%s: %+v", state, got)
		}
	}
	r.do(Test{Number: "2002", State: "clear"})
	if got := r.lines["2002"]; got != (presence.Line{}) {
		t.Fatalf("%+v", got)
	}
}
