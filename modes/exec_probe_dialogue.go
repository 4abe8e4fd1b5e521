package modes

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/internal/probe"
)

// The dialogues of `ping` and `traceroute` alone. The first answer that cannot be read
// as an address or a word ends them, a number is asked for again.

// questions asks until the first error.
type questions struct {
	c   *cli.Context
	err error
}

func (q *questions) text(question, def string) string {
	if q.err != nil {
		return def
	}
	shown := question
	if def != "" {
		shown += " [" + def + "]"
	}
	var answer string
	answer, q.err = q.c.Prompt(shown+": ", def)
	return answer
}

func (q *questions) number(question string, def, least, most int) int {
	for q.err == nil {
		answer := q.text(question, strconv.Itoa(def))
		if n, err := strconv.Atoi(answer); err == nil && n >= least && n <= most {
			return n
		}
		if q.err == nil {
			q.c.Printf("%% A decimal number between %d and %d.\n", least, most)
		}
	}
	return def
}

// yes asks for yes or no; def is "n" or "no".
func (q *questions) yes(question, def string) bool {
	return strings.HasPrefix(strings.ToLower(q.text(question, def)), "y")
}

// protocol asks for the one that there is.
func (q *questions) protocol() {
	if p := strings.ToLower(q.text("Protocol", "ip")); q.err == nil && p != "ip" {
		q.err = errors.New("% Unknown protocol - \"" + p + "\", type \"ping ?\" for help")
	}
}

// target asks for the address.
func (a Agents) target(q *questions) netip.Addr {
	word := q.text("Target IP address", "")
	if q.err != nil {
		return netip.Addr{}
	}
	if word == "" {
		q.err = errors.New("% Bad IP address")
		return netip.Addr{}
	}
	var to netip.Addr
	to, q.err = a.destination(q.c, word)
	return to
}

// source asks for an address or an interface; empty: none.
func (a Agents) source(q *questions, question string) netip.Addr {
	word := q.text(question, "")
	if q.err != nil || word == "" {
		return netip.Addr{}
	}
	if addr, err := netip.ParseAddr(word); err == nil && addr.Is4() {
		return addr
	}
	name, _, ok := Library().Types["INTERFACE"].Parse(word)
	if !ok {
		q.err = errInterface
		return netip.Addr{}
	}
	var from netip.Addr
	from, q.err = a.interfaceAddress(name)
	return from
}

// options asks for IP options, of which none can be sent.
func (q *questions) options() {
	if q.err != nil {
		return
	}
	var answer string
	answer, q.err = q.c.Prompt("Loose, Strict, Record, Timestamp, Verbose[none]: ", "none")
	if q.err == nil && !strings.HasPrefix("none", strings.ToLower(answer)) {
		q.err = errors.New("% IP options are not supported")
	}
}

func (a Agents) askPing(c *cli.Context) error {
	q := &questions{c: c}
	q.protocol()
	p := pinging{Options: probe.Options{To: a.target(q), Pattern: defaultPattern}}
	p.repeat = q.number("Repeat count", 5, 1, 2147483647)
	p.size = q.number("Datagram size", 100, probe.MinSize, probe.MaxSize)
	p.Timeout = time.Duration(q.number("Timeout in seconds", 2, 0, 3600)) * time.Second
	if q.yes("Extended commands", "n") {
		p.Source = a.source(q, "Source address or interface")
		p.TOS = q.number("Type of service", 0, 0, 255)
		p.DF = q.yes("Set DF bit in IP header?", "no")
		p.validate = q.yes("Validate reply data?", "no")
		def := fmt.Sprintf("0x%X", defaultPattern)
		answer := q.text("Data pattern", def)
		var ok bool
		if p.Pattern, ok = hexPattern(answer); q.err == nil && !ok {
			q.err = errors.New("% Invalid pattern, pattern must be a hexadecimal number of at most four digits")
		}
		p.showPattern = answer != def
		q.options()
	}
	if q.yes("Sweep range of sizes", "n") {
		p.size = q.number("Sweep min size", probe.MinSize, probe.MinSize, probe.MaxSize)
		p.last = q.number("Sweep max size", probe.MaxSize, p.size, probe.MaxSize)
		p.step = q.number("Sweep interval", 1, 1, probe.MaxSize)
	}
	if q.err != nil {
		return q.err
	}
	return a.ping(c, p)
}

func (a Agents) askTrace(c *cli.Context) error {
	q := &questions{c: c}
	q.protocol()
	t := tracing{Options: probe.Options{To: a.target(q)}}
	t.Source = a.source(q, "Source address")
	t.numeric = q.yes("Numeric display", "n")
	t.Timeout = time.Duration(q.number("Timeout in seconds", 3, 1, 3600)) * time.Second
	t.probes = q.number("Probe count", 3, 1, 65535)
	t.least = q.number("Minimum Time to Live", 1, 1, 255)
	t.most = q.number("Maximum Time to Live", 30, 1, 255)
	t.port = q.number("Port Number", defaultTracePort, 1, 65535)
	q.options()
	if q.err != nil {
		return q.err
	}
	return a.trace(c, t)
}
