package main

import (
	"context"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/memnet"
	"github.com/busylamp/busylamp/phones/handset"
	"github.com/busylamp/busylamp/phones/softphone"
)

// Two phones of the demo, each the other's server.
func withPair(t *testing.T, f func(t *testing.T, a, b *softphone.Phone)) {
	synctest.Test(t, func(t *testing.T) {
		net := memnet.New()
		at := map[string]netip.AddrPort{"2101": netip.MustParseAddrPort("10.1.1.51:5060"), "2102": netip.MustParseAddrPort("10.1.1.52:5060")}
		open := func(number, other string) *softphone.Phone {
			p, err := softphone.New(softphone.Options{Network: net, Number: number, Local: at[number], Server: at[other]})
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		a, b := open("2101", "2102"), open("2102", "2101")
		defer synctest.Wait()
		defer b.Close()
		defer a.Close()
		f(t, a, b)
	})
}

// A call of the demo rings, is answered, lasts and ends; one that is not answered ends too.
func TestDemoTalk(t *testing.T) {
	withPair(t, func(t *testing.T, a, b *softphone.Phone) {
		began := time.Now()
		done := make(chan struct{})
		go func() {
			defer close(done)
			talk(t.Context(), a, b, "2102")
		}()
		if _, err := handset.Wait(t.Context(), b, func(d handset.Display) bool { return d.Ring != "" }); err != nil {
			t.Fatal(err)
		}
		if _, err := handset.Wait(t.Context(), a, connected); err != nil {
			t.Fatal(err)
		}
		<-done
		synctest.Wait()
		if d := time.Since(began); d < 10*time.Second || d > 31*time.Second {
			t.Errorf("lasted %v", d)
		}
		for _, p := range []*softphone.Phone{a, b} {
			if d := p.Display(); len(d.Calls) > 0 || d.OffHook {
				t.Errorf("%s", d)
			}
		}
		if err := handset.Press(b, "dnd"); err != nil {
			t.Fatal(err)
		}
		talk(t.Context(), a, b, "2102")
		if d := a.Display(); len(d.Calls) > 0 {
			t.Errorf("%s", d)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		(&party{}).chat(ctx)
	})
}

// Phones that talk, are not registered or are not to be disturbed are left alone.
func TestDemoPair(t *testing.T) {
	withPair(t, func(t *testing.T, a, b *softphone.Phone) {
		p := &party{in: map[string]handset.Handset{}}
		p.set("2101", a)
		p.set("2102", b)
		if _, _, _, ok := p.pair(); ok {
			t.Error("phones that are not registered talk")
		}
		p.set("2101", nil)
		if len(p.in) != 1 {
			t.Errorf("%v", p.in)
		}
	})
}
