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
	for env, want := range map[string]int{"": gcPercent, "GOGC": 100, "GOMEMLIMIT": 100} {
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
