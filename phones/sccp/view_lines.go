package sccp

import (
	"github.com/busylamp/busylamp/phones/call"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

// Numbers that the phone is told with texts and media.
const (
	notifySeconds  = 10
	notifyPriority = 5
	packetMillis   = 20
	// expeditedForwarding is the DSCP of audio, as the byte of the IP header.
	expeditedForwarding = 0xB8
)

// linesChanged brings the line keys up to date: what others do there, lamps,
// messages, forwarding.
func (p *painter) linesChanged() {
	for i := range p.o.lines {
		if o := &p.o.lines[i]; p.n.line(o.line) == nil {
			p.line(o, &lineScreen{line: o.line, lamp: call.LampOff})
		}
	}
	for i := range p.n.lines {
		n := &p.n.lines[i]
		o := p.o.line(n.line)
		if o == nil {
			o = &lineScreen{line: n.line}
		}
		p.line(o, n)
	}
	if p.o.mwi != p.n.mwi || p.fresh {
		p.send(&wire.SetLamp{Stimulus: wire.ButtonVoicemail, Mode: lampOf(p.n.mwi)})
	}
}

func (p *painter) line(o, n *lineScreen) {
	if o.state != 0 && (o.state != n.state || o.ref != n.ref) {
		if o.ref == 0 || p.n.find(o.ref, o.line) == nil {
			p.callState(wire.StateOnHook, o.line, o.ref)
		}
	}
	if n.state != 0 && (o.state != n.state || o.ref != n.ref) {
		p.callState(n.state, n.line, n.ref)
	}
	if n.state != 0 && o.keys != n.keys {
		p.choose(n.keys)
	}
	p.lamp(n.line)
	if o.mwi != n.mwi || o.lamp == 0 {
		p.send(&wire.SetLamp{Stimulus: wire.ButtonVoicemail, Instance: n.line, Mode: lampOf(n.mwi)})
	}
	if o.forward != n.forward || o.lamp == 0 {
		// Forwarding of busy and unanswered calls is not told: a phone would show an arrow
		// for it all the time.
		p.send(wire.NewForwardStat(n.line, n.forward, "", ""))
	}
}

func lampOf(on bool) uint32 {
	if on {
		return wire.LampOn
	}
	return wire.LampOff
}

// pageChanged reports whether the phone is to hear another page, or none any more.
func (p *painter) pageChanged() bool {
	o, n := p.o.page, p.n.page
	return (o == nil) != (n == nil) || o != nil && *o != *n
}

// stopPage ends a page.
func (p *painter) stopPage() {
	o := p.o.page
	switch {
	case o == nil || !p.pageChanged():
	case o.Group.IsValid():
		p.send(&wire.StopMulticastMediaReception{Conference: o.Ref, Party: o.Ref, Ref: o.Ref})
	default:
		p.send(&wire.CloseReceiveChannel{Conference: o.Ref, Party: o.Ref, Ref: o.Ref})
	}
}

// startPage begins a page.
func (p *painter) startPage() {
	n := p.n.page
	switch {
	case n == nil || !p.pageChanged():
	case n.Group.IsValid():
		p.send(&wire.StartMulticastMediaReception{
			Conference: n.Ref, Party: n.Ref, Group: n.Group.Addr(), Port: uint32(n.Group.Port()), Milliseconds: packetMillis, Codec: wire.CodecG711U, Ref: n.Ref,
		})
	default:
		p.send(&wire.OpenReceiveChannel{
			Conference: n.Ref, Party: n.Ref, Milliseconds: packetMillis, Codec: wire.CodecG711U, Ref: n.Ref, Stream: stream(),
		})
	}
}

// prompts writes the prompt line of the phone itself, and a notice over it.
func (p *painter) prompts() {
	// A phone that goes on hook is told its message again (CME command reference:
	// system message).
	back := len(p.o.calls) > 0 && len(p.n.calls) == 0
	covered := p.f.sticky && p.o.front.ref == 0
	if p.fresh || p.o.prompt != p.n.prompt || back || covered {
		p.send(wire.NewPromptStatus(p.f.inUse, p.n.prompt, 0, 0, 0))
	}
	if p.f.sticky && !covered {
		// The notice stood in the prompt of a call.
		o, n := p.o.find(p.o.front.ref, p.o.front.line), p.n.find(p.o.front.ref, p.o.front.line)
		if o != nil && n != nil && o.prompt == n.prompt {
			p.prompt(&callScreen{}, n)
		}
	}
	n := p.n.notice
	switch {
	case n.Seq == p.o.notice.Seq || n.Text == "":
	case n.Seconds > 0:
		p.send(wire.NewNotify(p.f.inUse, n.Text, uint32(n.Seconds)))
	default:
		p.send(wire.NewPromptStatus(p.f.inUse, n.Text, 0, p.n.front.line, p.n.front.ref))
	}
}

// stream is what media messages say since version 11: digits are sent as events
// (RFC 2833) of payload type 101.
func stream() wire.Stream { return wire.Stream{DTMFPayload: 101, DTMFType: 10} }
