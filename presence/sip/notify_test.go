package sip

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/internal/siptest"
	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/presence"
	"github.com/busylamp/busylamp/presence/pidf"
)

// While a NOTIFY is outstanding nothing else is sent, and then only the newest.
func TestOneOutstanding(t *testing.T) {
	run(t, func(r *rig) {
		r.publish("2001", idle)
		p := r.phone("10.1.1.11:5060")
		p.answers("")
		_, notes := p.subscribe(sub{})
		first := notes[0]
		r.publish("2001", busy)
		r.publish("2001", presence.Line{State: presence.Busy, Ringing: true})
		r.publish("2001", presence.Line{})
		want(t, "silent", len(p.hear()), 0)
		time.Sleep(500 * time.Millisecond)
		h := p.hear()
		want(t, "retransmission", words(len(h), h[0].Get("CSeq"), h[0].state()), "1 1 NOTIFY active;expires=3600 open")
		want(t, "the same", h[0].Get("Via"), first.Get("Via"))
		p.answers("200 OK")
		time.Sleep(time.Second)
		h = p.hear()
		want(t, "newest follows", words(len(h), h[1].Get("CSeq"), h[1].state()), "2 2 NOTIFY active;expires=3599 closed")
		r.publish("2001", idle)
		want(t, "and so on", p.hear()[0].Get("CSeq"), "3 NOTIFY")
	})
}

func TestRefreshNotifiesAfterThe200(t *testing.T) {
	run(t, func(r *rig) {
		p := r.phone("10.1.1.11:5060")
		ok, _ := p.subscribe(sub{})
		for range 20 {
			again, notes := p.subscribe(sub{toTag: ok.Tag("To")}) // fails unless the answer is first
			want(t, "refresh", words(again.First, len(notes)), "SIP/2.0 200 OK 1")
		}
	})
}

func TestFailures(t *testing.T) {
	for _, c := range []struct {
		answer  string
		records int
		again   string // CSeqs heard within the next minute, once it answers 200
	}{
		{"481 Gone", 0, "[]"},
		{"404 Not Found", 0, "[]"},
		{"489 Bad Event", 0, "[]"},
		{"480 Away\r\nRetry-After: 30 (lunch);duration=5", 1, "[2 NOTIFY]"},
		{"503 Busy\r\nRetry-After: 5", 1, "[2 NOTIFY]"},
		{"500 Oops", 1, "[2 NOTIFY]"},
		{"400 What", 1, "[2 NOTIFY]"},
	} {
		run(t, func(r *rig) {
			p := r.phone("10.1.1.11:5060")
			p.answers(c.answer)
			p.subscribe(sub{})
			want(t, c.answer, len(r.hub.Snapshot().Records), c.records)
			want(t, c.answer, r.a.dialogs.count(), c.records)
			p.answers("200 OK")
			time.Sleep(time.Minute)
			again := []string{}
			for _, m := range p.hear() {
				again = append(again, m.Get("CSeq"))
			}
			want(t, c.answer, again, c.again)
		})
	}
}

func TestSilentWatcherIsDropped(t *testing.T) {
	run(t, func(r *rig) {
		p := r.phone("10.1.1.11:5060")
		p.answers("")
		p.subscribe(sub{})
		time.Sleep(31 * time.Second)
		want(t, "before Timer F", len(r.hub.Snapshot().Records), 1)
		time.Sleep(2 * time.Second)
		want(t, "after Timer F", words(len(r.hub.Snapshot().Records), r.a.dialogs.count()), "0 0")
	})
}

// What a watcher must hear last is not lost with the NOTIFY before it.
func TestLastNotifyAfterFailure(t *testing.T) {
	for _, c := range []struct {
		answer string
		want   string
	}{{"500 Oops", "[terminated;reason=probation;retry-after=60 closed]"}, {"481 Gone", "[]"}} {
		run(t, func(r *rig) {
			p := r.phone("10.1.1.11:5060")
			p.answers("")
			p.subscribe(sub{})
			r.configure(func(c *presence.Config) { c.Enabled = false })
			p.answers(c.answer)
			time.Sleep(time.Second) // the retransmission
			last := []string{}
			for _, m := range p.hear()[1:] {
				last = append(last, m.state())
			}
			want(t, c.answer, last, c.want)
			want(t, c.answer, r.a.dialogs.count(), 0)
		})
	}
}

func TestTCP(t *testing.T) {
	run(t, func(r *rig) {
		p := r.phone("10.1.1.11:5060")
		hangUp := p.dial()
		ok, notes := p.subscribe(sub{contact: "<sip:3001@10.1.1.11:5060;transport=tcp>"})
		want(t, "answer", ok.First+" "+ok.Get("Contact"), "SIP/2.0 200 OK <sip:2001@10.1.1.2:5060;transport=tcp>")
		want(t, "NOTIFY", words(len(notes), notes[0].state()), "1 active;expires=3600 closed")
		hangUp()
		synctest.Wait()

		// The connection is gone: the Contact is tried.
		l, err := r.net.Host(p.addr.Addr()).Listen(p.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		r.publish("2001", busy)
		time.Sleep(3 * time.Second)
		synctest.Wait()
		in, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		buf := make([]byte, 65536)
		n, err := in.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		want(t, "NOTIFY to the Contact", strings.Split(message{Message: siptest.Parse(buf[:n])}.state(), "=")[0], "active;expires")
		r.hub.End(1, presence.ReasonTimeout)
	})
}

// A watcher that does not answer costs the others a moment, not half a minute.
func TestSilentWatchersDoNotStopOthers(t *testing.T) {
	run(t, func(r *rig) {
		const silent = window + 50
		r.configure(func(c *presence.Config) { c.MaxSubscriptions = 2 * silent })
		dead, live := r.phone("10.1.1.11:5060"), r.phone("10.1.1.12:5060")
		for i := range silent {
			dead.subscribe(sub{callID: fmt.Sprint("dead", i)})
		}
		dead.answers("")
		live.subscribe(sub{})
		r.publish("2001", busy)
		time.Sleep(2 * patience)
		want(t, "live", live.states(), "[active;expires=3600 busy]")
		time.Sleep(time.Minute)
		want(t, "records", len(r.hub.Snapshot().Records), 1)
	})
}

// However many NOTIFYs pass a silent watcher by, the window does not grow.
func TestWindowIsBounded(t *testing.T) {
	run(t, func(r *rig) {
		dead, live := r.phone("10.1.1.11:5060"), r.phone("10.1.1.12:5060")
		live.subscribe(sub{})
		dead.answers("")
		dead.subscribe(sub{})
		for range 3 * window {
			r.publish("2001", busy)
			r.publish("2001", idle)
		}
		s := r.a.sender
		s.mu.Lock()
		defer s.mu.Unlock()
		want(t, "places", s.taken.Len(), 1)
		want(t, "NOTIFYs", len(live.hear()), 6*window)
	})
}

func TestDebug(t *testing.T) {
	run(t, func(r *rig) {
		if err := r.log.Apply(context.Background(), r.log.Config(), logbuf.Config{BufferSize: 1 << 20, BufferLevel: logbuf.Debugging}); err != nil {
			t.Fatal(err)
		}
		for _, topic := range []logbuf.Topic{topicErrors, topicTrace, topicXML} {
			r.log.SetDebug(topic, true)
		}
		p := r.phone("10.1.1.11:5060")
		p.answers("481 Gone")
		p.subscribe(sub{})
		p.subscribe(sub{callID: "x", event: "nothing"})
		all := strings.Join(r.log.Buffer(), "\n")
		for _, line := range []string{
			"//PRESENCE:[1]:/presence_sip_notify: NOTIFY to 10.1.1.11:5060",
			"//PRESENCE:[1]:/presence_sip_notify: <?xml",
			"//PRESENCE:[1]:/presence_handle_notify_done: sip stack response code [29]",
			"//PRESENCE:[0]:/presence_sip_subscribe: SUBSCRIBE from 10.1.1.11:5060 for sip:2001@10.1.1.2 refused: Bad Event",
		} {
			if !strings.Contains(all, line) {
				t.Errorf("no %q in\n%s", line, all)
			}
		}
	})
}

// `debug presence timer` tells each time that a NOTIFY goes again (Timer E), until it is
// given up (Timer F).
func TestDebugTimer(t *testing.T) {
	run(t, func(r *rig) {
		if err := r.log.Apply(context.Background(), r.log.Config(), logbuf.Config{BufferSize: 1 << 20, BufferLevel: logbuf.Debugging}); err != nil {
			t.Fatal(err)
		}
		r.log.SetDebug(topicTimer, true)
		p := r.phone("10.1.1.11:5060")
		p.answers("")
		p.subscribe(sub{})
		time.Sleep(33 * time.Second)
		want(t, "sent again", len(p.hear()), 10)
		var got []string
		for _, line := range r.log.Buffer() {
			if _, text, is := strings.Cut(line, "presence_sip_notify_timer: "); is {
				got = append(got, strings.TrimPrefix(text, "NOTIFY to 10.1.1.11:5060 is sent again, next in "))
			}
		}
		want(t, "told", got, "[1s 2s 4s 4s 4s 4s 4s 4s 4s 500ms NOTIFY is given up: sending NOTIFY to 10.1.1.11:5060: no final response in time]")
	})
}

// OPTIONS in the dialog of a subscription is answered, and 481 when that is gone.
func TestOptionsInDialog(t *testing.T) {
	run(t, func(r *rig) {
		p := r.phone("10.1.1.11:5060")
		ok, _ := p.subscribe(sub{})
		asks := func(s sub) string {
			p.send([]byte(strings.ReplaceAll(string(p.write(s)), "SUBSCRIBE", "OPTIONS")))
			return p.hear()[0].First
		}
		want(t, "there", asks(sub{toTag: ok.Tag("To")}), "SIP/2.0 200 OK")
		want(t, "another From tag", asks(sub{toTag: ok.Tag("To"), fromTag: "other"}), "SIP/2.0 481 Call/Transaction Does Not Exist")
		p.subscribe(sub{toTag: ok.Tag("To"), expires: "0"})
		want(t, "gone", asks(sub{toTag: ok.Tag("To")}), "SIP/2.0 481 Call/Transaction Does Not Exist")
		want(t, "outside", asks(sub{}), "SIP/2.0 200 OK")
	})
}

// All dialogs may have one hash.
func TestDialogsCollide(t *testing.T) {
	ds := newDialogs()
	ds.hash = func(sipua.Key) uint64 { return 5 }
	key := func(i int) sipua.Key { return sipua.Key{CallID: fmt.Sprint(i), LocalTag: "l", RemoteTag: "r"} }
	var all []*dialog
	for i := range 4 {
		d := &dialog{}
		d.put(&[parts]string{callID: fmt.Sprint(i), localTag: "l", remoteTag: "r"})
		all = append(all, d)
		want(t, "add", words(ds.add(d), ds.add(d), ds.count()), words(true, false, i+1))
	}
	for left, i := range []int{1, 3, 0, 2} {
		ds.remove(all[i])
		ds.remove(all[i])
		want(t, "count", ds.count(), 3-left)
		all[i] = nil
		for j, d := range all {
			if ds.find(key(j)) != d {
				t.Errorf("after removing %d: %d is wrong", i, j)
			}
		}
	}
}

// What never left is held against nobody (presence.Hub.Done).
func TestOutcome(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{{sipua.ErrTimeout, 408}, {sipua.ErrOverload, 0}, {io.EOF, 503}} {
		code, _ := outcome(nil, fmt.Errorf("sending: %w", c.err))
		want(t, c.err.Error(), code, c.want)
	}
}

func TestEscape(t *testing.T) {
	want(t, "user", sipua.EscapeUser("*5#a b\x00+"), "*5%23a%20b%00+")
}

func TestBodiesAreBounded(t *testing.T) {
	b := newBodies()
	for i := range 2*maxBodies + 1 {
		b.get(fmt.Sprint(i), idle)
	}
	want(t, "documents", len(b.m), 1)
	first := b.get("x", idle)
	want(t, "encoded once", &b.get("x", idle)[0] == &first[0], true)
}

// 100,000 idle subscriptions are to fit into 100 MB of process memory, which is
// about twice the live heap at Go's default. The limit here is no proof of that but
// an alarm: it is what there was when it was set, with a little room.
func TestIdleSubscriptionIsSmall(t *testing.T) {
	run(t, func(r *rig) {
		const n, limit = 3000, 700
		r.configure(func(c *presence.Config) { c.MaxSubscriptions = n })
		p := r.phone("10.1.1.11:5060")
		heap := func() int {
			time.Sleep(time.Minute) // finished transactions are forgotten
			synctest.Wait()
			runtime.GC()
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			return int(m.HeapAlloc)
		}
		before := heap()
		for i := range n {
			p.subscribe(sub{callID: fmt.Sprintf("28E9846D-B50E11EC-%08X@10.1.1.11", i), from: `"Reception" <sip:3001@10.1.1.2>`})
		}
		each := (heap() - before) / n
		t.Logf("%d B/sub", each)
		if each > limit {
			t.Errorf("%d bytes of heap per idle subscription", each)
		}
		want(t, "records", len(r.hub.Snapshot().Records), n)
	})
}

func BenchmarkNotify(b *testing.B) {
	r := newRig(b)
	defer r.close()
	d := &dialog{a: r.a}
	d.put(&[parts]string{callID: "28E9846D-B50E11EC-8025D5B1-C2D1F237@10.1.1.11", localTag: "12EE76F8-154A", remoteTag: "a73kszlfl",
		local: "<sip:2001@10.1.1.2>", remote: "<sip:3001@10.1.1.2>", remoteTarget: "sip:3001@10.1.1.11:5060",
		number: "2001", entity: "sip:2001@10.1.1.2"})
	b.ReportAllocs()
	for b.Loop() {
		d.mu.Lock()
		d.notify(pidf.ContentType, r.a.bodies.get(d.get(entity), busy))
		d.mu.Unlock()
	}
}
