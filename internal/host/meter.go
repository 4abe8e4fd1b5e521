package host

import (
	"context"
	"runtime"
	"runtime/metrics"
	"sync"
	"time"
)

// SampleTime is how often a Meter looks: the resolution of what it tells.
const SampleTime = 5 * time.Second

// keep is how many samples cover the five minutes that routers average over.
const keep = int(5*time.Minute/SampleTime) + 1

// Meter samples this process and the interfaces for what needs a past: averages,
// rates, when something was last heard. Its methods are safe for concurrent use.
type Meter struct {
	h *Host

	mu      sync.Mutex
	past    []sample // oldest first, at most keep of them
	moved   map[string]moves
	cleared map[string]base // by `clear counters`
	recent  []float64       // of History
	minutes span
	hours   span
	started time.Time
	lowest  uint64
}

type sample struct {
	at      time.Time
	cpu, gc time.Duration
	traffic map[string]Counters
}

// moves is when the counters of an interface were last seen to change.
type moves struct{ in, out time.Time }

// NewMeter takes the first sample.
func NewMeter(h *Host) *Meter {
	m := &Meter{h: h, moved: map[string]moves{}, cleared: map[string]base{}, started: time.Now(),
		minutes: span{samples: historySamples, most: historyMinutes}, hours: span{samples: 60 * historySamples, most: historyHours}}
	m.lowest = m.memory().Free
	m.take()
	return m
}

// Run samples until ctx ends.
func (m *Meter) Run(ctx context.Context) {
	tick := time.NewTicker(SampleTime)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			m.take()
		case <-ctx.Done():
			return
		}
	}
}

func (m *Meter) now() sample {
	s := sample{at: time.Now(), traffic: m.h.counters()}
	s.cpu, _ = used()
	s.gc, _ = collected()
	return s
}

func (m *Meter) take() {
	s := m.now()
	free := m.memory().Free
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lowest = min(m.lowest, free)
	if n := len(m.past); n > 0 {
		old := m.past[n-1]
		m.compare(old, s)
		m.load(percent(s.cpu-old.cpu, s.at.Sub(old.at)))
	}
	if len(m.past) == keep {
		m.past = append(m.past[:0], m.past[1:]...)
	}
	m.past = append(m.past, s)
}

// compare notes which counters have moved. Interfaces that are gone are forgotten.
func (m *Meter) compare(old, new sample) {
	for name := range m.moved {
		if _, ok := new.traffic[name]; !ok {
			delete(m.moved, name)
		}
	}
	for name := range m.cleared {
		if _, ok := new.traffic[name]; !ok {
			delete(m.cleared, name)
		}
	}
	for name, is := range new.traffic {
		was, at := old.traffic[name], m.moved[name]
		if is.In.Packets != was.In.Packets {
			at.in = new.at
		}
		if is.Out.Packets != was.Out.Packets {
			at.out = new.at
		}
		m.moved[name] = at
	}
}

// since is the sample that is closest to an age, from the near side if the meter has
// not run so long.
func (m *Meter) since(now time.Time, age time.Duration) sample {
	for i := len(m.past) - 1; i >= 0; i-- {
		if now.Sub(m.past[i].at) >= age {
			return m.past[i]
		}
	}
	return m.past[0]
}

// Share is a part of all processors that the process may use, in percent, over the
// last five seconds, minute and five minutes, or since the start if that is less.
type Share struct{ FiveSeconds, Minute, FiveMinutes float64 }

// Task is one activity of the process.
type Task struct {
	Name    string
	Runtime time.Duration
	Invoked uint64
	Share   Share
}

// Usage is processor time.
type Usage struct {
	All   Share
	Tasks []Task
}

// Usage is what the process has taken, by what can be told apart: the collector, which
// the runtime accounts for, and all the rest.
func (m *Meter) Usage() Usage {
	s := m.now()
	_, switches := used()
	_, cycles := collected()
	m.mu.Lock()
	defer m.mu.Unlock()
	share := func(of func(sample) time.Duration) Share {
		at := func(age time.Duration) float64 {
			old := m.since(s.at, age)
			return percent(of(s)-of(old), s.at.Sub(old.at))
		}
		return Share{at(SampleTime), at(time.Minute), at(5 * time.Minute)}
	}
	rest := func(s sample) time.Duration { return max(s.cpu-s.gc, 0) }
	return Usage{
		All: share(func(s sample) time.Duration { return s.cpu }),
		Tasks: []Task{
			{"Busylamp", rest(s), switches, share(rest)},
			{"Garbage collector", s.gc, cycles, share(func(s sample) time.Duration { return s.gc })},
		},
	}
}

func percent(cpu, elapsed time.Duration) float64 {
	if cpu <= 0 || elapsed <= 0 {
		return 0
	}
	return min(100*cpu.Seconds()/elapsed.Seconds()/float64(runtime.GOMAXPROCS(0)), 100)
}

// Rate is the traffic of an interface in one direction.
type Rate struct {
	Bits, Packets uint64        // a second, over the last five minutes
	Errors        float64       // of all packets of that time, 0 to 1
	Last          time.Duration // since the last packet, to SampleTime; negative: never
}

// Rates are those of an interface, by the machine's name.
func (m *Meter) Rates(name string) (in, out Rate) {
	s := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	old := m.since(s.at, 5*time.Minute)
	is, was := s.traffic[name], old.traffic[name]
	at := m.moved[name]
	if n := len(m.past); n > 0 {
		newest := m.past[n-1].traffic[name]
		if newest.In.Packets != is.In.Packets {
			at.in = s.at
		}
		if newest.Out.Packets != is.Out.Packets {
			at.out = s.at
		}
	}
	elapsed := s.at.Sub(old.at)
	in = rate(was.In, is.In, elapsed)
	out = rate(was.Out, is.Out, elapsed)
	in.Last, out.Last = m.last(is.In, at.in, s.at), m.last(is.Out, at.out, s.at)
	return in, out
}

func rate(was, is Traffic, elapsed time.Duration) Rate {
	var r Rate
	if is.Packets < was.Packets || is.Bytes < was.Bytes || elapsed < time.Second {
		return r // it began anew, or there is no past yet
	}
	packets := is.Packets - was.Packets
	r.Bits = uint64(float64(is.Bytes-was.Bytes) * 8 / elapsed.Seconds())
	r.Packets = uint64(float64(packets) / elapsed.Seconds())
	if bad := is.Errors - was.Errors; is.Errors > was.Errors {
		r.Errors = float64(bad) / float64(bad+packets)
	}
	return r
}

// last: what moved before the meter was there moved at its start, for all it knows.
func (m *Meter) last(t Traffic, at, now time.Time) time.Duration {
	switch {
	case !at.IsZero():
		return now.Sub(at)
	case t.Packets > 0:
		return now.Sub(m.started)
	}
	return -1
}

// Memory is what the process has and can have, in bytes. Total is Used and Free.
type Memory struct {
	Total, Used, Free uint64
	Lowest            uint64 // the least that was ever free
	Allocated, Freed  uint64 // since the start
	Stacks, Objects   uint64 // parts of Used
}

// Memory is what the runtime holds, and what the machine could still give; where it
// does not tell, what the runtime holds and does not use.
func (m *Meter) Memory() Memory {
	s := m.memory()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lowest = min(m.lowest, s.Free)
	s.Lowest = m.lowest
	return s
}

func (m *Meter) memory() Memory {
	v := read("/memory/classes/total:bytes", "/memory/classes/heap/released:bytes", "/memory/classes/heap/free:bytes",
		"/memory/classes/heap/stacks:bytes", "/memory/classes/heap/objects:bytes", "/gc/heap/allocs:bytes", "/gc/heap/frees:bytes")
	held, idle := v[0].Uint64()-v[1].Uint64(), v[2].Uint64()
	s := Memory{Used: held - idle, Free: idle, Stacks: v[3].Uint64(), Objects: v[4].Uint64(), Allocated: v[5].Uint64(), Freed: v[6].Uint64()}
	s.Free += m.h.available()
	s.Total = s.Used + s.Free
	return s
}

// collected is the processor time of the collector, as the runtime estimates it, and
// how often it ran.
func collected() (time.Duration, uint64) {
	v := read("/cpu/classes/gc/total:cpu-seconds", "/gc/cycles/total:gc-cycles")
	return time.Duration(v[0].Float64() * float64(time.Second)), v[1].Uint64()
}

func read(names ...string) []metrics.Value {
	samples := make([]metrics.Sample, len(names))
	for i, n := range names {
		samples[i].Name = n
	}
	metrics.Read(samples)
	out := make([]metrics.Value, len(names))
	for i := range samples {
		out[i] = samples[i].Value
	}
	return out
}
