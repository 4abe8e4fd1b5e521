package relay

import (
	"maps"
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/presence"
)

const (
	// window bounds the attempts to subscribe that are outstanding; further ones wait
	// a moment.
	window = 512
	moment = 100 * time.Millisecond
	// maxLeaving bounds the subscriptions that are being ended.
	maxLeaving = 16384
	// openRate is how many subscriptions a second are told where we are when the
	// endpoint has opened.
	openRate = 500
)

// state is what the goroutine owns.
type state struct {
	config  Config
	keys    *keys
	open    bool // the endpoint is
	subs    map[uint32]*sub
	usages  map[sipua.Key]*usage  // by Call-ID and our tag
	strays  map[identity][]*usage // of the process before, not taken up yet
	sweep   alarm                 // when to end strays
	records uint16                // the last number of a record
	leaving int                   // usages without a sub
	tries   int                   // usages whose first SUBSCRIBE is outstanding
	probes  map[netip.Addr]*probe
	alarms  alarms
}

func newState() state {
	return state{subs: map[uint32]*sub{}, usages: map[sipua.Key]*usage{}, strays: map[identity][]*usage{}, probes: map[netip.Addr]*probe{}, keys: newKeys(nil)}
}

// sub is one sibling: a number that is watched for one watcher.
type sub struct {
	out     presence.Outgoing
	use     *usage // nil: waits
	line    presence.Line
	next    alarm     // when to try again
	fails   int       // in a row
	refused bool      // a refresh of the watcher, or new credentials, try again, else only slowly
	notYet  time.Time // a refresh does not before
	settled bool      // an invariant state: there is nothing to try
	hurried bool      // was subscribed anew at once, and has not lived long since
}

// take does what the hub wants of a sibling.
func (r *Relay) take(id uint32, w want) {
	s := r.subs[id]
	if w.gone {
		if s != nil {
			r.drop(s)
			r.alarms.set(&s.next, time.Time{})
			delete(r.subs, id)
		}
		return
	}
	if w.watch {
		switch {
		case s == nil:
			s = &sub{out: w.out}
			s.next.do = func() { r.try(s) }
			r.subs[id] = s
			if !r.takeUp(s) {
				r.try(s)
			}
		case s.out.Server != w.out.Server:
			r.drop(s)
			s.out = w.out
			s.line = presence.Line{}
			s.fails, s.refused, s.settled, s.hurried, s.notYet = 0, false, false, false, time.Time{}
			r.hub.PublishRemote(id, s.line)
			if !r.takeUp(s) {
				r.try(s)
			}
		default:
			s.out = w.out
		}
	}
	if w.again && s != nil && s.refused && s.out.Kind.SIP() && !time.Now().Before(s.notYet) {
		r.try(s)
	}
}

// try subscribes, unless there is a subscription.
func (r *Relay) try(s *sub) {
	r.alarms.set(&s.next, time.Time{})
	if s.use != nil || !r.open || s.settled {
		return
	}
	if r.tries >= window {
		r.alarms.set(&s.next, time.Now().Add(moment+time.Duration(rand.Int64N(int64(moment)))))
		return
	}
	s.refused = false
	r.watchOver(s.out.Server)
	r.subscribe(s)
}

// publish tells the hub what is known.
func (r *Relay) publish(s *sub, l presence.Line) {
	if s.line != l {
		s.line = l
		r.hub.PublishRemote(s.out.SibID, l)
	}
}

// opened goes on where we are now: subscriptions are told the new Contact.
func (r *Relay) opened() {
	r.open = true
	if len(r.strays) > 0 {
		r.alarms.set(&r.sweep, time.Now().Add(moment))
	}
	spread := time.Duration(1+len(r.subs)/openRate) * time.Second
	now := time.Now()
	for _, s := range r.inOrder() {
		at := now
		if len(r.subs) > openRate {
			at = now.Add(rand.N(spread))
		}
		switch {
		case s.use != nil:
			s.use.refresh = at
			r.setAlarm(s.use)
		case s.refused: // that has not changed
			if s.out.Kind.SIP() {
				r.alarms.set(&s.next, at.Add(slowly))
			}
		default:
			r.alarms.set(&s.next, at)
		}
	}
}

// closing unsubscribes everything; opened goes on.
func (r *Relay) closing() {
	r.sweepUp(math.MaxInt)
	r.alarms.set(&r.sweep, time.Time{})
	for _, s := range r.inOrder() {
		r.alarms.set(&s.next, time.Time{})
		r.drop(s)
		if !s.settled {
			r.publish(s, presence.Line{})
		}
	}
	r.open = false
}

func (r *Relay) inOrder() []*sub {
	var all []*sub
	for _, id := range slices.Sorted(maps.Keys(r.subs)) {
		all = append(all, r.subs[id])
	}
	return all
}
