package presence

import (
	"errors"
	"net/netip"
	"testing"
)

func TestGates(t *testing.T) {
	cfg := open("2001")
	cfg.Numbers["2002"] = Number{}
	for _, c := range []struct {
		name   string
		change func(*Config)
		number string
		kind   WatcherKind
		want   error
	}{
		{"all open", func(*Config) {}, "2001", SIPPhone, nil},
		{"trunk", func(*Config) {}, "2001", SIPTrunk, nil},
		{"no presence", func(c *Config) { c.Enabled = false }, "2001", SIPPhone, ErrDisabled},
		{"no presence, SCCP", func(c *Config) { c.Enabled = false }, "2001", SCCPSpeedDial, ErrDisabled},
		{"no presence enable", func(c *Config) { c.SIPEnabled = false }, "2001", SIPPhone, ErrDisabled},
		{"no presence enable, trunk", func(c *Config) { c.SIPEnabled = false }, "2001", SIPTrunk, ErrDisabled},
		{"no presence enable, SCCP works without", func(c *Config) { c.SIPEnabled = false }, "2001", SCCPCallList, nil},
		{"no watcher all", func(c *Config) { c.WatchAll = false }, "2001", SIPTrunk, ErrForbidden},
		{"no watcher all, phone", func(c *Config) { c.WatchAll = false }, "2001", SIPPhone, nil},
		{"not allowed to be watched", func(*Config) {}, "2002", SIPPhone, nil},
		{"no such number", func(*Config) {}, "9999", SIPPhone, ErrNotFound},
		{"a stranger learns nothing about numbers", func(c *Config) { c.WatchAll = false }, "9999", SIPTrunk, ErrForbidden},
		{"full", func(c *Config) { c.MaxSubscriptions = 0 }, "2001", SIPPhone, ErrLimit{RetryAfter: RetryAfter}},
		{"full, no such number", func(c *Config) { c.MaxSubscriptions = 0 }, "9999", SIPPhone, ErrNotFound},
	} {
		b := newBench(with(cfg, c.change))
		if a := b.request(c.number, c.kind, 60); !errors.Is(a.err, c.want) || (a.id != 0) != (c.want == nil) {
			t.Errorf("%s: id %d, %v, want %v", c.name, a.id, a.err, c.want)
		}
	}
}

// What cannot be shown is no number, whoever asks for it and whether or not there is a
// server for numbers of others.
func TestUnprintableNumbers(t *testing.T) {
	for _, server := range []string{"", "11.1.1.4"} {
		cfg := open("2001")
		if cfg.AllowSubscribe = server != ""; cfg.AllowSubscribe {
			cfg.Server = netip.MustParseAddr(server)
		}
		for _, number := range []string{"", "\x1b[2J", "1\r\n  6003@1.2.3.4", "a\x00b", "\u009b2J", "\xc0\xaf", "12\u202e01", "\x7f"} {
			for _, kind := range []WatcherKind{SIPPhone, SIPTrunk, SCCPSpeedDial} {
				b := newBench(cfg)
				b.core.relays = true
				if a := b.request(number, kind, 60); !errors.Is(a.err, ErrNotFound) {
					t.Errorf("%q for kind %d with server %q: %v", number, kind, server, a.err)
				}
			}
		}
	}
	for _, c := range []struct{ user, want string }{{"2001", "2001@h"}, {"é", "é@h"}, {"\x1b[2J\r\nx\xff", "?[2J??x?@h"}, {"", "@h"}} {
		if got := (Party{User: c.user, Host: "h"}).String(); got != c.want {
			t.Errorf("%q is shown as %q", c.user, got)
		}
	}
}

func TestConfigEnds(t *testing.T) {
	all := open("2001", "2002")
	for _, c := range []struct {
		name   string
		change func(*Config)
		want   []string
	}{
		{"nothing", func(*Config) {}, nil},
		{"no presence", func(c *Config) { c.Enabled = false }, []string{
			"3 2001 idle probation 60", "2 2001 idle probation 60", "1 2001 idle probation 60", "4 2002 unknown probation 60"}},
		{"no presence enable", func(c *Config) { c.SIPEnabled = false }, []string{
			"2 2001 idle probation 60", "1 2001 idle probation 60", "4 2002 unknown probation 60"}},
		{"no watcher all", func(c *Config) { c.WatchAll = false }, []string{"2 2001 idle rejected"}},
		{"no number", func(c *Config) { delete(c.Numbers, "2001") }, []string{
			"2 2001 unknown noresource", "1 2001 unknown active 60", "3 2001 unknown active 60"}},
		{"no allow watch", func(c *Config) { c.Numbers["2001"] = Number{} }, []string{
			"1 2001 unknown active 60", "2 2001 unknown active 60", "3 2001 unknown active 60"}},
		{"lower limit", func(c *Config) { c.MaxSubscriptions = 1 }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(all)
			b.step(inPublish{key{number: "2001"}, idle})
			b.subscribe("2001", SIPPhone, 60)
			b.subscribe("2001", SIPTrunk, 60)
			b.subscribe("2001", SCCPSpeedDial, 60)
			b.subscribe("2002", SIPPhone, 60)
			b.log = nil
			b.apply(with(all, c.change))
			b.want(t, c.want...)
		})
	}
}

func TestAllowWatchComesBack(t *testing.T) {
	all := open("2001")
	hidden := with(all, func(c *Config) { c.Numbers["2001"] = Number{} })
	b := newBench(hidden)
	b.step(inPublish{key{number: "2001"}, idle})
	b.subscribe("2001", SIPPhone, 60)
	b.step(inPublish{key{number: "2001"}, busy})
	b.apply(all)
	b.want(t, "1 2001 unknown active 60", "1 2001 busy active 60")
}

func TestLowerLimitRefusesNewOnly(t *testing.T) {
	b := newBench(open("2001"))
	for range 3 {
		b.subscribe("2001", SIPPhone, 60)
	}
	b.apply(with(open("2001"), func(c *Config) { c.MaxSubscriptions = 2 }))
	for range 2 {
		if a := b.request("2001", SIPPhone, 60); !errors.Is(a.err, ErrLimit{RetryAfter: RetryAfter}) {
			t.Errorf("beyond the limit: %v", a.err)
		}
		b.step(inEnd{uint32(len(b.records())), ReasonTimeout})
	}
	if a := b.request("2001", SIPPhone, 60); a.err != nil {
		t.Errorf("below the limit: %v", a.err)
	}
}
