package sipua

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emiago/sipgo/sip"
)

func (b *bed) logged() string { return strings.Join(b.log.Buffer(), "\n") }

func TestStandIn(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		b.net.OnlyLocal(netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2"))
		cfg := Config{Enabled: true, Addr: ap("11.1.1.2:5060"), Bind: netip.MustParseAddr("10.0.0.1")}
		b.apply(cfg)
		b.apply(cfg)
		if b.ua.LocalAddr() != ap("10.0.0.1:5060") || b.ua.Advertised() != ap("10.0.0.1:5060") {
			t.Errorf("bound to %v, advertised %v", b.ua.LocalAddr(), b.ua.Advertised())
		}
		const want = "%SIP-5-STANDIN: 11.1.1.2 is not an address of this host, listening on 10.0.0.1:5060 instead"
		if n := strings.Count(b.logged(), want); n != 1 {
			t.Errorf("logged %d times:\n%s", n, b.logged())
		}
		b.send(request1(reqOpt{method: "OPTIONS", callID: "c"}))
		b.expect("SIP/2.0 200")
	})
}

func TestBusyPortIsRetried(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		hog, err := b.net.Host(netip.MustParseAddr(serverHost)).Listen(ap("10.0.0.1:5070"))
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		b.apply(Config{Enabled: true, Addr: ap("10.0.0.1:5070")})
		if time.Since(start) != 0 || b.ua.LocalAddr().IsValid() {
			t.Errorf("Apply took %v, bound to %v", time.Since(start), b.ua.LocalAddr())
		}
		time.Sleep(time.Minute)
		if n := strings.Count(b.logged(), "%SIP-3-LISTEN"); n != 1 {
			t.Errorf("failure logged %d times:\n%s", n, b.logged())
		}
		hog.Close()
		time.Sleep(retryEvery + time.Second)
		if b.ua.LocalAddr() != ap("10.0.0.1:5070") || strings.Count(b.logged(), "%SIP-5-LISTEN: now listening on 10.0.0.1:5070") != 1 {
			t.Errorf("bound to %v\n%s", b.ua.LocalAddr(), b.logged())
		}
	})
}

func TestMoveAndClose(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		b.apply(Config{Enabled: true, Addr: ap("10.0.0.1:5080")})
		b.send(request1(reqOpt{method: "OPTIONS", callID: "c"}))
		b.silence(time.Second)
		if b.ua.LocalAddr() != ap("10.0.0.1:5080") {
			t.Error(b.ua.LocalAddr())
		}
		b.apply(Config{Enabled: false, Addr: ap("10.0.0.1:5080")})
		if b.ua.LocalAddr().IsValid() || b.ua.Advertised().IsValid() {
			t.Error("still open")
		}
		b.apply(Config{Enabled: true, Addr: ap("10.0.0.1:5060")})
		b.send(request1(reqOpt{method: "OPTIONS", callID: "c2"}))
		b.expect("SIP/2.0 200")
		if err := b.ua.Close(); err != nil {
			t.Error(err)
		}
		if err := b.ua.Apply(context.Background(), Config{}, Config{Enabled: true, Addr: ap("10.0.0.1:5060")}); err == nil {
			t.Error("Apply after Close succeeded")
		}
	})
}

// What was sent from where the endpoint was is not sent again from where it is now, and
// whoever sent it hears at once that no answer can come.
func TestMoveEndsClientTransactions(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		var old, fresh outcome
		b.ua.Send(newRequest("NOTIFY", "c1"), peerTarget, old.done)
		b.expect("NOTIFY ")
		b.apply(Config{Enabled: true, Addr: ap("10.0.0.1:5080")})
		old.want(t, 0, ErrClosed)
		b.ua.Send(newRequest("NOTIFY", "c2"), peerTarget, fresh.done)
		got := b.expect("NOTIFY ")
		if header(got, "Call-ID") != "c2" {
			t.Errorf("sent again:\n%s", got)
		}
		time.Sleep(400 * time.Millisecond) // the old one would come again now
		b.silence(50 * time.Millisecond)
		if n := b.ua.Stats().ClientTx; n != 1 {
			t.Errorf("%d client transactions", n)
		}
	})
}

func TestUnspecifiedAddressAdvertisesTheConfigured(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		b.net.OnlyLocal(netip.MustParseAddr("10.0.0.1"))
		u := New(Options{Net: b.net})
		defer u.Close()
		if err := u.Apply(context.Background(), Config{}, Config{Enabled: true, Addr: ap("11.1.1.2:5070"), Bind: netip.IPv4Unspecified()}); err != nil {
			t.Fatal(err)
		}
		if u.Advertised() != ap("11.1.1.2:5070") || u.LocalAddr() != ap("0.0.0.0:5070") {
			t.Errorf("advertised %v on %v", u.Advertised(), u.LocalAddr())
		}
	})
}

// dial opens the bed's TCP connection.
func (b *bed) dial() *bufio.Reader {
	b.t.Helper()
	c, err := b.net.Host(netip.MustParseAddr(peerHost)).Dial(context.Background(), ap(serverHost+":5060"))
	if err != nil {
		b.t.Fatal(err)
	}
	b.tcp = c
	return bufio.NewReader(c)
}

func (b *bed) write(s string) {
	b.t.Helper()
	if _, err := io.WriteString(b.tcp, s); err != nil {
		b.t.Fatal(err)
	}
}

// readMessage reads one framed message, "" at the end of the stream or after d.
func (b *bed) readMessage(r *bufio.Reader, d time.Duration) string {
	_ = b.tcp.SetReadDeadline(time.Now().Add(d))
	var head strings.Builder
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return ""
		}
		head.WriteString(line)
		if line == "\r\n" {
			break
		}
	}
	var n int
	_, _ = fmt.Sscan(header(head.String(), "Content-Length"), &n)
	body := make([]byte, n)
	if _, err := io.ReadFull(r, body); err != nil {
		return ""
	}
	return head.String() + string(body)
}

func TestTCPFraming(t *testing.T) {
	inBed(t, Options{Workers: 1}, func(b *bed) {
		b.ua.Handle("MESSAGE", func(tx *ServerTx) {
			if tx.Transport() != "TCP" {
				t.Error(tx.Transport())
			}
			if body := string(tx.Request().Body()); body[0] != 'a' || body[len(body)-1] != 'z' {
				t.Errorf("body %q", body)
			}
			tx.mustReject(200)
		})
		r := b.dial()
		var all strings.Builder
		for i := range 5 {
			body := strings.Repeat("x\r\n\r\n", i)
			all.WriteString("\r\n" + request1(reqOpt{method: "MESSAGE", callID: "c", cseq: i + 1, body: "a" + body + "z", extra: fmt.Sprintf("N: %d\n", i)}))
		}
		for _, c := range all.String() { // a byte a segment
			b.write(string(c))
		}
		b.write(all.String()) // all in one: the same requests again, to TCP they are new
		for i := range 10 {
			got := b.readMessage(r, time.Second)
			if !strings.HasPrefix(got, "SIP/2.0 200") || header(got, "CSeq") != fmt.Sprintf("%d MESSAGE", i%5+1) {
				t.Fatalf("answer %d: %q", i, got)
			}
		}
		if s := b.ua.Stats(); len(s.Connections) != 1 || !s.Connections[0].Inbound || s.ServerTx != 0 {
			t.Errorf("%+v", s)
		}
	})
}

func TestTCPKeepAlive(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		r := b.dial()
		b.write("\r\n\r\n")
		pong := make([]byte, 3)
		_ = b.tcp.SetReadDeadline(time.Now().Add(time.Second))
		if n, _ := io.ReadAtLeast(r, pong, 3); string(pong[:n]) != "\r\n" {
			t.Errorf("pong %q", pong[:n])
		}
		b.write(request1(reqOpt{method: "OPTIONS", callID: "c"}))
		if got := b.readMessage(r, time.Second); !strings.HasPrefix(got, "SIP/2.0 200") {
			t.Errorf("after the ping: %q", got)
		}
	})
}

func TestTCPBadFramingCloses(t *testing.T) {
	good := request1(reqOpt{method: "OPTIONS", callID: "c"})
	for name, c := range map[string]struct{ msg, want string }{
		"no length":      {strings.Replace(good, "Content-Length: 0\r\n", "", 1), "SIP/2.0 400 Bad Request"},
		"negative":       {strings.Replace(good, "Length: 0", "Length: -1", 1), "SIP/2.0 400"},
		"two lengths":    {strings.Replace(good, "Content-Length: 0", "Content-Length: 0\r\nl: 5", 1), "SIP/2.0 400"},
		"body too big":   {strings.Replace(good, "Length: 0", "Length: 70000", 1), "SIP/2.0 513 Message Too Large"},
		"header too big": {strings.Replace(good, "CSeq", "X: "+strings.Repeat("x", 70000)+"\r\nCSeq", 1), "SIP/2.0 513"},
		"no SIP":         {"GET / HTTP/1.1\r\n\r\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			inBed(t, Options{}, func(b *bed) {
				r := b.dial()
				_, _ = io.WriteString(b.tcp, c.msg) // it may be closed under our hands
				got := b.readMessage(r, 10*time.Second)
				if !strings.HasPrefix(got, c.want) || (c.want == "") != (got == "") {
					t.Errorf("got %q, want %q", got, c.want)
				}
				if _, err := r.ReadByte(); err == nil {
					t.Error("connection stays open")
				}
				synctest.Wait()
				if n := len(b.ua.Stats().Connections); n != 0 {
					t.Errorf("%d connections", n)
				}
			})
		})
	}
}

func TestTCPDeadlines(t *testing.T) {
	for name, c := range map[string]struct {
		send string
		want time.Duration
	}{
		"stranger who says nothing": {"", frameTimeout},
		"half a message":            {"OPTIONS sip:", frameTimeout},
		"stranger who pings":        {strings.Repeat("\r\n\r\n", 50), frameTimeout},
		"idle phone":                {request1(reqOpt{method: "OPTIONS", callID: "c"}), streamTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			inBed(t, Options{}, func(b *bed) {
				b.dial()
				start := time.Now()
				if strings.HasPrefix(c.send, "\r\n") {
					pings := time.NewTicker(10 * time.Second)
					defer pings.Stop()
					done := make(chan struct{})
					defer close(done)
					go func() {
						for {
							select {
							case <-pings.C:
								_, _ = io.WriteString(b.tcp, c.send)
							case <-done:
								return
							}
						}
					}()
				} else {
					b.write(c.send)
				}
				_ = b.tcp.SetReadDeadline(time.Now().Add(3 * time.Hour))
				_, _ = io.Copy(io.Discard, b.tcp)
				if d := time.Since(start); d < c.want || d > c.want+time.Second {
					t.Errorf("closed after %v, want %v", d, c.want)
				}
			})
		})
	}
}

func TestTCPPeerThatDoesNotRead(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		b.dial()
		synctest.Wait()
		peer := b.ua.Stats().Connections[0].Peer
		var failed atomic.Int32
		const n = 100
		for i := range n {
			req := newRequest("NOTIFY", fmt.Sprint("c", i))
			req.SetBody(make([]byte, 10000))
			b.ua.Send(req, Target{peer, "TCP"}, func(_ *sip.Response, err error) {
				if err != nil {
					failed.Add(1)
				}
			})
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if failed.Load() != n || len(b.ua.Stats().Connections) != 0 {
			t.Errorf("%d of %d failed, connections %v", failed.Load(), n, b.ua.Stats().Connections)
		}
	})
}

func TestTCPConnectionIsUsedAgain(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		l, err := b.net.Host(netip.MustParseAddr(peerHost)).Listen(ap(peerHost + ":5060"))
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		var o [3]outcome
		for i := range o { // queued while dialling
			b.ua.Send(newRequest("NOTIFY", fmt.Sprint("c", i)), Target{ap(peerHost + ":5060"), "TCP"}, o[i].done)
		}
		if b.tcp, err = l.Accept(); err != nil {
			t.Fatal(err)
		}
		r := bufio.NewReader(b.tcp)
		for range o {
			got := b.readMessage(r, time.Second)
			if !strings.HasPrefix(header(got, "Via"), "SIP/2.0/TCP ") {
				t.Errorf("Via %q", header(got, "Via"))
			}
			b.write(answer(got, 200, ""))
		}
		for i := range o {
			o[i].want(t, 200, nil)
		}
		b.write(request1(reqOpt{method: "OPTIONS", callID: "x"})) // and the other way round
		if got := b.readMessage(r, time.Second); !strings.HasPrefix(got, "SIP/2.0 200") {
			t.Errorf("%q", got)
		}
		if s := b.ua.Stats(); len(s.Connections) != 1 || s.Connections[0].Inbound {
			t.Errorf("%+v", s.Connections)
		}
	})
}

func TestTCPRefused(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		var o outcome
		b.ua.Send(newRequest("NOTIFY", "c"), Target{ap("10.0.0.2:1"), "TCP"}, o.done)
		time.Sleep(time.Second)
		o.want(t, 0, syscall.ECONNREFUSED)
	})
}

func TestTCPNotRetransmitted(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		r := b.dial()
		b.write(request1(reqOpt{method: "OPTIONS", callID: "x"}))
		b.readMessage(r, time.Second)
		var o outcome
		b.ua.Send(newRequest("NOTIFY", "c"), Target{b.ua.Stats().Connections[0].Peer, "TCP"}, o.done)
		if !strings.HasPrefix(b.readMessage(r, time.Second), "NOTIFY") {
			t.Error("no NOTIFY")
		}
		if again := b.readMessage(r, 33*time.Second); again != "" {
			t.Errorf("sent again: %q", again)
		}
		o.want(t, 0, ErrTimeout)
	})
}

// The real network: one exchange over UDP and one over TCP on loopback.
func TestOperatingSystem(t *testing.T) {
	server, client := New(Options{}), New(Options{Workers: 1})
	defer server.Close()
	defer client.Close()
	cfg := Config{Enabled: true, Addr: ap("127.0.0.1:0")}
	for _, u := range []*UA{server, client} {
		if err := u.Apply(context.Background(), Config{}, cfg); err != nil {
			t.Fatal(err)
		}
	}
	for _, transport := range []string{"UDP", "TCP"} {
		done := make(chan string, 1)
		client.Send(newRequest("OPTIONS", "os"+transport), Target{server.LocalAddr(), transport}, func(res *sip.Response, err error) {
			if err != nil {
				done <- err.Error()
			} else {
				done <- fmt.Sprint(res.StatusCode, Value(res, "Allow"))
			}
		})
		if got := <-done; got != "200OPTIONS" {
			t.Errorf("%s: %s", transport, got)
		}
	}
}
