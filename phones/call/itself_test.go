package call

import (
	"slices"
	"testing"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/presence"
)

// No phone is joined with itself: 1 (2001) speaks with 3 (2003), which calls 2001 once more.
func TestNotJoinedWithItself(t *testing.T) {
	for _, tt := range []struct {
		name     string
		first    func(phones.Device) Input
		answered bool
	}{
		{"transfer while it rings", func(d phones.Device) Input { return Transfer{Device: d} }, false},
		{"transfer", func(d phones.Device) Input { return Transfer{Device: d} }, true},
		{"conference", func(d phones.Device) Input { return Conference{Device: d} }, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, a, _, x := talking(t)
			r.do(tt.first(x))
			r.keys(x, "2001")
			state := RingOut
			if tt.answered {
				r.do(Answer{Device: a})
				state = Connected
			}
			calls := r.views[x].Calls
			r.do(tt.first(x))
			r.want(x, Held, state)
			if n := r.views[x].Notice; n.Text == "" {
				t.Fatal("nothing is said")
			}
			var codes []int
			r.do(Join{Device: x, Ref: calls[0].Ref, With: calls[1].Ref, Done: func(code int) { codes = append(codes, code) }})
			if !slices.Equal(codes, []int{481}) {
				t.Fatalf("joined: %v", codes)
			}
			r.want(x, Held, state)
			r.do(OnHook{Device: x}) // falls back to the held call
			r.want(x, Held)
			r.hangUpAll()
			r.quiet()
		})
	}
}

// A transfer to a shared line rings on the other phones that have it.
func TestTransferToASharedLine(t *testing.T) {
	r := newRig(t, lab())
	a, b, x := r.phone(1, "1:1", "2:5"), r.phone(2, "1:5"), r.phone(3, "1:3")
	r.dials(a, "2003")
	r.do(Answer{Device: x})
	r.do(Transfer{Device: x})
	r.keys(x, "2005")
	r.want(a, Connected, Waiting)
	r.do(Transfer{Device: x})
	r.want(a, RingOut)
	r.do(Answer{Device: b})
	r.want(a, Connected)
	r.want(b, Connected)
	r.hangUpAll()
	r.quiet()
}

func TestOwnParkedCall(t *testing.T) {
	r, a, _, x := talking(t, slots(phones.ParkSlot{}))
	r.do(Hold{Device: a})
	r.do(Park{Device: x})
	r.dials(a, "701")
	r.want(a, Held, Busy)
	r.do(OnHook{Device: a})
	r.do(Pickup{Device: a, Number: "701"})
	r.want(a, Held, Congestion)
	r.hangUpAll()
	r.quiet()
}

func TestOwnSharedLine(t *testing.T) {
	r := newRig(t, lab())
	a, b := r.phone(1, "1:1"), r.phone(2, "1:1", "2:5")
	r.do(OffHook{Device: b, Button: 2})
	r.keys(b, "2001")
	r.do(Answer{Device: a})
	r.do(Hold{Device: a})
	r.do(Resume{Device: b, Ref: r.call(a).Ref})
	r.want(a, Held)
	r.want(b, Connected)
	r.hangUpAll()
	r.quiet()
}

// A blind transfer that leads nowhere at once leaves the call with whom it was.
func TestTransferToThatFails(t *testing.T) {
	for _, tt := range []struct {
		name, number string
		change       func(*phones.Config)
		code         int
	}{
		{"busy", "2002", nil, 486},
		{"forwarded to a busy one", "2004", func(c *phones.Config) { c.EphoneDNs[3].Forward.All = "2002" }, 486},
		{"forwarded to nobody", "2004", func(c *phones.Config) { c.EphoneDNs[3].Forward.All = "9999" }, 404},
		{"no phone in service", "2004", nil, 480},
		{"the one transferred", "2101", nil, 486},
		{"unknown", "9999", nil, 404},
	} {
		for _, held := range []bool{false, true} {
			t.Run(tt.name, func(t *testing.T) {
				change := func(c *phones.Config) {
					c.EphoneDNs[1].Channels = 1
					if tt.change != nil {
						tt.change(c)
					}
				}
				r := newRig(t, lab(change))
				a, b, x := r.sipPhone(1, 1), r.phone(2, "1:2"), r.sipPhone(2, 2)
				r.do(OffHook{Device: b})
				ref := r.ref()
				r.do(Dial{Device: a, Ref: ref, Number: "2102", Media: media(4001)})
				r.do(Alerting{Device: x, Ref: r.call(x).Ref})
				r.do(Answer{Device: x, Ref: r.call(x).Ref, Media: media(4002)})
				if held {
					r.do(Hold{Device: x, Ref: r.call(x).Ref})
				}
				before, far := r.views[x], r.views[a]
				r.do(TransferTo{Device: x, Ref: before.Calls[0].Ref, Number: tt.number, Done: func(code int) { r.codes = append(r.codes, code) }})
				if !slices.Equal(r.codes, []int{tt.code}) {
					t.Fatalf("told %v", r.codes)
				}
				if now, end := r.views[x], r.views[a]; !sameView(&now, &before) || !sameView(&end, &far) {
					t.Fatalf("changed:\n%+v\n%+v\n%+v\n%+v", before, now, far, end)
				}
				r.hangUpAll()
				r.quiet()
			})
		}
	}
}

// The numbers of a paging group are busy while phones of theirs hear its page.
func TestPagingGroupMembers(t *testing.T) {
	r := newRig(t, lab(func(c *phones.Config) {
		c.EphoneDNs = append(c.EphoneDNs,
			phones.EphoneDN{Tag: 250, Number: "801", Channels: 1, Paging: &phones.Paging{}},
			phones.EphoneDN{Tag: 251, Number: "802", Channels: 1, Paging: &phones.Paging{}},
			phones.EphoneDN{Tag: 253, Number: "804", Channels: 1, Paging: &phones.Paging{}},
			phones.EphoneDN{Tag: 252, Number: "803", Channels: 1, Paging: &phones.Paging{Group: []int{250, 251}}})
	}))
	r.registerPhone(1, phones.Spec{PagingDN: 250}, "1:1")
	r.registerPhone(2, phones.Spec{PagingDN: 251}, "1:2")
	a, b, y, x := ephone(1), ephone(2), r.phone(4, "1:4", "2m250"), r.phone(3, "1:3")
	want := func(states ...presence.State) {
		t.Helper()
		for i, number := range []string{"803", "801", "802", "804"} {
			if r.lines[number].State != states[i] {
				t.Fatalf("%s is %v, want %v", number, r.lines[number].State, states[i])
			}
		}
		lamp := LampOff
		if states[1] == presence.Busy {
			lamp = LampOn
		}
		if l := r.views[y].Lines[1]; l.Lamp != lamp {
			t.Fatalf("the monitor lamp is %d", l.Lamp)
		}
	}
	r.dials(x, "803")
	want(presence.Busy, presence.Busy, presence.Busy, presence.Idle)
	for _, d := range r.c.snapshot(r.now).DNs {
		if d.ID.Tag == 250 && !slices.Equal(d.Paging, []phones.Device{a}) {
			t.Fatalf("%+v", d.Paging)
		}
	}
	r.dials(y, "801") // its phone hears another page
	r.want(y, Busy)
	r.do(OnHook{Device: y})
	r.do(OffHook{Device: b})
	want(presence.Busy, presence.Busy, presence.Idle, presence.Idle)
	r.do(OnHook{Device: x})
	want(presence.Idle, presence.Idle, presence.Idle, presence.Idle)
	r.hangUpAll()
	r.quiet()
}

// What phones forward is told, and the configuration that follows changes nothing.
func TestForwardedIsTold(t *testing.T) {
	cfg := lab(func(c *phones.Config) { c.Telephony.FAC = true })
	r := newRig(t, cfg)
	a := r.phone(1, "1:1")
	r.do(ForwardAll{Device: a, Number: "2002"})
	r.do(ForwardAll{Device: a, Number: "2002"}) // nothing new
	r.dials(a, "**12003")
	r.do(OnHook{Device: a})
	written := lab(func(c *phones.Config) { c.EphoneDNs[0].Forward.All = "2003" })
	view := r.views[a]
	r.apply(written)
	if now := r.views[a]; !sameView(&view, &now) {
		t.Fatalf("%+v\n%+v", view, now)
	}
	r.apply(lab())
	r.do(ForwardAll{Device: a, Number: "2004"})
	r.do(ForwardAll{Device: a, Ask: true})
	r.apply(lab())
	if all := r.views[a].Lines[0].Forward.All; all != "" {
		t.Fatalf("forwarded to %q", all)
	}
	if want := []string{"DN 1 2002", "DN 1 2003", "DN 1 2004", "DN 1 "}; !slices.Equal(r.forwards, want) {
		t.Fatalf("told %q, want %q", r.forwards, want)
	}
}
