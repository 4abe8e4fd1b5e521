package digest

import (
	"container/list"
	"crypto/sha256"
	"net/netip"
	"time"
)

// nonces remembers which nonce counts of used nonces have been seen.
type nonces struct {
	max   int
	seen  map[string]*list.Element // of *nonceUse
	order *list.List               // by first use, oldest first
	floor time.Time                // nonces issued up to here that are not in seen may have been used
}

type nonceUse struct {
	nonce  string
	issued time.Time
	top    int    // highest count
	window uint64 // bit i: top-i was seen
}

type use uint8

const (
	fresh use = iota
	replayed
	forgotten
)

func newNonces(limit int) nonces {
	return nonces{max: limit, seen: map[string]*list.Element{}, order: list.New()}
}

// use marks a count. Requests of one client may overtake one another, so counts
// up to 63 below the highest are taken once each. Entries issued before expired
// are dropped: their nonces are stale anyway.
func (n *nonces) use(nonce string, issued time.Time, count int, expired time.Time) use {
	for e := n.order.Front(); e != nil && e.Value.(*nonceUse).issued.Before(expired); e = n.order.Front() {
		n.drop(e)
	}
	e := n.seen[nonce]
	if e == nil {
		if !issued.After(n.floor) {
			return forgotten
		}
		n.seen[nonce] = n.order.PushBack(&nonceUse{nonce: nonce, issued: issued, top: count, window: 1})
		if n.order.Len() > n.max {
			oldest := n.order.Front()
			if at := oldest.Value.(*nonceUse).issued; at.After(n.floor) {
				n.floor = at
			}
			n.drop(oldest)
		}
		return fresh
	}
	u := e.Value.(*nonceUse)
	if count > u.top {
		shift := count - u.top
		u.window = u.window<<min(shift, 64) | 1
		u.top = count
		return fresh
	}
	back := u.top - count
	if back >= 64 || u.window&(1<<back) != 0 {
		return replayed
	}
	u.window |= 1 << back
	return fresh
}

func (n *nonces) drop(e *list.Element) {
	delete(n.seen, e.Value.(*nonceUse).nonce)
	n.order.Remove(e)
}

// failures counts failed attempts per K in windows.
type failures[K comparable] struct {
	max   int
	seen  map[K]*list.Element // of *failure[K]
	order *list.List          // by start of the window, oldest first
}

// account is a user as seen from one address; the user is a hash, for its name may be long.
type account struct {
	source netip.Addr
	user   [sha256.Size]byte
}

type failure[K comparable] struct {
	who   K
	until time.Time
	count int
}

func newFailures[K comparable](limit int) failures[K] {
	return failures[K]{max: limit, seen: map[K]*list.Element{}, order: list.New()}
}

func (f *failures[K]) count(who K, now time.Time) int {
	e := f.seen[who]
	if e == nil {
		return 0
	}
	x := e.Value.(*failure[K])
	if !now.Before(x.until) {
		f.drop(e)
		return 0
	}
	return x.count
}

func (f *failures[K]) add(who K, now time.Time, window time.Duration) {
	if f.count(who, now) > 0 {
		f.seen[who].Value.(*failure[K]).count++
		return
	}
	f.seen[who] = f.order.PushBack(&failure[K]{who: who, until: now.Add(window), count: 1})
	if f.order.Len() > f.max {
		f.drop(f.order.Front())
	}
}

func (f *failures[K]) drop(e *list.Element) {
	delete(f.seen, e.Value.(*failure[K]).who)
	f.order.Remove(e)
}
