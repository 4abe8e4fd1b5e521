package sccp

import (
	"container/list"
	"net/netip"
	"time"
)

// hearing is how long a connection is heard before it may have to make room: what
// a phone says first comes right behind the handshake of TCP.
const hearing = 20 * time.Millisecond

// crowd is the connections that are no registered phones, by source address, the
// ones that have been quiet for longest first. When there is no room for a newer
// connection, the address that has the most loses its first one: thousands of
// silent connections keep nobody out, neither from elsewhere nor, since a phone
// registers as soon as it is connected (hearing), from their own address. Server.mu guards
// it. A zero one is ready.
type crowd struct {
	from  map[netip.Addr]*list.List // of *conn; none is empty
	turns uint64
}

// add takes a connection in, as the newest of its address.
func (k *crowd) add(c *conn) {
	if c.stranger != nil {
		return
	}
	if k.from == nil {
		k.from = map[netip.Addr]*list.List{}
	}
	l := k.from[c.remote.Addr()]
	if l == nil {
		l = list.New()
		k.from[c.remote.Addr()] = l
	}
	c.stranger = l.PushBack(c)
	k.turn(c)
}

// remove forgets a connection: it is a phone now, or at its end.
func (k *crowd) remove(c *conn) {
	if c.stranger == nil {
		return
	}
	l := k.from[c.remote.Addr()]
	l.Remove(c.stranger)
	c.stranger = nil
	if l.Len() == 0 {
		delete(k.from, c.remote.Addr())
	}
}

// useful makes a connection the newest of its address, once: it has begun to
// register. That is no more than being new, so that saying it keeps nobody out.
func (k *crowd) useful(c *conn) {
	if c.stranger != nil && !c.spoke {
		c.spoke = true
		k.from[c.remote.Addr()].MoveToBack(c.stranger)
		k.turn(c)
	}
}

// turn makes a connection the newest of all.
func (k *crowd) turn(c *conn) {
	k.turns++
	c.turn, c.since = k.turns, time.Now()
}

// oldest is the connection that makes room, nil if all are phones. Among addresses
// that have equally many it is the oldest of all.
func (k *crowd) oldest() *conn {
	var out *conn
	most := 0
	for _, l := range k.from {
		c := l.Front().Value.(*conn)
		if l.Len() > most || l.Len() == most && c.turn < out.turn {
			out, most = c, l.Len()
		}
	}
	return out
}
