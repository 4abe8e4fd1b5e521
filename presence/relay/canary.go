package relay

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// Where the process of a server has died and its host lives, or where there is no way to
// it, the network says so at once to a socket that is connected to the server's port: to
// a keep-alive (RFC 5626 3.5.1, which a server ignores) comes an ICMP error, and the next
// read fails. That is a hint and no more, for ICMP can be forged: it sets off an OPTIONS,
// and the server is down if that has no answer within hurry.
const (
	canaryEvery = 2 * time.Second
	canaryWait  = time.Second     // for an ICMP error
	hurry       = 2 * time.Second // an OPTIONS is sent at 0, 0.5 and 1.5 s
)

// canary begins to ask the network about a server, unless SIP goes by TCP, whose
// connections say it themselves. It ends with the relay, or when p.hush is called.
func (r *Relay) canary(p *probe) {
	if r.dial == nil || r.config.TCP {
		return
	}
	ctx, cancel := context.WithCancel(r.life)
	p.hush = cancel
	to := netip.AddrPortFrom(p.server, serverPort)
	r.canaries.Go(func() { r.sing(ctx, p, to) })
}

// hushed ends the canary of a probe, if it has one.
func (p *probe) hushed() {
	if p.hush != nil {
		p.hush()
		p.hush = nil
	}
}

// sing is the goroutine of one canary: it tells of each change.
func (r *Relay) sing(ctx context.Context, p *probe, to netip.AddrPort) {
	tick := time.NewTicker(canaryEvery)
	defer tick.Stop()
	var conn net.Conn
	drop := func() {
		if conn != nil {
			_ = conn.Close()
			conn = nil
		}
	}
	defer drop()
	was := false
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		var err error
		if conn == nil {
			conn, err = r.dial(ctx, to)
		}
		if err == nil {
			err = keepAlive(ctx, conn)
		}
		refused := errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.EHOSTUNREACH) || errors.Is(err, syscall.ENETUNREACH)
		if err != nil { // our own address may be another one now
			drop()
		}
		if refused != was && ctx.Err() == nil {
			was = refused
			r.post(func() { r.hinted(p, refused) })
		}
	}
}

// keepAlive sends one and waits for what the network says: nil if that is nothing, or if
// the server answers.
func keepAlive(ctx context.Context, conn net.Conn) error {
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	if err := conn.SetReadDeadline(time.Now().Add(canaryWait)); err != nil {
		return err
	}
	if _, err := conn.Write([]byte("\r\n\r\n")); err != nil {
		return err
	}
	var room [1]byte // the rest of a datagram is dropped
	var late net.Error
	if _, err := conn.Read(room[:]); err != nil && !(errors.As(err, &late) && late.Timeout()) {
		return err
	}
	return nil
}

// hinted takes what the network says about a server: it is asked at once.
func (r *Relay) hinted(p *probe, refused bool) {
	if r.probes[p.server] != p || !r.open {
		return
	}
	r.debug(topicEvent, 0, "presence_relay_server", "%s: the network says that it is there: %t", p.server, !refused)
	p.refused = refused
	switch {
	case refused && p.answered && !p.down:
		r.alarms.set(&p.verdict, time.Now().Add(hurry))
	case refused || !p.down:
		return
	}
	if !p.answered && p.proof.slot > 0 {
		r.alarms.set(&p.proof, time.Now())
	}
	if !p.asking {
		r.ask(p)
	}
}

// condemn says that a server is down which the network calls unreachable and which has
// not answered since.
func (r *Relay) condemn(p *probe) {
	if p.refused && p.answered && !p.down && r.open && r.probes[p.server] == p {
		r.found(p, true)
	}
}
