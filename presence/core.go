package presence

import (
	"fmt"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
)

// instant is time since the core's epoch: a third of the size of time.Time, and
// never affected by a clock that is set.
type instant = time.Duration

// Inputs of a step.
type (
	inSubscribe struct {
		req   Request
		reply chan answer
	}
	inRelease struct{ id uint32 }
	inRefresh struct {
		id      uint32
		expires time.Duration
		reply   chan answer
	}
	inEnd struct {
		id     uint32
		reason string
	}
	inDone struct {
		id         uint32
		code       int
		err        error
		retryAfter time.Duration
	}
	// inWatch changes what a subscription watches.
	inWatch struct {
		id           uint32
		device, dark bool
	}
	inPublish struct {
		key  key
		line Line
	}
	inApply struct {
		cfg   *Config
		reply chan answer
	}
	inSnapshot struct{ reply chan answer }
	inSettle   struct{ reply chan answer }
	inTick     struct{} // time has passed
)

// answer completes a call that waits for its step.
type answer struct {
	id      uint32
	expires time.Duration
	err     error
	records []Record
}

// effect is one thing for the shard goroutine to do, in order. Exactly one of
// sink, relay, reply and text is set.
type effect struct {
	sink   Sink
	note   Note
	relay  *relayCall
	reply  chan answer
	answer *answer
	topic  logbuf.Topic
	text   string
}

// keepEffects bounds the memory kept between steps: a fan-out to many watchers
// allocates its own.
const keepEffects = 1024

// core is the presence agent of one shard. It is not safe for concurrent use.
type core struct {
	epoch    time.Time
	shard    uint8
	shared   *shared
	tracing  func(logbuf.Topic) bool
	cfg      *Config
	lines    map[key]*line
	subs     map[uint32]*subscription
	timers   timers
	relays   bool              // there is a Relay
	siblings map[uint32]*line  // lines of external numbers by SibID
	sibIDs   map[uint32]uint32 // by ID, of restored subscriptions: see sibID
	now      instant
	version  uint64
	out      []effect // reused: valid until the next step
}

func newCore(epoch time.Time, shard uint8, s *shared, tracing func(logbuf.Topic) bool) *core {
	return &core{
		epoch: epoch, shard: shard, shared: s, tracing: tracing, cfg: &Config{},
		lines: make(map[key]*line), subs: make(map[uint32]*subscription), siblings: make(map[uint32]*line),
	}
}

// start is what every step begins with, at the time now.
func (c *core) start(now time.Time) {
	c.reset()
	// A clock that was set back must not revive what has expired.
	c.now = max(c.now, now.Sub(c.epoch))
	c.expire()
}

// step takes one input at the time now. The effects are valid until the next step.
func (c *core) step(now time.Time, in any) []effect {
	c.start(now)
	switch in := in.(type) {
	case inSubscribe:
		c.reply(in.reply, c.subscribe(in.req))
	case inRestore:
		c.reply(in.reply, c.restore(in))
	case inRelease:
		c.release(in.id)
	case inRefresh:
		c.reply(in.reply, c.refresh(in.id, in.expires))
	case inEnd:
		if s := c.alive(in.id); s != nil {
			c.trace(topicEvent, s.id, "presence_end", "watcher %s presentity %s: %s", s.watcher, s.line.number, in.reason)
			c.end(s, endingFor(in.reason))
		}
	case inWatch:
		c.watch(in)
	case inDone:
		c.done(in)
	case inPublish:
		if in.key.aspect == ofRemote {
			c.publishRemote(in.key.sib, in.line)
		} else {
			c.publish(in.key, in.line)
		}
	case inRemote:
		c.remoteFailed(in)
	case inApply:
		c.apply(in.cfg)
		c.reply(in.reply, answer{})
	case inWatchers:
		c.reply(in.reply, answer{records: c.watchers(in.number, in.most)})
	case inSnapshot:
		c.reply(in.reply, answer{records: c.records()})
	case inSettle:
		c.reply(in.reply, answer{})
	}
	return c.out
}

// reset forgets the effects of the last step.
func (c *core) reset() {
	clear(c.out)
	c.out = c.out[:0]
	if cap(c.out) > keepEffects {
		c.out = nil
	}
}

// next is when the core wants its next inTick.
func (c *core) next() (time.Time, bool) {
	if len(c.timers) == 0 {
		return time.Time{}, false
	}
	return c.epoch.Add(c.timers[0].due()), true
}

func (c *core) reply(to chan answer, a answer) {
	c.out = append(c.out, effect{reply: to, answer: &a})
}

func (c *core) records() []Record {
	out := make([]Record, 0, len(c.subs))
	for _, s := range c.subs {
		if s.last != nil {
			continue
		}
		r := Record{
			ID: s.id, Watcher: s.watcher, Presentity: Party{s.line.number, s.host},
			Expires: s.grantedFor(), Since: c.epoch.Add(s.since), Line: s.line.shown,
			WatcherType: Locality(s.kind == SIPTrunk), PresentityType: Local,
			Kind: s.kind, Device: s.line.aspect == ofPhone, DialPeerTag: int(s.dialPeer), Incoming: true,
			Retry: int(s.fails), Phone: s.phone,
		}
		if s.line.sib != nil {
			r.PresentityType, r.SibID = Remote, s.line.sib.id
			out = append(out, c.siblingRecord(s))
		}
		out = append(out, r)
	}
	return out
}

func (c *core) trace(t logbuf.Topic, id uint32, fn, format string, a ...any) {
	if c.tracing(t) {
		c.out = append(c.out, effect{topic: t, text: fmt.Sprintf("//PRESENCE:[%d]:/%s: %s", id, fn, fmt.Sprintf(format, a...))})
	}
}
