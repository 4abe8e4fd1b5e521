package skinny

import (
	"context"
	"errors"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

// A fleet registers, keeps alive, counts its lamps and comes back.
func TestFleet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, 9)
		defer s.close()
		f, err := NewFleet(FleetOptions{Network: s.net, Server: addr, First: phones.MAC{0, 0, 0, 0, 0, 0xFE}, Count: 20, Dialing: 3})
		if err != nil {
			t.Fatal(err)
		}
		all := func(s FleetStats) bool { return s.Registered == 20 }
		if err := f.Wait(t.Context(), all); err != nil {
			t.Fatal(err)
		}
		if f.MAC(1) != (phones.MAC{0, 0, 0, 0, 0, 0xFF}) || f.MAC(2) != (phones.MAC{0, 0, 0, 0, 1, 0}) {
			t.Errorf("%v %v", f.MAC(1), f.MAC(2))
		}
		synctest.Wait()
		st := f.Stats()
		if st.Lamps != 40 || st.Sent != 20*18 || st.Lost != 0 {
			t.Errorf("%+v", st)
		}
		var links []*link
		seen := map[string]bool{}
		for range 20 {
			l := s.next()
			links = append(links, l)
			seen[wants[*wire.RegisterReq](t, l).Name] = true
		}
		if len(seen) != 20 || !seen["SEP0000000000FE"] || !seen["SEP000000000111"] {
			t.Errorf("%v", seen)
		}
		time.Sleep(31 * time.Second)
		if st := f.Stats(); st.KeepAlives != 20 || st.Registered != 20 {
			t.Errorf("%+v", st)
		}
		for _, l := range links[:5] {
			l.send(wire.NewFeatureStat(9, 2, wire.ButtonBLFSpeedDial, wire.BLFInUse, "x"))
		}
		if err := f.Wait(t.Context(), func(s FleetStats) bool { return s.Lamps == 45 }); err != nil {
			t.Error(err)
		}
		f.Drop(5)
		if err := f.Wait(t.Context(), func(s FleetStats) bool { return s.Lost == 5 && s.Registered == 15 }); err != nil {
			t.Error(err)
		}
		if err := f.Wait(t.Context(), all); err != nil {
			t.Error(err)
		}
		f.Drop(100)
		if err := f.Wait(t.Context(), func(s FleetStats) bool { return s.Lost == 25 }); err != nil {
			t.Error(err)
		}
		if err := f.Wait(t.Context(), all); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		var last *link // the others have been dropped
		for len(s.conns) > 0 {
			last = s.next()
		}
		last.send(&wire.Reset{Kind: wire.ResetRestart})
		if err := f.Wait(t.Context(), func(s FleetStats) bool { return s.Resets == 1 && s.Registered == 20 }); err != nil {
			t.Error(err)
		}
		f.Close()
		if st := f.Stats(); st.Registered != 0 {
			t.Errorf("%+v", st)
		}
	})
}

func TestFleetRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, 9)
		defer s.close()
		s.quiet.Store(true)
		f, err := NewFleet(FleetOptions{Network: s.net, Server: addr, First: mac, Count: 2, Model: "7970"})
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		s.next().send(&wire.RegisterReject{Text: "no"})
		if err := f.Wait(t.Context(), func(s FleetStats) bool { return s.Rejected == 1 }); err != nil {
			t.Error(err)
		}
		if err := f.Wait(t.Context(), func(s FleetStats) bool { return s.Lost == 1 }); err != nil { // never answered
			t.Error(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := f.Wait(ctx, func(s FleetStats) bool { return s.Registered == 2 }); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
	})
	for _, o := range []FleetOptions{{}, {Server: addr}, {Server: addr, First: mac}, {Server: addr, First: mac, Count: 100001},
		{Server: addr, First: mac, Count: 1, Model: "x"}, {Server: netip.AddrPort{}, First: mac, Count: 1}} {
		if _, err := NewFleet(o); err == nil {
			t.Errorf("%+v: taken", o)
		}
	}
}
