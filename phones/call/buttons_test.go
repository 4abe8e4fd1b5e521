package call

import (
	"testing"
	"time"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/presence"
)

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
