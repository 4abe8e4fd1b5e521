package skinny

import (
	"errors"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/busylamp/busylamp/phones/handset"
	"github.com/busylamp/busylamp/phones/sccp/wire"
	"pgregory.net/rapid"
)

// A call, as the server shows it and as the keys answer.
func TestCall(t *testing.T) {
	for _, inUse := range []int{5, 9, 11, 17, 20, 22} {
		inService(t, "8945", inUse, func(t *testing.T, p *Phone, l *link) {
			in := inUse
			info := wire.CallDetails{Line: 1, Ref: 7, Type: wire.CallInbound, Calling: "2101", CallingName: "Eve", Called: "1001"}
			l.send(wire.NewCallState(wire.StateRingIn, 1, 7), &wire.SelectSoftKeys{Line: 1, Ref: 7, Set: wire.KeySetRingIn, Mask: wire.AllKeys},
				wire.NewPromptStatus(in, wire.TextFrom+"2101", 0, 1, 7), wire.NewPriNotify(in, wire.TextFrom+"2101", 10, 5), wire.NewCallInfo(in, info),
				&wire.SetLamp{Stimulus: wire.ButtonLine, Instance: 1, Mode: wire.LampBlink}, &wire.SetRinger{Mode: wire.RingInside, Duration: wire.RingNormal, Line: 1, Ref: 7})
			shows(t, p, `call ringin 2101 "Eve"`, "line 1 blink", "line 1 ringin", "line 2 onhook", "ring inside", "soft Answer", "prompt From 2101", "notice From 2101")
			time.Sleep(11 * time.Second)
			shows(t, p, "no notice")
			press(t, p, "answer")
			if m := wants[*wire.SoftKeyEvent](t, l); *m != (wire.SoftKeyEvent{Event: wire.EventAnswer, Line: 1, Ref: 7}) {
				t.Errorf("%+v", m)
			}
			l.send(&wire.SetRinger{Mode: wire.RingOff}, &wire.SetSpeakerMode{Mode: wire.SwitchOn}, wire.NewCallState(wire.StateOffHook, 1, 7),
				&wire.OpenReceiveChannel{Conference: 7, Party: 7, Ref: 7, Milliseconds: 20, Codec: wire.CodecG711U})
			ack := wants[*wire.OpenReceiveChannelAck](t, l)
			if ack.Status != wire.MediaOK || ack.Addr.String() != "10.1.1.60" || ack.Port == 0 || ack.Port%2 != 0 || ack.Party != 7 || ack.Ref != 7 {
				t.Errorf("%+v", ack)
			}
			l.send(&wire.StartMediaTransmission{Conference: 7, Party: 7, Ref: 7, Addr: netip.MustParseAddr("10.1.1.9"), Port: 20000, Codec: wire.CodecG711U},
				wire.NewCallState(wire.StateConnected, 1, 7), &wire.SelectSoftKeys{Line: 1, Ref: 7, Set: wire.KeySetConnected, Mask: 0b011})
			shows(t, p, "call connected 2101", "offhook", "no ring", "media 10.1.1.9:20000", "media receive", "soft Hold", "soft EndCall", "no soft Trnsfer")
			if in >= 15 {
				wants[*wire.StartMediaTransmissionAck](t, l)
			}
			// A second call waits; keys of the first one still work.
			l.send(wire.NewCallState(wire.StateCallWaiting, 2, 8), &wire.SelectSoftKeys{Line: 2, Ref: 8, Set: wire.KeySetRingIn, Mask: wire.AllKeys},
				&wire.StartTone{Tone: wire.ToneCallWaiting, Line: 2, Ref: 8})
			shows(t, p, "call waiting", "tone callwaiting", "soft Answer", "calls 2")
			press(t, p, "hold")
			if m := wants[*wire.SoftKeyEvent](t, l); *m != (wire.SoftKeyEvent{Event: wire.EventHold, Line: 1, Ref: 7}) {
				t.Errorf("%+v", m)
			}
			press(t, p, "call 1")
			shows(t, p, "no soft Answer", "soft Hold")
			press(t, p, "digits 1#")
			if m := wants[*wire.KeypadButton](t, l); *m != (wire.KeypadButton{Button: 1, Line: 1, Ref: 7}) {
				t.Errorf("%+v", m)
			}
			l.send(&wire.CloseReceiveChannel{Conference: 7, Party: 7, Ref: 7}, &wire.StopMediaTransmission{Conference: 7, Party: 7, Ref: 7},
				wire.NewCallState(wire.StateHold, 1, 7), &wire.SelectSoftKeys{Line: 1, Ref: 7, Set: wire.KeySetOnHold, Mask: wire.AllKeys}, &wire.StopTone{Line: 2, Ref: 8})
			shows(t, p, "call 1 hold", "no media send", "no media receive", "soft Resume", "no tone")
			press(t, p, "resume", "onhook")
			wants[*wire.OnHook](t, l)
			l.send(&wire.SetSpeakerMode{Mode: wire.SwitchOff}, &wire.ClearPromptStatus{Line: 1, Ref: 7}, wire.NewCallState(wire.StateOnHook, 1, 7),
				wire.NewCallState(wire.StateOnHook, 2, 8), &wire.SelectSoftKeys{Mask: wire.AllKeys}, &wire.SetLamp{Stimulus: wire.ButtonLine, Instance: 1, Mode: wire.LampOff})
			shows(t, p, "calls 0", "not offhook", "line 1 off", "prompt options", "soft NewCall")
		})
	}
}

// What each key sends.
func TestKeys(t *testing.T) {
	inService(t, "7960", 9, func(t *testing.T, p *Phone, l *link) {
		for _, row := range []struct {
			key  string
			want wire.Message
		}{
			{"offhook", &wire.OffHook{}}, {"onhook", &wire.OnHook{}},
			{"line 2", &wire.Stimulus{Stimulus: wire.ButtonLine, Instance: 2}},
			{"key 1", &wire.Stimulus{Stimulus: wire.ButtonSpeedDial, Instance: 1}},
			{"key 3", &wire.Stimulus{Stimulus: wire.ButtonBLFSpeedDial, Instance: 4}},
			{"messages", &wire.Stimulus{Stimulus: wire.ButtonVoicemail, Instance: 1}},
			{"dial 2102", &wire.EnblocCall{Number: "2102"}},
			{"soft newcall", &wire.SoftKeyEvent{Event: wire.EventNewCall}}, {"newcall", &wire.SoftKeyEvent{Event: wire.EventNewCall}},
			{"redial", &wire.SoftKeyEvent{Event: wire.EventRedial}}, {"dnd", &wire.SoftKeyEvent{Event: wire.EventDND}},
		} {
			press(t, p, row.key)
			if m := <-l.got; !reflect.DeepEqual(m, row.want) {
				t.Errorf("%s: %+v", row.key, m)
			}
		}
		press(t, p, "onhook")
		<-l.got
		press(t, p, "digits 2*")
		if got := []wire.Message{<-l.got, <-l.got, <-l.got}; names(got) != "OffHook KeypadButton KeypadButton" {
			t.Errorf("%s", names(got))
		}
		l.send(wire.NewCallState(wire.StateOffHook, 1, 3))
		shows(t, p, "call offhook 2*")
		press(t, p, "digits 34")
		shows(t, p, "call offhook 2*34")
		l.send(&wire.BackSpaceRes{Line: 1, Ref: 3})
		shows(t, p, "call offhook 2*3")
		l.send(wire.NewCallState(wire.StateOnHook, 1, 3))
		shows(t, p, "calls 0")
		for _, key := range []string{"line 3", "key 4", "call 1", "soft Hold", "hold", "resume", "end", "answer", "transfer", "transfer 2102"} {
			if err := handset.Press(p, key); !errors.Is(err, handset.ErrNoKey) {
				t.Errorf("%s: %v", key, err)
			}
		}
	})
}

// Lamps: BLF keys, shared and monitored lines, messages, forwarding, DnD.
func TestLamps(t *testing.T) {
	for _, inUse := range []int{5, 9, 17} {
		inService(t, "7970", inUse, func(t *testing.T, p *Phone, l *link) {
			for status, want := range map[uint32]string{wire.BLFUnknown: "unknown", wire.BLFIdle: "idle", wire.BLFInUse: "busy", wire.BLFDnD: "dnd", wire.BLFAlerting: "ringing"} {
				l.send(wire.NewFeatureStat(inUse, 4, wire.ButtonBLFSpeedDial, status, "Eve"))
				shows(t, p, "key 3 "+want, "key 3 eve", "key 2 idle")
			}
			l.send(wire.NewFeatureStat(inUse, 9, wire.ButtonBLFSpeedDial, 2, "none"), wire.NewCallState(wire.StateRemoteMultiline, 2, 0))
			shows(t, p, "line 2 remote", "calls 0")
			l.send(wire.NewCallState(wire.StateOnHook, 2, 0), &wire.SetLamp{Stimulus: wire.ButtonVoicemail, Mode: wire.LampOn}, wire.NewForwardStat(1, "2103", "", ""),
				wire.NewPromptStatus(inUse, wire.TextDNDActive, 0, 0, 0))
			shows(t, p, "line 2 onhook", "mwi", "dnd")
			if got := p.Display().Lines[0].Forward; got != "2103" {
				t.Errorf("forwarded to %q", got)
			}
			l.send(&wire.StartMulticastMediaReception{Group: netip.MustParseAddr("239.1.1.1"), Port: 20480, Codec: wire.CodecG711U, Party: 3})
			wants[*wire.MulticastMediaReceptionAck](t, l)
			shows(t, p, "media receive")
			l.send(&wire.StopMulticastMediaReception{Party: 3})
			shows(t, p, "no media receive")
		})
	}
}

// A call list subscribes to what it shows, and ends that when it is closed.
func TestList(t *testing.T) {
	inService(t, "7970", 17, func(t *testing.T, p *Phone, l *link) {
		press(t, p, "list 2101 2102")
		var ids []uint32
		for _, n := range []string{"2101", "2102"} {
			m := wants[*wire.SubscriptionStatReq](t, l)
			if m.Number != n || m.Feature != wire.SubscriptionBLF || m.Timer != listTime {
				t.Errorf("%+v", m)
			}
			ids = append(ids, m.Transaction)
		}
		l.send(&wire.SubscriptionStat{Transaction: ids[0], Feature: 1, Timer: listTime}, &wire.Notification{Transaction: ids[0], Feature: 1, Status: wire.BLFInUse},
			&wire.SubscriptionStat{Transaction: ids[1], Feature: 1, Cause: wire.SubscribeTrunkForbidden})
		shows(t, p, "list 2101 busy", "list 2102")
		press(t, p, "list")
		if m := wants[*wire.SubscriptionStatReq](t, l); m.Transaction != ids[0] || m.Timer != 0 {
			t.Errorf("%+v", m)
		}
		if len(p.Display().List) != 0 {
			t.Error("still there")
		}
	})
}

// Whatever a server sends, in whatever order, the phone survives and keeps little.
func TestGarbage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		profile, err := newProfile("7970", 0)
		if err != nil {
			t.Fatal(err)
		}
		talk := dialogue{profile: profile, mac: mac}
		var f face
		for range rapid.IntRange(1, 200).Draw(t, "messages") {
			id := rapid.Uint32Range(0x81, 0x15F).Draw(t, "id")
			body := rapid.SliceOfN(rapid.Byte(), 0, 120).Draw(t, "body")
			m, err := wire.Decode(id, 0, body, talk.inUse)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = talk.take(nil, id, m)
			for _, answer := range f.take(m, &talk) {
				wire.Encode(nil, answer, talk.inUse)
			}
			_ = f.display().String()
			for _, key := range []string{"line 1", "digits 1", "soft x", "answer", "call 1"} {
				k, _ := handset.ParseKey(key)
				_, _ = f.press(k)
			}
		}
		if len(f.calls) > maxCalls {
			t.Fatalf("%d calls", len(f.calls))
		}
	})
}
