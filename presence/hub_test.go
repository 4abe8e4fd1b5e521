package presence

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newHub(t testing.TB, cfg Config, shards int) (*Hub, *logbuf.Log) {
	log := logbuf.New(time.Now)
	h := New(Options{Log: log, Shards: shards})
	t.Cleanup(func() {
		h.Close()
		log.Close()
	})
	apply(t, h, cfg)
	return h, log
}

func apply(t testing.TB, h *Hub, cfg Config) {
	t.Helper()
	if err := h.Apply(context.Background(), h.Config(), cfg); err != nil {
		t.Fatal(err)
	}
}

// notes is a Sink that keeps what it hears.
type notes struct {
	mu  sync.Mutex
	all []Note
}

func (n *notes) Notify(note Note) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all = append(n.all, note)
}

func (n *notes) take() (lines []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, note := range n.all {
		lines = append(lines, text(note))
	}
	n.all = nil
	return lines
}

func request(number string, s Sink, expires time.Duration) Request {
	return Request{Watcher: Party{"3001", "10.1.1.9"}, Presentity: Party{number, "10.1.1.2"}, Expires: expires, Sink: s}
}

func TestHub(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, _ := newHub(t, open("2001", "2002"), 3)
		var n notes
		want := func(lines ...string) {
			t.Helper()
			synctest.Wait()
			if got := n.take(); fmt.Sprint(got) != fmt.Sprint(lines) {
				t.Errorf("got %q, want %q", got, lines)
			}
		}
		h.Publish("2001", busy)
		h.Publish("2001", idle) // conflated, and seen by what follows
		id, expires, err := h.Subscribe(request("2001", &n, time.Hour))
		if id != 1 || expires != time.Hour || err != nil {
			t.Fatal(id, expires, err)
		}
		want()
		h.Release(id)
		want("1 2001 idle active 3600")
		time.Sleep(time.Hour - time.Second)
		if err := h.Refresh(id, time.Minute); err != nil {
			t.Fatal(err)
		}
		want("1 2001 idle active 60")
		id2, _, err := h.Subscribe(request("2002", &n, 2*time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		h.Release(id2)
		want("2 2002 unknown active 120")
		if s := h.Snapshot(); len(s.Records) != 2 || s.Records[0].ID != 1 || s.Records[1].ID != 2 || len(s.Config.Numbers) != 2 {
			t.Errorf("%+v", s)
		}
		time.Sleep(time.Minute)
		want("1 2001 idle timeout")
		if err := h.Refresh(id, time.Minute); !errors.Is(err, ErrGone) {
			t.Error(err)
		}
		h.Done(id2, 500, nil, time.Second)
		time.Sleep(time.Second)
		want("2 2002 unknown active 59")
		apply(t, h, with(open("2001"), func(c *Config) { c.MaxSubscriptions = 0 }))
		want() // it is unknown already, and comes back with its number
		if c := h.Config(); c.MaxSubscriptions != DefaultMaxSubscriptions {
			t.Errorf("limit %d", c.MaxSubscriptions)
		}
		h.End(id2, ReasonTimeout)
		want("2 2002 unknown timeout")
	})
}

// What was published before Settle has been told when it returns.
func TestHubSettle(t *testing.T) {
	h, _ := newHub(t, Config{Enabled: true, SIPEnabled: true, Numbers: map[string]Number{"2001": {Watch: true}}}, 2)
	var sink notes
	id, _, err := h.Subscribe(request("2001", &sink, time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	h.Release(id)
	h.Settle()
	for i := range 2000 {
		line := Line{State: []State{Idle, Busy}[i%2]}
		sink.take()
		h.Publish("2001", line)
		h.Settle()
		sink.mu.Lock()
		heard := slices.Clone(sink.all)
		sink.mu.Unlock()
		if len(heard) != 1 || heard[0].Line != line {
			t.Fatalf("heard %+v, want %+v", heard, line)
		}
	}
}

func TestHubClosed(t *testing.T) {
	h, _ := newHub(t, open("2001"), 2)
	var n notes
	id, _, err := h.Subscribe(request("2001", &n, time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	h.Close()
	h.Close()
	_, _, err = h.Subscribe(request("2001", &n, time.Hour))
	for what, err := range map[string]error{
		"subscribe": err, "refresh": h.Refresh(id, time.Hour), "apply": h.Apply(context.Background(), Config{}, Config{}),
	} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("%s: %v", what, err)
		}
	}
	h.Publish("2001", busy)
	h.Release(id)
	h.End(id, ReasonTimeout)
	h.Done(id, 200, nil, 0)
	if s := h.Snapshot(); len(s.Records) != 0 || len(n.take()) != 0 {
		t.Errorf("%+v", s)
	}
}

func TestHubDebug(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, log := newHub(t, open("2001"), 1)
		if err := log.Apply(context.Background(), log.Config(), logbuf.Config{BufferSize: 4096, BufferLevel: logbuf.Debugging}); err != nil {
			t.Fatal(err)
		}
		log.SetDebug(topicErrors, true)
		h.Publish("2001", busy)
		synctest.Wait()
		got := log.Buffer()
		const want = "//PRESENCE:[0]:/presence_sip_line_update: SIP nothing to update"
		if len(got) != 1 || len(got[0]) < len(want) || got[0][len(got[0])-len(want):] != want {
			t.Errorf("got %q", got)
		}
	})
}

// Many callers at once: the limit holds, IDs are unique, and every watcher ends
// up with what was published last.
func TestHubConcurrent(t *testing.T) {
	const lines, watchers, limit = 20, 600, 500
	var numbers []string
	for i := range lines {
		numbers = append(numbers, fmt.Sprint(2000+i))
	}
	h, _ := newHub(t, with(open(numbers...), func(c *Config) { c.MaxSubscriptions = limit }), 4)
	sinks := make([]notes, watchers)
	var accepted atomic.Int32
	var wg sync.WaitGroup
	for i := range watchers {
		wg.Go(func() {
			id, _, err := h.Subscribe(request(numbers[i%lines], &sinks[i], time.Hour))
			if err == nil {
				accepted.Add(1)
				h.Release(id)
				h.Done(id, 200, nil, 0)
			} else if !errors.As(err, new(ErrLimit)) {
				t.Errorf("%v", err)
			}
		})
	}
	for i, n := range numbers {
		wg.Go(func() {
			for range 50 {
				h.Publish(n, busy)
				h.Publish(n, ringing)
			}
			h.Publish(n, Line{State: Idle, DnD: i%2 == 0})
		})
	}
	wg.Wait()
	records := h.Snapshot().Records
	if accepted.Load() != limit || len(records) != limit {
		t.Fatalf("%d accepted, %d records", accepted.Load(), len(records))
	}
	for i, r := range records {
		if r.ID != uint32(i+1) {
			t.Fatalf("record %d has ID %d", i, r.ID)
		}
	}
	heard := 0
	for i := range sinks {
		if n := sinks[i].all; len(n) > 0 {
			heard++
			if want := (Line{State: Idle, DnD: i%lines%2 == 0}); n[len(n)-1].Line != want {
				t.Errorf("watcher %d believes %v", i, n[len(n)-1].Line)
			}
		}
	}
	if heard != limit {
		t.Errorf("%d watchers heard something", heard)
	}
}

// counter is the cheapest Sink.
type counter struct{ atomic.Int64 }

func (c *counter) Notify(Note) { c.Add(1) }

func BenchmarkSubscribe(b *testing.B) {
	h, _ := newHub(b, with(open("2001"), func(c *Config) { c.MaxSubscriptions = 1 << 30 }), 0)
	var c counter
	b.ReportAllocs()
	for b.Loop() {
		id, _, err := h.Subscribe(request("2001", &c, time.Hour))
		if err != nil {
			b.Fatal(err)
		}
		h.Release(id)
	}
}

func BenchmarkFanOut(b *testing.B) {
	const watchers = 10000
	h, _ := newHub(b, with(open("2001"), func(c *Config) { c.MaxSubscriptions = watchers }), 0)
	var c counter
	for range watchers {
		id, _, err := h.Subscribe(request("2001", &c, time.Hour))
		if err != nil {
			b.Fatal(err)
		}
		h.Release(id)
	}
	for c.Load() < watchers {
		runtime.Gosched()
	}
	b.ReportAllocs()
	states := []Line{idle, busy}
	for i := 0; b.Loop(); i++ {
		c.Store(0)
		h.Publish("2001", states[i%2])
		for c.Load() < watchers {
			runtime.Gosched()
		}
	}
}

// BenchmarkIdle reports what one idle subscription costs in live heap.
func BenchmarkIdle(b *testing.B) {
	const n = 100000
	for b.Loop() {
		h, _ := newHub(b, with(open("2001"), func(c *Config) { c.MaxSubscriptions = n }), 0)
		var c counter
		before := heap()
		for range n {
			id, _, err := h.Subscribe(request("2001", &c, time.Hour))
			if err != nil {
				b.Fatal(err)
			}
			h.Release(id)
		}
		h.Snapshot()
		b.ReportMetric(float64(heap()-before)/n, "B/sub")
		runtime.KeepAlive(h)
		h.Close()
	}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
