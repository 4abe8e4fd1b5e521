package transcripts

import (
	"context"
	"net/netip"
	"time"

	"github.com/busylamp/busylamp/internal/memnet"
	"github.com/busylamp/busylamp/internal/probe"
)

// probes is the network in memory as ping sees it: whoever is there answers after
// labTrip, nobody else ever does, and there is no router on the way.
type probes struct{ net *memnet.Net }

// labTrip is how long an echo takes in memory.
const labTrip = 2 * time.Millisecond

// Ping implements probe.Net.
func (p probes) Ping(o probe.Options) (probe.Echoer, error) { return p.open(o) }

// Trace implements probe.Net.
func (p probes) Trace(o probe.Options) (probe.Tracer, error) { return p.open(o) }

func (p probes) open(o probe.Options) (labProbe, error) {
	if o.Source.IsValid() && !p.net.Inhabited(o.Source) {
		return labProbe{}, probe.ErrSource
	}
	return labProbe{p.net, o}, nil
}

type labProbe struct {
	net *memnet.Net
	o   probe.Options
}

// Echo implements probe.Echoer.
func (p labProbe) Echo(ctx context.Context, _, _ int) (probe.Reply, error) {
	return p.ask(ctx, p.o.To)
}

// Probe implements probe.Tracer.
func (p labProbe) Probe(ctx context.Context, _, _ int) (probe.Reply, error) {
	return p.ask(ctx, p.o.To)
}

// Close implements probe.Echoer and probe.Tracer.
func (p labProbe) Close() error { return nil }

func (p labProbe) ask(ctx context.Context, to netip.Addr) (probe.Reply, error) {
	reply, wait := probe.Reply{}, p.o.Timeout
	if p.net.Inhabited(to) && labTrip < wait {
		reply, wait = probe.Reply{Kind: probe.Answered, From: to, Took: labTrip}, labTrip
	}
	select {
	case <-time.After(wait):
		return reply, nil
	case <-ctx.Done():
		return probe.Reply{}, ctx.Err()
	}
}
