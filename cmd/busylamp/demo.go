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
var demoPhones = []struct {
	mac           phones.MAC
	number, watch string
}{
	{phones.MAC{0x00, 0x15, 0x62, 0x47, 0xEF, 0x90}, "2101", "2102"},
	{phones.MAC{0x00, 0x12, 0x00, 0x07, 0x8D, 0x82}, "2102", "2101"},
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

// demoPhone keeps a phone registered wherever the SIP endpoint is.
func demoPhone(ctx context.Context, a *app.App, mac phones.MAC, number, watch string) {
	const look = time.Second
	tick := time.NewTicker(look)
	defer tick.Stop()
	var p *softphone.Phone
	var at netip.AddrPort
	for {
		if server := a.SIP.LocalAddr(); server != at {
			if p != nil {
				p.Close()
				p, at = nil, netip.AddrPort{}
			}
			if server.IsValid() {
				p, at = dialDemo(ctx, server, mac, number, watch), server
			}
		}
		if p == nil {
			at = netip.AddrPort{} // try again
		}
		select {
		case <-ctx.Done():
			if p != nil {
				p.Close()
			}
			return
		case <-tick.C:
		}
	}
}

// dialDemo registers a phone and lets it watch a number; nil when it was refused.
func dialDemo(ctx context.Context, server netip.AddrPort, mac phones.MAC, number, watch string) *softphone.Phone {
	p, err := softphone.New(softphone.Options{Server: server, MAC: mac, Number: number})
	if err != nil {
		return nil
	}
	if p.Register(ctx) != nil || p.Watch(ctx, watch) != nil {
		p.Close()
		return nil
	}
	return p
}
