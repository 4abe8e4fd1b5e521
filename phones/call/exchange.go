package call

import (
	"context"

	"github.com/busylamp/busylamp/phones"
)

// Exchange runs the call model. Its methods may be called concurrently, but not
// from Sink.Show.
type Exchange struct{ o Options }

// New starts the exchange's goroutine, with an empty configuration.
func New(o Options) *Exchange { return &Exchange{o: o} }

// Attach names the Sink of a kind of device, before the first of them registers.
func (x *Exchange) Attach(kind phones.DeviceKind, s Sink) {}

// Apply makes a configuration take effect at once. Numbers, forwarding, park
// slots and dial-peers change live; a call on a directory number that is gone is
// released. It never fails, and what changes is published before it returns.
func (x *Exchange) Apply(ctx context.Context, old, new phones.Config) error { return nil }

// Do queues an input. It waits while the queue (1024) is full, which never lasts:
// the exchange waits for nobody. After Close it does nothing.
func (x *Exchange) Do(in Input) {}

// Register implements phones.Devices.
func (x *Exchange) Register(d phones.Device, s phones.Spec) { x.Do(Registered{d, s}) }

// Unregister implements phones.Devices.
func (x *Exchange) Unregister(d phones.Device) { x.Do(Gone{d}) }

// NewRef is a call reference that was not used before (it grows, and never is 0).
func (x *Exchange) NewRef() uint32 { return 0 }

// NewTrunk is a device for one more call from or to a SIP trunk; NewTest for `csim start`.
func (x *Exchange) NewTrunk() phones.Device { return phones.Device{} }

// NewTest is NewTrunk for test calls.
func (x *Exchange) NewTest() phones.Device { return phones.Device{} }

// Settle waits until all inputs queued before have been carried out and their
// Views shown.
func (x *Exchange) Settle(ctx context.Context) error { return nil }

// Snapshot returns a copy of everything there is to show.
func (x *Exchange) Snapshot() Snapshot { return Snapshot{} }

// Lookup says whether a number is a local directory number, and its line state.
func (x *Exchange) Lookup(number string) (Number, bool) { return Number{}, false }

// Close stops the goroutine and waits for it. Nothing is shown or published any more.
func (x *Exchange) Close() {}
