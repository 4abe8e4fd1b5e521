package call

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/busylamp/busylamp/phones"
)

var trunkTarget = netip.MustParseAddrPort("192.0.2.9:5060")

func TestPatternMatch(t *testing.T) {
	for _, tt := range []struct {
		pattern, number string
		want            verdict
	}{
		{"1...", "1", more}, {"1...", "100", more}, {"1...", "1003", complete}, {"1...", "10034", impossible}, {"1...", "2", impossible},
		{"9T", "9", openEnd}, {"9T", "95551234", openEnd}, {"9T", "8", impossible}, {".T", "5", openEnd},
		{"[2-4]1", "31", complete}, {"[2-4]1", "51", impossible}, {"[^2-4]1", "51", complete}, {"[259]1", "91", complete},
		{"+1408...", "1408555", complete}, {"9,011T", "9011", openEnd}, {"9,1..", "912", more}, {"*7#", "*7#", complete},
		{"(20)1$", "201", complete}, {"A.", "A1", complete},
	} {
		p, ok := parsePattern(tt.pattern)
		if got := p.match(tt.number); !ok || got != tt.want {
			t.Errorf("%s with %s: %d, want %d", tt.pattern, tt.number, got, tt.want)
		}
	}
	if extension(&phones.DialplanPattern{Length: 5}, "2001") != "" {
		t.Error("an extension longer than the number")
	}
	for _, bad := range []string{"", "[12", "2x", "+", ","} {
		if _, ok := parsePattern(bad); ok {
			t.Errorf("%q is taken for a pattern", bad)
		}
	}
}

// A number that matches stops matching or stays, whatever is dialled before it: each
// of its beginnings must not be impossible, or it could never be dialled.
func TestWhatMatchesCanBeDialled(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`[0-9.]{1,6}(\[[0-9]-[0-9]\])?T?`).Draw(t, "pattern")
		p, ok := parsePattern(pattern)
		if !ok {
			t.Fatalf("%s is no pattern", pattern)
		}
		number := rapid.StringMatching(`[0-9]{1,9}`).Draw(t, "number")
		if v := p.match(number); v != complete && v != openEnd {
			return
		}
		for i := range number {
			if p.match(number[:i]) == impossible || p.match(number[:i]) == complete {
				t.Fatalf("%s: %s leads nowhere, %s does", pattern, number[:i], number)
			}
		}
	})
}

func TestTargets(t *testing.T) {
	r := newRig(t, lab(func(c *phones.Config) {
		c.EphoneDNs[1].Number, c.EphoneDNs[1].Preference = "2001", 2 // dns 1, 2 and 3 have 2001
		c.EphoneDNs[2].Number, c.EphoneDNs[2].Preference = "2001", 1
		c.EphoneDNs[3].Secondary = "2001" // preference 9
		c.EphoneDNs[4].Number = "20.."
		c.DNs[0].Number = "+4989123"
		c.Telephony.DialplanPatterns = []phones.DialplanPattern{
			{Tag: 1, Pattern: "408555....", Length: 4}, {Tag: 2, Pattern: "51055512..", Length: 4, ExtensionPattern: "20.."}}
		c.DialPeers = []phones.DialPeer{
			{Tag: 7, Pattern: "2...", Target: trunkTarget}, {Tag: 5, Pattern: "1...", Target: trunkTarget, Preference: 2},
			{Tag: 6, Pattern: "1...", Target: trunkTarget}, {Tag: 8, Pattern: "1...", Target: trunkTarget, Shutdown: true},
			{Tag: 9, Pattern: "1...", Preference: 1}, // no session target
			{Tag: 10, Pattern: "200[6]", Target: trunkTarget}, {Tag: 11, Pattern: "20..", Target: trunkTarget},
		}
	}))
	for number, want := range map[string]string{
		"2001":       "DN 1, DN 3, DN 2, DN 4, DN 5, peer 11, peer 7", // 4 explicit digits, then 2, then 1
		"2006":       "DN 6, peer 10, DN 5, peer 11, peer 7",          // local before trunk
		"1003":       "peer 6, peer 5",
		"4085552006": "DN 6",
		"5105551206": "DN 6",
		"4085559999": "",
		"4989123":    "register dn 1",
		"+4989123":   "register dn 1",
		"3":          "",
	} {
		var got []string
		for _, target := range r.c.targets(number) {
			if target.peer != nil {
				got = append(got, fmt.Sprintf("peer %d", target.peer.Tag))
			} else {
				got = append(got, target.dn.id.String())
			}
		}
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("%s leads to %q, want %q", number, s, want)
		}
	}
}

func TestDigitsAreSentWhenComplete(t *testing.T) {
	for _, tt := range []struct {
		name, keys string
		wait       time.Duration
		want       State
	}{
		{"no more digits possible", "2002", 0, RingOut},
		{"a longer number exists", "2001", 0, Dialing},
		{"after the interdigit time", "2001", 10 * time.Second, RingOut},
		{"at once with #", "2001#", 0, RingOut},
		{"longer", "20015", 0, RingOut},
		{"too few", "20", 9 * time.Second, Dialing},
		{"too few, then nothing", "20", 10 * time.Second, NoSuchNumber},
		{"nowhere", "7", 0, NoSuchNumber},
		{"T waits", "91", 0, Dialing},
		{"T goes on", "912345", 10 * time.Second, Proceeding},
		{"T and #", "912345#", 0, Proceeding},
		{"T does not delay an exact number", "9001", 0, RingOut},
		{"dialplan-pattern", "4085552002", 0, RingOut},
		{"with a + that nobody can dial", "49891", 0, RingOut},
		{"dialplan-pattern without a number", "4085559999", 0, NoSuchNumber},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, lab(func(c *phones.Config) {
				c.EphoneDNs[4].Number, c.EphoneDNs[5].Number = "20015", "9001"
				c.EphoneDNs[2].Number = "+49891"
				c.DialPeers = []phones.DialPeer{{Tag: 1, Pattern: "9T", Target: trunkTarget}}
				c.Telephony.DialplanPatterns = []phones.DialplanPattern{{Tag: 1, Pattern: "408555....", Length: 4}}
			}))
			a := r.phone(1, "1:4")
			r.phone(2, "1:1", "2:2", "3:5", "4:6", "5:3")
			r.dials(a, tt.keys)
			r.wait(tt.wait)
			r.want(a, tt.want)
			r.hangUpAll()
			r.quiet()
		})
	}
}

func TestBackspace(t *testing.T) {
	r := newRig(t, lab())
	a := r.phone(1, "1:1")
	r.phone(2, "1:2")
	r.dials(a, "2003"[:3])
	r.do(Backspace{Device: a})
	if got := r.call(a).Dialed; got != "20" {
		t.Fatalf("dialled %s", got)
	}
	r.keys(a, "02")
	r.want(a, RingOut)
	r.do(Backspace{Device: a}) // too late
	r.want(a, RingOut)
}

func TestRedialAndDial(t *testing.T) {
	r := newRig(t, lab())
	a, b := r.phone(1, "1:1", "2:3"), r.phone(2, "1:2")
	r.do(Redial{Device: a})
	r.want(a) // nothing was dialled yet
	r.do(Dial{Device: a, Number: "2002"})
	r.want(b, RingIn)
	r.do(OnHook{Device: a})
	r.do(Redial{Device: a, Button: 2})
	if k := r.call(b); k.Calling.Number != "2003" {
		t.Fatalf("called by %v", k.Calling)
	}
	r.do(OnHook{Device: a})
	r.do(OffHook{Device: a}) // dial tone, then a speed dial
	r.do(Dial{Device: a, Number: "2002"})
	r.want(a, RingOut)
	r.do(OnHook{Device: a})
	r.do(Dial{Device: a, Number: strings.Repeat("1", 40)})
	r.want(a, NoSuchNumber)
}

func TestFeatureAccessCodes(t *testing.T) {
	cfg := lab(func(c *phones.Config) {
		c.Telephony.FAC = true
		c.Telephony.FACs = []phones.FAC{{Name: "dnd", Code: "*54"}}
		c.Telephony.Voicemail = "2002"
		c.EphoneDNs[0].PickupGroup, c.EphoneDNs[1].PickupGroup, c.EphoneDNs[2].PickupGroup = "1", "1", "12"
	})
	setup := func(t *testing.T) (*rig, phones.Device, phones.Device, phones.Device) {
		r := newRig(t, cfg)
		return r, r.phone(1, "1:1"), r.phone(2, "1:2"), r.phone(3, "1:3")
	}
	t.Run("callfwd", func(t *testing.T) {
		r, a, b, x := setup(t)
		r.dials(a, "**12002")
		if k := r.call(a); k.Tone != ToneConfirm {
			t.Fatalf("tone %d", k.Tone)
		}
		r.wait(confirmFor)
		r.want(a)
		r.dials(x, "2001")
		r.want(b, RingIn)
		r.do(OnHook{Device: x})
		r.dials(a, "**2")
		r.wait(confirmFor)
		r.dials(x, "2001")
		r.want(a, RingIn)
	})
	t.Run("dnd with a code of its own", func(t *testing.T) {
		r, a, _, _ := setup(t)
		r.dials(a, "**7")
		r.want(a, NoSuchNumber)
		r.do(OnHook{Device: a})
		r.dials(a, "*54")
		if !r.views[a].DnD {
			t.Fatal("not DnD")
		}
	})
	t.Run("voicemail and redial", func(t *testing.T) {
		r, a, b, _ := setup(t)
		r.dials(a, "**9")
		r.want(b, RingIn)
		r.do(OnHook{Device: a})
		r.dials(a, "**8")
		r.want(b, RingIn)
	})
	t.Run("pickup", func(t *testing.T) {
		r, a, b, x := setup(t)
		r.dials(x, "2002")
		r.want(b, RingIn)
		r.dials(a, "**3")
		r.want(a, Connected)
		r.want(b)
		r.do(OnHook{Device: a})
		r.dials(a, "**52003") // nothing rings there
		r.want(a, Congestion)
		r.do(OnHook{Device: a})
		r.dials(a, "2003")
		r.dials(b, "**4")
		r.want(b, Dialing)
		r.keys(b, "12")
		r.want(b, Connected)
		r.want(a, Connected)
	})
	t.Run("off", func(t *testing.T) {
		r := newRig(t, lab())
		a := r.phone(1, "1:1")
		r.dials(a, "*")
		r.want(a, NoSuchNumber)
	})
}

func TestGroupVerdict(t *testing.T) {
	r := newRig(t, lab(func(c *phones.Config) {
		c.EphoneDNs[0].PickupGroup, c.EphoneDNs[1].PickupGroup, c.DNs[0].PickupGroup = "1", "12", "345"
	}))
	for number, want := range map[string]verdict{"*": complete, "1": openEnd, "12": complete, "34": more, "345": complete, "2": impossible} {
		if got := r.c.groupVerdict(number); got != want {
			t.Errorf("%s: %d, want %d", number, got, want)
		}
	}
}

func TestFactsOfTheCodes(t *testing.T) {
	names := []string{}
	for _, f := range facs(phones.Telephony{FAC: true, FACs: []phones.FAC{{Name: "park", Code: "*99"}}}) {
		names = append(names, f.name+" "+f.code)
	}
	if !slices.Contains(names, "park *99") || slices.Contains(names, "park **6") || !slices.Contains(names, "callfwd all **1") {
		t.Fatalf("%v", names)
	}
	if only := facs(phones.Telephony{FACs: []phones.FAC{{Name: "dnd", Code: "*54"}}}); len(only) != 1 {
		t.Fatalf("%v", only)
	}
}
