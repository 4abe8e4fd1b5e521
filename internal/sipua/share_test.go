package sipua

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// flood hands the UA eight times what its workers can do, as if from hosts, until stop.
func (b *bed) flood(hosts int, toTag string, stop <-chan struct{}) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		for j := range 8 {
			n := i*8 + j
			from := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 9, 9, byte(n % hosts)}), 5060)
			b.ua.receive(item{data: []byte(request1(reqOpt{method: "SUBSCRIBE", callID: fmt.Sprint("f", n), toTag: toTag})), src: from})
		}
	}
}

// Whatever a few sources send, what others send is served within half a second: a
// request in a dialog as well as the first of a new one.
func TestLoudSourcesStarveNobody(t *testing.T) {
	for name, c := range map[string]struct {
		hosts int
		toTag string
	}{
		"one source":                {1, ""},
		"five sources":              {5, ""},
		"one, as if in dialogs":     {1, "forged"},
		"several, as if in dialogs": {5, "forged"},
	} {
		t.Run(name, func(t *testing.T) {
			inBed(t, Options{Workers: 4, MaxTransactions: 4096}, func(b *bed) {
				served := 0
				b.ua.Handle("SUBSCRIBE", func(tx *ServerTx) {
					time.Sleep(4 * time.Millisecond) // 1000 a second
					tx.mustReject(200)
				})
				stop, done := make(chan struct{}), make(chan struct{})
				go func() { defer close(done); b.flood(c.hosts, c.toTag, stop) }()
				defer func() { close(stop); <-done }()
				time.Sleep(time.Second)
				for i := range 8 {
					for _, tag := range []string{"", "mine"} {
						id := fmt.Sprint("w", i, tag)
						start := time.Now()
						b.send(request1(reqOpt{method: "SUBSCRIBE", callID: id, toTag: tag}))
						got := b.recv(500 * time.Millisecond)
						if !strings.HasPrefix(got, "SIP/2.0 200 ") || header(got, "Call-ID") != id {
							t.Fatalf("%s: after %v got %q", id, time.Since(start), got)
						}
						served++
					}
					time.Sleep(137 * time.Millisecond)
				}
				if st := b.ua.Stats(); served != 16 || st.Dropped < 4000 || st.Out[Count{"SUBSCRIBE", 200}] < 1500 {
					t.Errorf("%d served, %d in all, %d dropped", served, st.Out[Count{"SUBSCRIBE", 200}], st.Dropped)
				}
			})
		})
	}
}

// By TCP what is too much is answered 503 at once.
func TestLoudConnection(t *testing.T) {
	inBed(t, Options{Workers: 1}, func(b *bed) {
		b.ua.Handle("SUBSCRIBE", func(tx *ServerTx) { time.Sleep(5 * time.Millisecond); tx.mustReject(200) })
		r := b.dial()
		const sent = 2 * pressed
		for i := range sent {
			b.write(strings.Replace(request1(reqOpt{method: "SUBSCRIBE", callID: fmt.Sprint("c", i)}), "/UDP", "/TCP", 1))
		}
		start := time.Now()
		b.send(request1(reqOpt{method: "SUBSCRIBE", callID: "other", toTag: "mine"}))
		refused, served := 0, 0
		for range sent {
			switch got := b.readMessage(r, time.Minute); {
			case strings.HasPrefix(got, "SIP/2.0 200 "):
				served++
			case strings.HasPrefix(got, "SIP/2.0 503 ") && header(got, "Retry-After") != "":
				refused++
			default:
				t.Fatalf("got %q", got)
			}
		}
		if served < 20 || refused < sent/3 {
			t.Errorf("%d served, %d refused, in %v", served, refused, time.Since(start))
		}
		b.expect("SIP/2.0 200 ")
	})
}

// In dialogs nothing is: the connection is read as fast as its requests are served, and others
// are served meanwhile.
func TestLoudConnectionInDialogs(t *testing.T) {
	inBed(t, Options{Workers: 1}, func(b *bed) {
		b.ua.Handle("SUBSCRIBE", func(tx *ServerTx) { time.Sleep(5 * time.Millisecond); tx.mustReject(200) })
		r := b.dial()
		const sent = 2*queueMessages + pressed
		wrote := make(chan struct{})
		go func() {
			defer close(wrote)
			for i := range sent {
				b.write(strings.Replace(request1(reqOpt{method: "SUBSCRIBE", callID: fmt.Sprint("c", i), toTag: "mine"}), "/UDP", "/TCP", 1))
			}
		}()
		time.Sleep(time.Second)
		start := time.Now()
		b.send(request1(reqOpt{method: "SUBSCRIBE", callID: "other", toTag: "mine"}))
		if got := b.recv(time.Minute); !strings.HasPrefix(got, "SIP/2.0 200 ") || time.Since(start) > 2*patience {
			t.Errorf("another got %q after %v", got, time.Since(start))
		}
		for i := range sent {
			if got := b.readMessage(r, time.Minute); !strings.HasPrefix(got, "SIP/2.0 200 ") {
				t.Fatalf("request %d: got %q", i, got)
			}
		}
		<-wrote
	})
}

// One address with many phones has no share while the workers keep up, nor when all of
// them speak at once.
func TestManyPhonesBehindOneAddress(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		b.ua.Handle("REGISTER", func(tx *ServerTx) { tx.mustReject(200) })
		for i := range 3000 {
			b.ua.receive(item{data: []byte(request1(reqOpt{method: "REGISTER", callID: fmt.Sprint("p", i)})), src: ap(peerHost + ":5060")})
			if i%1000 == 0 {
				synctest.Wait()
			}
		}
		synctest.Wait()
		if st := b.ua.Stats(); st.Dropped != 0 || st.Out[Count{"REGISTER", 200}] != 3000 {
			t.Errorf("%d answered, %d dropped", st.Out[Count{"REGISTER", 200}], st.Dropped)
		}
	})
}

// A source's number is never below what it sent in the window, and is that while
// sources are few; a new window begins at one.
func TestSharesCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u := New(Options{Workers: 1})
		defer u.Close()
		now := u.shares.start
		sent := map[netip.Addr]uint32{}
		for range rapid.IntRange(1, 300).Draw(t, "n") {
			if step := rapid.IntRange(0, 40).Draw(t, "step"); step == 40 {
				now = now.Add(shareWindow)
				clear(sent)
			}
			a := netip.AddrFrom4([4]byte{10, 0, 0, byte(rapid.IntRange(0, 9).Draw(t, "host"))})
			sent[a]++
			if got := u.shares.count(a, now, u.shards); got != sent[a] {
				t.Fatalf("%v sent %d, counted %d", a, sent[a], got)
			}
		}
		if share := u.shares.share.Load(); share < shareLeast {
			t.Fatalf("share %d", share)
		}
	})
}

// A host cannot be many by its choice of addresses in its own network.
func TestSharesOfNetworks(t *testing.T) {
	u := New(Options{Workers: 1})
	defer u.Close()
	for i, c := range []struct {
		addr string
		want uint32
	}{
		{"2001:db8:0:1::1", 1}, {"2001:db8:0:1::2", 2}, {"2001:db8:0:1:ffff::", 3}, {"2001:db8:0:2::1", 1},
		{"10.0.0.1", 1}, {"10.0.0.2", 1}, {"::ffff:10.0.0.1", 2},
	} {
		if got := u.shares.count(netip.MustParseAddr(c.addr), u.shares.start, u.shards); got != c.want {
			t.Errorf("%d: %s counted %d, want %d", i, c.addr, got, c.want)
		}
	}
	late := u.shares.start.Add(shareWindow)
	if got := u.shares.count(netip.MustParseAddr("10.0.0.1"), late, u.shards); got != 1 {
		t.Errorf("in the next window %d", got)
	}
}

// BenchmarkFair is what the shares add to a request of a source within its share.
func BenchmarkFair(b *testing.B) {
	u := New(Options{})
	defer u.Close()
	it := item{data: []byte(request1(reqOpt{method: "SUBSCRIBE", callID: "c"})), src: ap("10.0.0.2:5060"), at: time.Now()}
	s := u.shards[0]
	u.fair(s, it) // begins the window
	u.shares.share.Store(1 << 31)
	b.ReportAllocs()
	for b.Loop() {
		if !u.fair(s, it) {
			b.Fatal("refused")
		}
	}
}
