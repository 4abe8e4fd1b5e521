package call

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/presence"
)

// queueSize bounds the inputs that wait. Callers wait while it is full; that never
// lasts, since the exchange waits for nobody.
const queueSize = 1024

// Exchange runs the call model. Its methods may be called concurrently, but not
// from Sink.Show, a Publisher or a Done function: these run on its goroutine, or on
// that of a caller of Press.
type Exchange struct {
	o       Options
	queue   chan request
	waiting atomic.Int64 // requests that have been sent and are not carried out yet
	quit    chan struct{}
	stopped chan struct{}

	turn  sync.Mutex  // held while the model steps and what follows is carried out
	core  *core       // guarded by turn
	timer *time.Timer // likewise, but for its channel; wakes the goroutine
	set   time.Time   // likewise: what timer is set to, or earlier; zero: nothing
	over  bool        // likewise

	once   sync.Once
	refs   atomic.Uint32
	trunks atomic.Int64
	tests  atomic.Int64
	sinks  [phones.TestDevice + 1]atomic.Pointer[Sink]
}

// request is an input, or something to do between two of them.
type request struct {
	in Input
	do func()
}

// New starts the exchange's goroutine, with an empty configuration.
func New(o Options) *Exchange {
	x := &Exchange{
		o: o, queue: make(chan request, queueSize), quit: make(chan struct{}), stopped: make(chan struct{}),
		timer: time.NewTimer(time.Hour),
	}
	x.core = newCore(ids{
		ref:   x.NewRef,
		trunk: func() int { return x.NewTrunk().Tag },
		test:  func() int { return x.NewTest().Tag },
	}, o.Log.Enabled)
	go x.run()
	return x
}

// Attach names the Sink of a kind of device, before the first of them registers.
func (x *Exchange) Attach(kind phones.DeviceKind, s Sink) {
	x.sinks[kind].Store(&s)
}

// Apply makes a configuration take effect at once. Numbers, forwarding, park
// slots and dial-peers change live; a call on a directory number that is gone is
// released. It never fails but by ctx, and what changes is published before it returns.
func (x *Exchange) Apply(ctx context.Context, _, new phones.Config) error {
	x.Do(apply{cfg: &new})
	return x.Settle(ctx)
}

// Do queues an input. It waits while the queue (1024) is full, which never lasts:
// the exchange waits for nobody. After Close it does nothing.
func (x *Exchange) Do(in Input) { x.send(request{in: in}) }

// Press is Do for several inputs of one device, without a detour over the queue if
// nobody is in the way: Views are shown and line states published on the caller's
// goroutine then. So he holds no lock that a Sink or the Publisher takes. What Do has
// queued before is carried out before it. Digits that come together are shown together.
func (x *Exchange) Press(inputs ...Input) {
	if x.waiting.Load() == 0 && x.turn.TryLock() {
		// Nothing of the caller's own waits; what others send now may come later.
		for len(inputs) > 0 && !x.over {
			n := together(inputs)
			x.carryOut(x.core.step(time.Now(), inputs[:n]...))
			inputs = inputs[n:]
		}
		x.setTimer()
		x.turn.Unlock()
		return
	}
	for _, in := range inputs {
		x.Do(in)
	}
}

// together is how many inputs may be carried out before anything is shown: nobody
// misses a View between two digits.
func together(inputs []Input) int {
	for i, in := range inputs {
		if _, digit := in.(Digit); !digit {
			return max(i, 1)
		}
	}
	return len(inputs)
}

func (x *Exchange) send(r request) bool {
	select {
	case <-x.quit:
		return false
	default:
	}
	x.waiting.Add(1)
	select {
	case x.queue <- r:
		return true
	case <-x.stopped:
		x.waiting.Add(-1)
		return false
	}
}

// Register implements phones.Devices.
func (x *Exchange) Register(d phones.Device, s phones.Spec) { x.Do(Registered{d, s}) }

// Unregister implements phones.Devices.
func (x *Exchange) Unregister(d phones.Device) { x.Do(Gone{d}) }

// NewRef is a call reference that was not used before (it grows, and never is 0).
func (x *Exchange) NewRef() uint32 {
	for {
		if ref := x.refs.Add(1); ref != 0 {
			return ref
		}
	}
}

// NewTrunk is a device for one more call from a SIP trunk.
func (x *Exchange) NewTrunk() phones.Device {
	return phones.Device{Kind: phones.TrunkDevice, Tag: int(x.trunks.Add(1))}
}

// NewTest is a device for one test call (`csim start`).
func (x *Exchange) NewTest() phones.Device {
	return phones.Device{Kind: phones.TestDevice, Tag: int(x.tests.Add(1))}
}

// Settle waits until all inputs queued before have been carried out and their
// Views shown. The error is that of ctx.
func (x *Exchange) Settle(ctx context.Context) error {
	done := make(chan struct{})
	if !x.send(request{do: func() { close(done) }}) {
		return nil
	}
	select {
	case <-done:
	case <-x.stopped:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// Snapshot returns a copy of everything there is to show; after Close the zero value.
func (x *Exchange) Snapshot() (s Snapshot) {
	x.ask(func() { s = x.core.snapshot(time.Now()) })
	return s
}

// Lookup says whether a number is a local directory number, and its line state.
func (x *Exchange) Lookup(number string) (n Number, ok bool) {
	x.ask(func() { n, ok = x.core.lookup(number) })
	return n, ok
}

// InUse reports whether a device is off hook or has a call.
func (x *Exchange) InUse(d phones.Device) (used bool) {
	x.ask(func() {
		if o := x.core.devices[d]; o != nil {
			used = len(o.legs) > 0
		}
	})
	return used
}

// ask runs something on the goroutine and waits for it.
func (x *Exchange) ask(do func()) {
	done := make(chan struct{})
	if !x.send(request{do: func() { do(); close(done) }}) {
		return
	}
	select {
	case <-done:
	case <-x.stopped:
	}
}

// Close stops the goroutine and waits for it. Nothing is shown or published any more.
func (x *Exchange) Close() {
	x.once.Do(func() { close(x.quit) })
	<-x.stopped
	x.turn.Lock()
	x.over = true
	x.timer.Stop()
	x.turn.Unlock()
}

func (x *Exchange) run() {
	defer close(x.stopped)
	for {
		select {
		case <-x.quit:
			return
		case <-x.timer.C:
			x.turn.Lock()
			x.set = time.Time{}
			x.carryOut(x.core.step(time.Now()))
		case r := <-x.queue:
			x.turn.Lock()
			x.take(r)
		}
		// What else waits needs no look at the clock: a step fires what is due.
		for n := len(x.queue); n > 0; n-- {
			x.take(<-x.queue)
		}
		x.setTimer()
		x.turn.Unlock()
	}
}

// setTimer sets the timer to what is due next. One that is too early only costs a
// step. turn is held.
func (x *Exchange) setTimer() {
	if at, ok := x.core.next(); ok && !x.over && (x.set.IsZero() || at.Before(x.set)) {
		x.timer.Reset(time.Until(at))
		x.set = at
	}
}

// take carries out what waited. turn is held.
func (x *Exchange) take(r request) {
	defer x.waiting.Add(-1)
	if r.in != nil {
		x.carryOut(x.core.step(time.Now(), r.in))
	} else {
		r.do()
	}
}

// carryOut does what a step asks for, in order. turn is held.
func (x *Exchange) carryOut(effects []effect) {
	for i := range effects {
		switch e := &effects[i]; {
		case e.view != nil:
			switch s := x.sink(e.view.Device.Kind).(type) {
			case nil:
			case Glancer:
				s.Glance(e.view)
			default:
				s.Show(e.view.clone())
			}
		case e.done != nil:
			e.done(e.code)
		case e.forwarded:
			if x.o.Forwarded != nil {
				x.o.Forwarded(e.dn, e.number)
			}
		case e.topic != "":
			if t, ok := x.sink(e.device.Kind).(Tracer); ok {
				t.Trace(e.device, e.topic, e.text)
			} else {
				x.o.Log.Debugf(e.topic, "%s", e.text)
			}
		case e.phone:
			x.o.Publisher.PublishDevice(e.number, e.line)
		default:
			x.o.Publisher.Publish(e.number, e.line)
		}
	}
	clear(effects) // keeps nothing alive until the next step
}

func (x *Exchange) sink(kind phones.DeviceKind) Sink {
	if int(kind) < len(x.sinks) {
		if s := x.sinks[kind].Load(); s != nil {
			return *s
		}
	}
	return nil
}

// effect is one thing for the Exchange to do: a view to show, an outcome or a forwarding to
// tell, a debug line or else a line state to publish.
type effect struct {
	view   *View
	done   func(code int)
	code   int
	topic  logbuf.Topic
	text   string
	device phones.Device // that the debug line is about; none: about no device
	number string
	line   presence.Line
	phone  bool // the state is of the phone whose primary number it is
	// forwarded: a phone forwards all calls of dn to number now.
	forwarded bool
	dn        phones.DNID
}
