// Package logbuf is the appliance's logging: syslog-style messages
// (%SYS-5-CONFIG_I: …), debug topics, the ring behind `logging buffered`, the
// sinks behind `logging console` and `terminal monitor`, and the one formatter
// of time stamps.
//
// Every room may import it; it imports the standard library only.
//
// # Goroutines
//
// Msg and Debugf may be called from any goroutine and never block: they stamp
// the text, put it into the ring and into the queue of each sink. Each sink has
// one goroutine that hands the queued texts to its function in order; Log.Close
// stops them all and waits. A queue holds sinkQueue texts; when it is full, new
// texts are dropped for that sink and counted (Stats.Dropped): a terminal that
// stops reading, or a server that does not answer ARP, costs nobody else anything.
// Each syslog server is a sink, whose goroutine owns its socket.
//
// # Text from outside
//
// What strangers send ends up in texts, so this is the one place that makes it
// harmless for terminals: control characters (C0, DEL, C1) and bytes that are no
// UTF-8 never get through, and a line end in an argument is shown as \n, so that
// nobody can forge a line. Only the format of a debug text, and its arguments of
// type Lines, break lines.
package logbuf

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Topic names a debug switch as it is typed after `debug`: "presence errors",
// "ccsip messages", "ephone blf".
type Topic string

// SinkKind tells which level and which listeners a sink belongs to.
type SinkKind uint8

// The kinds of sinks.
const (
	Console SinkKind = iota // con 0, `logging console LEVEL`
	Monitor                 // vty lines after `terminal monitor`, `logging monitor LEVEL`
	Trap                    // syslog servers, `logging trap LEVEL`; they are Config.Hosts
	kinds
)

const (
	// sinkQueue bounds the texts that wait for one sink; beyond it new texts
	// are dropped and counted.
	sinkQueue = 2048
	// maxEarly bounds what is kept for the first console; less than sinkQueue.
	maxEarly = 200
	// maxText bounds one text in bytes; a SIP message fits. The rest is cut.
	maxText = 64 << 10
	// maxBuffer bounds `logging buffered`, in bytes.
	maxBuffer = 64 << 20
)

// Config is what the configuration says about logging. The zero value logs
// emergencies only; see DefaultConfig. Slices are not changed after Apply.
type Config struct {
	// Disabled is `no logging on`: nothing but the console gets messages.
	Disabled bool
	// LogStamp and DebugStamp are `service timestamps log|debug …`.
	LogStamp, DebugStamp Stamp
	// BufferSize is `logging buffered BYTES`, 0 for no buffer.
	BufferSize int
	// The least severe level that is still logged to each place; Off for none.
	BufferLevel, ConsoleLevel, MonitorLevel, TrapLevel Severity
	// SequenceNumbers is `service sequence-numbers`.
	SequenceNumbers bool
	// Counting is `logging count`.
	Counting bool
	// Rate is `logging rate-limit`.
	Rate Rate
	// Hosts are the syslog servers.
	Hosts []Host
	// Facility is that of `logging facility`, 0 to 23 (RFC 3164 4.1.1).
	Facility int
	// Origin is what `logging origin-id` puts into each line for a server, "" for nothing.
	Origin string
	// Exception is `logging exception`, in bytes: it is shown, and nothing crashes into it.
	Exception int
	// Uncounted is `no logging message-counter syslog`: lines for servers bear no number.
	Uncounted bool
}

// Rate is a limit of messages a second, 0 for none.
type Rate struct {
	Limit int
	// Console: only what goes to the console is limited. All: debug texts as well.
	Console, All bool
	// Except is the least severe level that is never limited, Off for none.
	Except Severity
}

// Host is one syslog server.
type Host struct {
	Addr netip.Addr
	Port int // of UDP
}

// DefaultFacility is local7.
const DefaultFacility = 23

// DefaultConfig is the state of an empty configuration: everything to the
// console and to monitoring terminals, informational messages to servers, no
// buffer, uptime stamps.
func DefaultConfig() Config {
	return Config{BufferLevel: Off, ConsoleLevel: Debugging, MonitorLevel: Debugging, TrapLevel: Informational,
		Facility: DefaultFacility, Rate: Rate{Except: Off}, Exception: 4096}
}

// Stats counts texts since the start, for `show logging`.
type Stats struct {
	Console, Monitor, Buffered uint64 // handed to a console sink, a monitor sink, the ring
	Traps                      uint64 // lines that `logging trap` let through, server or not
	Dropped                    uint64 // lost because a sink's queue was full
	Limited                    uint64 // kept from one or more places by `logging rate-limit`
	Flushed                    uint64 // waited for a sink when it was detached, or for a server that went
	Overruns                   uint64 // cut because they were longer than 64 KiB
	Messages, Debugs           uint64 // made by Msg and Debugf
}

// Log is one appliance's log. All methods are safe for concurrent use.
type Log struct {
	clock Clock
	net   Network
	start time.Time // of the host's clock

	topics atomic.Pointer[map[Topic]struct{}] // nil: nothing is being debugged

	mu     sync.Mutex
	cfg    Config
	seq    uint64
	ring   ring
	sinks  []*sink
	early  []item // for the first console: what was said before it was there
	opened bool   // a console has been attached
	stats  Stats
	counts counts
	rate   window
	closed bool
	wg     sync.WaitGroup
}

// Clock tells the time that stamps show, and what stands before it: an asterisk while
// nobody vouches for it.
type Clock interface {
	Now() time.Time
	Mark() string
}

// New makes a log with DefaultConfig that shows the time of now, for which nobody
// vouches, and sends to no server. Uptime in stamps counts from here.
func New(now func() time.Time) *Log { return NewOn(unset(now), nil) }

type unset func() time.Time

func (u unset) Now() time.Time { return u() }
func (u unset) Mark() string   { return "*" }

// NewOn is New with a clock, and with the network in which the servers are.
func NewOn(c Clock, n Network) *Log {
	return &Log{clock: c, net: n, start: time.Now(), cfg: DefaultConfig()}
}

// Apply puts a configuration into force. It never fails; the signature is that
// of a conf binding.
func (l *Log) Apply(_ context.Context, _, new Config) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cfg = new
	l.ring.resize(min(max(new.BufferSize, 0), maxBuffer))
	if !new.Counting {
		l.counts.clear()
	}
	l.serve(new.Hosts)
	return nil
}

// Config returns the configuration in force.
func (l *Log) Config() Config {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cfg
}

// Msg logs a message of the form %FACILITY-SEVERITY-MNEMONIC: text, one line.
func (l *Log) Msg(facility string, sev Severity, mnemonic, format string, a ...any) {
	l.put(message(facility, sev, mnemonic, sprintf(format, a)))
}

// Debugf logs a line of a debug topic, and does nothing while the topic is
// off. It has the severity Debugging. The text may span lines: see Lines.
func (l *Log) Debugf(t Topic, format string, a ...any) {
	if !l.Enabled(t) {
		return
	}
	args := make([]any, len(a))
	for i, v := range a {
		args[i] = arg{v}
	}
	l.put(note{sev: Debugging, debug: true, text: sprintf(format, args)})
}

func message(facility string, sev Severity, mnemonic, text string) note {
	kind := fmt.Sprintf("%%%s-%d-%s", facility, sev, mnemonic)
	return note{sev: sev, kind: kind, text: kind + ": " + oneLine(strings.TrimSuffix(text, "\n"))}
}

// sprintf leaves texts without arguments alone: they may hold percent signs.
func sprintf(format string, a []any) string {
	if len(a) == 0 {
		return format
	}
	return fmt.Sprintf(format, a...)
}

// note is one text on its way to the places that want it.
type note struct {
	sev   Severity
	debug bool
	kind  string // "%SYS-5-CONFIG_I", "" for a debug text
	text  string
}

func (l *Log) put(n note) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.putLocked(n)
}

// putLocked hands a text to the ring and the sinks. l.mu is held.
func (l *Log) putLocked(n note) {
	if l.closed {
		return
	}
	if len(n.text) > maxText {
		n.text = n.text[:maxText]
		l.stats.Overruns++
	}
	n.text = harmless(strings.TrimSuffix(n.text, "\n")) // a blank line at the end is meant
	stamp := l.cfg.LogStamp
	if n.debug {
		stamp = l.cfg.DebugStamp
		l.stats.Debugs++
	} else {
		l.stats.Messages++
	}
	l.seq++
	head := stamp.Format(l.clock.Now(), time.Since(l.start), l.clock.Mark())
	if l.cfg.Counting && !n.debug {
		l.counts.add(n.kind, strings.TrimSuffix(head, ": "))
	}
	if l.cfg.SequenceNumbers {
		head = fmt.Sprintf("%06d: %s", l.seq, head)
	}
	quiet := l.limited(n)
	line := head + n.text
	if !l.cfg.Disabled && !quiet[Monitor] && n.sev <= l.cfg.BufferLevel && l.ring.add(line) {
		l.stats.Buffered++
	}
	if n.sev <= l.cfg.ConsoleLevel && !quiet[Console] && !l.opened && len(l.early) < maxEarly {
		l.early = append(l.early, item{text: line, sev: n.sev})
	}
	levels := [kinds]Severity{Console: l.cfg.ConsoleLevel, Monitor: l.cfg.MonitorLevel, Trap: Off}
	if l.cfg.Disabled {
		levels[Monitor] = Off
	}
	for _, s := range l.sinks {
		if n.sev <= levels[s.kind] {
			l.give(s, item{text: line, sev: n.sev}, quiet[s.kind])
		}
	}
	if !l.cfg.Disabled && n.sev <= l.cfg.TrapLevel {
		l.trap(n, head, quiet[Trap])
	}
}

// give puts a text into the queue of a sink. l.mu is held.
func (l *Log) give(s *sink, it item, quiet bool) {
	if quiet {
		s.limited++
		return
	}
	select {
	case s.queue <- it:
		s.sent++
		switch s.kind {
		case Console:
			l.stats.Console++
		case Monitor:
			l.stats.Monitor++
		}
	default:
		s.dropped++
		l.stats.Dropped++
	}
}

// Enabled tells whether a debug topic is on. While no topic is on it costs one
// atomic load.
func (l *Log) Enabled(t Topic) bool {
	m := l.topics.Load()
	if m == nil {
		return false
	}
	_, on := (*m)[t]
	return on
}

// SetDebug switches a topic and tells whether that changed anything.
func (l *Log) SetDebug(t Topic, on bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.Enabled(t) == on {
		return false
	}
	next := map[Topic]struct{}{}
	if m := l.topics.Load(); m != nil {
		for k := range *m {
			next[k] = struct{}{}
		}
	}
	if on {
		next[t] = struct{}{}
	} else {
		delete(next, t)
	}
	if len(next) == 0 {
		l.topics.Store(nil)
	} else {
		l.topics.Store(&next)
	}
	return true
}

// Debugs lists the topics that are on, sorted.
func (l *Log) Debugs() []Topic {
	m := l.topics.Load()
	if m == nil {
		return nil
	}
	out := make([]Topic, 0, len(*m))
	for t := range *m {
		out = append(out, t)
	}
	slices.Sort(out)
	return out
}

// UndebugAll switches every topic off.
func (l *Log) UndebugAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.topics.Store(nil)
}

// Buffer returns the texts of the ring, oldest first, each stamped and without
// a final newline.
func (l *Log) Buffer() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ring.all()
}

// ClearBuffer empties the ring (`clear logging`).
func (l *Log) ClearBuffer() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ring.clear()
}

// Stats returns the counters.
func (l *Log) Stats() Stats {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stats
}

// Uptime is the time since New.
func (l *Log) Uptime() time.Duration { return time.Since(l.start) }
