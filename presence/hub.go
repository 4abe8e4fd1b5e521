package presence

import (
	"context"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
)

// Options of a Hub.
type Options struct {
	Log    *logbuf.Log // debug presence; required
	Shards int         // goroutines, 1 to 255; 0 means one per processor
}

// Hub is the presence agent. Its methods may be called concurrently.
type Hub struct{}

// New starts the shard goroutines. Until Apply enables it the hub refuses everybody.
func New(o Options) *Hub { return &Hub{} }

// Close stops the hub and waits for its goroutines. Watchers are told nothing:
// what they hold survives until it expires. Later calls return ErrClosed.
func (h *Hub) Close() {}

// Apply makes new the configuration and returns when every subscription was
// brought in line with it.
func (h *Hub) Apply(ctx context.Context, old, new Config) error { return nil }

// Config is the configuration in force.
func (h *Hub) Config() Config { return Config{} }

// Admit says whether a watcher of this kind would pass the gates that come
// before authentication. The errors are ErrDisabled and ErrForbidden.
func (h *Hub) Admit(kind WatcherKind) error { return nil }

// Publish is the one entry for every source of line state. It never blocks;
// between two steps of a shard the newest state of a line wins.
func (h *Hub) Publish(number string, l Line) {}

// Subscribe admits a watcher and returns the ID of its subscription and the
// time granted. Its first Note is delivered after Release(id), so that the
// answer to the request can leave first; Release must be called exactly once.
// The errors are ErrDisabled, ErrForbidden, ErrNotFound, ErrLimit and ErrClosed.
func (h *Hub) Subscribe(r Request) (id uint32, expires time.Duration, err error) {
	return 0, 0, ErrDisabled
}

// Release lets the first Note of a subscription go.
func (h *Hub) Release(id uint32) {}

// Refresh restarts the expiry of a subscription, 0 ends it, and delivers a Note
// either way (RFC 6665 4.2.1.4). The error is ErrGone or ErrClosed.
func (h *Hub) Refresh(id uint32, expires time.Duration) error { return ErrGone }

// Unsubscribe ends a subscription with a last Note. An unknown ID is ignored.
func (h *Hub) Unsubscribe(id uint32) {}

// Done reports how the delivery of a Note ended: the response code, or 0 and an
// error. A watcher that cannot be reached loses its subscription (RFC 6665
// 4.2.2, RFC 5057 5.1); after any other failure the newest Note is delivered again.
func (h *Hub) Done(id uint32, code int, err error, retryAfter time.Duration) {}

// Snapshot copies the state of the agent.
func (h *Hub) Snapshot() Snapshot { return Snapshot{} }
