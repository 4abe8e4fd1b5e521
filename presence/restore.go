package presence

import (
	"errors"
	"time"
)

// ErrTaken: another subscription has this ID.
var ErrTaken = errors.New("subscription ID is in use")

// Restore brings back a subscription that was there before the process died: under
// its ID, with the time left of its expiry; what has run out meanwhile ends at once,
// with timeout. It gives Restore what its own Record said; of SibID, zero if there
// was none, it is the ID under which the number is watched at the server again.
//
// Call it before the first Apply. It asks no gates:
// that Apply ends what the configuration no longer allows. Its Sink hears nothing
// as long as the line is unknown. The errors are ErrTaken and ErrClosed.
func (h *Hub) Restore(r Record, left time.Duration, sink Sink) error {
	reply := make(chan answer, 1)
	return h.shardFor(r.Presentity.User).ask(inRestore{r, left, sink, reply}, reply).err
}

// IDsAfter has new IDs grow beyond one that was given before the process died.
func (h *Hub) IDsAfter(id uint32) { h.shared.raise(id) }

type inRestore struct {
	record Record
	left   time.Duration
	sink   Sink
	reply  chan answer
}

func (c *core) restore(in inRestore) answer {
	r := in.record
	if r.ID == 0 || !c.shared.claim(r.ID, c.shard) {
		return answer{err: ErrTaken}
	}
	c.shared.raise(max(r.ID, r.SibID))
	c.shared.quota.force(r.Kind, r.Watcher.Host, r.DialPeerTag) // even beyond the limit: it was admitted
	s := &subscription{
		id: r.ID, kind: r.Kind, dialPeer: int32(r.DialPeerTag), slot: -1,
		granted: uint32(min(max(r.Expires/time.Second, 1), maxSeconds)),
		since:   r.Since.Sub(c.epoch), expiry: c.now + max(in.left, 0),
		line: c.lineOf(key{number: r.Presentity.User, aspect: r.Kind.watches(r.Device, false)}), host: r.Presentity.Host,
		watcher: r.Watcher, phone: r.Phone, sink: in.sink,
	}
	c.subs[s.id] = s
	s.line.add(s)
	c.timers.set(s)
	c.trace(topicTimer, s.id, "presence_timer", "start, %s left", max(in.left, 0))
	if r.SibID != 0 {
		if c.sibIDs == nil {
			c.sibIDs = map[uint32]uint32{}
		}
		c.sibIDs[s.id] = r.SibID
	}
	c.trace(topicEvent, s.id, "presence_restore", "watcher %s presentity %s, %s left", s.watcher, s.line.number, in.left)
	return answer{id: s.id}
}

// sibID is a free ID for the sibling of a subscription: the one it had before the
// process died, else the next one.
func (c *core) sibID(s *subscription) uint32 {
	id, had := c.sibIDs[s.id]
	delete(c.sibIDs, s.id)
	if had && c.shared.claim(id, c.shard) {
		return id
	}
	return c.shared.allocate(c.shard)
}

// sibID is what a Note says of the line's sibling.
func (ln *line) sibID() uint32 {
	if ln.sib == nil {
		return 0
	}
	return ln.sib.id
}

// raise has new IDs begin behind id.
func (s *shared) raise(id uint32) {
	for last := s.lastID.Load(); last < id; last = s.lastID.Load() {
		if s.lastID.CompareAndSwap(last, id) {
			return
		}
	}
}
