package sipcall

import (
	"maps"
	"slices"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
)

// device is a pool or a trunk call.
type device struct {
	a  *Agent
	id phones.Device

	// Agent.mu guards these: what waits for the goroutine of the device.
	queue    []func(*device)
	requests int                      // of the network among them
	next     call.View                // newest, if fresh
	fresh    bool                     // it was not shown yet
	missed   map[uint32]call.CallView // calls of Views that next replaced, which it has not got
	running  bool

	// The rest is the goroutine's.
	view     call.View // newest that was shown
	sessions map[uint32]*session
	messages map[string]bool // whether messages wait, by line, as the phone was told
}

// get finds a device or makes it. a.mu is held.
func (a *Agent) get(id phones.Device) *device {
	d := a.devices[id]
	if d == nil {
		d = &device{a: a, id: id, sessions: map[uint32]*session{}}
		a.devices[id] = d
	}
	return d
}

// maxIdle bounds the goroutines that wait for a device with something to do: starting
// one costs little, growing its stack to what a call needs costs more.
const maxIdle = 4

// wake gives a device a goroutine unless it has one. a.mu is held, and a not closed.
func (d *device) wake() {
	if d.running {
		return
	}
	d.running = true
	select {
	case d.a.work <- d: // one waits
	default:
		d.a.running.Add(1)
		go d.a.serve(d)
	}
}

// serve is such a goroutine.
func (a *Agent) serve(d *device) {
	defer a.running.Done()
	for d != nil {
		d.run()
		a.mu.Lock()
		waits := !a.closed && a.idle < maxIdle
		if waits {
			a.idle++
		}
		a.mu.Unlock()
		if !waits {
			return
		}
		d = <-a.work
		a.mu.Lock()
		a.idle--
		a.mu.Unlock()
	}
}

// post has f run on the goroutine of a device; false after Close.
func (a *Agent) post(id phones.Device, f func(*device)) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return false
	}
	d := a.get(id)
	d.queue = append(d.queue, f)
	d.wake()
	return true
}

// postRequest is post for what strangers send as often as they like: false if too
// much waits already.
func (a *Agent) postRequest(id phones.Device, f func(*device)) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return false
	}
	d := a.get(id)
	if d.requests >= maxRequests {
		return false
	}
	d.requests++
	d.queue = append(d.queue, func(d *device) {
		a.mu.Lock()
		d.requests--
		a.mu.Unlock()
		f(d)
	})
	d.wake()
	return true
}

// Show implements call.Sink.
func (a *Agent) Show(v call.View) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return
	}
	d := a.get(v.Device)
	if d.fresh {
		for _, c := range d.next.Calls {
			if d.missed == nil {
				d.missed = map[uint32]call.CallView{}
			}
			d.missed[c.Ref] = c
		}
	}
	for _, c := range v.Calls {
		delete(d.missed, c.Ref)
	}
	d.next, d.fresh = v, true
	d.wake()
}

// run empties the queue. What was queued goes before the View, so that the outcome
// of a transfer is told before the call ends.
func (d *device) run() {
	a := d.a
	for {
		a.mu.Lock()
		queue, next, fresh, missed := d.queue, d.next, d.fresh, d.missed
		d.queue, d.next, d.fresh, d.missed = nil, call.View{}, false, nil
		if len(queue) == 0 && !fresh {
			d.running = false
			if d.forgotten() && a.devices[d.id] == d {
				delete(a.devices, d.id)
			}
			a.mu.Unlock()
			return
		}
		a.mu.Unlock()
		for _, f := range queue {
			f(d)
		}
		if fresh {
			d.show(next, missed)
		}
	}
}

// forgotten reports whether nothing needs to be known of the device: a phone's
// View names its lines.
func (d *device) forgotten() bool {
	return len(d.sessions) == 0 && (d.id.Kind != phones.PoolDevice || d.view.Gone || d.view.Device == phones.Device{})
}

// show carries out a View.
func (d *device) show(v call.View, missed map[uint32]call.CallView) {
	d.view = v
	for _, ref := range slices.Sorted(maps.Keys(d.sessions)) {
		s := d.sessions[ref]
		if s.page {
			if v.Gone || v.Paged == nil || v.Paged.Ref != ref {
				s.gone()
			}
			continue
		}
		c, ok := v.Call(ref)
		last, passed := missed[ref]
		switch {
		case ok:
			s.known = true
			s.show(c)
		case passed && failed(last.State):
			s.show(last) // for its code
			s.gone()
		case passed || s.known || v.Gone:
			s.gone()
		}
	}
	if v.Gone {
		d.messages = nil
		return
	}
	d.tellMessages()
	if p := v.Paged; p != nil && d.sessions[p.Ref] == nil {
		d.page(p)
	}
	for _, c := range v.Calls {
		if d.sessions[c.Ref] == nil && !c.Outgoing && (c.State == call.RingIn || c.State == call.Waiting) {
			d.ring(c)
		}
	}
}

// button is the line button with a number, 0 if there is none.
func (d *device) button(number string) int {
	for _, l := range d.view.Lines {
		if l.Number == number {
			return l.Button
		}
	}
	return 0
}

// line is what the newest View shows of a line button.
func (d *device) line(button int) (l call.LineView, ok bool) {
	for _, l := range d.view.Lines {
		if l.Button == button {
			return l, true
		}
	}
	return call.LineView{}, false
}
