package main

import (
	"context"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/busylamp/busylamp/phones/handset"
)

// party is the demo's phones that are there, by number.
type party struct {
	mu sync.Mutex
	in map[string]handset.Handset
}

func (p *party) set(number string, h handset.Handset) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.in[number] = h; h == nil {
		delete(p.in, number)
	}
}

// pair chooses two phones that have nothing to do; false if there are none.
func (p *party) pair() (caller, callee handset.Handset, number string, ok bool) {
	p.mu.Lock()
	in := maps.Clone(p.in)
	p.mu.Unlock()
	idle := slices.DeleteFunc(slices.Sorted(maps.Keys(in)), func(n string) bool {
		d := in[n].Display()
		return !d.Registered || len(d.Calls) > 0 || d.DnD
	})
	if len(idle) < 2 {
		return nil, nil, "", false
	}
	rand.Shuffle(len(idle), func(i, j int) { idle[i], idle[j] = idle[j], idle[i] })
	return in[idle[0]], in[idle[1]], idle[1], true
}

// between is a time from a to b.
func between(a, b time.Duration) time.Duration { return a + rand.N(b-a) }

// chat lets two phones talk now and then, until ctx ends.
func (p *party) chat(ctx context.Context) {
	for pause(ctx, between(5*time.Second, 10*time.Second)) {
		if caller, callee, number, ok := p.pair(); ok {
			talk(ctx, caller, callee, number)
			if !pause(ctx, between(15*time.Second, 40*time.Second)) {
				return
			}
		}
	}
}

// talk is one call: it rings, is answered, lasts and ends. Whatever happens, both
// hang up.
func talk(ctx context.Context, caller, callee handset.Handset, number string) {
	defer hangUp(caller)
	defer hangUp(callee)
	if caller.Press(handset.Key{Kind: handset.KeyDial, Text: number}) != nil {
		return
	}
	if !sees(ctx, callee, func(d handset.Display) bool { return d.Ring != "" }) || !pause(ctx, between(2*time.Second, 5*time.Second)) {
		return
	}
	if callee.Press(handset.Key{Kind: handset.KeyAnswer}) != nil {
		return
	}
	if sees(ctx, caller, connected) {
		pause(ctx, between(8*time.Second, 25*time.Second))
	}
}

func connected(d handset.Display) bool {
	return slices.ContainsFunc(d.Calls, func(c handset.Call) bool { return c.State == handset.Connected })
}

func hangUp(h handset.Handset) {
	if h.Display().OffHook {
		_ = h.Press(handset.Key{Kind: handset.KeyOnHook}) // it may have left meanwhile
	}
}

// sees waits a few seconds for the display to show something.
func sees(ctx context.Context, h handset.Handset, what func(handset.Display) bool) bool {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	_, err := handset.Wait(ctx, h, what)
	return err == nil
}

// pause lets time pass; false when ctx has ended.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
