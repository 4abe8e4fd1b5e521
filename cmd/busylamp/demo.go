package main

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"github.com/busylamp/busylamp/internal/app"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/handset"
	"github.com/busylamp/busylamp/phones/skinny"
	"github.com/busylamp/busylamp/phones/softphone"
)

// demoPhone is a phone of the guide's example.
type demoPhone struct {
	number string // its first line
	server func(*app.App) netip.AddrPort
	open   func(ctx context.Context, server netip.AddrPort) handset.Handset // nil: not now
}

// demoPhones are pools 1 and 2 and ephones 1 and 3.
func demoPhones() []demoPhone {
	return []demoPhone{
		demoSIP(phones.MAC{0x00, 0x15, 0x62, 0x47, 0xEF, 0x90}, "7971", "2101", "2102"),
		demoSIP(phones.MAC{0x00, 0x12, 0x00, 0x07, 0x8D, 0x82}, "7970", "2102", "2101"),
		demoSCCP(phones.MAC{0x00, 0x12, 0x7F, 0x57, 0x62, 0xA5}, "7960", "2001"),
		demoSCCP(phones.MAC{0x00, 0x15, 0x62, 0x47, 0xEF, 0x91}, "7971", "2005"),
	}
}

// demoSIP registers when it is opened, and watches a number.
func demoSIP(mac phones.MAC, model, number, watch string) demoPhone {
	return demoPhone{
		number: number,
		server: func(a *app.App) netip.AddrPort { return a.SIP.LocalAddr() },
		open: func(ctx context.Context, server netip.AddrPort) handset.Handset {
			p, err := softphone.New(softphone.Options{Server: server, MAC: mac, Model: model, Number: number})
			if err != nil {
				return nil
			}
			if p.Register(ctx) != nil || p.Watch(ctx, watch) != nil {
				p.Close()
				return nil
			}
			return p
		},
	}
}

// demoSCCP is opened at once and goes on trying to register.
func demoSCCP(mac phones.MAC, model, number string) demoPhone {
	return demoPhone{
		number: number,
		server: func(a *app.App) netip.AddrPort { return a.Skinny.Snapshot().Listening },
		open: func(ctx context.Context, server netip.AddrPort) handset.Handset {
			p, err := skinny.New(skinny.Options{Server: server, MAC: mac, Model: model})
			if err != nil {
				return nil
			}
			begun, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			_ = p.Register(begun)
			return p
		},
	}
}

// startDemo lets the phones register as soon as they are served, and call one
// another now and then; stop takes them off the wire. They are real phones on
// loopback; whoever removes their configuration sees them refused.
func startDemo(ctx context.Context, a *app.App) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	p := &party{in: map[string]handset.Handset{}}
	for _, d := range demoPhones() {
		running.Go(func() { p.keep(ctx, d, func() netip.AddrPort { return d.server(a) }) })
	}
	running.Go(func() { p.chat(ctx) })
	return func() {
		cancel()
		running.Wait()
	}
}

// keep keeps a phone registered wherever its server is.
func (p *party) keep(ctx context.Context, d demoPhone, server func() netip.AddrPort) {
	const look = time.Second
	tick := time.NewTicker(look)
	defer tick.Stop()
	var h handset.Handset
	var at netip.AddrPort
	leave := func() {
		if h != nil {
			p.set(d.number, nil)
			h.Close()
			h, at = nil, netip.AddrPort{}
		}
	}
	defer leave()
	for {
		if now := server(); now != at || h == nil {
			leave()
			if now.IsValid() {
				if h = d.open(ctx, now); h != nil {
					at = now
					p.set(d.number, h)
				}
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
