package skinny

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/busylamp/busylamp/phones/sccp/wire"
)

// keepUp is the goroutine: it connects, again and again.
func (p *Phone) keepUp() {
	pause := firstPause
	for p.ctx.Err() == nil {
		ready, err := p.connect()
		p.mu.Lock()
		if ready {
			pause = firstPause
		}
		wait := pause
		pause = min(2*pause, lastPause)
		switch {
		case p.leaving && p.reset:
			wait, p.why = resetPause, resetReset
		case p.leaving:
			wait, p.why = firstPause, resetRestart
		case errors.Is(err, errSilent):
			p.why = keepaliveTO
		default:
			p.why = closedTCP
		}
		p.leaving, p.reset = false, false
		p.conn, p.talk = nil, dialogue{}
		p.fault = err
		p.tries++
		p.face.reset()
		p.show()
		p.wake() // Register, about the fault
		p.mu.Unlock()
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-p.ctx.Done():
			t.Stop()
		}
	}
}

// connect is one connection from its beginning to its end; ready says that the
// phone was in service.
func (p *Phone) connect() (ready bool, err error) {
	ctx, cancel := context.WithTimeout(p.ctx, dialTimeout)
	conn, err := p.o.Network.Dial(ctx, p.o.Server)
	cancel()
	if err != nil {
		return false, fmt.Errorf("connecting to %v: %w", p.o.Server, err)
	}
	defer conn.Close()
	local := addrOf(conn.LocalAddr())
	p.sending.Lock()
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		p.sending.Unlock()
		return false, ErrClosed
	}
	p.conn = conn
	p.talk = dialogue{profile: p.profile, mac: p.o.MAC, addr: local}
	p.out = p.talk.start(p.out[:0], p.why)
	p.mu.Unlock()
	p.write(conn)
	p.sending.Unlock()
	err = p.read(conn)
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.talk.ready, err
}

// addrOf is the address of a connection's end.
func addrOf(a net.Addr) netip.Addr {
	if tcp, ok := a.(*net.TCPAddr); ok {
		return tcp.AddrPort().Addr().Unmap()
	}
	return netip.Addr{}
}

// read handles what comes; in between it sends keepalives and renews call lists.
func (p *Phone) read(conn net.Conn) error {
	r := wire.NewReader(conn)
	next := time.Now().Add(registerTime)
	for {
		_ = conn.SetReadDeadline(earlier(next, time.Now().Add(listCheck)))
		id, version, body, err := r.Next()
		if err != nil && !timedOut(err) {
			return fmt.Errorf("connection to %v: %w", p.o.Server, err)
		}
		was := p.interval()
		p.sending.Lock()
		p.mu.Lock()
		p.out = p.out[:0]
		switch {
		case err == nil:
			err = p.handle(id, version, body)
		case time.Now().Before(next):
			err = nil
		default:
			p.out, err = p.talk.beat(p.out)
			p.show() // its clock has gone on
		}
		for _, m := range p.face.renew() {
			p.out = p.talk.add(p.out, m)
		}
		now := p.talk.interval()
		p.mu.Unlock()
		p.write(conn)
		p.sending.Unlock()
		if err != nil {
			return err
		}
		if now != was || !time.Now().Before(next) {
			next = time.Now().Add(now)
		}
	}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func (p *Phone) interval() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.talk.interval()
}

func timedOut(err error) bool {
	var t net.Error
	return errors.As(err, &t) && t.Timeout()
}

// handle takes one message; what is to be sent is appended to out. sending and mu are held.
func (p *Phone) handle(id, version uint32, body []byte) error {
	m, err := wire.Decode(id, version, body, p.talk.inUse)
	if err != nil {
		return err
	}
	if reset, ok := m.(*wire.Reset); ok {
		p.leaving, p.reset = true, reset.Kind == wire.ResetReset
		time.AfterFunc(leaveTimeout, p.hangOn(p.conn)) // a server that does not answer
	}
	if p.out, err = p.talk.take(p.out, id, m); err != nil {
		return err
	}
	awaited := p.face.awaits
	for _, answer := range p.face.take(m, &p.talk) {
		p.out = wire.Encode(p.out, answer, p.talk.inUse)
	}
	p.expire()
	p.show()
	if awaited && !p.face.awaits {
		p.wake() // settle
	}
	return nil
}

// hangOn closes a connection if it is still the phone's.
func (p *Phone) hangOn(conn net.Conn) func() {
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.conn == conn {
			conn.Close()
		}
	}
}

// write sends what is in out. A failure closes the connection, whose reader then
// sees to the rest. sending is held.
func (p *Phone) write(conn net.Conn) {
	if len(p.out) == 0 {
		return
	}
	_ = conn.SetWriteDeadline(time.Now().Add(writeTimeout))
	if _, err := conn.Write(p.out); err != nil {
		conn.Close()
	}
}
