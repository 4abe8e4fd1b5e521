package relay

import (
	"testing"
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

// Nobody is probed at whom nothing is watched.
func TestProbeEnds(t *testing.T) {
	run(t, func(r *rig) {
		r.server(server1).obliging(idle).answersPings(true)
		_, id := r.watch(presence.SIPPhone, "5001")
		after(time.Minute)
		r.hub.End(id, presence.ReasonTimeout)
		after(2 * time.Minute)
		if n := r.ua.Stats().Out[sipua.Count{Method: "OPTIONS"}]; n != 2 {
			t.Errorf("%d OPTIONS were sent, want those at 1 and 31 s and none later", n)
		}
	})
}
