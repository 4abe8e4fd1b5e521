package phones

import (
	"net/netip"
	"slices"
	"testing"
)

// Devices hears of a pool's lines as they come and go, and of nothing else.
func TestDevices(t *testing.T) {
	h := start(t, guide())
	defer h.stop()
	want := func(what string, told ...string) {
		t.Helper()
		if got := h.settled().hears(); !slices.Equal(got, told) {
			t.Errorf("%s: told %q, want %q", what, got, told)
		}
	}
	h.must(h.request("2103", "10.1.1.1", 600))
	want("second line", "pool-1 2:3 primary 1")
	h.must(h.request("2101", "10.1.1.1", 600))
	want("first line", "pool-1 1:1 2:3 primary 1")
	h.must(h.request("2101", "10.1.1.1", 600))
	h.code(h.request("4711", "10.1.1.1", 600))
	want("refresh, refusal")
	again := h.request("2101", "10.1.1.1", 600)
	again.Source = netip.MustParseAddrPort("10.1.1.7:5060")
	h.must(again)
	want("other address", "pool-1 1:1 2:3 primary 1")
	h.must(h.request("2103", "10.1.1.1", 0))
	want("second line is gone", "pool-1 1:1 primary 1")
	if !h.From(again.Source.Addr()) || h.From(netip.MustParseAddr("10.1.1.1")) {
		t.Error("the phone has moved, its address has not")
	}
	h.must(h.request("2103", "10.1.1.1", 600))
	want("second line again", "pool-1 1:1 2:3 primary 1")
	h.apply(guide())
	want("same configuration")
	cfg := guide()
	cfg.Pools[0].BusyTrigger = 1
	h.apply(cfg)
	want("other configuration", "pool-1 1:1 2:3 primary 1")
	h.must(h.request("2101", "10.1.1.1", 0))
	want("first line is gone", "pool-1 2:3 primary 1")
	cfg.Pools = cfg.Pools[1:]
	h.apply(cfg)
	want("pool is gone", "pool-1 gone")
	h.must(h.request("2102", "10.1.1.2", 600))
	h.must(h.request("2102", "10.1.1.2", 0))
	want("another pool", "pool-2 1:2 primary 1", "pool-2 gone")
	if s := h.Snapshot(); len(s.Bindings) != 0 {
		t.Errorf("%+v", s.Bindings)
	}
}

// A login changes the lines of an Extension Mobility phone, so it registers again.
func TestLogin(t *testing.T) {
	cfg := guide()
	cfg.LogoutProfiles = []Profile{{Tag: 1, Numbers: []ProfileNumber{{[]string{"2102"}, Normal}}}}
	cfg.Pools = cfg.Pools[:1]
	cfg.Pools[0].LogoutProfile = 1
	h := start(t, cfg)
	defer h.stop()
	try := func(number string, code int) {
		t.Helper()
		reg := h.request(number, "10.1.1.1", 600)
		reg.Hints = hints["2101"]
		if got := h.code(reg); got != code {
			t.Errorf("%s: %d, want %d", number, got, code)
		}
	}
	try("2101", 404)
	try("2102", 200)
	h.SetLogin(1, &Profile{User: "me", Numbers: []ProfileNumber{{[]string{"2103"}, Normal}, {[]string{"2101"}, Normal}}})
	if h.settled().has("2102") {
		t.Error("the number of the logout profile is still in service")
	}
	try("2102", 404)
	try("2103", 200)
	try("2101", 200)
	if s := h.settled().specs[1]; s.User != "me" || specText(s) != "1:3 2:1 primary 1" {
		t.Errorf("%+v", s)
	}
	before := h.ix
	h.SetLogin(1, &Profile{User: "me", Numbers: []ProfileNumber{{[]string{"2103"}, Normal}, {[]string{"2101"}, Normal}}})
	if h.ix != before {
		t.Error("a login that changes nothing costs a look at all phones")
	}
	h.SetLogin(1, nil)
	try("2102", 200)
	want := []string{"pool-1 1:2 primary 1", "pool-1 gone", "pool-1 1:3 primary 1", "pool-1 1:3 2:1 primary 1", "pool-1 gone", "pool-1 1:2 primary 1"}
	if got := h.settled().hears(); !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
}

// `dnd` of a pool reaches a phone that is registered.
func TestDnDLive(t *testing.T) {
	cfg := guide()
	h := start(t, cfg)
	defer h.stop()
	if got := h.code(h.request("2101", "10.1.1.1", 600)); got != 200 {
		t.Fatal(got)
	}
	for _, on := range []bool{true, false} {
		next := cfg
		next.Pools = slices.Clone(cfg.Pools)
		next.Pools[0].DnD = on
		if err := h.Apply(t.Context(), cfg, next); err != nil {
			t.Fatal(err)
		}
		if s := h.settled().specs[1]; s.DnD != on {
			t.Errorf("DnD %v, want %v", s.DnD, on)
		}
	}
}
