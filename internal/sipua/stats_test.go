package sipua

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// What `show sip-ua connections` counts, and `clear sip-ua statistics` forgets.
func TestConnectionCounters(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		var refused outcome
		b.ua.Send(newRequest("NOTIFY", "c1"), Target{peerTarget.Addr, "TCP"}, refused.done)
		synctest.Wait()
		if refused.err == nil || errors.Is(refused.err, ErrTimeout) {
			t.Fatalf("nobody listens, got %v", refused.err)
		}
		l, err := b.net.Host(peerTarget.Addr.Addr()).Listen(peerTarget.Addr)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		var silent outcome
		b.ua.Send(newRequest("NOTIFY", "c2"), Target{peerTarget.Addr, "TCP"}, silent.done)
		conn, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		synctest.Wait()
		s := b.ua.Stats()
		if len(s.Connections) != 1 || !s.Connections[0].Open || s.Connections[0].Inbound || s.Connections[0].ID != 2 {
			t.Errorf("connections %+v", s.Connections)
		}
		time.Sleep(streamTimeout + time.Minute)
		synctest.Wait()
		if s := b.ua.Stats(); s.TCP.ConnFailures != 1 || s.TCP.AgeOuts != 1 || len(s.Connections) != 0 {
			t.Errorf("counted %+v, %d connections left", s.TCP, len(s.Connections))
		}
		b.ua.ResetStats()
		if s := b.ua.Stats(); s.TCP != (Transport{}) || len(s.Out) != 0 {
			t.Errorf("left after a reset: %+v %v", s.TCP, s.Out)
		}
	})
}

// debug ccsip events: one line for what becomes of a transaction.
func TestEventLines(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		b.log.SetDebug(events, true)
		var o outcome
		b.ua.Send(newRequest("NOTIFY", "c1"), peerTarget, o.done)
		sent := b.expect("NOTIFY ")
		time.Sleep(600 * time.Millisecond)
		b.expect("NOTIFY ")
		b.send(answer(sent, 481, ""))
		o.want(t, 481, nil)
		out := strings.Join(b.log.Buffer(), "\n")
		for _, want := range []string{
			"SIP/Event/client: NOTIFY to 10.0.0.2:5060: new transaction",
			"SIP/Event/client: NOTIFY to 10.0.0.2:5060 sent again",
			"SIP/Event/client: NOTIFY answered 481 by 10.0.0.2:5060",
		} {
			if strings.Count(out, want) != 1 {
				t.Errorf("want once %q in\n%s", want, out)
			}
		}
	})
}
