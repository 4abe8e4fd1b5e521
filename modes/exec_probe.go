package modes

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/internal/probe"
)

// execProbe is `ping` and `traceroute`. As on routers everybody may probe an address,
// and only level 15 may say how (command reference: ping (user), ping (privileged)).
func execProbe(a Agents) []cli.Exec {
	dialogue := func(ask func(*cli.Context) error) func(*cli.Context, grammar.Args) error {
		return func(c *cli.Context, _ grammar.Args) error { return ask(c) }
	}
	cmds := []cli.Exec{
		everybody("ping [ip] WORD$host", "", a.pingCommand),
		privileged("ping [ip] WORD$host {repeat <1-2147483647>$repeat|size <36-18024>$size|timeout <0-3600>$timeout|"+
			"source <A.B.C.D$source|INTERFACE$interface>|df-bit$df|data HEX(4)$data|validate$validate|tos <0-255>$tos}", "", a.pingCommand),
		privileged("ping", "", dialogue(a.askPing)),
		everybody("traceroute [ip] WORD$host", "", a.traceCommand),
		privileged("traceroute [ip] WORD$host {numeric$numeric|probe <1-65535>$probes|timeout <1-3600>$timeout|"+
			"ttl <1-255>$least <1-255>$most|port <1-65535>$port|source <A.B.C.D$source|INTERFACE$interface>}", "", a.traceCommand),
		privileged("traceroute", "", dialogue(a.askTrace)),
	}
	for i := range cmds {
		cmds[i].Help = trim(cmds[i].Syntax, probeHelp)
	}
	return cmds
}

const probeHelp = `
	ping        Send echo messages
	traceroute  Trace route to destination
	ip          IP echo
	$host       Address or name of a host
	repeat      How many echo messages
	$repeat     How many
	size        Length of a message
	$size       Bytes, with the IP header
	timeout     How long to wait for each answer
	$timeout    Seconds
	source      Address they come from
	$source     Address of an interface
	$interface  Interface
	df-bit      They must not be fragmented
	$df         They must not be fragmented
	data        What they are filled with
	$data       Pattern
	validate    Compare the data of the answers
	$validate   Compare the data of the answers
	tos         Type of service
	$tos        Type of service
	numeric     Show no names
	$numeric    Show no names
	probe       How many probes for each step
	$probes     How many
	ttl         Range of the time to live
	$least      First time to live
	$most       Last time to live
	port        UDP port
	$port       Port of the first probe`

// Texts of probes that cannot be sent.
var (
	errSource    = errors.New("% Invalid source address- IP address not on any of our up interfaces")
	errInterface = errors.New("% Invalid source interface - IP not enabled or interface is down")
	errForbidden = errors.New("% ICMP is not permitted to this process by the host")
)

// probeError is what a user reads of a prober's error.
func probeError(err error) error {
	switch {
	case errors.Is(err, probe.ErrSource):
		return errSource
	case errors.Is(err, probe.ErrForbidden):
		return errForbidden
	}
	return fmt.Errorf("%% %w", err)
}

// errNoHost: a name that is none.
const errNoHost answer = "% Unrecognized host or address, or protocol not running."

// destination finds a host by address or name.
func (a Agents) destination(c *cli.Context, word string) (netip.Addr, error) {
	if addr, err := netip.ParseAddr(word); err == nil && addr.Is4() {
		return addr, nil
	}
	if h, ok := hostNamed(c.Tree(), word); ok {
		return h.addresses[0], nil
	}
	c.Printf("%s\n", cli.Translating(word, c.Shell.Config().DomainLookup))
	return netip.Addr{}, errNoHost
}

// from is the source address that the words of a command name, not valid for none.
func (a Agents) from(args grammar.Args) (netip.Addr, error) {
	if args.Has("interface") {
		return a.interfaceAddress(args.String("interface"))
	}
	return address(args, "source"), nil
}

func (a Agents) interfaceAddress(name string) (netip.Addr, error) {
	if a.Machine == nil {
		return netip.Addr{}, errInterface
	}
	list, err := a.interfaces(name)
	if err != nil || len(list) == 0 || !list[0].Up() || len(list[0].IPv4()) == 0 {
		return netip.Addr{}, errInterface
	}
	return list[0].IPv4()[0].Addr(), nil
}

// wait is an optional number of seconds.
func wait(args grammar.Args, capture string, def int) time.Duration {
	return time.Duration(number(args, capture, def)) * time.Second
}

func number(args grammar.Args, capture string, def int) int {
	if args.Has(capture) {
		return args.Int(capture)
	}
	return def
}

// pinging is one `ping`.
type pinging struct {
	probe.Options
	repeat      int // of each size
	size        int // bytes
	last, step  int // of a sweep of sizes, 0 for none
	validate    bool
	showPattern bool
}

// defaultPattern is what routers fill echo requests with.
const defaultPattern = 0xABCD

func (a Agents) pingCommand(c *cli.Context, args grammar.Args) error {
	to, err := a.destination(c, args.String("host"))
	if err != nil {
		return err
	}
	p := pinging{repeat: number(args, "repeat", 5), size: number(args, "size", 100), validate: args.Has("validate")}
	p.Options = probe.Options{To: to, Timeout: wait(args, "timeout", 2), TOS: number(args, "tos", 0), DF: args.Has("df"), Pattern: defaultPattern}
	if p.Source, err = a.from(args); err != nil {
		return err
	}
	if args.Has("data") {
		p.Pattern, _ = hexPattern(args.String("data"))
		p.showPattern = true
	}
	return a.ping(c, p)
}

// hexPattern reads a data pattern.
func hexPattern(text string) (uint16, bool) {
	text = strings.TrimPrefix(strings.ToLower(text), "0x")
	n, err := strconv.ParseUint(text, 16, 16)
	return uint16(n), err == nil
}

// pace is the shortest time between two echo requests: a user floods nobody.
const pace = time.Millisecond

// rowLength is after how many marks a router begins a new line.
const rowLength = 70

func (a Agents) ping(c *cli.Context, p pinging) error {
	if a.Probes == nil {
		return errForbidden
	}
	echoer, err := a.Probes.Ping(p.Options)
	if err != nil {
		return probeError(err)
	}
	defer echoer.Close()
	return c.Foreground(func(ctx context.Context, out io.Writer) error {
		if _, err := io.WriteString(out, p.head()); err != nil {
			return nil // the terminal has gone
		}
		var sum echoes
		err := p.run(ctx, echoer, out, &sum)
		if sum.sent > 0 && sum.sent%rowLength != 0 {
			fmt.Fprintln(out)
		}
		fmt.Fprint(out, sum)
		if err != nil && ctx.Err() == nil {
			return probeError(err)
		}
		return nil
	})
}

// head is what is printed before the first mark.
func (p pinging) head() string {
	var b strings.Builder
	size := strconv.Itoa(p.size)
	count := p.repeat
	if p.step > 0 {
		size = fmt.Sprintf("[%d..%d]", p.size, p.last)
		count *= (p.last-p.size)/p.step + 1
	}
	fmt.Fprintf(&b, "\nType escape sequence to abort.\nSending %d, %s-byte ICMP Echos to %s, timeout is %d seconds:\n",
		count, size, p.To, int(p.Timeout/time.Second))
	if p.Source.IsValid() {
		fmt.Fprintf(&b, "Packet sent with a source address of %s \n", p.Source)
	}
	if p.DF {
		fmt.Fprintf(&b, "Packet sent with the DF bit set\n")
	}
	if p.validate {
		fmt.Fprintf(&b, "Reply data will be validated\n")
	}
	if p.showPattern {
		fmt.Fprintf(&b, "Packet has data pattern 0x%04X\n", p.Pattern)
	}
	return b.String()
}

// run sends until all is sent, ctx ends or the terminal has gone.
func (p pinging) run(ctx context.Context, e probe.Echoer, out io.Writer, sum *echoes) error {
	seq := 0
	for range p.repeat {
		for size := p.size; ; size += p.step {
			start := time.Now()
			sum.sent++
			reply, err := e.Echo(ctx, seq, size)
			if err != nil {
				return err
			}
			mark := marks[reply.Kind]
			if reply.Kind == probe.Answered {
				if p.validate && reply.Damaged {
					mark = "C"
				} else {
					sum.add(reply.Took)
				}
			}
			if seq++; seq%rowLength == 0 {
				mark += "\n"
			}
			if _, err := io.WriteString(out, mark); err != nil {
				return context.Canceled // the terminal has gone
			}
			if !rest(ctx, pace-time.Since(start)) {
				return ctx.Err()
			}
			if p.step == 0 || size+p.step > p.last {
				break
			}
		}
	}
	return nil
}

// rest waits; false: ctx has ended.
func rest(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// marks are what routers print for each answer.
var marks = [...]string{
	probe.Silent: ".", probe.Answered: "!", probe.Expired: "&", probe.HostUnreachable: "U", probe.NetUnreachable: "U",
	probe.ProtocolUnreachable: "U", probe.Prohibited: "U", probe.TooBig: "M", probe.Quench: "Q", probe.Refused: "U",
}

// echoes are the figures of a ping.
type echoes struct {
	sent, received  int
	least, most, in time.Duration
}

func (e *echoes) add(took time.Duration) {
	if e.received == 0 || took < e.least {
		e.least = took
	}
	e.most = max(e.most, took)
	e.in += took
	e.received++
}

// String is the last line of a ping. Routers count at least one millisecond.
func (e echoes) String() string {
	text := fmt.Sprintf("Success rate is %d percent (%d/%d)", e.received*100/max(e.sent, 1), e.received, e.sent)
	if e.received > 0 {
		ms := func(d time.Duration) int64 { return max(d.Milliseconds(), 1) }
		text += fmt.Sprintf(", round-trip min/avg/max = %d/%d/%d ms", ms(e.least), ms(e.in/time.Duration(e.received)), ms(e.most))
	}
	return text + "\n"
}
