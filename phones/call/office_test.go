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

func pool(tag int) phones.Device { return phones.Device{Kind: phones.PoolDevice, Tag: tag} }

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

func (o *office) hangUp(tag int) { o.do(OnHook{Device: ephone(tag)}) }

func (o *office) answer(tag int) { o.do(Answer{Device: ephone(tag)}) }

func (o *office) dnd(tag int, on bool) { o.do(DnD{Device: ephone(tag), On: on}) }

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
