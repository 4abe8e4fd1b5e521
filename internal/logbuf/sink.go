package logbuf

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
)

// item is a text for a sink, or, with a mark, a question of Flush.
type item struct {
	text string
	sev  Severity
	mark func()
}

type sink struct {
	kind  SinkKind
	name  string
	host  Host // of a Trap
	queue chan item
	stop  chan struct{}

	sent, limited, dropped uint64 // guarded by Log.mu
	down                   atomic.Bool
}

// Sink is what `show logging` says of one listener.
type Sink struct {
	Kind SinkKind
	Name string // of the line, "" for none
	Host Host   // of a Trap
	// Sent are the texts it was given, Limited those that `logging rate-limit` and
	// Dropped those that its full queue kept from it.
	Sent, Limited, Dropped uint64
	Down                   bool // the last datagram could not be sent
}

// Sinks lists the listeners in the order in which they came.
func (l *Log) Sinks() []Sink {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]Sink, 0, len(l.sinks))
	for _, s := range l.sinks {
		out = append(out, Sink{s.kind, s.name, s.host, s.sent, s.limited, s.dropped, s.down.Load()})
	}
	return out
}

// Attach sends every text that the level of kind lets through to f, without a
// final newline, in order, on a goroutine of the Log. f should not block: while
// it does, up to sinkQueue texts wait and later ones are dropped.
//
// The first console is also sent what was said before it was there, up to
// maxEarly texts: an appliance that boots has something to say.
//
// name is what `show logging` calls the listener. sev is the severity of the text.
//
// detach ends it. It does not wait, so f may call it and a stuck terminal does
// not hold its session; a call of f that is under way may still finish after
// detach returned. It may be called more than once.
func (l *Log) Attach(kind SinkKind, name string, f func(sev Severity, text string)) (detach func()) {
	s := newSink(kind)
	s.name = name
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return func() {}
	}
	if kind == Console && !l.opened {
		l.opened = true
		for _, it := range l.early {
			l.give(s, it, false) // the queue is new and holds more
		}
		l.early = nil
	}
	l.add(s, f, func() {})
	return sync.OnceFunc(func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.remove(s)
	})
}

func newSink(kind SinkKind) *sink {
	return &sink{kind: kind, queue: make(chan item, sinkQueue), stop: make(chan struct{})}
}

// add starts a sink: f gets its texts, and end is called at its end. l.mu is held.
func (l *Log) add(s *sink, f func(Severity, string), end func()) {
	l.sinks = append(l.sinks, s)
	l.wg.Go(func() {
		defer end()
		l.run(s, f)
	})
}

// remove takes a sink out and stops its goroutine. l.mu is held.
func (l *Log) remove(s *sink) {
	if i := slices.Index(l.sinks, s); i >= 0 {
		l.sinks = slices.Delete(l.sinks, i, i+1)
		if s.kind != Trap { // whose sender sends the rest
			l.stats.Flushed += uint64(len(s.queue))
		}
		close(s.stop)
	}
}

func (l *Log) run(s *sink, f func(Severity, string)) {
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
				f(it.sev, it.text)
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
