package phones

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
)

// Registry is the store of registrations. Its methods are safe for concurrent use.
type Registry struct {
	log *logbuf.Log
	dev Devices
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
	dialPeer int        // newest dynamic dial-peer tag
	id       int        // newest registration id

	logins map[int]*Profile // Extension Mobility users, by pool

	sources map[netip.Addr]int // bindings by the address they were registered from

	departed []departed // oldest first

	kept   Journal    // may be nil
	unkept []keeping  // not yet written to kept, in the order of the changes
	saving sync.Mutex // one writes to kept; taken before mu

	// What Devices has been told, of pools in service; and the pools for which that
	// may have changed, each once.
	told    map[int]Spec
	dirty   []int
	isDirty map[int]bool
	telling bool       // somebody is telling
	idle    *sync.Cond // telling became false
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
		log: o.Log, dev: o.Devices, kept: o.Journal, now: o.Now,
		stop: make(chan struct{}), done: make(chan struct{}), wake: make(chan struct{}, 1),
		ix:       newIndex(Config{}, nil),
		bindings: map[string][]*binding{},
		pools:    map[int]*poolState{},
		dialPeer: firstDialPeer - 1,
		logins:   map[int]*Profile{},
		told:     map[int]Spec{},
		isDirty:  map[int]bool{},
		sources:  map[netip.Addr]int{},
	}
	r.idle = sync.NewCond(&r.mu)
	go r.run()
	return r
}

// Close stops the expiry goroutine and waits for it. Registrations are kept and
// nobody is told anything.
func (r *Registry) Close() {
	r.closeOnce.Do(func() { close(r.stop) })
	<-r.done
}

// Apply makes a configuration take effect at once: contacts that no longer fit
// (registrar off, pool gone, number or id changed) are removed, and Devices has
// been told before Apply returns. It never fails.
func (r *Registry) Apply(_ context.Context, _, new Config) error {
	j := r.journal()
	r.mu.Lock()
	r.refit(new, j)
	r.trimAttempts()
	r.mu.Unlock()
	j.flush()
	r.save()
	r.tell(true)
	return nil
}

// SetLogin says which Extension Mobility profile is in force at a pool, nil for its
// logout profile. Its lines are other ones at once, so it must register again. A
// profile that is in force already costs nothing.
func (r *Registry) SetLogin(pool int, login *Profile) {
	j := r.journal()
	r.mu.Lock()
	if old := r.logins[pool]; old == login || old != nil && login != nil && reflect.DeepEqual(*old, *login) {
		r.mu.Unlock()
		return
	}
	if login == nil {
		delete(r.logins, pool)
	} else {
		r.logins[pool] = login
	}
	r.refit(r.ix.cfg, j)
	r.mu.Unlock()
	j.flush()
	r.save()
	r.tell(true)
}

// refit removes what does not fit a configuration.
func (r *Registry) refit(cfg Config, j *journal) {
	r.ix = newIndex(cfg, r.logins)
	for _, b := range r.sorted() {
		p := r.ix.pools[b.Pool]
		keep := false
		if p != nil && r.ix.open() {
			ln, has := r.ix.lineOf(p, b.Number)
			if !has {
				r.depart(b)
			}
			level, _ := p.fit(b.identity, b.Source.Addr(), has)
			keep = has && level != fitNone
			b.Line, b.DN = ln.index, ln.dn
		}
		if !keep {
			r.unbind(b, j)
		}
	}
	for _, tag := range slices.Sorted(maps.Keys(r.pools)) {
		r.touch(tag)
		if r.ix.pools[tag] == nil {
			delete(r.pools, tag)
		}
	}
}

// Realm is the realm of challenges, DefaultRealm if none is configured.
func (r *Registry) Realm() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ix.cfg.Realm
}

// Watcher is a registered phone that FindWatcher recognised.
type Watcher struct {
	Pool     int
	Device   string // SEP…, the name it gave itself, or ""
	Name     string // "VOICE REGISTER POOL-1"
	Number   string
	Line     int  // `number` index in the pool
	DialPeer int  // tag of its dynamic dial peer
	CallList bool // presence call-list of its pool
}

// FindWatcher says whether a request from user, received from src, comes from a
// registered phone. It does iff a contact of that number was registered from
// the same IP address and port; or from the same address, and this request's
// Contact (contact: "host" or "host:port", "" if none) names that contact and that
// address. So a phone behind a NAT is recognised by its mapped port, and one that
// opens a new TCP connection, or sends from ports other than the one it listens on
// (Cisco's do), by its Contact unless there is a NAT between. A different agent on a
// phone's address passes for it only if it copies the phone's Contact.
func (r *Registry) FindWatcher(user string, src netip.AddrPort, contact string) (Watcher, bool) {
	src = unmap(src)
	host, port := splitHostPort(contact)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, b := range r.bindings[user] {
		again := b.Source.Addr() == src.Addr() && // another connection or port
			strings.EqualFold(host, b.Host) && port == b.Port && host == src.Addr().String()
		if b.Source != src && !again {
			continue
		}
		w := Watcher{Pool: b.Pool, Device: b.Device, Name: poolName(b.Pool), Number: b.Number, Line: b.Line, DialPeer: b.DialPeer}
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

// From says whether a phone is registered from an address.
func (r *Registry) From(a netip.Addr) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sources[a.Unmap()] > 0
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

// touch marks a pool that Devices may have to be told of.
func (r *Registry) touch(pool int) {
	if !r.isDirty[pool] {
		r.isDirty[pool] = true
		r.dirty = append(r.dirty, pool)
	}
}

// tell tells Devices about all touched pools that changed. One caller at a time
// does so, for all; that keeps the order without a lock held while calling out.
// Others return at once, or wait when they must not return before their own
// changes are out.
func (r *Registry) tell(wait bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.telling {
		for wait && r.telling {
			r.idle.Wait()
		}
		return
	}
	r.telling = true
	for len(r.dirty) > 0 {
		pool := r.dirty[0]
		r.dirty = r.dirty[1:]
		delete(r.isDirty, pool)
		spec, in := r.spec(pool)
		old, was := r.told[pool]
		d := Device{Kind: PoolDevice, Tag: pool}
		switch {
		case in && was && reflect.DeepEqual(spec, old), !in && !was:
		case in:
			r.told[pool] = spec
			r.mu.Unlock()
			r.dev.Register(d, spec)
			r.mu.Lock()
		default:
			delete(r.told, pool)
			r.mu.Unlock()
			r.dev.Unregister(d)
			r.mu.Lock()
		}
	}
	r.dirty = nil
	r.telling = false
	r.idle.Broadcast()
}

// spec is what a pool is while any of its lines is registered.
func (r *Registry) spec(pool int) (Spec, bool) {
	p, ps := r.ix.pools[pool], r.pools[pool]
	if p == nil || ps == nil || len(ps.bound) == 0 {
		return Spec{}, false
	}
	s := PoolSpec(r.ix.cfg, *p, func(number string) bool {
		return slices.ContainsFunc(ps.bound, func(b *binding) bool { return b.Number == number })
	}, r.logins[pool])
	newest := slices.MaxFunc(ps.bound, func(a, b *binding) int { return cmp.Compare(a.ID, b.ID) })
	s.Addr, s.Name = newest.Source.Addr(), newest.name
	return s, true
}

// sorted returns all bindings by number and dial peer.
func (r *Registry) sorted() []*binding {
	var all []*binding
	for _, number := range slices.Sorted(maps.Keys(r.bindings)) {
		all = append(all, r.bindings[number]...)
	}
	return all
}
