package relay

import (
	"container/heap"
	"time"
)

// alarm is a thing to do at a time. It is set at most once at a time.
type alarm struct {
	at   time.Time
	slot int // place in alarms and 1; 0: not set
	do   func()
}

// alarms is a heap of alarms, earliest first.
type alarms []*alarm

// set (re)sets an alarm; the zero time takes it out.
func (h *alarms) set(a *alarm, at time.Time) {
	a.at = at
	switch {
	case at.IsZero() && a.slot > 0:
		heap.Remove(h, a.slot-1)
	case at.IsZero():
	case a.slot > 0:
		heap.Fix(h, a.slot-1)
	default:
		heap.Push(h, a)
	}
}

// ring does all that is due and returns the time to the next alarm.
func (h *alarms) ring(now time.Time) time.Duration {
	for len(*h) > 0 {
		a := (*h)[0]
		if left := a.at.Sub(now); left > 0 {
			return left
		}
		h.set(a, time.Time{})
		a.do()
	}
	return time.Hour
}

func (h alarms) Len() int           { return len(h) }
func (h alarms) Less(i, j int) bool { return h[i].at.Before(h[j].at) }
func (h alarms) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].slot, h[j].slot = i+1, j+1
}

// Push implements heap.Interface.
func (h *alarms) Push(x any) {
	a := x.(*alarm)
	*h = append(*h, a)
	a.slot = len(*h)
}

// Pop implements heap.Interface.
func (h *alarms) Pop() any {
	last := len(*h) - 1
	a := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	a.slot = 0
	return a
}
