package call

import (
	"net/netip"
	"slices"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/presence"
)

// fataler is a *testing.T or *rapid.T.
type fataler interface {
	Helper()
	Fatalf(format string, a ...any)
}

// rig is a core with a clock of its own, and what it has shown and published.
type rig struct {
	t     fataler
	c     *core
	now   time.Time
	refs  uint32
	count int
	views map[phones.Device]View
	gone  map[phones.Device]bool
	lines map[string]presence.Line
	debug []string
	codes []int // of Done functions
	// forwards are what phones have set.
	forwards []string
	all      [][]effect
	keep     bool // all effects, in all
}

func newRig(t fataler, cfg phones.Config) *rig {
	r := &rig{
		t: t, now: time.Date(2009, 7, 14, 12, 0, 0, 0, time.UTC), views: map[phones.Device]View{},
		gone: map[phones.Device]bool{}, lines: map[string]presence.Line{},
	}
	count := func() int { r.count++; return r.count }
	r.c = newCore(ids{ref: r.ref, trunk: count, test: count}, func(logbuf.Topic) bool { return true })
	r.apply(cfg)
	return r
}

func (r *rig) ref() uint32 { r.refs++; return r.refs }

func (r *rig) apply(cfg phones.Config) { r.do(apply{&cfg}) }

// do is one step; what must always hold is checked after it.
func (r *rig) do(in Input) {
	r.t.Helper()
	effects := r.c.step(r.now, in)
	if r.keep {
		kept := slices.Clone(effects)
		for i, e := range kept {
			if e.view != nil {
				now := e.view.clone() // which is good until the next step
				kept[i].view = &now
			}
		}
		r.all = append(r.all, kept)
	}
	for _, e := range effects {
		switch {
		case e.view != nil && e.view.Gone:
			delete(r.views, e.view.Device)
			r.gone[e.view.Device] = true
		case e.view != nil:
			r.views[e.view.Device] = e.view.clone()
		case e.done != nil:
			e.done(e.code)
		case e.forwarded:
			r.forwards = append(r.forwards, e.dn.String()+" "+e.number)
		case e.topic != "":
			r.debug = append(r.debug, e.text)
		case !e.phone:
			r.lines[e.number] = e.line
		}
	}
	check(r.t, r.c)
}

// wait lets time pass, timer by timer.
func (r *rig) wait(d time.Duration) {
	r.t.Helper()
	end := r.now.Add(d)
	for {
		at, ok := r.c.next()
		if !ok || at.After(end) {
			break
		}
		if at.After(r.now) {
			r.now = at
		}
		r.do(nil)
	}
	r.now = end
	r.do(nil)
}

// phone puts an SCCP phone in service with buttons as `button` writes them.
func (r *rig) phone(tag int, buttons ...string) phones.Device {
	r.t.Helper()
	s := phones.Spec{Model: "7960", Primary: 1, FeatureRingDnD: true, PagingMulticast: true}
	r.registerPhone(tag, s, buttons...)
	return ephone(tag)
}

func (r *rig) registerPhone(tag int, s phones.Spec, buttons ...string) {
	r.t.Helper()
	for _, text := range buttons {
		b, err := phones.ParseButton(text)
		if err != nil {
			r.t.Fatalf("%v", err)
		}
		line := phones.SpecLine{Button: b.Number, Sep: b.Sep, Of: b.Of}
		for _, dn := range b.DNs {
			line.DNs = append(line.DNs, phones.DNID{Tag: dn})
		}
		s.Lines = append(s.Lines, line)
	}
	if s.Primary == 0 {
		s.Primary = 1
	}
	r.do(Registered{ephone(tag), s})
}

// sipPhone puts a SIP phone in service, with one line.
func (r *rig) sipPhone(tag, dn int) phones.Device {
	r.t.Helper()
	r.do(Registered{pool(tag), phones.Spec{Primary: 1, CallWaiting: true,
		Lines: []phones.SpecLine{{Button: 1, Sep: phones.Normal, DNs: []phones.DNID{{SIP: true, Tag: dn}}}}}})
	return pool(tag)
}

// dials lifts the handset and presses keys.
func (r *rig) dials(d phones.Device, number string) {
	r.t.Helper()
	r.do(OffHook{Device: d})
	r.keys(d, number)
}

func (r *rig) keys(d phones.Device, number string) {
	r.t.Helper()
	for i := range len(number) {
		r.do(Digit{Device: d, Digit: number[i]})
	}
}

// call is the only call of a device.
func (r *rig) call(d phones.Device) CallView {
	r.t.Helper()
	v := r.views[d]
	if len(v.Calls) != 1 {
		r.t.Fatalf("%v has %d calls, want one: %+v", d, len(v.Calls), v.Calls)
	}
	return v.Calls[0]
}

// states are those of a device's calls.
func (r *rig) states(d phones.Device) []State {
	var s []State
	for _, k := range r.views[d].Calls {
		s = append(s, k.State)
	}
	return s
}

// want compares the states of a device's calls.
func (r *rig) want(d phones.Device, states ...State) {
	r.t.Helper()
	if got := r.states(d); !slices.Equal(got, states) {
		r.t.Fatalf("%v has calls in states %v, want %v", d, got, states)
	}
}

// trunk is the only trunk call.
func (r *rig) trunk() phones.Device {
	r.t.Helper()
	var found phones.Device
	for d := range r.views {
		if d.Kind == phones.TrunkDevice {
			if found.Kind != 0 {
				r.t.Fatalf("more than one trunk call")
			}
			found = d
		}
	}
	if found.Kind == 0 {
		r.t.Fatalf("no trunk call")
	}
	return found
}

func media(port uint16) Media {
	return Media{Addr: netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), port), Codecs: G711u | G729}
}

// lab has ephone-dns 1-4 (2001-2004, dual-line), single-line dns 5 and 6 (2005, 2006)
// and voice register dns 1 and 2 (2101, 2102).
func lab(change ...func(*phones.Config)) phones.Config {
	cfg := phones.Config{Telephony: phones.Telephony{On: true, DirectedPickup: true, TransferSystem: "full-consult"}}
	for i := 1; i <= 6; i++ {
		channels := 2
		if i > 4 {
			channels = 1
		}
		cfg.EphoneDNs = append(cfg.EphoneDNs, phones.EphoneDN{
			Tag: i, Number: "200" + string(rune('0'+i)), Channels: channels, Huntstop: true, SecondPreference: 9,
			Forward: phones.Forward{MaxLength: -1},
		})
	}
	for i := 1; i <= 2; i++ {
		cfg.DNs = append(cfg.DNs, phones.DN{Tag: i, Number: "210" + string(rune('0'+i))})
	}
	for _, f := range change {
		f(&cfg)
	}
	return cfg
}
