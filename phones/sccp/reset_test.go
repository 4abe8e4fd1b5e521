package sccp

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

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

// However many ask at once, one sequence is under way, and CancelReset ends it.
func TestResetsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, guide())
		p1, p2 := l.register(ephone1, 7, 11), l.register(ephone2, 30006, 11)
		p1.begin()
		p2.begin()
		for range 50 {
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() { l.s.Reset(nil, phones.Restart, 5*time.Second, false) })
			}
			wg.Wait()
			l.s.CancelReset()
			synctest.Wait()
			p1.drain()
			p2.drain()
			time.Sleep(6 * time.Second)
			p2.silent()
			p1.send(&wire.KeepAlive{})
			p2.send(&wire.KeepAlive{})
			synctest.Wait()
			p1.drain()
			p2.drain()
		}
	})
}
