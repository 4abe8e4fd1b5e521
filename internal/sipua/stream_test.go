package sipua

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A fan-out over one connection outruns its peer, which is no fault of the peer.
func TestTCPFanOut(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		r := b.dial()
		synctest.Wait()
		peer := b.ua.Stats().Connections[0].Peer
		outcomes := make([]outcome, 1000)
		for i := range outcomes {
			req := newRequest("NOTIFY", fmt.Sprint("c", i))
			req.SetBody(make([]byte, 700))
			b.ua.Send(req, Target{peer, "TCP"}, outcomes[i].done)
		}
		go func() {
			for range outcomes {
				m := b.readMessage(r, time.Minute)
				_, _ = io.WriteString(b.tcp, answer(m, 200, ""))
				time.Sleep(15 * time.Millisecond) // 15 s for all: longer than a write may take
			}
		}()
		time.Sleep(20 * time.Second)
		for i := range outcomes {
			outcomes[i].want(t, 200, nil)
		}
	})
}

// Requests that find no room are refused, responses still fit, and all that was
// taken arrives.
func TestTCPFullQueue(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		r := b.dial()
		b.write(request1(reqOpt{method: "OPTIONS", callID: "x"}))
		b.readMessage(r, time.Second)
		peer := b.ua.Stats().Connections[0].Peer
		const n = 60 // of 50 kB each
		var outcomes [n]outcome
		for i := range outcomes {
			req := newRequest("NOTIFY", fmt.Sprint("c", i))
			req.SetBody(make([]byte, 50000))
			b.ua.Send(req, Target{peer, "TCP"}, outcomes[i].done)
			synctest.Wait() // the writer has taken what it can: no gap after the first that was refused
		}
		b.write(request1(reqOpt{method: "OPTIONS", callID: "y"}))
		synctest.Wait()
		taken := 0
		for {
			m := b.readMessage(r, time.Second)
			if strings.HasPrefix(m, "SIP/2.0 200") {
				break
			}
			if !strings.HasPrefix(m, "NOTIFY") {
				t.Fatalf("got %.100q", m)
			}
			taken++
			b.write(answer(m, 200, ""))
		}
		synctest.Wait()
		for i := range outcomes {
			if i < taken {
				outcomes[i].want(t, 200, nil)
			} else {
				outcomes[i].want(t, 0, ErrOverload)
			}
		}
		if taken < streamQueue/51000 || taken > n-10 || len(b.ua.Stats().Connections) != 1 {
			t.Errorf("%d taken, connections %v", taken, b.ua.Stats().Connections)
		}
		if n := b.ua.endpoint().unsent.Load(); n != 0 {
			t.Errorf("%d bytes unsent", n)
		}
	})
}

// While much is unsent on other connections, one whose peer does not read is closed
// early, and one whose peer reads is served.
func TestTCPManySlowReaders(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		r := b.dial()
		b.ua.endpoint().unsent.Add(unsentMost + 1)
		for i := range 200 {
			b.write(request1(reqOpt{method: "OPTIONS", callID: fmt.Sprint("read", i)}))
			b.readMessage(r, time.Second)
		}
		slow := b.dial()
		sent := 0
		for ; sent < 1000; sent++ { // of more than 200 bytes; the network has room for 64 kB
			if _, err := io.WriteString(b.tcp, request1(reqOpt{method: "OPTIONS", callID: fmt.Sprint("slow", sent)})); err != nil {
				break
			}
			synctest.Wait()
		}
		if _, _ = io.Copy(io.Discard, slow); sent > (64<<10+lastRoom)/200 {
			t.Errorf("closed after %d requests", sent)
		}
		if n := b.ua.endpoint().unsent.Add(-unsentMost - 1); n != 0 {
			t.Errorf("%d bytes unsent", n)
		}
	})
}

// RFC 3261 17.1.4: the end of the connection ends what waits for a response, but
// not an INVITE that has had one.
func TestTCPConnectionLost(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		l, err := b.net.Host(peerTarget.Addr.Addr()).Listen(peerTarget.Addr)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		to := Target{peerTarget.Addr, "TCP"}
		var answered, waits, calling, ringing outcome
		b.ua.Send(newRequest("NOTIFY", "c1"), to, answered.done)
		b.ua.Send(newRequest("NOTIFY", "c2"), to, waits.done)
		b.ua.Invite(newRequest("INVITE", "c3"), to, calling.done)
		call := b.ua.Invite(newRequest("INVITE", "c4"), to, ringing.done)
		if b.tcp, err = l.Accept(); err != nil {
			t.Fatal(err)
		}
		r := bufio.NewReader(b.tcp)
		for range 4 {
			m := b.readMessage(r, time.Second)
			switch header(m, "Call-ID") {
			case "c1":
				b.write(answer(m, 200, ""))
			case "c4":
				b.write(answer(m, 100, ""))
			}
		}
		synctest.Wait()
		b.tcp.Close()
		synctest.Wait()
		answered.want(t, 200, nil)
		waits.want(t, 0, errLost)
		calling.want(t, 0, errLost)
		if n := b.ua.Stats().ClientTx; n != 1 {
			t.Errorf("%d client transactions, want the ringing one", n)
		}
		if s := b.ua.Stats().TCP; s.RemoteClosures != 1 || s.ConnFailures != 0 || s.MaxQueue < 1 || s.MaxQueuePeer != peerTarget.Addr {
			t.Errorf("counted %+v", s)
		}
		if again, err := accept(l, func() { call.Cancel() }); err != nil {
			t.Errorf("no new connection for the CANCEL: %v", err)
		} else {
			again.Close()
		}
		synctest.Wait()
	})
}

func accept(l net.Listener, f func()) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	defer context.AfterFunc(ctx, func() { l.Close() })()
	f()
	return l.Accept()
}
