package call

import (
	"slices"

	"github.com/busylamp/busylamp/phones"
)

// show shows a device what it is to show, if that is new.
func (c *core) show(d *device) {
	v := c.view(d)
	known := d.view != nil && d.viewGen == d.gen
	if known && sameView(&v, d.view) {
		return
	}
	// v is in buffers that the next view is made in. What it says of lines is replaced,
	// never changed; of calls it changes with each.
	if len(v.Calls) > 0 && d.view != nil {
		v.Calls = append(d.view.Calls[:0], v.Calls...)
	} else {
		v.Calls = slices.Clone(v.Calls)
	}
	if known && slices.Equal(v.Lines, d.view.Lines) {
		v.Lines = d.view.Lines
	} else {
		v.Lines = slices.Clone(v.Lines)
	}
	if d.view == nil {
		d.view = new(View)
	}
	*d.view, d.viewGen = v, d.gen
	c.effects = append(c.effects, effect{view: d.view}) // good until the next step
}

// sameView compares what may differ while a device keeps its Spec.
func sameView(a, b *View) bool {
	return a.Active == b.Active && a.OffHook == b.OffHook && a.DnD == b.DnD && a.Waiting == b.Waiting &&
		a.Notice == b.Notice && slices.Equal(a.Elsewhere, b.Elsewhere) && a.Trunk == b.Trunk && samePage(a.Paged, b.Paged) &&
		slices.Equal(a.Calls, b.Calls) && slices.Equal(a.Lines, b.Lines)
}

func samePage(a, b *Page) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// view is all that a device is to show. Its slices are good until the next view.
func (c *core) view(d *device) View {
	c.lineBuf, c.callBuf = c.lineViews(c.lineBuf[:0], d), c.callBuf[:0]
	v := View{
		Device: d.id, Spec: d.spec, Lines: c.lineBuf, OffHook: d.offHook(), DnD: d.dnd,
		Waiting: d.primary != nil && d.primary.waiting, Paged: c.page(d), Notice: d.notice, Trunk: d.trunk,
		Elsewhere: d.elsewhere,
	}
	if d.active != nil {
		v.Active = d.active.ref
	}
	for _, l := range d.legs {
		c.callBuf = append(c.callBuf, c.callView(d, l))
	}
	if len(c.callBuf) > 0 {
		v.Calls = c.callBuf
	}
	return v
}

// callView is one call as a device sees it.
func (c *core) callView(d *device, l *leg) CallView {
	k := l.call
	v := CallView{
		Ref: l.ref, State: l.state, Button: l.button, Channel: l.channel + 1, Outgoing: l.outgoing,
		Original: k.original, Redirecting: k.redirecting, Forwarded: !l.outgoing && k.redirecting != (Party{}),
		Dialed: l.dialed, Tone: l.tone, Code: l.code, Receive: l.receives(), Send: c.sends(l), Local: l.media,
		Consult: l.consult, Conference: k.conf != nil, AutoAnswer: l.auto,
	}
	if l.dn != nil {
		v.DN = l.dn.id
	}
	if l.of != nil {
		v.Of = l.of.ref
	}
	remote := l.remote()
	if v.Calling, v.Called = remote, l.self; l.outgoing {
		v.Calling, v.Called = l.self, remote
	}
	if s := k.setup; s != nil && s.callee == l && s.recall != nil {
		v.Recalled = s.recall.from
	}
	r := l.ringsOn(d)
	if r != nil {
		v.Button, v.Ring = r.button, r.how
		if r.waiting && d.active != l {
			v.State = Waiting
			if v.Ring != RingSilent && (l.dn == nil || l.dn.eph == nil || !l.dn.eph.NoCallWaitingBeep) {
				v.Tone = ToneCallWaiting
			}
		}
		// A SIP device needs the caller's offer; an SCCP phone nothing before it answers.
		if d.id.Kind == phones.EphoneDevice {
			v.Send = Media{}
		}
	}
	if v.Tone == ToneNone {
		v.Tone = l.sound(v.Send)
	}
	return v
}

// sound is the tone that goes with a state.
func (l *leg) sound(send Media) Tone {
	switch l.state {
	case Seized:
		return ToneDial
	case RingOut:
		if !send.Valid() {
			return ToneRingback
		}
	case Busy:
		return ToneBusy
	case Congestion:
		return ToneReorder
	case NoSuchNumber:
		return ToneNoSuchNumber
	case Connected:
		k := l.call
		if k.conf != nil || k.setup != nil {
			return ToneNone
		}
		for _, o := range k.legs {
			if o != l && (o.state == Held && o.anchor == noAnchor || o.anchor == parkAnchor) {
				return ToneHold
			}
		}
	}
	return ToneNone
}

// remote is the far side of a leg as its user sees it.
func (l *leg) remote() Party {
	k := l.call
	if k.conf != nil {
		p := Party{Name: "Conference"}
		if k.conf.dn != nil {
			p.Number = k.conf.dn.number
		}
		return p
	}
	for _, o := range k.legs {
		if o == l {
			continue
		}
		if o.anchor != noAnchor {
			return Party{o.dn.number, o.dn.name}
		}
		return o.self
	}
	return Party{Number: l.dialed}
}
