// Package relay watches numbers of others at the presence server, on behalf of
// local watchers: it is the subscriber of RFC 6665 for the presence package (RFC
// 3856), the appliance's SUBSCRIBEs to the outside and the NOTIFYs that answer them.
//
// The hub says what is to be watched (presence.Relay) and is told what the server
// says. There is one subscription at the server for each watcher, as on a router.
// What the hub hears is the last state of a live dialog, or unknown.
//
//	what happens                           what follows
//	401, 407                               answered by `authentication` of sip-ua; else refused
//	423                                    asked again for Min-Expires
//	481 to a refresh, deactivated, timeout subscribed anew at once
//	408, 480, 5xx, silence, no connection,
//	probation, giveup, no first NOTIFY     failed for now
//	any other answer, rejected, noresource refused
//	invariant                              the state holds
//	too busy to send, or the endpoint has
//	moved under a request                  asked again in a moment; the state holds
//	OPTIONS without an answer for 32 s, or
//	for 2 s while ICMP says so (canary.go) unknown until there is one, then all refresh
//	OPTIONS never had an answer, and the
//	refresh that asks instead has none     the same (probe.go)
//
// After a failure the state is unknown. For SCCP watchers the next attempt comes
// after `sccp blf-speed-dial retry-interval` and beyond its limit the watcher is
// rejected. For SIP watchers it comes after Retry-After, or 4 s and twice as long
// each time up to 5 minutes; when refused, with the watcher's next refresh, when the
// credentials change, and by itself every half an hour, or after Retry-After if that is
// longer.
//
// Of several dialogs that a forked SUBSCRIBE makes, the one whose NOTIFY comes
// first is kept; the others get 481, which ends them (RFC 3856 6.9, RFC 6665 4.4.1).
//
// Each dialog has a record in the Journal from the first 2xx or NOTIFY on until it is
// over (journal.go). After the process was killed the next one takes a dialog up where a
// watcher with the same number watches the same number at the same server: it refreshes
// it, and makes a new one if that meets 481. It ends all others, so that none is left at
// the server that nobody hears.
//
// # Goroutines and bounds
//
// One goroutine (run) owns all state, and writes the Journal; another one for each server has a
// socket of its own there (canary.go). Calls of the hub are left in a table with one
// entry for each sibling. A NOTIFY waits on its worker of sipua until it was taken,
// and there is one answer for each SUBSCRIBE outstanding, of which a subscription has
// one at a time. At most window attempts to subscribe are outstanding; a dialog keeps
// at most maxText bytes of what the server sent. Subscriptions that are being ended
// live a minute at most, and there are at most maxLeaving of them; beyond that the
// server finds out by itself, by a 481. What the Journal had comes on top, until it is
// taken up or ended.
//
// internal/app imports this package; it imports presence, presence/pidf and
// internal/sipua.
package relay

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/presence"
)

// Config is what the operator configures.
type Config struct {
	Accounts []Account
	TCP      bool // `session transport tcp` of voice service voip
}

// Account is one `authentication username` of sip-ua.
type Account struct {
	Username, Password string
	Realm              string // "" fits all
}

// Hub is what the relay reports to: a presence.Hub.
type Hub interface {
	PublishRemote(sibID uint32, l presence.Line)
	RemoteFailed(sibID uint32, retries int, final bool)
	IDsAfter(id uint32)
}

// Options of a Relay.
type Options struct {
	UA      *sipua.UA
	Log     *logbuf.Log
	Journal Journal // nil: the server is left with what a killed process had
	// Dial connects a UDP socket to an address, from the address of the UA; nil: that a
	// server has died is known by its silence only.
	Dial func(context.Context, netip.AddrPort) (net.Conn, error)
}

// Relay implements presence.Relay.
type Relay struct {
	ua      *sipua.UA
	log     *logbuf.Log
	hub     Hub
	journal Journal
	dial    func(context.Context, netip.AddrPort) (net.Conn, error)

	wake    chan struct{} // capacity 1: there is something to do
	quit    chan struct{}
	stopped chan struct{}
	once    sync.Once

	canaries sync.WaitGroup
	life     context.Context // of canaries
	end      context.CancelFunc

	mu    sync.Mutex
	inbox []func()        // answers, NOTIFYs and what else goes to the goroutine, in order
	wants map[uint32]want // what the hub wants, newest for each sibling
	order []uint32        // of wants
	state                 // the goroutine's
}

// want is what the hub last asked for.
type want struct {
	out   presence.Outgoing
	watch bool // out is new
	gone  bool
	again bool
}

// New makes a relay. Give it to the hub, then Start it.
func New(o Options) *Relay {
	r := &Relay{
		ua: o.UA, log: o.Log, journal: o.Journal, dial: o.Dial,
		wake: make(chan struct{}, 1), quit: make(chan struct{}), stopped: make(chan struct{}),
		wants: map[uint32]want{}, state: newState(),
	}
	r.life, r.end = context.WithCancel(context.Background())
	r.sweep.do = func() { r.sweepUp(sweepAt) }
	return r
}

// Start takes over the NOTIFYs of the UA and starts the goroutine. Call it once,
// before the UA's first Apply.
func (r *Relay) Start(h Hub) {
	r.hub = h
	r.ua.Handle("NOTIFY", r.notify)
	r.ua.OnDialog(r.knows)
	r.ua.OnOpen(func() { r.post(r.opened) })
	r.ua.OnClose(r.dismiss)
	go r.run()
}

// Close stops the goroutine and waits for it. Close the UA first.
func (r *Relay) Close() {
	r.once.Do(func() { close(r.quit) })
	<-r.stopped
	r.end()
	r.canaries.Wait()
}

// Apply takes a configuration. Numbers that were refused are tried again if it is
// another one.
func (r *Relay) Apply(ctx context.Context, _, new Config) error {
	done := make(chan struct{})
	r.post(func() {
		r.configure(new)
		close(done)
	})
	select {
	case <-done:
		return nil
	case <-r.stopped:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Watch implements presence.Relay.
func (r *Relay) Watch(o presence.Outgoing) {
	r.want(o.SibID, func(w *want) { w.out, w.watch, w.gone = o, true, false })
}

// Unwatch implements presence.Relay.
func (r *Relay) Unwatch(sibID uint32) {
	r.want(sibID, func(w *want) { *w = want{gone: true} })
}

// Again implements presence.Relay.
func (r *Relay) Again(sibID uint32) {
	r.want(sibID, func(w *want) { w.again = true })
}

func (r *Relay) want(id uint32, change func(*want)) {
	r.mu.Lock()
	w, known := r.wants[id]
	change(&w)
	r.wants[id] = w
	if !known {
		r.order = append(r.order, id)
	}
	r.mu.Unlock()
	r.nudge()
}

// post has something done on the goroutine.
func (r *Relay) post(f func()) {
	r.mu.Lock()
	r.inbox = append(r.inbox, f)
	r.mu.Unlock()
	r.nudge()
}

func (r *Relay) nudge() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

func (r *Relay) run() {
	defer close(r.stopped)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		select {
		case <-r.wake:
		case <-timer.C:
		case <-r.quit:
			return
		}
		r.mu.Lock()
		inbox, wants, order := r.inbox, r.wants, r.order
		r.inbox, r.wants, r.order = nil, map[uint32]want{}, nil
		r.mu.Unlock()
		for _, f := range inbox {
			f()
		}
		for _, id := range order {
			r.take(id, wants[id])
		}
		timer.Reset(r.alarms.ring(time.Now()))
	}
}

// farewell bounds the wait for the answers to the last SUBSCRIBEs before the
// endpoint closes.
const farewell = time.Second

// dismiss unsubscribes everything before the endpoint closes.
func (r *Relay) dismiss() {
	r.post(r.closing)
	tick := time.NewTicker(farewell / 100)
	defer tick.Stop()
	for end := time.Now().Add(farewell); time.Now().Before(end); <-tick.C {
		left := make(chan int, 1)
		r.post(func() { left <- len(r.usages) })
		select {
		case n := <-left:
			if n == 0 {
				return
			}
		case <-r.stopped:
			return
		}
	}
}

// Topics of `debug presence`.
const (
	topicErrors logbuf.Topic = "presence errors"
	topicEvent  logbuf.Topic = "presence event"
	topicTimer  logbuf.Topic = "presence timer"
	topicTrace  logbuf.Topic = "presence trace"
	topicXML    logbuf.Topic = "presence xml"
)

// debug writes one line in the guide's envelope.
func (r *Relay) debug(t logbuf.Topic, id uint32, fn, format string, args ...any) {
	if r.log.Enabled(t) {
		r.log.Debugf(t, "//PRESENCE:[%d]:/%s: "+format, append([]any{id, fn}, args...)...)
	}
}

// serverPort is where presence servers listen: `server` takes an address only.
const serverPort = 5060

func (r *Relay) server(a netip.Addr) sipua.Target {
	t := sipua.Target{Addr: netip.AddrPortFrom(a, serverPort), Transport: "UDP"}
	if r.config.TCP {
		t.Transport = "TCP"
	}
	return t
}

// configure takes a configuration.
func (r *Relay) configure(c Config) {
	if r.config.TCP == c.TCP && slices.Equal(r.config.Accounts, c.Accounts) {
		return
	}
	if r.config.TCP != c.TCP {
		r.config.TCP = c.TCP
		for _, p := range r.probes {
			p.hushed()
			p.refused = false
			r.canary(p)
		}
	}
	r.config = c
	r.keys = newKeys(c.Accounts)
	for _, s := range r.subs {
		if s.refused {
			r.try(s)
		}
	}
}
