package presence

import (
	"cmp"
	"net/netip"
	"slices"
	"time"
)

// Relay watches numbers of others at the presence server, one subscription for
// each local watcher (guide, "Configuring Presence to Watch External Lines"). Its
// methods are called on shard goroutines, never concurrently for one SibID; they
// must neither block nor call the Hub.
type Relay interface {
	// Watch starts to watch. Called again for the same SibID it goes on with what
	// has changed: another Server means that nothing is known any more.
	Watch(Outgoing)
	// Unwatch ends it: the watcher has gone, or the number has become local.
	Unwatch(sibID uint32)
	// Again says that the watcher has refreshed: after a refusal, a good moment to
	// try again.
	Again(sibID uint32)
}

// Outgoing is a number to be watched at the server on behalf of one watcher.
type Outgoing struct {
	SibID, SubID  uint32 // of the outgoing record, and of the watcher's
	Watcher       Party  // the watcher's number at our own address
	Kind          WatcherKind
	Number        string
	Server        netip.Addr
	RetryInterval time.Duration // Config.RetryInterval, for SCCP watchers
	RetryLimit    int           // Config.RetryLimit, for SCCP watchers
}

// PublishRemote is Publish for what the server says of a number; an unknown SibID
// is ignored. It never blocks, and the newest state wins.
func (h *Hub) PublishRemote(sibID uint32, l Line) {
	if n, ok := h.shared.shardOf(sibID); ok {
		h.shards[n].publish(key{aspect: ofRemote, sib: sibID}, l)
	}
}

// RemoteFailed says that the number cannot be watched for now: its watcher sees
// unknown. retries counts the failures in a row, 0 when it goes well again. final
// ends an SCCP watcher as rejected; a SIP watcher stays.
func (h *Hub) RemoteFailed(sibID uint32, retries int, final bool) {
	if retries > 0 {
		h.PublishRemote(sibID, Line{}) // in the order of what was published
	}
	h.tell(sibID, inRemote{sibID, retries, final})
}

// sibling is the outgoing record of a watcher of an external number. The watcher's
// line is its own then (line.sib).
type sibling struct {
	id      uint32
	retries int32 // failures in a row
	device  bool  // what its key asks for; an external number is watched as a number (guide)
	since   instant
	out     Outgoing
}

// inRemote is what RemoteFailed says.
type inRemote struct {
	id      uint32
	retries int
	final   bool
}

// relayCall is an effect: one call of the Relay.
type relayCall struct {
	do  func(Relay, Outgoing)
	out Outgoing
}

func (c *core) relay(do func(Relay, Outgoing), o Outgoing) {
	c.out = append(c.out, effect{relay: &relayCall{do, o}})
}

// external says that a watcher of this kind watches the number at the server.
// Trunks do not, or two routers might send one another in circles.
func (c *core) external(kind WatcherKind, number string) bool {
	_, local := c.cfg.Numbers[number]
	return !local && c.relays && kind != SIPTrunk && c.cfg.AllowSubscribe && c.cfg.Server.IsValid()
}

// outgoing is what the Relay is told of a sibling.
func (c *core) outgoing(s *subscription, sibID uint32) Outgoing {
	return Outgoing{ // what is not configured is as `sccp blf-speed-dial` has it by default
		SibID: sibID, SubID: s.id, Watcher: Party{s.watcher.User, s.host}, Kind: s.kind, Number: s.line.number,
		Server: c.cfg.Server, RetryInterval: cmp.Or(c.cfg.RetryInterval, RetryAfter), RetryLimit: cmp.Or(c.cfg.RetryLimit, 10),
	}
}

// begin gives a sibling to a subscription that is on a line of its own.
func (c *core) begin(s *subscription, sibID uint32, device bool) {
	s.line.sib = &sibling{id: sibID, device: device, since: c.now, out: c.outgoing(s, sibID)}
	c.siblings[sibID] = s.line
	c.trace(topicEvent, sibID, "presence_subscribe_out", "presentity %s@%s for subscription %d", s.line.number, c.cfg.Server, s.id)
	c.relay(Relay.Watch, s.line.sib.out)
}

// move puts a subscription on another line of its number.
func (c *core) move(s *subscription, to key, device bool) {
	from, heard := s.line, s.line.sibID()
	if id, restored := c.sibIDs[s.id]; restored {
		heard = id
	}
	from.remove(s)
	if to.aspect == ofRemote {
		to.sib = c.sibID(s)
	}
	s.line = c.lineOf(to)
	s.line.add(s)
	c.version++ // so that no watcher sees one go back
	s.line.version = c.version
	if to.aspect == ofRemote {
		c.begin(s, to.sib, device)
	}
	// Whoever keeps the subscription hears of another SibID too, so that it is the same
	// in the next process.
	if (s.line.shown != from.shown || s.line.sibID() != heard) && s.resend == 0 {
		c.note(s)
	}
	c.tidy(from)
}

// changeSides moves those watchers of a line whose number has become local or
// external, or whose server is another one.
func (c *core) changeSides(ln *line) {
	if ln.aspect == ofNone {
		return
	}
	subs := slices.Clone(ln.subs)
	slices.SortFunc(subs, func(a, b *subscription) int { return cmp.Compare(a.id, b.id) })
	for _, s := range subs {
		switch remote := c.external(s.kind, ln.number); {
		case remote && ln.sib == nil && s.granted > 0:
			c.move(s, key{number: ln.number, aspect: ofRemote}, ln.aspect == ofPhone)
		case !remote && ln.sib != nil:
			c.move(s, key{number: ln.number, aspect: s.kind.watches(ln.sib.device, false)}, false)
		case ln.sib != nil:
			if now := c.outgoing(s, ln.sib.id); now != ln.sib.out {
				if now.Server != ln.sib.out.Server {
					ln.published, ln.sib.retries = Line{}, 0
				}
				ln.sib.out = now
				c.relay(Relay.Watch, now)
			}
		}
	}
}

// leave ends the sibling of a line that nobody watches any more.
func (c *core) leave(ln *line) {
	id := ln.sib.id
	if c.siblings[id] == nil {
		return // it has been
	}
	delete(c.siblings, id)
	c.shared.drop(id)
	c.trace(topicEvent, id, "presence_unsubscribe_out", "presentity %s@%s", ln.number, ln.sib.out.Server)
	c.relay(func(r Relay, o Outgoing) { r.Unwatch(o.SibID) }, ln.sib.out)
}

func (c *core) publishRemote(id uint32, l Line) {
	if ln := c.siblings[id]; ln != nil {
		ln.published = l
		c.trace(topicEvent, id, "presence_line_update", "%s at %s is %s", ln.number, ln.sib.out.Server, describe(l))
		c.show(ln)
	}
}

func (c *core) remoteFailed(in inRemote) {
	ln := c.siblings[in.id]
	if ln == nil {
		return
	}
	ln.sib.retries = int32(in.retries)
	if in.retries > 0 {
		c.trace(topicErrors, in.id, "presence_subscribe_out", "presentity %s@%s failed, %d in a row", ln.number, ln.sib.out.Server, in.retries)
	}
	if s := ln.subs[0]; in.final && !s.kind.SIP() {
		c.end(s, ending{reason: ReasonRejected})
	}
}

// siblingRecord is the outgoing record of a subscription that has one.
func (c *core) siblingRecord(s *subscription) Record {
	sib := s.line.sib
	return Record{
		ID: sib.id, Watcher: sib.out.Watcher, Presentity: Party{s.line.number, sib.out.Server.String()},
		Expires: s.grantedFor(), Since: c.epoch.Add(sib.since), Line: s.line.shown,
		WatcherType: Local, PresentityType: Remote, Kind: s.kind, SibID: s.id, Retry: int(sib.retries), Phone: s.phone,
	}
}
