package logbuf

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// window counts the messages of one second of the host's clock.
type window struct {
	second time.Duration
	n      int
}

// limited says which kinds of places do not get a text because of `logging rate-limit`.
// l.mu is held.
func (l *Log) limited(n note) (quiet [kinds]bool) {
	r := l.cfg.Rate
	if r.Limit <= 0 || n.sev <= r.Except || n.debug && !r.All {
		return quiet
	}
	if now := time.Since(l.start).Truncate(time.Second); now != l.rate.second {
		l.rate = window{second: now}
	}
	if l.rate.n++; l.rate.n <= r.Limit {
		return quiet
	}
	l.stats.Limited++
	quiet[Console] = true
	if !r.Console {
		quiet[Monitor], quiet[Trap] = true, true
	}
	return quiet
}

// maxCounts bounds the kinds of messages that are counted; others are not counted then.
const maxCounts = 1000

// Count is how often a message was logged, for `show logging count`.
type Count struct {
	Facility, Mnemonic string
	Severity           Severity
	N                  uint64
	Last               string // when it was logged last, as its stamp had it
}

type counts map[string]*Count

func (c *counts) add(kind, stamp string) {
	n := (*c)[kind]
	if n == nil {
		if len(*c) >= maxCounts {
			return
		}
		if *c == nil {
			*c = counts{}
		}
		facility, rest, _ := strings.Cut(strings.TrimPrefix(kind, "%"), "-")
		sev, mnemonic, _ := strings.Cut(rest, "-")
		n = &Count{Facility: facility, Mnemonic: mnemonic}
		n.Severity, _ = ParseSeverity(sev)
		(*c)[kind] = n
	}
	n.N++
	n.Last = stamp
}

func (c *counts) clear() { *c = nil }

// Counts lists what `logging count` has counted, by facility.
func (l *Log) Counts() []Count {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]Count, 0, len(l.counts))
	for _, n := range l.counts {
		out = append(out, *n)
	}
	slices.SortFunc(out, func(a, b Count) int {
		return cmp.Or(cmp.Compare(a.Facility, b.Facility), cmp.Compare(a.Severity, b.Severity), cmp.Compare(a.Mnemonic, b.Mnemonic))
	})
	return out
}
