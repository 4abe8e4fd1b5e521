package softphone

import "sync"

// turns runs functions one after the other, in order, on the goroutines of those
// who hand them in: a key press, a worker of the UA, a timer. So the calls of a
// phone need no lock and nobody's function is held up by more than the few
// others. The queue is as long as goroutines wait, and transactions are answered
// or fail, at that moment: a function never waits, so it empties at once.
type turns struct {
	mu    sync.Mutex
	queue []func()
	busy  bool // somebody runs the queue
}

// do runs f now or soon. It may be called by a function that has the turn.
func (t *turns) do(f func()) {
	t.mu.Lock()
	t.queue = append(t.queue, f)
	if t.busy {
		t.mu.Unlock()
		return
	}
	t.busy = true
	for len(t.queue) > 0 {
		f := t.queue[0]
		t.queue = t.queue[1:]
		t.mu.Unlock()
		f()
		t.mu.Lock()
	}
	t.queue, t.busy = nil, false
	t.mu.Unlock()
}

// wait runs f and returns when it has run. The caller must not have the turn.
func (t *turns) wait(f func()) {
	done := make(chan struct{})
	t.do(func() {
		defer close(done)
		f()
	})
	<-done
}
