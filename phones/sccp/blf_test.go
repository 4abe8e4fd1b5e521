package sccp

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/sccp/wire"
	"github.com/busylamp/busylamp/presence"
)

func (p *phone) feature(index uint32, status uint32) {
	p.t.Helper()
	synctest.Wait()
	if f := want[*wire.FeatureStatV2](p); f.Index != index || f.Status != status || f.Feature != wire.ButtonBLFSpeedDial {
		p.t.Fatalf("%+v, want index %d status %d", f, index, status)
	}
}

var (
	lineIdle = presence.Line{State: presence.Idle}
	lineBusy = presence.Line{State: presence.Busy}
)

// The states of the guide ("BLF Monitoring of Ephone-DNs …"): ringing is in use,
// DnD comes before both.
func TestLamps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, guide())
		l.hub.Publish("2003", lineIdle)
		p := l.register(ephone1, 7, 11)
		synctest.Wait()
		p.send(&wire.FeatureStatReq{Index: 2, Capabilities: 1}, &wire.FeatureStatReq{Index: 4}, &wire.FeatureStatReq{Index: 7})
		if f := want[*wire.FeatureStatV2](p); *f != (wire.FeatureStatV2{Index: 2, Feature: 0x15, Status: wire.BLFIdle, Label: "sales"}) {
			t.Errorf("%+v", f)
		}
		p.feature(4, wire.BLFUnknown)
		p.feature(7, wire.BLFUnknown) // no such key
		p.begin()
		p.silent() // it knows
		for _, c := range []struct {
			line   presence.Line
			status uint32
		}{
			{lineBusy, wire.BLFInUse}, {lineIdle, wire.BLFIdle},
			{presence.Line{State: presence.Busy, Ringing: true}, wire.BLFInUse},
			{presence.Line{State: presence.Busy, DnD: true}, wire.BLFDnD},
			{presence.Line{State: presence.Idle}, wire.BLFIdle},
			{presence.Line{State: presence.Idle, DnD: true}, wire.BLFDnD},
			{presence.Line{}, wire.BLFUnknown},
		} {
			l.hub.Publish("2003", c.line)
			p.feature(2, c.status)
		}
		// What does not change the lamp is not sent.
		l.hub.Publish("2003", lineBusy)
		p.feature(2, wire.BLFInUse)
		l.hub.Publish("2003", presence.Line{State: presence.Busy, Ringing: true})
		p.silent()
		// Key 4 watches the phone, not the number.
		l.hub.Publish("2004", lineBusy)
		p.silent()
		l.hub.PublishDevice("2004", lineBusy)
		p.feature(4, wire.BLFInUse)

		records := l.hub.Snapshot().Records
		if len(records) != 2 || records[0].Watcher != (presence.Party{User: "2001", Host: "10.1.0.21"}) || records[0].Kind != presence.SCCPSpeedDial ||
			records[0].Presentity != (presence.Party{User: "2003", Host: "10.1.1.2"}) || records[0].Expires != time.Hour || !records[1].Device {
			t.Errorf("%+v", records)
		}
		if b := l.ephone(1).BLF; len(b) != 2 || b[0].SubID != records[0].ID || b[0].Status != 2 || b[0].Label != "sales" {
			t.Errorf("%+v", b)
		}
		// Renewed before it expires, released with the phone.
		for range 300 {
			time.Sleep(25 * time.Second)
			p.send(&wire.KeepAlive{})
			want[*wire.KeepAliveAck](p)
		}
		if again := l.hub.Snapshot().Records; len(again) != 2 || again[0].ID != records[0].ID {
			t.Errorf("%+v", again)
		}
		p.nc.Close()
		synctest.Wait()
		if r := l.hub.Snapshot().Records; len(r) != 0 {
			t.Errorf("%+v", r)
		}
	})
}

// What a phone does lights the lamps that watch its number.
func TestLampFollowsPhone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newCallLab(t, guide())
		l.watchable(true)
		p := l.register(ephone1, 7, 11)
		p.begin()
		p.drain()
		status := func(want uint32) {
			t.Helper()
			synctest.Wait()
			if f := find[*wire.FeatureStatV2](p); f.Index != 2 || f.Status != want {
				t.Errorf("%+v, want status %d", f, want)
			}
		}
		other := l.register(ephone2, 30006, 11)
		other.begin()
		p.drain()
		other.send(&wire.OffHook{})
		status(wire.BLFInUse)
		other.send(&wire.OnHook{})
		status(wire.BLFIdle)
		other.send(&wire.SoftKeyEvent{Event: wire.EventDND})
		status(wire.BLFDnD)
		other.nc.Close() // ephone 1 has the number, too
		status(wire.BLFIdle)
	})
}

// A phone that never asks for its lamps is told them when it has its keys; an old
// one by the old message.
func TestLampsOfOldPhone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, guide())
		l.hub.Publish("2003", lineBusy)
		p := l.register(ephone1, 7, 5)
		p.begin()
		if f := want[*wire.FeatureStat](p); *f != (wire.FeatureStat{Index: 2, Feature: 0x15, Status: wire.BLFInUse, Label: "sales"}) {
			t.Errorf("%+v", f)
		}
		if f := want[*wire.FeatureStat](p); f.Index != 4 || f.Status != wire.BLFUnknown {
			t.Errorf("%+v", f)
		}
		p.silent()
	})
}

// Models that cannot show lamps are never subscribed (guide, restrictions).
func TestModelsWithoutLamps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, guide())
		for _, m := range phones.Models() {
			p := l.register(ephone1, m.Type, 11)
			synctest.Wait()
			if n := len(l.hub.Snapshot().Records); (n == 2) != m.BLF {
				t.Errorf("%s: %d subscriptions", m.Show, n)
			}
			l.hub.Publish("2003", lineBusy)
			synctest.Wait()
			p.send(&wire.FeatureStatReq{Index: 2})
			status := wire.BLFUnknown
			if m.BLF {
				status = wire.BLFInUse
			}
			if f := find[*wire.FeatureStatV2](p); f.Status != status {
				t.Errorf("%s: %+v", m.Show, f)
			}
			p.nc.Close()
			l.hub.Publish("2003", lineIdle)
			synctest.Wait()
		}
	})
}

// The sample of the guide and of the CME command reference (debug ephone blf).
func TestDebugBLF(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, guide())
		l.hub.Publish("2001", lineIdle)
		l.hub.Publish("2003", lineIdle)
		p1, p2 := l.register(ephone1, 7, 11), l.register(ephone2, 30006, 17)
		p1.begin()
		p2.begin()
		l.logged()
		l.log.SetDebug(TopicBLF, true)
		l.hub.Publish("2003", lineBusy)
		synctest.Wait()
		l.hub.Publish("2003", lineIdle)
		l.wantLog(
			"skinny_asnl_callback: subID 1 type 4",
			"ASNL_RESP_NOTIFY_INDICATION",
			"ephone-1[1]:ASNL notify indication message, feature index 2, subID [1]",
			"ephone-1[1]:line status 6, subID [1]",
			"ephone-1[1]:StationFeatureStatV2Message sent, status 2 ",
			"skinny_asnl_callback: subID 1 type 4",
			"ASNL_RESP_NOTIFY_INDICATION",
			"ephone-1[1]:ASNL notify indication message, feature index 2, subID [1]",
			"ephone-1[1]:line status 1, subID [1]",
			"ephone-1[1]:StationFeatureStatV2Message sent, status 1 ")
		l.s.DebugOnly(TopicBLF, []phones.MAC{mac("0030.94C3.F43A")})
		l.hub.Publish("2003", lineBusy)
		l.wantLog()
		l.hub.Publish("2001", lineBusy)
		l.wantLog(
			"skinny_asnl_callback: subID 3 type 4",
			"ASNL_RESP_NOTIFY_INDICATION",
			"ephone-2[2]:ASNL notify indication message, feature index 2, subID [3]",
			"ephone-2[2]:line status 6, subID [3]",
			"ephone-2[2]:StationFeatureStatV2Message sent, status 2 ")
		l.s.DebugOnly(TopicBLF, nil)
		l.hub.Publish("2003", lineIdle)
		if n := len(l.logged()); n != 5 {
			t.Errorf("%d lines", n)
		}
	})
}

// A number that cannot be watched is tried again, as often as configured; and
// presence that is switched off, until it is on.
func TestRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := guide()
		cfg.Ephones[0].BLF = []phones.BLFKey{{Tag: 1, Number: "5551000", Label: "far"}, {Tag: 2, Number: "2003", Label: "sales"}}
		l := newLab(t, cfg)
		l.watchable(false)
		p := l.register(ephone1, 7, 11)
		p.begin()
		p.feature(1, wire.BLFUnknown)
		p.feature(2, wire.BLFUnknown)
		l.hub.Publish("2003", lineBusy)
		keep := func(d time.Duration) {
			t.Helper()
			for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(15 * time.Second) {
				p.send(&wire.KeepAlive{})
			}
		}
		keep(time.Hour)
		p.drain()
		l.watchable(true)
		keep(90 * time.Second)
		if f := find[*wire.FeatureStatV2](p); f.Index != 2 || f.Status != wire.BLFInUse {
			t.Errorf("%+v", f)
		}
		c := l.s.phone(1)
		keep(30 * time.Minute)
		c.mu.Lock()
		fails, due := c.lamps[0].fails, c.lamps[0].due
		c.mu.Unlock()
		if fails != 11 || !due.IsZero() {
			t.Errorf("%d failures, due %v", fails, due)
		}
		p.drain()
		// `no presence` makes lamps unknown; they come back with it.
		l.watchable(false)
		p.feature(2, wire.BLFUnknown)
		l.watchable(true)
		keep(2 * time.Minute)
		f := find[*wire.FeatureStatV2](p)
		if f.Index != 2 || f.Status != wire.BLFInUse {
			t.Errorf("%+v", f)
		}
		// A number that is configured at last can be watched at once.
		l.hub.Publish("5551000", lineIdle)
		if err := l.hub.Apply(t.Context(), presence.Config{}, presence.Config{Enabled: true, Numbers: map[string]presence.Number{"2003": {Watch: true}, "5551000": {Watch: true}}}); err != nil {
			t.Fatal(err)
		}
		p.drain()
		l.apply(cfg)
		p.feature(1, wire.BLFIdle)
	})
}

func TestCallLists(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := guide()
		cfg.Ephones[1].CallList = true
		l := newLab(t, cfg)
		l.hub.Publish("2001", lineIdle)
		p := l.register(ephone2, 30006, 11) // 7970
		p.begin()
		find[*wire.FeatureStatV2](p)
		ask := func(p *phone, transaction, timer uint32, number string) uint32 {
			t.Helper()
			p.send(&wire.SubscriptionStatReq{Transaction: transaction, Feature: 1, Timer: timer, Number: number})
			s := want[*wire.SubscriptionStat](p)
			if s.Transaction != transaction || s.Feature != 1 || s.Timer != timer {
				t.Errorf("%+v", s)
			}
			return s.Cause
		}
		told := func(p *phone, transaction, status uint32) {
			t.Helper()
			synctest.Wait()
			if n := want[*wire.Notification](p); n.Transaction != transaction || n.Status != status || n.Feature != 1 {
				t.Errorf("%+v", n)
			}
		}
		if c := ask(p, 0x1E, 3403, "2001"); c != wire.SubscribedOK {
			t.Errorf("cause %d", c)
		}
		told(p, 0x1E, wire.BLFIdle)
		if r := l.hub.Snapshot().Records; len(r) != 2 || r[1].Kind != presence.SCCPCallList || r[1].Expires != 3403*time.Second || r[1].Device {
			t.Errorf("%+v", r)
		}
		l.hub.Publish("2001", presence.Line{State: presence.Idle, DnD: true})
		p.feature(2, wire.BLFDnD)
		told(p, 0x1E, wire.BLFDnD)
		if c := ask(p, 0x2E, 3403, " "); c != wire.SubscribedOK {
			t.Errorf("cause %d", c)
		}
		if c := ask(p, 0x3E, 3403, "5551000"); c != wire.SubscribeRouteFail {
			t.Errorf("cause %d", c)
		}
		p.silent()
		// The timer ends it, as does a timer of 0.
		if c := ask(p, 0x4E, 20, "2002"); c != wire.SubscribedOK {
			t.Errorf("cause %d", c)
		}
		told(p, 0x4E, wire.BLFUnknown)
		ask(p, 0x5E, 3600, "2002")
		told(p, 0x5E, wire.BLFUnknown)
		ask(p, 0x5E, 0, "2002")
		time.Sleep(21 * time.Second)
		l.hub.Publish("2002", lineBusy)
		p.silent()
		if n := len(l.hub.Snapshot().Records); n != 2 {
			t.Errorf("%d records", n)
		}
		// The same transaction for another number takes its place.
		ask(p, 0x1E, 3600, "2002")
		told(p, 0x1E, wire.BLFInUse)
		if n := len(l.hub.Snapshot().Records); n != 2 {
			t.Errorf("%d records", n)
		}
		for i := range uint32(maxEntries - 1) {
			ask(p, i<<4, 3600, "2002")
			told(p, i<<4, wire.BLFInUse)
		}
		if c := ask(p, 0xFFE, 3600, "2002"); c != wire.SubscribeThrottle {
			t.Errorf("cause %d", c)
		}
		p.nc.Close()
		synctest.Wait()
		if n := len(l.hub.Snapshot().Records); n != 0 {
			t.Errorf("%d records", n)
		}

		// Without `presence call-list` nobody, with the global one every model that can.
		p1 := l.register(ephone1, 30006, 11)
		if c := ask(p1, 0x1E, 3403, "2001"); c != wire.SubscribeTrunkForbidden {
			t.Errorf("cause %d", c)
		}
		cfg.CallList = true
		l.apply(cfg)
		for _, m := range phones.Models() {
			p := l.register(ephone1, m.Type, 11)
			p.send(&wire.SubscriptionStatReq{Transaction: 0x1E, Feature: 1, Timer: 60, Number: "2002"})
			if s := find[*wire.SubscriptionStat](p); (s.Cause == wire.SubscribedOK) != m.CallList {
				t.Errorf("%s: %+v", m.Show, s)
			}
			p.nc.Close()
		}
	})
}

func TestReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, guide())
		p1, p2, p3 := l.register(ephone1, 7, 11), l.register(ephone2, 30006, 11), l.register("SEP0000000000A3", 8, 11)
		all := []*phone{p1, p2, p3}
		for _, p := range all {
			p.begin()
			p.drain()
		}
		kinds := func() (got []uint32) {
			synctest.Wait()
			for _, p := range all {
				m, _ := p.read()
				r, _ := m.(*wire.Reset)
				if r == nil {
					r = &wire.Reset{}
				}
				got = append(got, r.Kind)
			}
			return got
		}
		wantKinds := func(when string, list ...uint32) {
			t.Helper()
			if got := kinds(); !slices.Equal(got, list) {
				t.Errorf("%s: %v, want %v", when, got, list)
			}
		}
		l.s.Reset([]int{2, 77}, phones.Reset, 15*time.Second, false)
		wantKinds("one", 0, wire.ResetReset, 0)
		if e := l.ephone(2); e.Resets != 1 {
			t.Errorf("%+v", e)
		}
		l.s.Reset(nil, phones.Restart, 0, false)
		wantKinds("all at once", 2, 2, 2)
		l.s.Reset(nil, phones.Restart, 15*time.Second, false)
		wantKinds("all, 0 s", 2, 0, 0)
		time.Sleep(13 * time.Second)
		wantKinds("all, 15 s", 0, 2, 0)
		time.Sleep(13 * time.Second)
		wantKinds("all, 30 s", 0, 0, 2)
		l.s.Reset(nil, phones.Restart, 15*time.Second, false)
		wantKinds("again", 2, 0, 0)
		l.s.CancelReset()
		p1.send(&wire.KeepAlive{})
		p2.send(&wire.KeepAlive{})
		p3.send(&wire.KeepAlive{})
		for _, p := range all {
			want[*wire.KeepAliveAck](p)
		}
		time.Sleep(20 * time.Second)
		wantKinds("cancelled", 0, 0, 0)
		// One at a time: the next when the phone is back, or after four minutes.
		l.s.Reset(nil, phones.Reset, 4*time.Minute, true)
		wantKinds("sequence", 1, 0, 0)
		p1.send(&wire.Unregister{})
		want[*wire.UnregisterAck](p1)
		wantKinds("gone", 0, 0, 0)
		p1.enrol(ephone1, 7, 11)
		wantKinds("back", 0, 1, 0)
		for range 20 {
			time.Sleep(10 * time.Second)
			for _, p := range all {
				p.send(&wire.KeepAlive{})
				find[*wire.KeepAliveAck](p)
			}
		}
		time.Sleep(45 * time.Second)
		for _, p := range all[:2] {
			p.drain()
		}
		wantKinds("time is up", 0, 0, 1)
		if e := l.ephone(1); e.Resets != 0 {
			t.Errorf("%+v", e)
		}
	})
}

// A phone in a call is reset when it is over.
func TestResetAfterCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, guide())
		p := l.register(ephone1, 7, 11)
		p.begin()
		l.x.show(1, 2)
		p.drain()
		l.s.Reset([]int{1}, phones.Reset, 0, false)
		p.silent()
		if e := l.ephone(1); !e.ResetPending || e.Resets != 0 {
			t.Errorf("%+v", e)
		}
		l.x.show(1, 1)
		p.drain()
		if e := l.ephone(1); !e.ResetPending {
			t.Errorf("%+v", e)
		}
		l.x.show(1, 0)
		if r := find[*wire.Reset](p); r.Kind != wire.ResetReset {
			t.Errorf("%+v", r)
		}
		if e := l.ephone(1); e.ResetPending || e.Resets != 1 {
			t.Errorf("%+v", e)
		}
	})
}

// drain takes what has been sent.
func (p *phone) drain() {
	synctest.Wait()
	for {
		if _, err := p.read(); err != nil {
			return
		}
	}
}
