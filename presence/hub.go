package presence

import (
	"cmp"
	"context"
	"errors"
	"hash/maphash"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
)

// Options of a Hub.
type Options struct {
	Log    *logbuf.Log // debug presence; required
	Relay  Relay       // nil: numbers that are not local are ErrNotFound
	Shards int         // goroutines, at most 255; 0 means one per processor
}

// Hub is the presence agent. Its methods may be called concurrently. Subscribe,
// Release, Refresh and Done are carried out on the caller's goroutine if nobody is in
// the way, and call Sinks and the Relay there: the caller holds no lock that they take.
type Hub struct {
	log    *logbuf.Log
	seed   maphash.Seed
	shared *shared
	shards []*shard
	config atomic.Pointer[Config]
	full   atomic.Int64 // when the log last said that max-subscription is reached, unix seconds
}

// New starts the shard goroutines. Until Apply enables it the hub refuses everybody.
func New(o Options) *Hub {
	n := o.Shards
	if n <= 0 {
		n = runtime.GOMAXPROCS(0)
	}
	h := &Hub{log: o.Log, seed: maphash.MakeSeed(), shared: newShared()}
	h.config.Store(&Config{})
	epoch := time.Now()
	for i := range min(n, 255) {
		c := newCore(epoch, uint8(i), h.shared, o.Log.Enabled)
		c.relays = o.Relay != nil
		h.shards = append(h.shards, startShard(c, o.Log, o.Relay))
	}
	return h
}

// Close stops the hub and waits for its goroutines. Watchers are told nothing:
// what they hold survives until it expires. Later calls return ErrClosed.
func (h *Hub) Close() {
	for _, s := range h.shards {
		s.close()
	}
}

// Apply makes new the configuration and returns when every subscription was
// brought in line with it:
//
//   - `no presence` and `no presence enable` end subscriptions with probation
//     and a Retry-After of 60 s, since a watcher that came back at once
//     (deactivated) would only be refused;
//   - `no watcher all` ends those of trunks with rejected;
//   - a number that is removed ends subscriptions of trunks with noresource; those of
//     phones go on, unknown, until it comes back;
//   - a number that becomes local, or external, is heard of from the other side at
//     once, and unknown until something is heard; so is one at another server;
//   - `allow watch` moves its watchers between unknown and the real state;
//   - a lower max-subscription leaves existing subscriptions alone and refuses
//     new ones until enough have ended.
//
// Calls must not overlap; conf.Bind makes them one at a time.
func (h *Hub) Apply(ctx context.Context, old, new Config) error {
	if new.MaxSubscriptions == 0 {
		new.MaxSubscriptions = DefaultMaxSubscriptions
	}
	h.shared.quota.configure(&new)
	h.config.Store(&new)
	replies := make(chan answer, len(h.shards))
	for _, s := range h.shards {
		if !s.send(inApply{cfg: &new, reply: replies}) {
			return ErrClosed
		}
	}
	for _, s := range h.shards {
		select {
		case <-replies:
		case <-s.stopped:
			return ErrClosed
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// Settle returns when the Sinks have been told what was published before.
func (h *Hub) Settle() {
	for _, s := range h.shards {
		reply := make(chan answer, 1)
		s.ask(inSettle{reply}, reply)
	}
}

// Config is the configuration in force.
func (h *Hub) Config() Config { return *h.config.Load() }

// Admit says whether a watcher of this kind would pass the gates that come
// before authentication. The errors are ErrDisabled and ErrForbidden.
func (h *Hub) Admit(kind WatcherKind) error { return h.config.Load().Admit(kind) }

// Publish is the one entry for every source of line state. It never blocks;
// between two steps of a shard the newest state of a line wins. What one
// goroutine publishes is seen by what it calls afterwards.
func (h *Hub) Publish(number string, l Line) { h.shardFor(number).publish(key{number: number}, l) }

// PublishDevice is Publish for the phone whose primary directory number it is
// (guide, "Device-Based BLF Monitoring"). `allow watch` of the number holds for it too.
func (h *Hub) PublishDevice(number string, l Line) {
	h.shardFor(number).publish(key{number: number, aspect: ofPhone}, l)
}

// Subscribe admits a watcher and returns the ID of its subscription and the
// time granted. Its first Note is delivered after Release(id), so that the
// answer to the request can leave first; Release must be called exactly once.
// The errors are ErrDisabled, ErrForbidden, ErrNotFound, ErrLimit and ErrClosed.
func (h *Hub) Subscribe(r Request) (id uint32, expires time.Duration, err error) {
	var a answer
	if s := h.shardFor(r.Presentity.User); s.enter() {
		a = s.core.subscribe(r)
		s.leave()
	} else {
		reply := make(chan answer, 1)
		a = s.ask(inSubscribe{req: r, reply: reply}, reply)
	}
	if limit := (ErrLimit{}); errors.As(a.err, &limit) {
		h.sayFull(limit)
	}
	return a.id, a.expires, a.err
}

// sayFull tells the operator, at most once a minute, that watchers are turned
// away.
func (h *Hub) sayFull(e ErrLimit) {
	now, last := time.Now().Unix(), h.full.Load()
	if (last == 0 || now-last >= 60) && h.full.CompareAndSwap(last, now) {
		what := "is reached"
		if e.Share {
			what = "leaves external watchers no more"
		}
		h.log.Msg("PRESENCE", logbuf.Warnings, "MAXSUB", "max-subscription %d %s, new subscriptions are refused",
			h.Config().MaxSubscriptions, what)
	}
}

// Release lets the first Note of a subscription go.
func (h *Hub) Release(id uint32) {
	n, ok := h.shared.shardOf(id)
	switch {
	case !ok:
	case h.shards[n].enter():
		h.shards[n].core.release(id)
		h.shards[n].leave()
	default:
		h.shards[n].send(inRelease{id})
	}
}

// Refresh restarts the expiry of a subscription, 0 ends it, and delivers a Note
// either way (RFC 6665 4.2.1.4). The error is ErrGone or ErrClosed.
func (h *Hub) Refresh(id uint32, expires time.Duration) error {
	n, ok := h.shared.shardOf(id)
	if !ok {
		return ErrGone
	}
	s := h.shards[n]
	if s.enter() {
		a := s.core.refresh(id, expires)
		s.leave()
		return a.err
	}
	reply := make(chan answer, 1)
	return s.ask(inRefresh{id: id, expires: expires, reply: reply}, reply).err
}

// Watch changes what a subscription sees, as Request.Device and Request.Dark do,
// and delivers a Note if that is another state. An unknown ID is ignored.
func (h *Hub) Watch(id uint32, device, dark bool) { h.tell(id, inWatch{id, device, dark}) }

// End ends a subscription with a last Note that gives the reason, one of RFC 6665
// 4.1.3; probation comes with RetryAfter. An unknown ID is ignored.
func (h *Hub) End(id uint32, reason string) { h.tell(id, inEnd{id, reason}) }

// Done reports how the delivery of a Note ended: the response code, with 408 for
// a timeout and 503 for a transport that failed (RFC 3261 8.1.3.1). A watcher
// that cannot be reached loses its subscription and its Sink hears so by a Note
// with Gone; after any other failure the newest Note is delivered again, after
// retryAfter if that is given. Code 0 means that it never left, for a reason of
// our own: it is delivered again and held against nobody. See RFC 6665 4.2.2 and
// RFC 5057 5.1.
func (h *Hub) Done(id uint32, code int, err error, retryAfter time.Duration) {
	n, ok := h.shared.shardOf(id)
	in := inDone{id: id, code: code, err: err, retryAfter: retryAfter}
	switch {
	case !ok:
	case h.shards[n].enter():
		h.shards[n].core.done(in)
		h.shards[n].leave()
	default:
		h.shards[n].send(in)
	}
}

// Snapshot copies the state of the agent.
func (h *Hub) Snapshot() Snapshot {
	snap := Snapshot{Config: h.Config()}
	for _, s := range h.shards {
		reply := make(chan answer, 1)
		snap.Records = append(snap.Records, s.ask(inSnapshot{reply: reply}, reply).records...)
	}
	slices.SortFunc(snap.Records, func(a, b Record) int { return cmp.Compare(a.ID, b.ID) })
	return snap
}

func (h *Hub) shardFor(number string) *shard {
	return h.shards[maphash.String(h.seed, number)%uint64(len(h.shards))]
}

// tell passes an input on to the shard of a subscription, if it still exists.
func (h *Hub) tell(id uint32, in any) {
	if n, ok := h.shared.shardOf(id); ok {
		h.shards[n].send(in)
	}
}
