package sccp

import (
	"slices"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

// render is what a phone that shows old is sent to make it show new, in the order
// in which Cisco's call controls send it. Whatever Views were left out between the two
// does not matter. A zero old View stands for a phone that has just got its keys.
// The messages are good until p renders again. p may be used for any phone; if it was
// only rested since it rendered old for the same phone, it still knows how that looks.
func (p *painter) render(old, new *call.View, f *face) []wire.Message {
	p.f, p.fresh, p.dark = f, old.Device == phones.Device{}, false
	if p.drawn {
		p.o, p.n = p.n, p.o
	} else {
		p.o.draw(old, f)
	}
	p.n.draw(new, f)
	p.drawn = true
	p.shown = p.o.front
	if p.fresh {
		p.shown = softKeysShown{set: wire.KeySets}
	}
	p.paint()
	return p.out
}

// rest makes the painter keep nothing alive but what the phone shows now, and its
// buffers.
func (p *painter) rest() {
	p.o.wipe()
	clear(p.out)
	p.f, p.face, p.out, p.lit = nil, face{}, p.out[:0], p.lit[:0]
}

// wipe makes the painter keep nothing alive but its buffers.
func (p *painter) wipe() {
	p.rest()
	p.n.wipe()
	p.drawn = false
}

// painter collects the messages of one render. A zero one is ready.
type painter struct {
	f     *face
	face  face // room for it
	o, n  screen
	drawn bool // n is what the phone shows
	fresh bool // the phone has been shown nothing yet
	out   []wire.Message
	shown softKeysShown // soft keys selected last
	lit   []uint32      // lines whose lamps have been set
	dark  bool          // the audio path has been closed
}

func (p *painter) send(m wire.Message) { p.out = append(p.out, m) }

func (p *painter) paint() {
	p.quiet()
	p.stopPage()
	p.hangUp()
	p.liftUp()
	p.callsChanged()
	p.closePath()
	p.linesChanged()
	if p.shown != p.n.front {
		p.choose(p.n.front)
	}
	p.startPage()
	p.prompts()
	if p.n.ring != p.o.ring && p.n.ring.mode != wire.RingOff {
		p.send(&wire.SetRinger{Mode: p.n.ring.mode, Duration: p.n.ring.duration, Line: p.n.ring.line, Ref: p.n.ring.ref})
	}
}

// quiet stops the ringer and takes the notice of an incoming call away.
func (p *painter) quiet() {
	lifted := p.n.off && !p.o.off
	if p.n.ring.mode == wire.RingOff && (p.o.ring.mode != wire.RingOff || lifted) {
		p.send(&wire.SetRinger{Mode: wire.RingOff, Duration: wire.RingNormal})
	}
	if p.o.ringing() && !p.n.ringing() {
		p.send(&wire.ClearPriNotify{Priority: notifyPriority})
	}
}

// hangUp ends the calls that are gone.
func (p *painter) hangUp() {
	var gone []*callScreen
	for i := range p.o.calls {
		if c := &p.o.calls[i]; p.n.find(c.ref, c.line) == nil {
			gone = append(gone, c)
			p.stopMedia(c, nil)
		}
	}
	if len(gone) > 0 {
		p.closePath()
	}
	for _, c := range gone {
		p.send(&wire.ClearPromptStatus{Line: c.line, Ref: c.ref})
		if l := p.n.line(c.line); c.ringing() && l != nil && l.state == wire.StateRemoteMultiline {
			// Answered at another phone of the line: no missed call.
			p.callState(wire.StateRemoteMultiline, c.line, c.ref)
		}
		p.callState(wire.StateOnHook, c.line, c.ref)
	}
	if len(gone) > 0 && len(p.n.calls) == 0 {
		p.choose(p.n.front)
	}
	for _, c := range gone {
		p.lamp(c.line)
	}
	for _, c := range gone {
		p.send(&wire.StopTone{Line: c.line, Ref: c.ref})
	}
}

// closePath turns the speaker off when the phone is to be on hook.
func (p *painter) closePath() {
	if p.o.off && !p.n.off && !p.dark {
		p.dark = true
		p.send(&wire.SetSpeakerMode{Mode: wire.SwitchOff})
	}
}

// liftUp opens the phone's audio path and lights the lamps of its calls.
func (p *painter) liftUp() {
	if p.n.off && !p.o.off && !p.f.hook {
		p.send(&wire.SetSpeakerMode{Mode: wire.SwitchOn})
	}
	for i := range p.n.calls {
		c := &p.n.calls[i]
		if l := p.n.line(c.line); c.live() && l != nil && l.lamp == call.LampOn {
			p.lamp(c.line)
		}
	}
}

// callsChanged brings the calls up to date: those first that leave the audio path to
// others, since a phone may have one stream only.
func (p *painter) callsChanged() {
	for _, leaving := range []bool{true, false} {
		for i := range p.n.calls {
			n := &p.n.calls[i]
			o := p.o.find(n.ref, n.line)
			if leaves := o != nil && o.live() && !n.live(); leaves == leaving {
				p.call(o, n)
			}
		}
	}
}

// call brings one call up to date; o is nil if it is new.
func (p *painter) call(o, n *callScreen) {
	if o == nil {
		o = &callScreen{}
	}
	if o.tone != 0 && o.tone != n.tone {
		p.send(&wire.StopTone{Line: n.line, Ref: n.ref})
	}
	switch n.was {
	case call.Seized, call.Dialing:
		p.stopMedia(o, n)
		p.state(o, n)
		p.keys(o, n)
		p.prompt(o, n)
		p.plane(o, n)
		p.backspace(o, n)
		p.startMedia(o, n)
	case call.RingIn, call.Waiting:
		p.stopMedia(o, n)
		p.state(o, n)
		p.keys(o, n)
		p.prompt(o, n)
		if !o.ringing() {
			p.send(wire.NewPriNotify(p.f.inUse, n.prompt, notifySeconds, notifyPriority))
		}
		p.info(o, n)
		p.startMedia(o, n)
	case call.Connected:
		p.connect(o, n)
	case call.Held, call.HeldRemote:
		p.state(o, n)
		p.keys(o, n)
		p.stopMedia(o, n)
		p.prompt(o, n)
		p.info(o, n)
		p.startMedia(o, n)
	default: // on the way to the other side, or stuck
		p.begin(o, n)
		p.stopMedia(o, n)
		p.plane(o, n)
		p.dialed(o, n)
		p.state(o, n)
		p.info(o, n)
		p.startMedia(o, n)
		p.tone(o, n)
		p.keys(o, n)
		p.prompt(o, n)
		return
	}
	p.tone(o, n)
}

// connect is a call that talks: answered here or there, picked up, resumed, or as
// before with other media. The phone that answers opens its media before it is told so, the one
// that called afterwards.
func (p *painter) connect(o, n *callScreen) {
	fresh := o.was == 0
	p.begin(o, n)
	p.plane(o, n)
	if (o.ringing() || fresh) && o.tone == 0 {
		p.send(&wire.StopTone{Line: n.line, Ref: n.ref})
	}
	p.stopMedia(o, n)
	if fresh {
		p.info(o, n) // picked up, retrieved or taken over: the phone has not heard who it is
	}
	if !o.live() {
		p.startMedia(o, n)
	}
	p.dialed(o, n)
	p.state(o, n)
	if !fresh {
		p.info(o, n)
	}
	p.keys(o, n)
	p.prompt(o, n)
	if o.live() {
		p.startMedia(o, n)
	}
}

// begin lifts the handset for a call that is answered, or that is further than that
// when the phone first hears of it: nothing about a call goes before its CallState.
func (p *painter) begin(o, n *callScreen) {
	if o.ringing() || o.was == 0 {
		p.callState(wire.StateOffHook, n.line, n.ref)
	}
}

func (p *painter) state(o, n *callScreen) {
	if o.state != n.state {
		p.callState(n.state, n.line, n.ref)
	}
}

func (p *painter) callState(state, line, ref uint32) {
	p.send(wire.NewCallState(state, line, ref))
}

func (p *painter) keys(o, n *callScreen) {
	if o.keys != n.keys {
		p.choose(n.keys)
	}
}

func (p *painter) choose(k softKeysShown) {
	p.shown = k
	p.send(&wire.SelectSoftKeys{Line: k.line, Ref: k.ref, Set: k.set, Mask: k.mask})
}

func (p *painter) prompt(o, n *callScreen) {
	if o.prompt != n.prompt {
		p.send(wire.NewPromptStatus(p.f.inUse, n.prompt, 0, n.line, n.ref))
	}
}

// plane brings the line of a call that gets the audio path to the front.
func (p *painter) plane(o, n *callScreen) {
	if !o.live() {
		p.send(&wire.ActivateCallPlane{Line: n.line})
	}
}

// backspace takes digits from the display that the user has taken back.
func (p *painter) backspace(o, n *callScreen) {
	for i := len(n.digits); i < len(o.digits); i++ {
		p.send(&wire.BackSpaceRes{Line: n.line, Ref: n.ref})
	}
}

func (p *painter) dialed(o, n *callScreen) {
	if n.dialed != "" && o.dialed != n.dialed {
		p.send(&wire.DialedNumber{Number: n.dialed, Line: n.line, Ref: n.ref})
	}
}

// info says who talks to whom; to who answers, once more.
func (p *painter) info(o, n *callScreen) {
	if n.info.kind != 0 && (o.info != n.info || o.ringing() && !n.ringing()) {
		p.send(wire.NewCallInfo(p.f.inUse, n.info.details(n.line, n.ref)))
	}
}

// tone starts what is to be heard; call has stopped what was.
func (p *painter) tone(o, n *callScreen) {
	if n.tone != 0 && o.tone != n.tone {
		p.send(&wire.StartTone{Tone: n.tone, Line: n.line, Ref: n.ref})
	}
}

// stopMedia closes what is open and not as n has it; nil: all.
func (p *painter) stopMedia(o, n *callScreen) {
	if o.receive != 0 && (n == nil || n.receive != o.receive) {
		p.send(&wire.CloseReceiveChannel{Conference: o.ref, Party: o.ref, Ref: o.ref})
	}
	if o.send.IsValid() && (n == nil || n.send != o.send || n.codec != o.codec) {
		p.send(&wire.StopMediaTransmission{Conference: o.ref, Party: o.ref, Ref: o.ref})
	}
}

// startMedia opens what is not open as n has it.
func (p *painter) startMedia(o, n *callScreen) {
	if n.receive != 0 && n.receive != o.receive {
		p.send(&wire.OpenReceiveChannel{
			Conference: n.ref, Party: n.ref, Milliseconds: packetMillis, Codec: n.receive, Ref: n.ref, Stream: stream(),
		})
	}
	if n.send.IsValid() && (n.send != o.send || n.codec != o.codec) {
		p.send(&wire.StartMediaTransmission{
			Conference: n.ref, Party: n.ref, Addr: n.send.Addr(), Port: uint32(n.send.Port()), Milliseconds: packetMillis,
			Codec: n.codec, Precedence: expeditedForwarding, Ref: n.ref, Stream: stream(),
		})
	}
}

// lamp lights the lamp of a line as it is to be, once.
func (p *painter) lamp(line uint32) {
	n := p.n.line(line)
	mode := call.LampOff
	if n != nil {
		mode = n.lamp
	}
	if o := p.o.line(line); o != nil && o.lamp == mode || o == nil && n == nil {
		return
	}
	if slices.Contains(p.lit, line) {
		return
	}
	p.lit = append(p.lit, line)
	p.send(&wire.SetLamp{Stimulus: wire.ButtonLine, Instance: line, Mode: uint32(mode)})
}
