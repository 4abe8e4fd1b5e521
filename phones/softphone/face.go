package softphone

import (
	"time"

	"github.com/busylamp/busylamp/phones/handset"
)

var _ handset.Handset = (*Phone)(nil)

// noteTime is how long a notice stays.
const noteTime = 5 * time.Second

// turn runs f when its turn comes, and shows what it has changed. f may not wait.
func (p *Phone) turn(f func()) { p.turns.do(p.shownAfter(f)) }

// turnWait is turn, and waits for f. The caller must not have the turn.
func (p *Phone) turnWait(f func()) { p.turns.wait(p.shownAfter(f)) }

func (p *Phone) shownAfter(f func()) func() {
	return func() {
		f()
		d := p.face()
		p.mu.Lock()
		defer p.mu.Unlock()
		if !d.Equal(p.shows) {
			p.shows = d
			p.wake()
		}
	}
}

// wake tells those who wait that something has changed. The caller holds mu.
func (p *Phone) wake() {
	close(p.changed)
	p.changed = make(chan struct{})
}

// Changed implements handset.Handset.
func (p *Phone) Changed() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.changed
}

// Display implements handset.Handset.
func (p *Phone) Display() handset.Display {
	p.mu.Lock()
	d := p.shows.Clone()
	d.Registered, d.MWI = p.registered, p.waiting
	p.mu.Unlock()
	d.Device, d.Model, d.Protocol, d.Header = p.o.MAC.Device(), p.o.Model, "SIP", p.o.Number
	if d.Device == "" {
		d.Device = p.o.Number
	}
	d.Keys = p.keys()
	line := handset.Line{Button: 1, Number: p.o.Number, Label: p.o.Number, Lamp: handset.LampOff, State: handset.OnHook, MWI: d.MWI}
	for _, c := range d.Calls {
		line.State = c.State
	}
	line.Lamp = lampOf(d.Calls)
	d.Lines = []handset.Line{line}
	return d
}

// lampOf is what the lamp of the line does: ringing goes before talking, that before hold.
func lampOf(calls []handset.Call) handset.Lamp {
	lamp := handset.LampOff
	for _, c := range calls {
		switch c.State {
		case handset.RingIn, handset.Waiting:
			return handset.LampBlink
		case handset.Held:
			if lamp == handset.LampOff {
				lamp = handset.LampWink
			}
		default:
			lamp = handset.LampOn
		}
	}
	return lamp
}

// keys are the watched numbers as BLF keys, in the order of Watch.
func (p *Phone) keys() []handset.BesideKey {
	p.mu.Lock()
	defer p.mu.Unlock()
	keys := make([]handset.BesideKey, len(p.order))
	for i, number := range p.order {
		keys[i] = blfKey(p.watches[number].state)
	}
	return keys
}

// blfKey shows a line as Cisco's SIP phones do: ringing is in use (guide).
func blfKey(s State) handset.BesideKey {
	k := handset.BesideKey{Kind: "blf", Number: s.Number, Label: s.Number, Status: handset.Unknown, Lamp: handset.LampOff}
	switch {
	case !s.Active:
	case s.DnD:
		k.Status, k.Lamp = handset.DnD, handset.LampOn
	case s.Status == "busy":
		k.Status, k.Lamp = handset.Busy, handset.LampOn
	case s.Status == "idle":
		k.Status = handset.Idle
	}
	return k
}

// face is what the calls let the display show. The caller has the turn.
func (p *Phone) face() handset.Display {
	d := handset.Display{DnD: p.dnd, SoftKeys: p.softKeys(), Notice: p.notice}
	for _, c := range p.shown() {
		v := handset.Call{Ref: c.ref, Line: 1, State: c.state, Remote: c.remote, Out: c.out, Dialed: c.digits}
		if c.state == handset.OffHook {
			v.Remote = c.digits
		}
		d.Calls = append(d.Calls, v)
		d.OffHook = d.OffHook || c.speaks()
		switch c.state {
		case handset.RingIn:
			d.Ring = handset.RingInside
		case handset.Waiting:
			d.Tone = "callwaiting"
		}
	}
	c := p.foreground()
	if c == nil {
		return d
	}
	d.Active = c.ref
	d.Prompt, d.Tone = c.says(d.Tone)
	if c.dialog != nil && c.state == handset.Connected {
		d.Media = handset.Media{Send: c.far.sendTo(), Codec: c.far.codec()}
		if c.far.direction == "sendrecv" || c.far.direction == "sendonly" {
			d.Media.Receive = c.local()
		}
	}
	return d
}

// says is the prompt of a call and the tone it makes.
func (c *call) says(tone string) (string, string) {
	switch c.state {
	case handset.OffHook:
		if c.digits == "" {
			return "Enter number", "dial"
		}
		return "Enter number", ""
	case handset.Proceed:
		return "Call Proceed", ""
	case handset.RingOut:
		if c.far.addr.IsValid() {
			return "Ring Out", "" // the far side's own tone is heard
		}
		return "Ring Out", "ringback"
	case handset.RingIn, handset.Waiting:
		return "From " + c.remote, tone
	case handset.Connected:
		return "Connected", tone
	case handset.Held:
		return "Hold", tone
	case handset.BusyTone:
		return "Busy", "busy"
	case handset.Invalid:
		return "Unknown Number", "reorder"
	}
	return "Temp Fail", "reorder"
}

// note shows a notice for a while. The caller has the turn.
func (p *Phone) note(text string) {
	p.notice = text
	p.notes++
	n := p.notes
	time.AfterFunc(noteTime, func() {
		p.turn(func() {
			if p.notes == n {
				p.notice = ""
			}
		})
	})
}
