package skinny

import (
	"net/netip"
	"testing"
	"time"

	"github.com/busylamp/busylamp/phones/handset"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

var receive = &wire.OpenReceiveChannel{Conference: 7, Party: 7, Ref: 7, Milliseconds: 20, Codec: wire.CodecG711U}

var transmit = &wire.StartMediaTransmission{Conference: 7, Party: 7, Ref: 7, Addr: netip.MustParseAddr("10.1.1.9"), Port: 20000, Codec: wire.CodecG711U}

// Media of a call may be opened before the phone hears of the call: it is the
// call's, and gone with it.
func TestMediaBeforeCall(t *testing.T) {
	inService(t, "7960", 9, func(t *testing.T, p *Phone, l *link) {
		l.send(receive, transmit, wire.NewCallState(wire.StateConnected, 1, 7), &wire.SelectSoftKeys{Line: 1, Ref: 7, Set: wire.KeySetConnected, Mask: wire.AllKeys})
		shows(t, p, "call connected", "media", "media 10.1.1.9:20000")
		l.send(wire.NewCallState(wire.StateOnHook, 1, 7))
		shows(t, p, "calls 0", "no media send", "no media receive")
		// Closed before its end.
		l.send(receive, transmit, wire.NewCallState(wire.StateConnected, 1, 7), &wire.SelectSoftKeys{Line: 1, Ref: 7, Set: wire.KeySetConnected, Mask: wire.AllKeys})
		shows(t, p, "media")
		l.send(&wire.CloseReceiveChannel{Party: 7, Ref: 7}, &wire.StopMediaTransmission{Party: 7, Ref: 7})
		shows(t, p, "no media send", "no media receive")
		l.send(wire.NewCallState(wire.StateOnHook, 1, 7))
		// A page to this phone alone has no call at all.
		page := *receive
		page.Conference, page.Party, page.Ref = 9, 9, 9
		l.send(&page)
		shows(t, p, "media receive", "calls 0")
		l.send(&wire.CloseReceiveChannel{Party: 9, Ref: 9})
		shows(t, p, "no media receive")
		// Of a call that never comes nothing is kept once it has ended.
		l.send(receive, wire.NewCallState(wire.StateOnHook, 1, 7))
		shows(t, p, "no media receive", "calls 0")
		p.mu.Lock()
		defer p.mu.Unlock()
		if len(p.face.early) != 0 {
			t.Errorf("%d are kept", len(p.face.early))
		}
	})
}

// However many calls a server never tells of, the phone remembers few.
func TestMediaOfNoCall(t *testing.T) {
	f := face{}
	for ref := range uint32(10 * maxCalls) {
		f.opens(ref).Send = netip.AddrPortFrom(netip.IPv6Unspecified(), 1)
	}
	if len(f.early) != maxCalls {
		t.Errorf("%d are remembered", len(f.early))
	}
}

// A phone that registers again is on hook and in no call, whatever it was before.
func TestRegistersAnewOnHook(t *testing.T) {
	for _, end := range []string{"gone", "reset"} {
		inService(t, "7960", 9, func(t *testing.T, p *Phone, l *link) {
			press(t, p, "offhook")
			l.send(wire.NewCallState(wire.StateOffHook, 1, 7), &wire.SetSpeakerMode{Mode: wire.SwitchOn}, &wire.StartTone{Tone: wire.ToneInsideDial, Line: 1, Ref: 7},
				receive, transmit, &wire.OpenReceiveChannel{Party: 8, Ref: 8})
			shows(t, p, "offhook", "tone dial", "calls 1")
			if end == "gone" {
				l.conn.Close()
			} else {
				l.send(&wire.Reset{Kind: wire.ResetReset})
			}
			shows(t, p, "not registered", "not offhook")
			l.s.next()
			shows(t, p, "registered", "not offhook", "no tone", "no media receive", "no media send", "calls 0", "no ring")
			d := p.Display()
			if (d.Media != handset.Media{}) {
				t.Errorf("%+v", d.Media)
			}
		})
	}
}

// Digits directly after a key that begins a call are for that call, which they wait for.
func TestDigitsAwaitCall(t *testing.T) {
	for _, key := range []string{"transfer", "line 2", "newcall"} {
		inService(t, "7960", 9, func(t *testing.T, p *Phone, l *link) {
			l.send(wire.NewCallState(wire.StateConnected, 1, 7), &wire.SelectSoftKeys{Line: 1, Ref: 7, Set: wire.KeySetConnected, Mask: wire.AllKeys})
			shows(t, p, "call connected", "soft Trnsfer")
			if key == "newcall" {
				l.send(&wire.SelectSoftKeys{Line: 1, Ref: 7, Set: wire.KeySetOnHold, Mask: wire.AllKeys})
				shows(t, p, "soft NewCall")
			}
			go func() {
				time.Sleep(300 * time.Millisecond)
				l.send(wire.NewCallState(wire.StateHold, 1, 7))
				time.Sleep(300 * time.Millisecond)
				l.send(wire.NewCallState(wire.StateOffHook, 2, 8))
			}()
			press(t, p, key, "digits 21")
			for _, want := range []wire.KeypadButton{{Button: 2, Line: 2, Ref: 8}, {Button: 1, Line: 2, Ref: 8}} {
				if m := wants[*wire.KeypadButton](t, l); *m != want {
					t.Errorf("%s: %+v", key, m)
				}
			}
			shows(t, p, "call offhook 21")
		})
	}
	// A server that shows none is not waited for any longer than that.
	inService(t, "7960", 9, func(t *testing.T, p *Phone, l *link) {
		l.send(wire.NewCallState(wire.StateConnected, 1, 7), &wire.SelectSoftKeys{Line: 1, Ref: 7, Set: wire.KeySetConnected, Mask: wire.AllKeys})
		shows(t, p, "soft Trnsfer")
		start := time.Now()
		press(t, p, "transfer", "digits 2", "digits 1")
		if d := time.Since(start); d != awaitTime {
			t.Errorf("waited %v", d)
		}
		press(t, p, "transfer")
		go func() {
			time.Sleep(time.Second / 2)
			p.Close()
		}()
		if err := handset.Press(p, "digits 2"); err == nil {
			t.Error("digits on a closed phone")
		}
	})
}

// An open call list is asked for again before its hour is over, on the same
// transactions; one that is closed is not.
func TestListIsRenewed(t *testing.T) {
	inService(t, "7970", 9, func(t *testing.T, p *Phone, l *link) {
		time.Sleep(7 * time.Minute) // not at the time of a keepalive
		press(t, p, "list 2101 2102")
		first := []*wire.SubscriptionStatReq{wants[*wire.SubscriptionStatReq](t, l), wants[*wire.SubscriptionStatReq](t, l)}
		start := time.Now()
		for round := range 3 {
			for i := range first {
				var m *wire.SubscriptionStatReq
				for m == nil && time.Since(start) < 5*time.Hour {
					switch got := (<-l.got).(type) {
					case *wire.SubscriptionStatReq:
						m = got
					}
				}
				if m == nil {
					t.Fatal("never renewed")
				}
				if *m != *first[i] {
					t.Errorf("%+v, want %+v", m, first[i])
				}
			}
			if d := time.Since(start); d < 45*time.Minute || d >= time.Hour {
				t.Errorf("round %d: renewed after %v", round, d)
			}
			start = time.Now()
		}
		press(t, p, "list")
		for range first {
			if m := wants[*wire.SubscriptionStatReq](t, l); m.Timer != 0 {
				t.Errorf("%+v", m)
			}
		}
		for time.Since(start) < 2*time.Hour {
			if m, ok := (<-l.got).(*wire.SubscriptionStatReq); ok {
				t.Fatalf("asked again: %+v", m)
			}
		}
	})
}
