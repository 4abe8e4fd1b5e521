package call

import (
	"testing"
	"time"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/presence"
)

// huntRig has phones 1 to 4 with 2001 to 2004 and SIP phones 1 and 2 with 2101 and 2102, and
// a hunt group with the pilot number 3000. Phone 4 calls.
func huntRig(t *testing.T, g phones.HuntGroup) (*rig, []phones.Device) {
	g.Tag, g.Pilot, g.Name = 1, "3000", "Sales"
	r := newRig(t, lab(func(c *phones.Config) { c.HuntGroups = []phones.HuntGroup{g} }))
	var all []phones.Device
	for i := range 4 {
		all = append(all, r.phone(i+1, "1:"+string(rune('1'+i))))
	}
	return r, append(all, r.sipPhone(1, 1), r.sipPhone(2, 2))
}

// ringing names the numbers that ring.
func (r *rig) ringing(all []phones.Device) (numbers []string) {
	for _, d := range all {
		for _, k := range r.views[d].Calls {
			if k.State == RingIn || k.State == Waiting {
				numbers = append(numbers, k.Called.Number)
			}
		}
	}
	return numbers
}

func (r *rig) rings(all []phones.Device, want ...string) {
	r.t.Helper()
	got := r.ringing(all)
	if len(got) != len(want) {
		r.t.Fatalf("%v ring, want %v", got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			r.t.Fatalf("%v ring, want %v", got, want)
		}
	}
}

func TestHuntSequential(t *testing.T) {
	r, p := huntRig(t, phones.HuntGroup{Members: []string{"2001", "*", "2002", "2101"}, Final: "2003", Timeouts: []time.Duration{8 * time.Second, 0, 5 * time.Second, 4 * time.Second}})
	r.dials(p[3], "3000")
	r.rings(p, "2001")
	if k := r.call(p[0]); k.Redirecting.Number != "3000" || k.Original.Name != "Sales" {
		t.Errorf("the member sees that the call was for %+v, %+v", k.Original, k.Redirecting)
	}
	r.wait(7 * time.Second)
	r.rings(p, "2001")
	r.wait(time.Second)
	r.rings(p, "2002")
	r.wait(5 * time.Second)
	r.do(Alerting{Device: p[4]})
	r.rings(p, "2101")
	r.want(p[3], RingOut)
	r.do(Reject{Device: p[4], Ref: r.call(p[4]).Ref, Code: 486}) // refuses
	r.rings(p, "2003")
	r.do(Answer{Device: p[2]})
	r.want(p[2], Connected)
	r.want(p[3], Connected)
	r.do(OnHook{Device: p[3]})
	r.dials(p[3], "3000")
	r.rings(p, "2001") // always from the first
}

// TestHuntMembers: whose phone is busy, in DnD or gone is passed over, and what forwards their
// own calls does not count.
func TestHuntMembers(t *testing.T) {
	r, p := huntRig(t, phones.HuntGroup{Members: []string{"2001", "2002", "2003", "2102"}, Present: phones.PresentIdle, Timeouts: []time.Duration{9 * time.Second}})
	r.do(ForwardAll{Device: p[2], Number: "2004"})
	r.do(DnD{Device: p[0], On: true})
	r.do(OffHook{Device: p[1]})
	r.dials(p[3], "3000")
	r.rings(p, "2003")
	r.do(DnD{Device: p[2], Toggle: true}) // its DND key passes the call on
	r.rings(p, "2102")
	r.wait(9 * time.Second)
	r.want(p[3], Congestion) // there is no final number
	r.do(OnHook{Device: p[3]})
	r.do(Gone{p[5]})
	r.do(DnD{Device: p[2], On: true})
	r.dials(p[3], "3000")
	r.want(p[3], Busy)
}

func TestHuntPeer(t *testing.T) {
	r, p := huntRig(t, phones.HuntGroup{Kind: phones.Peer, Members: []string{"2001", "2002", "2003"}, Hops: 2, Timeouts: []time.Duration{5 * time.Second}, Final: "2101"})
	r.dials(p[3], "3000")
	r.rings(p, "2001")
	r.wait(5 * time.Second)
	r.rings(p, "2002")
	r.wait(5 * time.Second)
	r.rings(p, "2101")
	r.do(OnHook{Device: p[3]})
	r.dials(p[3], "3000")
	r.rings(p, "2003") // behind the one that rang last
	r.wait(5 * time.Second)
	r.rings(p, "2001")
}

func TestHuntLongestIdle(t *testing.T) {
	r, p := huntRig(t, phones.HuntGroup{Kind: phones.LongestIdle, Members: []string{"2001", "2002", "2003"}})
	for i, first := range []string{"2001", "2002", "2003", "2001"} {
		r.dials(p[3], "3000")
		r.rings(p, first)
		r.do(Answer{Device: p[i%3]})
		r.wait(time.Minute)
		r.do(OnHook{Device: p[i%3]})
		r.do(OnHook{Device: p[3]})
	}
	r.dials(p[3], "3000") // 2002 rings and does not answer: it stays the first
	r.rings(p, "2002")
	r.do(OnHook{Device: p[3]})
	r.dials(p[3], "3000")
	r.rings(p, "2002")
}

func TestHuntParallel(t *testing.T) {
	r, p := huntRig(t, phones.HuntGroup{Voice: true, Kind: phones.Parallel, Members: []string{"2001", "2002", "2101", "2102"}, Final: "2003", Timeouts: []time.Duration{20 * time.Second}})
	r.do(OffHook{Device: p[1]})
	r.keys(p[1], "9") // dialling, yet its second channel is free
	r.dials(p[3], "3000")
	r.rings(p, "2001", "2002", "2101", "2102")
	r.do(Reject{Device: p[4], Ref: r.call(p[4]).Ref, Code: 486})
	r.rings(p, "2001", "2002", "2102")
	for _, number := range []string{"2001", "2002", "2102"} {
		if r.lines[number].State != presence.Busy {
			t.Errorf("%s rings and is not busy: %+v", number, r.lines[number])
		}
	}
	r.do(Answer{Device: p[5], Media: media(9)})
	r.rings(p)
	r.want(p[5], Connected)
	r.want(p[3], Connected)
	r.want(p[0])
	if len(r.views[p[0]].Elsewhere) != 1 {
		t.Errorf("phone 1 is not told that another has taken the call: %+v", r.views[p[0]])
	}
	r.do(OnHook{Device: p[3]})
	r.dials(p[3], "3000")
	r.rings(p, "2001", "2002", "2101", "2102")
	r.wait(20 * time.Second)
	r.rings(p, "2003")
	r.do(OnHook{Device: p[3]})
	r.rings(p)
}

// TestHuntLimits: `max-timeout` ends the search, `max-redirect` a chain of groups, and `no forward
// local-calls` leaves a call from here with the first member.
func TestHuntLimits(t *testing.T) {
	r, p := huntRig(t, phones.HuntGroup{Members: []string{"2001", "2002", "2003"}, Timeouts: []time.Duration{10 * time.Second}, MaxTimeout: 15 * time.Second, Final: "2101"})
	r.dials(p[3], "3000")
	r.wait(10 * time.Second)
	r.rings(p, "2002")
	r.wait(5 * time.Second)
	r.rings(p, "2101")

	r, p = huntRig(t, phones.HuntGroup{Members: []string{"2001", "2002"}, Timeouts: []time.Duration{5 * time.Second}, Final: "3000"}) // which is its own
	r.dials(p[3], "3000")
	r.wait(33 * time.Second)
	r.rings(p, "2001")
	r.wait(2 * time.Second) // ten redirects: seven members that rang in vain and the final number three times
	r.want(p[3], Congestion)

	r, p = huntRig(t, phones.HuntGroup{Members: []string{"2001", "2002"}, Timeouts: []time.Duration{5 * time.Second}, LocalStays: true, Final: "2003"})
	r.dials(p[3], "3000")
	r.wait(179 * time.Second)
	r.rings(p, "2001")
	r.wait(time.Second)
	r.want(p[3], Congestion)
}

// TestHuntFromOutside: who calls in by a trunk does not get out by another one because a member
// is there.
func TestHuntFromOutside(t *testing.T) {
	in := func(r *rig) phones.Device {
		r.count++
		d := phones.Device{Kind: phones.TrunkDevice, Tag: r.count}
		r.do(Dial{Device: d, Ref: r.ref(), Number: "3000", Media: media(7000), Calling: Party{"5551234", "Far"}, DialPeer: 100})
		return d
	}
	group := func(c *phones.Config) {
		c.HuntGroups = []phones.HuntGroup{{Voice: true, Tag: 1, Pilot: "3000", Members: []string{"1003", "2001"}}}
	}
	r := newRig(t, lab(trunks, group))
	p := r.phone(1, "1:1")
	d := in(r)
	r.rings([]phones.Device{p}, "2001")
	r.do(Gone{p})
	if k := r.call(d); k.Code == 0 {
		t.Errorf("it goes on: %+v", k)
	}
	r.do(Gone{d})
	r.apply(lab(trunks, group, func(c *phones.Config) { c.SIPToSIP = true }))
	in(r)
	out := 0
	for d, v := range r.views {
		if d.Kind == phones.TrunkDevice && v.Trunk != nil && v.Trunk.Target == trunkTarget {
			out++
		}
	}
	if out != 1 {
		t.Errorf("%d calls go out", out)
	}
}

// TestHuntRedirected: a member that forwards its calls by itself (302) does not take the call of
// the group with it.
func TestHuntRedirected(t *testing.T) {
	r, p := huntRig(t, phones.HuntGroup{Voice: true, Kind: phones.Parallel, Members: []string{"2001", "2101"}})
	r.dials(p[3], "3000")
	r.rings(p, "2001", "2101")
	r.do(Reject{Device: p[4], Ref: r.call(p[4]).Ref, Code: 302, To: "2003"})
	r.rings(p, "2001")
	r, p = huntRig(t, phones.HuntGroup{Voice: true, Members: []string{"2101", "2002"}})
	r.dials(p[3], "3000")
	r.do(Reject{Device: p[4], Ref: r.call(p[4]).Ref, Code: 302, To: "2003"})
	r.rings(p, "2002")
}

// TestHuntNotToFinal: `no forward local-calls to-final` of a voice hunt-group keeps a local call
// with the members, all of them.
func TestHuntNotToFinal(t *testing.T) {
	for kind, want := range map[phones.HuntKind][]string{phones.Sequential: {"2001"}, phones.Parallel: {"2001", "2002"}} {
		r, p := huntRig(t, phones.HuntGroup{Voice: true, Kind: kind, Members: []string{"2001", "2002"}, Timeouts: []time.Duration{5 * time.Second}, LocalStays: true, Final: "2003"})
		r.dials(p[3], "3000")
		r.rings(p, want...)
		r.wait(5 * time.Second)
		if kind == phones.Sequential {
			r.rings(p, "2002")
			r.wait(5 * time.Second)
		}
		r.want(p[3], Congestion)
		r.do(OnHook{Device: p[3]})
		r.do(DnD{Device: p[0], On: true})
		r.do(DnD{Device: p[1], On: true})
		r.dials(p[3], "3000")
		r.want(p[3], Busy)
	}
}

// TestHuntTransfer: a call is transferred to a parallel group while its own phone rings among
// the members, which it then does no more; nobody else rings: it is not.
func TestHuntTransfer(t *testing.T) {
	for _, members := range [][]string{{"2001", "2002"}, {"2001"}} {
		r, p := huntRig(t, phones.HuntGroup{Voice: true, Kind: phones.Parallel, Members: members})
		r.dials(p[0], "2004")
		r.do(Answer{Device: p[3]})
		r.do(Transfer{Device: p[3]})
		r.keys(p[3], "3000")
		r.rings(p, members...)
		r.do(Transfer{Device: p[3]})
		if len(members) == 1 {
			r.rings(p, "2001")
			continue
		}
		r.rings(p, "2002")
		r.want(p[3])
		r.do(Answer{Device: p[1]})
		r.want(p[0], Connected)
		r.want(p[1], Connected)
	}
}
