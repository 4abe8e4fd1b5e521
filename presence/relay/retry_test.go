package relay

import (
	"fmt"
	"testing"
	"time"

	"github.com/busylamp/busylamp/presence"
)

// TestTerminated has every reason of RFC 6665 4.1.3.
func TestTerminated(t *testing.T) {
	for _, c := range []struct {
		state string
		then  string        // state at once
		again time.Duration // until the next SUBSCRIBE; 0: at once; -1: not within an hour
	}{
		{"terminated;reason=deactivated", "idle", 0},
		{"terminated;reason=timeout", "idle", 0},
		{"terminated;reason=probation;retry-after=90", "unknown", 90 * time.Second},
		{"terminated;reason=probation", "unknown", firstWait},
		{"terminated;reason=giveup;retry-after=30", "unknown", 30 * time.Second},
		{"terminated;reason=giveup", "unknown", firstWait},
		{"terminated;reason=rejected", "unknown", slowly},
		{"terminated;reason=noresource", "unknown", slowly},
		{"terminated;reason=invariant", "busy", -1},
		{"terminated", "unknown", firstWait},
		{"Terminated;Reason=Other", "unknown", firstWait},
	} {
		run(t, func(r *rig) {
			f := r.server(server1).obliging(idle)
			w, id := r.watch(presence.SIPPhone, "5001")
			m := f.one()
			after(time.Minute)
			check(t, c.state, f.tell(m, note{state: c.state, body: doc(busy)}), "200 OK")
			if c.again == 0 {
				check(t, c.state, f.one().Tag("To"), "")
				check(t, c.state, w.last(), c.then)
				return
			}
			check(t, c.state, len(f.hear()), 0)
			check(t, c.state, w.last(), c.then)
			if c.again > 0 {
				after(c.again - time.Second)
				check(t, c.state+" too early", len(f.hear()), 0)
				after(2 * time.Second)
				check(t, c.state, f.one().Tag("To"), "")
				check(t, c.state, w.last(), "idle")
				return
			}
			after(59 * time.Minute)
			check(t, c.state, len(f.hear()), 0)
			if err := r.hub.Refresh(id, time.Hour); err != nil {
				t.Fatal(err)
			}
			if c.then == "busy" {
				check(t, c.state+" holds", fmt.Sprint(len(f.hear()), " ", w.last()), "0 busy")
				return
			}
			check(t, c.state+" after a refresh", fmt.Sprint(len(f.hear()), " ", w.last()), "1 idle")
		})
	}
}

// A server that ends each subscription at once is not asked as fast as it does that.
func TestDeactivatedForEver(t *testing.T) {
	run(t, func(r *rig) {
		f := r.server(server1)
		f.after = func(m message, _ string) {
			f.notify(m, note{body: doc(idle)})
			f.notify(m, note{state: "terminated;reason=deactivated"})
		}
		r.watch(presence.SIPPhone, "5001")
		after(time.Minute)
		if n := len(f.hear()); n > 20 {
			t.Errorf("%d SUBSCRIBEs in a minute", n)
		}
	})
}

// TestTimerN: without a NOTIFY within 64*T1 there is no subscription.
func TestTimerN(t *testing.T) {
	run(t, func(r *rig) {
		f := r.server(server1)
		r.watch(presence.SIPPhone, "5001")
		m := f.one()
		after(31 * time.Second)
		check(t, "too early", len(f.hear()), 0)
		after(2 * time.Second)
		check(t, "too late", f.tell(m, note{body: doc(idle)}), "481 Call/Transaction Does Not Exist")
		after(4 * time.Second)
		check(t, "anew", f.one().Tag("To"), "")
	})
}

// SIP watchers stay, unknown, and failures for now are tried again ever more seldom.
func TestBackOff(t *testing.T) {
	for _, answer := range []string{"500 Oops", "480 Later", "408 Slow", "504 Slow"} {
		run(t, func(r *rig) {
			f := r.server(server1)
			f.answers(answer)
			start := time.Now()
			w, _ := r.watch(presence.SIPPhone, "5001")
			var at []string
			for range 1200 {
				for range f.hear() {
					at = append(at, time.Since(start).Round(time.Second).String())
				}
				after(time.Second)
			}
			check(t, answer, at, "[0s 4s 12s 28s 1m0s 2m4s 4m12s 8m28s 13m28s 18m28s]")
			check(t, answer, w.last(), "unknown")
			f.obliging(idle)
			after(longestWait)
			check(t, "recovered", w.last(), "idle")
			for _, rec := range r.hub.Snapshot().Records {
				check(t, "retries", rec.Retry, 0)
			}
		})
	}
	run(t, func(r *rig) { // Retry-After
		f := r.server(server1)
		f.answers("503 Busy\r\nRetry-After: 120 (later);duration=3")
		r.watch(presence.SIPPhone, "5001")
		f.one()
		after(119 * time.Second)
		check(t, "too early", len(f.hear()), 0)
		after(2 * time.Second)
		f.one()
	})
}

// A refusal is met again when the watcher refreshes.
func TestRefused(t *testing.T) {
	for _, answer := range []string{"403 Forbidden", "404 Not Found", "489 Bad Event", "603 Decline", "302 Elsewhere", "401 Who", "604 Nowhere"} {
		run(t, func(r *rig) {
			f := r.server(server1)
			f.answers(answer)
			w, id := r.watch(presence.SIPPhone, "5001")
			after(slowly - time.Second)
			check(t, answer, len(f.hear()), 1)
			check(t, answer, w.last(), "unknown")
			f.obliging(busy)
			if err := r.hub.Refresh(id, time.Hour); err != nil {
				t.Fatal(err)
			}
			f.one()
			check(t, answer, w.last(), "busy")
		})
	}
}

// SCCP watchers try again by interval and limit, and are rejected then.
func TestSCCPRetries(t *testing.T) {
	for _, answer := range []string{"403 Forbidden", "500 Oops", ""} {
		run(t, func(r *rig) {
			f := r.server(server1)
			f.answers(answer)
			w, _ := r.watch(presence.SCCPSpeedDial, "5001")
			after(100 * time.Second)
			calls := map[string]bool{}
			count := func() int {
				for _, m := range f.hear() {
					calls[m.Get("Call-ID")] = true
				}
				return len(calls)
			}
			check(t, answer+": first", count(), map[bool]int{true: 1, false: 2}[answer == ""])
			if answer == "" {
				after(2*time.Minute + 30*time.Second)
			} else {
				after(45 * time.Second)
			}
			check(t, answer, count(), 3)
			after(time.Minute)
			check(t, answer, w.last(), "over rejected")
			after(time.Hour)
			check(t, answer+": the limit", count(), 3)
			check(t, answer+": records", len(r.hub.Snapshot().Records), 0)
		})
	}
	run(t, func(r *rig) { // success starts the count anew
		f := r.server(server1)
		f.answers("500 Oops")
		w, _ := r.watch(presence.SCCPSpeedDial, "5001")
		after(80 * time.Second)
		f.obliging(idle)
		after(70 * time.Second)
		check(t, "state", w.last(), "idle")
	})
}
