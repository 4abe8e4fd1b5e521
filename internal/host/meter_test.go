package host

import (
	"context"
	"fmt"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"
)

// traffic sets the counters of eth0.
func traffic(packets, bytes, errors int) *fstest.MapFile {
	return &fstest.MapFile{Data: fmt.Appendf(nil, "eth0: %d %d %d 0 0 0 0 0 0 0 0 0 0 0 0 0\n", bytes, packets, errors)}
}

func TestRates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		files := fstest.MapFS{"proc/net/dev": traffic(10, 1000, 0)}
		m := NewMeter(&Host{root: files, nics: func() ([]NIC, error) { return small, nil }})
		in, out := m.Rates("eth0")
		if in.Bits != 0 || in.Last != 0 || out.Last != -1 {
			t.Errorf("at the start: %+v %+v", in, out)
		}
		for range 120 { // ten minutes of 8 packets and 800 bytes every five seconds
			time.Sleep(SampleTime)
			n := int(time.Since(m.started)/SampleTime) * 8
			files["proc/net/dev"] = traffic(10+n, 1000+100*n, n/8)
			m.take()
		}
		if len(m.past) != keep {
			t.Errorf("%d samples are kept", len(m.past))
		}
		in, out = m.Rates("eth0")
		if in.Bits != 1280 || in.Packets != 1 || in.Last != 0 || out != (Rate{Last: -1}) {
			t.Errorf("in %+v, out %+v", in, out)
		}
		if want := 1.0 / 9; in.Errors < want-.001 || in.Errors > want+.001 {
			t.Errorf("errors %v", in.Errors)
		}
		time.Sleep(7 * time.Second)
		if in, _ := m.Rates("eth0"); in.Last != 7*time.Second {
			t.Errorf("last input %v", in.Last)
		}
		files["proc/net/dev"] = traffic(1, 1, 0) // it began anew
		if in, _ := m.Rates("eth0"); in.Bits != 0 || in.Last != 0 {
			t.Errorf("after a new start: %+v", in)
		}
		delete(files, "proc/net/dev")
		m.take()
		if len(m.moved) != 0 {
			t.Error("an interface that is gone is remembered")
		}
	})
}

func TestUsage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewMeter(machine(nil))
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); m.Run(ctx) }()
		time.Sleep(6 * time.Minute)
		u := m.Usage()
		if len(u.Tasks) != 2 || u.Tasks[0].Runtime <= 0 || u.Tasks[0].Invoked == 0 {
			t.Errorf("%+v", u)
		}
		for _, share := range []Share{u.All, u.Tasks[0].Share, u.Tasks[1].Share} {
			for _, p := range []float64{share.FiveSeconds, share.Minute, share.FiveMinutes} {
				if p < 0 || p > 100 {
					t.Errorf("%v %%", p)
				}
			}
		}
		cancel()
		<-done
		if n := len(m.past); n != keep {
			t.Errorf("%d samples", n)
		}
	})
	for _, c := range []struct {
		cpu, elapsed time.Duration
		want         float64
	}{{0, time.Second, 0}, {time.Second, 0, 0}, {-time.Second, time.Second, 0}, {1 << 40, time.Second, 100}} {
		if got := percent(c.cpu, c.elapsed); got != c.want {
			t.Errorf("percent(%v, %v) = %v", c.cpu, c.elapsed, got)
		}
	}
}

func TestMemory(t *testing.T) {
	m := NewMeter(machine(map[string]string{"proc/meminfo": "MemAvailable: 1024 kB\n"}))
	s := m.Memory()
	if s.Total != s.Used+s.Free || s.Free < 1<<20 || s.Lowest > s.Free || s.Objects+s.Stacks > s.Used || s.Allocated < s.Objects {
		t.Errorf("%+v", s)
	}
}
