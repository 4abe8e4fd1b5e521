package sccp

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
	"github.com/busylamp/busylamp/phones/sccp/wire"
	"github.com/busylamp/busylamp/presence"
)

// A message that comes in pieces, with pauses after which a connection counts as
// quiet, is one message all the same.
func TestPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, guide())
		p := l.register(ephone1, 7, 11)
		p.begin()
		for _, pause := range []time.Duration{50 * time.Millisecond, 150 * time.Millisecond, 2 * time.Second} {
			for piece := 1; piece <= 40; piece++ {
				frames := wire.Encode(nil, &wire.LineStatReq{Line: 1}, p.inUse)
				for frames = wire.Encode(frames, &wire.KeepAlive{}, p.inUse); len(frames) > 0; frames = frames[min(piece, len(frames)):] {
					if _, err := p.nc.Write(frames[:min(piece, len(frames))]); err != nil {
						t.Fatal(err)
					}
					time.Sleep(pause)
				}
				find[*wire.LineStat](p)
				find[*wire.KeepAliveAck](p)
			}
		}
	})
}

// Digits that come before a frame that ends the connection are dialled, and never by
// another phone.
func TestDigitsBeforeTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, guide())
		p := l.register(ephone1, 7, 11)
		p.begin()
		frames := wire.Encode(nil, &wire.KeypadButton{Button: 3}, p.inUse)
		if _, err := p.nc.Write(append(frames, make([]byte, 12)...)); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		want := fmt.Sprint([]call.Input{call.Digit{Device: phones.Device{Kind: phones.EphoneDevice, Tag: 1}, Digit: '3'}})
		if got := fmt.Sprint(l.x.in); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		other := l.register(ephone2, 7, 11)
		other.begin()
		other.send(&wire.OffHook{})
		synctest.Wait()
		if n := len(l.x.in); n != 2 {
			t.Errorf("%d inputs: %v", n, l.x.in)
		}
	})
}

// A phone that stops reading is dropped, and nobody waits for it.
func TestPhoneThatDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, guide())
		deaf, other := l.register(ephone1, 7, 11), l.register(ephone2, 30006, 11)
		deaf.begin()
		other.begin()
		find[*wire.FeatureStatV2](other)
		l.log.SetDebug(TopicError, true)
		l.logged()
		start := time.Now()
		for i := 0; l.s.phone(1) != nil && i < 10_000; i++ {
			line := lineIdle
			if i%2 == 0 {
				line = lineBusy
			}
			l.hub.Publish("2003", line)
			l.hub.Publish("2001", line)
			synctest.Wait()
			find[*wire.FeatureStatV2](other)
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("others waited %v", took)
		}
		if e := l.ephone(1); e.State != phones.EphoneUnregistered {
			t.Errorf("%+v", e)
		}
		l.wantHeard("register ephone-1, register ephone-2, unregister ephone-1")
		if log := l.logged(); log[0] != "socket [1] send ERROR 11" {
			t.Errorf("%q", log)
		}
		if n := len(l.hub.Snapshot().Records); n != 1 {
			t.Errorf("%d subscriptions are left", n)
		}
	})
}

// One that reads nothing and is told little runs into the write deadline.
func TestWriteDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, guide())
		p := l.register(ephone1, 7, 11)
		p.begin()
		// Its own requests fill its buffer: the reader waits, not the server.
		go func() {
			var frames []byte
			for range 1000 {
				frames = wire.Encode(frames, &wire.LineStatReq{Line: 1}, 9)
			}
			_, _ = p.nc.Write(frames)
		}()
		synctest.Wait()
		if l.s.phone(1) == nil {
			t.Fatal("dropped at once")
		}
		time.Sleep(writeTimeout + time.Second)
		if l.s.phone(1) != nil {
			t.Error("still there")
		}
	})
}

func TestGarbage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, guide())
		p := l.register(ephone1, 7, 11)
		_, _ = p.nc.Write([]byte("GET / HTTP/1.1\r\nHost: there\r\n\r\n"))
		p.closed()
		l.wantHeard("register ephone-1, unregister ephone-1")
		// A frame that claims to be longer than any is.
		p = l.dial()
		_, _ = p.nc.Write(binary.LittleEndian.AppendUint32(nil, 1<<30))
		_, _ = p.nc.Write(make([]byte, 8))
		p.closed()
		// Half a frame, and then nothing.
		p = l.dial()
		_, _ = p.nc.Write([]byte{40, 0, 0, 0, 0, 0})
		time.Sleep(strangerTime + time.Second)
		p.closed()
		if n := l.s.Snapshot().Sockets; n != 0 {
			t.Errorf("%d sockets", n)
		}
	})
}

// All phones come back at once while their old connections are half open.
func TestReconnects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const fleet = 1000
		cfg := phones.Config{Telephony: phones.Telephony{On: true, Source: here, MaxEphones: fleet, MaxDN: fleet}}
		for i := 1; i <= fleet; i++ {
			cfg.EphoneDNs = append(cfg.EphoneDNs, phones.EphoneDN{Tag: i, Number: fmt.Sprint(10000 + i)})
			cfg.Ephones = append(cfg.Ephones, phones.Ephone{Tag: i, MAC: phones.MAC{0, 0, 0, 1, byte(i >> 8), byte(i)},
				Buttons: []phones.Button{{Number: 1, Sep: phones.Normal, DNs: []int{i}}}, BLF: []phones.BLFKey{{Tag: 2, Number: "2001"}}})
		}
		l := newLab(t, cfg)
		for range 3 {
			var all sync.WaitGroup
			for i := 1; i <= fleet; i++ {
				all.Go(func() {
					p := l.register(fmt.Sprintf("SEP00000001%04X", i), 7, 11)
					p.send(&wire.TimeDateReq{})
					find[*wire.DefineTimeDate](p)
				})
			}
			all.Wait()
			synctest.Wait()
			s := l.s.Snapshot()
			if s.Registered != fleet || s.Sockets != fleet {
				t.Errorf("%d registered, %d sockets", s.Registered, s.Sockets)
			}
			if n := len(l.hub.Snapshot().Records); n != fleet {
				t.Errorf("%d subscriptions", n)
			}
			time.Sleep(time.Minute)
		}
		time.Sleep(time.Minute)
		s := l.s.Snapshot()
		if s.Deceased != fleet || s.Sockets != 0 {
			t.Errorf("%d deceased, %d sockets", s.Deceased, s.Sockets)
		}
		registered := 0
		for _, on := range l.x.on() {
			registered += on
		}
		if registered != 0 || len(l.hub.Snapshot().Records) != 0 {
			t.Errorf("%d are left with the call model, %d subscriptions", registered, len(l.hub.Snapshot().Records))
		}
	})
}

// on counts, for each device, registrations less ends: never more than one, never
// fewer than none.
func (x *exchange) on() map[string]int {
	x.mu.Lock()
	defer x.mu.Unlock()
	on := map[string]int{}
	for _, told := range x.told {
		var what, who string
		if _, err := fmt.Sscan(told, &what, &who); err != nil {
			panic(err)
		}
		if what == "register" {
			on[who]++
		} else {
			on[who]--
		}
		if on[who] < 0 || on[who] > 1 {
			panic(told + " out of order")
		}
	}
	return on
}

// Connections that replace one another, leave and are configured away at the same
// time: the call model hears of each in order.
func TestComingsAndGoings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, guide())
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				for j := range 20 {
					p := l.dial()
					frames := wire.Encode(nil, registerReq(ephone1, 7, 11), 0)
					if (i+j)%3 == 0 {
						frames = wire.Encode(frames, &wire.Unregister{}, 0)
					}
					_, _ = p.nc.Write(frames) // it may have been replaced already
					p.nc.Close()
				}
			})
		}
		all.Go(func() {
			for i := range 20 {
				cfg := guide()
				if i%2 == 0 {
					cfg.Ephones = cfg.Ephones[1:]
				}
				_ = l.s.Apply(context.Background(), Config{}, Config{Enabled: true, Addr: here, Phones: cfg})
			}
		})
		all.Go(func() {
			for range 100 {
				l.hub.Publish("2003", lineBusy)
				l.hub.Publish("2003", lineIdle)
				l.s.Snapshot()
				l.s.Reset(nil, phones.Restart, time.Second, true)
			}
		})
		all.Wait()
		synctest.Wait()
		for who, n := range l.x.on() {
			if n != 0 {
				t.Errorf("%s: %d", who, n)
			}
		}
		if s := l.s.Snapshot(); s.Sockets != 0 || len(l.hub.Snapshot().Records) != 0 {
			t.Errorf("%d sockets, %d subscriptions", s.Sockets, len(l.hub.Snapshot().Records))
		}
	})
}

// Arbitrary bytes, before and after registration, neither stop the server nor
// leave anything behind.
func FuzzConnection(f *testing.F) {
	f.Add(false, wire.Encode(nil, registerReq(ephone1, 7, 11), 0))
	f.Add(true, wire.Encode(wire.Encode(nil, &wire.Unregister{}, 0), registerReq(ephone1, 7, 22), 0))
	all := []wire.Message{
		&wire.KeepAlive{}, &wire.FeatureStatReq{Index: 2}, &wire.SubscriptionStatReq{Transaction: 1, Feature: 1, Timer: 9, Number: "2001"},
		&wire.LineStatReq{Line: 1}, &wire.ForwardStatReq{Line: 1}, &wire.TimeDateReq{}, &wire.Alarm{Text: "1: Name=SEP1 Load=\x1b[31m Last=x\ny"},
		&wire.ButtonTemplateReq{}, &wire.SoftKeySetReq{}, &wire.SoftKeyTemplateReq{}, &wire.Stimulus{Stimulus: 0x15, Instance: 2},
		&wire.OffHook{}, &wire.KeypadButton{Button: 3}, &wire.OnHook{}, &wire.SoftKeyEvent{Event: 63},
	}
	var frames []byte
	for _, m := range all {
		frames = wire.Encode(frames, m, 0)
		f.Add(true, wire.Encode(nil, m, 0))
	}
	f.Add(true, frames)
	f.Add(true, bytes.Repeat(frames, 3))
	f.Fuzz(func(t *testing.T, registered bool, data []byte) {
		synctest.Test(t, func(t *testing.T) {
			l := newLab(t, guide())
			for _, topic := range l.topics() {
				l.log.SetDebug(topic, true)
			}
			p := l.dial()
			if registered {
				p.enrol(ephone1, 30006, 17)
			}
			go func() { _, _ = p.nc.Write(data) }()
			synctest.Wait()
			l.hub.Publish("2003", presence.Line{State: presence.Busy})
			l.x.show(1, 1)
			synctest.Wait()
			p.nc.Close()
			synctest.Wait()
			l.register(ephone2, 7, 11)
			if s := l.s.Snapshot(); s.Sockets != 1 || len(l.hub.Snapshot().Records) != 1 {
				t.Errorf("%d sockets, %d subscriptions", s.Sockets, len(l.hub.Snapshot().Records))
			}
		})
	})
}
