package sccp

import (
	"errors"
	"math"
	"time"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/sccp/wire"
	"github.com/busylamp/busylamp/presence"
)

const (
	// subscribeFor is the life of a lamp's subscription, renewed at half of it. It is
	// what a router's records say (capture).
	subscribeFor = 3600 * time.Second
	// Retries of a number that cannot be watched (guide, `sccp blf-speed-dial
	// retry-interval`), if the Hub's configuration does not say.
	defaultRetry = 60 * time.Second
	defaultLimit = 10
)

// lamp is one BLF speed dial of a registered phone: the sink of its subscription.
// Its fields are guarded by conn.mu.
type lamp struct {
	c      *conn
	key    *phones.BLFKey
	due    moment // when to renew or to try again
	id     uint32 // of the subscription, 0: none
	status uint8  // wire.BLF…
	sent   uint8  // status that the phone has
	fails  uint8  // in a row
	told   bool   // the phone has a status
	busy   bool   // somebody talks to the Hub about it
	dead   bool   // the phone is gone
}

// makeLamps makes the lamps of a phone that can show them. mu is held.
func (c *conn) makeLamps() {
	c.lamps = nil
	if c.model.name != "" && !c.model.blf {
		return
	}
	c.lamps = make([]lamp, len(c.blf)) // never grows: lamps are pointed to
	for i := range c.lamps {
		c.lamps[i] = lamp{c: c, key: &c.blf[i], due: c.s.soon(0)}
	}
}

// darken takes lamps and call list entries off and returns the subscriptions to
// end. mu is held.
func (c *conn) darken() (ids []uint32) {
	for i := range c.lamps {
		l := &c.lamps[i]
		l.dead = true
		if l.id != 0 {
			ids = append(ids, l.id)
		}
	}
	for _, e := range c.lists {
		e.dead = true
		if e.id != 0 {
			ids = append(ids, e.id)
		}
	}
	c.lamps, c.lists = nil, nil
	c.s.agenda.drop(c)
	return ids
}

// watch subscribes, renews and tries again whatever is due. mu is not held.
func (c *conn) watch() {
	c.mu.Lock()
	r := c.request(presence.SCCPSpeedDial, subscribeFor)
	c.mu.Unlock()
	for {
		c.mu.Lock()
		l := c.nextLamp()
		if l == nil || l.due > c.s.soon(0) {
			c.setAlarm()
			c.mu.Unlock()
			return
		}
		l.busy = true
		id := l.id
		r.Presentity.User, r.Device, r.Sink = l.key.Number, l.key.Device, l
		c.mu.Unlock()
		if id != 0 {
			l.renew(id)
		} else {
			l.subscribe(r)
		}
	}
}

// nextLamp is the lamp that is due first, nil if none ever is. mu is held.
func (c *conn) nextLamp() (first *lamp) {
	for i := range c.lamps {
		if l := &c.lamps[i]; !l.busy && l.due != 0 && (first == nil || l.due < first.due) {
			first = l
		}
	}
	return first
}

// setAlarm has the lamp looked after that is due first. mu is held.
func (c *conn) setAlarm() {
	if l := c.nextLamp(); l != nil && c.registered && !c.closed {
		c.s.agenda.set(c, l.due)
	}
}

// request is what all subscriptions of this phone have in common. mu is held.
func (c *conn) request(kind presence.WatcherKind, d time.Duration) presence.Request {
	return presence.Request{
		Watcher:    presence.Party{User: c.number(), Host: c.remote.Addr().String()},
		Presentity: presence.Party{Host: c.local().Addr().String()},
		Kind:       kind, Expires: d, Phone: c.name,
	}
}

// number is the phone's primary directory number, "" if it has none. mu is held.
func (c *conn) number() string {
	if dn := c.s.dn(c.spec.PrimaryDN().Tag); dn != nil {
		return dn.Number
	}
	return ""
}

func (l *lamp) subscribe(r presence.Request) {
	hub := l.c.s.o.Hub
	id, _, err := hub.Subscribe(r)
	l.c.mu.Lock()
	l.busy = false
	dead := l.dead
	switch {
	case err != nil:
		l.failed(err)
	case !dead:
		l.id, l.fails, l.due = id, 0, l.c.s.soon(subscribeFor/2)
	}
	l.c.mu.Unlock()
	if err != nil {
		return
	}
	hub.Release(id)
	if dead {
		hub.End(id, presence.ReasonNoResource)
	}
}

// failed decides when to try again: after the configured interval as often as
// configured, or for as long as presence is switched off. mu is held; the Hub's
// Config is there to be read at any time.
func (l *lamp) failed(err error) {
	cfg := l.c.s.o.Hub.Config()
	interval, limit := cfg.RetryInterval, cfg.RetryLimit
	if interval <= 0 {
		interval = defaultRetry
	}
	if limit <= 0 {
		limit = defaultLimit
	}
	l.id = 0
	if !errors.Is(err, presence.ErrDisabled) && l.fails < math.MaxUint8 {
		l.fails++
	}
	l.due = 0
	if int(l.fails) <= limit && !errors.Is(err, presence.ErrClosed) {
		l.due = l.c.s.soon(interval)
	}
	l.light(wire.BLFUnknown)
}

func (l *lamp) renew(id uint32) {
	err := l.c.s.o.Hub.Refresh(id, subscribeFor)
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	l.busy = false
	switch {
	case l.id != id: // it has ended meanwhile, and failed has said when to try again
	case err != nil:
		l.id, l.due = 0, l.c.s.soon(0)
	default:
		l.due = l.c.s.soon(subscribeFor / 2)
	}
}

// Notify implements presence.Sink.
func (l *lamp) Notify(n presence.Note) {
	c := l.c
	c.mu.Lock()
	defer c.mu.Unlock()
	if l.dead || n.SubID != l.id {
		return
	}
	if !n.Active && n.Reason == presence.ReasonRejected {
		// The presence server would not, as often as it was asked. It is asked again
		// when a healthy subscription would be renewed.
		l.id, l.due = 0, l.c.s.soon(subscribeFor/2)
		l.light(wire.BLFUnknown)
		c.setAlarm()
		return
	}
	if !n.Active {
		// The service was switched off, or the number is gone: it may come back.
		l.failed(presence.ErrDisabled)
		c.setAlarm()
		return
	}
	status := statusOf(n.Line)
	if c.debugging(TopicBLF) && c.ready && (!l.told || status != uint32(l.sent)) {
		c.traceNote(n, l.key.Tag)
	}
	l.light(status)
}

// light makes the lamp show a status. mu is held.
func (l *lamp) light(status uint32) {
	l.status = uint8(status)
	if l.c.ready && (!l.told || l.sent != l.status) {
		l.push()
	}
}

// push sends the status. mu is held.
func (l *lamp) push() {
	c := l.c
	l.told, l.sent = true, l.status
	if c.closed || c.last {
		return
	}
	m := wire.NewFeatureStat(c.inUse, uint32(l.key.Tag), wire.ButtonBLFSpeedDial, uint32(l.status), l.key.Label)
	c.send(m)
	if c.debugging(TopicBLF) {
		name := "StationFeatureStatMessage"
		if m.ID() == wire.IDFeatureStatV2 {
			name = "StationFeatureStatV2Message"
		}
		// The blank at the end is the guide's.
		c.debugf(TopicBLF, "%s sent, status %d ", name, l.status)
	}
}

// lampOf finds the lamp of a key by its tag. mu is held.
func (c *conn) lampOf(index uint32) *lamp {
	for i := range c.lamps {
		if uint32(c.lamps[i].key.Tag) == index {
			return &c.lamps[i]
		}
	}
	return nil
}

// statusOf is a line's state on the wire: DnD comes before in use and idle
// (guide), ringing is in use.
func statusOf(l presence.Line) uint32 {
	switch {
	case l.State == presence.Unknown:
		return wire.BLFUnknown
	case l.DnD:
		return wire.BLFDnD
	case l.State == presence.Busy:
		return wire.BLFInUse
	}
	return wire.BLFIdle
}

// traceNote writes the lines of the guide's sample of `debug ephone blf`. The line
// statuses 1 (idle) and 6 (busy) are the guide's; 0 (unknown) and 7 (DnD) are ours.
// mu is held.
func (c *conn) traceNote(n presence.Note, index int) {
	log := c.s.o.Log
	log.Debugf(TopicBLF, "skinny_asnl_callback: subID %d type 4", n.SubID)
	log.Debugf(TopicBLF, "ASNL_RESP_NOTIFY_INDICATION")
	c.debugf(TopicBLF, "ASNL notify indication message, feature index %d, subID [%d]", index, n.SubID)
	status := map[uint32]int{wire.BLFIdle: 1, wire.BLFInUse: 6, wire.BLFDnD: 7}[statusOf(n.Line)]
	c.debugf(TopicBLF, "line status %d, subID [%d]", status, n.SubID)
}

// Recheck lets lamps of external numbers try again at once: the way to the presence
// server has changed.
func (s *Server) Recheck() {
	if cfg := s.o.Hub.Config(); cfg.AllowSubscribe && cfg.Server.IsValid() {
		s.lampsAgain(true)
	}
}

// lampsAgain lets lamps whose number can be watched now, the local ones or the
// external ones, try again at once.
func (s *Server) lampsAgain(external bool) {
	cfg := s.o.Hub.Config()
	if !cfg.Enabled {
		return
	}
	for _, c := range s.registered(nil) {
		c.mu.Lock()
		some := false
		for i := range c.lamps {
			l := &c.lamps[i]
			if _, local := cfg.Numbers[l.key.Number]; local != external && l.id == 0 && !l.busy {
				l.fails, l.due, some = 0, s.soon(0), true
			}
		}
		if some {
			c.setAlarm()
		}
		c.mu.Unlock()
	}
}
