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
// stops reading costs nobody else anything.
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
// emergencies only; see DefaultConfig.
type Config struct {
	// LogStamp and DebugStamp are `service timestamps log|debug …`.
	LogStamp, DebugStamp Stamp
	// BufferSize is `logging buffered BYTES`, 0 for no buffer.
	BufferSize int
	// The least severe level that is still logged to each place; Off for none.
	BufferLevel, ConsoleLevel, MonitorLevel Severity
	// SequenceNumbers is `service sequence-numbers`.
	SequenceNumbers bool
}

// DefaultConfig is the state of an empty configuration: everything to the
// console and to monitoring terminals, no buffer, uptime stamps.
func DefaultConfig() Config {
	return Config{BufferLevel: Off, ConsoleLevel: Debugging, MonitorLevel: Debugging}
}

// Stats counts texts since the start, for `show logging`.
type Stats struct {
	Console, Monitor, Buffered uint64 // handed to a console sink, a monitor sink, the ring
	Dropped                    uint64 // lost because a sink's queue was full
	Messages, Debugs           uint64 // made by Msg and Debugf
}

// Log is one appliance's log. All methods are safe for concurrent use.
type Log struct {
	now   func() time.Time
	start time.Time

	topics atomic.Pointer[map[Topic]struct{}] // nil: nothing is being debugged

	mu     sync.Mutex
	cfg    Config
	seq    uint64
	ring   ring
	sinks  []*sink
	early  []string // for the first console: what was said before it was there
	opened bool     // a console has been attached
	stats  Stats
	closed bool
	wg     sync.WaitGroup
}

// New makes a log with DefaultConfig. The uptime in stamps counts from now().
func New(now func() time.Time) *Log {
	return &Log{now: now, start: now(), cfg: DefaultConfig()}
}

// Apply puts a configuration into force. It never fails; the signature is that
// of a conf binding.
func (l *Log) Apply(_ context.Context, _, new Config) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cfg = new
	l.ring.resize(min(max(new.BufferSize, 0), maxBuffer))
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
	text := strings.TrimSuffix(sprintf(format, a), "\n")
	l.put(sev, false, fmt.Sprintf("%%%s-%d-%s: %s", facility, sev, mnemonic, oneLine(text)))
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
	l.put(Debugging, true, sprintf(format, args))
}

// sprintf leaves texts without arguments alone: they may hold percent signs.
func sprintf(format string, a []any) string {
	if len(a) == 0 {
		return format
	}
	return fmt.Sprintf(format, a...)
}

func (l *Log) put(sev Severity, debug bool, text string) {
	if len(text) > maxText {
		text = text[:maxText]
	}
	text = harmless(strings.TrimSuffix(text, "\n")) // a blank line at the end is meant
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	stamp := l.cfg.LogStamp
	if debug {
		stamp = l.cfg.DebugStamp
		l.stats.Debugs++
	} else {
		l.stats.Messages++
	}
	l.seq++
	now := l.now()
	line := stamp.Format(now, now.Sub(l.start)) + text
	if l.cfg.SequenceNumbers {
		line = fmt.Sprintf("%06d: %s", l.seq, line)
	}
	if sev <= l.cfg.BufferLevel && l.ring.add(line) {
		l.stats.Buffered++
	}
	if sev <= l.cfg.ConsoleLevel && !l.opened && len(l.early) < maxEarly {
		l.early = append(l.early, line)
	}
	levels := [kinds]Severity{Console: l.cfg.ConsoleLevel, Monitor: l.cfg.MonitorLevel}
	sent := [kinds]*uint64{Console: &l.stats.Console, Monitor: &l.stats.Monitor}
	for _, s := range l.sinks {
		if sev > levels[s.kind] {
			continue
		}
		select {
		case s.queue <- item{text: line}:
			*sent[s.kind]++
		default:
			l.stats.Dropped++
		}
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
func (l *Log) Uptime() time.Duration { return l.now().Sub(l.start) }
