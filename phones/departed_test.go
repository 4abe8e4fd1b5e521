package phones

import (
	"net/netip"
	"testing"
	"testing/synctest"
	"time"
)

// A phone takes its old number off after an Extension Mobility login has taken that from its pool.
func TestUnregisterAfterLogin(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Registration)
		code   int
	}{
		{"its contact", func(*Registration) {}, 200},
		{"all contacts", func(r *Registration) { r.Star, r.Contacts = true, nil }, 200},
		{"another contact", func(r *Registration) { r.Contacts = []Contact{contactOf("2101", "10.1.1.1", 5099)} }, 404},
		{"from elsewhere", func(r *Registration) { r.Source = netip.MustParseAddrPort("10.1.1.9:5060") }, 404},
		{"a register", func(r *Registration) { r.Expires = 600 }, 404},
		{"another number", func(r *Registration) { r.Number = "2102" }, 404},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cfg := guide()
				cfg.LogoutProfiles = []Profile{{Tag: 1, Numbers: []ProfileNumber{{[]string{"2101"}, Normal}}}}
				cfg.Pools[0].LogoutProfile = 1
				h := start(t, cfg)
				defer h.stop()
				named := func(expires int) Registration {
					r := h.request("2101", "10.1.1.1", expires)
					r.UserAgent = "SEP00156247EF90"
					return r
				}
				if code := h.code(named(600)); code != 200 {
					t.Fatal(code)
				}
				h.SetLogin(1, &Profile{User: "me", Numbers: []ProfileNumber{{[]string{"2103"}, Normal}}})
				reg := named(0)
				tt.change(&reg)
				if code := h.code(reg); code != tt.code {
					t.Fatalf("%d, want %d", code, tt.code)
				}
				s := h.Snapshot()
				if tt.code == 200 && (s.Stats.UnregisterSuccess != 1 || s.Stats.UnregisterFailed != 0 || len(s.Attempts) != 0) {
					t.Fatalf("%+v %+v", s.Stats, s.Attempts)
				}
				time.Sleep(time.Hour) // forgotten by then
				if code := h.code(named(0)); code != 404 {
					t.Fatal(code)
				}
			})
		})
	}
}
