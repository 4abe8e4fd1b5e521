package main

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"github.com/busylamp/busylamp/internal/app"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/softphone"
)

// The demo's phones are those of the guide's example: pool 1 and pool 2.
var demoPhones = []struct{ mac, number, watch string }{
	{"0015.6247.EF90", "2101", "2102"},
	{"0012.0007.8D82", "2102", "2101"},
}

// startDemo lets the phones register and watch each other as soon as the SIP
// endpoint is open; stop takes them off the wire. They are real SIP phones on
// loopback; whoever removes their configuration sees them refused.
func startDemo(ctx context.Context, a *app.App) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	for _, p := range demoPhones {
		running.Go(func() { demoPhone(ctx, a, p.mac, p.number, p.watch) })
	}
	return func() {
		cancel()
		running.Wait()
	}
}

func demoPhone(ctx context.Context, a *app.App, mac, number, watch string) {
	const pause = 2 * time.Second
	for ctx.Err() == nil {
		if server := a.SIP.LocalAddr(); server.IsValid() {
			runDemoPhone(ctx, server, mac, number, watch)
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// runDemoPhone is one life of a phone, until ctx ends or the server refuses it.
func runDemoPhone(ctx context.Context, server netip.AddrPort, mac, number, watch string) {
	m, err := phones.ParseMAC(mac)
	if err != nil {
		return
	}
	p, err := softphone.New(softphone.Options{Server: server, MAC: m, Number: number})
	if err != nil {
		return
	}
	defer p.Close()
	if p.Register(ctx) != nil || p.Watch(ctx, watch) != nil {
		return
	}
	<-ctx.Done()
}
