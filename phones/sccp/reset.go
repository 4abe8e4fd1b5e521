package sccp

import (
	"time"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

// sequence is a Reset of several phones under way.
type sequence struct {
	quit chan struct{}
	done chan struct{}
	back chan int // tags of phones as they register, for sequential ones; nil otherwise
}

// backQueue bounds the registrations that a sequence has not looked at; beyond it
// they are lost, and the sequence goes on when its time is up.
const backQueue = 64

// Reset tells registered ephones to start again, in the order of their tags, with
// gap between two of them; sequential waits for each to have registered again
// before the next, for as long as gap. nil tags are all ephones. A phone in a call
// is told when the call is over. Reset returns at once; a sequence that is under
// way is replaced.
func (s *Server) Reset(tags []int, kind phones.ResetKind, gap time.Duration, sequential bool) {
	list := s.registered(tags)
	if len(list) == 0 {
		return
	}
	if len(list) == 1 || gap <= 0 {
		// Nothing to space out: a sequence of others goes on.
		if tags == nil {
			s.CancelReset()
		}
		for _, c := range list {
			c.askRestart(kind)
		}
		return
	}
	q := &sequence{quit: make(chan struct{}), done: make(chan struct{})}
	if sequential {
		q.back = make(chan int, backQueue)
	}
	s.follow(q)
	go s.run(q, list, kind, gap)
}

// CancelReset ends a sequence of Reset.
func (s *Server) CancelReset() { s.follow(nil) }

// follow ends a sequence that is under way; next is the one that follows it, nil for none.
func (s *Server) follow(next *sequence) {
	s.mu.Lock()
	q := s.sequence
	s.sequence = next
	s.mu.Unlock()
	if q != nil {
		close(q.quit)
		<-q.done
	}
}

// run is the goroutine of a sequence.
func (s *Server) run(q *sequence, list []*conn, kind phones.ResetKind, gap time.Duration) {
	defer close(q.done)
	timer := time.NewTimer(gap)
	defer timer.Stop()
	for i, c := range list {
		tag := c.askRestart(kind)
		if i == len(list)-1 {
			break
		}
		timer.Reset(gap)
		for waiting := tag != 0; waiting; {
			select {
			case <-q.quit:
				return
			case <-timer.C:
				waiting = false
			case t := <-q.back:
				waiting = t != tag
			}
		}
	}
	s.mu.Lock()
	if s.sequence == q {
		s.sequence = nil
	}
	s.mu.Unlock()
}

// isBack tells a sequence that a phone has registered.
func (s *Server) isBack(tag int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sequence != nil && s.sequence.back != nil {
		select {
		case s.sequence.back <- tag:
		default:
		}
	}
}

// askRestart tells a phone to start again, at the end of its call if it is in one;
// 0 if it is gone, else its tag.
func (c *conn) askRestart(kind phones.ResetKind) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.registered || c.closed {
		return 0
	}
	if len(c.latest().Calls) > 0 {
		c.resets, c.resetAs = true, kind
	} else {
		c.restart(kind)
	}
	return c.tag
}

// restart sends Reset. mu is held.
func (c *conn) restart(kind phones.ResetKind) {
	c.resets = false
	c.facts.resetsSent++
	how := wire.ResetRestart
	if kind == phones.Reset {
		how = wire.ResetReset
	}
	c.send(&wire.Reset{Kind: how})
}
