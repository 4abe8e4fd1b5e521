package logbuf

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// at is the time of the guide's debug samples.
func at() time.Time { return time.Date(2006, 9, 4, 7, 16, 2, 715e6, time.UTC) }

func newLog(t *testing.T, c Config) *Log {
	t.Helper()
	l := New(at)
	t.Cleanup(l.Close)
	if err := l.Apply(t.Context(), Config{}, c); err != nil {
		t.Fatal(err)
	}
	return l
}

func TestStamp(t *testing.T) {
	berlin := time.FixedZone("CEST", 2*3600)
	for _, c := range []struct {
		stamp Stamp
		time  time.Time
		up    time.Duration
		want  string
	}{
		{Stamp{}, at(), 52 * time.Second, "00:00:52: "},
		{Stamp{}, at(), 23*time.Hour + 59*time.Minute + 59*time.Second, "23:59:59: "},
		{Stamp{}, at(), 28*time.Hour + time.Minute, "1d04h: "},
		{Stamp{}, at(), 17 * 24 * time.Hour, "2w3d: "},
		{Stamp{}, at(), 450 * 24 * time.Hour, "1y12w: "},
		{Stamp{}, at(), -time.Second, "00:00:00: "},
		{Stamp{Mode: StampNone}, at(), 0, ""},
		{Stamp{Mode: StampDatetime}, at(), 0, "*Sep  4 07:16:02: "},
		{Stamp{Mode: StampDatetime, Msec: true}, at(), 0, "*Sep  4 07:16:02.715: "},
		{Stamp{Mode: StampDatetime, Msec: true}, at().AddDate(0, 0, 10), 0, "*Sep 14 07:16:02.715: "},
		{Stamp{Mode: StampDatetime, Msec: true}, at().Add(-715 * time.Millisecond), 0, "*Sep  4 07:16:02.000: "},
		{Stamp{Mode: StampDatetime, Year: true, ShowZone: true}, at(), 0, "*Sep  4 2006 07:16:02 UTC: "},
		{Stamp{Mode: StampDatetime, ShowZone: true}, at().In(berlin), 0, "*Sep  4 07:16:02 UTC: "},
		{Stamp{Mode: StampDatetime, ShowZone: true, Local: true}, at().In(berlin), 0, "*Sep  4 09:16:02 CEST: "},
	} {
		if got := c.stamp.Format(c.time, c.up, "*"); got != c.want {
			t.Errorf("%+v: %q, want %q", c.stamp, got, c.want)
		}
	}
}

func TestSeverity(t *testing.T) {
	for s := Emergencies; s <= Debugging; s++ {
		for _, text := range []string{s.String(), strings.ToUpper(s.String()), fmt.Sprint(int(s))} {
			if got, ok := ParseSeverity(text); !ok || got != s {
				t.Errorf("ParseSeverity(%q) = %v, %v", text, got, ok)
			}
		}
	}
	for _, bad := range []string{"", "8", "-1", "debug", "disabled"} {
		if _, ok := ParseSeverity(bad); ok {
			t.Errorf("ParseSeverity(%q) is ok", bad)
		}
	}
	if Off.String() != "disabled" {
		t.Error(Off.String())
	}
}

func TestLevelsAndStamps(t *testing.T) {
	l := newLog(t, Config{DebugStamp: Stamp{Mode: StampDatetime, Msec: true}, LogStamp: Stamp{Mode: StampNone},
		BufferSize: 1 << 16, BufferLevel: Debugging, ConsoleLevel: Warnings, MonitorLevel: Off, SequenceNumbers: true})
	var mu sync.Mutex
	var console, monitor []string
	collect := func(to *[]string) func(Severity, string) {
		return func(_ Severity, text string) {
			mu.Lock()
			defer mu.Unlock()
			*to = append(*to, text)
		}
	}
	l.Attach(Console, "", collect(&console))
	l.Attach(Monitor, "", collect(&monitor))
	l.Msg("SYS", Notifications, "CONFIG_I", "Configured from %s by %s", "console", "console")
	l.Msg("SYS", Errors, "BAD", "100% bad\n")
	l.Debugf("presence errors", "not on")
	if !l.SetDebug("presence errors", true) || l.SetDebug("presence errors", true) {
		t.Error("SetDebug reports a change wrongly")
	}
	l.Debugf("presence errors", "//PRESENCE:[%d]:/f: x", 17)
	l.Debugf("presence info", "not on")
	l.Flush(t.Context())
	want := []string{"000001: %SYS-5-CONFIG_I: Configured from console by console", "000002: %SYS-3-BAD: 100% bad",
		"000003: *Sep  4 07:16:02.715: //PRESENCE:[17]:/f: x"}
	if got := l.Buffer(); !slices.Equal(got, want) {
		t.Errorf("buffer %q", got)
	}
	mu.Lock()
	defer mu.Unlock()
	if !slices.Equal(console, want[1:2]) || len(monitor) != 0 {
		t.Errorf("console %q, monitor %q", console, monitor)
	}
	if got, want := l.Stats(), (Stats{Console: 1, Buffered: 3, Messages: 2, Debugs: 1}); got != want {
		t.Errorf("stats %+v, want %+v", got, want)
	}
	l.ClearBuffer()
	if len(l.Buffer()) != 0 {
		t.Error("buffer not cleared")
	}
}

func TestTopics(t *testing.T) {
	l := newLog(t, DefaultConfig())
	if l.Enabled("a") || l.Debugs() != nil {
		t.Error("something is on")
	}
	l.SetDebug("b", true)
	l.SetDebug("a", true)
	if got := l.Debugs(); !slices.Equal(got, []Topic{"a", "b"}) {
		t.Errorf("%q", got)
	}
	if l.SetDebug("c", false) || !l.SetDebug("a", false) || l.Enabled("a") || !l.Enabled("b") {
		t.Error("switching off")
	}
	l.UndebugAll()
	if l.Enabled("b") {
		t.Error("undebug all")
	}
}

// The ring holds the newest texts that fit, whatever comes.
func TestRing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r ring
		var all []string
		r.resize(rapid.IntRange(0, 200).Draw(t, "size"))
		for range rapid.IntRange(0, 300).Draw(t, "texts") {
			text := strings.Repeat("x", rapid.IntRange(0, 60).Draw(t, "length"))
			r.add(text)
			if len(text)+1 <= r.size {
				all = append(all, text)
			}
			if rapid.IntRange(0, 99).Draw(t, "resize") == 0 {
				all = slices.Clone(r.all())
				r.resize(rapid.IntRange(0, 200).Draw(t, "size"))
			}
			used, n := 0, 0
			for n < len(all) && used+len(all[len(all)-1-n])+1 <= r.size {
				used += len(all[len(all)-1-n]) + 1
				n++
			}
			if got := r.all(); !slices.Equal(got, all[len(all)-n:]) || r.used != used {
				t.Fatalf("ring of %d holds %q, want %q", r.size, got, all[len(all)-n:])
			}
		}
	})
}

// A sink that hangs loses texts beyond its queue and holds nobody up.
func TestStuckSink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(at)
		release := make(chan struct{})
		var got int
		detach := l.Attach(Console, "", func(Severity, string) { <-release; got++ })
		const n = sinkQueue + 100
		l.Msg("A", 1, "B", "first")
		synctest.Wait() // it is with the sink now
		for range n {
			l.Msg("A", 1, "B", "x")
		}
		if d := l.Stats().Dropped; d != n-sinkQueue {
			t.Errorf("dropped %d, want %d", d, n-sinkQueue)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		l.Flush(ctx) // the queue is full: not waited for
		if ctx.Err() != nil {
			t.Error("Flush waited for a full queue")
		}
		close(release)
		synctest.Wait()
		if got != sinkQueue+1 {
			t.Errorf("handed out %d", got)
		}
		detach()
		detach()
		l.Msg("A", 1, "B", "nobody listens")
		l.Close()
		l.Attach(Console, "", func(Severity, string) { t.Error("called after Close") })
		l.Msg("A", 1, "B", "closed")
		if got != sinkQueue+1 {
			t.Error("called after detach")
		}
	})
}

func TestFlushGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(at)
		release := make(chan struct{})
		l.Attach(Monitor, "", func(Severity, string) { <-release })
		l.Msg("A", 1, "B", "x")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		l.Flush(ctx)
		if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
			t.Error("Flush did not wait")
		}
		close(release)
		l.Close()
	})
}

// A sink may detach itself.
func TestDetachFromWithin(t *testing.T) {
	l := New(at)
	var detach func()
	done := make(chan struct{})
	ready := make(chan struct{})
	detach = l.Attach(Console, "", func(Severity, string) {
		<-ready
		detach()
		close(done)
	})
	close(ready)
	l.Msg("A", 1, "B", "x")
	<-done
	l.Close()
}

// What does not fit into the buffer is not counted as being in it.
func TestBufferedCount(t *testing.T) {
	l := newLog(t, Config{BufferSize: 100, BufferLevel: Debugging})
	l.Msg("A", 1, "B", "short")
	l.Msg("A", 1, "B", "%s", strings.Repeat("x", 100))
	if s := l.Stats(); s.Buffered != 1 || len(l.Buffer()) != 1 || s.Messages != 2 {
		t.Errorf("%+v, buffer %q", s, l.Buffer())
	}
}

func TestLongTextIsCut(t *testing.T) {
	l := newLog(t, Config{BufferSize: 1 << 20, BufferLevel: Debugging, LogStamp: Stamp{Mode: StampNone}})
	l.Msg("A", 1, "B", "%s", strings.Repeat("x", maxText+1000))
	if got := len(l.Buffer()[0]); got != maxText {
		t.Errorf("%d bytes", got)
	}
	if err := l.Apply(t.Context(), Config{}, Config{BufferSize: 1 << 40}); err != nil || l.ring.size != maxBuffer {
		t.Errorf("ring of %d bytes", l.ring.size)
	}
}

func BenchmarkDebugOff(b *testing.B) {
	l := New(at)
	for b.Loop() {
		l.Debugf("presence errors", "x")
	}
}

func BenchmarkMsg(b *testing.B) {
	l := New(time.Now)
	l.Apply(context.Background(), Config{}, Config{BufferSize: 1 << 20, BufferLevel: Debugging})
	for b.Loop() {
		l.Msg("A", 1, "B", "text")
	}
}
