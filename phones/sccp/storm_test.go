package sccp

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/internal/memnet"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
	"github.com/busylamp/busylamp/phones/sccp/wire"
	"github.com/busylamp/busylamp/presence"
)

// Phones that press at once, with the real call model, while everything is looked at,
// debugged, changed and reset: nobody waits for ever, and in the end all lines are idle.
func TestAllAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &lab{t: t, net: memnet.New(), log: logbuf.New(time.Now), far: &far{}}
		l.hub = presence.New(presence.Options{Log: l.log, Shards: 2, Relay: l.far})
		x := call.New(call.Options{Log: l.log, Publisher: l.hub})
		l.s = New(Options{Net: l.net, Log: l.log, Exchange: x, Hub: l.hub})
		defer func() {
			l.s.Close()
			x.Close()
			l.hub.Close()
			l.log.Close()
		}()
		l.watchable(true)
		cfg := guide()
		if err := x.Apply(t.Context(), phones.Config{}, cfg); err != nil {
			t.Fatal(err)
		}
		l.apply(cfg)
		var all sync.WaitGroup
		for i, name := range []string{ephone1, ephone2} {
			all.Go(func() {
				random := rand.New(rand.NewPCG(uint64(i), 7))
				for range 15 {
					p := l.dial()
					go func() {
						for {
							if _, err := p.read(); err != nil {
								return
							}
						}
					}()
					frames := wire.Encode(nil, registerReq(name, 7, 11), 0)
					frames = wire.Encode(wire.Encode(frames, &wire.ButtonTemplateReq{}, 0), &wire.KeepAlive{}, 0)
					for range random.IntN(120) {
						for _, digit := range []uint32{2, 0, 0, uint32(3 - 2*i)} {
							frames = wire.Encode(frames, &wire.KeypadButton{Button: digit}, 0)
						}
						frames = wire.Encode(frames, []wire.Message{
							&wire.OffHook{}, &wire.OnHook{}, &wire.SoftKeyEvent{Event: uint32(random.IntN(20))}, &wire.Stimulus{Stimulus: wire.ButtonLine, Instance: 1},
							&wire.KeepAlive{}, &wire.OffHook{}, &wire.OffHook{}, &wire.OnHook{}, &wire.ButtonTemplateReq{},
						}[random.IntN(9)], 0)
						if random.IntN(3) == 0 {
							_, _ = p.nc.Write(frames)
							frames = frames[:0]
							time.Sleep(time.Duration(random.IntN(200)) * time.Millisecond)
						}
					}
					_, _ = p.nc.Write(frames)
					p.nc.Close()
				}
			})
		}
		all.Go(func() {
			for i := range 60 {
				l.s.Snapshot()
				x.Snapshot()
				x.Do(call.Test{Number: "2003", State: []string{"busy", "idle"}[i%2]})
				l.s.Reset(nil, phones.Restart, time.Second, true)
				for _, topic := range l.topics() {
					l.log.SetDebug(topic, i%2 == 0)
				}
				if err := x.Apply(context.Background(), cfg, cfg); err != nil {
					t.Error(err)
				}
				time.Sleep(50 * time.Millisecond)
			}
		})
		all.Wait()
		synctest.Wait()
		time.Sleep(time.Hour)
		synctest.Wait()
		if s := x.Snapshot(); s.Totals.Calls < 10 || s.Totals.Answered == 0 || s.Totals.Active != 0 || len(s.Devices) != 0 {
			t.Errorf("%+v, %+v", s.Totals, s.Devices)
		}
		if s := l.s.Snapshot(); s.Sockets != 0 || len(l.hub.Snapshot().Records) != 0 {
			t.Errorf("%d sockets, %d subscriptions", s.Sockets, len(l.hub.Snapshot().Records))
		}
	})
}
