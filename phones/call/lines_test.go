package call

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/presence"
)

// office is a system whose lamps are looked at. The states it answers with are those
// that were published, never the core's own.
type office struct {
	t     testing.TB
	core  *core
	now   time.Time
	cfg   phones.Config
	lines map[string]presence.Line // published of numbers
	phone map[string]presence.Line // published of phones
	views map[phones.Device]View
	refs  uint32
	tags  int
}

func newOffice(t testing.TB, cfg phones.Config) *office {
	o := &office{
		t: t, now: time.Unix(1e9, 0), lines: map[string]presence.Line{}, phone: map[string]presence.Line{},
		views: map[phones.Device]View{},
	}
	tag := func() int { o.tags++; return o.tags }
	o.core = newCore(ids{ref: func() uint32 { o.refs++; return o.refs }, trunk: tag, test: tag}, func(logbuf.Topic) bool { return false })
	o.configure(cfg)
	return o
}

func (o *office) do(in Input) {
	for _, e := range o.core.step(o.now, in) {
		switch {
		case e.view != nil:
			o.views[e.view.Device] = e.view.clone()
		case e.done != nil, e.topic != "":
		case e.phone:
			o.phone[e.number] = e.line
		default:
			o.lines[e.number] = e.line
		}
	}
}

func (o *office) configure(cfg phones.Config) {
	o.cfg = cfg
	o.do(apply{&cfg})
}

func (o *office) after(d time.Duration) {
	o.now = o.now.Add(d)
	o.do(nil)
}

func ephone(tag int) phones.Device { return phones.Device{Kind: phones.EphoneDevice, Tag: tag} }
func pool(tag int) phones.Device   { return phones.Device{Kind: phones.PoolDevice, Tag: tag} }

// plug registers ephones, unplug takes them out of service.
func (o *office) plug(tags ...int) {
	for _, tag := range tags {
		for _, e := range o.cfg.Ephones {
			if e.Tag == tag {
				o.do(Registered{ephone(tag), phones.EphoneSpec(o.cfg, e, phones.Model{}, nil)})
			}
		}
	}
}

func (o *office) unplug(tags ...int) {
	for _, tag := range tags {
		o.do(Gone{ephone(tag)})
	}
}

// plugSIP registers a pool with all its numbers.
func (o *office) plugSIP(tag int) {
	for _, p := range o.cfg.Pools {
		if p.Tag == tag {
			o.do(Registered{pool(tag), phones.PoolSpec(o.cfg, p, func(string) bool { return true }, nil)})
		}
	}
}

// login is what Extension Mobility does: the phone registers anew.
func (o *office) login(tag int, profile *phones.Profile) {
	for _, e := range o.cfg.Ephones {
		if e.Tag == tag {
			o.do(Registered{ephone(tag), phones.EphoneSpec(o.cfg, e, phones.Model{}, profile)})
		}
	}
}

func (o *office) offHook(tag, button int) { o.do(OffHook{Device: ephone(tag), Button: button}) }
func (o *office) hangUp(tag int)          { o.do(OnHook{Device: ephone(tag)}) }
func (o *office) answer(tag int)          { o.do(Answer{Device: ephone(tag)}) }
func (o *office) dnd(tag int, on bool)    { o.do(DnD{Device: ephone(tag), On: on}) }

// dial calls a number from a button; talk answers as well.
func (o *office) dial(tag, button int, number string) {
	o.do(Dial{Device: ephone(tag), Button: button, Number: number})
}

// want compares published states, "2001 busy" or "phone 2001 idle dnd" each.
func (o *office) want(t *testing.T, when string, states ...string) {
	t.Helper()
	for _, s := range states {
		from, what := o.lines, s
		if rest, ok := strings.CutPrefix(s, "phone "); ok {
			from, what = o.phone, rest
		}
		number, state, _ := strings.Cut(what, " ")
		if got := lineText(from[number]); got != state {
			t.Errorf("%s: %s, want %s", when, got, s)
		}
	}
}

func lineText(l presence.Line) string {
	text := l.State.String()
	if l.Ringing {
		text += " ringing"
	}
	if l.DnD {
		text += " dnd"
	}
	return text
}

// lamp compares the line buttons of an ephone, "on", "blink", with "remote", "held"
// and "dnd" behind a plus.
func (o *office) lamp(t *testing.T, when string, tag int, want ...string) {
	t.Helper()
	var got []string
	for _, l := range o.views[ephone(tag)].Lines {
		got = append(got, lampText(l))
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: lamps of ephone %d are %v, want %v", when, tag, got, want)
	}
}

func lampText(l LineView) string {
	text := map[Lamp]string{LampOff: "off", LampOn: "on", LampWink: "wink", LampFlash: "flash", LampBlink: "blink"}[l.Lamp]
	if l.Remote {
		text += "+remote"
	}
	if l.Held != 0 {
		text += "+held"
	}
	if l.DnD {
		text += "+dnd"
	}
	return text
}

// button reads elements of `button`.
func button(words string) (list []phones.Button) {
	for word := range strings.FieldsSeq(words) {
		b, err := phones.ParseButton(word)
		if err != nil {
			panic(err)
		}
		list = append(list, b)
	}
	return list
}

// floor is the configuration that the tests start from. Number 2001 has two
// instances, dn 2 is shared by ephones 1 and 2, ephone 9 is the operator's.
func floor() phones.Config {
	dn := func(tag int, number string, channels int) phones.EphoneDN {
		return phones.EphoneDN{Tag: tag, Number: number, Channels: channels, Watch: true, Huntstop: true}
	}
	park, page, adhoc, meetme := dn(21, "701", 1), dn(22, "801", 1), dn(23, "901", 2), dn(24, "902", 8)
	park.Park, page.Paging, adhoc.Conference, meetme.Conference = &phones.ParkSlot{}, &phones.Paging{}, "ad-hoc", "meetme"
	phone := func(tag int, typ, buttons string) phones.Ephone {
		return phones.Ephone{Tag: tag, Type: typ, Buttons: button(buttons), FeatureRingDnD: true, MWILine: 1}
	}
	return phones.Config{
		Mode: "cme", RegistrarOn: true,
		Telephony: phones.Telephony{On: true, MaxEphones: 50, MaxDN: 50, HardwareConf: true},
		EphoneDNs: []phones.EphoneDN{
			dn(1, "2001", 2), dn(2, "2002", 1), dn(3, "2003", 1), dn(4, "2001", 1), dn(5, "2005", 2), dn(6, "2006", 1),
			dn(9, "2009", 8), park, page, adhoc, meetme,
		},
		DNs:   []phones.DN{{Tag: 1, Number: "2101", Watch: true}, {Tag: 2, Number: "2003", Watch: true}},
		Pools: []phones.Pool{{Tag: 1, Type: "7971", Numbers: []phones.PoolNumber{{Index: 1, DN: 1}}, CallWaiting: true}},
		Ephones: []phones.Ephone{
			phone(1, "7960", "1:1 2:2"), phone(2, "7960", "1:3 2:2"), phone(3, "7960", "1:4"), phone(4, "7960", "1:5"),
			phone(5, "7960", "1:6"), phone(9, "7971", "1:9"),
		},
	}
}

// change returns floor with a change.
func change(f func(*phones.Config)) phones.Config {
	cfg := floor()
	f(&cfg)
	return cfg
}

// "Line is idle - displays when this line is not being used."
func TestLineIsIdle(t *testing.T) {
	o := newOffice(t, floor())
	o.plug(1, 2, 3, 4, 5, 9)
	o.plugSIP(1)
	o.want(t, "registered", "2001 idle", "2002 idle", "2003 idle", "2101 idle")
}

// "Line is in-use - displays when this line is in the ringing state and when a user is
// on the line, whether or not this line can accept a new call."
func TestLineIsInUse(t *testing.T) {
	o := newOffice(t, floor())
	o.plug(4, 5)
	o.dial(5, 1, "2005")
	o.want(t, "ringing", "2005 busy ringing", "2006 busy")
	o.answer(4)
	o.want(t, "on the line, and another call could come", "2005 busy", "2006 busy")
	o.hangUp(5)
	o.hangUp(4)
	o.want(t, "over", "2005 idle", "2006 idle")
	o.offHook(4, 1)
	o.want(t, "off hook", "2005 busy")
	o.hangUp(4)
	o.want(t, "on hook", "2005 idle")
}

// "BLF indicator unknown - phone is unregistered …"
func TestUnregisteredIsUnknown(t *testing.T) {
	o := newOffice(t, floor())
	o.want(t, "never registered", "2005 unknown", "phone 2005 unknown", "2101 unknown")
	o.plug(4)
	o.dial(4, 1, "2006")
	o.want(t, "registered", "2005 busy")
	o.unplug(4)
	o.want(t, "gone in a call", "2005 unknown", "phone 2005 unknown")
	o.plug(4)
	o.want(t, "back", "2005 idle", "phone 2005 idle")
}

// "any line on any IP phone or on an analog phone on supported voice gateways can be a
// presentity."
func TestAnalogPhonesAreWatched(t *testing.T) {
	o := newOffice(t, change(func(c *phones.Config) { c.Ephones[3].Type, c.Ephones[3].Analog = "anl", true }))
	o.plug(4, 5)
	o.want(t, "plugged in", "2005 idle", "phone 2005 idle")
	o.offHook(4, 1)
	o.want(t, "off hook", "2005 busy", "phone 2005 busy")
}

// Table 42, BLF: "Watches all ephone-dn instances with the same (primary) extension
// number. The BLF lamp is on if any instance of the monitored extension is in use."
func TestAnyInstanceCounts(t *testing.T) {
	o := newOffice(t, floor())
	o.plug(1)
	o.want(t, "one instance registered", "2001 idle")
	o.plug(3)
	for _, tag := range []int{1, 3} {
		o.offHook(tag, 1)
		o.want(t, fmt.Sprint("ephone ", tag), "2001 busy")
		o.hangUp(tag)
		o.want(t, fmt.Sprint("ephone ", tag), "2001 idle")
	}
	o.unplug(1)
	o.want(t, "the other instance is left", "2001 idle")
	o.unplug(3)
	o.want(t, "none is left", "2001 unknown")
}

// A number that some dn has as secondary one is in use with that dn, unless another
// has it as primary one.
func TestSecondaryNumber(t *testing.T) {
	o := newOffice(t, change(func(c *phones.Config) { c.EphoneDNs[4].Secondary = "3005"; c.EphoneDNs[5].Secondary = "2003" }))
	o.plug(2, 4, 5)
	o.offHook(4, 1)
	o.want(t, "by its dn", "3005 busy", "2005 busy")
	o.offHook(5, 1)
	o.want(t, "by its own dn alone", "2003 idle", "2006 busy")
}

// Table 42, shared lines, BLF: "Cannot distinguish which phone is using the ephone-dn
// if the DN is shared across multiple phones."
func TestSharedLineOfEitherPhone(t *testing.T) {
	o := newOffice(t, floor())
	o.plug(1, 2)
	for _, tag := range []int{1, 2} {
		o.offHook(tag, 2)
		o.want(t, fmt.Sprint("ephone ", tag), "2002 busy")
		o.hangUp(tag)
	}
	o.unplug(2)
	o.want(t, "one phone is left", "2002 idle")
}

// "An ephone-dn configured as a park-slot is not registered with any phone. … if a
// monitored park-slot is idle, the BLF status shows idle on the watcher. If there is a
// call parked on the monitored park-slot, the BLF status indicates in-use." Device-based:
// "If … there is a call parked on this park-slot, the device-based BLF status
// indicates busy."
func TestParkSlot(t *testing.T) {
	o := newOffice(t, floor())
	o.want(t, "no phone at all", "701 idle", "phone 701 idle")
	o.plug(4, 5)
	o.dial(4, 1, "2006")
	o.answer(5)
	o.do(Park{Device: ephone(5)})
	o.want(t, "parked", "701 busy", "phone 701 busy", "2005 busy", "2006 idle")
	o.hangUp(5)
	o.dial(5, 1, "701")
	o.want(t, "retrieved", "701 idle", "phone 701 idle", "2005 busy", "2006 busy")
	o.hangUp(5)
	o.hangUp(4)
	o.want(t, "over", "701 idle", "2005 idle", "2006 idle")
}

// A parked caller who gives up leaves the slot.
func TestParkedCallerHangsUp(t *testing.T) {
	o := newOffice(t, floor())
	o.plug(4, 5)
	o.dial(4, 1, "2006")
	o.answer(5)
	o.do(Park{Device: ephone(5)})
	o.hangUp(4)
	o.want(t, "given up", "701 idle", "phone 701 idle")
}

// "An ephone-dn configured for paging or conferencing is also not registered with any
// phone. The indicators for the idle, in-use, and unknown BLF status are displayed …".
// Device-based: "When a monitored phone receives a page, if the paging directory number
// is also monitored, the BLF status of the paging directory number shows busy on the
// watcher."
func TestPagingNumber(t *testing.T) {
	o := newOffice(t, change(func(c *phones.Config) { c.Ephones[4].PagingDN = 22 }))
	o.want(t, "no phone at all", "801 idle", "phone 801 idle")
	o.plug(4, 5)
	o.dial(4, 1, "801")
	o.want(t, "page", "801 busy", "phone 801 busy", "2006 idle", "phone 2006 idle")
	o.hangUp(4)
	o.want(t, "over", "801 idle", "phone 801 idle")
}

// "… which conference number is available for a conference."
func TestConferenceNumbers(t *testing.T) {
	o := newOffice(t, floor())
	o.want(t, "no phone at all", "901 idle", "902 idle", "phone 902 idle")
	o.plug(4, 5, 9)
	o.do(MeetMe{Device: ephone(4), Button: 1})
	o.dial(4, 0, "902")
	o.want(t, "meet-me", "902 busy", "phone 902 busy", "901 idle")
	o.dial(5, 1, "902")
	o.hangUp(4)
	o.want(t, "one is left", "902 busy")
	o.hangUp(5)
	o.want(t, "all gone", "902 idle")
}

// "When a user presses the DnD soft key on an SCCP phone, all directory numbers assigned
// to the phone become DnD-enabled"; the lamp shows it "for both the idle and in-use BLF
// status".
func TestDnDOverIdleAndInUse(t *testing.T) {
	o := newOffice(t, change(func(c *phones.Config) { c.Ephones[3].Buttons = button("1:5 2:6"); c.Ephones[4].Buttons = nil }))
	o.plug(4)
	o.dnd(4, true)
	o.want(t, "idle", "2005 idle dnd", "2006 idle dnd", "phone 2005 idle dnd")
	o.offHook(4, 1)
	o.want(t, "in use", "2005 busy dnd", "2006 idle dnd", "phone 2005 busy dnd")
	o.dnd(4, false)
	o.want(t, "off", "2005 busy", "2006 idle", "phone 2005 busy")
	o.hangUp(4)
	o.dnd(4, true)
	o.unplug(4)
	o.want(t, "unregistered", "2005 unknown", "phone 2005 unknown")
}

// "The BLF status notification occurs if the monitored ephone-dn is: the primary
// directory number on only one SCCP phone; a directory number that is not shared; a
// shared directory number and all associated phones are DnD-enabled."
func TestWhenANumberIsDnD(t *testing.T) {
	for _, c := range []struct {
		name    string
		buttons map[int]string // of ephones
		dnd     []int
		want    string // of 2002, which is dn 2
	}{
		{"primary on one phone", map[int]string{1: "1:2"}, []int{1}, "idle dnd"},
		{"primary on one phone, shared by another", map[int]string{1: "1:2", 2: "1:3 2:2"}, []int{1}, "idle dnd"},
		{"primary on a phone without DnD, shared by one with", map[int]string{1: "1:2", 2: "1:3 2:2"}, []int{2}, "idle"},
		{"primary on two phones, one DnD", map[int]string{1: "1:2", 2: "1:2"}, []int{1}, "idle"},
		{"primary on two phones, both DnD", map[int]string{1: "1:2", 2: "1:2"}, []int{1, 2}, "idle dnd"},
		{"not shared, not primary", map[int]string{1: "1:1 2:2"}, []int{1}, "idle dnd"},
		{"shared, one DnD", map[int]string{1: "1:1 2:2", 2: "1:3 2:2"}, []int{1}, "idle"},
		{"shared, all DnD", map[int]string{1: "1:1 2:2", 2: "1:3 2:2"}, []int{1, 2}, "idle dnd"},
		{"on two buttons of one phone", map[int]string{1: "1:2 2:2"}, []int{1}, "idle dnd"},
		{"in an overlay", map[int]string{1: "1o1,2", 2: "1:3"}, []int{1}, "idle dnd"},
		{"only monitored by the DnD phone", map[int]string{1: "1:1 2:2", 2: "1:3 2m2"}, []int{2}, "idle"},
		{"monitored by another", map[int]string{1: "1:1 2:2", 2: "1:3 2m2 3w2"}, []int{1}, "idle dnd"},
	} {
		o := newOffice(t, change(func(cfg *phones.Config) {
			for i := range cfg.Ephones {
				cfg.Ephones[i].Buttons = button(c.buttons[cfg.Ephones[i].Tag])
			}
		}))
		o.plug(1, 2)
		for _, tag := range c.dnd {
			o.dnd(tag, true)
		}
		o.want(t, c.name, "2002 "+c.want)
		for _, tag := range c.dnd {
			o.dnd(tag, false)
		}
		o.want(t, c.name+", off again", "2002 idle")
	}
}

// DnD is that of SCCP phones ("support the Do Not Disturb (DnD) BLF status indicator for
// ephone-dns"): `dnd` of a pool is not shown, and a SIP phone that has the number too
// is not DnD-enabled.
func TestDnDOfSIPPhonesIsNotShown(t *testing.T) {
	o := newOffice(t, change(func(c *phones.Config) {
		c.Pools[0].DnD = true
		c.Pools = append(c.Pools, phones.Pool{Tag: 2, Numbers: []phones.PoolNumber{{Index: 1, DN: 1}, {Index: 2, DN: 2}}})
	}))
	o.plugSIP(1)
	o.want(t, "pool with dnd", "2101 idle", "phone 2101 idle")
	o.plug(2)
	o.dnd(2, true)
	o.want(t, "ephone alone", "2003 idle dnd")
	o.plugSIP(2)
	o.want(t, "primary on one SCCP phone only", "2003 idle dnd")
}

// Of the three conditions the last wants all phones, SIP phones too.
func TestDnDOfANumberSharedWithASIPPhone(t *testing.T) {
	o := newOffice(t, change(func(c *phones.Config) {
		c.Ephones[1].Buttons = button("1:6 2:3")
		c.Pools[0].Numbers = []phones.PoolNumber{{Index: 1, DN: 2}}
	}))
	o.plug(2)
	o.plugSIP(1)
	o.dnd(2, true)
	o.want(t, "shared with a pool", "2003 idle")
	o.do(Gone{pool(1)})
	o.want(t, "not shared any more", "2003 idle dnd")
}

// `test presence line` drives a line without a phone.
func TestDriven(t *testing.T) {
	o := newOffice(t, floor())
	for _, c := range []struct{ state, want string }{{"busy", "busy"}, {"ringing", "busy ringing"}, {"idle", "idle"}, {"clear", "unknown"}} {
		o.do(Test{"2005", c.state})
		o.want(t, c.state, "2005 "+c.want, "phone 2005 "+c.want)
	}
	o.plug(4)
	o.offHook(4, 1)
	o.do(Test{"2005", "idle"})
	o.want(t, "wins over calls", "2005 idle")
	o.do(Test{"2005", "clear"})
	o.want(t, "the truth again", "2005 busy")
}
