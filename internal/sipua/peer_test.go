package sipua

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/internal/memnet"
	"github.com/emiago/sipgo/sip"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	serverHost = "10.0.0.1"
	peerHost   = "10.0.0.2"
)

func ap(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

// bed is a UA on a memory network with a peer that speaks in text.
type bed struct {
	t   *testing.T
	net *memnet.Net
	ua  *UA
	log *logbuf.Log
	pc  net.PacketConn
	tcp net.Conn
}

// inBed runs f in a synctest bubble with a UA listening on serverHost:5060.
func inBed(t *testing.T, o Options, f func(*bed)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &bed{t: t, net: memnet.New()}
		b.log = logbuf.New(time.Now)
		cfg := logbuf.DefaultConfig()
		cfg.BufferSize, cfg.BufferLevel = 1<<20, logbuf.Debugging
		if err := b.log.Apply(context.Background(), logbuf.Config{}, cfg); err != nil {
			t.Fatal(err)
		}
		o.Net, o.Log = b.net.Host(netip.MustParseAddr(serverHost)), b.log
		b.ua = New(o)
		defer func() {
			if b.pc != nil {
				b.pc.Close()
			}
			if b.tcp != nil {
				b.tcp.Close()
			}
			if err := b.ua.Close(); err != nil {
				t.Error(err)
			}
			b.log.Close()
		}()
		b.apply(Config{Enabled: true, Addr: ap(serverHost + ":5060")})
		pc, err := b.net.ListenPacket(ap(peerHost + ":5060"))
		if err != nil {
			t.Fatal(err)
		}
		b.pc = pc
		f(b)
	})
}

func (b *bed) apply(c Config) {
	b.t.Helper()
	if err := b.ua.Apply(context.Background(), Config{}, c); err != nil {
		b.t.Fatal(err)
	}
}

// send sends a datagram; line ends may be written as \n.
func (b *bed) send(msg string) {
	b.t.Helper()
	if _, err := b.pc.WriteTo([]byte(wire(msg)), net.UDPAddrFromAddrPort(ap(serverHost+":5060"))); err != nil {
		b.t.Fatal(err)
	}
}

func wire(msg string) string {
	return strings.ReplaceAll(strings.ReplaceAll(msg, "\r\n", "\n"), "\n", "\r\n")
}

// recv returns the next datagram, "" if none comes within d.
func (b *bed) recv(d time.Duration) string {
	b.t.Helper()
	buf := make([]byte, 1<<16)
	_ = b.pc.SetReadDeadline(time.Now().Add(d))
	n, _, err := b.pc.ReadFrom(buf)
	if err != nil {
		return ""
	}
	return string(buf[:n])
}

// expect receives and checks the start line's beginning.
func (b *bed) expect(start string) string {
	b.t.Helper()
	got := b.recv(100 * time.Millisecond)
	if !strings.HasPrefix(got, start) {
		b.t.Fatalf("got %q, want %s...", got, start)
	}
	return got
}

func (b *bed) silence(d time.Duration) {
	b.t.Helper()
	if got := b.recv(d); got != "" {
		b.t.Fatalf("got %q, want nothing", got)
	}
}

// header returns the first value of a header of msg.
func header(msg, name string) string {
	for line := range strings.SplitSeq(msg, "\r\n") {
		if n, v, ok := strings.Cut(line, ":"); ok && strings.EqualFold(n, name) {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

type reqOpt struct {
	method, branch, callID, extra, body, toTag, uri string
	cseq                                            int
}

func request1(o reqOpt) string {
	if o.branch == "" {
		o.branch = "z9hG4bKb" + o.callID + o.method + fmt.Sprint(o.cseq)
	}
	if o.cseq == 0 {
		o.cseq = 1
	}
	if o.uri == "" {
		o.uri = "sip:2001@" + serverHost
	}
	if o.toTag != "" {
		o.toTag = ";tag=" + o.toTag
	}
	return wire(fmt.Sprintf("%s %s SIP/2.0\nVia: SIP/2.0/UDP %s:5060;branch=%s\nMax-Forwards: 70\nFrom: <sip:3001@%s>;tag=f1\nTo: <sip:2001@%s>%s\nCall-ID: %s\nCSeq: %d %s\n%sContent-Length: %d\n\n%s",
		o.method, o.uri, peerHost, o.branch, peerHost, serverHost, o.toTag, o.callID, o.cseq, o.method, o.extra, len(o.body), o.body))
}

// newRequest is a minimal request for Send.
func newRequest(method, callID string) *sip.Request {
	var u sip.Uri
	if err := sip.ParseUri("sip:3001@"+peerHost, &u); err != nil {
		panic(err)
	}
	r := sip.NewRequest(sip.RequestMethod(method), u)
	r.AppendHeader(sip.NewHeader("From", "<sip:2001@"+serverHost+">;tag=l1"))
	r.AppendHeader(sip.NewHeader("To", "<sip:3001@"+peerHost+">"))
	r.AppendHeader(sip.NewHeader("Call-ID", callID))
	r.AppendHeader(&sip.CSeqHeader{SeqNo: 1, MethodName: sip.RequestMethod(method)})
	return r
}

// answer writes the response to a request that the peer received.
func answer(req string, code int, extra string) string {
	to := header(req, "To")
	if !strings.Contains(to, "tag=") && code > 100 {
		to += ";tag=p1"
	}
	return wire(fmt.Sprintf("SIP/2.0 %d X\nVia: %s\nFrom: %s\nTo: %s\nCall-ID: %s\nCSeq: %s\n%sContent-Length: 0\n\n",
		code, header(req, "Via"), header(req, "From"), to, header(req, "Call-ID"), header(req, "CSeq"), extra))
}

var peerTarget = Target{Addr: ap(peerHost + ":5060")}

func udpAddr(s string) net.Addr { return net.UDPAddrFromAddrPort(ap(s)) }
