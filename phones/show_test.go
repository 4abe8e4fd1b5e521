package phones

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestFindWatcher(t *testing.T) {
	cfg := guide()
	cfg.Pools[0].CallList = true
	h := start(t, cfg)
	defer h.stop()
	reg := h.request("2101", "192.168.1.7", 600) // behind a NAT: the contact is private
	reg.Source = netip.MustParseAddrPort("203.0.113.9:40000")
	h.must(reg)
	reg = h.request("2101", "10.1.1.1", 600)
	reg.Source, reg.Transport = netip.MustParseAddrPort("10.1.1.1:40000"), "tcp"
	h.must(reg)
	reg = h.request("2101", "10.1.1.2", 600)
	reg.Source = netip.MustParseAddrPort("10.1.1.2:50001") // a 7960 listens on another port
	h.must(reg)
	reg = h.request("2101", "192.168.1.8", 600)
	reg.Source, reg.Transport = netip.MustParseAddrPort("203.0.113.10:40000"), "tcp"
	h.must(reg)
	tests := []struct {
		name, user, src, contact string
		dialPeer                 int // 0: none
	}{
		{"same mapping", "2101", "203.0.113.9:40000", "", 40001},
		{"same mapping, mapped to v6", "2101", "[::ffff:203.0.113.9]:40000", "", 40001},
		{"another agent at that address that copies the contact", "2101", "203.0.113.9:40001", "192.168.1.7:5060", 0},
		{"no contact", "2101", "203.0.113.9:40001", "", 0},
		{"another address that knows the contact", "2101", "203.0.113.11:40000", "192.168.1.7:5060", 0},
		{"another number", "2102", "203.0.113.9:40000", "192.168.1.7:5060", 0},
		{"same connection", "2101", "10.1.1.1:40000", "", 40002},
		{"new connection, same contact", "2101", "10.1.1.1:40001", "10.1.1.1:5060", 40002},
		{"new connection, contact without the default port", "2101", "10.1.1.1:40001", "10.1.1.1", 40002},
		{"new connection, another contact", "2101", "10.1.1.1:40001", "10.1.1.1:5070", 0},
		{"new connection, nonsense contact", "2101", "10.1.1.1:40001", "10.1.1.1:sip", 0},
		{"new connection, no contact", "2101", "10.1.1.1:40001", "", 0},
		{"new port, same contact", "2101", "10.1.1.2:50002", "10.1.1.2:5060", 40003},
		{"new port, another contact", "2101", "10.1.1.2:50002", "10.1.1.2:50002", 0},
		{"new port, no contact", "2101", "10.1.1.2:50002", "", 0},
		{"new connection through a NAT", "2101", "203.0.113.10:40001", "192.168.1.8:5060", 0},
	}
	for _, tt := range tests {
		w, ok := h.FindWatcher(tt.user, netip.MustParseAddrPort(tt.src), tt.contact)
		if ok != (tt.dialPeer != 0) {
			t.Errorf("%s: %t", tt.name, ok)
		}
		if ok && w != (Watcher{Pool: 1, Device: "SEP00156247EF90", Name: "VOICE REGISTER POOL-1", Number: "2101", Line: 1, DialPeer: tt.dialPeer, CallList: true}) {
			t.Errorf("%s: %+v", tt.name, w)
		}
	}
}

func TestAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := guide()
		cfg.AttemptsSize = 3
		h := start(t, cfg)
		defer h.stop()
		first := time.Now()
		try := func(number, host, user string) {
			reg := h.request(number, host, 600)
			reg.Contacts[0].User = user
			if got := h.code(reg); got != 403 {
				t.Errorf("%s: %d", number, got)
			}
			time.Sleep(time.Second)
		}
		try("4501", "10.1.1.1", "SEP001B535CD410")
		try("4502", "10.1.1.2", "4502")
		try("4503", "10.1.1.3", "4503")
		try("4509", "10.1.1.9", "SEP001B535CD410") // known by its MAC
		want := []Attempt{
			{mac("001B.535C.D410"), "4509", netip.MustParseAddr("10.1.1.9"), 2, first, first.Add(3 * time.Second), reasonNoPool},
			{MAC{}, "4502", netip.MustParseAddr("10.1.1.2"), 1, first.Add(time.Second), first.Add(time.Second), reasonNoPool},
			{MAC{}, "4503", netip.MustParseAddr("10.1.1.3"), 1, first.Add(2 * time.Second), first.Add(2 * time.Second), reasonNoPool},
		}
		if got := h.Snapshot().Attempts; !slices.Equal(got, want) {
			t.Errorf("%+v", got)
		}
		try("4504", "10.1.1.4", "4504") // 4502 has been quiet longest
		if got := h.Snapshot().Attempts; len(got) != 3 || got[1].Number != "4503" {
			t.Errorf("%+v", got)
		}
		cfg.AttemptsSize = 1
		h.apply(cfg)
		if got := h.Snapshot().Attempts; len(got) != 1 || got[0].Number != "4504" {
			t.Errorf("%+v", got)
		}
		h.ClearAttempts()
		cfg.AttemptsOff = true
		h.apply(cfg)
		try("4504", "10.1.1.4", "4504")
		if got := h.Snapshot().Attempts; len(got) != 0 {
			t.Errorf("%+v", got)
		}
	})
}

func TestSnapshot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := start(t, guide())
		defer h.stop()
		began := time.Now()
		reg := h.request("2101", "10.1.1.1", 600)
		reg.UserAgent = "Cisco-CP7971G/8.0\x1b[2J"
		h.must(reg)
		time.Sleep(time.Minute)
		h.must(h.request("2103", "10.1.1.1", 600))
		h.must(h.request("2102", "10.1.1.2", 600))
		h.must(h.request("2102", "10.1.1.2", 0))
		h.code(h.request("4711", "10.1.1.3", 600))

		s := h.Snapshot()
		if s.Stats.ActiveRegistrations != 2 || s.Stats.RegisteredPhones != 1 || s.Stats.RegisterRequests != 4 ||
			s.Stats.RegisterSuccess != 3 || s.Stats.RegisterFailed != 1 || s.Stats.UnregisterRequests != 1 || s.Stats.UnregisterSuccess != 1 ||
			s.Stats.AttemptsSinceUnregister != 1 || !s.Stats.UnregisterSuccessAt.Equal(began.Add(time.Minute)) {
			t.Errorf("statistics %+v", s.Stats)
		}
		p, _ := s.Pool(1)
		if !p.Registered || p.PrimaryLine != "2101" || p.Contact.String() != "10.1.1.1:5060" || p.CallID != "a@10.1.1.1" ||
			p.UnregisteredReason != "" || len(p.Bindings) != 2 || p.Stats.RegisterSuccess != 2 || p.Transport != "udp" {
			t.Errorf("pool 1: %+v", p)
		}
		if want := []PoolLine{{1, 1, "2101", true}, {2, 3, "2103", true}}; !slices.Equal(p.Lines, want) {
			t.Errorf("lines %+v", p.Lines)
		}
		b := p.Bindings[0]
		if b.DialPeer != 40001 || b.Remaining != 540*time.Second || b.UserAgent != "Cisco-CP7971G/8.0?[2J" || b.Line != 1 || b.DN != 1 {
			t.Errorf("binding %+v", b)
		}
		if p, _ := s.Pool(2); p.Registered || p.UnregisteredReason != reasonUnregistered || p.CallID == "" {
			t.Errorf("pool 2: %+v", p)
		}
		d, _ := s.DN(3)
		if !d.Registered || fmt.Sprint(d.Uses) != "[{1 [2]}]" {
			t.Errorf("dn 3: %+v", d)
		}
		if len(s.Bindings) != 2 || s.Bindings[1].DialPeer != 40002 {
			t.Errorf("%+v", s.Bindings)
		}
		if _, ok := s.Pool(9); ok {
			t.Error("pool 9 exists")
		}
		if _, ok := s.DN(9); ok {
			t.Error("dn 9 exists")
		}
	})
}

// Console messages and debug lines, as facts of a real router give them.
func TestLog(t *testing.T) {
	h := start(t, guide())
	defer h.stop()
	text := func(run func()) string {
		t.Helper()
		h.log.ClearBuffer()
		run()
		var b strings.Builder
		for _, l := range h.log.Buffer() {
			if i := strings.IndexAny(l, "%V/"); i >= 0 { // without the time stamp
				l = l[i:]
			}
			b.WriteString(l + "\n")
		}
		return b.String()
	}
	check := func(name, got string, want ...string) {
		t.Helper()
		var w string
		for _, l := range want {
			w += l + "\n"
		}
		if got != w {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, w)
		}
	}
	const pool1 = "VOICE REGISTER POOL-1 has %s. Name:SEP00156247EF90  IP:10.1.1.1  DeviceType:Phone"
	check("first line", text(func() { h.must(h.request("2101", "10.1.1.1", 600)) }),
		"%SIPPHONE-6-REGISTER: "+fmt.Sprintf(pool1, "registered"))
	h.log.SetDebug(TopicEvents, true)
	check("second line", text(func() { h.must(h.request("2103", "10.1.1.1", 600)) }),
		"VOICE_REG_POOL: Register request for (2103) from (10.1.1.1)",
		"VOICE_REG_POOL: Contact matches pool 1 number list 2",
		"VOICE_REG_POOL: key(2103) contact(10.1.1.1) add to contact table",
		"VOICE_REG_POOL: No entry for (2103) found in contact table",
		"VOICE_REG_POOL: key(2103) contact(10.1.1.1) added to contact table",
		"VOICE_REG_POOL pool->tag(1), dn->tag(3), submask(1)",
		"VOICE_REG_POOL: Creating param container for dial-peer 40002.",
		"VOICE_REG_POOL: Created dial-peer entry of type 0",
		"VOICE_REG_POOL: Registration successful for 2103, registration id is 2")
	check("refresh", text(func() { h.must(h.request("2103", "10.1.1.1", 600)) }),
		"VOICE_REG_POOL: Register request for (2103) from (10.1.1.1)",
		"VOICE_REG_POOL: Contact matches pool 1 number list 2",
		"VOICE_REG_POOL: key(2103) contact(10.1.1.1) add to contact table",
		"VOICE_REG_POOL: key(2103) exists in contact table",
		"VOICE_REG_POOL: contact(10.1.1.1) exists in contact table, ref updated",
		"VOICE_REG_POOL: Created dial-peer entry of type 1",
		"VOICE_REG_POOL: Registration successful for 2103, registration id is 3")
	h.log.SetDebug(TopicErrors, true)
	refused := []string{
		"VOICE_REG_POOL: Register request for (33?15) from (10.1.1.9)",
		"VOICE_REG_POOL: Contact doesn't match any pools",
	}
	bad := h.request("33\x0715", "10.1.1.9", 600) // a bell for the operator
	check("unprintable", text(func() { h.code(bad) }), refused[0])
	bad, refused[0] = h.request("33015", "10.1.1.9", 600), strings.Replace(refused[0], "?", "0", 1)
	check("refused", text(func() { h.code(bad) }), refused...)
	h.log.SetDebug(TopicEvents, false)
	check("refused, errors only", text(func() { h.code(bad) }), refused...)
	h.log.UndebugAll()
	check("one line of two gone", text(func() { h.must(h.request("2101", "10.1.1.1", 0)) }))
	check("all gone", text(func() { h.must(h.request("2103", "10.1.1.1", 0)) }),
		"%SIPPHONE-6-UNREGISTER: "+fmt.Sprintf(pool1, "unregistered"))
}
