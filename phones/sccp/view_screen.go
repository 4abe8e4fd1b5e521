package sccp

import (
	"net/netip"
	"slices"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

// face is what rendering a View needs to know of the phone besides.
type face struct {
	inUse  int // negotiated protocol version
	keys   []key
	sets   *[wire.KeySets][]placed // soft keys
	system string                  // `system message`
	// hook: the phone itself went off hook (handset or speaker key), so that it need
	// not be told to turn its speaker on.
	hook bool
	// sticky: a notice without a time limit stands in the prompt line.
	sticky bool
}

// has reports whether the phone has a line key of that button.
func (f *face) has(button int) bool {
	return slices.Contains(f.keys, newKey(wire.ButtonLine, button))
}

// line is the line that a call is shown on. One that found no line, because all are
// taken, is shown on the first.
func (f *face) line(button int) uint32 {
	if !f.has(button) {
		for _, k := range f.keys {
			if uint32(k.kind) == wire.ButtonLine {
				return uint32(k.instance)
			}
		}
	}
	return uint32(button)
}

// screen is all that a View makes a phone show and do, in the terms of the wire.
type screen struct {
	lines  []lineScreen
	calls  []callScreen
	front  softKeysShown // soft keys that the user has
	ring   ringer
	off    bool   // off hook, or a page is heard: the phone's audio path is open
	prompt string // while no call is in front
	mwi    bool
	page   *call.Page
	notice call.Notice
}

// lineScreen is one line key.
type lineScreen struct {
	line    uint32
	dn      phones.DNID
	lamp    call.Lamp
	state   uint32 // of what other phones do there: wire.CallState…, 0 nothing
	ref     uint32 // of a call that can be taken back, 0 none
	keys    softKeysShown
	mwi     bool
	forward string
}

// callScreen is one call.
type callScreen struct {
	ref, line uint32
	dn        phones.DNID
	was       call.State
	state     uint32 // wire.CallState…
	keys      softKeysShown
	prompt    string
	info      parties // zero while unknown
	digits    string  // while they are being dialled
	dialed    string  // number dialled
	tone      uint32
	receive   uint32 // codec to receive with, 0 not at all
	send      netip.AddrPort
	codec     uint32 // to send with
}

// softKeysShown is a selection of soft keys.
type softKeysShown struct{ line, ref, set, mask uint32 }

// ringer is what the phone's ringer does.
type ringer struct{ mode, duration, line, ref uint32 }

// live reports whether the call has the phone's audio path, or is to get it.
func (c *callScreen) live() bool {
	switch c.was {
	case call.RingIn, call.Waiting, call.Held, call.HeldRemote:
		return false
	}
	return c.was != 0
}

func (c *callScreen) ringing() bool { return c.was == call.RingIn || c.was == call.Waiting }

// draw makes it the screen that shows a View; its slices are used again.
func (s *screen) draw(v *call.View, f *face) {
	*s = screen{
		lines: s.lines[:0], calls: s.calls[:0],
		off: v.OffHook || v.Paged != nil, prompt: idlePrompt(v, f.system), mwi: v.Waiting, page: v.Paged, notice: v.Notice,
		ring: ringer{mode: wire.RingOff},
	}
	for i := range v.Calls {
		c := &v.Calls[i]
		s.calls = append(s.calls, callOf(v, c, f))
		if r := ringOf(v, c, s.calls[i].line); r.mode != wire.RingOff && (s.ring.mode == wire.RingOff || s.ring.mode == wire.RingSilent && r.mode != wire.RingSilent) {
			s.ring = r
		}
	}
	for i := range v.Lines {
		if l := &v.Lines[i]; f.has(l.Button) {
			s.lines = append(s.lines, lineOf(v, l, f))
		}
	}
	if i := s.inFront(v.Active); i >= 0 {
		s.front = s.calls[i].keys
	} else {
		s.front.mask = mask(f.sets[wire.KeySetOnHook], v, &call.CallView{})
	}
}

// wipe makes the screen keep nothing alive but its slices.
func (s *screen) wipe() {
	clear(s.lines)
	clear(s.calls)
	*s = screen{lines: s.lines[:0], calls: s.calls[:0]}
}

// inFront is the index of the call whose soft keys the user has: the active one,
// else the oldest that rings, else the newest; -1 for none.
func (s *screen) inFront(active uint32) int {
	ringing := -1
	for i := range s.calls {
		switch c := &s.calls[i]; {
		case active != 0 && c.ref == active:
			return i
		case ringing < 0 && c.ringing():
			ringing = i
		}
	}
	if ringing >= 0 {
		return ringing
	}
	return len(s.calls) - 1
}

// find is a call of the screen, nil if it is not there.
func (s *screen) find(ref, line uint32) *callScreen {
	for i := range s.calls {
		if c := &s.calls[i]; c.ref == ref && c.line == line {
			return c
		}
	}
	return nil
}

// line is a line of the screen, nil if it is not there.
func (s *screen) line(line uint32) *lineScreen {
	for i := range s.lines {
		if s.lines[i].line == line {
			return &s.lines[i]
		}
	}
	return nil
}

func (s *screen) ringing() bool {
	for i := range s.calls {
		if s.calls[i].ringing() {
			return true
		}
	}
	return false
}

func lineOf(v *call.View, l *call.LineView, f *face) lineScreen {
	s := lineScreen{
		line: uint32(l.Button), dn: l.DN, lamp: max(l.Lamp, call.LampOff), mwi: l.Waiting, forward: l.Forward.All,
	}
	own := l.Held != 0 && slices.ContainsFunc(v.Calls, func(c call.CallView) bool { return c.Ref == l.Held })
	switch {
	case l.Held != 0 && !own:
		held := &call.CallView{Ref: l.Held, State: call.HeldRemote}
		s.state, s.ref = wire.StateHold, l.Held
		s.keys = softKeysShown{s.line, l.Held, wire.KeySetOnHold, mask(f.sets[wire.KeySetOnHold], v, held)}
	case l.Remote || l.DnD:
		// A watched phone that does not want to be disturbed is shown like one in use
		// (guide, Table 42: watch mode).
		s.state = wire.StateRemoteMultiline
		s.keys = softKeysShown{s.line, 0, wire.KeySetInUseHint, mask(f.sets[wire.KeySetInUseHint], v, &call.CallView{})}
	}
	return s
}

func callOf(v *call.View, c *call.CallView, f *face) callScreen {
	set, line := setOf(c), f.line(c.Button)
	s := callScreen{
		ref: c.Ref, line: line, dn: c.DN, was: c.State, state: stateOf(c.State), prompt: promptOf(c), tone: toneOf(c.Tone),
		keys: softKeysShown{line, c.Ref, set, mask(f.sets[set], v, c)},
	}
	switch c.State {
	case call.Seized, call.Dialing:
		s.digits = c.Dialed
	default:
		s.info = partiesOf(c)
		if c.Outgoing {
			s.dialed = c.Dialed
		}
	}
	codec := codecOf(pick(v.Spec.Codec, c.Send.Codecs))
	if c.Receive {
		s.receive = codec
	}
	if c.Send.Valid() && !c.Send.Inactive {
		s.send, s.codec = c.Send.Addr, codec
	}
	return s
}

// parties are who is in a call, as the phone is told.
type parties struct {
	calling, called, original, redirecting call.Party
	kind                                   uint32 // wire.CallInbound, …; 0: not known
}

func partiesOf(c *call.CallView) parties {
	p := parties{c.Calling, c.Called, c.Original, c.Redirecting, wire.CallInbound}
	switch {
	case c.Outgoing:
		p.kind = wire.CallOutbound
	case c.Forwarded:
		p.kind = wire.CallForward
	}
	return p
}

// details are the parties as they are sent.
func (p *parties) details(line, ref uint32) wire.CallDetails {
	return wire.CallDetails{
		Line: line, Ref: ref, Type: p.kind, Security: wire.SecurityNotAuthenticated,
		Calling: p.calling.Number, CallingName: p.calling.Name, Called: p.called.Number, CalledName: p.called.Name,
		Original: p.original.Number, OriginalName: p.original.Name,
		Redirecting: p.redirecting.Number, RedirectingName: p.redirecting.Name,
	}
}

// ringOf is how an incoming call rings. While the handset is off hook nothing
// rings: the user hears the tone of call waiting.
func ringOf(v *call.View, c *call.CallView, line uint32) ringer {
	r := ringer{wire.RingOff, wire.RingNormal, line, c.Ref}
	if c.State != call.RingIn && c.State != call.Waiting || v.OffHook {
		return ringer{mode: wire.RingOff}
	}
	switch c.Ring {
	case call.RingInside:
		r.mode = wire.RingInside
	case call.RingOutside:
		r.mode = wire.RingOutside
	case call.RingFeature:
		r.mode = wire.RingFeature
	case call.RingBeep:
		r.mode, r.duration = wire.RingInside, wire.RingSingle
	case call.RingSilent:
		r.mode = wire.RingSilent
	default:
		return ringer{mode: wire.RingOff}
	}
	return r
}

func stateOf(s call.State) uint32 {
	switch s {
	case call.Seized, call.Dialing:
		return wire.StateOffHook
	case call.Proceeding:
		return wire.StateProceed
	case call.RingOut:
		return wire.StateRingOut
	case call.RingIn, call.Waiting:
		// A waiting call rings like others; the tone tells them apart.
		return wire.StateRingIn
	case call.Connected:
		return wire.StateConnected
	case call.Held, call.HeldRemote:
		return wire.StateHold
	case call.Busy:
		return wire.StateBusy
	case call.Congestion:
		return wire.StateCongestion
	case call.NoSuchNumber:
		return wire.StateInvalidNumber
	}
	return wire.StateOnHook
}

func toneOf(t call.Tone) uint32 {
	switch t {
	case call.ToneDial:
		return wire.ToneInsideDial
	case call.ToneBusy:
		return wire.ToneBusy
	case call.ToneRingback:
		return wire.ToneAlerting
	case call.ToneReorder:
		return wire.ToneReorder
	case call.ToneNoSuchNumber:
		return wire.ToneNoSuchNumber
	case call.ToneConfirm:
		return wire.ToneConfirmation
	case call.ToneCallWaiting:
		return wire.ToneCallWaiting
	case call.ToneHold:
		return wire.ToneHold
	case call.ToneZipZip:
		return wire.ToneZipZip
	}
	return 0
}

// pick is the codec of a call: the phone's own one if the other side takes it or
// has not said what it takes, else the best that it does take.
func pick(own string, other call.Codecs) call.Codecs {
	codec := codecNamed(own)
	if other != 0 && other&codec == 0 {
		codec = call.AllCodecs.Pick(other)
	}
	return codec
}

// codecOf is the number of a codec.
func codecOf(codec call.Codecs) uint32 {
	switch codec {
	case call.G711a:
		return wire.CodecG711A
	case call.G722:
		return wire.CodecG722
	case call.G729:
		return wire.CodecG729
	case call.ILBC:
		return wire.CodecILBC
	}
	return wire.CodecG711U
}

// codecNamed reads `codec` of an ephone.
func codecNamed(name string) call.Codecs {
	switch name {
	case "g722r64":
		return call.G722
	case "g729r8":
		return call.G729
	case "ilbc":
		return call.ILBC
	}
	return call.G711u
}
