package trust

import (
	"context"
	"net/netip"
	"testing"
)

func TestCheck(t *testing.T) {
	phone := netip.MustParseAddr("10.0.0.9")
	l := New(func(a netip.Addr) bool { return a == phone })
	c := Config{
		Listing: true, Authenticate: true, Server: netip.MustParseAddr("10.0.0.6"),
		List: []netip.Prefix{netip.MustParsePrefix("192.168.1.1/32"), netip.MustParsePrefix("192.168.2.7/24")},
		Peers: []Peer{
			{Tag: 1, Target: netip.MustParseAddrPort("10.0.0.5:5060")},
			{Tag: 2, Target: netip.MustParseAddrPort("10.0.0.4:5070"), Up: true},
			{Tag: 3, Target: netip.MustParseAddrPort("10.0.0.4:5060"), Up: true},
		},
	}
	apply := func(c Config) {
		if err := l.Apply(context.Background(), Config{}, c); err != nil {
			t.Fatal(err)
		}
	}
	wants := map[string]By{
		"10.0.0.4": ByPeer, "::ffff:10.0.0.4": ByPeer, "10.0.0.5": Nobody, "10.0.0.6": ByServer, "10.0.0.9": ByPhone,
		"192.168.1.1": ByList, "192.168.1.2": Nobody, "192.168.2.200": ByList, "192.168.3.1": Nobody, "2001:db8::1": Nobody,
	}
	apply(c)
	for a, want := range wants {
		if got := l.Check(netip.MustParseAddr(a)); got != want {
			t.Errorf("%s: %d, want %d", a, got, want)
		}
	}
	if a, b := l.Peer(netip.MustParseAddr("10.0.0.4")), l.Peer(netip.MustParseAddr("10.0.0.5")); a != 2 || b != 0 {
		t.Errorf("dial-peers %d, %d", a, b)
	}
	for _, off := range []func(*Config){func(c *Config) { c.Listing = false }, func(c *Config) { c.Authenticate = false }} {
		open := c
		off(&open)
		apply(open)
		for a := range wants {
			if got := l.Check(netip.MustParseAddr(a)); got != Anybody {
				t.Errorf("%s without a list in force: %d", a, got)
			}
		}
	}
}

func TestCauses(t *testing.T) {
	for word, want := range map[string][2]int{"call-reject": {21, 403}, "invalid-number": {28, 484}, "unassigned-number": {1, 404}, "user-busy": {17, 486}, "": {21, 403}} {
		if c := CauseNamed(word); c.Q850 != want[0] || c.Status() != want[1] {
			t.Errorf("%s: %v %d", word, c, c.Status())
		}
	}
}
