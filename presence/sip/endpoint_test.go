package sip

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/siptest"
	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/presence"
)

const elsewhere = "10.1.1.2:5090"

// After a move the new socket tells every watcher the state and where we are now.
func TestEndpointMoves(t *testing.T) {
	run(t, func(r *rig) {
		r.publish("2001", idle)
		p, q := r.phone("10.1.1.11:5060"), r.phone("10.1.1.12:5060")
		ok, _ := p.subscribe(sub{})
		hangUp := q.dial()
		q.subscribe(sub{contact: "<sip:3001@10.1.1.12>"})
		r.listen(elsewhere)
		hangUp()
		h := p.hear()
		want(t, "UDP", words(len(h), h[0].From, h[0].Get("CSeq"), h[0].Get("Contact"), h[0].state()),
			"1 "+elsewhere+" 2 NOTIFY <sip:2001@"+elsewhere+"> active;expires=3600 open")
		want(t, "TCP", q.contacts(), "[<sip:2001@"+elsewhere+"> active;expires=3600 open]")
		r.publish("2001", busy)
		want(t, "afterwards", words(p.states(), q.states()), "[active;expires=3600 busy] [active;expires=3600 busy]")
		for _, rec := range r.hub.Snapshot().Records {
			want(t, "failures", rec.Retry, 0)
		}
		r.listen(server.String())
		p.hear()
		again, _ := p.subscribe(sub{toTag: ok.Tag("To")})
		want(t, "refresh", again.First, "SIP/2.0 200 OK")
	})
}

// A NOTIFY that is on its way when the endpoint moves is answered astray: that
// is no failure of the watcher.
func TestMoveWhileOutstanding(t *testing.T) {
	run(t, func(r *rig) {
		p := r.phone("10.1.1.11:5060")
		p.answers("")
		p.subscribe(sub{})
		p.answers("200 OK")
		r.listen(elsewhere)
		want(t, "told anew", p.contacts(), "[<sip:2001@"+elsewhere+"> active;expires=3600 closed]")
		p.answers("") // no repetition of the first one gets an answer
		time.Sleep(time.Minute)
		p.answers("200 OK")
		p.hear()
		want(t, "records", len(r.hub.Snapshot().Records), 1)
		r.publish("2001", busy)
		want(t, "afterwards", p.states(), "[active;expires=3540 busy]")
	})
}

// The endpoint opens again while a NOTIFY is on its way from it: the next one waits for
// its answer, so that none overtakes another.
func TestOpenWhileOutstanding(t *testing.T) {
	run(t, func(r *rig) {
		p := r.phone("10.1.1.11:5060")
		p.answers("")
		p.subscribe(sub{})
		r.a.renew()
		time.Sleep(300 * time.Millisecond)
		want(t, "meanwhile", p.states(), "[]")
		p.answers("200 OK")
		time.Sleep(300 * time.Millisecond)
		want(t, "that again, then the next", p.states(), "[active;expires=3600 closed active;expires=3600 closed]")
	})
}

// While the port cannot be had, NOTIFYs wait for it, as long as that takes.
func TestMoveToABusyPort(t *testing.T) {
	run(t, func(r *rig) {
		p, q := r.phone("10.1.1.11:5060"), r.phone("10.1.1.12:5060")
		p.subscribe(sub{})
		q.subscribe(sub{uri: "sip:2002@10.1.1.2", expires: "60"})
		hog, err := r.net.Host(server.Addr()).Listen(netip.MustParseAddrPort(elsewhere))
		if err != nil {
			t.Fatal(err)
		}
		r.listen(elsewhere)
		for range 20 {
			r.publish("2001", busy)
			r.publish("2001", idle)
			time.Sleep(time.Minute)
		}
		want(t, "closed", words(len(p.hear()), len(q.hear())), "0 0")
		want(t, "records", len(r.hub.Snapshot().Records), 1)
		hog.Close()
		time.Sleep(5 * time.Second)
		want(t, "open", p.contacts(), "[<sip:2001@"+elsewhere+"> active;expires=2395 open]")
		want(t, "over meanwhile", q.contacts(), "[<sip:2002@"+elsewhere+"> terminated;reason=timeout closed]")
		want(t, "dialogs", r.a.dialogs.count(), 1)
	})
}

// SIP is switched off: watchers are told while that is possible, and who did not
// hear it is told when it is possible again.
func TestEndpointCloses(t *testing.T) {
	run(t, func(r *rig) {
		p, deaf, q := r.phone("10.1.1.11:5060"), r.phone("10.1.1.12:5060"), r.phone("10.1.1.13:5060")
		p.subscribe(sub{})
		deaf.subscribe(sub{})
		deaf.answers("")
		hangUp := q.dial()
		q.subscribe(sub{})
		began := time.Now()
		r.listen("")
		const bye = "[terminated;reason=probation;retry-after=60 closed]"
		want(t, "told", words(p.states(), q.states()), bye+" "+bye)
		hangUp()
		if took := time.Since(began); took > 2*farewell {
			t.Errorf("closing took %s", took)
		}
		want(t, "records", len(r.hub.Snapshot().Records), 0)
		time.Sleep(10 * time.Minute)
		deaf.hear()
		deaf.answers("200 OK")
		r.listen(server.String())
		want(t, "told late", words(p.states(), deaf.states()), "[] "+bye)
		want(t, "dialogs", r.a.dialogs.count(), 0)
		ok, _ := p.subscribe(sub{callID: "anew"})
		want(t, "anew", ok.First, "SIP/2.0 200 OK")
	})
}

func TestClosingDoesNotWaitForNothing(t *testing.T) {
	run(t, func(r *rig) {
		r.phone("10.1.1.11:5060").subscribe(sub{})
		began := time.Now()
		r.listen("")
		if took := time.Since(began); took > farewell/10 {
			t.Errorf("closing took %s", took)
		}
	})
}

// The last NOTIFY has no other chance: a connection that is gone does not swallow it.
func TestLastNotifyWithoutConnection(t *testing.T) {
	for _, c := range []struct{ contact, want string }{
		{"<sip:3001@10.1.1.11:5060>", "[terminated;reason=probation;retry-after=60 closed]"},
		{"<sip:3001@7.7.7.7:5060>", "[]"}, // behind a NAT, or somebody else
	} {
		run(t, func(r *rig) {
			p, other := r.phone("10.1.1.11:5060"), r.phone("7.7.7.7:5060")
			hangUp := p.dial()
			p.subscribe(sub{contact: c.contact})
			hangUp()
			synctest.Wait()
			r.configure(func(c *presence.Config) { c.Enabled = false })
			time.Sleep(time.Minute)
			want(t, c.contact, words(p.states(), len(other.hear()), r.a.dialogs.count()), c.want+" 0 0")
		})
	}
}

// What one peer says of itself cannot turn NOTIFYs on another.
func TestNobodyElseIsHit(t *testing.T) {
	for _, more := range []string{"", "Record-Route: <sip:7.7.7.7:53;lr>\r\n"} {
		for _, stream := range []bool{false, true} {
			run(t, func(r *rig) {
				p, victim := r.phone("10.9.9.9:5060"), r.phone("7.7.7.7:53")
				hangUp := func() {}
				if stream {
					hangUp = p.dial()
				}
				ok, _ := p.subscribe(sub{contact: "<sip:x@7.7.7.7:53>", more: more})
				p.subscribe(sub{contact: "<sip:x@7.7.7.7:53>", more: more, toTag: ok.Tag("To")})
				hangUp()
				r.publish("2001", busy)
				time.Sleep(time.Hour)
				want(t, fmt.Sprint(more, stream), len(victim.hear()), 0)
			})
		}
	}
}

// dial makes a phone speak over a TCP connection. The caller closes it.
func (p *phone) dial() (hangUp func()) {
	p.r.t.Helper()
	conn, err := p.r.net.Host(p.addr.Addr()).Dial(context.Background(), p.r.ua.LocalAddr())
	if err != nil {
		p.r.t.Fatal(err)
	}
	p.stream = conn
	done := make(chan struct{})
	go func() {
		defer close(done)
		rest, buf := "", make([]byte, 65536)
		for {
			n, err := conn.Read(buf)
			if err != nil {
				return
			}
			rest += string(buf[:n])
			for {
				head, _, whole := strings.Cut(rest, "\r\n\r\n")
				var length int
				fmt.Sscan(siptest.Parse([]byte(rest)).Get("Content-Length"), &length)
				size := len(head) + 4 + length
				if !whole || size > len(rest) {
					break
				}
				m := siptest.Parse([]byte(rest[:size]))
				m.Back = func(b []byte) { conn.Write(b) }
				p.take(m)
				rest = rest[size:]
			}
		}
	}()
	return func() {
		conn.Close()
		<-done
		p.stream = nil
	}
}

// listen has the endpoint open at addr, or closed if it is "".
func (r *rig) listen(addr string) {
	r.t.Helper()
	var c sipua.Config
	if addr != "" {
		c = sipua.Config{Enabled: true, Addr: netip.MustParseAddrPort(addr)}
	}
	if err := r.ua.Apply(context.Background(), sipua.Config{}, c); err != nil {
		r.t.Fatal(err)
	}
	synctest.Wait()
}

// contacts are the Contacts and states of the NOTIFYs that came.
func (p *phone) contacts() []string {
	var s []string
	for _, m := range p.hear() {
		s = append(s, m.Get("Contact")+" "+m.state())
	}
	return s
}
