// Package softphone is a small real SIP phone: it registers, watches other
// numbers and shows what it is notified of. `busylamp phone`, the demo and the
// transcript runner use it; it knows the appliance by the wire alone.
package softphone

import (
	"context"
	"io"
	"net/netip"
	"time"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/phones"
)

// Options describe one phone. Server and Number are required.
type Options struct {
	Network   sipua.Network  // nil: sipua.OS
	Server    netip.AddrPort // the appliance
	Transport string         // "udp" (default) or "tcp"
	// Local is the address to receive on. The zero value means an address of this host
	// that reaches Server, and any free port.
	Local    netip.AddrPort
	MAC      phones.MAC // names the device; zero: none
	Number   string
	Username string // digest credentials; "" : Number
	Password string
	Expires  time.Duration // asked for registration and subscriptions, 0: 3600 s
	Out      io.Writer     // a line for each thing that happens; nil: silent
	// OnState is called for each NOTIFY, on a goroutine of the phone, never concurrently. May be nil.
	OnState func(State)
}

// State is what the phone knows of one watched number.
type State struct {
	Number   string
	Status   string // "idle", "busy", "unknown"; "" before the first NOTIFY
	Ringing  bool
	Active   bool   // subscription active
	Reason   string // why it ended, if not active
	Notifies int
	Body     string // of the newest NOTIFY
}

// Phone is one running phone.
type Phone struct{}

// New opens the phone's port. It does not register yet.
func New(o Options) (*Phone, error) { return &Phone{}, nil }

// Addr is the address it receives on.
func (p *Phone) Addr() netip.AddrPort { return netip.AddrPort{} }

// Register registers and waits for the answer; afterwards it re-registers by itself.
func (p *Phone) Register(ctx context.Context) error { return nil }

// Unregister removes the contact and waits for the answer.
func (p *Phone) Unregister(ctx context.Context) error { return nil }

// Watch subscribes to a number (Event: presence) and waits for the answer;
// afterwards it refreshes by itself.
func (p *Phone) Watch(ctx context.Context, number string) error { return nil }

// Unwatch ends a subscription and waits for the answer.
func (p *Phone) Unwatch(ctx context.Context, number string) error { return nil }

// State returns what is known of a watched number.
func (p *Phone) State(number string) (State, bool) { return State{}, false }

// States returns all of them, sorted by number.
func (p *Phone) States() []State { return nil }

// WaitState waits until ok says that the state of number is as wanted.
func (p *Phone) WaitState(ctx context.Context, number string, ok func(State) bool) (State, error) {
	return State{}, nil
}

// Close unsubscribes and unregisters, waits for the answers for at most two
// seconds, and closes the port.
func (p *Phone) Close() error { return nil }
