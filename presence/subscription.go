package presence

import (
	"cmp"
	"strconv"
	"time"
)

// subscription is one watcher of one line. There are 100,000 of them: mind its size.
type subscription struct {
	id       uint32
	kind     WatcherKind
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
	why        string // for the debug output
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
	if err == nil && !Printable(r.Presentity.User) { // as if it were missing: it is shown, and nobody's number
		err = ErrNotFound
	}
	remote := c.external(r.Kind, r.Presentity.User)
	if err == nil && !remote {
		if _, local := c.cfg.Numbers[r.Presentity.User]; !local {
			err = ErrNotFound
		}
	}
	if err == nil {
		err = c.shared.quota.take(r.Kind, r.Watcher.Host, r.DialPeerTag)
	}
	if err != nil {
		c.trace(topicErrors, 0, "presence_subscribe", "watcher %s presentity %s refused: %v", r.Watcher, r.Presentity, err)
		return answer{err: err}
	}
	k := key{number: r.Presentity.User, aspect: r.Kind.watches(r.Device, r.Dark)}
	if k.aspect == ofNone || r.Expires < time.Second {
		remote = false // nobody would hear what the server says
	}
	var id uint32
	if remote {
		k.aspect = ofRemote
		id, k.sib = c.shared.allocatePair(c.shard)
	} else {
		id = c.shared.allocate(c.shard)
	}
	s := &subscription{
		id: id, kind: r.Kind, held: true,
		dialPeer: int32(r.DialPeerTag), slot: -1, since: c.now,
		line: c.lineOf(k), host: r.Presentity.Host,
		watcher: r.Watcher, phone: r.Phone, sink: r.Sink,
	}
	c.subs[s.id] = s
	s.line.add(s)
	c.grant(s, r.Expires)
	c.trace(topicEvent, s.id, "presence_subscribe", "watcher %s presentity %s accepted, %s, expires %d",
		s.watcher, r.Presentity, s.kind, s.granted)
	c.asnl(s, "ASNL_SUBSCRIBE_INDICATION")
	if remote {
		c.begin(s, k.sib, r.Device)
	}
	return answer{id: s.id, expires: s.grantedFor()}
}

// watches is the aspect that a watcher of this kind sees.
func (k WatcherKind) watches(device, dark bool) aspect {
	switch {
	case dark:
		return ofNone
	case device && k != SIPTrunk && k != SCCPCallList:
		return ofPhone
	}
	return ofNumber
}

// watch lets a subscription see another aspect of its number.
func (c *core) watch(in inWatch) {
	s := c.alive(in.id)
	if s == nil {
		return
	}
	to := key{number: s.line.number, aspect: s.kind.watches(in.device, in.dark)}
	if to.aspect != ofNone && s.granted > 0 && c.external(s.kind, to.number) {
		if s.line.sib != nil {
			s.line.sib.device = in.device
			return
		}
		to.aspect = ofRemote
	}
	if s.line.key != to {
		c.move(s, to, in.device)
	}
}

// grant (re)starts the expiry. Times are whole seconds, as Expires is.
func (c *core) grant(s *subscription, d time.Duration) {
	verb := "start"
	if s.slot >= 0 {
		verb = "restart"
	}
	s.granted = uint32(min(max(d, 0)/time.Second, maxSeconds))
	s.expiry = c.now + s.grantedFor()
	if s.granted > 0 { // a fetch lives until its Release
		c.timers.set(s)
		if c.tracing(topicTimer) {
			c.trace(topicTimer, s.id, "presence_timer", "%s, expires %d", verb, s.granted)
		}
	}
}

// asnl writes what is indicated to an application that has subscribed for a watcher.
func (c *core) asnl(s *subscription, indication string) {
	if c.tracing(topicASNL) {
		c.trace(topicASNL, s.id, "presence_asnl_callback", "%s, watcher %s presentity %s", indication, s.watcher, s.line.number)
	}
}

// failureText says in debug output why a watcher that cannot be reached is given up.
func failureText(code int) string {
	if code == 408 {
		return "timeout, no answer to NOTIFY"
	}
	return "response " + strconv.Itoa(code) + " to NOTIFY"
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
	s.resend, s.fails = 0, 0 // it is there, whatever became of its NOTIFYs
	c.grant(s, expires)
	c.trace(topicEvent, s.id, "presence_refresh", "expires %d", s.granted)
	c.note(s)
	if s.line.sib != nil {
		c.relay(func(r Relay, o Outgoing) { r.Again(o.SibID) }, s.line.sib.out)
	}
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
			c.trace(topicInfo, s.id, "presence_notify_delivered", "code %d", in.code)
		}
		return
	}
	wait, keep := firstWait, true
	if in.code != 0 {
		// The text is the guide's.
		c.trace(topicErrors, s.id, "presence_handle_notify_done", "sip stack response code [%d]", stackCode(in.code))
		if wait, keep = c.afterFailure(s, in); !keep {
			c.end(s, ending{gone: true, why: failureText(in.code)})
			return
		}
		s.fails++
	}
	s.resend = c.now + wait
	c.timers.set(s)
	c.trace(topicTimer, s.id, "presence_timer", "deliver again in %s", wait)
}

// note delivers the truth as it is now.
func (c *core) note(s *subscription) {
	if s.held {
		return
	}
	if c.tracing(topicTrace) { // a fan-out must not pay for the arguments
		c.trace(topicTrace, s.id, "presence_notify", "%s is %s, active", s.line.number, describe(s.line.shown))
	}
	c.asnl(s, "ASNL_RESP_NOTIFY_INDICATION") // the text is the guide's
	c.out = append(c.out, effect{sink: s.sink, note: Note{
		SubID: s.id, Number: s.line.number, Line: s.line.shown, Version: s.line.version, SibID: s.line.sibID(),
		Active: true, Expires: max(s.expiry-c.now, 0),
	}})
}

// end takes a subscription out of every table and delivers its last Note, if
// need be after Release.
func (c *core) end(s *subscription, e ending) {
	s.last = &e
	s.line.remove(s)
	if s.slot >= 0 && s.expiry > c.now && c.tracing(topicTimer) {
		c.trace(topicTimer, s.id, "presence_timer", "stop")
	}
	c.timers.remove(s)
	c.shared.quota.put(s.kind, s.watcher.Host, int(s.dialPeer))
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
	// A number that is gone, or no longer to be watched, must not be told as it was.
	shown, version := c.visible(s.line), s.line.version
	if shown != s.line.shown {
		c.version++
		version = c.version
	}
	c.trace(topicTrace, s.id, "presence_notify", "%s terminated, reason %q", s.line.number, cmp.Or(s.last.why, s.last.reason))
	c.asnl(s, "ASNL_RESP_TERMINATE_INDICATION")
	c.out = append(c.out, effect{sink: s.sink, note: Note{
		SubID: s.id, Number: s.line.number, Line: shown, Version: version,
		Gone: s.last.gone, Reason: s.last.reason, RetryAfter: s.last.retryAfter,
	}})
}
