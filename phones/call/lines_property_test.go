package call

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/presence"
	"pgregory.net/rapid"
)

// believed derives the state of a number from what `show ephone-dn` would say.
func believed(s Snapshot, number string) presence.State {
	state := presence.Unknown
	primary := false
	for _, d := range s.DNs {
		primary = primary || d.Number == number
	}
	for _, d := range s.DNs {
		if d.Number != number && (primary || d.Secondary != number) || !d.InService {
			continue
		}
		state = max(state, presence.Idle)
		for _, ch := range d.Channels {
			if ch.State != 0 {
				state = presence.Busy
			}
		}
		if d.Parked.Ref != 0 || len(d.Paging) > 0 {
			state = presence.Busy
		}
	}
	return state
}

// Whatever happens in whatever order, what was published and shown last is what a
// look at everything says.
func TestLampsAreTheTruth(t *testing.T) {
	base := change(func(c *phones.Config) {
		c.Ephones[5].Buttons = button("1:9 2m2 3w1 4m1 5w3 6m21 7w5 8m22")
		c.Ephones[3].PagingDN, c.Ephones[4].PagingDN = 22, 22
		c.EphoneDNs[5].Secondary = "3006"
		c.EphoneDNs[4].Forward = phones.Forward{NoAnswer: "2006", Timeout: 10 * time.Second, MaxLength: -1}
	})
	other := change(func(c *phones.Config) {
		c.Ephones[0].Buttons, c.Ephones[5].Buttons = button("1:2 2o1,4 3x2"), button("1:9 2m3 3w2")
		c.EphoneDNs = c.EphoneDNs[1:]
		c.Ephones[1].AutoLine.Button = 2
	})
	tags := []int{1, 2, 3, 4, 5, 9}
	numbers := []string{"2001", "2002", "2003", "2005", "2006", "3006", "2009", "701", "801", "901", "902", "2101", "4711"}
	rapid.Check(t, func(t *rapid.T) {
		o := newOffice(nil, base)
		o.plug(tags...)
		tag := rapid.SampledFrom(tags)
		number := rapid.SampledFrom(numbers)
		// ref is mostly a call of the device.
		ref := func(d phones.Device) uint32 {
			calls := o.views[d].Calls
			if len(calls) == 0 || rapid.IntRange(0, 4).Draw(t, "other ref") == 0 {
				return uint32(rapid.IntRange(0, int(o.refs)).Draw(t, "ref"))
			}
			return calls[rapid.IntRange(0, len(calls)-1).Draw(t, "call")].Ref
		}
		device := func() phones.Device { return ephone(tag.Draw(t, "tag")) }
		act := func(f func(d phones.Device) Input) func(*rapid.T) {
			return func(*rapid.T) { o.do(f(device())) }
		}
		btn := func() int { return rapid.IntRange(0, 9).Draw(t, "button") }
		t.Repeat(map[string]func(*rapid.T){
			"": func(t *rapid.T) {
				s := o.core.snapshot(o.now)
				for _, n := range numbers {
					line, phone := o.core.states(n)
					if line != o.lines[n] || phone != o.phone[n] {
						t.Fatalf("%s: published %v and %v, truth is %v and %v", n, o.lines[n], o.phone[n], line, phone)
					}
					if got := believed(s, n); got != line.State {
						t.Fatalf("%s is %v, its channels say %v", n, line, got)
					}
					if line.State == presence.Unknown && line != (presence.Line{}) {
						t.Fatalf("%s is unknown and %+v", n, line)
					}
				}
				for _, d := range o.core.sorted {
					got, want := o.views[d.id], o.core.view(d)
					if !reflect.DeepEqual(got.Lines, want.Lines) || !reflect.DeepEqual(got.Calls, want.Calls) || got.DnD != want.DnD {
						t.Fatalf("%v was shown\n%+v\ntruth is\n%+v", d.id, got, want)
					}
				}
			},
			"off hook":  act(func(d phones.Device) Input { return OffHook{Device: d, Button: btn()} }),
			"new call":  act(func(d phones.Device) Input { return OffHook{Device: d, Button: btn(), New: true} }),
			"on hook":   act(func(d phones.Device) Input { return OnHook{Device: d} }),
			"end call":  act(func(d phones.Device) Input { return OnHook{Device: d, Ref: ref(d)} }),
			"dial":      act(func(d phones.Device) Input { return Dial{Device: d, Button: btn(), Number: number.Draw(t, "number")} }),
			"dial on":   act(func(d phones.Device) Input { return Dial{Device: d, Ref: ref(d), Number: number.Draw(t, "number")} }),
			"answer":    act(func(d phones.Device) Input { return Answer{Device: d, Ref: ref(d)} }),
			"hold":      act(func(d phones.Device) Input { return Hold{Device: d, Ref: ref(d)} }),
			"resume":    act(func(d phones.Device) Input { return Resume{Device: d, Ref: ref(d)} }),
			"transfer":  act(func(d phones.Device) Input { return Transfer{Device: d, Ref: ref(d)} }),
			"confer":    act(func(d phones.Device) Input { return Conference{Device: d, Ref: ref(d)} }),
			"meet me":   act(func(d phones.Device) Input { return MeetMe{Device: d, Button: btn()} }),
			"park":      act(func(d phones.Device) Input { return Park{Device: d, Ref: ref(d)} }),
			"pick up":   act(func(d phones.Device) Input { return Pickup{Device: d, Number: number.Draw(t, "number")} }),
			"refuse":    act(func(d phones.Device) Input { return Reject{Device: d, Ref: ref(d), Code: 486} }),
			"dnd":       act(func(d phones.Device) Input { return DnD{Device: d, Toggle: true} }),
			"gone":      act(func(d phones.Device) Input { return Gone{Device: d} }),
			"plug":      func(*rapid.T) { o.plug(tag.Draw(t, "tag")) },
			"pool":      func(*rapid.T) { o.plugSIP(1) },
			"pool gone": func(*rapid.T) { o.do(Gone{pool(1)}) },
			"configure": func(*rapid.T) { o.configure([]phones.Config{base, other}[rapid.IntRange(0, 1).Draw(t, "config")]) },
			"test": func(*rapid.T) {
				// Cleared at once: what was driven must not stay.
				n := number.Draw(t, "number")
				o.do(Test{n, "busy"})
				o.do(Test{n, "clear"})
			},
			"wait": func(*rapid.T) { o.after(time.Duration(rapid.IntRange(0, 30).Draw(t, "seconds")) * time.Second) },
		})
		// Everybody leaves: nothing stays lit.
		o.unplug(tags...)
		o.do(Gone{pool(1)})
		o.after(24 * time.Hour)
		for _, n := range numbers {
			want := presence.Unknown
			if n[0] == '7' || n[0] == '8' || n[0] == '9' {
				want = presence.Idle
			}
			if got := o.lines[n]; got != (presence.Line{State: want}) {
				t.Fatalf("%s is %+v when all phones are gone", n, got)
			}
		}
		if left := fmt.Sprint(len(o.core.calls), len(o.core.legs), len(o.core.sorted)); left != "0 0 0" {
			t.Fatalf("calls, legs and devices left: %s", left)
		}
	})
}
