package phones

import (
	"container/heap"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// binding is one registered contact: what is shown of it, and what the
// registrar needs besides.
type binding struct {
	Binding
	key      string   // the contact URI in a form to compare
	name     string   // in registration messages
	identity identity // as of the newest REGISTER, to see whether a changed pool still fits
	until    time.Time
	heapPos  int
	restored bool // from the Journal, and no REGISTER since
}

// key puts a contact URI into a form in which equal URIs are equal strings
// (RFC 3261 19.1.4, of the parameters only transport).
func (c Contact) key() string {
	scheme, _, _ := strings.Cut(c.URI, ":")
	port := c.Port
	if port == 0 {
		port = defaultPort
	}
	var b strings.Builder
	b.WriteString(strings.ToLower(scheme))
	b.WriteByte(0)
	b.WriteString(c.User)
	b.WriteByte(0)
	b.WriteString(strings.ToLower(c.Host))
	b.WriteByte(0)
	b.WriteByte(byte(port >> 8))
	b.WriteByte(byte(port))
	b.WriteString(strings.ToLower(c.Transport))
	return b.String()
}

// bind adds a new binding, which has a fresh dial-peer tag, so that the lists stay in order.
func (r *Registry) bind(b *binding, j *journal) {
	ps := r.poolState(b.Pool)
	if len(ps.bound) == 0 {
		j.msg("REGISTER", "%s has registered. Name:%s  IP:%s  DeviceType:Phone", poolName(b.Pool), b.name, b.Source.Addr())
	}
	ps.bound = append(ps.bound, b)
	r.bindings[b.Number] = append(r.bindings[b.Number], b)
	r.from(b, 1)
	heap.Push(&r.expiry, b)
	r.touch(b.Pool)
	r.wakeIfFirst(b)
}

// unbind removes a binding.
func (r *Registry) unbind(b *binding, j *journal) {
	ps := r.poolState(b.Pool)
	ps.bound = slices.DeleteFunc(ps.bound, func(x *binding) bool { return x == b })
	if len(ps.bound) == 0 {
		j.msg("UNREGISTER", "%s has unregistered. Name:%s  IP:%s  DeviceType:Phone", poolName(b.Pool), b.name, b.Source.Addr())
	}
	rest := slices.DeleteFunc(r.bindings[b.Number], func(x *binding) bool { return x == b })
	if len(rest) == 0 {
		delete(r.bindings, b.Number)
	} else {
		r.bindings[b.Number] = rest
	}
	r.from(b, -1)
	heap.Remove(&r.expiry, b.heapPos)
	r.unkeep(b)
	r.touch(b.Pool)
}

// from counts a binding among those of its address (1), or no longer (-1). mu is held.
func (r *Registry) from(b *binding, n int) {
	addr := b.Source.Addr()
	if r.sources[addr] += n; r.sources[addr] == 0 {
		delete(r.sources, addr)
	}
}

// passed says that a CSeq of the binding's Call-ID is out of order. The last REGISTER
// before the process died may come once more: its answer may not have left.
func (b *binding) passed(seq uint32) bool { return seq < b.CSeq || seq == b.CSeq && !b.restored }

// show copies what there is to show of a binding.
func (b *binding) show(now time.Time) Binding {
	s := b.Binding
	s.Remaining = max(0, b.until.Sub(now))
	return s
}

// address is where a request to the phone goes: its contact if that is an
// address, else where it registered from.
func (b *binding) address() netip.AddrPort {
	if a, err := netip.ParseAddr(b.Host); err == nil {
		return netip.AddrPortFrom(a, uint16(b.Port))
	}
	return b.Source
}

// deviceName is what the registration messages call a phone: the name made of
// its pool's MAC, the one it gave, or else its number.
func deviceName(p *Pool, b Binding) string {
	switch {
	case !p.MAC.IsZero():
		return p.MAC.Device()
	case b.Device != "":
		return b.Device
	}
	return clean(b.Number)
}

func (r *Registry) poolState(tag int) *poolState {
	ps := r.pools[tag]
	if ps == nil {
		ps = &poolState{}
		r.pools[tag] = ps
	}
	return ps
}

// run removes expired contacts when their time has come.
func (r *Registry) run() {
	defer close(r.done)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-r.stop:
			return
		case <-r.wake:
		case <-timer.C:
		}
		if d, ok := r.expire(); ok {
			timer.Reset(d)
		} else {
			timer.Stop()
		}
	}
}

// expire removes what has expired and returns the time until the next expiry.
func (r *Registry) expire() (next time.Duration, ok bool) {
	j := r.journal()
	r.mu.Lock()
	now, some := r.now(), false
	for len(r.expiry) > 0 && !r.expiry[0].until.After(now) {
		b := r.expiry[0]
		j.event("VOICE_REG_POOL: Registration of %s from contact(%s) expired", clean(b.Number), clean(b.Host))
		r.unbind(b, j)
		some = true
	}
	if ok = len(r.expiry) > 0; ok {
		next = r.expiry[0].until.Sub(now)
	}
	r.mu.Unlock()
	j.flush()
	r.save()
	if some { // else what somebody else has to tell would come before he has logged it
		r.tell(false)
	}
	return next, ok
}

// wakeIfFirst makes run look at the heap again if b is the next to expire.
func (r *Registry) wakeIfFirst(b *binding) {
	if r.expiry[0] == b {
		select {
		case r.wake <- struct{}{}:
		default: // it will look anyway
		}
	}
}

// expiryHeap orders bindings by the time they expire.
type expiryHeap []*binding

func (h expiryHeap) Len() int           { return len(h) }
func (h expiryHeap) Less(i, j int) bool { return h[i].until.Before(h[j].until) }
func (h expiryHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].heapPos, h[j].heapPos = i, j
}
func (h *expiryHeap) Push(x any) {
	b := x.(*binding)
	b.heapPos = len(*h)
	*h = append(*h, b)
}
func (h *expiryHeap) Pop() any {
	old := *h
	b := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return b
}
