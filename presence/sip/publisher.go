package sip

import (
	"context"
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/busylamp/busylamp/internal/sipua"
)

// maxPublications of one pool: its phones may publish for each of their numbers. One
// more takes the place of the one that would run out first.
const maxPublications = 16

// publisher keeps what registered phones have published about themselves (RFC 3903):
// whether they are in Do Not Disturb. A phone is if it said so for any of its numbers.
// Its goroutine ends what has run out, and alone calls tell, so that the last thing
// told of a pool is the truth. What a 200 has promised is in the journal.
type publisher struct {
	tell func(pool int, on bool)
	wake chan struct{}      // capacity 1: something has changed
	all  chan chan struct{} // have everything told
	quit chan struct{}
	once sync.Once
	wg   sync.WaitGroup

	writing sync.Mutex // one changes publications and writes the journal; taken before mu
	j       Journal    // nil: publications do not outlive the process
	key     uint64     // the highest in the journal; guarded by writing

	mu    sync.Mutex
	pools map[int][]*publication
	dirty map[int]bool // pools about which tell does not know the newest
}

// publication is the event state that one phone has published for one number.
type publication struct {
	key   uint64 // in the journal
	addr  netip.Addr
	user  string
	etag  string
	until time.Time
	dnd   bool
}

func startPublisher(tell func(int, bool), j Journal) *publisher {
	p := &publisher{
		tell: tell, wake: make(chan struct{}, 1), all: make(chan chan struct{}), quit: make(chan struct{}), j: j,
		pools: map[int][]*publication{}, dirty: map[int]bool{},
	}
	p.wg.Go(p.run)
	return p
}

func (p *publisher) close() {
	p.once.Do(func() { close(p.quit) })
	p.wg.Wait()
}

func (p *publisher) run() {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	var done chan struct{}
	for {
		changed, wait := p.look(time.Now())
		for pool, on := range changed {
			p.tell(pool, on)
		}
		if done != nil {
			close(done)
			done = nil
		}
		timer.Reset(wait)
		select {
		case <-p.wake:
		case <-timer.C:
		case done = <-p.all:
		case <-p.quit:
			return
		}
	}
}

// look drops what has run out, and returns what is to be told and how long to wait
// until the next one runs out.
func (p *publisher) look(now time.Time) (changed map[int]bool, wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	wait = time.Hour
	for pool, list := range p.pools {
		kept := slices.DeleteFunc(list, func(pub *publication) bool {
			over := !pub.until.After(now)
			if over {
				p.erase(pub)
			}
			return over
		})
		if len(kept) < len(list) {
			p.dirty[pool] = true
		}
		p.set(pool, kept)
		for _, pub := range kept {
			wait = min(wait, pub.until.Sub(now))
		}
	}
	changed = map[int]bool{}
	for pool := range p.dirty {
		changed[pool] = slices.ContainsFunc(p.pools[pool], func(pub *publication) bool { return pub.dnd })
	}
	clear(p.dirty)
	return changed, wait
}

// set replaces the publications of a pool. mu is held.
func (p *publisher) set(pool int, list []*publication) {
	if len(list) == 0 {
		delete(p.pools, pool)
	} else {
		p.pools[pool] = list
	}
}

// put takes a PUBLISH in: a first one if match is "", else one about the publication
// with that entity-tag. Without dnd it is a refresh; expires 0 removes. It returns the new
// entity-tag, or false if there is no such publication (412).
func (p *publisher) put(pool int, addr netip.Addr, user, match string, dnd *bool, expires time.Duration) (etag string, ok bool) {
	p.writing.Lock()
	defer p.writing.Unlock()
	pub, ok := p.change(pool, addr, user, match, dnd, expires)
	if !ok {
		return "", false
	}
	if expires > 0 {
		p.save(pool, pub)
	}
	p.nudge()
	return pub.etag, true
}

// change is put in memory; it returns a copy of the publication. writing is held.
func (p *publisher) change(pool int, addr netip.Addr, user, match string, dnd *bool, expires time.Duration) (publication, bool) {
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.pools[pool]
	i := slices.IndexFunc(list, func(pub *publication) bool {
		same := pub.addr == addr && pub.user == user
		return same && (match == "" || pub.etag == match && pub.until.After(now))
	})
	if match != "" && i < 0 {
		return publication{}, false
	}
	pub := &publication{addr: addr, user: strings.Clone(user)} // not the whole message
	if i >= 0 {
		pub = list[i]
		list = slices.Delete(list, i, i+1)
	} else {
		p.key++
		pub.key = p.key
	}
	if dnd != nil {
		pub.dnd = *dnd
	}
	pub.etag, pub.until = sipua.NewTag(), now.Add(expires)
	if expires > 0 {
		list = p.enter(list, pub)
	} else {
		p.erase(pub)
	}
	p.set(pool, list)
	p.dirty[pool] = true
	return *pub, true
}

// enter adds a publication to those of a pool. mu is held.
func (p *publisher) enter(list []*publication, pub *publication) []*publication {
	if len(list) == maxPublications {
		first := slices.IndexFunc(list, func(o *publication) bool {
			return !slices.ContainsFunc(list, func(other *publication) bool { return other.until.Before(o.until) })
		})
		p.erase(list[first])
		list = slices.Delete(list, first, first+1)
	}
	return append(list, pub)
}

func (p *publisher) nudge() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// registered has the call model told again what the phones of a pool have published: it
// forgets that with a phone that is not in service.
func (p *publisher) registered(pool int) {
	p.mu.Lock()
	some := len(p.pools[pool]) > 0
	if some {
		p.dirty[pool] = true
	}
	p.mu.Unlock()
	if some {
		p.nudge()
	}
}

// settle waits until everything has been told.
func (p *publisher) settle(ctx context.Context) error {
	done := make(chan struct{})
	select {
	case p.all <- done:
	case <-p.quit:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-done:
	case <-p.quit:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// save writes the record of a publication. writing is held, so that the newest is the
// last. What cannot be kept the journal reports.
func (p *publisher) save(pool int, pub publication) {
	if p.j != nil {
		_ = p.j.Put(pub.key, pub.append(nil, pool))
	}
}

// erase deletes the record of a publication.
func (p *publisher) erase(pub *publication) {
	if p.j != nil {
		p.j.Delete(pub.key) // does not block
	}
}

// append writes a record: all that is needed to go on with a publication.
func (pub *publication) append(b []byte, pool int) []byte {
	dnd := byte(0)
	if pub.dnd {
		dnd = 1
	}
	b = append(b, recordVersion, dnd)
	b = binary.AppendUvarint(b, uint64(pool))
	b = binary.AppendUvarint(b, uint64(max(pub.until.UnixMilli(), 0)))
	b = appendText(b, pub.addr.String())
	b = appendText(b, pub.user)
	return appendText(b, pub.etag)
}

// readPublication reads a record; nil if it is none, or has run out.
func readPublication(key uint64, data []byte, now time.Time) (pool int, pub *publication) {
	r := &reader{b: data}
	r.bad = r.byte() != recordVersion
	pub = &publication{key: key}
	dnd := r.byte()
	pub.dnd = dnd == 1
	pool = int(r.number(max31))
	pub.until = time.UnixMilli(int64(r.number(1 << 52)))
	addr, err := netip.ParseAddr(r.text(false))
	pub.addr, pub.user, pub.etag = addr, r.text(false), r.text(false)
	if r.bad || err != nil || dnd > 1 || pool < 1 || pub.user == "" || pub.etag == "" || !isToken(pub.etag) || !pub.until.After(now) {
		return 0, nil
	}
	if limit := now.Add(maxExpires); pub.until.After(limit) { // the clock was set back
		pub.until = limit
	}
	return pool, pub
}

// restore brings back the publications of the journal. The call model hears of them when
// their phones are in service again.
func (p *publisher) restore() error {
	if p.j == nil {
		return nil
	}
	p.writing.Lock()
	defer p.writing.Unlock()
	now, found, bad := time.Now(), map[int][]*publication{}, []uint64(nil)
	err := p.j.Each(func(key uint64, data []byte) {
		if pool, pub := readPublication(key, data, now); pub != nil {
			found[pool] = append(found[pool], pub)
		} else {
			bad = append(bad, key)
		}
	})
	p.key = p.j.MaxKey()
	for _, key := range bad {
		p.j.Delete(key)
	}
	p.mu.Lock()
	for pool, list := range found {
		var kept []*publication
		for _, pub := range list {
			kept = p.enter(kept, pub)
		}
		p.set(pool, kept)
	}
	p.mu.Unlock()
	p.nudge() // the goroutine has their ends to wait for
	if err != nil {
		return fmt.Errorf("restoring publications: %w", err)
	}
	return nil
}
