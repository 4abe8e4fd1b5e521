package presence

import "sync"

// quota shares max-subscription out. Room is kept only for those whom the
// configuration names, so that a single trunk may have nearly all of it, as on a
// router, and nobody can take it from them:
//
//   - for each key of a phone one subscription, up to a quarter of all, which external
//     watchers together cannot have;
//   - a quarter for dial-peers to other addresses: no address has more than three
//     quarters if there is one. Watchers from where no dial-peer leads are one source
//     together, since addresses of datagrams can be made up.
//
// What is remembered is bounded by the number of trunks.
type quota struct {
	mu      sync.Mutex
	max     int
	keys    int // of phones
	trunks  int // addresses that dial-peers lead to
	used    int
	outside int            // of used, external
	sources map[string]int // of outside, by address; "" for all that are no trunk's
}

// source is whom a subscription is counted for; ok is false for those of phones.
func source(kind WatcherKind, host string, dialPeer int) (name string, ok bool) {
	switch {
	case kind != SIPTrunk:
		return "", false
	case dialPeer == 0:
		return "", true
	}
	return host, true
}

func (q *quota) configure(c *Config) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.max, q.keys, q.trunks = c.MaxSubscriptions, c.Keys, c.Trunks
}

// take reserves a subscription; put gives it back. A lowered limit refuses new
// ones until enough of the old ones have ended.
func (q *quota) take(kind WatcherKind, host string, dialPeer int) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.used >= q.max {
		return ErrLimit{RetryAfter: RetryAfter}
	}
	if name, external := source(kind, host, dialPeer); external && (q.outside >= q.max-q.kept() || q.sources[name] >= q.share(name)) {
		return ErrLimit{RetryAfter: RetryAfter, Share: true}
	}
	q.add(kind, host, dialPeer)
	return nil
}

// kept is how many are for phones alone.
func (q *quota) kept() int { return min(q.keys, q.max/4) }

// share is how many a source may have.
func (q *quota) share(name string) int {
	others := q.trunks
	if name != "" {
		others--
	}
	if others > 0 {
		return q.max - q.max/4
	}
	return q.max
}

// add counts a subscription, whatever the limits.
func (q *quota) add(kind WatcherKind, host string, dialPeer int) {
	q.used++
	if name, external := source(kind, host, dialPeer); external {
		q.outside++
		q.sources[name]++
	}
}

// force is add for one that was admitted before the process died.
func (q *quota) force(kind WatcherKind, host string, dialPeer int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.add(kind, host, dialPeer)
}

func (q *quota) put(kind WatcherKind, host string, dialPeer int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.used--
	if name, external := source(kind, host, dialPeer); external {
		q.outside--
		if q.sources[name]--; q.sources[name] == 0 {
			delete(q.sources, name)
		}
	}
}
