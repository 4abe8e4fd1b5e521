package sccp

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/sccp/wire"
	"pgregory.net/rapid"
)

// Silent connections, thousands and opened again whenever they are closed, keep no
// phone out: neither one from elsewhere nor one from their own address, and none
// that has registered is lost.
func TestSilentCrowd(t *testing.T) {
	for _, spread := range []int{1, 7, 5000} { // addresses that they come from, the phones' first
		t.Run(fmt.Sprint(spread), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cfg := guide()
				cfg.Telephony.MaxEphones = 30
				for i := 10; i <= 29; i++ {
					cfg.Ephones = append(cfg.Ephones, phones.Ephone{Tag: i, MAC: phones.MAC{0, 0, 0, 1, 0, byte(i)}})
				}
				l := newLab(t, cfg)
				before := l.register(ephone1, 7, 11)
				ctx, cancel := context.WithCancel(t.Context())
				var all sync.WaitGroup
				defer all.Wait()
				defer cancel()
				const silent = 2000
				var opened atomic.Int64
				for i := range silent {
					from := phoneAddr
					for range i % spread {
						from = from.Next()
					}
					all.Go(func() {
						for ctx.Err() == nil {
							nc, err := l.net.Host(from).Dial(ctx, here)
							if err != nil {
								return
							}
							opened.Add(1)
							stop := context.AfterFunc(ctx, func() { nc.Close() })
							_, _ = nc.Read(make([]byte, 1))
							stop()
							nc.Close()
							time.Sleep(200 * time.Millisecond)
						}
					})
				}
				time.Sleep(100 * time.Millisecond)
				for i := 10; i <= 29; i++ {
					start := time.Now()
					l.register(fmt.Sprintf("SEP00000001%04X", i), 7, 11)
					if took := time.Since(start); took > 500*time.Millisecond {
						t.Errorf("phone %d registered after %v", i, took)
					}
					time.Sleep(10 * time.Millisecond)
				}
				before.send(&wire.KeepAlive{})
				want[*wire.KeepAliveAck](before)
				if s := l.s.Snapshot(); s.Registered != 21 || s.Sockets > minSockets+2*30 {
					t.Errorf("%d registered, %d sockets", s.Registered, s.Sockets)
				}
				if n := opened.Load(); n < silent*3/2 {
					t.Errorf("%d connections: no flood", n)
				}
			})
		})
	}
}

// An address with few connections keeps them while another one has more.
func TestFairCrowd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, guide())
		quiet := l.dial() // the oldest of all
		far := l.net.Host(netip.MustParseAddr("10.9.9.9"))
		for range 3000 {
			nc, err := far.Dial(t.Context(), here)
			if err != nil {
				t.Fatal(err)
			}
			defer nc.Close()
		}
		quiet.enrol(ephone1, 7, 11)
		// A phone that has left is a stranger again, and the newest of its address.
		quiet.send(&wire.Unregister{})
		find[*wire.UnregisterAck](quiet)
		for range 3000 {
			l.dial()
		}
		quiet.closed()
		if n := l.s.Snapshot().Sockets; n != minSockets+20 {
			t.Errorf("%d sockets", n)
		}
	})
}

// Nothing that a stranger sends makes its time longer.
func TestStrangerTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, guide())
		p := l.dial()
		start := time.Now()
		for {
			time.Sleep(5 * time.Second)
			if time.Since(start) >= strangerTime {
				break
			}
			p.send(&wire.Unregister{}, &wire.Alarm{Text: "x"}, registerReq("SEPx", 7, 11))
		}
		p.closed()
	})
}

// The crowd against a plain list.
func TestCrowd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var k crowd
		var all []*conn // the oldest first
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			i := -1
			if len(all) > 0 {
				i = rapid.IntRange(0, len(all)-1).Draw(t, "which")
			}
			switch what := rapid.IntRange(0, 3).Draw(t, "what"); {
			case i < 0 || what == 0:
				from := netip.AddrFrom4([4]byte{10, 0, 0, rapid.Byte().Draw(t, "from") % 4})
				c := &conn{remote: netip.AddrPortFrom(from, 1)}
				k.add(c)
				k.add(c)
				all = append(all, c)
			case what == 1:
				k.remove(all[i])
				k.remove(all[i])
				all = slices.Delete(all, i, i+1)
			case what == 2:
				k.useful(all[i])
				if c := all[i]; c.turn == k.turns && i < len(all)-1 {
					all = append(slices.Delete(all, i, i+1), c)
				}
			}
			var want *conn
			count := map[netip.Addr]int{}
			for _, c := range all {
				count[c.remote.Addr()]++
			}
			for _, c := range all {
				if want == nil || count[c.remote.Addr()] > count[want.remote.Addr()] {
					want = c
				}
			}
			if got := k.oldest(); got != want {
				t.Fatalf("%+v, want %+v", got, want)
			}
		}
	})
}
