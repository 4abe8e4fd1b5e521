package sccp

import (
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
		if fails != 11 || due != 0 {
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

// Each lamp is tried again at its time, whatever happens to others.
func TestRetryOfOneLampAmongOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := guide()
		cfg.Ephones[0].BLF[0].Number = "4711"
		l := newLab(t, cfg)
		watch := func(numbers ...string) {
			c := presence.Config{Enabled: len(numbers) > 0, MaxSubscriptions: 1000, RetryInterval: 90 * time.Second, RetryLimit: 10, Numbers: map[string]presence.Number{}}
			for _, n := range numbers {
				c.Numbers[n] = presence.Number{Watch: true}
			}
			if err := l.hub.Apply(t.Context(), presence.Config{}, c); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		p := l.register(ephone1, 7, 11)
		p.begin()
		time.Sleep(60 * time.Second)
		p.send(&wire.KeepAlive{})
		watch() // ends the subscription of key 4, which is tried again after 90 seconds
		watch("4711")
		time.Sleep(31 * time.Second)
		synctest.Wait()
		if b := l.ephone(1).BLF; b[0].SubID == 0 || b[1].SubID != 0 {
			t.Errorf("%+v", b)
		}
	})
}

// renewing is a Hub whose subscription ends just after it was renewed.
type renewing struct {
	Hub
	ends func()
}

func (h renewing) Refresh(uint32, time.Duration) error { h.ends(); return nil }

func TestLampEndsWhileRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, guide())
		l.register(ephone1, 7, 11).begin()
		c := l.s.phone(1)
		lamp := &c.lamps[0]
		l.s.o.Hub = renewing{l.hub, func() { lamp.Notify(presence.Note{SubID: lamp.id}) }}
		lamp.renew(lamp.id)
		if in := lamp.due - l.s.soon(0); lamp.id != 0 || in > 90*time.Second {
			t.Errorf("subscription %d, tried again in %v", lamp.id, in)
		}
		l.s.o.Hub = l.hub
	})
}
