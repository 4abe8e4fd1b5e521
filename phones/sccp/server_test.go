package sccp

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

func TestStrangers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, guide())
		p := l.dial()
		for range 29 {
			time.Sleep(time.Second)
			p.send(&wire.KeepAlive{})
			want[*wire.KeepAliveAck](p)
		}
		time.Sleep(2 * time.Second)
		p.closed()
		// As many as may connect, and one more: the first makes room.
		first := l.dial()
		for range minSockets + 2*10 - 1 {
			l.dial()
		}
		synctest.Wait()
		if n := l.s.Snapshot().Sockets; n != minSockets+20 {
			t.Errorf("%d sockets", n)
		}
		l.dial()
		first.closed()
		time.Sleep(strangerTime + time.Second)
		if n := l.s.Snapshot().Sockets; n != 0 {
			t.Errorf("%d sockets", n)
		}
		l.register(ephone1, 7, 11)
	})
}

func TestConfiguration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := guide()
		l := newLab(t, cfg)
		p1, p2 := l.register(ephone1, 7, 11), l.register(ephone2, 30006, 8)
		l.wantHeard("register ephone-1, register ephone-2")
		// Other keys wait for the restart.
		next := guide()
		next.Ephones[0].Buttons = next.Ephones[0].Buttons[:1]
		l.apply(next)
		l.wantHeard("")
		if e := l.ephone(1); len(e.Spec.Lines) != 2 || len(e.Config.Buttons) != 1 {
			t.Errorf("%+v", e)
		}
		p1.send(&wire.Unregister{})
		find[*wire.UnregisterAck](p1)
		p1.enrol(ephone1, 7, 11)
		if e := l.ephone(1); len(e.Spec.Lines) != 1 {
			t.Errorf("%+v", e)
		}
		l.x.heard()
		// `no mac-address` unregisters, `no ephone` as well.
		next = guide()
		next.Telephony.AutoReg = false
		next.Ephones[0].MAC = phones.MAC{}
		next.Ephones = next.Ephones[:1]
		l.apply(next)
		told := strings.Split(l.x.heard(), ", ")
		slices.Sort(told)
		if !slices.Equal(told, []string{"unregister ephone-1", "unregister ephone-2"}) {
			t.Errorf("%q", told)
		}
		for _, p := range []*phone{p1, p2} {
			if r := find[*wire.Reset](p); r.Kind != wire.ResetRestart {
				t.Errorf("%+v", r)
			}
			p.closed()
		}
		if s := l.s.Snapshot(); len(s.Ephones) != 1 || s.Registered != 0 {
			t.Errorf("%+v", s)
		}
	})
}

func TestListener(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, guide())
		p := l.register(ephone1, 7, 11)
		// A change of ephones leaves connections alone.
		l.apply(guide())
		p.send(&wire.KeepAlive{})
		want[*wire.KeepAliveAck](p)
		// A busy port is tried again, a move closes.
		moved := netip.MustParseAddrPort("10.1.1.2:2001")
		other, err := l.net.Listen(moved)
		if err != nil {
			t.Fatal(err)
		}
		l.logged()
		apply := func(cfg Config) {
			t.Helper()
			if err := l.s.Apply(t.Context(), l.cfg, cfg); err != nil {
				t.Fatal(err)
			}
			l.cfg = cfg
		}
		apply(Config{Enabled: true, Addr: moved, Phones: guide()})
		p.closed()
		time.Sleep(12 * time.Second)
		if log := l.logged(); len(log) != 2 || !strings.HasPrefix(log[1], "%SCCP-3-LISTEN: cannot open 10.1.1.2:2001:") || !strings.HasSuffix(log[1], "; trying again every 5 seconds") {
			t.Errorf("%q", log)
		}
		other.Close()
		time.Sleep(5 * time.Second)
		l.wantLog("%SCCP-5-LISTEN: now listening on 10.1.1.2:2001")
		if s := l.s.Snapshot(); s.Listening != moved {
			t.Errorf("%+v", s)
		}
		apply(Config{Phones: guide()})
		if s := l.s.Snapshot(); s.Listening.IsValid() {
			t.Errorf("%+v", s)
		}
		l.net.OnlyLocal(netip.MustParseAddr("10.1.1.9"))
		apply(Config{Enabled: true, Addr: here, Bind: netip.MustParseAddr("127.0.0.1"), Phones: guide()})
		l.wantLog("%SCCP-5-STANDIN: 10.1.1.2 is not an address of this host, listening on 127.0.0.1:2000 instead")
		apply(Config{Enabled: true, Addr: here, Phones: guide()}) // cannot be had
		apply(Config{})
	})
}
