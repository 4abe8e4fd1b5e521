package call

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/busylamp/busylamp/phones"
)

// numbersInUse are what random inputs dial: lines, park slots, paging, conferences, trunks, nothing.
var numbersInUse = []string{
	"2001", "2002", "2003", "2004", "2005", "2006", "2007", "2008", "2101", "2102", "2103", "701", "702", "703",
	"801", "802", "901", "902", "911", "1001", "1002", "9999", "*", "#", "**1", "**12002", "**2", "**3", "**41", "**52001",
	"**6", "**6701", "**7", "**8", "**9", "**", "5550001", "80002001", "81002001", "7", "4085552001", "", "3001", "3002", "3003",
}

func drawForward(t *rapid.T) phones.Forward {
	number := func() string {
		return rapid.SampledFrom([]string{"", "", "", "", "2001", "2003", "2005", "2101", "701", "1001", "801", "911", "3001", "3003"}).Draw(t, "forward")
	}
	return phones.Forward{All: number(), Busy: number(), NoAnswer: number(),
		Timeout: time.Duration(rapid.IntRange(0, 30).Draw(t, "timeout")) * time.Second, MaxLength: rapid.IntRange(-1, 5).Draw(t, "max")}
}

func drawConfig(t *rapid.T) phones.Config {
	flag := func(name string) bool { return rapid.Bool().Draw(t, name) }
	cfg := phones.Config{Telephony: phones.Telephony{
		On: true, DirectedPickup: flag("directed"), GroupPickup: flag("group"), FAC: true, Voicemail: rapid.SampledFrom([]string{"", "2001", "1001"}).Draw(t, "vm"),
		TransferSystem:   rapid.SampledFrom([]string{"full-consult", "full-blind", "local-consult"}).Draw(t, "system"),
		TransferPatterns: []string{"1..."}, HardwareConf: flag("hardware"), MaxConferences: rapid.IntRange(0, 1).Draw(t, "confs"),
		TransferBack:     time.Duration(rapid.IntRange(0, 1).Draw(t, "back")*15) * time.Second,
		DialplanPatterns: []phones.DialplanPattern{{Tag: 1, Pattern: "408555....", Length: 4}},
	}}
	for i := 1; i <= 8; i++ {
		n := phones.EphoneDN{Tag: i, Number: fmt.Sprint(2000 + i), SecondPreference: 9,
			Channels: rapid.SampledFrom([]int{1, 2, 2, 8}).Draw(t, "channels"), Huntstop: flag("huntstop"), Forward: drawForward(t),
			PickupGroup: rapid.SampledFrom([]string{"", "1", "12"}).Draw(t, "pickup"), TransferBlind: rapid.IntRange(0, 5).Draw(t, "blind") == 0}
		if i == 4 {
			n.Number = "2003" // two with one number
			n.Preference = rapid.IntRange(0, 2).Draw(t, "preference")
		}
		if i == 5 {
			n.Secondary = "5550001"
		}
		if i == 8 && flag("intercom") {
			n.Intercom = &phones.Intercom{Number: "2007", BargeIn: flag("barge")}
		}
		if i == 7 && flag("intercom") {
			n.Intercom = &phones.Intercom{Number: "2008", BargeIn: flag("barge")}
		}
		if flag("alert") {
			n.HoldAlert, n.HoldAlertWho = 20*time.Second, rapid.SampledFrom([]string{"idle", "originator", "shared", "shared-idle"}).Draw(t, "who")
		}
		n.HuntstopChannel = rapid.IntRange(0, n.Channels-1).Draw(t, "huntstop channel")
		cfg.EphoneDNs = append(cfg.EphoneDNs, n)
	}
	for i := range 3 {
		p := &phones.ParkSlot{Timeout: time.Duration(rapid.IntRange(0, 20).Draw(t, "park")) * time.Second, Limit: rapid.IntRange(0, 3).Draw(t, "limit"),
			Recall: flag("recall"), Directed: flag("directed"), Transfer: rapid.SampledFrom([]string{"", "2002", "9999", "701"}).Draw(t, "to"),
			Alternate: rapid.SampledFrom([]string{"", "2004"}).Draw(t, "alternate"), Retry: 5 * time.Second, RetryLimit: 2, Notify: "2001", NotifyOnly: flag("only")}
		cfg.EphoneDNs = append(cfg.EphoneDNs, phones.EphoneDN{Tag: 11 + i, Number: fmt.Sprint(701 + i), Channels: 1, Park: p})
	}
	group := netip.MustParseAddrPort("239.1.1.1:2000")
	conference := rapid.SampledFrom([]string{"meetme", "unlocked"}).Draw(t, "meetme")
	cfg.EphoneDNs = append(cfg.EphoneDNs,
		phones.EphoneDN{Tag: 21, Number: "801", Channels: 1, Paging: &phones.Paging{Multicast: group}},
		phones.EphoneDN{Tag: 22, Number: "802", Channels: 1, Paging: &phones.Paging{Group: []int{21}}},
		phones.EphoneDN{Tag: 31, Number: "901", Channels: 8, Conference: conference},
		phones.EphoneDN{Tag: 32, Number: "902", Channels: rapid.SampledFrom([]int{2, 8}).Draw(t, "ad-hoc"), Conference: "ad-hoc"},
		phones.EphoneDN{Tag: 41, Number: "8000....", Secondary: "8100....", Channels: 1, MWI: "on-off"},
	)
	for i := 1; i <= 3; i++ {
		cfg.DNs = append(cfg.DNs, phones.DN{Tag: i, Number: fmt.Sprint(2100 + i), Huntstop: flag("huntstop"), Forward: drawForward(t),
			Shared: i == 3, MaxCalls: 2, AutoAnswer: flag("auto"), PickupGroup: "1"})
	}
	for i := 1; i <= 3; i++ {
		members := rapid.SliceOfN(rapid.SampledFrom([]string{"2001", "2002", "2003", "2005", "2006", "2101", "2102", "2103", "1001", "*", "3002", "701", "801"}), 1, 5)
		cfg.HuntGroups = append(cfg.HuntGroups, phones.HuntGroup{
			Voice: i > 1, Tag: i, Kind: rapid.SampledFrom([]phones.HuntKind{phones.Sequential, phones.Peer, phones.LongestIdle, phones.Parallel, phones.Parallel}).Draw(t, "hunt"),
			Pilot: fmt.Sprint(3000 + i), Members: members.Draw(t, "members"), Final: rapid.SampledFrom([]string{"", "2004", "3001", "3003", "701"}).Draw(t, "final"),
			Hops: rapid.IntRange(0, 3).Draw(t, "hops"), Timeouts: []time.Duration{time.Duration(rapid.IntRange(3, 20).Draw(t, "rings")) * time.Second},
			MaxTimeout: time.Duration(rapid.IntRange(0, 1).Draw(t, "all")*25) * time.Second, FromRing: flag("from-ring"),
			Present: phones.HuntPresent(rapid.IntRange(0, 2).Draw(t, "present")), LocalStays: flag("stays"),
		})
	}
	target := netip.MustParseAddrPort("192.0.2.9:5060")
	cfg.DialPeers = []phones.DialPeer{
		{Tag: 100, Pattern: "1...", Target: target, Huntstop: flag("huntstop")}, {Tag: 101, Pattern: "1...", Target: target, Preference: 1},
		{Tag: 102, Pattern: "9T", Target: target}, {Tag: 103, Pattern: "200[1-2]", Target: target, Preference: 2},
	}
	return cfg
}

func drawSpec(t *rapid.T, d phones.Device) phones.Spec {
	flag := func(name string) bool { return rapid.Bool().Draw(t, name) }
	s := phones.Spec{Primary: 1, FeatureRingDnD: flag("feature"), PagingDN: rapid.SampledFrom([]int{0, 21, 22}).Draw(t, "paging"),
		PagingMulticast: flag("multicast"), BusyTrigger: rapid.IntRange(0, 2).Draw(t, "trigger"), MaxCalls: rapid.IntRange(0, 2).Draw(t, "max calls"),
		CallWaiting: flag("waiting"), KeepConference: flag("keep"), KeepLast: flag("last"), KeepEndCall: flag("endcall"), KeepLocal: flag("local"),
		Codec: rapid.SampledFrom([]string{"", "g729r8"}).Draw(t, "codec")}
	if d.Kind == phones.PoolDevice {
		s.DnD = rapid.IntRange(0, 9).Draw(t, "dnd") == 0
		s.Lines = []phones.SpecLine{{Button: 1, Sep: phones.Normal, DNs: []phones.DNID{{SIP: true, Tag: rapid.IntRange(1, 3).Draw(t, "dn")}}},
			{Button: 2, Sep: phones.Normal, DNs: []phones.DNID{{SIP: true, Tag: 3}}}}
		return s
	}
	for b := 1; b <= 4; b++ {
		line := phones.SpecLine{Button: b, Sep: phones.Separator(rapid.SampledFrom([]byte("::::bfsmwocx")).Draw(t, "sep"))}
		count := 1
		if line.Sep == phones.Overlay || line.Sep == phones.OverlayWait {
			count = 3
		}
		if line.Sep == phones.Rollover {
			line.Of, count = 1, 0
		}
		for range count {
			line.DNs = append(line.DNs, phones.DNID{Tag: rapid.IntRange(1, 8).Draw(t, "dn")})
		}
		s.Lines = append(s.Lines, line)
	}
	s.AutoLine = phones.AutoLine{Off: rapid.IntRange(0, 9).Draw(t, "off") == 0, Button: rapid.IntRange(0, 2).Draw(t, "auto"), Answer: flag("answer"), Incoming: rapid.IntRange(0, 9).Draw(t, "incoming") == 0}
	return s
}

// drawInput draws what a device of the rig might do, sensible or not.
func drawInput(t *rapid.T, r *rig) Input {
	var devices []phones.Device
	for i := 1; i <= 5; i++ {
		devices = append(devices, ephone(i))
	}
	for i := 1; i <= 3; i++ {
		devices = append(devices, pool(i))
	}
	for _, d := range r.c.sorted {
		if !d.id.Phone() {
			devices = append(devices, d.id)
		}
	}
	d := rapid.SampledFrom(devices).Draw(t, "device")
	number := rapid.SampledFrom(numbersInUse).Draw(t, "number")
	refs := []uint32{0}
	for _, l := range r.views[d].Calls {
		refs = append(refs, l.Ref, l.Ref)
	}
	for _, l := range r.views[d].Lines {
		if l.Held != 0 {
			refs = append(refs, l.Held)
		}
	}
	ref := rapid.SampledFrom(refs).Draw(t, "ref")
	button := rapid.IntRange(0, 5).Draw(t, "button")
	done := func(code int) { r.codes = append(r.codes, code) }
	var m Media
	if rapid.Bool().Draw(t, "media") {
		m = media(uint16(rapid.IntRange(2000, 2010).Draw(t, "port")))
	}
	flag := rapid.Bool().Draw(t, "flag")
	switch rapid.IntRange(0, 36).Draw(t, "input") {
	case 0, 1:
		if d.Phone() {
			return Registered{d, drawSpec(t, d)}
		}
		return Gone{d}
	case 2:
		return Gone{d}
	case 3, 4:
		return OffHook{Device: d, Button: button, New: flag}
	case 5, 6:
		return OnHook{Device: d, Ref: ref}
	case 7, 8:
		return Digit{Device: d, Ref: ref, Digit: digits[rapid.IntRange(0, len(digits)-1).Draw(t, "digit")]}
	case 9:
		return Backspace{Device: d, Ref: ref}
	case 10, 11, 12, 13:
		if d.Kind == phones.PoolDevice && flag {
			ref = r.ref()
		}
		return Dial{Device: d, Button: button, Ref: ref, Number: number, Media: m}
	case 14:
		r.count++
		kind := phones.TrunkDevice
		if flag {
			kind = phones.TestDevice
		}
		return Dial{Device: phones.Device{Kind: kind, Tag: r.count}, Ref: r.ref(), Number: number, Media: m, Calling: Party{Number: "3001"}}
	case 15:
		return Redial{Device: d, Button: button}
	case 16:
		return Alerting{Device: d, Ref: ref, Media: m}
	case 17, 18, 19:
		return Answer{Device: d, Ref: ref, Media: m}
	case 20:
		return Reject{Device: d, Ref: ref, Code: rapid.SampledFrom([]int{486, 480, 404, 503, 603}).Draw(t, "code")}
	case 21:
		return MediaReady{Device: d, Ref: ref, Media: m, OK: flag}
	case 22:
		return Hold{Device: d, Ref: ref}
	case 23:
		return Resume{Device: d, Ref: ref}
	case 24, 25:
		return Transfer{Device: d, Ref: ref}
	case 26:
		return TransferTo{Device: d, Ref: ref, Number: number, Done: done}
	case 27:
		return Join{Device: d, Ref: ref, With: rapid.SampledFrom(refs).Draw(t, "with"), Done: done}
	case 28, 29:
		return Conference{Device: d, Ref: ref}
	case 30:
		return rapid.SampledFrom([]Input{DropLast{Device: d, Ref: ref}, MeetMe{Device: d, Button: button, Ref: ref},
			DivertToVoicemail{Device: d, Ref: ref}, Reject{Device: d, Ref: ref, Code: 480, To: number}, DnD{Device: d, Toggle: true},
			Mailbox{Number: number, Waiting: flag}, Test{Number: number, State: "busy"}, Test{Number: number, State: "clear"}}).Draw(t, "other")
	case 31, 32:
		return Park{Device: d, Ref: ref, Slot: rapid.SampledFrom([]string{"", "", "701", "702", "2001"}).Draw(t, "slot")}
	case 33:
		return Pickup{Device: d, Button: button, Ref: ref, Group: flag, Number: rapid.SampledFrom([]string{"", "*", "1", "12", "2001", "2003", "701"}).Draw(t, "pick")}
	case 34:
		return ForwardAll{Device: d, Button: button, Number: number, Ask: flag}
	case 35:
		return DnD{Device: d, Toggle: true}
	default:
		c := drawConfig(t)
		if flag { // a smaller one: lines are taken away
			c.EphoneDNs = c.EphoneDNs[rapid.IntRange(0, 5).Draw(t, "cut"):]
			c.DNs = c.DNs[:2]
		}
		return apply{&c}
	}
}

// Whatever the order of events, when all have hung up no channel is seized, no call
// left and no lamp lit; and the same events always lead to the same.
func TestCallsEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := drawConfig(t)
		a, b := newRig(t, cfg), newRig(t, cfg)
		a.keep, b.keep = true, true
		both := func(in Input, wait time.Duration) {
			refs, count := a.refs, a.count
			_ = refs
			b.refs, b.count = max(b.refs, refs), max(b.count, count)
			a.do(in)
			b.do(in)
			if wait > 0 {
				a.wait(wait)
				b.wait(wait)
			}
		}
		for i := 1; i <= 5; i++ {
			both(Registered{ephone(i), drawSpec(t, ephone(i))}, 0)
		}
		for i := 1; i <= 3; i++ {
			both(Registered{pool(i), drawSpec(t, pool(i))}, 0)
		}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			var wait time.Duration
			if rapid.IntRange(0, 4).Draw(t, "waits") == 0 {
				wait = time.Duration(rapid.IntRange(1, 200).Draw(t, "seconds")) * time.Second
			}
			both(drawInput(t, a), wait)
		}
		if len(a.all) != len(b.all) {
			t.Fatalf("%d steps, %d in the second run", len(a.all), len(b.all))
		}
		for i := range a.all {
			if !sameEffects(a.all[i], b.all[i]) {
				t.Fatalf("step %d differs:\n%+v\n%+v", i, a.all[i], b.all[i])
			}
		}
		a.hangUpAll()
		a.quiet()
		for _, d := range append([]*device(nil), b.c.sorted...) {
			b.do(Gone{d.id})
		}
		b.wait(time.Hour)
		b.quiet()
	})
}
