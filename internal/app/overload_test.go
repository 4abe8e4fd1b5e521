package app

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/memnet"
)

// Watchers that say nothing, and one that does not read its connection, cost others
// nothing: they hear of every change in the moment it happens, and the same as if they
// were alone.
func TestSilentAndSlowWatchers(t *testing.T) {
	wire(t, wiredConfig+"presence\n max-subscription 500\n watcher all\n", func(w *wired) {
		w.registered("10.1.1.11:5060")
		const silent, slow, awake = 100, 200, 20
		deaf := w.peer("10.9.9.1:5060")
		for range silent {
			deaf.watches("2101", 3600, "")
		}
		deaf.mu.Lock()
		deaf.deaf = true
		deaf.mu.Unlock()
		conn := w.slowly("10.9.9.2", slow)
		defer conn.Close()
		var good []*sipPeer
		for i := range awake {
			p := w.peer(fmt.Sprintf("10.9.8.%d:5060", i+1))
			if status, notes := p.watches("2101", 3600, ""); status != "SIP/2.0 200 OK" || len(notes) != 1 {
				t.Fatalf("watcher %d: %s, %d NOTIFYs", i, status, len(notes))
			}
			good = append(good, p)
		}
		if rows := len(w.hub.Snapshot().Records); rows != silent+slow+awake {
			t.Fatalf("%d rows", rows)
		}
		for round := range 40 {
			state, says := "busy", "on-the-phone"
			if round%2 == 1 {
				state, says = "idle", "<basic>open"
			}
			at := time.Now()
			if err := w.SetLine("2101", state); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			for i, p := range good {
				p.mu.Lock()
				heard := p.heard
				p.heard = nil
				p.mu.Unlock()
				if len(heard) != 1 || !strings.Contains(heard[0].text, says) || heard[0].at.Sub(at) > 0 {
					t.Fatalf("round %d, watcher %d heard %d messages, %v later: %v", round, i, len(heard), heard[0].at.Sub(at), heard)
				}
			}
			time.Sleep(3 * time.Second)
		}
		time.Sleep(5 * time.Minute) // a connection that was lost may be made again
		if rows := len(w.hub.Snapshot().Records); rows != awake {
			t.Errorf("%d rows are left, the silent and the slow ones are still there", rows)
		}
	})
}

// registered makes the phone of 2101 known, so that its line has a state.
func (w *wired) registered(addr string) {
	w.t.Helper()
	p := w.peer(addr)
	p.registers("2101", "00156247EF90", 3600)
	if err := w.SetLine("2101", "idle"); err != nil {
		w.t.Fatal(err)
	}
}

// slowly subscribes n times over one connection that is never read again.
func (w *wired) slowly(addr string, n int) *memnet.Conn {
	w.t.Helper()
	nc, err := w.net.Host(netip.MustParseAddr(addr)).Dial(w.t.Context(), netip.MustParseAddrPort("10.1.1.2:5060"))
	if err != nil {
		w.t.Fatal(err)
	}
	p := &sipPeer{w: w, addr: netip.MustParseAddrPort(nc.LocalAddr().String()), user: "1001"}
	for range n {
		msg := p.request("SUBSCRIBE", "2101", "Event: presence\r\nExpires: 3600\r\n", "")
		msg = strings.Replace(strings.Replace(msg, "SIP/2.0/UDP", "SIP/2.0/TCP", 1), ">\r\nEvent", ";transport=tcp>\r\nEvent", 1)
		if _, err := nc.Write([]byte(msg)); err != nil {
			w.t.Fatal(err)
		}
		synctest.Wait()
	}
	return nc.(*memnet.Conn)
}

// Beyond max-subscription, and beyond what is one source's, new watchers are refused
// with Retry-After; those that are there are served on.
func TestRefusedBeyondLimits(t *testing.T) {
	wire(t, wiredConfig+`presence
 max-subscription 100
 watcher all
voice register pool 1
 blf-speed-dial 1 2102 label "x"
 blf-speed-dial 2 2101 label "y"
`, func(w *wired) {
		w.registered("10.1.1.11:5060")
		trunk, stranger := w.peer("10.1.1.4:5060"), w.peer("10.9.9.9:5060")
		fill := func(p *sipPeer, number string) (n int) {
			for ; ; n++ {
				said := p.sends(p.request("SUBSCRIBE", number, "Event: presence\r\nExpires: 3600\r\n", ""))
				if len(said) != 1 {
					continue
				}
				if !strings.HasPrefix(said[0], "SIP/2.0 480 ") || !strings.Contains(said[0], "\r\nRetry-After: 60\r\n") {
					t.Fatalf("refused by %s", said[0])
				}
				return n
			}
		}
		phone := w.peer("10.1.1.11:5070")
		phone.registers("2101", "00156247EF90", 3600)
		if got := fmt.Sprint(fill(stranger, "2101"), fill(w.peer("10.9.9.8:5060"), "2101"), fill(trunk, "2101"), fill(phone, "2101")); got != "75 0 23 2" {
			t.Errorf("a stranger, another, a trunk and a phone have %s", got)
		}
		trunk.hear()
		if err := w.SetLine("2101", "busy"); err != nil {
			t.Fatal(err)
		}
		if n := len(trunk.hear()); n != 23 {
			t.Errorf("of 23 watchers %d are served", n)
		}
		if said := w.types("show logging | include MAXSUB"); strings.Count(said, "%PRESENCE-4-MAXSUB") != 1 {
			t.Errorf("the log says %s", said)
		}
	})
}
