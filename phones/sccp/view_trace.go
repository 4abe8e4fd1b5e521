package sccp

import (
	"fmt"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

// tracer puts messages into the words of `debug ephone state` and `detail` (CME
// command reference: debug ephone state, debug ephone detail).
type tracer struct{ old, new *call.View }

// dn is the directory number of a call, or of a line key.
func (t tracer) dn(line, ref uint32) phones.DNID {
	for _, v := range []*call.View{t.new, t.old} {
		if c, ok := v.Call(ref); ok && ref != 0 {
			return c.DN
		}
	}
	for _, v := range []*call.View{t.new, t.old} {
		for _, l := range v.Lines {
			if uint32(l.Button) == line {
				return l.DN
			}
		}
	}
	return phones.DNID{}
}

// trace writes the lines of a message that is about to be sent. `detail` has those
// of `state` too. mu is held.
func (c *conn) trace(t tracer, m wire.Message) {
	if !c.debugging(c.stateTopic()) {
		if m, ok := m.(*wire.CallState); ok && c.debugging(TopicSCCPState) {
			c.debugf(TopicSCCPState, "%s", t.state(m))
		}
		return
	}
	for _, line := range t.stateLines(m) {
		c.stateLine(line)
	}
	if m, ok := m.(*wire.StartMediaTransmission); ok {
		// The one line without the phone's name.
		c.s.o.Log.Debugf(c.stateTopic(), "%s codec %s duration %d ms bytes %d",
			t.dn(0, m.Ref), codecName(m.Codec), m.Milliseconds, payload(m.Codec, m.Milliseconds))
	}
	if line := t.detailLine(m); line != "" {
		c.debugf(TopicDetail, "%s", line)
	}
}

// stateTopic is the topic that lines of `debug ephone state` go to: `detail` has
// them too. mu is held.
func (c *conn) stateTopic() logbuf.Topic {
	if !c.debugging(TopicState) && c.debugging(TopicDetail) {
		return TopicDetail
	}
	return TopicState
}

// stateLine writes a line of `debug ephone state`. mu is held.
func (c *conn) stateLine(line string) {
	if t := c.stateTopic(); c.debugging(t) {
		c.debugf(t, "%s", line)
	}
}

func (t tracer) state(m *wire.CallState) string {
	return fmt.Sprintf("SetCallState line %d %s %s", m.Line, t.dn(m.Line, m.Ref), stateName(m.State))
}

// stateLines are the lines of `debug ephone state`.
func (t tracer) stateLines(m wire.Message) []string {
	switch m := m.(type) {
	case *wire.CallState:
		return []string{t.state(m)}
	case *wire.CallInfo:
		return t.info(m.CallDetails)
	case *wire.CallInfoV2:
		return t.info(m.CallDetails)
	case *wire.OpenReceiveChannel:
		return []string{fmt.Sprintf("OpenReceive %s codec %s  duration %d ms bytes %d",
			t.dn(0, m.Ref), codecName(m.Codec), m.Milliseconds, payload(m.Codec, m.Milliseconds))}
	case *wire.StartMediaTransmission:
		return []string{fmt.Sprintf("StartMedia %s port=%d", m.Addr, m.Port)}
	case *wire.CloseReceiveChannel:
		return []string{"CloseReceive"}
	case *wire.StopMediaTransmission:
		return []string{"StopMedia"}
	case *wire.SetSpeakerMode:
		if m.Mode == wire.SwitchOff {
			return []string{"SpeakerPhoneOnHook"}
		}
	}
	return nil
}

func (t tracer) info(m wire.CallDetails) []string {
	lines := []string{fmt.Sprintf("Call Info %s line %d ref %d called %s calling %s", t.dn(m.Line, m.Ref), m.Line, m.Ref, m.Called, m.Calling)}
	if m.CallingName != "" || m.CalledName != "" {
		lines = append(lines, fmt.Sprintf(" %s calling ", m.CallingName), " "+m.CalledName)
	}
	return lines
}

// detailLine is what `debug ephone detail` has besides.
func (t tracer) detailLine(m wire.Message) string {
	switch m := m.(type) {
	case *wire.SetLamp:
		if m.Stimulus == wire.ButtonLine {
			return fmt.Sprintf("SetLineLamp %d to %s", m.Instance, lampName(call.Lamp(m.Mode)))
		}
	case *wire.StopTone:
		return "StopTone sent to ephone"
	}
	return ""
}

// traceSeized tells of a line that is taken. mu is held.
func (c *conn) traceSeized(t tracer) {
	if !c.debugging(c.stateTopic()) {
		return
	}
	for _, one := range t.new.Calls {
		if _, known := t.old.Call(one.Ref); !known && one.State == call.Seized {
			active, _ := t.old.Call(t.old.Active)
			c.stateLine(fmt.Sprintf("SIEZE on activeline %d", active.Button))
		}
	}
}

// tracePress writes the lines of what the phone did. mu is held.
func (c *conn) tracePress(m wire.Message) {
	switch m := m.(type) {
	case *wire.OffHook, *wire.OffHookWithCallingPartyNumber:
		c.stateLine("OFFHOOK")
	case *wire.OnHook:
		c.stateLine("ONHOOK")
	case *wire.OpenReceiveChannelAck:
		if c.debugging(c.stateTopic()) {
			c.stateLine(fmt.Sprintf("OpenReceiveChannelAck %s port=%d", m.Addr, m.Port))
		}
	case *wire.KeypadButton:
		if d := digit(m); d != 0 && c.debugging(TopicDetail) {
			c.debugf(TopicDetail, "KeypadButtonMessage %c", d)
		}
	}
}

// stateName is how the router calls a call state.
func stateName(state uint32) string {
	switch state {
	case wire.StateOffHook:
		return "TsOffHook"
	case wire.StateOnHook:
		return "TsOnHook"
	case wire.StateRingOut:
		return "TsRingOut"
	case wire.StateRingIn:
		return "TsRingIn"
	case wire.StateConnected:
		return "TsConnected"
	case wire.StateBusy:
		return "TsBusy"
	case wire.StateCongestion:
		return "TsCongestion"
	case wire.StateHold:
		return "TsHold"
	case wire.StatePark:
		return "TsCallPark"
	case wire.StateProceed:
		return "TsProceed"
	case wire.StateRemoteMultiline:
		return "TsCallRemoteMultiline"
	case wire.StateInvalidNumber:
		return "TsInvalidNumber"
	}
	return fmt.Sprintf("Ts%d", state)
}

func lampName(l call.Lamp) string {
	switch l {
	case call.LampOn:
		return "ON"
	case call.LampWink:
		return "WINK"
	case call.LampFlash:
		return "FLASH"
	case call.LampBlink:
		return "BLINK"
	}
	return "OFF"
}

// codecName is a codec as the router names it: its number and its name.
func codecName(codec uint32) string {
	name := "unknown"
	switch codec {
	case wire.CodecG711U:
		name = "G711Ulaw64k"
	case wire.CodecG711A:
		name = "G711Alaw64k"
	case wire.CodecG722:
		name = "G722k64"
	case wire.CodecG729:
		name = "G729"
	case wire.CodecILBC:
		name = "ILBC"
	}
	return fmt.Sprintf("%d:%s", codec, name)
}

// payload is the bytes of audio in a packet of so many milliseconds.
func payload(codec, millis uint32) uint32 {
	switch codec {
	case wire.CodecG729:
		return millis
	case wire.CodecILBC:
		return 38 * millis / 20
	}
	return 8 * millis
}
