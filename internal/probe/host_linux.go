package probe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/sys/unix"
)

// Ping opens an ICMP socket: one of those that need no privilege where the machine
// grants them (net.ipv4.ping_group_range), else a raw one. The errors are ErrForbidden
// and ErrSource.
func (Host) Ping(o Options) (Echoer, error) {
	s, err := newSocket(unix.SOCK_DGRAM, unix.IPPROTO_ICMP, o)
	raw := errors.Is(err, ErrForbidden)
	if raw {
		s, err = newSocket(unix.SOCK_RAW, unix.IPPROTO_ICMP, o)
	}
	if err != nil {
		return nil, err
	}
	p := &pinger{socket: s, o: o, raw: raw, id: rand.IntN(1 << 16)}
	if raw { // echo replies only: what others send and receive is not looked at
		var set error
		err := s.conn.Control(func(fd uintptr) {
			const icmpFilter = 1
			set = unix.SetsockoptInt(int(fd), unix.SOL_RAW, icmpFilter, ^(1 << ipv4.ICMPTypeEchoReply))
		})
		if err := errors.Join(err, set); err != nil {
			return nil, errors.Join(fmt.Errorf("preparing a socket for probes: %w", err), s.Close())
		}
	}
	return p, nil
}

type pinger struct {
	*socket
	o   Options
	raw bool
	id  int // of a raw socket; the machine chooses that of others
}

// Echo implements Echoer.
func (p *pinger) Echo(ctx context.Context, seq, size int) (Reply, error) {
	seq &= 1<<16 - 1
	data := fill(size, p.o.Pattern)
	b, err := (&icmp.Message{Type: ipv4.ICMPTypeEcho, Body: &icmp.Echo{ID: p.id, Seq: seq, Data: data}}).Marshal(nil)
	if err != nil {
		return Reply{}, fmt.Errorf("making an echo request: %w", err)
	}
	return p.probe(ctx, p.o.Timeout, b, 0, 0, func(m message) (Reply, bool) {
		if p.raw && !m.failed {
			m.data = withoutIP(m.data)
		}
		got, err := icmp.ParseMessage(unix.IPPROTO_ICMP, m.data)
		if err != nil {
			return Reply{}, false
		}
		echo, ok := got.Body.(*icmp.Echo)
		if !ok || echo.Seq != seq || p.raw && echo.ID != p.id {
			return Reply{}, false
		}
		if m.failed {
			return Reply{Kind: m.kind, From: m.from}, true
		}
		return Reply{Kind: Answered, From: m.from, Damaged: !bytes.Equal(echo.Data, data)}, got.Type == ipv4.ICMPTypeEchoReply
	})
}

// withoutIP takes the header of IP off what a raw socket has received.
func withoutIP(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	return b[min(int(b[0]&15)*4, len(b)):]
}

// Trace opens a UDP socket, which needs no privilege. The error is ErrSource.
func (Host) Trace(o Options) (Tracer, error) {
	s, err := newSocket(unix.SOCK_DGRAM, unix.IPPROTO_UDP, o)
	if err != nil {
		return nil, err
	}
	return &tracer{s, o}, nil
}

type tracer struct {
	*socket
	o Options
}

// Probe implements Tracer.
func (t *tracer) Probe(ctx context.Context, ttl, port int) (Reply, error) {
	return t.probe(ctx, t.o.Timeout, nil, ttl, port, func(m message) (Reply, bool) {
		switch {
		case !m.failed:
			// Somebody listens at that port and answers.
			return Reply{Kind: Answered, From: m.from}, m.from == t.o.To
		case m.port != port:
			return Reply{}, false
		case m.kind == Refused && m.from == t.o.To: // its port is unreachable: it was reached
			m.kind = Answered
		}
		return Reply{Kind: m.kind, From: m.from}, true
	})
}
