package call

import (
	"container/heap"
	"time"
)

// timer does something at a time. Those of one time fire in the order they were set.
type timer struct {
	at   time.Time
	seq  uint64
	do   func()
	slot int // in the heap; -1: not set any more
}

// timers is a heap by time.
type timers struct {
	heap timerHeap
	seq  uint64
}

// after sets a timer.
func (c *core) after(d time.Duration, do func()) *timer {
	c.timers.seq++
	t := &timer{at: c.now.Add(d), seq: c.timers.seq, do: do}
	heap.Push(&c.timers.heap, t)
	return t
}

// stop takes a timer off, if there is one, and forgets it.
func (c *core) stop(t **timer) {
	if *t != nil && (*t).slot >= 0 {
		heap.Remove(&c.timers.heap, (*t).slot)
	}
	*t = nil
}

// fire runs the timers that are due.
func (c *core) fire() {
	for len(c.timers.heap) > 0 && !c.timers.heap[0].at.After(c.now) {
		t := heap.Pop(&c.timers.heap).(*timer)
		t.do()
	}
}

// next is when step is to be called even though nothing happens.
func (c *core) next() (time.Time, bool) {
	if len(c.timers.heap) == 0 {
		return time.Time{}, false
	}
	return c.timers.heap[0].at, true
}

type timerHeap []*timer

func (h timerHeap) Len() int { return len(h) }
func (h timerHeap) Less(i, j int) bool {
	if !h[i].at.Equal(h[j].at) {
		return h[i].at.Before(h[j].at)
	}
	return h[i].seq < h[j].seq
}
func (h timerHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].slot, h[j].slot = i, j
}
func (h *timerHeap) Push(x any) {
	t := x.(*timer)
	t.slot = len(*h)
	*h = append(*h, t)
}
func (h *timerHeap) Pop() any {
	last := len(*h) - 1
	t := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	t.slot = -1
	return t
}
