package presence

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
)

// shardQueue bounds the inputs that wait for a shard. Callers wait while it is
// full; that never lasts, since a shard waits for nobody.
const shardQueue = 512

// keepPending bounds the lines for which the map of pending ones is used again.
const keepPending = 64

// shard runs one core, one step after the other: on its goroutine, or on that of a
// caller who would wait for it and finds nobody in the way (enter).
type shard struct {
	log     *logbuf.Log
	relay   Relay
	inputs  chan any
	waiting atomic.Int64  // inputs on their way through the channel
	wake    chan struct{} // capacity 1: pending is not empty
	quit    chan struct{}
	stopped chan struct{}
	once    sync.Once

	turn  sync.Mutex // to step: held while Sinks and the Relay are called
	core  *core
	set   time.Time    // what the timer is set to, as the core wanted it; zero once it has fired
	over  bool         // the goroutine has ended
	spare map[key]Line // empty, to be pending next

	mu      sync.Mutex
	pending map[key]Line // published and not yet stepped: newest per line
}

func startShard(c *core, log *logbuf.Log, relay Relay) *shard {
	s := &shard{
		core: c, log: log, relay: relay, inputs: make(chan any, shardQueue), wake: make(chan struct{}, 1),
		quit: make(chan struct{}), stopped: make(chan struct{}), pending: make(map[key]Line), spare: make(map[key]Line),
	}
	go s.run()
	return s
}

func (s *shard) close() {
	s.once.Do(func() { close(s.quit) })
	<-s.stopped
}

func (s *shard) publish(k key, l Line) {
	s.mu.Lock()
	s.pending[k] = l
	s.mu.Unlock()
	s.nudge()
}

func (s *shard) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// enter takes the turn for the caller's goroutine, if nobody is in the way: what is
// waiting, which may be the caller's own, goes first. leave must follow. The caller
// holds no lock that a Sink takes.
func (s *shard) enter() bool {
	if s.waiting.Load() != 0 || !s.turn.TryLock() {
		return false
	}
	s.mu.Lock()
	fan := len(s.pending) > 0 // to be told first, which is much work
	s.mu.Unlock()
	if fan || s.over {
		s.turn.Unlock()
		return false
	}
	s.core.start(time.Now())
	return true
}

// leave carries out what the caller has done to the core since enter.
func (s *shard) leave() {
	s.do(s.core.out)
	at, ok := s.core.next()
	late := ok && (s.set.IsZero() || at.Before(s.set))
	s.turn.Unlock()
	if late {
		s.nudge() // its goroutine sets the timer
	}
}

// send queues an input; false if the shard has stopped.
func (s *shard) send(in any) bool {
	s.waiting.Add(1)
	select {
	case s.inputs <- in:
		return true
	case <-s.stopped:
		s.waiting.Add(-1)
		return false
	}
}

// ask queues an input and waits for its answer on reply.
func (s *shard) ask(in any, reply chan answer) answer {
	if s.send(in) {
		select {
		case a := <-reply:
			return a
		case <-s.stopped:
		}
	}
	return answer{err: ErrClosed}
}

func (s *shard) run() {
	defer close(s.stopped)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		var in any = inTick{}
		asked, fired := false, false
		select {
		case in = <-s.inputs:
			asked = true
		case <-s.wake:
		case <-timer.C:
			fired = true
		case <-s.quit:
			s.turn.Lock()
			s.over = true
			s.turn.Unlock()
			return
		}
		s.turn.Lock()
		if fired {
			s.set = time.Time{}
		}
		// Published before the input was queued means seen by it.
		s.drain()
		s.do(s.core.step(time.Now(), in))
		if asked {
			s.waiting.Add(-1)
		}
		if at, ok := s.core.next(); ok && !at.Equal(s.set) {
			timer.Reset(time.Until(at))
			s.set = at
		}
		s.turn.Unlock()
	}
}

func (s *shard) drain() {
	s.mu.Lock()
	pending := s.pending
	if len(pending) == 0 {
		s.mu.Unlock()
		return
	}
	s.pending = s.spare
	s.mu.Unlock()
	now := time.Now()
	for k, l := range pending {
		s.do(s.core.step(now, inPublish{k, l}))
	}
	if len(pending) > keepPending {
		pending = make(map[key]Line)
	}
	clear(pending)
	s.spare = pending
}

// do carries out the effects of a step, in order, and forgets them.
func (s *shard) do(effects []effect) {
	for i := range effects {
		switch e := &effects[i]; {
		case e.sink != nil:
			e.sink.Notify(e.note)
		case e.relay != nil:
			e.relay.do(s.relay, e.relay.out)
		case e.reply != nil:
			e.reply <- *e.answer // has room: one answer per call
		default:
			s.log.Debugf(e.topic, "%s", e.text)
		}
	}
	s.core.reset()
}
