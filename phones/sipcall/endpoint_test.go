package sipcall

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/siptest"
	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
)

// The endpoint closes: every call is ended before.
func TestEndpointCloses(t *testing.T) {
	run(t, func(b *bed) {
		p, q, r := b.phone(1), b.phone(2), b.phone(3)
		p.connect()
		b.view(pool(2), call.CallView{Ref: 7, State: call.RingIn, Button: 1, Called: bob})
		q.answer(q.one("INVITE"), "180 Ringing", "t", "")
		r.calls("2001", sdpBody("10.1.1.13:4000", ""))
		b.inputs()
		b.configure(false)
		p.one("BYE")
		q.one("CANCEL")
		r.one("480")
		if got := len(b.inputs()); got != 3 {
			t.Errorf("%d inputs", got)
		}
		b.view(pool(2))
		time.Sleep(time.Minute)
		b.inputs()
	})
}

// A BYE that gets lost then is repeated; nobody waits long for who does not answer.
func TestEndpointClosesAndByeIsLost(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(1)
		p.connect()
		p.silent(true)
		began := time.Now()
		done := make(chan error)
		go func() { done <- b.ua.Apply(context.Background(), sipua.Config{}, sipua.Config{}) }()
		time.Sleep(600 * time.Millisecond)
		bye := p.want("BYE", "BYE")[1]
		p.answer(bye, "200 OK", "", "")
		if err := <-done; err != nil {
			t.Error(err)
		}
		b.inputs()
		b.view(pool(1))
		if d := time.Since(began); d > farewell {
			t.Error(d)
		}
	})
}

// The endpoint moves: the peers are told our new Contact.
func TestEndpointMoves(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(1)
		p.connect()
		b.move("10.1.1.2:5070")
		re := p.one("INVITE")
		if o := re.sdpLine("o="); !strings.HasSuffix(o, " IN IP4 10.1.1.2") {
			t.Error(o)
		}
		if got := re.Get("Contact"); got != "<sip:10.1.1.2:5070>" || re.media() != "10.1.1.12:5000 sendrecv" {
			t.Error(got, re.media())
		}
		p.answer(re, "200 OK", "", sdpBody("10.1.1.11:4000", ""))
		p.one("ACK")
		p.over(1)
	})
}

// A phone whose TCP connection has ended is reached at its Contact, by a re-INVITE and
// by a BYE.
func TestTCPConnectionEnds(t *testing.T) {
	for _, by := range []string{"INVITE", "BYE"} {
		run(t, func(b *bed) {
			host := b.net.Host(netip.MustParseAddr("10.1.1.14"))
			c, err := host.Dial(context.Background(), server)
			if err != nil {
				t.Fatal(err)
			}
			ln, err := host.Listen(netip.MustParseAddrPort("10.1.1.14:5060"))
			if err != nil {
				t.Fatal(err)
			}
			defer ln.Close()
			b.mu.Lock()
			b.bindings = append(b.bindings, bindingOf(c.LocalAddr().String()))
			b.mu.Unlock()
			synctest.Wait()
			v := call.CallView{Ref: 9, State: call.RingIn, Button: 1, Called: call.Party{Number: "2004"}, Send: media("10.1.1.11:4000")}
			b.view(pool(4), v)
			show := func(calls ...call.CallView) {
				b.x.sinks[phones.PoolDevice].Show(call.View{Device: pool(4), Calls: calls})
			}
			read := func(c net.Conn) message {
				t.Helper()
				buf := make([]byte, 4096)
				n, err := c.Read(buf)
				if err != nil {
					t.Fatal(err)
				}
				return message{siptest.Parse(buf[:n])}
			}
			answer := func(c net.Conn, m message, body string) {
				p := &peer{user: "2004", addr: netip.MustParseAddrPort("10.1.1.14:5060"), conn: streamConn{Conn: c}}
				p.answer(m, "200 OK", "t", body, "X: y")
			}
			answer(c, read(c), sdpBody("10.1.1.14:5000", ""))
			synctest.Wait()
			if ack := read(c); !strings.HasPrefix(ack.First, "ACK") {
				t.Error(ack.First)
			}
			c.Close()
			synctest.Wait()
			b.inputs()
			v.State = call.Connected
			b.view(pool(4), v)
			if by == "INVITE" {
				v.Send = media("10.1.1.11:4002")
				show(v)
			} else {
				show()
			}
			c, err = ln.Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			m := read(c)
			if !strings.HasPrefix(m.First, by) {
				t.Error(m.First)
			}
			answer(c, m, sdpBody("10.1.1.14:5000", ""))
			if by == "INVITE" {
				read(c) // ACK
				show()
				m = read(c)
				answer(c, m, "")
			}
			synctest.Wait()
			b.wantInputs()
		})
	}
}

// streamConn lets a peer answer by TCP.
type streamConn struct {
	net.PacketConn
	net.Conn
}

func (c streamConn) WriteTo(p []byte, _ net.Addr) (int, error) { return c.Conn.Write(p) }
func (c streamConn) Close() error                              { return c.Conn.Close() }
func (c streamConn) LocalAddr() net.Addr                       { return c.Conn.LocalAddr() }
func (c streamConn) SetDeadline(t time.Time) error             { return c.Conn.SetDeadline(t) }
func (c streamConn) SetReadDeadline(t time.Time) error         { return c.Conn.SetReadDeadline(t) }
func (c streamConn) SetWriteDeadline(t time.Time) error        { return c.Conn.SetWriteDeadline(t) }

func TestTCP(t *testing.T) {
	run(t, func(b *bed) {
		c, err := b.net.Host(server.Addr().Next().Next()).Dial(context.Background(), server)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		b.mu.Lock()
		b.bindings = append(b.bindings, bindingOf(c.LocalAddr().String()))
		b.mu.Unlock()
		synctest.Wait()
		b.view(pool(4), call.CallView{Ref: 9, State: call.RingIn, Button: 1, Called: call.Party{Number: "2004"}})
		buf := make([]byte, 4096)
		n, err := c.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		inv := message{siptest.Parse(buf[:n])}
		if !strings.HasPrefix(inv.First, "INVITE sip:2004@") || inv.Get("Contact") != "<sip:10.1.1.2:5060;transport=tcp>" || !strings.Contains(inv.Get("Via"), "/TCP") {
			t.Errorf("%+v", inv)
		}
		c.Close()
		synctest.Wait()
		b.wantInputs("reject pool-4 9 503")
		b.view(pool(4))
	})
}
