package sip

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/busylamp/busylamp/presence"
	"pgregory.net/rapid"
)

// What a phone is shown depends on its keys for the number.
func TestSight(t *testing.T) {
	for _, c := range []struct {
		name  string
		lamps Lamps
		want  string // of three subscriptions, with the phone idle and the number busy
	}{
		{"call lists or a plain key", Lamps{Lit: true}, "busy busy busy"},
		{"a device key only", Lamps{Device: 1}, "idle idle idle"},
		{"a device key and call lists", Lamps{Device: 1, Lit: true}, "idle busy busy"},
		{"two device keys and call lists", Lamps{Device: 2, Lit: true}, "idle idle busy"},
		{"neither", Lamps{}, "unknown unknown unknown"},
	} {
		run(t, func(r *rig) {
			r.light("2001", c.lamps)
			p := r.phone("10.1.1.11:5060")
			for _, id := range []string{"a", "b", "c"} {
				p.enter(sub{callID: id})
			}
			r.publish("2001", busy)
			r.hub.PublishDevice("2001", idle)
			want(t, c.name, r.lines(), c.want)
		})
	}
}

// enter sends a SUBSCRIBE and returns its answer, whatever else comes.
func (p *phone) enter(s sub) (answer message) {
	p.send(p.write(s))
	for _, m := range p.hear() {
		if strings.HasPrefix(m.First, "SIP/2.0") && (s.callID == "" || m.Get("Call-ID") == s.callID) {
			answer = m
		}
	}
	return answer
}

// lines are the states of all records.
func (r *rig) lines() string {
	synctest.Wait()
	var s []any
	for _, rec := range r.hub.Snapshot().Records {
		s = append(s, rec.Line.State)
	}
	return words(s...)
}

// Guide: "Device-based BLF-speed-dial monitoring is not supported for a remote watcher".
func TestATrunkHasNoLamps(t *testing.T) {
	run(t, func(r *rig) {
		r.light("2001", Lamps{})
		r.light("2002", Lamps{Device: 1})
		p := r.phone("10.9.9.9:5060")
		for _, n := range []string{"2001", "2002"} {
			p.enter(sub{callID: n, uri: "sip:" + n + "@10.1.1.2"})
			r.publish(n, busy)
		}
		want(t, "trunk", r.lines(), "busy busy")
	})
}

// Each phone has keys of its own, and each number.
func TestKeysAreCountedForOnePhoneAndNumber(t *testing.T) {
	run(t, func(r *rig) {
		r.light("2001", Lamps{Device: 1, Lit: true})
		r.light("2002", Lamps{Device: 1, Lit: true})
		p, q := r.phone("10.1.1.11:5060"), r.phone("10.1.1.12:5060")
		p.enter(sub{callID: "a"})
		q.enter(sub{callID: "b"})
		p.enter(sub{callID: "c", uri: "sip:2002@10.1.1.2"})
		for _, rec := range r.hub.Snapshot().Records {
			if !rec.Device {
				t.Errorf("%+v", rec)
			}
		}
	})
}

// When the subscription of a device key ends, the next one is the key's.
func TestNextInLine(t *testing.T) {
	run(t, func(r *rig) {
		r.light("2001", Lamps{Device: 1, Lit: true})
		p := r.phone("10.1.1.11:5060")
		ok := p.enter(sub{callID: "a"})
		p.enter(sub{callID: "b"})
		p.enter(sub{callID: "c"})
		r.publish("2001", busy)
		r.hub.PublishDevice("2001", idle)
		want(t, "before", r.lines(), "idle busy busy")
		p.hear()
		p.send(p.write(sub{callID: "a", toTag: ok.Tag("To"), expires: "0"}))
		want(t, "after", r.lines(), "idle busy")
		var notes []string
		for _, m := range p.hear()[1:] {
			notes = append(notes, m.Get("Call-ID")+" "+m.state())
		}
		want(t, "told", notes, "[a terminated;reason=timeout open b active;expires=3600 open]")
	})
}

// A phone that has started again has new dialogs; what answers for the old ones
// is that it does not know them.
func TestPhoneThatStartedAgain(t *testing.T) {
	run(t, func(r *rig) {
		r.light("2001", Lamps{Device: 1, Lit: true})
		p := r.phone("10.1.1.11:5060")
		p.enter(sub{callID: "old"})
		p.hear()
		p.answers("481 Call/Transaction Does Not Exist")
		p.send(p.write(sub{callID: "new", expires: "600"}))
		synctest.Wait()
		p.answers("200 OK")
		if recs := r.hub.Snapshot().Records; len(recs) > 1 || len(recs) == 1 && !recs[0].Device {
			t.Errorf("%+v", recs)
		}
	})
}

// Subscriptions follow what is configured.
func TestRecheck(t *testing.T) {
	run(t, func(r *rig) {
		p := r.phone("10.1.1.11:5060")
		p.enter(sub{callID: "a"})
		p.enter(sub{callID: "b"})
		q := r.phone("10.9.9.9:5060")
		q.enter(sub{callID: "trunk"})
		r.publish("2001", busy)
		r.hub.PublishDevice("2001", idle)
		p.hear()
		q.hear()
		for _, c := range []struct {
			lamps Lamps
			want  string
		}{
			{Lamps{}, "unknown unknown busy"},
			{Lamps{Device: 1}, "idle idle busy"},
			{Lamps{Device: 1, Lit: true}, "idle busy busy"},
			{Lamps{Device: 1, Lit: true}, "idle busy busy"},
			{Lamps{Device: 2, Lit: true}, "idle idle busy"},
			{Lamps{Lit: true}, "busy busy busy"},
		} {
			r.light("2001", c.lamps)
			want(t, words(c.lamps), r.lines(), c.want)
		}
		want(t, "told", words(len(p.states()), len(q.states())), words(2+2+1+1+2, 0))
		want(t, "kept", len(r.a.lighter.groups), 0)
	})
}

// Nothing is kept of a dialog that is over, whichever way it ended.
func TestLighterForgets(t *testing.T) {
	run(t, func(r *rig) {
		r.light("2001", Lamps{Device: 1, Lit: true})
		p := r.phone("10.1.1.11:5060")
		for _, id := range []string{"a", "b"} {
			p.enter(sub{callID: id})
		}
		p.enter(sub{callID: "fetch", expires: "0"})
		r.configure(func(c *presence.Config) { c.MaxSubscriptions = 1 })
		p.enter(sub{callID: "refused"})
		r.configure(func(c *presence.Config) { c.Enabled = false })
		p.hear()
		want(t, "groups", len(r.a.lighter.groups)+len(r.a.lighter.late), 0)
	})
}

// Whatever phones and the configuration do at once, in the end each subscription is
// shown what its place in line says.
func TestPlacesInLine(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var failure any // rapid fails by panics, which must not leave the bubble by themselves
		run(t, func(r *rig) {
			defer func() { failure = recover() }()
			p := r.phone("10.1.1.11:5060")
			var dialogs []sub // live ones, in the order in which they came
			for i := range rapid.IntRange(1, 30).Draw(rt, "steps") {
				switch what := rapid.IntRange(0, 3).Draw(rt, "step"); {
				case what == 0:
					r.light("2001", Lamps{Device: rapid.IntRange(0, 2).Draw(rt, "device"), Lit: rapid.Bool().Draw(rt, "lit")})
				case what == 1 && len(dialogs) > 0:
					i := rapid.IntRange(0, len(dialogs)-1).Draw(rt, "which")
					d := dialogs[i]
					d.expires = "0"
					dialogs = slices.Delete(dialogs, i, i+1)
					p.send(p.write(d)) // and on, without waiting for what that changes
				default:
					s := sub{callID: fmt.Sprint("c", i)}
					answer := p.enter(s)
					s.toTag = answer.Tag("To")
					dialogs = append(dialogs, s)
				}
			}
			synctest.Wait()
			lamps := r.Lamps(1, "2001")
			records := r.hub.Snapshot().Records
			if len(records) != len(dialogs) {
				rt.Fatalf("%d records, %d dialogs", len(records), len(dialogs))
			}
			r.publish("2001", busy)
			r.hub.PublishDevice("2001", idle)
			synctest.Wait()
			for i, rec := range r.hub.Snapshot().Records {
				want := map[sight]presence.State{seesNumber: presence.Busy, seesDevice: presence.Idle, seesNothing: presence.Unknown}[lamps.sees(i)]
				if rec.Line.State != want {
					rt.Fatalf("%+v: subscription %d is shown %v, want %v", lamps, i, rec.Line.State, want)
				}
			}
		})
		if failure != nil {
			panic(failure)
		}
	})
}
