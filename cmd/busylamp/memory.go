package main

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// firstPercent puts the first collection off until the heap has 12 MB, which a small
	// configuration does not fill; from then on startPercent is the garbage per live heap,
	// until memory is looked at for the first time.
	firstPercent = 300
	startPercent = 50
	// garbage is how much of it may lie about, in bytes: an appliance lives on what it
	// keeps, and makes little but when it is configured or its phones come. It is at
	// least leastPercent of what is live, which a large fleet does not feel, and at most
	// mostPercent.
	garbage                   = 10 << 20
	leastPercent, mostPercent = 25, 100
	// startHeap is what a small configuration fills until the first prompt, in bytes.
	startHeap = 8 << 20
	startPart = 256 << 10
	// giveBackEvery is how often memory is looked at that is held and not used.
	giveBackEvery = 15 * time.Second
	// quietBelow: a burst is over when less than that was allocated since the last look.
	quietBelow = 16 << 20
	// Memory goes back when more than spareLeast bytes and more than a part in spareShare
	// of what is live is held beside it, over what could not be given back before.
	spareShare = 16
	spareLeast = 2 << 20
)

// frugal makes the process keep little more memory than it uses, until stop: the
// garbage of a large configuration, or of all phones coming back, goes back to the
// system soon after. GOGC and GOMEMLIMIT in the environment win over all of it.
func frugal() (stop func()) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	debug.SetGCPercent(firstPercent)
	mapHeap()
	collected := make(chan struct{}, 1)
	runtime.AddCleanup(new([64]byte), func(told chan<- struct{}) { told <- struct{}{} }, collected)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(giveBackEvery)
		defer tick.Stop()
		k := keeper{percent: firstPercent, before: read()}
		for {
			select {
			case <-ctx.Done():
				return
			case <-collected: // for the first time
				k.percent = startPercent
				debug.SetGCPercent(startPercent)
				continue
			case <-tick.C:
			}
			if percent, changed := k.look(read()); changed {
				debug.SetGCPercent(percent)
			}
			if k.due {
				debug.FreeOSMemory()
				unmapProgram()
				k.gaveBack(read())
			}
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

// mapHeap has the pages mapped at once that starting up fills. One by one, as they are
// met, they are a quarter of all the time to the first prompt, and half of it on a
// machine that is virtual. Where that cannot be asked for, they come one by one.
func mapHeap() {
	var parts [startHeap / startPart][]byte // small ones, for the gaps that there are
	for i := range parts {
		parts[i] = make([]byte, startPart)
		if !prefault(parts[i]) {
			return
		}
	}
	runtime.GC() // they are free from here on, and stay mapped
}

// keeper decides from one look at the memory to the next.
type keeper struct {
	percent int
	before  usage  // at the last look
	stuck   uint64 // held beside what is live in pages that are partly used, in bytes
	due     bool   // memory is to be given back
}

// look takes what is used now: percent is the garbage to allow from here on.
func (k *keeper) look(now usage) (percent int, changed bool) {
	spare := now.spare()
	k.stuck = min(k.stuck, spare)
	k.due = now.allocated-k.before.allocated < quietBelow && spare > k.stuck+max(spareLeast, now.live/spareShare)
	k.before = now
	percent = int(min(max(garbage*100/max(now.live, 1), leastPercent), mostPercent))
	// A change stops the world for a moment: it must be worth it.
	if changed = percent > k.percent*5/4 || percent < k.percent*4/5; changed {
		k.percent = percent
	}
	return k.percent, changed
}

// gaveBack takes what is used after memory was given back.
func (k *keeper) gaveBack(now usage) { k.stuck, k.due = now.spare(), false }

// usage is of the heap, in bytes.
type usage struct {
	allocated uint64 // since the process began
	live      uint64 // after the last collection
	held      uint64 // of the system's memory
}

// spare is what is held beside what is live.
func (u usage) spare() uint64 { return u.held - min(u.held, u.live) }

func read() usage {
	s := []metrics.Sample{
		{Name: "/gc/heap/allocs:bytes"}, {Name: "/gc/heap/live:bytes"},
		{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/unused:bytes"}, {Name: "/memory/classes/heap/free:bytes"},
	}
	metrics.Read(s)
	return usage{allocated: s[0].Value.Uint64(), live: s[1].Value.Uint64(), held: s[2].Value.Uint64() + s[3].Value.Uint64() + s[4].Value.Uint64()}
}
