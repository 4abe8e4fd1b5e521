package sipua

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestMessagesTopic(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		b.log.SetDebug("ccsip messages", true)
		b.send(request1(reqOpt{method: "OPTIONS", callID: "c", uri: "sip:bob:hunter2@10.0.0.1",
			extra: "Authorization: Basic c2VjcmV0\nProxy-Authorization: Digest username=\"u\", response=\"abcd\"\nSubject: \x1b[2J\n"}))
		b.expect("SIP/2.0 200")
		out := strings.Join(b.log.Buffer(), "\n")
		for _, want := range []string{"//-1/xxxxxxxxxxxx/SIP/Msg/ccsipDisplayMsg:\nReceived: \nOPTIONS sip:bob:*****@10.0.0.1 SIP/2.0\nVia: ",
			"//-1/xxxxxxxxxxxx/SIP/Msg/ccsipDisplayMsg:\nSent: \nSIP/2.0 200 OK\nVia: ", "Authorization: Basic *****", `response="abcd"`} {
			if !strings.Contains(out, want) {
				t.Errorf("no %q in\n%s", want, out)
			}
		}
		for _, not := range []string{"hunter2", "c2VjcmV0", "\x1b", "\r"} {
			if strings.Contains(out, not) {
				t.Errorf("%q in\n%s", not, out)
			}
		}
	})
}

// Nothing that a stranger writes into a message forges a line or acts on a terminal.
func TestErrorTopicIsHarmless(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		b.log.SetDebug("ccsip error", true)
		good := request1(reqOpt{method: "OPTIONS", callID: "c1", branch: "z9hG4bKx"})
		for i, m := range []string{
			strings.Replace(good, "Max-Forwards: 70", "Max-Forwards: \x1b[2Jx", 1),
			strings.Replace(good, "From: <sip:3001@10.0.0.2>;tag=f1", "From: \x1b[31m<bad", 1),
			strings.Replace(good, "OPTIONS sip:2001@10.0.0.1 ", "OPTIONS sip:\u009b2J@:99999999 ", 1),
			strings.Replace(good, "Content-Length: 0", "\x1b[2J:", 1),
		} {
			b.send(strings.Replace(m, "z9hG4bKx", fmt.Sprint("z9hG4bKx", i), 1))
			time.Sleep(time.Second)
		}
		lines := b.log.Buffer()
		if len(lines) == 0 {
			t.Error("nothing logged")
		}
		for _, l := range lines {
			if strings.ContainsAny(l, "\x1b\u009b\r\n") {
				t.Errorf("%q", l)
			}
		}
	})
}

func TestErrorTopicIsLimited(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		b.log.SetDebug("ccsip error", true)
		for range 500 {
			b.send("garbage")
		}
		synctest.Wait()
		if n := len(b.log.Buffer()); n == 0 || n > 30 {
			t.Errorf("%d lines for 500 datagrams of garbage", n)
		}
	})
}

func TestStatsCountByMethodAndCode(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		b.send(request1(reqOpt{method: "OPTIONS", callID: "a"}))
		b.expect("SIP/2.0 200")
		b.send(request1(reqOpt{method: "NEWFANGLED", callID: "b"}))
		b.expect("SIP/2.0 501")
		s := b.ua.Stats()
		for _, c := range []struct {
			m    map[Count]uint64
			k    Count
			want uint64
		}{{s.In, Count{"OPTIONS", 0}, 1}, {s.Out, Count{"OPTIONS", 200}, 1}, {s.In, Count{"OTHER", 0}, 1}, {s.Out, Count{"OTHER", 501}, 1}} {
			if c.m[c.k] != c.want {
				t.Errorf("%v: %d, want %d", c.k, c.m[c.k], c.want)
			}
		}
		b.ua.ResetStats()
		if s := b.ua.Stats(); len(s.In)+len(s.Out) != 0 || !s.Since.Equal(time.Now()) {
			t.Errorf("after reset: %+v", s)
		}
	})
}

func TestTracerSeesTheWire(t *testing.T) {
	var log []string
	trace := func(sent bool, transport string, _ netip.AddrPort, msg []byte) {
		line, _, _ := strings.Cut(string(msg), "\r\n")
		log = append(log, fmt.Sprint(sent, transport, line))
	}
	inBed(t, Options{Tracer: trace, Workers: 1}, func(b *bed) {
		b.send(request1(reqOpt{method: "OPTIONS", callID: "a"}))
		b.expect("SIP/2.0 200")
	})
	if want := "falseUDPOPTIONS sip:2001@10.0.0.1 SIP/2.0|trueUDPSIP/2.0 200 OK"; strings.Join(log, "|") != want {
		t.Errorf("%q", log)
	}
}
