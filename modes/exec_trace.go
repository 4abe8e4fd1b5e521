package modes

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/internal/probe"
)

// tracing is one `traceroute`.
type tracing struct {
	probe.Options
	numeric     bool
	probes      int
	least, most int // time to live
	port        int
	names       map[netip.Addr]string
}

func (a Agents) traceCommand(c *cli.Context, args grammar.Args) error {
	to, err := a.destination(c, args.String("host"))
	if err != nil {
		return err
	}
	t := tracing{numeric: args.Has("numeric"), probes: number(args, "probes", 3), least: number(args, "least", 1),
		most: number(args, "most", 30), port: number(args, "port", defaultTracePort)}
	t.Options = probe.Options{To: to, Timeout: wait(args, "timeout", 3)}
	if t.Source, err = a.from(args); err != nil {
		return err
	}
	return a.trace(c, t)
}

// defaultTracePort is where routers send their first probe.
const defaultTracePort = 33434

func (a Agents) trace(c *cli.Context, t tracing) error {
	if t.least > t.most {
		return errors.New("% Minimum TTL must not be greater than maximum TTL")
	}
	if a.Probes == nil {
		return errForbidden
	}
	tracer, err := a.Probes.Trace(t.Options)
	if err != nil {
		return probeError(err)
	}
	defer tracer.Close()
	if t.names = map[netip.Addr]string{}; !t.numeric {
		t.names = namesOf(c.Tree())
	}
	return c.Foreground(func(ctx context.Context, out io.Writer) error {
		fmt.Fprintf(out, "\nType escape sequence to abort.\nTracing the route to %s\n\n", t.label(t.To))
		err := t.run(ctx, tracer, out)
		if err != nil && ctx.Err() == nil {
			return probeError(err)
		}
		if err != nil {
			fmt.Fprintln(out)
		}
		return nil
	})
}

// label is an address with its name, if there is one.
func (t tracing) label(a netip.Addr) string {
	if name := t.names[a]; name != "" {
		return fmt.Sprintf("%s (%s)", name, a)
	}
	return a.String()
}

// run goes step by step until the address has answered, somebody refuses, or ctx ends.
func (t tracing) run(ctx context.Context, tr probe.Tracer, out io.Writer) error {
	port := t.port
	for ttl := t.least; ttl <= t.most; ttl++ {
		fmt.Fprintf(out, "%3d ", ttl)
		var last netip.Addr
		there := false
		for range t.probes {
			r, err := tr.Probe(ctx, ttl, port)
			if err != nil {
				return err
			}
			if port++; port > 65535 {
				port = t.port
			}
			text := " * "
			if r.Kind != probe.Silent {
				text = ""
				if from := cmp.Or(r.From, t.To); from != last {
					if last.IsValid() {
						text = "\n    "
					}
					text += t.label(from)
					last = from
				}
				text += step(r)
				there = there || r.Kind != probe.Expired
			}
			if _, err := io.WriteString(out, text); err != nil {
				return context.Canceled // the terminal has gone
			}
		}
		if _, err := fmt.Fprintln(out); err != nil || there {
			return nil
		}
	}
	return nil
}

// step is what routers print for an answer on the way.
func step(r probe.Reply) string {
	switch r.Kind {
	case probe.HostUnreachable:
		return " !H "
	case probe.NetUnreachable:
		return " !N "
	case probe.ProtocolUnreachable:
		return " !P "
	case probe.Prohibited:
		return " !A "
	case probe.Quench:
		return " Q "
	case probe.TooBig, probe.Refused:
		return " ? "
	}
	return fmt.Sprintf(" %d msec", r.Took.Milliseconds())
}
