package sipua

import (
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

type alarm struct {
	timer
	at time.Time // when it ran out
	n  int
}

func (a *alarm) expire(now time.Time) { a.at, a.n = time.Now(), a.n+1 }

// Every timer runs out once, not before its time and at most two ticks after;
// stopped ones never do.
func TestWheel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		delays := rapid.SliceOfN(rapid.IntRange(0, 40000), 1, 50).Draw(rt, "ms")
		stops := rapid.SliceOfN(rapid.IntRange(-20000, 40000), len(delays), len(delays)).Draw(rt, "stops")
		gaps := rapid.SliceOfN(rapid.IntRange(0, 700), len(delays), len(delays)).Draw(rt, "gaps")
		synctest.Test(t, func(t *testing.T) {
			w := newWheel()
			alarms := make([]alarm, len(delays))
			due := make([]time.Time, len(delays))
			for i, d := range delays {
				time.Sleep(time.Duration(gaps[i]) * time.Millisecond)
				due[i] = time.Now().Add(time.Duration(d) * time.Millisecond)
				w.set(&alarms[i].timer, &alarms[i], time.Hour)
				w.set(&alarms[i].timer, &alarms[i], time.Duration(d)*time.Millisecond)
				if s := stops[i]; s >= 0 && s < d {
					time.AfterFunc(time.Duration(s)*time.Millisecond, func() { w.clear(&alarms[i].timer) })
				}
			}
			time.Sleep(41 * time.Second)
			synctest.Wait()
			w.stop()
			for i := range alarms {
				a := &alarms[i]
				if s := stops[i]; s >= 0 && s < delays[i] {
					if a.n != 0 {
						t.Errorf("%d: stopped after %d ms, ran out", i, s)
					}
				} else if late := a.at.Sub(due[i]); a.n != 1 || late < 0 || late > 2*wheelTick {
					t.Errorf("%d: ran out %d times, %v late", i, a.n, late)
				}
			}
			if w.count != 0 || w.used != [wheelSlots / 64]uint64{} {
				t.Errorf("%d timers left, used %x", w.count, w.used)
			}
		})
	})
}
