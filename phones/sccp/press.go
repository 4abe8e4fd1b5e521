package sccp

import (
	"net/netip"
	"slices"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

// pressed handles what belongs to calls; false if m is another message. mu is
// held: inputs go to the reader and are told by conn.tell.
func (c *conn) pressed(m wire.Message) bool {
	p := presser{
		device: c.device(), view: &c.shown, keys: c.keys, dials: c.dials, keyed: c.blf, tel: c.tel, addr: c.remote.Addr(), slot: c.s.parking,
		inputs: c.reader.todo,
	}
	if !p.press(m) {
		return false
	}
	switch m.(type) {
	case *wire.OffHook, *wire.OffHookWithCallingPartyNumber:
		c.hook = true
	case *wire.OnHook:
		c.hook = false
	}
	c.reader.todo = p.inputs
	if p.notice != "" {
		c.send(wire.NewPriNotify(c.inUse, p.notice, notifySeconds, notifyPriority))
	}
	c.tracePress(m)
	return true
}

// presser turns one message of a phone into inputs of the call model. Which call is
// meant is left to the call model wherever that is possible: the View may lag behind.
type presser struct {
	device phones.Device
	view   *call.View
	slot   func(phones.DNID) bool // whether calls are parked on it
	keys   []key
	dials  []phones.SpeedDial // of the phone
	keyed  []phones.BLFKey    // likewise
	tel    *phones.Telephony
	addr   netip.Addr // of the phone

	inputs []call.Input
	notice string // for the phone's user
}

func (p *presser) do(in call.Input) { p.inputs = append(p.inputs, in) }

func (p *presser) press(m wire.Message) bool {
	switch m := m.(type) {
	case *wire.OffHook:
		p.offHook(m.Line)
	case *wire.OffHookWithCallingPartyNumber:
		p.offHook(0)
	case *wire.OnHook:
		// Whichever call it names: a call on hold stays, and a consultation transfers.
		p.do(call.OnHook{Device: p.device})
	case *wire.HookFlash:
		p.flash()
	case *wire.KeypadButton:
		if d := digit(m); d != 0 {
			p.do(call.Digit{Device: p.device, Ref: m.Ref, Digit: d})
		}
	case *wire.EnblocCall:
		if m.Number != "" {
			p.dial(m.Line, m.Number)
		}
	case *wire.Stimulus:
		p.stimulus(m.Stimulus, m.Instance, m.Ref)
	case *wire.SoftKeyEvent:
		p.softKey(m.Event, m.Line, m.Ref)
	case *wire.OpenReceiveChannelAck:
		p.mediaReady(m)
	case *wire.MediaTransmissionFailure, *wire.StartMediaTransmissionAck, *wire.MulticastMediaReceptionAck:
		// Nobody waits for them.
	default:
		return false
	}
	return true
}

// offHook lifts the handset. A phone that is off hook already only changes between
// handset and speaker: the line it names then is no key that was pressed.
func (p *presser) offHook(line uint32) {
	in := call.OffHook{Device: p.device}
	if !p.view.OffHook {
		in.Button = p.button(line)
	}
	p.do(in)
}

// flash is the hook flash of an analog phone (CME administrator guide: call
// waiting is answered with it, transfers are begun and taken back).
func (p *presser) flash() {
	for _, c := range p.view.Calls {
		if c.State == call.RingIn || c.State == call.Waiting {
			p.do(call.Answer{Device: p.device, Ref: c.Ref})
			return
		}
	}
	active, ok := p.view.Call(p.view.Active)
	for _, c := range p.view.Calls {
		if c.State == call.Held {
			if ok && active.Of == c.Ref && active.State != call.Connected {
				p.do(call.OnHook{Device: p.device, Ref: active.Ref})
			}
			p.do(call.Resume{Device: p.device, Ref: c.Ref})
			return
		}
	}
	if ok && active.State == call.Connected {
		p.do(call.Transfer{Device: p.device, Ref: active.Ref})
	}
}

// button is the button of a line instance; 0 for none.
func (p *presser) button(line uint32) int {
	if line > 0 && line <= maxKeys && slices.Contains(p.keys, newKey(wire.ButtonLine, int(line))) {
		return int(line)
	}
	return 0
}

// mediaReady is the answer to OpenReceiveChannel.
func (p *presser) mediaReady(m *wire.OpenReceiveChannelAck) {
	ref := m.Ref
	if ref == 0 {
		ref = m.Party
	}
	addr := m.Addr
	if !addr.IsValid() || addr.IsUnspecified() {
		addr = p.addr.Unmap()
	}
	in := call.MediaReady{Device: p.device, Ref: ref, OK: m.Status == wire.MediaOK && m.Port > 0 && m.Port <= 0xFFFF}
	if in.OK {
		// The call model picks one of them; if that is another than the channel was opened
		// with, it is opened again.
		in.Media = call.Media{Addr: netip.AddrPortFrom(addr, uint16(m.Port)), Codecs: call.AllCodecs}
	}
	p.do(in)
}

// dial calls a number: on the call that is being dialled, else on a new one.
func (p *presser) dial(line uint32, number string) {
	if c, ok := p.view.Call(p.view.Active); ok {
		switch c.State {
		case call.Seized, call.Dialing:
			p.do(call.Dial{Device: p.device, Ref: c.Ref, Number: number})
			return
		}
	}
	p.do(call.Dial{Device: p.device, Button: p.button(line), Number: number})
}

// key dials what is behind a key: in the middle of a call its digits are sent to
// the other side (CME administrator guide: DSS service, which is off).
func (p *presser) key(number string) {
	if number == "" || number == "#" {
		p.notice = textNoNumber
		return
	}
	if c, ok := p.view.Call(p.view.Active); ok && c.State == call.Connected {
		for _, d := range []byte(number) {
			p.do(call.Digit{Device: p.device, Ref: c.Ref, Digit: d})
		}
		return
	}
	p.dial(0, number)
}

// digit is the character of a keypad button, 0 for none and for "+", which is no
// digit of a directory number.
func digit(m *wire.KeypadButton) byte {
	if d, ok := m.Digit(); ok && d != '+' {
		return d
	}
	return 0
}
