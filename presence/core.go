package presence

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
)

// instant is time since the core's epoch: a third of the size of time.Time, and
// never affected by a clock that is set.
type instant = time.Duration

// line is one directory number with its watchers.
type line struct {
	number    string
	published Line   // what the sources say
	shown     Line   // what watchers may see: unknown without `allow watch`
	version   uint64 // of shown; from the core's counter, so a number never has one twice
	subs      []*subscription
	sip       int // how many of subs are SIP watchers
}

// subscription is one watcher of one line. There are 100,000 of them: mind its size.
type subscription struct {
	id       uint32
	kind     WatcherKind
	device   bool
	held     bool   // the first Note waits for Release
	fails    uint8  // NOTIFYs in a row that failed
	granted  uint32 // seconds
	dialPeer int32
	at       int32 // place in line.subs
	slot     int32 // place in the timer heap
	since    instant
	expiry   instant
	resend   instant // when to deliver the newest Note again; 0 = not waiting
	line     *line
	host     string // of the presentity
	watcher  Party
	phone    string
	sink     Sink
	last     *ending // how it ended; nil while alive
}

// ending is what the last Note of a subscription says.
type ending struct {
	reason     string
	retryAfter time.Duration
	gone       bool
}

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
	inUnsubscribe struct{ id uint32 }
	inDone        struct {
		id         uint32
		code       int
		err        error
		retryAfter time.Duration
	}
	inPublish struct {
		number string
		line   Line
	}
	inApply struct {
		cfg   *Config
		reply chan answer
	}
	inSnapshot struct{ reply chan answer }
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
// sink, reply and text is set.
type effect struct {
	sink   Sink
	note   Note
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
	epoch   time.Time
	shard   uint8
	shared  *shared
	tracing func(logbuf.Topic) bool
	cfg     *Config
	lines   map[string]*line
	subs    map[uint32]*subscription
	timers  timers
	now     instant
	version uint64
	out     []effect // reused: valid until the next step
}

func newCore(epoch time.Time, shard uint8, s *shared, tracing func(logbuf.Topic) bool) *core {
	return &core{
		epoch: epoch, shard: shard, shared: s, tracing: tracing, cfg: &Config{},
		lines: make(map[string]*line), subs: make(map[uint32]*subscription),
	}
}

// step takes one input at the time now. The effects are valid until the next step.
func (c *core) step(now time.Time, in any) []effect {
	c.reset()
	// A clock that was set back must not revive what has expired.
	c.now = max(c.now, now.Sub(c.epoch))
	c.expire()
	switch in := in.(type) {
	case inSubscribe:
		c.reply(in.reply, c.subscribe(in.req))
	case inRelease:
		c.release(in.id)
	case inRefresh:
		c.reply(in.reply, c.refresh(in.id, in.expires))
	case inUnsubscribe:
		if s := c.alive(in.id); s != nil {
			c.trace(topicEvent, s.id, "presence_unsubscribe", "watcher %s left %s", s.watcher, s.line.number)
			c.end(s, ending{reason: ReasonTimeout})
		}
	case inDone:
		c.done(in)
	case inPublish:
		c.publish(in.number, in.line)
	case inApply:
		c.apply(in.cfg)
		c.reply(in.reply, answer{})
	case inSnapshot:
		c.reply(in.reply, answer{records: c.records()})
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

// alive finds a subscription that has not ended.
func (c *core) alive(id uint32) *subscription {
	if s := c.subs[id]; s != nil && s.last == nil {
		return s
	}
	return nil
}

func (c *core) subscribe(r Request) answer {
	err := c.cfg.Admit(r.Kind)
	if err == nil {
		if _, local := c.cfg.Numbers[r.Presentity.User]; !local {
			err = ErrNotFound
		}
	}
	if err == nil && !c.shared.take() {
		err = ErrLimit{RetryAfter: limitRetryAfter}
	}
	if err != nil {
		c.trace(topicErrors, 0, "presence_subscribe", "watcher %s presentity %s refused: %v", r.Watcher, r.Presentity, err)
		return answer{err: err}
	}
	s := &subscription{
		id: c.shared.allocate(c.shard), kind: r.Kind, device: r.Device, held: true,
		dialPeer: int32(r.DialPeerTag), slot: -1, since: c.now,
		line: c.lineOf(r.Presentity.User), host: r.Presentity.Host,
		watcher: r.Watcher, phone: r.Phone, sink: r.Sink,
	}
	c.subs[s.id] = s
	s.line.add(s)
	c.grant(s, r.Expires)
	c.trace(topicEvent, s.id, "presence_subscribe", "watcher %s presentity %s accepted, %s, expires %d",
		s.watcher, r.Presentity, s.kind, s.granted)
	return answer{id: s.id, expires: s.grantedFor()}
}

// grant (re)starts the expiry. Times are whole seconds, as Expires is.
func (c *core) grant(s *subscription, d time.Duration) {
	s.granted = uint32(min(max(d, 0)/time.Second, maxSeconds))
	s.expiry = c.now + s.grantedFor()
	if s.granted > 0 { // a fetch lives until its Release
		c.timers.set(s)
	}
}

func (s *subscription) grantedFor() time.Duration { return time.Duration(s.granted) * time.Second }

// release lets the first Note go: of a fetch it is also the last one.
func (c *core) release(id uint32) {
	s := c.subs[id]
	if s == nil || !s.held {
		return
	}
	s.held = false
	switch {
	case s.last != nil:
		c.forget(s)
		c.lastNote(s)
	case s.granted == 0:
		c.end(s, ending{reason: ReasonTimeout})
	default:
		c.note(s)
	}
}

func (c *core) refresh(id uint32, expires time.Duration) answer {
	s := c.alive(id)
	if s == nil {
		return answer{err: ErrGone}
	}
	if expires < time.Second {
		c.trace(topicEvent, s.id, "presence_refresh", "watcher %s left %s", s.watcher, s.line.number)
		c.end(s, ending{reason: ReasonTimeout})
		return answer{id: id}
	}
	s.resend = 0
	c.grant(s, expires)
	c.trace(topicEvent, s.id, "presence_refresh", "expires %d", s.granted)
	c.note(s)
	return answer{id: id, expires: s.grantedFor()}
}

// expire ends what has run out and delivers again what had failed.
func (c *core) expire() {
	for len(c.timers) > 0 && c.timers[0].due() <= c.now {
		s := c.timers[0]
		if s.expiry > c.now {
			s.resend = 0
			c.timers.set(s)
			c.trace(topicTimer, s.id, "presence_timer", "deliver again, %d failed", s.fails)
			c.note(s)
			continue
		}
		c.trace(topicTimer, s.id, "presence_timer", "watcher %s presentity %s expired", s.watcher, s.line.number)
		c.end(s, ending{reason: ReasonTimeout})
	}
}

func (c *core) done(in inDone) {
	s := c.alive(in.id)
	if s == nil || s.held { // held: nothing was delivered yet
		return
	}
	if in.err == nil && in.code >= 200 && in.code < 300 {
		s.fails = 0
		if s.resend != 0 {
			s.resend = 0
			c.timers.set(s)
		}
		if c.tracing(topicInfo) {
			c.trace(topicInfo, s.id, "presence_handle_notify_done", "delivered, code %d", in.code)
		}
		return
	}
	// The text is the guide's.
	c.trace(topicErrors, s.id, "presence_handle_notify_done", "sip stack response code [%d]", in.code)
	wait, keep := c.afterFailure(s, in)
	if !keep {
		c.end(s, ending{gone: true})
		return
	}
	s.fails++
	s.resend = c.now + wait
	c.timers.set(s)
	c.trace(topicTimer, s.id, "presence_timer", "deliver again in %s", wait)
}

func (c *core) publish(number string, l Line) {
	c.trace(topicEvent, 0, "presence_line_update", "line %s is %s", number, describe(l))
	ln := c.lineOf(number)
	ln.published = l
	if !c.show(ln) || ln.sip == 0 {
		// The text is the guide's.
		c.trace(topicErrors, 0, "presence_sip_line_update", "SIP nothing to update")
	}
	c.tidy(ln)
}

// show brings the watchers of a line up to date; false if nothing changed for them.
func (c *core) show(ln *line) bool {
	visible := Line{}
	if c.cfg.Numbers[ln.number].Watch {
		visible = ln.published
	}
	if visible == ln.shown {
		return false
	}
	ln.shown = visible
	c.version++
	ln.version = c.version
	c.out = slices.Grow(c.out, len(ln.subs))
	for _, s := range ln.subs {
		if s.held {
			continue
		}
		if s.resend != 0 {
			s.resend = 0
			c.timers.set(s)
		}
		c.note(s)
	}
	return true
}

// apply ends what the new configuration does not allow, then shows each line anew.
// Lines go in the order of their numbers, so that a step has one outcome.
func (c *core) apply(cfg *Config) {
	c.cfg = cfg
	lines := make([]*line, 0, len(c.lines))
	for _, ln := range c.lines {
		lines = append(lines, ln)
	}
	slices.SortFunc(lines, func(a, b *line) int { return cmp.Compare(a.number, b.number) })
	for _, ln := range lines {
		_, local := cfg.Numbers[ln.number]
		for i := len(ln.subs) - 1; i >= 0; i-- { // end moves the last one into the gap
			s := ln.subs[i]
			if e, over := cfg.endsFor(s.kind, local); over {
				c.trace(topicEvent, s.id, "presence_config", "ended: %s", e.reason)
				c.end(s, e)
			}
		}
		c.show(ln)
		c.tidy(ln)
	}
}

// note delivers the truth as it is now.
func (c *core) note(s *subscription) {
	if s.held {
		return
	}
	if c.tracing(topicTrace) { // a fan-out must not pay for the arguments
		c.trace(topicTrace, s.id, "presence_notify", "%s is %s, active", s.line.number, describe(s.line.shown))
	}
	c.out = append(c.out, effect{sink: s.sink, note: Note{
		SubID: s.id, Number: s.line.number, Line: s.line.shown, Version: s.line.version,
		Active: true, Expires: max(s.expiry-c.now, 0),
	}})
}

// end takes a subscription out of every table and delivers its last Note, if
// need be after Release.
func (c *core) end(s *subscription, e ending) {
	s.last = &e
	s.line.remove(s)
	c.timers.remove(s)
	c.shared.put()
	c.tidy(s.line)
	if s.held {
		return
	}
	c.forget(s)
	c.lastNote(s)
}

func (c *core) forget(s *subscription) {
	delete(c.subs, s.id)
	c.shared.drop(s.id)
}

func (c *core) lastNote(s *subscription) {
	c.trace(topicTrace, s.id, "presence_notify", "%s terminated, reason %q", s.line.number, s.last.reason)
	c.out = append(c.out, effect{sink: s.sink, note: Note{
		SubID: s.id, Number: s.line.number, Line: s.line.shown, Version: s.line.version,
		Gone: s.last.gone, Reason: s.last.reason, RetryAfter: s.last.retryAfter,
	}})
}

func (c *core) lineOf(number string) *line {
	ln := c.lines[number]
	if ln == nil {
		ln = &line{number: number}
		c.lines[number] = ln
	}
	return ln
}

// tidy drops a line about which nothing is known.
func (c *core) tidy(ln *line) {
	if len(ln.subs) == 0 && ln.published == (Line{}) {
		delete(c.lines, ln.number)
	}
}

func (ln *line) add(s *subscription) {
	s.at = int32(len(ln.subs))
	ln.subs = append(ln.subs, s)
	if s.kind.SIP() {
		ln.sip++
	}
}

func (ln *line) remove(s *subscription) {
	last := len(ln.subs) - 1
	moved := ln.subs[last]
	ln.subs[s.at] = moved
	moved.at = s.at
	ln.subs[last] = nil
	ln.subs = ln.subs[:last]
	if s.kind.SIP() {
		ln.sip--
	}
}

func (c *core) records() []Record {
	out := make([]Record, 0, len(c.subs))
	for _, s := range c.subs {
		if s.last != nil {
			continue
		}
		out = append(out, Record{
			ID: s.id, Watcher: s.watcher, Presentity: Party{s.line.number, s.host},
			Expires: s.grantedFor(), Since: c.epoch.Add(s.since), Line: s.line.shown,
			WatcherType: Locality(s.kind == SIPTrunk), PresentityType: Local,
			Kind: s.kind, Device: s.device, DialPeerTag: int(s.dialPeer), Incoming: true,
			Retry: int(s.fails), Phone: s.phone,
		})
	}
	return out
}

func (c *core) trace(t logbuf.Topic, id uint32, fn, format string, a ...any) {
	if c.tracing(t) {
		c.out = append(c.out, effect{topic: t, text: fmt.Sprintf("//PRESENCE:[%d]:/%s: %s", id, fn, fmt.Sprintf(format, a...))})
	}
}
