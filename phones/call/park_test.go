package call

import (
	"strings"
	"testing"
	"time"

	"github.com/busylamp/busylamp/phones"
)

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
	if v := r.views[x]; len(v.Calls) > 0 || v.OffHook || v.Lines[0].Lamp != LampOff || v.Notice.Text != "Call park at 701" || v.Notice.Seconds == 0 {
		t.Fatalf("the phone is not idle: %+v", v)
	}
	if k := r.call(a); k.State != Connected || k.Tone != ToneHold || k.Called.Number != "701" || k.Send.Valid() {
		t.Fatalf("%+v", k)
	}
	s := r.c.snapshot(r.now)
	if p := s.DNs[6].Parked; p.Caller.Number != "2001" || p.By.Number != "2003" {
		t.Fatalf("%+v", p)
	}
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
	r.want(x, Connected)
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
			if got := strings.TrimPrefix(r.views[x].Notice.Text, "Call park at "); got != tt.want && tt.want != "" {
				t.Fatalf("parked at %q, want %q", got, tt.want)
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
		{"of another group", nil, 3, Pickup{Group: true}, "1", Connected},
		{"of another group, own dialled", nil, 3, Pickup{Group: true}, "*", Congestion},
		{"a group", nil, 3, Pickup{Group: true, Number: "1"}, "", Connected},
		{"a group without calls", nil, 2, Pickup{Group: true, Number: "2"}, "", Congestion},
		{"without a group", nil, 4, Pickup{Group: true}, "", Seized},
		{"without a group, a group dialled", nil, 4, Pickup{Group: true}, "1", Connected},
		{"without a group, `*` dialled", nil, 4, Pickup{Group: true}, "*", Congestion},
		{"any group", nil, 6, Pickup{Group: true}, "*", Connected},
		{"the only group", func(c *phones.Config) { c.EphoneDNs[2].PickupGroup = "" }, 4, Pickup{Group: true}, "", Connected},
		{"local, of no group", func(c *phones.Config) { c.EphoneDNs[2].PickupGroup = ""; c.Telephony.DirectedPickup = false }, 4, Pickup{}, "", Congestion},
		{"gpickup, a group", func(c *phones.Config) { c.Telephony.GroupPickup = true }, 4, Pickup{Group: true}, "1", Connected},
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
				if e := r.views[a].Elsewhere; len(e) != 1 { // it is no missed call
					t.Fatalf("elsewhere %v", e)
				}
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
