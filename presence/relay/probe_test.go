package relay

import (
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
			if check(t, "refreshed", m.get("Expires"), "3600"); m.tag("To") == "" {
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
			if m.tag("To") != "" {
				return "481 Subscription Does Not Exist"
			}
			return "200 OK\r\nExpires: 3600"
		}
		f.after = func(m message, answer string) {
			if m.tag("To") == "" {
				f.notify(m, note{body: doc(busy)})
			}
		}
		f.mu.Unlock()
		f.answersPings(true)
		after(time.Minute)
		check(t, "state", phone.last(), "busy")
		if h := f.hear(); len(h) != 2 || h[1].get("Call-ID") == old.get("Call-ID") {
			t.Errorf("%d SUBSCRIBEs came", len(h))
		}
	})
}

// A server that never answers OPTIONS is not held to it.
func TestServerWithoutOptions(t *testing.T) {
	run(t, func(r *rig) {
		f := r.server(server1).obliging(idle)
		phone, _ := r.watch(presence.SIPPhone, "5001")
		after(10 * time.Minute)
		check(t, "state", phone.last(), "idle")
		check(t, "SUBSCRIBEs", len(f.hear()), 1)
	})
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
