package presence

import (
	"sync"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
)

// shardQueue bounds the inputs that wait for a shard. Callers wait while it is
// full; that never lasts, since a shard waits for nobody.
const shardQueue = 512

// keepPending bounds the lines for which the map of pending ones is used again.
const keepPending = 64

// shard runs one core on one goroutine.
type shard struct {
	core    *core
	log     *logbuf.Log
	relay   Relay
	inputs  chan any
	wake    chan struct{} // capacity 1: pending is not empty
	quit    chan struct{}
	stopped chan struct{}
	once    sync.Once

	mu      sync.Mutex
	pending map[key]Line // published and not yet stepped: newest per line
	spare   map[key]Line // empty, to be pending next; of the goroutine
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
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// send queues an input; false if the shard has stopped.
func (s *shard) send(in any) bool {
	select {
	case s.inputs <- in:
		return true
	case <-s.stopped:
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
	var set time.Time // what the core wanted last; zero once the timer has fired
	for {
		var in any = inTick{}
		select {
		case in = <-s.inputs:
		case <-s.wake:
		case <-timer.C:
			set = time.Time{}
		case <-s.quit:
			return
		}
		// Published before the input was queued means seen by it.
		s.drain()
		s.do(s.core.step(time.Now(), in))
		if at, ok := s.core.next(); ok && !at.Equal(set) {
			timer.Reset(time.Until(at))
			set = at
		}
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
