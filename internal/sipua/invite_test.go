package sipua

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emiago/sipgo/sip"
)

// inviteBed handles INVITE by handing the transaction to the test.
func inviteBed(t *testing.T, f func(b *bed, calls chan *ServerTx, ends chan error)) {
	inBed(t, Options{}, func(b *bed) {
		calls, ends := make(chan *ServerTx, 8), make(chan error, 8)
		b.ua.Handle("INVITE", func(tx *ServerTx) {
			tx.OnEnd(func(err error) { ends <- err })
			calls <- tx
		})
		f(b, calls, ends)
	})
}

var invite1 = request1(reqOpt{method: "INVITE", callID: "c1", branch: "z9hG4bKi1"})

func ackTo(resp, branch string) string {
	return request1(reqOpt{method: "ACK", callID: "c1", branch: branch, toTag: tagOf(header(resp, "To"))})
}

func TestInviteIsAnsweredLater(t *testing.T) {
	inviteBed(t, func(b *bed, calls chan *ServerTx, ends chan error) {
		acks := 0
		b.ua.Handle("ACK", func(tx *ServerTx) {
			acks++
			if err := tx.Respond(tx.NewResponse(200, "")); !errors.Is(err, ErrAnswered) {
				t.Errorf("an ACK was answered: %v", err)
			}
		})
		b.send(invite1)
		if got := b.expect("SIP/2.0 100 Trying"); strings.Contains(header(got, "To"), "tag=") {
			t.Error("100 with a To tag")
		}
		tx := <-calls
		time.Sleep(3 * time.Second)
		if err := tx.Reject(180, ""); err != nil {
			t.Error(err)
		}
		ringing := b.expect("SIP/2.0 180 Ringing")
		b.send(invite1)
		if again := b.expect("SIP/2.0 180"); again != ringing {
			t.Errorf("retransmission answered\n%s", again)
		}
		if err := tx.Reject(200, ""); err != nil {
			t.Error(err)
		}
		var ok string
		times := b.sendTimes(3*time.Second, func(n int, msg string) {
			ok = msg
			if n == 3 { // third copy of the 2xx: the ACK comes with a branch of its own
				b.send(ackTo(msg, "z9hG4bKack"))
				b.send(ackTo(msg, "z9hG4bKack"))
			}
		})
		if !slices.EqualFunc(times, ms(0, 500, 1500), near) {
			t.Errorf("2xx at %v", times)
		}
		if header(ok, "To") != header(ringing, "To") {
			t.Error("To tag changed")
		}
		b.send(invite1)
		b.silence(time.Second) // RFC 6026: absorbed
		if err := <-ends; err != nil || acks != 1 {
			t.Errorf("end %v, %d ACKs", err, acks)
		}
		time.Sleep(33 * time.Second)
		if n := b.ua.Stats().ServerTx; n != 0 {
			t.Errorf("%d transactions left", n)
		}
	})
}

func TestInviteRefused(t *testing.T) {
	inviteBed(t, func(b *bed, calls chan *ServerTx, ends chan error) {
		b.ua.Handle("ACK", func(*ServerTx) { t.Error("ACK to a 486 passed up") })
		b.send(invite1)
		b.expect("SIP/2.0 100")
		if err := (<-calls).Reject(486, ""); err != nil {
			t.Error(err)
		}
		times := b.sendTimes(5*time.Second, func(n int, msg string) {
			if n == 4 {
				b.send(ackTo(msg, "z9hG4bKi1"))
			}
		})
		if !slices.EqualFunc(times, ms(0, 500, 1500, 3500), near) { // Timer G
			t.Errorf("486 at %v", times)
		}
		if err := <-ends; err != nil {
			t.Error(err)
		}
		time.Sleep(t4 + time.Second)
		if n := b.ua.Stats().ServerTx; n != 0 {
			t.Errorf("%d transactions left", n)
		}
	})
}

func TestInviteNeverAcknowledged(t *testing.T) {
	for _, code := range []int{200, 404} {
		inviteBed(t, func(b *bed, calls chan *ServerTx, ends chan error) {
			b.send(invite1)
			b.expect("SIP/2.0 100")
			if err := (<-calls).Reject(code, ""); err != nil {
				t.Error(err)
			}
			if times := b.sendTimes(40*time.Second, nil); len(times) != 11 {
				t.Errorf("%d sent at %v", code, times)
			}
			if err := <-ends; !errors.Is(err, ErrTimeout) {
				t.Errorf("%d ended with %v", code, err)
			}
			if n := b.ua.Stats().ServerTx; n != 0 {
				t.Errorf("%d transactions left", n)
			}
		})
	}
}

func TestCancel(t *testing.T) {
	inviteBed(t, func(b *bed, calls chan *ServerTx, ends chan error) {
		cancel := request1(reqOpt{method: "CANCEL", callID: "c1", branch: "z9hG4bKi1"})
		b.send(cancel)
		b.expect("SIP/2.0 481 Call/Transaction Does Not Exist")
		time.Sleep(40 * time.Second)

		b.send(invite1)
		b.expect("SIP/2.0 100")
		tx := <-calls
		told := 0
		tx.OnCancel(func() { told++ })
		b.send(cancel)
		ok := b.expect("SIP/2.0 200 OK")
		done := b.expect("SIP/2.0 487 Request Terminated")
		if header(ok, "CSeq") != "1 CANCEL" || header(ok, "To") != header(done, "To") || told != 1 {
			t.Errorf("%s\n%s told %d", ok, done, told)
		}
		b.send(ackTo(done, "z9hG4bKi1"))
		b.send(cancel)
		b.expect("SIP/2.0 200 OK") // the same bytes
		b.silence(time.Minute)
		if told != 1 {
			t.Errorf("told %d times", told)
		}
	})
}

func TestCancelAfterTheAnswer(t *testing.T) {
	inviteBed(t, func(b *bed, calls chan *ServerTx, ends chan error) {
		b.send(invite1)
		b.expect("SIP/2.0 100")
		tx := <-calls
		tx.OnCancel(func() { t.Error("told of a CANCEL that came too late") })
		if err := tx.Reject(486, ""); err != nil {
			t.Error(err)
		}
		busy := b.expect("SIP/2.0 486")
		b.send(request1(reqOpt{method: "CANCEL", callID: "c1", branch: "z9hG4bKi1"}))
		b.expect("SIP/2.0 200 OK")
		b.send(ackTo(busy, "z9hG4bKi1"))
		b.silence(time.Minute)
	})
}

// result is one call of an Invite callback.
type result struct {
	code int
	err  error
}

func callOut(b *bed) (*InviteTx, chan result) {
	results := make(chan result, 16)
	tx := b.ua.Invite(newRequest("INVITE", "c1"), peerTarget, func(res *sip.Response, err error) {
		r := result{err: err}
		if res != nil {
			r.code = res.StatusCode
		}
		results <- r
	})
	return tx, results
}

func TestInviteClientAnswered(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		tx, results := callOut(b)
		invite := b.expect("INVITE")
		if again := b.recv(600 * time.Millisecond); again != invite { // Timer A
			t.Fatalf("retransmission %q", again)
		}
		b.send(answer(invite, 100, ""))
		b.send(answer(invite, 180, ""))
		b.silence(time.Minute) // Proceeding: no retransmission, no Timer B
		contact := "Contact: <sip:3001@10.0.0.2:5060>\n"
		b.send(answer(invite, 200, contact))
		synctest.Wait()
		if got := fmt.Sprint(<-results, <-results); got != "{180 <nil>} {200 <nil>}" {
			t.Fatal(got)
		}
		m, err := b.ua.parse([]byte(answer(invite, 200, contact)))
		if err != nil {
			t.Fatal(err)
		}
		d, err := UACDialog(tx.req, m.(*sip.Response))
		if err != nil {
			t.Fatal(err)
		}
		ack, err := d.Ack(1)
		if err != nil {
			t.Fatal(err)
		}
		if err := tx.Ack(ack, d.Target(peerTarget)); err != nil {
			t.Fatal(err)
		}
		first := b.expect("ACK sip:3001@10.0.0.2:5060 SIP/2.0")
		if header(first, "Via") == header(invite, "Via") || !strings.HasSuffix(header(first, "To"), ";tag=p1") || header(first, "CSeq") != "1 ACK" {
			t.Errorf("ACK\n%s", first)
		}
		b.send(answer(invite, 200, contact))
		if again := b.expect("ACK"); again != first {
			t.Errorf("ACK to the repeated 2xx\n%s", again)
		}
		b.send(strings.Replace(answer(invite, 200, contact), "tag=p1", "tag=p2", 1)) // another fork
		synctest.Wait()
		if r := <-results; r.code != 200 || len(results) != 0 {
			t.Errorf("fork: %v, %d more", r, len(results))
		}
		time.Sleep(33 * time.Second)
		if n := b.ua.Stats().ClientTx; n != 0 {
			t.Errorf("%d transactions left", n)
		}
	})
}

func TestInviteClientRefused(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		_, results := callOut(b)
		invite := b.expect("INVITE")
		for range 3 {
			b.send(answer(invite, 486, ""))
			ack := b.expect("ACK sip:3001@10.0.0.2 SIP/2.0")
			if header(ack, "Via") != header(invite, "Via") || !strings.HasSuffix(header(ack, "To"), ";tag=p1") || header(ack, "CSeq") != "1 ACK" {
				t.Errorf("ACK\n%s", ack)
			}
		}
		if r := <-results; r.code != 486 || len(results) != 0 {
			t.Errorf("%v, %d more", r, len(results))
		}
		time.Sleep(33 * time.Second)
		if n := b.ua.Stats().ClientTx; n != 0 {
			t.Errorf("%d transactions left", n)
		}
	})
}

func TestInviteClientTimesOut(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		_, results := callOut(b)
		times := b.sendTimes(40*time.Second, nil)
		if !slices.EqualFunc(times, ms(0, 500, 1500, 3500, 7500, 15500, 31500), near) {
			t.Errorf("sent at %v", times)
		}
		if r := <-results; !errors.Is(r.err, ErrTimeout) {
			t.Error(r)
		}
	})
}

func TestInviteClientCancels(t *testing.T) {
	for _, early := range []bool{true, false} {
		inBed(t, Options{}, func(b *bed) {
			tx, results := callOut(b)
			invite := b.expect("INVITE")
			if early {
				tx.Cancel()
				b.silence(400 * time.Millisecond) // not before a provisional response
			}
			b.send(answer(invite, 100, ""))
			synctest.Wait()
			if !early {
				tx.Cancel()
			}
			tx.Cancel()
			cancel := b.expect("CANCEL sip:3001@10.0.0.2 SIP/2.0")
			if header(cancel, "Via") != header(invite, "Via") || header(cancel, "CSeq") != "1 CANCEL" {
				t.Errorf("CANCEL\n%s", cancel)
			}
			b.send(answer(cancel, 200, ""))
			b.send(answer(invite, 487, ""))
			b.expect("ACK")
			if r := <-results; r.code != 487 {
				t.Error(r)
			}
			b.silence(time.Minute)
		})
	}
}

func TestInviteClientCancelUnanswered(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		tx, results := callOut(b)
		b.send(answer(b.expect("INVITE"), 180, ""))
		<-results
		tx.Cancel()
		b.send(answer(b.expect("CANCEL"), 200, ""))
		start := time.Now()
		if r := <-results; !errors.Is(r.err, ErrTimeout) || time.Since(start) > 33*time.Second {
			t.Errorf("%v after %v", r, time.Since(start))
		}
	})
}
