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
	for _, held := range []bool{true, false} {
		for _, tt := range tests {
			h := start(t, guide())
			code := tt.code
			if held {
				h.must(named(h.request("2101", "10.1.1.1", 600)))
			} else if tt.src == "10.1.1.1:5060" {
				code = 403 // it is not there yet
			}
			reg := h.request(tt.number, "10.1.1.1", 600)
			reg.CallID, reg.Source, reg.Hints = "other", netip.MustParseAddrPort(tt.src), nil
			if got := h.code(tt.change(reg)); got != code {
				t.Errorf("%s, held %t: %d, want %d", tt.name, held, got, code)
			}
			if code == 403 && h.settled().has("2101") != held {
				t.Errorf("%s, held %t: the phone is in service %t", tt.name, held, !held)
			}
			if _, ok := h.FindWatcher("2101", stranger, "10.1.1.1:5060"); ok {
				t.Errorf("%s, held %t: the stranger is a watcher", tt.name, held)
			}
			h.stop()
		}
	}
}

// Who is not trusted must name a MAC address, be where a pool says or have a password.
func TestWelcome(t *testing.T) {
	cfg := guide()
	cfg.DNs = append(cfg.DNs, DN{Tag: 4, Number: "2104"}, DN{Tag: 5, Number: "2105"}, DN{Tag: 6, Number: "2106"}, DN{Tag: 7, Number: "2107"})
	cfg.Pools = append(cfg.Pools,
		Pool{Tag: 3, IDIP: netip.MustParsePrefix("10.2.0.1/32"), Numbers: []PoolNumber{{1, 4}}},
		Pool{Tag: 4, IDNetwork: netip.MustParsePrefix("10.3.0.0/16"), Numbers: []PoolNumber{{1, 5}}},
		Pool{Tag: 5, DeviceID: "lobby", Numbers: []PoolNumber{{1, 6}}},
		Pool{Tag: 6, Numbers: []PoolNumber{{1, 7}}})
	secret := cfg
	secret.AuthenticateRegister = true
	secret.Pools = append([]Pool(nil), cfg.Pools...)
	secret.Pools[1].Username, secret.Pools[1].Password = "pool2", "lab"
	for _, tt := range []struct {
		name, number, src, hint, device string
		code                            int
		guarded                         int // with a password at pool 2
		trusted                         int // of one who is trusted, no password anywhere
	}{
		{"MAC", "2101", "6.6.6.6", "SEP00156247EF90", "", 200, 200, 200},
		{"no MAC", "2101", "6.6.6.6", "", "", 403, 401, 403},
		{"another MAC", "2101", "6.6.6.6", "SEP000000000001", "", 403, 401, 403},
		{"the pool with a password", "2102", "6.6.6.6", "", "", 403, 401, 403},
		{"no such number", "2999", "6.6.6.6", "", "", 403, 401, 403},
		{"id ip", "2104", "10.2.0.1", "", "", 200, 200, 200},
		{"not id ip", "2104", "6.6.6.6", "", "", 403, 401, 403},
		{"id network", "2105", "10.3.4.5", "", "", 200, 200, 200},
		{"device-id-name", "2106", "6.6.6.6", "", "lobby", 403, 401, 200},
		{"pool for everybody", "2107", "6.6.6.6", "", "", 403, 401, 200},
	} {
		for _, c := range []struct {
			cfg       Config
			untrusted bool
			code      int
			welcome   bool
		}{{cfg, true, tt.code, tt.code == 200}, {secret, true, tt.guarded, true}, {cfg, false, tt.trusted, tt.trusted == 200}} {
			h := start(t, c.cfg)
			reg := h.request(tt.number, tt.src, 600)
			reg.Untrusted, reg.Hints = c.untrusted, []string{tt.hint}
			if tt.device != "" {
				reg.Contacts[0].Params = ";device-id=" + tt.device
			}
			if got := h.Welcome(&reg); got != c.welcome {
				t.Errorf("%s, %+v: welcome %t", tt.name, c.untrusted, got)
			}
			code := 401
			if _, challenged := h.Authenticate(&reg); !challenged {
				code = h.code(reg)
			}
			if code != c.code {
				t.Errorf("%s, untrusted %t: %d, want %d", tt.name, c.untrusted, code, c.code)
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
		reg.Authenticated, reg.Hints = "pool1", nil
		if host == "10.1.1.1" {
			reg.Contacts[0].Params = ";device-name=SEP00156247EF90"
		}
		if got := h.code(reg); got != 200 {
			t.Errorf("from %s: %d", host, got)
		}
	}
}
