package host

import (
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

func TestHistory(t *testing.T) {
	m := NewMeter(machine(nil))
	if h := m.History(); len(h.Samples)+len(h.Minutes)+len(h.Hours) != 0 {
		t.Errorf("at the start: %+v", h)
	}
	for n := range 2*720 + 13 { // two hours, a minute, five seconds
		m.load(float64(n % 12))
	}
	h := m.History()
	if len(h.Samples) != 12 || h.Samples[0] != 0 || h.Samples[1] != 11 {
		t.Errorf("samples %v", h.Samples)
	}
	if len(h.Minutes) != 60 || h.Minutes[0] != (Peak{11, 5.5}) || h.Minutes[59] != (Peak{11, 5.5}) {
		t.Errorf("minutes %v", h.Minutes)
	}
	if len(h.Hours) != 2 || h.Hours[1] != (Peak{11, 5.5}) {
		t.Errorf("hours %v", h.Hours)
	}
}

// Only the newest are kept, the newest first.
func TestPush(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		most := rapid.IntRange(1, 5).Draw(rt, "most")
		all := rapid.SliceOf(rapid.Int()).Draw(rt, "values")
		var past []int
		for _, v := range all {
			past = push(past, v, most)
		}
		if len(past) != min(len(all), most) {
			rt.Fatalf("%d are kept", len(past))
		}
		for i, v := range past {
			if v != all[len(all)-1-i] {
				rt.Fatalf("%v of %v", past, all)
			}
		}
	})
}

func TestClear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		files := fstest.MapFS{"proc/net/dev": traffic(10, 1000, 2)}
		m := NewMeter(&Host{root: files, nics: func() ([]NIC, error) { return small, nil }})
		is := m.h.counters()["eth0"]
		if got, ago := m.Counted("eth0", is); got != is || ago >= 0 {
			t.Errorf("before: %+v %v", got, ago)
		}
		m.Clear("eth0", "eth9")
		time.Sleep(time.Minute)
		files["proc/net/dev"] = traffic(13, 1500, 2)
		got, ago := m.Counted("eth0", m.h.counters()["eth0"])
		if got.In.Packets != 3 || got.In.Bytes != 500 || got.In.Errors != 0 || ago != time.Minute {
			t.Errorf("after: %+v %v", got, ago)
		}
		m.take()                                   // it is still there
		files["proc/net/dev"] = traffic(4, 400, 0) // it came up anew
		if got, _ := m.Counted("eth0", m.h.counters()["eth0"]); got.In.Packets != 4 {
			t.Errorf("anew: %+v", got)
		}
		delete(files, "proc/net/dev")
		m.take()
		if len(m.cleared) != 0 {
			t.Error("an interface that is gone is remembered")
		}
		if _, ago := m.Counted("eth9", is); ago >= 0 {
			t.Errorf("an interface that is not there was cleared %v ago", ago)
		}
	})
}
