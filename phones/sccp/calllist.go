package sccp

import (
	"errors"
	"strings"
	"time"

	"github.com/busylamp/busylamp/phones/sccp/wire"
	"github.com/busylamp/busylamp/presence"
)

const (
	// maxEntries bounds the call list entries that one phone watches; beyond it
	// further ones are refused.
	maxEntries = 100
	maxTimer   = 24 * time.Hour
)

// entry is one number of a call list that a phone shows: the sink of its
// subscription. Its fields are guarded by conn.mu.
type entry struct {
	c           *conn
	transaction uint32
	number      string
	id          uint32
	sent        uint32
	told, dead  bool
}

// subscription handles SubscriptionStatReq. It runs on the reader goroutine, the
// only one that adds entries. mu is not held.
func (c *conn) subscription(m *wire.SubscriptionStatReq) {
	c.mu.Lock()
	if !c.registered {
		c.mu.Unlock()
		return
	}
	number := strings.TrimSpace(m.Number)
	answer := &wire.SubscriptionStat{Transaction: m.Transaction, Feature: m.Feature, Timer: m.Timer}
	old := c.lists[m.Transaction]
	var end uint32
	if old != nil {
		old.dead, end = true, old.id
		delete(c.lists, m.Transaction)
	}
	watch := number != "" && m.Timer > 0
	if watch {
		answer.Cause = c.mayWatch(m)
	}
	if !watch || answer.Cause != wire.SubscribedOK {
		c.send(answer)
		c.mu.Unlock()
		c.s.endAll(some(end))
		return
	}
	e := &entry{c: c, transaction: m.Transaction, number: number}
	r := c.request(presence.SCCPCallList, min(time.Duration(m.Timer)*time.Second, maxTimer))
	r.Presentity.User, r.Sink = number, e
	c.mu.Unlock()
	c.s.endAll(some(end))

	id, _, err := c.s.o.Hub.Subscribe(r)
	c.mu.Lock()
	dead := !c.registered
	if err == nil && !dead {
		e.id = id
		if c.lists == nil {
			c.lists = map[uint32]*entry{}
		}
		c.lists[m.Transaction] = e
	}
	answer.Cause = causeOf(err)
	c.send(answer)
	c.mu.Unlock()
	if err != nil {
		return
	}
	c.s.o.Hub.Release(id)
	if dead {
		c.s.o.Hub.End(id, presence.ReasonNoResource)
	}
}

func some(id uint32) []uint32 {
	if id == 0 {
		return nil
	}
	return []uint32{id}
}

// mayWatch applies `presence call-list`, of presence or of the ephone, and what
// the model can show (guide). mu is held.
func (c *conn) mayWatch(m *wire.SubscriptionStatReq) (cause uint32) {
	switch {
	case m.Feature != wire.SubscriptionBLF,
		c.model.name != "" && !c.model.lists,
		!c.callList():
		return wire.SubscribeTrunkForbidden
	case len(c.lists) >= maxEntries:
		return wire.SubscribeThrottle
	}
	return wire.SubscribedOK
}

// callList says whether call lists show lamps, as configured now. mu is held.
func (c *conn) callList() bool {
	s := c.s
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cfg.CallList || c.slot != nil && c.slot.cfg.CallList
}

func causeOf(err error) uint32 {
	switch {
	case err == nil:
		return wire.SubscribedOK
	case errors.As(err, &presence.ErrLimit{}):
		return wire.SubscribeThrottle
	case errors.Is(err, presence.ErrNotFound):
		return wire.SubscribeRouteFail
	}
	return wire.SubscribeTrunkForbidden
}

// Notify implements presence.Sink.
func (e *entry) Notify(n presence.Note) {
	c := e.c
	c.mu.Lock()
	defer c.mu.Unlock()
	if e.dead || n.SubID != e.id {
		return
	}
	if !n.Active {
		delete(c.lists, e.transaction)
	}
	status := statusOf(n.Line)
	if !n.Active {
		status = wire.BLFUnknown
	}
	if e.told && (e.sent == status || !n.Active && n.Reason == presence.ReasonTimeout) {
		return // the phone knows that its time was up
	}
	e.told, e.sent = true, status
	if c.debugging(TopicBLF) {
		c.traceNote(n, int(e.transaction>>4))
	}
	c.send(&wire.Notification{Transaction: e.transaction, Feature: wire.SubscriptionBLF, Status: status})
	c.debugf(TopicBLF, "StationNotificationMessage sent, status %d ", status)
}
