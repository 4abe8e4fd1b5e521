package sccp

import (
	"container/heap"
	"sync"
	"time"
)

// moment is time since just before the Server was made: a third of the size of time.Time. 0: never.
type moment = time.Duration

// soon is a moment from now on.
func (s *Server) soon(d time.Duration) moment { return time.Since(s.began) + d }

// agenda looks after the lamps of phones when that is due: one timer for all. A zero
// one is ready, but for the Server.
type agenda struct {
	s *Server

	// mu may be taken while a conn.mu is held, not the other way round. It guards
	// conn.due and conn.place too.
	mu      sync.Mutex
	list    dues
	timer   *time.Timer
	running bool // on the timer's goroutine: it sets the timer when it is done
}

// set has a phone looked after then.
func (a *agenda) set(c *conn, at moment) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c.due != 0 {
		c.due = at
		heap.Fix(&a.list, int(c.place))
	} else {
		c.due = at
		heap.Push(&a.list, c)
	}
	a.arm()
}

// drop forgets a phone.
func (a *agenda) drop(c *conn) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c.due != 0 {
		heap.Remove(&a.list, int(c.place))
		a.arm()
	}
}

// arm sets the timer to what is due first. mu is held.
func (a *agenda) arm() {
	switch {
	case a.running:
	case len(a.list) == 0:
		if a.timer != nil {
			a.timer.Stop()
		}
	case a.timer == nil:
		a.timer = time.AfterFunc(a.list[0].due-time.Since(a.s.began), a.run)
	default:
		a.timer.Reset(a.list[0].due - time.Since(a.s.began))
	}
}

// run looks after all whose time has come, one after the other.
func (a *agenda) run() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.running { // the timer was set anew just when it had fired
		return
	}
	a.running = true
	for len(a.list) > 0 && a.list[0].due <= time.Since(a.s.began) {
		c := heap.Pop(&a.list).(*conn)
		a.mu.Unlock()
		c.look()
		a.mu.Lock()
	}
	a.running = false
	a.arm()
}

// look does what is due about the lamps of a phone.
func (c *conn) look() {
	c.mu.Lock()
	gone := !c.registered || c.closed
	if !gone {
		c.s.conns.Add(1) // never from zero: the connection is there until it is closed
	}
	c.mu.Unlock()
	if !gone {
		defer c.s.conns.Done()
		c.watch()
	}
}

// dues is a heap of phones by conn.due.
type dues []*conn

func (d dues) Len() int           { return len(d) }
func (d dues) Less(i, j int) bool { return d[i].due < d[j].due }

func (d dues) Swap(i, j int) {
	d[i], d[j] = d[j], d[i]
	d[i].place, d[j].place = int32(i), int32(j)
}

func (d *dues) Push(x any) {
	c := x.(*conn)
	c.place = int32(len(*d))
	*d = append(*d, c)
}

func (d *dues) Pop() any {
	last := len(*d) - 1
	c := (*d)[last]
	(*d)[last] = nil
	*d = (*d)[:last]
	c.due = 0
	return c
}
