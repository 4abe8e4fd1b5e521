package phones

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/presence"
)

// Registry is the store of registrations. Its methods are safe for concurrent use.
type Registry struct {
	log *logbuf.Log
	pub Publisher
	now func() time.Time

	stop, done chan struct{}
	wake       chan struct{} // capacity 1: the next expiry may have come nearer
	closeOnce  sync.Once

	mu       sync.Mutex
	ix       *index
	bindings map[string][]*binding // by number, in the order of their dial peers
	expiry   expiryHeap
	pools    map[int]*poolState
	stats    Statistics // of all pools and of requests that match none; gauges unused
	attempts []Attempt  // oldest first, at most ix.cfg.AttemptsSize
	calls    map[string]presence.Line
	dialPeer int // newest dynamic dial-peer tag
	id       int // newest registration id

	// What watchers have been told, without unknown lines; and the numbers whose
	// line may differ from it, each once, so at most one per number.
	published  map[string]presence.Line
	dirty      []string
	isDirty    map[string]bool
	publishing bool       // somebody is publishing
	idle       *sync.Cond // publishing became false
}

// poolState is what outlives the contacts of a pool.
type poolState struct {
	bound  []*binding // in the order of their dial peers
	stats  Statistics // gauges unused
	callID string
	agent  string
}

// firstDialPeer is the tag of the first dynamic dial peer (capture of a real CME).
const firstDialPeer = 40001

// New starts a Registry with an empty configuration: everything is refused until Apply.
func New(o Options) *Registry {
	if o.Now == nil {
		o.Now = time.Now
	}
	r := &Registry{
		log: o.Log, pub: o.Publisher, now: o.Now,
		stop: make(chan struct{}), done: make(chan struct{}), wake: make(chan struct{}, 1),
		ix:        newIndex(Config{}),
		bindings:  map[string][]*binding{},
		pools:     map[int]*poolState{},
		calls:     map[string]presence.Line{},
		dialPeer:  firstDialPeer - 1,
		published: map[string]presence.Line{},
		isDirty:   map[string]bool{},
	}
	r.idle = sync.NewCond(&r.mu)
	go r.run()
	return r
}

// Close stops the expiry goroutine and waits for it. Registrations are kept and
// nothing is published.
func (r *Registry) Close() {
	r.closeOnce.Do(func() { close(r.stop) })
	<-r.done
}

// Apply makes a configuration take effect at once: contacts that no longer fit
// (registrar off, pool gone, number or id changed) are removed, and what that
// does to line states is published before Apply returns. It never fails.
func (r *Registry) Apply(_ context.Context, _, new Config) error {
	j := r.journal()
	r.mu.Lock()
	before := r.ix
	r.ix = newIndex(new)
	for number := range before.numbers {
		r.touch(number)
	}
	for number := range r.ix.numbers {
		r.touch(number)
	}
	for _, b := range r.sorted() {
		p := r.ix.pools[b.Pool]
		keep := false
		if p != nil && r.ix.open() {
			ln, has := r.ix.lineOf(p, b.Number)
			level, _ := p.fit(b.identity, b.Source.Addr(), has)
			keep = has && level != fitNone
			b.Line, b.DN = ln.index, ln.dn
		}
		if !keep {
			r.unbind(b, j)
		}
	}
	for tag := range r.pools {
		if r.ix.pools[tag] == nil {
			delete(r.pools, tag)
		}
	}
	for number := range r.calls {
		if _, ok := r.ix.numbers[number]; !ok {
			delete(r.calls, number)
		}
	}
	r.trimAttempts()
	r.mu.Unlock()
	j.flush()
	r.publish(true)
	return nil
}

// Lookup answers for one local directory number, of a voice register dn or of an ephone-dn.
func (r *Registry) Lookup(number string) (Number, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n, ok := r.ix.numbers[number]
	n.Line = r.lineState(number)
	return n, ok
}

// Realm is the realm of challenges, DefaultRealm if none is configured.
func (r *Registry) Realm() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ix.cfg.Realm
}

// SetCalls says whether a call is up or ringing on a local number. It is the
// inlet of the call model. Ringing counts as in use (guide). A number that is
// not registered stays unknown, whatever its calls; one that is not configured
// is ignored.
func (r *Registry) SetCalls(number string, inUse, ringing bool) {
	r.mu.Lock()
	if _, ok := r.ix.numbers[number]; ok {
		if inUse || ringing {
			r.calls[number] = presence.Line{State: presence.Busy, Ringing: ringing}
		} else {
			delete(r.calls, number)
		}
		r.touch(number)
	}
	r.mu.Unlock()
	r.publish(false)
}

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
// the same IP address and port; or by TCP from the same address, and this
// request's Contact (contact: "host" or "host:port", "" if none) names that
// contact and that address. So a phone behind a NAT is recognised by its mapped
// port, and one that opens a new TCP connection by its Contact unless there is a
// NAT between. A different agent on a phone's address passes for it only if it
// copies a TCP phone's Contact.
func (r *Registry) FindWatcher(user string, src netip.AddrPort, contact string) (Watcher, bool) {
	src = unmap(src)
	host, port := splitHostPort(contact)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, b := range r.bindings[user] {
		again := b.Transport == "tcp" && b.Source.Addr() == src.Addr() && // another connection
			strings.EqualFold(host, b.Host) && port == b.Port && host == src.Addr().String()
		if b.Source != src && !again {
			continue
		}
		w := Watcher{Pool: b.Pool, Device: b.Device, Name: poolName(b.Pool), Number: user, DialPeer: b.DialPeer}
		if p := r.ix.pools[b.Pool]; p != nil {
			w.CallList = p.CallList
		}
		return w, true
	}
	return Watcher{}, false
}

// Lamps says how the phones of a pool may show the state of a number: device is
// how many `blf-speed-dial … device` keys they have for it; lit, that another
// key shows the number itself, or that it may stand in their call lists.
//
// A SUBSCRIBE for a number that no key has comes from a call list, so `presence
// call-list` of the pool or of presence mode is needed. What the model cannot show
// (guide, restrictions) is not shown. A pool without `type`, or with one that is
// not known, is a phone of another make, whose lists are its own affair.
func (r *Registry) Lamps(pool int, number string) (device int, lit bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.ix.pools[pool]
	if p == nil {
		return 0, false
	}
	m, known := r.ix.models[p.Type]
	if m.BLF || !known {
		for _, k := range p.BLF {
			switch {
			case k.Number != number:
			case k.Device:
				device++
			default:
				lit = true
			}
		}
	}
	return device, lit || !known || m.CallList && (p.CallList || r.ix.cfg.CallList)
}

func poolName(tag int) string { return fmt.Sprintf("VOICE REGISTER POOL-%d", tag) }

// splitHostPort takes "host", "host:port", "[v6]" and "[v6]:port"; the port is 5060 if
// there is none.
func splitHostPort(s string) (string, int) {
	if host, p, err := net.SplitHostPort(s); err == nil {
		if port, err := strconv.Atoi(p); err == nil {
			return host, port
		}
		return "", 0
	}
	return strings.TrimSuffix(strings.TrimPrefix(s, "["), "]"), defaultPort
}

const defaultPort = 5060 // RFC 3261 19.1.2, UDP and TCP

func unmap(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}

// lineState is the truth about one number (guide: unknown when unregistered).
func (r *Registry) lineState(number string) presence.Line {
	if len(r.bindings[number]) == 0 {
		return presence.Line{}
	}
	if l, ok := r.calls[number]; ok {
		return l
	}
	return presence.Line{State: presence.Idle}
}

// touch marks a number whose line may have changed.
func (r *Registry) touch(number string) {
	if !r.isDirty[number] {
		r.isDirty[number] = true
		r.dirty = append(r.dirty, number)
	}
}

// publish tells the publisher about all touched numbers whose line changed. One
// caller at a time does so, for all; that keeps the order without a lock held
// while calling out. Others return at once, or wait when they must not return
// before their own changes are out.
func (r *Registry) publish(wait bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.publishing {
		for wait && r.publishing {
			r.idle.Wait()
		}
		return
	}
	r.publishing = true
	for len(r.dirty) > 0 {
		number := r.dirty[0]
		r.dirty = r.dirty[1:]
		delete(r.isDirty, number)
		l := r.lineState(number)
		if l == r.published[number] {
			continue
		}
		if l == (presence.Line{}) {
			delete(r.published, number)
		} else {
			r.published[number] = l
		}
		r.mu.Unlock()
		r.pub.Publish(number, l)
		r.mu.Lock()
	}
	r.dirty = nil
	r.publishing = false
	r.idle.Broadcast()
}

// sorted returns all bindings by number and dial peer.
func (r *Registry) sorted() []*binding {
	var all []*binding
	for _, number := range slices.Sorted(maps.Keys(r.bindings)) {
		all = append(all, r.bindings[number]...)
	}
	return all
}
