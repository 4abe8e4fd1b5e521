// Package phones holds devices, directory numbers and their registrations, and
// publishes the state of each line.
//
// It is the registrar's policy without any wire: phones/sip turns REGISTER
// requests into Registration values and answers what Registry says. modes
// imports it for Config and Snapshot only; it imports presence for the
// line-state types and internal/logbuf, nothing else of the project.
//
// Goroutines: a Registry owns one, which removes expired contacts; Close stops
// it and waits. Every other method runs on its caller's goroutine under one
// mutex, and calls out (publisher, log) only after releasing it. States are
// published in the order in which they came about, by whichever caller is first
// to find some unpublished.
package phones

import (
	"context"
	"net/netip"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/presence"
)

// Debug topics.
const (
	TopicEvents logbuf.Topic = "voice register events"
	TopicErrors logbuf.Topic = "voice register errors"
)

// Publisher is told every change of a line's state. Publish must not block and
// must not call the Registry; it is never called concurrently.
type Publisher interface {
	Publish(number string, l presence.Line)
}

// Options are what a Registry works with. Log and Publisher are required.
type Options struct {
	Log       *logbuf.Log
	Publisher Publisher
	Now       func() time.Time // nil: time.Now
}

// Registry is the store of registrations. Its methods are safe for concurrent use.
type Registry struct{}

// New starts a Registry with an empty configuration: everything is refused until Apply.
func New(o Options) *Registry { return &Registry{} }

// Close stops the expiry goroutine and waits for it. Registrations are kept and
// nothing is published.
func (r *Registry) Close() {}

// Apply makes a configuration take effect at once: contacts that no longer fit
// (pool gone, number changed, id changed) are removed, and what that does to
// line states is published before Apply returns. It never fails.
func (r *Registry) Apply(ctx context.Context, old, new Config) error { return nil }

// Snapshot returns a copy of everything there is to show.
func (r *Registry) Snapshot() Snapshot { return Snapshot{} }

// ClearAttempts forgets the refused phones (`clear voice register attempted-registrations`).
func (r *Registry) ClearAttempts() {}

// Lookup answers for one local directory number, of a voice register dn or of an ephone-dn.
func (r *Registry) Lookup(number string) (Number, bool) { return Number{}, false }

// SetCalls says whether a call is up or ringing on a local number. It is the
// inlet of the call model. Ringing counts as in use (guide). A number that is
// not registered stays unknown, whatever its calls; one that is not configured
// is ignored.
func (r *Registry) SetCalls(number string, inUse, ringing bool) {}

// Watcher is a registered phone that FindWatcher recognised.
type Watcher struct {
	Pool     int
	Device   string // SEP…, the name it gave itself, or ""
	Name     string // "VOICE REGISTER POOL-1"
	Number   string
	DialPeer int  // tag of its dynamic dial peer
	CallList bool // presence call-list of its pool
}

// FindWatcher says whether a request from user, received from src, comes from a
// registered phone. It does iff a contact of that number was registered from
// the same IP address, and either from the same port or with the host and port
// that this request's Contact gives (contact: "host" or "host:port", "" if none).
// So a phone behind a NAT is recognised by its mapped port, a phone that opens
// a new TCP connection by its Contact, and a different agent on the same
// address by neither.
func (r *Registry) FindWatcher(user string, src netip.AddrPort, contact string) (Watcher, bool) {
	return Watcher{}, false
}
