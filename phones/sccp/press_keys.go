package sccp

import (
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

// stimulus is a key beside the display, or a labelled one.
func (p *presser) stimulus(code, instance, ref uint32) {
	switch code {
	case wire.ButtonLine:
		p.line(instance)
	case wire.ButtonSpeedDial:
		p.speedDial(int(instance))
	case wire.ButtonBLFSpeedDial:
		p.blf(int(instance))
	case wire.ButtonVoicemail, wire.ButtonMessages:
		p.voicemail()
	case wire.ButtonHold:
		// The one key for both.
		if c, ok := p.view.Call(p.front(ref)); ok && c.State == call.Held {
			p.softKey(wire.EventResume, 0, ref)
			return
		}
		p.softKey(wire.EventHold, 0, ref)
	case wire.ButtonForwardAll:
		p.softKey(wire.EventForwardAll, instance, ref)
	default:
		event, ok := stimulusEvents()[code]
		if !ok {
			p.notice = textUnavailable
			return
		}
		p.softKey(event, 0, ref)
	}
}

// stimulusEvents are keys that do what a soft key does.
func stimulusEvents() map[uint32]uint32 {
	return map[uint32]uint32{
		wire.ButtonRedial: wire.EventRedial, wire.ButtonTransfer: wire.EventTransfer, wire.ButtonConference: wire.EventConference, wire.ButtonMeetMe: wire.EventMeetMe,
		wire.ButtonCallPark: wire.EventPark, wire.ButtonCallPickup: wire.EventPickUp, wire.ButtonGroupPickup: wire.EventGroupPickUp, wire.ButtonDoNotDisturb: wire.EventDND,
		wire.ButtonRemoveLast: wire.EventRemoveLast, wire.ButtonNewCall: wire.EventNewCall, wire.ButtonEndCall: wire.EventEndCall,
	}
}

// line is a line key: the call model answers what rings there, takes back what is on
// hold there, or seizes a channel. A key that monitors or watches is a speed dial to
// its number while that is idle (CME administrator guide: monitor-line button); a
// call parked on a monitored slot is retrieved by it, in use or not.
func (p *presser) line(instance uint32) {
	button := p.button(instance)
	if button == 0 {
		return
	}
	if sep := p.separator(button); sep != phones.Monitor && sep != phones.Watch {
		p.do(call.OffHook{Device: p.device, Button: button})
		return
	}
	for _, l := range p.view.Lines {
		if l.Button == button && (!l.Remote && !l.DnD || p.slot(l.DN)) {
			p.key(l.Number)
		}
	}
}

func (p *presser) separator(button int) phones.Separator {
	if p.view.Spec == nil { // it has been shown nothing yet
		return phones.Normal
	}
	for _, l := range p.view.Spec.Lines {
		if l.Button == button {
			return l.Sep
		}
	}
	return phones.Normal
}

// speedDial is a speed-dial key or, by the tag that was typed, a speed dial without a
// key; tags that the phone has not are the system's (CME command reference: directory entry).
func (p *presser) speedDial(tag int) {
	for _, s := range p.dials {
		if s.Tag == tag {
			p.key(s.Number)
			return
		}
	}
	for _, b := range p.keyed {
		if b.Tag == tag {
			p.key(b.Number)
			return
		}
	}
	for _, e := range p.tel.Directory {
		if e.Tag == tag {
			p.key(e.Number)
			return
		}
	}
	p.notice = textNoNumber
}

func (p *presser) blf(tag int) {
	for _, b := range p.keyed {
		if b.Tag == tag {
			p.key(b.Number)
			return
		}
	}
	p.speedDial(tag)
}

func (p *presser) voicemail() {
	if p.tel.Voicemail == "" {
		p.notice = textNoVoicemail
		return
	}
	p.key(p.tel.Voicemail)
}

// front is a call, or the one in the foreground.
func (p *presser) front(ref uint32) uint32 {
	if ref == 0 {
		return p.view.Active
	}
	return ref
}

// softKey is a soft key, or a key that does the same.
func (p *presser) softKey(event, line, ref uint32) {
	d, button := p.device, p.button(line)
	switch event {
	case wire.EventRedial:
		p.do(call.Redial{Device: d, Button: button, Ref: ref})
	case wire.EventNewCall:
		p.do(call.OffHook{Device: d, Button: button, New: true})
	case wire.EventHold:
		p.do(call.Hold{Device: d, Ref: ref})
	case wire.EventResume:
		p.do(call.Resume{Device: d, Ref: p.held(button, ref)})
	case wire.EventTransfer:
		p.do(call.Transfer{Device: d, Ref: ref})
	case wire.EventForwardAll:
		p.do(call.ForwardAll{Device: d, Button: button, Ask: true})
	case wire.EventBackspace:
		p.do(call.Backspace{Device: d, Ref: ref})
	case wire.EventEndCall:
		// Without a reference it would be the hook, which completes a transfer.
		p.do(call.OnHook{Device: d, Ref: p.front(ref)})
	case wire.EventAnswer:
		p.do(call.Answer{Device: d, Ref: p.ringing(ref)})
	case wire.EventConference:
		p.do(call.Conference{Device: d, Ref: ref})
	case wire.EventPark:
		p.do(call.Park{Device: d, Ref: ref})
	case wire.EventMeetMe:
		p.do(call.MeetMe{Device: d, Button: button, Ref: ref})
	case wire.EventPickUp:
		p.do(call.Pickup{Device: d, Button: button, Ref: ref})
	case wire.EventGroupPickUp:
		p.do(call.Pickup{Device: d, Button: button, Ref: ref, Group: true})
	case wire.EventRemoveLast:
		p.do(call.DropLast{Device: d, Ref: ref})
	case wire.EventDND:
		p.do(call.DnD{Device: d, Toggle: true})
	case wire.EventDivert:
		p.do(call.DivertToVoicemail{Device: d, Ref: p.ringing(ref)})
	case wire.EventDirectTransfer:
		p.joinTwo(ref)
	default:
		p.notice = textUnavailable
	}
}

// held is the call that Resume is for: the named one, else that of the line which
// another phone put on hold, else the one in the foreground.
func (p *presser) held(button int, ref uint32) uint32 {
	if ref == 0 {
		for _, l := range p.view.Lines {
			if l.Button == button && l.Held != 0 {
				return l.Held
			}
		}
	}
	return ref
}

// ringing is the named call, else the one that has been ringing longest.
func (p *presser) ringing(ref uint32) uint32 {
	if ref == 0 {
		for _, c := range p.view.Calls {
			if c.State == call.RingIn || c.State == call.Waiting {
				return c.Ref
			}
		}
	}
	return ref
}

// joinTwo is direct transfer: the other parties of the call in front and of the one
// on hold are joined.
func (p *presser) joinTwo(ref uint32) {
	front := p.front(ref)
	for _, c := range p.view.Calls {
		if c.Ref != front && c.State == call.Held {
			p.do(call.Join{Device: p.device, Ref: front, With: c.Ref})
			return
		}
	}
	p.notice = textUnavailable
}

// parks reports whether calls are parked on an ephone-dn.
func (s *Server) parks(dn phones.DNID) bool {
	e := s.dn(dn.Tag)
	return e != nil && !dn.SIP && e.Park != nil
}
