package logbuf

import (
	"context"
	"slices"
	"sync"
)

// item is a text for a sink, or, with a mark, a question of Flush.
type item struct {
	text string
	mark func()
}

type sink struct {
	kind  SinkKind
	queue chan item
	stop  chan struct{}
}

// Attach sends every text that the level of kind lets through to f, without a
// final newline, in order, on a goroutine of the Log. f should not block: while
// it does, up to sinkQueue texts wait and later ones are dropped.
//
// The first console is also sent what was said before it was there, up to
// maxEarly texts: an appliance that boots has something to say.
//
// detach ends it. It does not wait, so f may call it and a stuck terminal does
// not hold its session; a call of f that is under way may still finish after
// detach returned. It may be called more than once.
func (l *Log) Attach(kind SinkKind, f func(text string)) (detach func()) {
	s := &sink{kind: kind, queue: make(chan item, sinkQueue), stop: make(chan struct{})}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return func() {}
	}
	if kind == Console && !l.opened {
		l.opened = true
		for _, text := range l.early {
			s.queue <- item{text: text} // the queue is new and holds more
			l.stats.Console++
		}
		l.early = nil
	}
	l.sinks = append(l.sinks, s)
	l.wg.Add(1)
	go l.run(s, f)
	return sync.OnceFunc(func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.remove(s)
	})
}

// remove takes a sink out and stops its goroutine. l.mu is held.
func (l *Log) remove(s *sink) {
	if i := slices.Index(l.sinks, s); i >= 0 {
		l.sinks = slices.Delete(l.sinks, i, i+1)
		close(s.stop)
	}
}

func (l *Log) run(s *sink, f func(string)) {
	defer l.wg.Done()
	for {
		select {
		case <-s.stop:
			return
		default:
		}
		select {
		case <-s.stop:
			return
		case it := <-s.queue:
			if it.mark != nil {
				it.mark()
			} else {
				f(it.text)
			}
		}
	}
}

// Flush waits until every sink has been handed all that was logged before the
// call, or ctx is done. A sink whose queue is full is not waited for.
func (l *Log) Flush(ctx context.Context) {
	type wait struct{ done, stop chan struct{} }
	var waits []wait
	l.mu.Lock()
	for _, s := range l.sinks {
		w := wait{make(chan struct{}), s.stop}
		select {
		case s.queue <- item{mark: func() { close(w.done) }}:
			waits = append(waits, w)
		default:
		}
	}
	l.mu.Unlock()
	for _, w := range waits {
		select {
		case <-w.done:
		case <-w.stop:
		case <-ctx.Done():
			return
		}
	}
}

// Close detaches every sink, waits for their goroutines and ignores what is
// logged afterwards. The ring stays readable.
func (l *Log) Close() {
	l.mu.Lock()
	l.closed = true
	for len(l.sinks) > 0 {
		l.remove(l.sinks[0])
	}
	l.mu.Unlock()
	l.wg.Wait()
}

// ring holds texts up to a number of bytes, a text costing its length and one.
type ring struct {
	size  int // bytes allowed, 0 for no ring
	used  int
	texts []string // texts[head:] are live
	head  int
}

// add reports whether the text fits.
func (r *ring) add(text string) bool {
	if len(text)+1 > r.size {
		return false
	}
	r.texts = append(r.texts, text)
	r.used += len(text) + 1
	r.trim()
	return true
}

func (r *ring) resize(size int) {
	r.size = size
	r.trim()
}

func (r *ring) trim() {
	for r.used > r.size && r.head < len(r.texts) {
		r.used -= len(r.texts[r.head]) + 1
		r.texts[r.head] = ""
		r.head++
	}
	// Move down when half of the slice is dead: constant cost per text.
	if r.head > 64 && r.head*2 > len(r.texts) {
		r.texts = append([]string(nil), r.texts[r.head:]...)
		r.head = 0
	}
}

func (r *ring) all() []string { return append([]string(nil), r.texts[r.head:]...) }

func (r *ring) clear() { r.texts, r.head, r.used = nil, 0, 0 }
