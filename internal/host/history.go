package host

import "time"

// The columns that History has at most.
const (
	historySamples = int(time.Minute / SampleTime)
	historyMinutes = 60
	historyHours   = 72
)

// Peak is the load of a minute or an hour in percent of all processors that the
// process may use: the highest sample, and all of it.
type Peak struct{ Highest, Average float64 }

// History is the load of the past, the newest first, as far as the meter has run.
type History struct {
	Samples []float64 // of SampleTime each, of the last minute
	Minutes []Peak    // whole ones, 60 at most
	Hours   []Peak    // whole ones, 72 at most
}

// span collects samples of one minute or hour after the other.
type span struct {
	samples int // that make one
	most    int // that are kept
	past    []Peak
	sum     float64
	highest float64
	n       int
}

func (s *span) add(load float64) {
	s.sum, s.highest, s.n = s.sum+load, max(s.highest, load), s.n+1
	if s.n < s.samples {
		return
	}
	s.past = push(s.past, Peak{s.highest, s.sum / float64(s.n)}, s.most)
	s.sum, s.highest, s.n = 0, 0, 0
}

// push puts v in front of what is kept, most values at most.
func push[V any](past []V, v V, most int) []V {
	if len(past) < most {
		past = append(past, v)
	}
	copy(past[1:], past)
	past[0] = v
	return past
}

// load notes a sample of the processors. The meter is locked.
func (m *Meter) load(percent float64) {
	m.recent = push(m.recent, percent, historySamples)
	m.minutes.add(percent)
	m.hours.add(percent)
}

// History is what the processors have done in the last three days.
func (m *Meter) History() History {
	m.mu.Lock()
	defer m.mu.Unlock()
	return History{append([]float64(nil), m.recent...), append([]Peak(nil), m.minutes.past...), append([]Peak(nil), m.hours.past...)}
}

// base is what an interface had counted when its counters were cleared.
type base struct {
	was Counters
	at  time.Time
}

// Clear has the counters of interfaces begin anew in what Counted tells, by the
// machine's names. The machine's own counters go on.
func (m *Meter) Clear(names ...string) {
	now := m.h.counters()
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, name := range names {
		if is, ok := now[name]; ok {
			m.cleared[name] = base{is, time.Now()}
		}
	}
}

// Counted is what an interface that has counted so much has counted since it was
// cleared, and how long ago that was; negative: never.
func (m *Meter) Counted(name string, is Counters) (Counters, time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	b, ok := m.cleared[name]
	if !ok {
		return is, -1
	}
	return Counters{is.In.less(b.was.In), is.Out.less(b.was.Out)}, time.Since(b.at)
}

// less is what came after was. A counter that has begun anew since then says what it has.
func (t Traffic) less(was Traffic) Traffic {
	for _, c := range []struct{ is, was *uint64 }{
		{&t.Bytes, &was.Bytes}, {&t.Packets, &was.Packets}, {&t.Errors, &was.Errors}, {&t.Dropped, &was.Dropped},
		{&t.FIFO, &was.FIFO}, {&t.Frame, &was.Frame}, {&t.Multicast, &was.Multicast}, {&t.Collisions, &was.Collisions},
	} {
		if *c.is >= *c.was {
			*c.is -= *c.was
		}
	}
	return t
}
