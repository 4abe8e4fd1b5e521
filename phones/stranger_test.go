package phones

import (
	"net/netip"
	"testing"
)

// Whoever knows the number of a phone that named its MAC cannot ask for, change
// or remove its contacts, nor pass for it.
func TestStrangerAtAPoolWithMAC(t *testing.T) {
	named := func(reg Registration) Registration {
		reg.Contacts[0].Params = ";device-name=SEP00156247EF90"
		return reg
	}
	stranger := netip.MustParseAddrPort("6.6.6.6:5060")
	query := func(r Registration) Registration { r.Contacts, r.Expires = nil, -1; return r }
	star := func(r Registration) Registration { r.Star, r.Contacts, r.Expires = true, nil, 0; return r }
	tests := []struct {
		name   string
		number string
		src    string
		change func(Registration) Registration // of a REGISTER for the phone's own contact
		code   int
	}{
		{"query", "2101", "6.6.6.6:5060", query, 403},
		{"remove", "2101", "6.6.6.6:5060", func(r Registration) Registration { r.Expires = 0; return r }, 403},
		{"remove all", "2101", "6.6.6.6:5060", star, 403},
		{"refresh", "2101", "6.6.6.6:5060", func(r Registration) Registration { return r }, 403},
		{"add", "2101", "6.6.6.6:5060", func(r Registration) Registration {
			r.Contacts[0] = contactOf("2101", "6.6.6.6", 5060)
			return r
		}, 403},
		{"the phone's other line", "2103", "6.6.6.6:5060", func(r Registration) Registration { return r }, 403},
		{"another port of the phone's address", "2101", "10.1.1.1:5099", query, 403},
		{"the phone, not named this time: query", "2101", "10.1.1.1:5060", query, 200},
		{"the phone, not named this time: remove all", "2101", "10.1.1.1:5060", star, 200},
		{"the phone at another address", "2101", "10.1.1.7:5060", named, 200},
	}
	for _, squatted := range []bool{false, true} {
		for _, tt := range tests {
			h := start(t, guide())
			if squatted { // the stranger came before the phone
				reg := h.request("2101", "6.6.6.6", 600)
				if got := h.code(reg); got != 200 {
					t.Fatalf("a pool that nobody holds: %d", got)
				}
				if got := h.code(query(reg)); got != 200 {
					t.Errorf("its own query: %d", got)
				}
				other := query(reg)
				other.Source = netip.MustParseAddrPort("7.7.7.7:5060")
				if got := h.code(other); got != 403 {
					t.Errorf("another's query: %d", got)
				}
			}
			h.must(named(h.request("2101", "10.1.1.1", 600)))
			reg := h.request(tt.number, "10.1.1.1", 600)
			reg.CallID, reg.Source = "other", netip.MustParseAddrPort(tt.src)
			if got := h.code(tt.change(reg)); got != tt.code {
				t.Errorf("%s: %d, want %d", tt.name, got, tt.code)
			}
			if tt.code == 403 && !h.settled().has("2101") {
				t.Errorf("%s: the phone is out of service", tt.name)
			}
			if _, ok := h.FindWatcher("2101", stranger, "10.1.1.1:5060"); tt.code == 403 && ok != squatted {
				t.Errorf("%s: the stranger is a watcher: %t", tt.name, ok)
			}
			h.stop()
		}
	}
}

// A password says more than a MAC.
func TestPasswordOpensAPoolWithMAC(t *testing.T) {
	cfg := guide()
	cfg.AuthenticateRegister = true
	cfg.Pools[0].Username, cfg.Pools[0].Password = "pool1", "lab"
	h := start(t, cfg)
	defer h.stop()
	for _, host := range []string{"10.1.1.1", "10.1.1.2"} {
		reg := h.request("2101", host, 600)
		reg.Authenticated = "pool1"
		if host == "10.1.1.1" {
			reg.Contacts[0].Params = ";device-name=SEP00156247EF90"
		}
		if got := h.code(reg); got != 200 {
			t.Errorf("from %s: %d", host, got)
		}
	}
}
