package memnet

import (
	"sync"
	"time"
)

// deadline is a point in time that can be waited for and moved.
type deadline struct {
	mu    sync.Mutex
	timer *time.Timer
	past  bool
	moved chan struct{} // closed and replaced when the deadline passes or is set anew
}

func newDeadline() *deadline { return &deadline{moved: make(chan struct{})} }

// set moves the deadline, zero removes it; those who wait look again.
func (d *deadline) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
	d.past = false
	if !t.IsZero() {
		if left := time.Until(t); left > 0 {
			var timer *time.Timer
			timer = time.AfterFunc(left, func() {
				d.mu.Lock()
				defer d.mu.Unlock()
				if d.timer == timer { // nobody set it anew meanwhile
					d.past = true
					d.wake()
				}
			})
			d.timer = timer
		} else {
			d.past = true
		}
	}
	d.wake()
}

// stop releases the timer.
func (d *deadline) stop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
}

func (d *deadline) passed() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.past
}

// wait returns a channel that is closed at the next change. Take it before
// passed, or a change in between is missed.
func (d *deadline) wait() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.moved
}

// wake tells everyone who waits; the caller holds mu.
func (d *deadline) wake() {
	close(d.moved)
	d.moved = make(chan struct{})
}
