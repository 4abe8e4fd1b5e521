package cli

import (
	"net/netip"
	"testing"

	"pgregory.net/rapid"
)

func v4(s string) uint32 {
	b := netip.MustParseAddr(s).As4()
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
}

func TestPermits(t *testing.T) {
	c := Config{AccessLists: map[string][]AccessRule{
		"10": {
			{Addr: v4("10.1.1.7")},
			{Permit: true, Addr: v4("10.1.1.0"), Wild: v4("0.0.0.255")},
			{Permit: true, Addr: v4("192.0.2.1"), Log: true},
		},
		"any":   {{Permit: true, Wild: 1<<32 - 1}},
		"odd":   {{Permit: true, Addr: v4("10.0.0.1"), Wild: v4("0.255.0.254")}}, // odd hosts of 10.x.0
		"empty": nil,
	}}
	for _, x := range []struct {
		list, from string
		want       bool
	}{
		{"10", "10.1.1.7", false}, {"10", "10.1.1.8", true}, {"10", "10.1.2.8", false}, {"10", "192.0.2.1", true},
		{"10", "::ffff:10.1.1.8", true}, {"10", "2001:db8::1", false}, {"10", "", false}, {"10", "pipe", false},
		{"any", "203.0.113.1", true}, {"any", "2001:db8::1", false},
		{"odd", "10.77.0.3", true}, {"odd", "10.77.0.4", false}, {"odd", "10.77.1.3", false},
		{"empty", "10.9.9.9", true}, {"none", "10.9.9.9", true}, {"", "2001:db8::1", true},
	} {
		if got, _, _ := c.Permits(Line{AccessClass: x.list}, x.from, TransportSSH); got != x.want {
			t.Errorf("list %q, %q: %v", x.list, x.from, got)
		}
	}
}

// A rule of a prefix speaks of the addresses of that prefix and of no others.
func TestWildcardIsPrefix(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bits := rapid.IntRange(0, 32).Draw(t, "bits")
		base, from := rapid.Uint32().Draw(t, "base"), rapid.Uint32().Draw(t, "from")
		if rapid.Bool().Draw(t, "near") {
			from = base ^ from>>bits
		}
		of := func(a uint32) netip.Addr {
			return netip.AddrFrom4([4]byte{byte(a >> 24), byte(a >> 16), byte(a >> 8), byte(a)})
		}
		rule := AccessRule{Addr: base, Wild: uint32(1<<(32-bits) - 1)}
		if got, want := rule.matches(of(from), TransportTelnet), netip.PrefixFrom(of(base), bits).Contains(of(from)); got != want {
			t.Fatalf("%v/%d, %v: %v", of(base), bits, of(from), got)
		}
	})
}

// Each family is judged by its own list; who comes by IPv6 to a line that has one for IPv4 only
// is refused.
func TestPermitsByFamily(t *testing.T) {
	c := Config{
		AccessLists:  map[string][]AccessRule{"4": {{Permit: true, Wild: 1<<32 - 1, Except: TransportTelnet}}},
		AccessLists6: map[string][]AccessRule{"6": {{Permit: true, Prefix: netip.MustParsePrefix("2001:db8::/32")}}},
	}
	for _, x := range []struct {
		line Line
		from string
		via  Transport
		want bool
	}{
		{Line{AccessClass: "4"}, "192.0.2.1", TransportSSH, true},
		{Line{AccessClass: "4"}, "192.0.2.1", TransportTelnet, false},
		{Line{AccessClass: "4"}, "2001:db8::1", TransportSSH, false},
		{Line{AccessClass6: "6"}, "192.0.2.1", TransportTelnet, true},
		{Line{AccessClass6: "6"}, "2001:db8::1%eth0", TransportTelnet, true},
		{Line{AccessClass6: "6"}, "2001:db9::1", TransportSSH, false},
		{Line{AccessClass6: "6"}, "::ffff:192.0.2.1", TransportSSH, true},
		{Line{AccessClass: "4", AccessClass6: "6"}, "2001:db8::1", TransportTelnet, true},
		{Line{AccessClass: "4", AccessClass6: "none"}, "2001:db8::1", TransportTelnet, true},
	} {
		if got, _, _ := c.Permits(x.line, x.from, x.via); got != x.want {
			t.Errorf("%+v, %s by %s: %v", x.line, x.from, x.via, got)
		}
	}
}
