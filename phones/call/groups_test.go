package call

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/presence"
)

func TestPaging(t *testing.T) {
	group := netip.MustParseAddrPort("239.1.1.1:2000")
	r := newRig(t, lab(func(c *phones.Config) {
		c.EphoneDNs = append(c.EphoneDNs,
			phones.EphoneDN{Tag: 250, Number: "801", Name: "Shop", Channels: 1, Paging: &phones.Paging{Multicast: group}},
			phones.EphoneDN{Tag: 251, Number: "802", Channels: 1, Paging: &phones.Paging{}},
			phones.EphoneDN{Tag: 252, Number: "803", Channels: 1, Paging: &phones.Paging{Group: []int{250, 251}}})
	}))
	r.registerPhone(1, phones.Spec{PagingDN: 250, PagingMulticast: true}, "1:1")
	r.registerPhone(2, phones.Spec{PagingDN: 251}, "1:2")
	r.registerPhone(4, phones.Spec{PagingDN: 251}, "1:4")
	a, b, y, x := ephone(1), ephone(2), ephone(4), r.phone(3, "1:3")
	r.dials(x, "801")
	r.want(x, Connected)
	if k := r.call(x); k.Send.Addr != group || k.Receive {
		t.Fatalf("%+v", k)
	}
	if p := r.views[a].Paged; p == nil || p.Group != group || p.From.Name != "Shop" || p.DN.Tag != 250 {
		t.Fatalf("%+v", p)
	}
	if r.views[b].Paged != nil || r.lines["801"].State != presence.Busy {
		t.Fatalf("%+v", r.lines["801"])
	}
	r.dials(y, "801")
	r.want(y, Busy)
	r.do(OnHook{Device: x})
	if r.views[a].Paged != nil || r.lines["801"].State != presence.Idle {
		t.Fatal("the page goes on")
	}
	r.dials(x, "803") // y is not idle
	if r.views[a].Paged == nil || r.views[b].Paged == nil || r.views[y].Paged != nil {
		t.Fatal("the wrong phones hear it")
	}
	if p := r.views[a].Paged; p.Group.IsValid() { // 803 itself has no group address
		t.Fatalf("%+v", p)
	}
	r.do(MediaReady{Device: b, Ref: r.views[b].Paged.Ref, Media: media(5000), OK: true})
	if k := r.call(x); k.Send.Addr.Port() != 5000 {
		t.Fatalf("%+v", k)
	}
	r.do(OffHook{Device: b}) // it has a call of its own now
	if r.views[b].Paged != nil || r.call(x).Send.Valid() {
		t.Fatal("it is still paged")
	}
	r.hangUpAll()
	r.quiet()
	for _, want := range []string{"SkinnyBuildPagingList for DN 250", "SkinnyStartPagingPhone 1 for DN 250 with multicast",
		"SkinnyBuildPagingList DN 250 for 1 targets", "SkinnyStartPagingMedia for 1 targets for DN 250", "SkinnyStopPagingPhone 1 for DN 250 with multicast",
		"SkinnyStartPagingPhone 2 for DN 252 with unicast"} {
		if !slices.Contains(r.debug, want) {
			t.Errorf("debug lacks %q", want)
		}
	}
}

// confer makes a conference of phones 1, 2 and 3, with 1 as creator.
func confer(t *testing.T, spec phones.Spec, change ...func(*phones.Config)) (*rig, phones.Device, phones.Device, phones.Device) {
	r := newRig(t, lab(change...))
	r.registerPhone(1, spec, "1:1", "2:5")
	a, b, x := ephone(1), r.phone(2, "1:2"), r.phone(3, "1:3")
	r.dials(a, "2002")
	r.do(Answer{Device: b})
	r.do(Conference{Device: a})
	r.want(a, Held, Seized)
	r.keys(a, "2003")
	r.do(Conference{Device: a}) // nobody has answered yet
	r.want(a, Held, RingOut)
	r.do(Answer{Device: x})
	r.do(Conference{Device: a})
	return r, a, b, x
}

func TestSoftwareConference(t *testing.T) {
	r, a, b, x := confer(t, phones.Spec{})
	for i, d := range []phones.Device{a, b, x} {
		k := r.call(d)
		if k.State != Connected || !k.Conference {
			t.Fatalf("%v: %+v", d, k)
		}
		r.do(MediaReady{Device: d, Ref: k.Ref, Media: media(uint16(4000 + i)), OK: true})
	}
	for d, port := range map[phones.Device]uint16{a: 4001, b: 4000, x: 4000} { // the creator hears who joined first
		if got := r.call(d).Send.Addr.Port(); got != port {
			t.Errorf("%v sends to %d, want %d", d, got, port)
		}
	}
	if s := r.c.snapshot(r.now); len(s.Conferences) != 1 || s.Conferences[0].Kind != "software" || len(s.Conferences[0].Parties) != 3 || s.Conferences[0].Creator != a {
		t.Fatalf("%+v", s.Conferences)
	}
	r.do(DropLast{Device: b}) // only the creator
	r.do(DropLast{Device: a})
	r.want(x)
	if k := r.call(a); k.Conference || k.Called.Number != "2002" {
		t.Fatalf("%+v", k)
	}
	r.do(OnHook{Device: a})
	r.want(b)
	r.quiet()
}

func TestConferenceEnds(t *testing.T) {
	for _, tt := range []struct {
		name string
		spec phones.Spec
		key  bool // EndCall, not the handset
		keep bool
	}{
		{"default", phones.Spec{}, false, false},
		{"keep-conference", phones.Spec{KeepConference: true}, false, true},
		{"keep-conference, EndCall", phones.Spec{KeepConference: true}, true, false},
		{"keep-conference endcall", phones.Spec{KeepConference: true, KeepEndCall: true}, true, true},
		{"keep-conference local-only", phones.Spec{KeepConference: true, KeepLocal: true}, false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, a, b, x := confer(t, tt.spec)
			in := OnHook{Device: a}
			if tt.key {
				in.Ref = r.views[a].Active
			}
			r.do(in)
			r.want(a)
			if tt.keep {
				r.want(b, Connected)
				r.want(x, Connected)
				r.do(OnHook{Device: b})
			}
			r.want(b)
			r.want(x)
			r.quiet()
		})
	}
}

func TestConferenceBreaksUp(t *testing.T) {
	r, a, b, x := confer(t, phones.Spec{KeepConference: true})
	r.do(Conference{Device: a})
	r.want(a, Held, Connected)
	r.want(b, Connected)
	r.want(x, Connected)
	if k := r.call(b); k.Tone != ToneHold || k.Conference {
		t.Fatalf("%+v", k)
	}
	r.hangUpAll()
	r.quiet()
	r, a, _, x = confer(t, phones.Spec{KeepConference: true, KeepLast: true})
	r.do(Conference{Device: a})
	r.want(a, Connected)
	r.want(x)
}

func TestMaxConferences(t *testing.T) {
	r, _, _, _ := confer(t, phones.Spec{}, func(c *phones.Config) { c.Telephony.MaxConferences = 1 })
	a, b, x := r.phone(4, "1:4"), r.phone(5, "1:5"), r.phone(6, "1:6")
	r.dials(a, "2005")
	r.do(Answer{Device: b})
	r.do(Conference{Device: a})
	r.keys(a, "2006")
	r.do(Answer{Device: x})
	r.do(Conference{Device: a})
	r.want(a, Held, Connected)
	if r.views[a].Notice.Text == "" {
		t.Fatal("nothing is said")
	}
}

func TestAdHocConference(t *testing.T) {
	r, a, b, x := confer(t, phones.Spec{}, func(c *phones.Config) {
		c.Telephony.HardwareConf = true
		c.EphoneDNs = append(c.EphoneDNs, phones.EphoneDN{Tag: 31, Number: "901", Channels: 2, Conference: "ad-hoc"},
			phones.EphoneDN{Tag: 32, Number: "902", Channels: 2, Conference: "ad-hoc"})
	})
	r.want(a, Connected)
	if r.lines["901"].State != presence.Busy || r.lines["902"].State != presence.Busy {
		t.Fatalf("%+v", r.lines)
	}
	if k := r.call(b); k.Calling.Number != "901" {
		t.Fatalf("%+v", k)
	}
	y := r.phone(4, "1:4")
	add := func() {
		r.do(Conference{Device: a})
		r.keys(a, "2004")
		r.do(Answer{Device: y})
		r.do(Conference{Device: a})
	}
	add()
	r.want(a, Connected)
	r.want(y, Connected)
	z := r.phone(6, "1:6") // no channel is left for a fifth
	r.do(Conference{Device: a})
	r.keys(a, "2006")
	r.do(Answer{Device: z})
	r.do(Conference{Device: a})
	r.want(a, Held, Connected)
	r.do(OnHook{Device: a, Ref: r.views[a].Active})
	r.do(OnHook{Device: a, Ref: r.views[a].Active}) // the creator leaves, three go on
	r.want(a)
	r.want(b, Connected)
	r.want(y, Connected)
	r.do(OnHook{Device: x}) // two are an ordinary call
	if k := r.call(b); k.Conference || r.lines["901"].State != presence.Idle {
		t.Fatalf("%+v", k)
	}
	r.hangUpAll()
	r.quiet()
}

func TestMeetMe(t *testing.T) {
	r := newRig(t, lab(func(c *phones.Config) {
		c.EphoneDNs = append(c.EphoneDNs, phones.EphoneDN{Tag: 31, Number: "901", Channels: 2, Conference: "meetme"},
			phones.EphoneDN{Tag: 32, Number: "902", Channels: 2, Conference: "unlocked"})
	}))
	a, b, x := r.phone(1, "1:1"), r.phone(2, "1:2"), r.phone(3, "1:3")
	r.dials(b, "901") // not open yet
	r.want(b, Busy)
	r.do(OnHook{Device: b})
	r.do(MeetMe{Device: a})
	if k := r.call(a); k.Tone != ToneConfirm {
		t.Fatalf("%+v", k)
	}
	r.keys(a, "901")
	r.want(a, Connected)
	r.wait(time.Hour) // who waits for others may wait
	r.dials(b, "901")
	r.want(b, Connected)
	r.dials(x, "901") // it has two channels
	r.want(x, Busy)
	r.do(OnHook{Device: x})
	if r.lines["901"].State != presence.Busy {
		t.Fatal("not busy")
	}
	r.do(OnHook{Device: a})
	r.want(b, Connected)
	r.wait(aloneFor - time.Second)
	r.want(b, Connected)
	r.wait(time.Second)
	r.want(b)
	r.quiet()
	r.do(MeetMe{Device: x})
	r.keys(x, "2001") // no conference number
	r.want(x, NoSuchNumber)
	r.do(OnHook{Device: x})
	r.dials(x, "902")        // unlocked: anybody opens it
	r.do(OffHook{Device: b}) // the key joins, too
	r.do(MeetMe{Device: b})
	r.keys(b, "902")
	r.want(b, Connected)
	r.do(OffHook{Device: a})
	r.do(MeetMe{Device: a})
	r.keys(a, "902") // full
	r.want(a, Busy)
	r.hangUpAll()
	r.quiet()
}

// The call of a phone that leaves is forwarded to a page: the phone hears none.
func TestPageAfterLeaving(t *testing.T) {
	r := newRig(t, lab(func(cfg *phones.Config) {
		cfg.EphoneDNs[1].Forward.NoAnswer = "2006"
		cfg.EphoneDNs[5].Paging = &phones.Paging{}
	}))
	a := r.phone(1, "1:1")
	r.registerPhone(2, phones.Spec{PagingDN: 6}, "1:2")
	r.dials(a, "2002")
	r.do(Gone{ephone(2)})
	for _, n := range r.c.snapshot(r.now).DNs {
		if len(n.Paging) > 0 {
			t.Errorf("%v pages %v", n.ID, n.Paging)
		}
	}
}
