package main

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// gcPercent is garbage per live heap: an appliance lives on what it keeps, and
	// makes little garbage but when it is configured or its phones come.
	gcPercent = 50
	// giveBackEvery is how often memory is looked at that is held and not used.
	giveBackEvery = 15 * time.Second
	// spareShare and spareLeast: memory goes back when more than a part in spareShare of
	// what is live is held beside it, and more than spareLeast bytes.
	spareShare = 2
	spareLeast = 16 << 20
)

// frugal makes the process keep little more memory than it uses, until stop: the
// garbage of a large configuration, or of all phones coming back, goes back to the
// system soon after. GOGC and GOMEMLIMIT in the environment win over all of it.
func frugal() (stop func()) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	debug.SetGCPercent(gcPercent)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(giveBackEvery)
		defer tick.Stop()
		for busy := uint64(0); ; {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			m := read()
			quiet := m.allocated-busy < spareLeast // a burst is over
			busy = m.allocated
			if spare := m.held - m.live; quiet && m.held > m.live && spare > spareLeast && spare > m.live/spareShare {
				debug.FreeOSMemory()
			}
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

// usage is of the heap, in bytes.
type usage struct {
	allocated uint64 // since the process began
	live      uint64 // after the last collection
	held      uint64 // of the system's memory
}

func read() usage {
	s := []metrics.Sample{
		{Name: "/gc/heap/allocs:bytes"}, {Name: "/gc/heap/live:bytes"},
		{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/unused:bytes"}, {Name: "/memory/classes/heap/free:bytes"},
	}
	metrics.Read(s)
	return usage{allocated: s[0].Value.Uint64(), live: s[1].Value.Uint64(), held: s[2].Value.Uint64() + s[3].Value.Uint64() + s[4].Value.Uint64()}
}
