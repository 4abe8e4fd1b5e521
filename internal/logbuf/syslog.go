package logbuf

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Network is where datagrams to syslog servers leave.
type Network interface {
	// ListenPacket opens a UDP socket; an unspecified address lets the host choose one.
	ListenPacket(local netip.AddrPort) (net.PacketConn, error)
}

const (
	// maxDatagram bounds a line for a server, in bytes (RFC 3164 4.1).
	maxDatagram = 1024
	// sendTime bounds the wait for room in the socket's buffer.
	sendTime = time.Second
)

// serve makes the syslog servers those of the list. Each one that comes or goes is
// announced; the new ones hear of it. l.mu is held.
func (l *Log) serve(hosts []Host) {
	if l.closed || l.net == nil {
		return
	}
	for _, s := range slices.Clone(l.sinks) {
		if s.kind == Trap && !slices.Contains(hosts, s.host) {
			l.remove(s)
			l.putLocked(startStop(s.host, "stopped"))
		}
	}
	for _, h := range hosts {
		if slices.ContainsFunc(l.sinks, func(s *sink) bool { return s.kind == Trap && s.host == h }) {
			continue
		}
		s := newSink(Trap)
		s.host = h
		d := sender{net: l.net, to: netip.AddrPortFrom(h.Addr, uint16(h.Port)), sink: s}
		l.add(s, d.send, d.finish)
		l.putLocked(startStop(h, "started"))
	}
}

func startStop(h Host, what string) note {
	return message("SYS", Informational, "LOGGINGHOST_STARTSTOP", fmt.Sprintf("Logging to host %s port %d %s - CLI initiated", h.Addr, h.Port, what))
}

// trap hands a text to the servers, a line at a time, as routers write them:
// <PRI>number: origin: stamp: %text. l.mu is held.
func (l *Log) trap(n note, head string, quiet bool) {
	for text := range strings.SplitSeq(n.text, "\n") {
		l.stats.Traps++
		line := head + text
		if l.cfg.Origin != "" {
			line = l.cfg.Origin + ": " + line
		}
		if !l.cfg.Uncounted {
			line = fmt.Sprintf("%d: %s", l.stats.Traps, line)
		}
		line = fmt.Sprintf("<%d>%s", l.cfg.Facility<<3|int(max(n.sev, 0)), line)
		if len(line) > maxDatagram {
			line = strings.ToValidUTF8(line[:maxDatagram], "")
		}
		for _, s := range l.sinks {
			if s.kind == Trap {
				l.give(s, item{text: line, sev: n.sev}, quiet)
			}
		}
	}
}

// sender is the socket of one server. It belongs to the goroutine of its sink.
type sender struct {
	net  Network
	to   netip.AddrPort
	sink *sink
	conn net.PacketConn // nil: not open
}

// send sends one line. What cannot be sent is lost, as syslog has it.
func (d *sender) send(_ Severity, line string) {
	err := d.try(line)
	d.sink.down.Store(err != nil)
	if err != nil {
		d.close() // another address or route may be there the next time
	}
}

func (d *sender) try(line string) (err error) {
	if d.conn == nil {
		if d.conn, err = d.net.ListenPacket(netip.AddrPortFrom(netip.IPv4Unspecified(), 0)); err != nil {
			return err
		}
	}
	if err := d.conn.SetWriteDeadline(time.Now().Add(sendTime)); err != nil {
		return err
	}
	_, err = d.conn.WriteTo([]byte(line), net.UDPAddrFromAddrPort(d.to))
	return err
}

// finish sends what was logged while the server was one, unless it cannot be sent.
func (d *sender) finish() {
	defer d.close()
	for !d.sink.down.Load() {
		select {
		case it := <-d.sink.queue:
			if it.mark != nil {
				it.mark()
			} else {
				d.send(it.sev, it.text)
			}
		default:
			return
		}
	}
}

func (d *sender) close() {
	if d.conn != nil {
		_ = d.conn.Close()
		d.conn = nil
	}
}
