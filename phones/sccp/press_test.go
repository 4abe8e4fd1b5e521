package sccp

import (
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

// pressOn presses something on a phone that shows a View and returns what the call
// model is told, and the notice that the user gets.
func pressOn(v call.View, m wire.Message) (inputs []string, notice string, ok bool) {
	dev := phones.Device{Kind: phones.EphoneDevice, Tag: 1}
	spec := *v.Spec
	v.Spec = &spec
	spec.Lines = append(spec.Lines,
		phones.SpecLine{Button: 3, Sep: phones.Monitor, DNs: []phones.DNID{{Tag: 3}}},
		phones.SpecLine{Button: 4, Sep: phones.Monitor, DNs: []phones.DNID{{Tag: 4}}})
	v.Lines = append(v.Lines,
		call.LineView{Button: 3, DN: phones.DNID{Tag: 3}, Number: "5003"},
		call.LineView{Button: 4, DN: phones.DNID{Tag: 4}, Number: "701", Remote: true})
	p := presser{
		device: dev, view: &v, addr: netip.MustParseAddr("10.0.0.9"),
		slot:  func(dn phones.DNID) bool { return dn.Tag == 4 },
		dials: []phones.SpeedDial{{Tag: 1, Number: "5001"}, {Tag: 9, Number: "#"}},
		keyed: []phones.BLFKey{{Tag: 2, Number: "5002"}},
		tel:   &phones.Telephony{Voicemail: "6000", Directory: []phones.DirectoryEntry{{Tag: 50, Number: "4000"}}},
	}
	for b := 1; b <= 4; b++ {
		p.keys = append(p.keys, newKey(wire.ButtonLine, b))
	}
	ok = p.press(m)
	for _, in := range p.inputs {
		inputs = append(inputs, inputWord(in))
	}
	return inputs, p.notice, ok
}

// inputWord is an input without its device and what is zero: "OffHook Button:1 New:true".
func inputWord(in call.Input) string {
	v := reflect.ValueOf(in)
	words := []string{v.Type().Name()}
	for i := range v.NumField() {
		if name := v.Type().Field(i).Name; name != "Device" && !v.Field(i).IsZero() {
			words = append(words, fmt.Sprintf("%s:%v", name, v.Field(i).Interface()))
		}
	}
	return strings.Join(words, " ")
}

func TestPress(t *testing.T) {
	talk := with(16, talking(in(0)))
	dialing := with(16, out(call.Dialing))
	ringing := with(0, ring(in(call.RingIn), call.RingInside))
	held := with(0, in(call.Held))
	other := in(call.Held)
	other.Ref = 15
	two := with(16, other, talking(in(0)))
	sharedHeld := idle()
	sharedHeld.Lines[0].Held = 40
	litMonitor := idle()

	for _, tc := range []struct {
		name   string
		view   call.View
		m      wire.Message
		want   string // inputs, with "; " between
		notice string
	}{
		{"handset", idle(), &wire.OffHook{}, "OffHook", ""},
		{"handset, naming a line", idle(), &wire.OffHook{Line: 2}, "OffHook Button:2", ""},
		{"from speaker to handset", talk, &wire.OffHook{Line: 1, Ref: 16}, "OffHook", ""},
		{"gateway", idle(), &wire.OffHookWithCallingPartyNumber{Calling: "1"}, "OffHook", ""},
		{"hang up", talk, &wire.OnHook{Line: 1, Ref: 16}, "OnHook", ""},
		{"digit", dialing, &wire.KeypadButton{Button: 5, Ref: 16}, "Digit Ref:16 Digit:53", ""},
		{"star", dialing, &wire.KeypadButton{Button: 14}, "Digit Digit:42", ""},
		{"plus", dialing, &wire.KeypadButton{Button: 16}, "", ""},
		{"no digit", dialing, &wire.KeypadButton{Button: 99}, "", ""},
		{"en bloc", idle(), &wire.EnblocCall{Number: "5002", Line: 2}, "Dial Button:2 Number:5002", ""},
		{"en bloc while dialling", dialing, &wire.EnblocCall{Number: "5002"}, "Dial Ref:16 Number:5002", ""},
		{"en bloc of nothing", idle(), &wire.EnblocCall{}, "", ""},
		{"line key", idle(), &wire.Stimulus{Stimulus: wire.ButtonLine, Instance: 2}, "OffHook Button:2", ""},
		{"line key that is none", idle(), &wire.Stimulus{Stimulus: wire.ButtonLine, Instance: 257}, "", ""},
		{"monitor key", idle(), &wire.Stimulus{Stimulus: wire.ButtonLine, Instance: 3}, "Dial Number:5003", ""},
		{"monitor key in a transfer", dialing, &wire.Stimulus{Stimulus: wire.ButtonLine, Instance: 3}, "Dial Ref:16 Number:5003", ""},
		{"monitored park slot", litMonitor, &wire.Stimulus{Stimulus: wire.ButtonLine, Instance: 4}, "Dial Number:701", ""},
		{"speed dial", idle(), &wire.Stimulus{Stimulus: wire.ButtonSpeedDial, Instance: 1}, "Dial Number:5001", ""},
		{"speed dial in a call", talk, &wire.Stimulus{Stimulus: wire.ButtonSpeedDial, Instance: 2},
			"Digit Ref:16 Digit:53; Digit Ref:16 Digit:48; Digit Ref:16 Digit:48; Digit Ref:16 Digit:50", ""},
		{"speed dial of the system", idle(), &wire.Stimulus{Stimulus: wire.ButtonSpeedDial, Instance: 50}, "Dial Number:4000", ""},
		{"speed dial without a number", idle(), &wire.Stimulus{Stimulus: wire.ButtonSpeedDial, Instance: 9}, "", textNoNumber},
		{"speed dial that is none", idle(), &wire.Stimulus{Stimulus: wire.ButtonSpeedDial, Instance: 77}, "", textNoNumber},
		{"BLF speed dial", idle(), &wire.Stimulus{Stimulus: wire.ButtonBLFSpeedDial, Instance: 2}, "Dial Number:5002", ""},
		{"BLF speed dial, old phone", idle(), &wire.Stimulus{Stimulus: wire.ButtonSpeedDial, Instance: 2}, "Dial Number:5002", ""},
		{"messages", idle(), &wire.Stimulus{Stimulus: wire.ButtonVoicemail}, "Dial Number:6000", ""},
		{"messages of a 7931", idle(), &wire.Stimulus{Stimulus: wire.ButtonMessages}, "Dial Number:6000", ""},
		{"hold key", talk, &wire.Stimulus{Stimulus: wire.ButtonHold}, "Hold", ""},
		{"hold key again", held, &wire.Stimulus{Stimulus: wire.ButtonHold, Ref: 16}, "Resume Ref:16", ""},
		{"redial key", idle(), &wire.Stimulus{Stimulus: wire.ButtonRedial}, "Redial", ""},
		{"transfer key", talk, &wire.Stimulus{Stimulus: wire.ButtonTransfer}, "Transfer", ""},
		{"park key", talk, &wire.Stimulus{Stimulus: wire.ButtonCallPark}, "Park", ""},
		{"forward key", idle(), &wire.Stimulus{Stimulus: wire.ButtonForwardAll, Instance: 1}, "ForwardAll Button:1 Ask:true", ""},
		{"pickup key", idle(), &wire.Stimulus{Stimulus: wire.ButtonCallPickup}, "Pickup", ""},
		{"group pickup key", idle(), &wire.Stimulus{Stimulus: wire.ButtonGroupPickup}, "Pickup Group:true", ""},
		{"conference key", talk, &wire.Stimulus{Stimulus: wire.ButtonConference}, "Conference", ""},
		{"meet-me key", idle(), &wire.Stimulus{Stimulus: wire.ButtonMeetMe}, "MeetMe", ""},
		{"DND key", idle(), &wire.Stimulus{Stimulus: wire.ButtonDoNotDisturb}, "DnD Toggle:true", ""},
		{"remove last key", talk, &wire.Stimulus{Stimulus: wire.ButtonRemoveLast}, "DropLast", ""},
		{"key without a function", idle(), &wire.Stimulus{Stimulus: wire.ButtonQRT}, "", textUnavailable},
		{"Redial", idle(), &wire.SoftKeyEvent{Event: wire.EventRedial, Line: 1}, "Redial Button:1", ""},
		{"NewCall", idle(), &wire.SoftKeyEvent{Event: wire.EventNewCall}, "OffHook New:true", ""},
		{"Hold", talk, &wire.SoftKeyEvent{Event: wire.EventHold, Line: 1, Ref: 16}, "Hold Ref:16", ""},
		{"Resume", held, &wire.SoftKeyEvent{Event: wire.EventResume, Line: 1, Ref: 16}, "Resume Ref:16", ""},
		{"Resume of another phone's call", sharedHeld, &wire.SoftKeyEvent{Event: wire.EventResume, Line: 1}, "Resume Ref:40", ""},
		{"Trnsfer", talk, &wire.SoftKeyEvent{Event: wire.EventTransfer, Line: 1, Ref: 16}, "Transfer Ref:16", ""},
		{"CFwdAll", idle(), &wire.SoftKeyEvent{Event: wire.EventForwardAll}, "ForwardAll Ask:true", ""},
		{"<<", dialing, &wire.SoftKeyEvent{Event: wire.EventBackspace, Line: 1, Ref: 16}, "Backspace Ref:16", ""},
		{"EndCall", talk, &wire.SoftKeyEvent{Event: wire.EventEndCall, Line: 1, Ref: 16}, "OnHook Ref:16", ""},
		{"EndCall of an old phone", talk, &wire.SoftKeyEvent{Event: wire.EventEndCall}, "OnHook Ref:16", ""},
		{"Answer", ringing, &wire.SoftKeyEvent{Event: wire.EventAnswer}, "Answer Ref:16", ""},
		{"Confrn", talk, &wire.SoftKeyEvent{Event: wire.EventConference, Ref: 16}, "Conference Ref:16", ""},
		{"Park", talk, &wire.SoftKeyEvent{Event: wire.EventPark, Ref: 16}, "Park Ref:16", ""},
		{"MeetMe", idle(), &wire.SoftKeyEvent{Event: wire.EventMeetMe, Line: 2}, "MeetMe Button:2", ""},
		{"PickUp", idle(), &wire.SoftKeyEvent{Event: wire.EventPickUp}, "Pickup", ""},
		{"GPickUp", idle(), &wire.SoftKeyEvent{Event: wire.EventGroupPickUp}, "Pickup Group:true", ""},
		{"RmLstC", talk, &wire.SoftKeyEvent{Event: wire.EventRemoveLast, Ref: 16}, "DropLast Ref:16", ""},
		{"DND", idle(), &wire.SoftKeyEvent{Event: wire.EventDND}, "DnD Toggle:true", ""},
		{"iDivert", ringing, &wire.SoftKeyEvent{Event: wire.EventDivert}, "DivertToVoicemail Ref:16", ""},
		{"DirTrfr", two, &wire.SoftKeyEvent{Event: wire.EventDirectTransfer}, "Join Ref:16 With:15", ""},
		{"DirTrfr of one call", talk, &wire.SoftKeyEvent{Event: wire.EventDirectTransfer}, "", textUnavailable},
		{"CallBack", idle(), &wire.SoftKeyEvent{Event: wire.EventCallBack}, "", textUnavailable},
		{"Select", idle(), &wire.SoftKeyEvent{Event: wire.EventSelect}, "", textUnavailable},
		{"an event nobody knows", idle(), &wire.SoftKeyEvent{Event: 4711}, "", textUnavailable},
		{"flash answers", with(16, talking(in(0)), second()), &wire.HookFlash{}, "Answer Ref:18", ""},
		{"flash transfers", talk, &wire.HookFlash{}, "Transfer Ref:16", ""},
		{"flash changes", two, &wire.HookFlash{}, "Resume Ref:15", ""},
		{"flash takes the consultation back", with(17, in(call.Held), consult()), &wire.HookFlash{}, "OnHook Ref:17; Resume Ref:16", ""},
		{"flash of an idle phone", idle(), &wire.HookFlash{}, "", ""},
		{"media", talk, &wire.OpenReceiveChannelAck{Addr: netip.MustParseAddr("10.0.0.1"), Port: 24010, Party: 16, Ref: 16},
			"MediaReady Ref:16 Media:" + fmt.Sprint(call.Media{Addr: netip.MustParseAddrPort("10.0.0.1:24010"), Codecs: call.AllCodecs}) + " OK:true", ""},
		{"media of an old phone without an address", talk, &wire.OpenReceiveChannelAck{Addr: netip.IPv4Unspecified(), Port: 24010, Party: 16},
			"MediaReady Ref:16 Media:" + fmt.Sprint(call.Media{Addr: netip.MustParseAddrPort("10.0.0.9:24010"), Codecs: call.AllCodecs}) + " OK:true", ""},
		{"no media", talk, &wire.OpenReceiveChannelAck{Status: 1, Ref: 16}, "MediaReady Ref:16", ""},
		{"media on a port that is none", talk, &wire.OpenReceiveChannelAck{Addr: netip.MustParseAddr("10.0.0.1"), Port: 1 << 20, Ref: 16}, "MediaReady Ref:16", ""},
		{"sending failed", talk, &wire.MediaTransmissionFailure{}, "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, notice, ok := pressOn(tc.view, tc.m)
			if !ok || strings.Join(got, "; ") != tc.want || notice != tc.notice {
				t.Errorf("inputs %q, notice %q, %v; want %q, %q", strings.Join(got, "; "), notice, ok, tc.want, tc.notice)
			}
		})
	}
	if _, _, ok := pressOn(idle(), &wire.KeepAlive{}); ok {
		t.Error("a keepalive is taken for a press")
	}
}

func second() call.CallView {
	c := ring(in(call.Waiting), call.RingInside)
	c.Ref = 18
	return c
}

func consult() call.CallView {
	c := out(call.Seized)
	c.Ref, c.Button, c.Consult, c.Of = 17, 2, call.ForTransfer, 16
	return c
}

// A monitor key whose lamp is lit does nothing: its number is in use.
func TestMonitorInUse(t *testing.T) {
	v := idle()
	p := presser{view: &v, slot: func(phones.DNID) bool { return false }, keys: []key{newKey(wire.ButtonLine, 1)}}
	p.view.Spec.Lines = []phones.SpecLine{{Button: 1, Sep: phones.Watch}}
	p.view.Lines = []call.LineView{{Button: 1, Number: "5003", DnD: true}}
	p.press(&wire.Stimulus{Stimulus: wire.ButtonLine, Instance: 1})
	if len(p.inputs) != 0 {
		t.Errorf("inputs %v", p.inputs)
	}
}

// Whatever a phone sends, nothing panics and no more follows than it can mean.
func FuzzPress(f *testing.F) {
	f.Add(wire.IDStimulus, uint32(9), uint32(1), uint32(16), uint8(0))
	f.Add(wire.IDSoftKeyEvent, uint32(10), uint32(1), uint32(0), uint8(3))
	f.Fuzz(func(t *testing.T, id, a, b, c uint32, which uint8) {
		views := []call.View{idle(), with(16, talking(in(0))), with(16, out(call.Dialing)), with(0, in(call.Held)), with(0, in(call.RingIn))}
		var m wire.Message
		switch id % 6 {
		case 0:
			m = &wire.Stimulus{Stimulus: a, Instance: b, Ref: c}
		case 1:
			m = &wire.SoftKeyEvent{Event: a, Line: b, Ref: c}
		case 2:
			m = &wire.KeypadButton{Button: a, Line: b, Ref: c}
		case 3:
			m = &wire.OpenReceiveChannelAck{Status: a, Port: b, Ref: c}
		case 4:
			m = &wire.OffHook{Line: a, Ref: b}
		default:
			m = &wire.HookFlash{Line: a, Ref: b}
		}
		got, _, ok := pressOn(views[int(which)%len(views)], m)
		if !ok || len(got) > call.MaxDigits {
			t.Errorf("%T %+v: %v, %d inputs", m, m, ok, len(got))
		}
	})
}
