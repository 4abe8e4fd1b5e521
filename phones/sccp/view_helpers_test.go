package sccp

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

// words tells what a phone is sent, shortly: a call is "line/reference".
func words(messages []wire.Message) []string {
	var all []string
	for _, m := range messages {
		all = append(all, word(m))
	}
	return all
}

func word(m wire.Message) string {
	switch m := m.(type) {
	case *wire.SetRinger:
		return fmt.Sprintf("SetRinger %d %d", m.Mode, m.Duration)
	case *wire.SetSpeakerMode:
		return fmt.Sprintf("SetSpeakerMode %d", m.Mode)
	case *wire.SetLamp:
		return fmt.Sprintf("SetLamp %#x %d %d", m.Stimulus, m.Instance, m.Mode)
	case *wire.CallState:
		return fmt.Sprintf("CallState %s %d/%d", stateName(m.State), m.Line, m.Ref)
	case *wire.SelectSoftKeys:
		return fmt.Sprintf("SelectSoftKeys %d/%d %d %#x", m.Line, m.Ref, m.Set, m.Mask)
	case *wire.DisplayPromptStatus:
		return fmt.Sprintf("Prompt %d/%d %s", m.Line, m.Ref, m.Text)
	case *wire.DisplayPromptStatusV2:
		return fmt.Sprintf("PromptV2 %d/%d %s", m.Line, m.Ref, m.Text)
	case *wire.ClearPromptStatus:
		return fmt.Sprintf("ClearPrompt %d/%d", m.Line, m.Ref)
	case *wire.DisplayPriNotifyV2:
		return fmt.Sprintf("PriNotify %d s %d %s", m.Timeout, m.Priority, m.Text)
	case *wire.ClearPriNotify:
		return fmt.Sprintf("ClearPriNotify %d", m.Priority)
	case *wire.DisplayNotifyV2:
		return fmt.Sprintf("Notify %d s %s", m.Timeout, m.Text)
	case *wire.ActivateCallPlane:
		return fmt.Sprintf("ActivateCallPlane %d", m.Line)
	case *wire.StartTone:
		return fmt.Sprintf("StartTone %#x %d/%d", m.Tone, m.Line, m.Ref)
	case *wire.StopTone:
		return fmt.Sprintf("StopTone %d/%d", m.Line, m.Ref)
	case *wire.BackSpaceRes:
		return fmt.Sprintf("BackSpace %d/%d", m.Line, m.Ref)
	case *wire.DialedNumber:
		return fmt.Sprintf("DialedNumber %s %d/%d", m.Number, m.Line, m.Ref)
	case *wire.CallInfo:
		return "CallInfoV1"
	case *wire.CallInfoV2:
		return fmt.Sprintf("CallInfo %s>%s type %d %d/%d", m.Calling, m.Called, m.Type, m.Line, m.Ref)
	case *wire.OpenReceiveChannel:
		return fmt.Sprintf("OpenReceive codec %d %d", m.Codec, m.Ref)
	case *wire.CloseReceiveChannel:
		return fmt.Sprintf("CloseReceive %d", m.Ref)
	case *wire.StartMediaTransmission:
		return fmt.Sprintf("StartMedia %s:%d codec %d %d", m.Addr, m.Port, m.Codec, m.Ref)
	case *wire.StopMediaTransmission:
		return fmt.Sprintf("StopMedia %d", m.Ref)
	case *wire.StartMulticastMediaReception:
		return fmt.Sprintf("StartMulticast %s:%d", m.Group, m.Port)
	case *wire.StopMulticastMediaReception:
		return "StopMulticast"
	case *wire.ForwardStat:
		return fmt.Sprintf("ForwardStat %d %q", m.Line, m.All.Number)
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", m), "*wire.")
}

// twoLines is a phone with two lines and nothing else.
func twoLines() face {
	f := face{inUse: 9, system: "Busylamp", sets: softKeysOf(nil)}
	f.keys = []key{newKey(wire.ButtonLine, 1), newKey(wire.ButtonLine, 2)}
	return f
}

// renderAll is render without pointers.
func renderAll(old, now call.View, f face) []wire.Message { return new(painter).render(&old, &now, &f) }

// idle is what such a phone shows while nothing goes on.
func idle() call.View {
	v := call.View{Device: phones.Device{Kind: phones.EphoneDevice, Tag: 1}, Spec: &phones.Spec{Name: "SEP001562000001"}}
	for b := 1; b <= 2; b++ {
		dn := phones.DNID{Tag: b}
		v.Spec.Lines = append(v.Spec.Lines, phones.SpecLine{Button: b, Sep: phones.Normal, DNs: []phones.DNID{dn}})
		v.Lines = append(v.Lines, call.LineView{Button: b, DN: dn, Number: fmt.Sprintf("500%d", b), Lamp: call.LampOff})
	}
	return v
}

// with is idle with calls; the foreground one is named, lamps follow the calls.
func with(active uint32, calls ...call.CallView) call.View {
	v := idle()
	v.Calls, v.Active = calls, active
	for _, c := range calls {
		lamp := call.LampOn
		switch c.State {
		case call.RingIn, call.Waiting:
			lamp = call.LampBlink
		case call.Held, call.HeldRemote:
			lamp = call.LampWink
		}
		v.Lines[c.Button-1].Lamp = lamp
		if c.Ref == active && lamp == call.LampOn {
			v.OffHook = true
		}
	}
	return v
}

var (
	me   = call.Party{Number: "5001", Name: "Jane"}
	him  = call.Party{Number: "5002", Name: "Jill"}
	peer = call.Media{Addr: netip.MustParseAddrPort("10.0.0.2:24612"), Codecs: call.AllCodecs}
)

// in is a call to this phone, out one from it.
func in(s call.State) call.CallView {
	return call.CallView{Ref: 16, State: s, Button: 1, DN: phones.DNID{Tag: 1}, Channel: 1, Calling: him, Called: me}
}

func out(s call.State) call.CallView {
	c := call.CallView{Ref: 16, State: s, Button: 1, DN: phones.DNID{Tag: 1}, Channel: 1, Outgoing: true}
	if s > call.Dialing {
		c.Calling, c.Called, c.Dialed = me, him, "5002"
	}
	return c
}

func talking(c call.CallView) call.CallView {
	c.State, c.Receive, c.Send = call.Connected, true, peer
	return c
}

func tone(c call.CallView, t call.Tone) call.CallView { c.Tone = t; return c }

func ring(c call.CallView, r call.Ring) call.CallView { c.Ring = r; return c }

// keyWord is a key of the template: L line, S speed dial, B BLF speed dial.
func keyWord(k key) string {
	switch uint32(k.kind) {
	case wire.ButtonUnused:
		return "-"
	case wire.ButtonLine:
		return fmt.Sprintf("L%d", k.instance)
	case wire.ButtonSpeedDial:
		return fmt.Sprintf("S%d", k.instance)
	case wire.ButtonBLFSpeedDial:
		return fmt.Sprintf("B%d", k.instance)
	}
	return fmt.Sprintf("%#x/%d", k.kind, k.instance)
}
