package sipua

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emiago/sipgo/sip"
)

// outcome collects what done was called with.
type outcome struct {
	mu    sync.Mutex
	calls int
	code  int
	err   error
}

func (o *outcome) done(res *sip.Response, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.calls++
	o.err = err
	if res != nil {
		o.code = res.StatusCode
	}
}

func (o *outcome) want(t *testing.T, code int, err error) {
	t.Helper()
	synctest.Wait()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.calls != 1 || o.code != code || !errors.Is(o.err, err) {
		t.Fatalf("done called %d times, last %d %v; want once with %d %v", o.calls, o.code, o.err, code, err)
	}
}

func TestRequestIsComplete(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		var o outcome
		req := newRequest("NOTIFY", "c1")
		req.SetBody([]byte("body"))
		before := req.String()
		b.ua.Send(req, peerTarget, o.done)
		got := b.expect("NOTIFY sip:3001@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK")
		if !strings.HasSuffix(header(got, "Via"), ";rport") || header(got, "Max-Forwards") != "70" || header(got, "Content-Length") != "4" ||
			header(got, "User-Agent") == "" || !strings.HasSuffix(got, "\r\n\r\nbody") {
			t.Errorf("request\n%s", got)
		}
		if req.String() != before {
			t.Error("Send changed the request")
		}
		b.send(answer(got, 200, ""))
		o.want(t, 200, nil)
		b.send(answer(got, 200, "")) // repeated: nobody there
		b.silence(time.Minute)
		o.want(t, 200, nil)
		if s := b.ua.Stats(); s.ClientTx != 0 || s.Stray != 1 || s.Out[Count{"NOTIFY", 0}] != 1 || s.In[Count{"NOTIFY", 200}] != 1 {
			t.Errorf("stats %+v", s)
		}
	})
}

func TestRawRequest(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		var o outcome
		b.ua.SendRaw(Raw{Method: "NOTIFY", CallID: "c9", Line: "NOTIFY sip:x SIP/2.0",
			Rest: []byte("From: <sip:a>;tag=1\r\nTo: <sip:b>;tag=2\r\nCall-ID: c9\r\nCSeq: 4 NOTIFY\r\nContent-Length: 2\r\n\r\nhi")}, peerTarget, o.done)
		got := b.expect("NOTIFY sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK")
		if !strings.HasSuffix(got, "\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:b>;tag=2\r\nCall-ID: c9\r\nCSeq: 4 NOTIFY\r\nContent-Length: 2\r\n\r\nhi") {
			t.Errorf("request\n%s", got)
		}
		b.send(answer(got, 481, ""))
		o.want(t, 481, nil)
	})
}

// A Raw of a dialog has room for its Via. It may be sent again all the same.
func TestRawOfDialogTwice(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		d := Dialog{CallID: "c9", LocalTag: "1", RemoteTag: "2", Local: "<sip:a>", Remote: "<sip:b>", RemoteTarget: "sip:x"}
		raw := d.Raw("NOTIFY", "sip:a@10.0.0.1", "ua", []byte("Event: presence\r\n"), []byte("hi"))
		const rest = "\r\nMax-Forwards: 70\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:b>;tag=2\r\nCall-ID: c9\r\nCSeq: 1 NOTIFY\r\n" +
			"Contact: <sip:a@10.0.0.1>\r\nUser-Agent: ua\r\nEvent: presence\r\nContent-Length: 2\r\n\r\nhi"
		var sent [2]string
		for i := range sent {
			b.ua.SendRaw(raw, peerTarget, func(*sip.Response, error) {})
			sent[i] = b.expect("NOTIFY sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK")
			if !strings.HasSuffix(sent[i], ";rport"+rest) {
				t.Errorf("request\n%s", sent[i])
			}
		}
		if sent[0] == sent[1] {
			t.Error("both have one branch")
		}
		if again := b.recv(time.Second); again != sent[0] && again != sent[1] {
			t.Errorf("retransmission\n%s", again)
		}
	})
}

// sendTimes records at which times a request reaches the peer until it is silent.
func (b *bed) sendTimes(limit time.Duration, each func(n int, msg string)) []time.Duration {
	start := time.Now()
	var times []time.Duration
	for {
		msg := b.recv(limit)
		if msg == "" {
			return times
		}
		times = append(times, time.Since(start).Round(10*time.Millisecond))
		if each != nil {
			each(len(times), msg)
		}
	}
}

func ms(n ...int) (d []time.Duration) {
	for _, x := range n {
		d = append(d, time.Duration(x)*time.Millisecond)
	}
	return d
}

func TestTimerEAndF(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		var o outcome
		start := time.Now()
		b.ua.Send(newRequest("NOTIFY", "c1"), peerTarget, func(res *sip.Response, err error) {
			o.done(res, err)
			if d := time.Since(start); d < 32*time.Second || d > 32*time.Second+2*wheelTick {
				t.Errorf("timed out after %v", d)
			}
		})
		var first string
		times := b.sendTimes(40*time.Second, func(_ int, msg string) {
			if first == "" {
				first = msg
			}
			if msg != first {
				t.Errorf("retransmission differs:\n%s", msg)
			}
		})
		want := ms(0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500)
		if !slices.EqualFunc(times, want, near) {
			t.Errorf("sent at %v, want %v", times, want)
		}
		o.want(t, 0, ErrTimeout)
		if n := b.ua.Stats().RetransmitsOut["NOTIFY"]; n != 10 {
			t.Errorf("%d retransmissions counted", n)
		}
	})
}

// near allows for the wheel's rounding, which adds up over the retransmissions.
func near(got, want time.Duration) bool { return got >= want && got <= want+12*wheelTick }

func TestProvisionalSlowsRetransmission(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		var o outcome
		b.ua.Send(newRequest("NOTIFY", "c1"), peerTarget, o.done)
		times := b.sendTimes(40*time.Second, func(n int, msg string) {
			if n == 1 {
				b.send(answer(msg, 100, ""))
			}
		})
		if want := ms(0, 500, 4500, 8500, 12500, 16500, 20500, 24500, 28500); !slices.EqualFunc(times, want, near) {
			t.Errorf("sent at %v, want %v", times, want)
		}
		o.want(t, 0, ErrTimeout)
	})
}

func TestLostDatagramsAreMadeUpFor(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		var n atomic.Int32
		b.net.FilterPackets(func(_, _ netip.AddrPort, _ []byte) bool { return "--x-x--xx"[(n.Add(1)-1)%9] == 'x' })
		var o outcome
		b.ua.Send(newRequest("NOTIFY", "c1"), peerTarget, o.done)
		for msg := b.recv(20 * time.Second); msg != ""; msg = b.recv(20 * time.Second) {
			b.send(answer(msg, 200, ""))
		}
		o.want(t, 200, nil)
	})
}

func TestForeignResponsesAreIgnored(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		var o outcome
		b.ua.Send(newRequest("NOTIFY", "c1"), peerTarget, o.done)
		req := b.expect("NOTIFY")
		good := answer(req, 200, "")
		for _, bad := range []string{
			strings.Replace(good, "branch=z9", "branch=Z8", 1),
			strings.Replace(good, "1 NOTIFY", "1 SUBSCRIBE", 1),
			strings.Replace(good, "Via: ", "Via: SIP/2.0/UDP 1.2.3.4;branch=z9hG4bKz\r\nVia: ", 1),
			strings.Replace(good, "Call-ID: c1", "Call-ID: c2-that-lives-elsewhere", 1),
			strings.Replace(good, "Content-Length: 0", "Content-Length: 10", 1),
		} {
			b.send(bad)
		}
		synctest.Wait()
		if b.ua.Stats().ClientTx == 0 && b.ua.shardOf([]byte("c1")) != b.ua.shardOf([]byte("c2-that-lives-elsewhere")) {
			t.Fatalf("a foreign response was taken")
		}
		b.send(good)
		o.want(t, 200, nil)
	})
}

func TestSendErrors(t *testing.T) {
	inBed(t, Options{MaxClientTransactions: 2}, func(b *bed) {
		var none, big, over, closed, after outcome
		b.ua.Send(newRequest("NOTIFY", "c1"), Target{}, none.done)
		none.want(t, 0, ErrNoTarget)
		req := newRequest("NOTIFY", "c1")
		req.SetBody(make([]byte, 70000))
		b.ua.Send(req, peerTarget, big.done)
		big.want(t, 0, ErrTooBig)
		open := make([]outcome, 2)
		for i := range open {
			b.ua.Send(newRequest("NOTIFY", fmt.Sprint("o", i)), peerTarget, open[i].done)
		}
		b.ua.Send(newRequest("NOTIFY", "c3"), peerTarget, over.done)
		over.want(t, 0, ErrOverload)
		b.apply(Config{})
		b.ua.Send(newRequest("NOTIFY", "c4"), peerTarget, closed.done)
		closed.want(t, 0, ErrClosed)
		if err := b.ua.Close(); err != nil {
			t.Fatal(err)
		}
		for i := range open {
			open[i].want(t, 0, ErrClosed)
		}
		b.ua.Send(newRequest("NOTIFY", "c5"), peerTarget, after.done)
		after.want(t, 0, ErrClosed)
	})
}

func TestBigUDPMessagesAreSent(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		b.ua.Handle("SUBSCRIBE", func(tx *ServerTx) {
			res := tx.NewResponse(200, "")
			res.SetBody([]byte(strings.Repeat("x", 9000)))
			if err := tx.Respond(res); err != nil {
				t.Error(err)
			}
		})
		b.send(request1(reqOpt{method: "SUBSCRIBE", callID: "c1"}))
		if got := b.expect("SIP/2.0 200"); len(got) < 9000 {
			t.Errorf("%d bytes", len(got))
		}
		var o outcome
		req := newRequest("NOTIFY", "c1")
		req.SetBody([]byte(strings.Repeat("y", 9000)))
		b.ua.Send(req, peerTarget, o.done)
		b.send(answer(b.expect("NOTIFY"), 200, ""))
		o.want(t, 200, nil)
	})
}

// A response runs on the worker of its Call-ID, so it never runs beside a
// request of the same dialog.
func TestDoneRunsInOrderWithRequests(t *testing.T) {
	inBed(t, Options{Workers: 4}, func(b *bed) {
		var log []string // no lock: the race detector watches
		b.ua.Handle("SUBSCRIBE", func(tx *ServerTx) {
			log = append(log, "request")
			time.Sleep(time.Second)
			log = append(log, "end")
			tx.mustReject(200)
		})
		b.ua.Send(newRequest("NOTIFY", "same"), peerTarget, func(*sip.Response, error) { log = append(log, "done") })
		notify := b.expect("NOTIFY")
		b.send(request1(reqOpt{method: "SUBSCRIBE", callID: "same"}))
		synctest.Wait()
		b.send(answer(notify, 200, ""))
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if got := strings.Join(log, " "); got != "request end done" {
			t.Error(got)
		}
	})
}

func TestManyTransactionsAtOnce(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		const n = 3000
		done := make(chan error, n)
		for i := range n {
			b.ua.Send(newRequest("NOTIFY", fmt.Sprint("c", i)), peerTarget, func(_ *sip.Response, err error) { done <- err })
		}
		if got := b.ua.Stats().ClientTx; got != n {
			t.Errorf("%d outstanding", got)
		}
		b.pc.Close()
		synctest.Wait()
		time.Sleep(33 * time.Second)
		synctest.Wait()
		if len(done) != n || b.ua.Stats().ClientTx != 0 || b.ua.wheel.count != 0 {
			t.Errorf("%d done, %d outstanding, %d timers", len(done), b.ua.Stats().ClientTx, b.ua.wheel.count)
		}
	})
}
