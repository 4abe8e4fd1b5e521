package main

import (
	"os"
	"runtime/debug"
	"testing"
)

// The environment wins over what the process would choose.
func TestFrugal(t *testing.T) {
	start := func(env string) int {
		before := debug.SetGCPercent(100)
		defer debug.SetGCPercent(before)
		for _, name := range []string{"GOGC", "GOMEMLIMIT"} {
			t.Setenv(name, "")
			_ = os.Unsetenv(name)
		}
		if env != "" {
			t.Setenv(env, "100")
		}
		frugal()()
		return debug.SetGCPercent(100)
	}
	for env, want := range map[string]int{"": firstPercent, "GOGC": 100, "GOMEMLIMIT": 100} {
		if got := start(env); got != want {
			t.Errorf("environment %q: %d %% garbage, want %d", env, got, want)
		}
	}
}

func TestUsage(t *testing.T) {
	debug.FreeOSMemory()
	u := read()
	if u.allocated == 0 || u.live == 0 || u.held < u.live/2 {
		t.Errorf("%+v", u)
	}
}

func TestKeeper(t *testing.T) {
	const mb = 1 << 20
	k := keeper{percent: startPercent}
	for i, step := range []struct {
		allocated, live, held uint64 // MB
		percent               int
		due                   bool
	}{
		{5, 5, 7, 100, false},     // a small appliance: much garbage of little
		{100, 40, 90, 25, false},  // a burst, not over
		{105, 40, 90, 25, true},   // over
		{106, 40, 50, 25, false},  // 8 MB were stuck, and so much is no reason to try again
		{107, 40, 51, 25, true},   // but more is
		{108, 10, 30, 100, true},  // the fleet has gone
		{109, 10, 20, 100, true},  // less is stuck than before
		{110, 9, 12, 100, false},  // percent is near enough
		{111, 0, 12, 100, true},   // nothing was collected yet
		{400, 80, 300, 25, false}, // busy
	} {
		now := usage{allocated: step.allocated * mb, live: step.live * mb, held: step.held * mb}
		percent, _ := k.look(now)
		if percent != step.percent || k.due != step.due {
			t.Errorf("step %d: %d %%, due %v; want %d, %v", i, percent, k.due, step.percent, step.due)
		}
		if k.due {
			now.held = now.live + 8*mb
			if step.live == 10 {
				now.held = now.live + mb
			}
			k.gaveBack(now)
		}
	}
}
