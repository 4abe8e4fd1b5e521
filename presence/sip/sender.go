package sip

import (
	"container/list"
	"runtime"
	"sync"
	"time"
)

const (
	// window is how many NOTIFYs may be fresh: sent, unanswered, and younger
	// than patience. A fan-out to thousands then goes at the pace at which
	// answers come back instead of overflowing socket buffers.
	window = 512
	// patience bounds what a silent watcher costs the others: after that its
	// place in the window is free again. Below T1, so that retransmissions of a
	// few do not slow down everybody.
	patience = 200 * time.Millisecond
)

// sender calls send for each ready dialog, on goroutines of its own, within the window.
// Who has just answered a SUBSCRIBE sends himself if there is a place (letGo).
type sender struct {
	send func(*dialog, *place)
	wake chan struct{} // one token is enough for one idle goroutine
	quit chan struct{}
	once sync.Once
	wg   sync.WaitGroup

	mu          sync.Mutex
	first, last *dialog   // ready, linked by next
	taken       list.List // places in use, each a time.Time, oldest first; at most window
}

// place is one place in the window.
type place = list.Element

func startSender(send func(*dialog, *place)) *sender {
	n := runtime.GOMAXPROCS(0)
	s := &sender{send: send, wake: make(chan struct{}, n), quit: make(chan struct{})}
	for range n {
		s.wg.Go(s.run)
	}
	return s
}

func (s *sender) close() {
	s.once.Do(func() { close(s.quit) })
	s.wg.Wait()
}

// ready queues a dialog, which must not be queued already.
func (s *sender) ready(d *dialog) {
	s.mu.Lock()
	if s.last == nil {
		s.first = d
	} else {
		s.last.next = d
	}
	s.last = d
	s.mu.Unlock()
	s.nudge()
}

// place takes a place in the window for a dialog that its caller will send himself, or
// nil: others come first.
func (s *sender) place() *place {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.first != nil || s.taken.Len() >= window {
		return nil
	}
	return s.taken.PushBack(time.Now())
}

// release frees a place in the window. It may be free already.
func (s *sender) release(p *place) {
	s.mu.Lock()
	s.taken.Remove(p)
	waiting := s.first != nil
	s.mu.Unlock()
	if waiting {
		s.nudge()
	}
}

func (s *sender) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *sender) run() {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		d, p, wait := s.take(time.Now())
		if d != nil {
			s.send(d, p)
			select {
			case <-s.quit:
				return
			default:
				continue
			}
		}
		timer.Reset(wait)
		select {
		case <-s.wake:
		case <-timer.C:
		case <-s.quit:
			return
		}
	}
}

// take returns a ready dialog and its place in the window, or how long to wait
// if nothing wakes the goroutine earlier.
func (s *sender) take(now time.Time) (*dialog, *place, time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.first == nil {
		return nil, nil, time.Hour
	}
	for s.taken.Len() >= window {
		oldest := s.taken.Front()
		if left := patience - now.Sub(oldest.Value.(time.Time)); left > 0 {
			return nil, nil, left
		}
		s.taken.Remove(oldest)
	}
	d := s.first
	s.first, d.next = d.next, nil
	if s.first == nil {
		s.last = nil
	}
	return d, s.taken.PushBack(now), 0
}
