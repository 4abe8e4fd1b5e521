package sipcall

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
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
	b       *testing.B
	user    string
	at      string
	conn    net.PacketConn
	to      net.Addr
	buf     []byte // what it heard last
	out     []byte // what it says
	contact string
	keep    bool
	said    [][]byte
	got     [][]byte
}

func newBare(b *testing.B, bed *bed, n int) *bare {
	user, addr := fmt.Sprint(2000+n), netip.MustParseAddrPort(fmt.Sprintf("10.1.1.1%d:5060", n))
	conn, err := bed.net.Host(addr.Addr()).ListenPacket(addr)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { conn.Close() })
	bed.register(n, &peer{user: user, addr: addr})
	return &bare{b: b, user: user, at: addr.String(), conn: conn, to: net.UDPAddrFromAddrPort(server), buf: make([]byte, 65536),
		contact: "Contact: <sip:" + user + "@" + addr.String() + ">\r\n"}
}

// send sends what has been put into out.
func (p *bare) send() {
	if p.keep {
		p.said = append(p.said, bytes.Clone(p.out))
	}
	if _, err := p.conn.WriteTo(p.out, p.to); err != nil {
		p.b.Fatal(err)
	}
}

// hear returns the next message that begins so, good until the next one; others are
// passed over.
func (p *bare) hear(first string) []byte {
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
			return p.buf[:n]
		}
	}
}

// line is a header of a message, with its name, without the end of the line.
func line(m []byte, name string) []byte {
	i := bytes.Index(m, []byte(name))
	if i < 0 {
		return nil
	}
	value, _, _ := bytes.Cut(m[i+2:], []byte("\r\n"))
	return value
}

func (p *bare) put(parts ...string) {
	for _, s := range parts {
		p.out = append(p.out, s...)
	}
}

// end puts the last headers and the body.
func (p *bare) end(body string) {
	p.put(p.contact)
	if body != "" {
		p.put("Content-Type: application/sdp\r\n")
	}
	p.put("Content-Length: ")
	p.out = strconv.AppendInt(p.out, int64(len(body)), 10)
	p.put("\r\n\r\n", body)
}

func (p *bare) request(method, target string, n int, to []byte, cseq, body string) {
	p.out = p.out[:0]
	p.put(method, " ", target, " SIP/2.0\r\nVia: SIP/2.0/UDP ", p.at, ";branch=z9hG4bK", method)
	p.out = strconv.AppendInt(p.out, int64(n), 10)
	p.put("\r\nMax-Forwards: 70\r\nFrom: <sip:", p.user, "@10.1.1.2>;tag=caller")
	p.out = strconv.AppendInt(p.out, int64(n), 10)
	p.out = append(append(append(p.out, "\r\n"...), to...), "\r\nCall-ID: bench"...)
	p.out = strconv.AppendInt(p.out, int64(n), 10)
	p.put("\r\nCSeq: ", cseq, " ", method, "\r\n")
	p.end(body)
	p.send()
}

func (p *bare) answer(m []byte, status, body string) {
	p.out = p.out[:0]
	p.put("SIP/2.0 ", status, "\r\n")
	for _, name := range []string{"\r\nVia:", "\r\nFrom:", "\r\nTo:", "\r\nCall-ID:", "\r\nCSeq:"} {
		value := line(m, name)
		p.out = append(p.out, value...)
		if name == "\r\nTo:" && !bytes.Contains(value, []byte(";tag=")) {
			p.put(";tag=callee")
		}
		p.put("\r\n")
	}
	p.end(body)
	p.send()
}

// Bodies of the two phones.
var (
	offerOfBare  = sdpBody("10.1.1.11:4000", "")
	answerOfBare = sdpBody("10.1.1.12:4000", "")
)

// call is a call from p to q, set up and released.
func (p *bare) call(q *bare, n int) {
	target := "sip:" + q.user + "@10.1.1.2"
	p.request("INVITE", target, n, []byte("To: <"+target+">"), "1", offerOfBare)
	inv := q.hear("INVITE")
	q.answer(inv, "180 Ringing", "")
	q.answer(inv, "200 OK", answerOfBare)
	to := bytes.Clone(line(p.hear("SIP/2.0 200"), "\r\nTo:"))
	p.request("ACK", "sip:10.1.1.2", n, to, "1", "")
	q.hear("ACK")
	p.request("BYE", "sip:10.1.1.2", n, to, "2", "")
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
