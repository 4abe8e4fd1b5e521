package sipua

import (
	"sync"
	"time"
)

// limit is a token bucket.
type limit struct {
	rate, burst float64 // per second, and at once

	mu     sync.Mutex
	tokens float64
	last   time.Time
}

func newLimit(rate, burst float64) *limit { return &limit{rate: rate, burst: burst, tokens: burst} }

func (l *limit) allow(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.last.IsZero() {
		l.tokens = min(l.burst, l.tokens+l.rate*now.Sub(l.last).Seconds())
	}
	l.last = now
	if l.tokens < 1 {
		return false
	}
	l.tokens--
	return true
}
