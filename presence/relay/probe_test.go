package relay

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/presence"
)

func (f *far) answersPings(yes bool) {
	f.mu.Lock()
	f.pings = yes
	f.mu.Unlock()
}

// A way to the server that is cut is noticed by its silence to OPTIONS, long before
// the subscription runs out; when it answers again all are refreshed.
func TestServerGoesAndComesBack(t *testing.T) {
	run(t, func(r *rig) {
		f := r.server(server1).obliging(idle)
		f.answersPings(true)
		phone, _ := r.watch(presence.SIPPhone, "5001")
		key, _ := r.watch(presence.SCCPSpeedDial, "5002")
		after(2 * time.Minute)
		check(t, "while it answers", phone.last()+" "+key.last(), "idle idle")
		f.hear()

		f.answersPings(false)
		after(probeEvery + timerN + 2*time.Second)
		check(t, "while it is silent", phone.last()+" "+key.last(), "unknown unknown")
		check(t, "SUBSCRIBEs meanwhile", len(f.hear()), 0)

		f.obliging(busy)
		f.answersPings(true)
		after(probeAgain + timerN + 2*time.Second)
		check(t, "when it is back", phone.last()+" "+key.last(), "busy busy")
		check(t, "refreshes", len(f.hear()), 2)
	})
}

// That we are too busy to send, or have moved meanwhile, says nothing about the server:
// what it told holds, and nothing counts against anybody.
func TestTroubleOfOurOwn(t *testing.T) {
	for _, err := range []error{sipua.ErrOverload, sipua.ErrClosed} {
		run(t, func(r *rig) {
			f := r.server(server1).obliging(idle)
			f.answersPings(true)
			w, _ := r.watch(presence.SCCPSpeedDial, "5001")
			after(2 * time.Minute)
			f.hear()
			r.r.post(func() {
				r.r.probed(r.r.probes[server1.Addr()], err)
				for _, u := range r.r.usages {
					u.busy, u.refresh, u.asked = true, time.Time{}, wanted
					r.r.answered(u, u.d.LocalCSeq, nil, err)
				}
			})
			synctest.Wait()
			check(t, "state", w.last(), "idle")
			after(3 * time.Second)
			m := f.one()
			if check(t, "refreshed", m.Get("Expires"), "3600"); m.Tag("To") == "" {
				t.Error("not in its dialog")
			}

			f.answers("") // and a first one
			f.mu.Lock()
			f.after = nil
			f.mu.Unlock()
			key, id := r.watch(presence.SCCPSpeedDial, "5002")
			f.hear()
			r.r.post(func() {
				for _, s := range r.r.subs {
					if s.use != nil && s.use.first {
						r.r.answered(s.use, s.use.d.LocalCSeq, nil, err)
					}
				}
			})
			synctest.Wait()
			check(t, "outstanding", r.r.tries, 0)
			f.obliging(busy)
			after(3 * time.Second)
			check(t, "subscribed", key.last(), "busy")
			for _, rec := range r.hub.Snapshot().Records {
				if rec.SibID == id {
					check(t, "failures", rec.Retry, 0)
				}
			}
		})
	}
}

// One that has forgotten all while it was away is subscribed to anew.
func TestServerRestarts(t *testing.T) {
	run(t, func(r *rig) {
		f := r.server(server1).obliging(idle)
		f.answersPings(true)
		phone, _ := r.watch(presence.SIPPhone, "5001")
		old := f.one()
		after(time.Minute)
		f.answersPings(false)
		after(time.Minute + timerN)
		f.mu.Lock()
		f.answer = func(m message) string {
			if m.Tag("To") != "" {
				return "481 Subscription Does Not Exist"
			}
			return "200 OK\r\nExpires: 3600"
		}
		f.after = func(m message, answer string) {
			if m.Tag("To") == "" {
				f.notify(m, note{body: doc(busy)})
			}
		}
		f.mu.Unlock()
		f.answersPings(true)
		after(time.Minute)
		check(t, "state", phone.last(), "busy")
		if h := f.hear(); len(h) != 2 || h[1].Get("Call-ID") == old.Get("Call-ID") {
			t.Errorf("%d SUBSCRIBEs came", len(h))
		}
	})
}

// A server that never answers OPTIONS is not held to it, but to SUBSCRIBE: one subscription
// there is refreshed now and then.
func TestServerWithoutOptions(t *testing.T) {
	run(t, func(r *rig) {
		f := r.server(server1).obliging(idle)
		f.answersPings(false)
		phone, _ := r.watch(presence.SIPPhone, "5001")
		key, _ := r.watch(presence.SCCPSpeedDial, "5002")
		first := f.hear()
		after(10 * time.Minute)
		check(t, "state", phone.last()+" "+key.last(), "idle idle")
		h := f.hear()
		check(t, "SUBSCRIBEs in ten minutes", len(h), int(10*time.Minute/proveEvery))
		for _, m := range h {
			if m.Tag("To") == "" || m.Get("Call-ID") != first[0].Get("Call-ID") || m.Get("Expires") != "3600" {
				t.Fatalf("not a refresh of the first: %v", m.Headers)
			}
		}

		f.answersPings(true) // whoever learns it is asked by OPTIONS
		after(time.Minute)
		f.hear()
		after(10 * time.Minute)
		check(t, "SUBSCRIBEs when it answers OPTIONS", len(f.hear()), 0)
	})
}

// One that ignores OPTIONS, or had no time to answer one, and falls silent is noticed in a
// minute, and so is that it is back. Nobody's failures are counted meanwhile, so that a
// speed dial with a retry limit comes back too.
func TestServerWithoutOptionsFallsSilent(t *testing.T) {
	for _, c := range []struct {
		name         string
		before, away time.Duration
		back         bool // OPTIONS are answered when it is back
		forgot       bool
	}{
		{name: "before the first OPTIONS", before: 500 * time.Millisecond, away: 2 * time.Minute},
		{name: "and answers OPTIONS later", before: 500 * time.Millisecond, away: 2 * time.Minute, back: true},
		{name: "after a proof", before: proveEvery + time.Second, away: 20 * time.Minute},
		{name: "much later", before: 20 * time.Minute, away: 10 * time.Minute},
		{name: "and forgets", before: time.Minute, away: 5 * time.Minute, forgot: true},
		{name: "for longer than the subscriptions live", before: time.Minute, away: 61 * time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			run(t, func(r *rig) {
				if c.away > time.Hour {
					r.configure(func(c *presence.Config) { c.RetryLimit = 100 })
				}
				f := r.server(server1).obliging(idle)
				f.answersPings(false)
				phone, _ := r.watch(presence.SIPPhone, "5001")
				key, _ := r.watch(presence.SCCPSpeedDial, "5002")
				after(c.before)
				check(t, "before", phone.last()+" "+key.last(), "idle idle")
				told := phone.count()
				f.mu.Lock()
				f.answer, f.after = func(message) string { return "" }, nil
				f.mu.Unlock()
				after(65 * time.Second)
				check(t, "a minute of silence", phone.last()+" "+key.last(), "unknown unknown")
				after(c.away - 65*time.Second)
				check(t, "later", phone.last()+" "+key.last(), "unknown unknown")
				check(t, "notes", phone.count(), told+1)
				f.hear()
				f.answersPings(c.back)
				f.obliging(busy)
				if c.forgot {
					f.mu.Lock()
					f.answer = func(m message) string {
						if m.Tag("To") != "" {
							return "481 Subscription Does Not Exist"
						}
						return "200 OK\r\nExpires: 3600"
					}
					f.after = func(m message, answer string) {
						if m.Tag("To") == "" {
							f.notify(m, note{body: doc(busy)})
						}
					}
					f.mu.Unlock()
				}
				limit := timerN + probeAgain + 3*time.Second
				if c.away > time.Hour {
					limit = longestWait
				}
				after(limit)
				check(t, "back", phone.last()+" "+key.last(), "busy busy")
			})
		})
	}
}

// A life of a few seconds is refreshed before it is over: the lamp is steady.
func TestShortLife(t *testing.T) {
	for _, life := range []int{2, 3, 5, 6, 10} {
		run(t, func(r *rig) {
			f := r.server(server1).obliging(idle)
			f.mu.Lock()
			f.answer = func(message) string { return fmt.Sprintf("200 OK\r\nExpires: %d", life) }
			f.after = func(m message, _ string) {
				f.notify(m, note{state: fmt.Sprintf("active;expires=%d", life), body: doc(idle)})
			}
			f.mu.Unlock()
			w, _ := r.watch(presence.SIPPhone, "5001")
			first := f.one()
			told := w.count()
			after(time.Minute)
			check(t, "state", w.last(), "idle")
			check(t, fmt.Sprintf("notes with a life of %d s", life), w.count(), told)
			h := f.hear()
			for _, m := range h {
				check(t, "dialog", m.Get("Call-ID"), first.Get("Call-ID"))
			}
			if want := 120 / life; len(h) < want-1 || len(h) > want {
				t.Errorf("%d refreshes of a life of %d s in a minute", len(h), life)
			}
		})
	}
}

// options is how many OPTIONS were sent.
func (r *rig) options() int { return int(r.ua.Stats().Out[sipua.Count{Method: "OPTIONS"}]) }

// Nobody is probed at whom nothing is watched.
func TestProbeEnds(t *testing.T) {
	run(t, func(r *rig) {
		r.server(server1).obliging(idle).answersPings(true)
		_, id := r.watch(presence.SIPPhone, "5001")
		after(time.Minute)
		r.hub.End(id, presence.ReasonTimeout)
		after(2 * time.Minute)
		if n := r.options(); n != 6 {
			t.Errorf("%d OPTIONS were sent, want those at 1, 11 ... 51 s and none later", n)
		}
	})
}
