package relay

import (
	"fmt"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/presence"
)

// The states of a number at the server reach its watcher; its records are the guide's
// pair, and leaving unsubscribes.
func TestWatchesAtTheServer(t *testing.T) {
	run(t, func(r *rig) {
		f := r.server(server1)
		w, id := r.watch(presence.SIPPhone, "5001")
		check(t, "before the server says anything", w.last(), "unknown")
		m := f.one()
		check(t, "request", m.First, "SUBSCRIBE sip:5001@11.1.1.4 SIP/2.0")
		check(t, "headers", strings.Join([]string{m.Get("Event"), m.Get("Expires"), m.Get("Accept"), m.Get("Contact")}, "|"),
			"presence|3600|"+accepted+"|<sip:6003@11.1.1.2:5060>")
		check(t, "first", f.tell(m, note{body: doc(idle)}), "200 OK")
		check(t, "state", w.last(), "idle")
		f.tell(m, note{body: doc(busy)})
		check(t, "state", w.last(), "busy")

		var lines []string
		for _, rec := range r.hub.Snapshot().Records {
			lines = append(lines, fmt.Sprint(rec.ID, rec.Watcher, rec.Presentity, rec.SibID, rec.Line.State, rec.PresentityType, rec.Incoming))
		}
		check(t, "records", strings.Join(lines, "\n"), "1 6003@10.4.171.59 5001@11.1.1.2 2 busy remote true\n"+
			"2 6003@11.1.1.2 5001@11.1.1.4 1 busy remote false")

		r.hub.End(id, presence.ReasonTimeout)
		m = f.one()
		check(t, "unsubscribes", m.Get("Expires")+" "+m.Tag("To"), "0 far")
		check(t, "records left", len(r.hub.Snapshot().Records), 0)
		check(t, "the last NOTIFY", f.tell(m, note{state: "terminated;reason=timeout"}), "200 OK")
		check(t, "one more", f.tell(m, note{}), "481 Call/Transaction Does Not Exist")
	})
}

// It refreshes a minute before expiry, and a NOTIFY may shorten that.
func TestRefresh(t *testing.T) {
	run(t, func(r *rig) {
		f := r.server(server1).obliging(idle)
		w, _ := r.watch(presence.SIPPhone, "5001")
		first := f.one()
		after(56 * time.Minute)
		check(t, "too early", len(f.hear()), 0)
		after(2 * time.Minute)
		m := f.one()
		check(t, "in the dialog", m.Tag("To")+m.Get("Call-ID"), "far"+first.Get("Call-ID"))
		f.tell(m, note{state: "active;expires=100", body: doc(busy)})
		after(49 * time.Second)
		check(t, "too early", len(f.hear()), 0)
		after(2 * time.Second)
		f.one()
		check(t, "state", w.last(), "idle")
	})
}

// Without an answer to refreshes the subscription expires and is made anew.
func TestRefreshFailures(t *testing.T) {
	for _, c := range []struct {
		answer string
		then   string // what the watcher sees a minute later
		calls  int    // other Call-IDs that came
	}{
		{"481 Gone", "idle", 1},
		{"500 Busy", "idle", 0},
		{"503 Busy\r\nRetry-After: 5", "idle", 0},
		{"404 Not Found", "unknown", 0},
		{"603 Decline", "idle", 0},
		{"", "idle", 1},
	} {
		run(t, func(r *rig) {
			f := r.server(server1).obliging(idle)
			w, _ := r.watch(presence.SIPPhone, "5001")
			first := f.one()
			f.mu.Lock()
			usual := f.after
			f.answer = func(m message) string {
				if m.Get("Call-ID") == first.Get("Call-ID") {
					return c.answer
				}
				return "200 OK\r\nExpires: 3600"
			}
			f.after = func(m message, answer string) {
				if strings.HasPrefix(answer, "200") {
					usual(m, answer)
				}
			}
			f.mu.Unlock()
			after(57*time.Minute + 30*time.Second)
			if c.answer != "" {
				check(t, c.answer, w.last(), c.then)
			}
			after(45 * time.Second)
			calls := map[string]bool{first.Get("Call-ID"): true}
			for _, m := range f.hear() {
				calls[m.Get("Call-ID")] = true
			}
			check(t, c.answer, w.last(), c.then)
			check(t, c.answer+" anew", len(calls)-1, c.calls)
			after(3 * time.Minute) // the old one has expired
			then := c.then
			if strings.HasPrefix(c.answer, "50") || strings.HasPrefix(c.answer, "603") {
				then = "idle" // another one
			}
			check(t, c.answer+" after expiry", w.last(), then)
		})
	}
}

// TestExpiresTooBrief: a 423 is answered once with what it wants, and refreshes ask
// for that from then on.
func TestExpiresTooBrief(t *testing.T) {
	run(t, func(r *rig) {
		f := r.server(server1).obliging(idle)
		f.mu.Lock()
		usual := f.after
		f.answer = func(m message) string {
			if m.Get("Expires") == "3600" {
				return "423 Interval Too Brief\r\nMin-Expires: 7200"
			}
			return "200 OK\r\nExpires: " + m.Get("Expires")
		}
		f.after = func(m message, answer string) {
			if strings.HasPrefix(answer, "200") {
				usual(m, answer)
			}
		}
		f.mu.Unlock()
		w, _ := r.watch(presence.SIPPhone, "5001")
		check(t, "SUBSCRIBEs", len(f.hear()), 2)
		check(t, "state", w.last(), "idle")
	})
	run(t, func(r *rig) { // which never has enough
		f := r.server(server1)
		f.answer = func(m message) string { return "423 Interval Too Brief\r\nMin-Expires: 1" + m.Get("Expires") }
		w, _ := r.watch(presence.SIPPhone, "5001")
		check(t, "SUBSCRIBEs", len(f.hear()), 2)
		check(t, "state", w.last(), "unknown")
	})
}

// A NOTIFY may come before the 200, or without it.
func TestNotifyBefore200(t *testing.T) {
	run(t, func(r *rig) {
		f := r.server(server1)
		f.answers("")
		w, _ := r.watch(presence.SIPPhone, "5001")
		m := f.one()
		check(t, "answer", f.tell(m, note{body: doc(busy)}), "200 OK")
		check(t, "state", w.last(), "busy")
		m.Back(f.response(m, "200 OK\r\nExpires: 3600"))
		after(time.Minute)
		check(t, "state", w.last(), "busy")
	})
}

// The dialog whose NOTIFY comes first is kept, whatever tag the 200 has.
func TestForkedNotify(t *testing.T) {
	run(t, func(r *rig) {
		f := r.server(server1)
		w, _ := r.watch(presence.SIPPhone, "5001")
		m := f.one()
		check(t, "the first", f.tell(m, note{tag: "b", body: doc(busy)}), "200 OK")
		check(t, "another", f.tell(m, note{tag: "far", body: doc(idle)}), "481 Call/Transaction Does Not Exist")
		check(t, "a third", f.tell(m, note{tag: "c", body: doc(idle)}), "481 Call/Transaction Does Not Exist")
		check(t, "state", w.last(), "busy")
		after(57*time.Minute + 10*time.Second)
		check(t, "refreshes", f.one().Tag("To"), "b")
	})
}

// A dialog at the server is known from its making to its end.
func TestKnowsItsDialogs(t *testing.T) {
	run(t, func(r *rig) {
		f := r.server(server1).obliging(idle)
		_, id := r.watch(presence.SIPPhone, "5001")
		m := f.one()
		k := sipua.Key{CallID: m.Get("Call-ID"), LocalTag: m.Tag("From"), RemoteTag: "far"}
		check(t, "there", r.r.knows(k), true)
		check(t, "another's", r.r.knows(sipua.Key{CallID: k.CallID, LocalTag: k.LocalTag, RemoteTag: "other"}), false)
		check(t, "none", r.r.knows(sipua.Key{}), false)
		r.hub.End(id, presence.ReasonTimeout)
		after(2 * time.Minute)
		check(t, "gone", r.r.knows(k), false)
	})
}

func TestNotifyRefused(t *testing.T) {
	for _, c := range []struct {
		what, answer string
		n            note
	}{
		{"unknown Call-ID", "481", note{callID: "other"}},
		{"unknown tag", "481", note{toTag: "other"}},
		{"no package", "489", note{event: "-"}},
		{"wrong package", "489", note{event: "dialog"}},
		{"wrong id", "481", note{event: "presence;id=7"}},
		{"no state", "400", note{state: "-"}},
		{"no Contact", "400", note{contact: "X: y\r\n"}},
		{"extension", "420", note{more: "Require: teleport\r\n"}},
		{"no type", "415", note{kind: "-", body: "x"}},
		{"other type", "415", note{kind: "text/plain", body: "x"}},
		{"compressed", "415", note{body: "x", more: "Content-Encoding: gzip\r\n"}},
		{"garbage", "400", note{body: "<presence"}},
		{"long", "513", note{contact: "Contact: <sip:" + strings.Repeat("x", 5000) + "@h>\r\n"}},
	} {
		run(t, func(r *rig) {
			f := r.server(server1)
			w, _ := r.watch(presence.SIPPhone, "5001")
			got, _, _ := strings.Cut(f.tell(f.one(), c.n), " ")
			check(t, c.what, got, c.answer)
			check(t, c.what, w.last(), "unknown")
		})
	}
}

// Garbage in a live dialog makes the state unknown until the next document.
func TestGarbage(t *testing.T) {
	run(t, func(r *rig) {
		f := r.server(server1).obliging(busy)
		w, _ := r.watch(presence.SIPPhone, "5001")
		m := f.one()
		check(t, "state", w.last(), "busy")
		f.tell(m, note{body: "<presence><person>"})
		check(t, "garbage", w.last(), "unknown")
		f.tell(m, note{body: doc(idle)})
		check(t, "document", w.last(), "idle")
		f.tell(m, note{body: "-"})
		check(t, "no document says nothing", w.last(), "idle")
		check(t, "out of order", f.tell(m, note{body: doc(busy), seq: 1}), "500 Server Internal Error")
		check(t, "out of order", w.last(), "idle")
	})
}

// Nobody listens there, and then somebody does.
func TestUnreachable(t *testing.T) {
	for _, tcp := range []bool{false, true} {
		run(t, func(r *rig) {
			r.accounts(tcp)
			w, _ := r.watch(presence.SIPPhone, "5001")
			after(2 * time.Minute)
			check(t, "state", w.last(), "unknown")
			if !tcp {
				r.server(server1).obliging(idle)
				after(longestWait + time.Minute)
				check(t, "recovered", w.last(), "idle")
			}
		})
	}
}

// TestTCPReset: a connection that ends is a failure for now.
func TestTCPReset(t *testing.T) {
	run(t, func(r *rig) {
		l, err := r.net.Host(server1.Addr()).Listen(server1)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		n := 0
		done := make(chan struct{})
		go func() {
			defer close(done)
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				first := make([]byte, 9)
				if _, err := io.ReadFull(c, first); err == nil && string(first) == "SUBSCRIBE" {
					n++
				}
				_ = c.Close()
			}
		}()
		r.accounts(true)
		w, _ := r.watch(presence.SIPPhone, "5001")
		after(time.Minute)
		check(t, "state", w.last(), "unknown")
		_ = l.Close()
		<-done
		check(t, "tries", n, 5) // at 0, 4, 12, 28 and 60 s
	})
}

// `server` moved while a number is watched: the same records, unsubscribed there,
// subscribed here.
func TestServerMoves(t *testing.T) {
	run(t, func(r *rig) {
		one, two := r.server(server1).obliging(idle), r.server(server2)
		w, _ := r.watch(presence.SIPPhone, "5001")
		one.one()
		check(t, "before", w.last(), "idle")
		r.configure(func(c *presence.Config) { c.Server = server2.Addr() })
		check(t, "unsubscribed", one.one().Get("Expires"), "0")
		check(t, "unknown until it says", w.last(), "unknown")
		two.tell(two.one(), note{body: doc(busy)})
		check(t, "after", w.last(), "busy")
		recs := r.hub.Snapshot().Records
		check(t, "records", fmt.Sprint(len(recs), recs[0].SibID, recs[1].ID, recs[1].Presentity), "2 2 2 5001@11.1.1.5")
		r.configure(func(c *presence.Config) { c.Server = netip.Addr{} })
		check(t, "unsubscribed", two.one().Get("Expires"), "0")
		check(t, "no server", w.last(), "unknown")
		check(t, "records", len(r.hub.Snapshot().Records), 1)
		r.configure(func(c *presence.Config) { c.Server = server1.Addr() })
		check(t, "back", w.last(), "idle")
		r.configure(func(c *presence.Config) { c.AllowSubscribe = false })
		check(t, "no allow subscribe", w.last(), "unknown")
		check(t, "records", len(r.hub.Snapshot().Records), 1)
	})
}

// A number changes sides and the watcher does nothing.
func TestChangesSides(t *testing.T) {
	run(t, func(r *rig) {
		f := r.server(server1).obliging(idle)
		w, _ := r.watch(presence.SIPPhone, "5001")
		f.one()
		r.hub.Publish("5001", busy)
		check(t, "external", w.last(), "idle")
		r.configure(func(c *presence.Config) { c.Numbers["5001"] = presence.Number{Watch: true} })
		check(t, "local", w.last(), "busy")
		check(t, "unsubscribed", f.one().Get("Expires"), "0")
		r.configure(func(c *presence.Config) { delete(c.Numbers, "5001") })
		check(t, "external again", w.last(), "idle")
		check(t, "subscribed", f.one().Get("Expires"), "3600")
	})
}

// The endpoint closes and opens elsewhere.
func TestEndpointMoves(t *testing.T) {
	run(t, func(r *rig) {
		f := r.server(server1).obliging(idle)
		w, _ := r.watch(presence.SCCPSpeedDial, "5001")
		f.one()
		r.endpoint(netip.AddrPort{})
		check(t, "unsubscribed", f.one().Get("Expires"), "0")
		check(t, "closed", w.last(), "unknown")
		r.endpoint(router)
		check(t, "subscribed", f.one().Get("Expires"), "3600")
		check(t, "open", w.last(), "idle")
	})
}

// A watcher that leaves before the server has answered leaves nothing there.
func TestLeavesEarly(t *testing.T) {
	run(t, func(r *rig) {
		f := r.server(server1)
		f.answers("")
		_, id := r.watch(presence.SIPPhone, "5001")
		m := f.one()
		r.hub.End(id, presence.ReasonTimeout)
		check(t, "nothing yet", len(f.hear()), 0)
		f.obliging(idle)
		m.Back(f.response(m, "200 OK\r\nExpires: 3600"))
		check(t, "unsubscribed", f.one().Get("Expires"), "0")
		after(2 * time.Minute)
		check(t, "kept", len(r.r.usages), 0)
	})
}
