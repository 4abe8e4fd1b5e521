package sipcall

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
)

// bare is a SIP phone that does as little as possible, in one goroutine.
type bare struct {
	b    *testing.B
	user string
	at   string
	conn net.PacketConn
	buf  []byte
	keep bool
	said [][]byte
	got  [][]byte
}

func newBare(b *testing.B, bed *bed, n int) *bare {
	user, addr := fmt.Sprint(2000+n), netip.MustParseAddrPort(fmt.Sprintf("10.1.1.1%d:5060", n))
	conn, err := bed.net.Host(addr.Addr()).ListenPacket(addr)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { conn.Close() })
	bed.register(n, &peer{user: user, addr: addr})
	return &bare{b: b, user: user, at: addr.String(), conn: conn, buf: make([]byte, 65536)}
}

func (p *bare) send(text string) {
	if p.keep {
		p.said = append(p.said, []byte(text))
	}
	if _, err := p.conn.WriteTo([]byte(text), net.UDPAddrFromAddrPort(server)); err != nil {
		p.b.Fatal(err)
	}
}

// hear returns the next message that begins so; others are passed over.
func (p *bare) hear(first string) string {
	_ = p.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	for {
		n, _, err := p.conn.ReadFrom(p.buf)
		if err != nil {
			p.b.Fatalf("%s waits for %s after %d calls: %v", p.user, first, p.b.N, err)
		}
		if p.keep {
			p.got = append(p.got, bytes.Clone(p.buf[:n]))
		}
		if bytes.HasPrefix(p.buf[:n], []byte(first)) {
			return string(p.buf[:n])
		}
	}
}

// line is a header of a message, with its name.
func line(m, name string) string {
	_, rest, _ := strings.Cut(m, "\r\n"+name+":")
	value, _, _ := strings.Cut(rest, "\r\n")
	return name + ":" + value + "\r\n"
}

func (p *bare) request(method, target, dialog string, n int, body string) {
	kind := ""
	if body != "" {
		kind = "Content-Type: application/sdp\r\n"
	}
	cseq := 1
	if method == "BYE" {
		cseq = 2
	}
	p.send(fmt.Sprintf("%s %s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%s%d\r\nMax-Forwards: 70\r\n%sCSeq: %d %s\r\nContact: <sip:%s@%s>\r\n%sContent-Length: %d\r\n\r\n%s",
		method, target, p.at, method, n, dialog, cseq, method, p.user, p.at, kind, len(body), body))
}

func (p *bare) answer(m, status, body string) {
	to := line(m, "To")
	if !strings.Contains(to, ";tag=") {
		to = strings.TrimSuffix(to, "\r\n") + ";tag=callee\r\n"
	}
	kind := ""
	if body != "" {
		kind = "Content-Type: application/sdp\r\n"
	}
	p.send(fmt.Sprintf("SIP/2.0 %s\r\n%s%s%s%s%sContact: <sip:%s@%s>\r\n%sContent-Length: %d\r\n\r\n%s",
		status, line(m, "Via"), line(m, "From"), to, line(m, "Call-ID"), line(m, "CSeq"), p.user, p.at, kind, len(body), body))
}

// call is a call from p to q, set up and released.
func (p *bare) call(q *bare, n int) {
	from, id := fmt.Sprintf("From: <sip:%s@10.1.1.2>;tag=caller%d\r\n", p.user, n), fmt.Sprintf("Call-ID: bench%d\r\n", n)
	target := "sip:" + q.user + "@10.1.1.2"
	p.request("INVITE", target, from+"To: <"+target+">\r\n"+id, n, sdpBody("10.1.1.11:4000", ""))
	inv := q.hear("INVITE")
	q.answer(inv, "180 Ringing", "")
	q.answer(inv, "200 OK", sdpBody("10.1.1.12:4000", ""))
	ok := p.hear("SIP/2.0 200")
	dialog := from + line(ok, "To") + id
	p.request("ACK", "sip:10.1.1.2", dialog, n, "")
	q.hear("ACK")
	p.request("BYE", "sip:10.1.1.2", dialog, n, "")
	p.hear("SIP/2.0 200")
	q.answer(q.hear("BYE"), "200 OK", "")
}

func spent(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// A call between two SIP phones, from datagrams to datagrams, in processor time with
// all goroutines and the two phones of the test, against parsing what comes and
// writing what goes. "ratio" is to stay below 5. Of more than some 15,000 calls within
// 32 s the rest would be answered 503.
func BenchmarkCall(b *testing.B) {
	log := logbuf.New(time.Now)
	log.Apply(context.Background(), logbuf.Config{}, logbuf.Config{BufferLevel: logbuf.Off, ConsoleLevel: logbuf.Off, MonitorLevel: logbuf.Off})
	x := call.New(call.Options{Log: log, Publisher: nobody{}})
	bed := openBed(b, log, x)
	b.Cleanup(func() {
		bed.close()
		x.Close()
	})
	cfg := phones.Config{Mode: "cme", RegistrarOn: true}
	for n := 1; n <= 2; n++ {
		cfg.DNs = append(cfg.DNs, phones.DN{Tag: n, Number: fmt.Sprint(2000 + n)})
		cfg.Pools = append(cfg.Pools, phones.Pool{Tag: n, Numbers: []phones.PoolNumber{{Index: 1, DN: n}}, CallWaiting: true})
	}
	if err := x.Apply(context.Background(), phones.Config{}, cfg); err != nil {
		b.Fatal(err)
	}
	p, q := newBare(b, bed, 1), newBare(b, bed, 2)
	for n := 1; n <= 2; n++ {
		x.Register(pool(n), phones.PoolSpec(cfg, cfg.Pools[n-1], func(string) bool { return true }, nil))
	}
	n := 0
	one := func() {
		n++
		p.call(q, n)
	}
	one()
	p.keep, q.keep = true, true
	one()
	p.keep, q.keep = false, false
	said, got := append(p.said, q.said...), append(p.got, q.got...)
	parser := sip.NewParser()
	var sent []sip.Message
	for _, m := range got {
		parsed, err := parser.ParseSIP(m)
		if err != nil {
			b.Fatal(err)
		}
		sent = append(sent, parsed)
	}
	codec := func() {
		for _, m := range said {
			if _, err := parser.ParseSIP(m); err != nil {
				b.Fatal(err)
			}
		}
		for _, m := range sent {
			_ = m.String()
		}
	}
	b.ReportAllocs()
	start := spent(b)
	for b.Loop() {
		one()
	}
	ours := spent(b) - start
	start = spent(b)
	for range b.N {
		codec()
	}
	theirs := spent(b) - start
	b.ReportMetric(float64(ours.Microseconds())/float64(b.N), "µs-cpu/call")
	b.ReportMetric(float64(theirs.Nanoseconds())/float64(b.N)/1000, "codec-µs")
	b.ReportMetric(ours.Seconds()/theirs.Seconds(), "ratio")
	b.ReportMetric(float64(len(said)+len(got)), "messages")
	b.ReportMetric(0, "ns/op")
}
