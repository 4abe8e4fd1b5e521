package sipua

import (
	"math/bits"
	"sync"
	"time"
)

const (
	wheelTick  = 10 * time.Millisecond
	wheelSlots = 512 // 5.12 s: T2 fits, longer times go round again
)

// expirer is told that its timer ran out, on the wheel's goroutine. It must not
// block. Its timer may have been stopped or set again meanwhile: check.
type expirer interface{ expire(now time.Time) }

// timer is embedded in what it times, so that setting one costs no allocation.
// Its fields belong to the wheel.
type timer struct {
	prev, next *timer
	at         int64 // tick; 0: not set
	owner      expirer
}

// wheel is a hashed timing wheel: set and stop are O(1), thousands of
// transactions cost one runtime timer. Times are rounded up to 10 ms.
type wheel struct {
	mu    sync.Mutex
	base  time.Time
	cur   int64 // ticks up to this one have been run
	until int64 // the tick the goroutine sleeps to; 0: sleeps until woken
	count int
	slots [wheelSlots]*timer
	used  [wheelSlots / 64]uint64 // bit set: slot not empty

	wake chan struct{}
	quit chan struct{}
	done chan struct{}
}

func newWheel() *wheel {
	w := &wheel{base: time.Now(), wake: make(chan struct{}, 1), quit: make(chan struct{}), done: make(chan struct{})}
	go w.run()
	return w
}

// stop ends the goroutine; timers still set never run out.
func (w *wheel) stop() {
	close(w.quit)
	<-w.done
}

// set makes t run out after d, whether it was set before or not.
func (w *wheel) set(t *timer, owner expirer, d time.Duration) {
	at := int64((time.Since(w.base) + d + wheelTick - 1) / wheelTick)
	w.mu.Lock()
	if t.at != 0 {
		w.unlink(t)
	}
	t.owner, t.at = owner, max(at, w.cur+1)
	slot := t.at % wheelSlots
	t.prev, t.next = nil, w.slots[slot]
	if t.next != nil {
		t.next.prev = t
	}
	w.slots[slot] = t
	w.used[slot/64] |= 1 << (slot % 64)
	w.count++
	early := w.until == 0 || t.at < w.until
	if early {
		w.until = t.at
	}
	w.mu.Unlock()
	if early {
		select {
		case w.wake <- struct{}{}:
		default:
		}
	}
}

// clear stops t if it is set.
func (w *wheel) clear(t *timer) {
	w.mu.Lock()
	if t.at != 0 {
		w.unlink(t)
	}
	w.mu.Unlock()
}

func (w *wheel) unlink(t *timer) {
	slot := t.at % wheelSlots
	if t.prev != nil {
		t.prev.next = t.next
	} else if w.slots[slot] = t.next; t.next == nil {
		w.used[slot/64] &^= 1 << (slot % 64)
	}
	if t.next != nil {
		t.next.prev = t.prev
	}
	t.prev, t.next, t.at = nil, nil, 0
	w.count--
}

func (w *wheel) run() {
	defer close(w.done)
	sleep := time.NewTimer(0)
	defer sleep.Stop()
	var due []expirer
	for {
		select {
		case <-w.quit:
			return
		case <-w.wake:
		case <-sleep.C:
		}
		var wait time.Duration
		now := time.Now()
		due, wait = w.turn(now, due[:0])
		for i, o := range due {
			o.expire(now)
			due[i] = nil
		}
		if wait > 0 {
			sleep.Reset(wait)
		} else {
			sleep.Stop()
		}
	}
}

// turn collects what is due and says how long to sleep; 0 means until woken.
func (w *wheel) turn(now time.Time, due []expirer) ([]expirer, time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	tick := int64(now.Sub(w.base) / wheelTick)
	for n := min(tick-w.cur, wheelSlots); n > 0; n-- {
		slot := (tick - n + 1) % wheelSlots
		for t := w.slots[slot]; t != nil; {
			next := t.next
			if t.at <= tick {
				w.unlink(t)
				due = append(due, t.owner)
			}
			t = next
		}
	}
	w.cur = max(w.cur, tick)
	w.until = w.nextTick()
	if w.until == 0 {
		return due, 0
	}
	return due, max(time.Duration(w.until)*wheelTick-now.Sub(w.base), 1)
}

// nextTick is the first tick after cur whose slot is not empty, 0 if none.
func (w *wheel) nextTick() int64 {
	if w.count == 0 {
		return 0
	}
	start := w.cur + 1
	for n := int64(0); n < wheelSlots; {
		slot := (start + n) % wheelSlots
		if word := w.used[slot/64] >> (slot % 64); word != 0 {
			return start + n + int64(bits.TrailingZeros64(word))
		}
		n += 64 - slot%64
	}
	return start // unreachable: count > 0
}
