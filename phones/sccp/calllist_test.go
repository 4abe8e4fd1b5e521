package sccp

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/sccp/wire"
	"github.com/busylamp/busylamp/presence"
)

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
