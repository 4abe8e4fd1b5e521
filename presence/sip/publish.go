package sip

import (
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/presence"
	"github.com/busylamp/busylamp/presence/pidf"
)

// maxPublications of one pool: its phones may publish for each of their numbers. One
// more takes the place of the one that would run out first.
const maxPublications = 16

// publisher keeps what registered phones have published about themselves (RFC 3903):
// whether they are in Do Not Disturb. A phone is if it said so for any of its numbers.
// Its goroutine ends what has run out, and alone calls tell, so that the last thing
// told of a pool is the truth. A restart forgets publications: the phone meets 412 and
// publishes anew.
type publisher struct {
	tell func(pool int, on bool)
	wake chan struct{} // capacity 1: something has changed
	quit chan struct{}
	once sync.Once
	wg   sync.WaitGroup

	mu    sync.Mutex
	pools map[int][]*publication
	dirty map[int]bool // pools about which tell does not know the newest
}

// publication is the event state that one phone has published for one number.
type publication struct {
	addr  netip.Addr
	user  string
	etag  string
	until time.Time
	dnd   bool
}

func startPublisher(tell func(int, bool)) *publisher {
	p := &publisher{
		tell: tell, wake: make(chan struct{}, 1), quit: make(chan struct{}),
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
	for {
		changed, wait := p.look(time.Now())
		for pool, on := range changed {
			p.tell(pool, on)
		}
		timer.Reset(wait)
		select {
		case <-p.wake:
		case <-timer.C:
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
		kept := slices.DeleteFunc(list, func(pub *publication) bool { return !pub.until.After(now) })
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
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.pools[pool]
	is := func(pub *publication) bool {
		same := pub.addr == addr && pub.user == user
		return same && (match == "" || pub.etag == match && pub.until.After(now))
	}
	i := slices.IndexFunc(list, is)
	if match != "" && i < 0 {
		return "", false
	}
	pub := &publication{addr: addr, user: strings.Clone(user)} // not the whole message
	if i >= 0 {
		pub = list[i]
		list = slices.Delete(list, i, i+1)
	}
	if dnd != nil {
		pub.dnd = *dnd
	}
	pub.etag, pub.until = sipua.NewTag(), now.Add(expires)
	if expires > 0 {
		if len(list) == maxPublications {
			first := slices.IndexFunc(list, func(o *publication) bool {
				return !slices.ContainsFunc(list, func(other *publication) bool { return other.until.Before(o.until) })
			})
			list = slices.Delete(list, first, first+1)
		}
		list = append(list, pub)
	}
	p.set(pool, list)
	p.dirty[pool] = true
	select {
	case p.wake <- struct{}{}:
	default:
	}
	return pub.etag, true
}

// publish handles PUBLISH, on the worker of its Call-ID.
func (a *Adapter) publish(tx *sipua.ServerTx) {
	if no := a.takePublication(tx); no != nil {
		a.refuse(tx, no)
	}
}

// takePublication goes through the steps of RFC 3903 6. Only phones may publish, and
// only about themselves: whoever else asks learns nothing.
func (a *Adapter) takePublication(tx *sipua.ServerTx) *refusal {
	req := tx.Request()
	if tx.Merged() {
		return refuse(482)
	}
	contacts, err := sipua.Contacts(req)
	if err != nil {
		return refuse(400).because("Contact is no SIP URI")
	}
	from, asked := sipua.User(&req.From().Address), req.Recipient
	watcher, ok := a.phone(tx, from, contacts)
	if !ok {
		return refuse(403)
	}
	if err := a.hub.Admit(presence.SIPPhone); err != nil {
		return refusedBy(err)
	}
	if asked.User == "" {
		asked = req.To().Address
	}
	if sipua.User(&asked) != from {
		return refuse(403)
	}
	if tags := sipua.Unsupported(req); len(tags) > 0 {
		return refuse(420, "Unsupported", strings.Join(tags, ", "))
	}
	if event, _ := sipua.SplitValue(sipua.Value(req, "Event")); event != "presence" || len(sipua.Values(req, "Event")) > 1 {
		return refuse(489, "Allow-Events", "presence")
	}
	matches := sipua.Values(req, "SIP-If-Match")
	if len(matches) > 1 || len(matches) == 1 && !isToken(matches[0]) {
		return refuse(400).because("one SIP-If-Match with one entity-tag is taken")
	}
	match := strings.Join(matches, "")
	expires, no := readExpires(tx)
	if no != nil {
		return no
	}
	dnd, no := readPublished(req, len(matches) == 0 && expires > 0)
	if no != nil {
		return no
	}
	etag, ok := a.publisher.put(watcher.Pool, tx.Source().Addr().Unmap(), from, match, dnd, expires)
	if !ok {
		return refuse(412)
	}
	if err := tx.Reject(200, "", "SIP-ETag", etag, "Expires", sipua.Seconds(expires)); err != nil {
		a.debug(topicErrors, 0, "presence_sip_publish", "200 not sent: %v", err)
	}
	return nil
}

// readPublished reads the body: whether the phone is in Do Not Disturb; nil if there is
// none, as in a refresh.
func readPublished(req *sip.Request, needed bool) (*bool, *refusal) {
	if len(req.Body()) == 0 {
		if needed {
			return nil, refuse(400).because("a first PUBLISH has a body")
		}
		return nil, nil
	}
	kind, _ := sipua.SplitValue(sipua.Value(req, "Content-Type"))
	switch strings.ToLower(kind) {
	case pidf.ContentType, pidf.ContentTypeOld:
	default:
		return nil, refuse(415, "Accept", pidf.ContentType+", "+pidf.ContentTypeOld)
	}
	b, err := pidf.Decode(req.Body())
	if err != nil {
		return nil, refuse(400).because("no presence document")
	}
	return &b.Line.DnD, nil
}
