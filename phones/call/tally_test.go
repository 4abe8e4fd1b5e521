package call

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/busylamp/busylamp/phones"
)

// What show ephone-dn statistics counts: each way that a call ends.
func TestTallies(t *testing.T) {
	r := newRig(t, lab(func(c *phones.Config) { c.Telephony.Ringing = 30 * time.Second }))
	a, b := r.phone(1, "1:1"), r.phone(2, "1:5") // 2001 with two channels, 2005 with one
	quiet := func() {
		r.do(OnHook{Device: a})
		r.do(OnHook{Device: b})
		r.wait(time.Minute)
	}
	talk := func() {
		r.dials(a, "2005")
		r.do(Answer{Device: b})
	}
	talk() // the far end ends it
	r.do(OnHook{Device: b})
	quiet()
	talk() // we end it
	r.do(OnHook{Device: a})
	quiet()
	talk() // the far end ends it while we hold it
	r.do(Hold{Device: a})
	r.do(OnHook{Device: b})
	quiet()
	r.dials(a, "2005") // nobody answers
	r.wait(31 * time.Second)
	quiet()
	r.dials(a, "2005") // given up
	r.do(OnHook{Device: a})
	quiet()
	r.do(OffHook{Device: b}) // busy
	r.dials(a, "2005")
	quiet()
	r.dials(a, "2099") // no such number
	quiet()
	snap := r.c.snapshot(r.now)
	of := func(tag int) []Tally {
		for _, d := range snap.DNs {
			if d.ID == (phones.DNID{Tag: tag}) {
				return d.Tallies
			}
		}
		return nil
	}
	check := func(what string, got, want Tally) {
		t.Helper()
		if !slices.Equal(got.Causes, want.Causes) {
			t.Errorf("%s: causes %v, want %v", what, got.Causes, want.Causes)
		}
		got.Causes, want.Causes = nil, nil
		if got.Last.ID == 0 {
			t.Errorf("%s: no last call", what)
		}
		got.Last.ID = 0
		if what == "called" {
			got.Last = LastCall{}
		}
		if g, w := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); g != w {
			t.Errorf("%s:\n%s\nwant\n%s", what, g, w)
		}
	}
	if got := of(1); len(got) != 1 {
		t.Fatalf("2001 has %d channels with calls, want 1", len(got))
	} else {
		check("caller", got[0], Tally{Outgoing: 7, Answered: 3, Busy: 1, AtConnect: 1, AtAlert: 1, AtHold: 1,
			Causes: []uint8{1, 17, 18, 16, 16}, Last: LastCall{Calling: "2001", Called: "209"}})
	}
	check("called", of(5)[0], Tally{Incoming: 5, Taken: 3, AtConnect: 1, AtRing: 1, Causes: []uint8{16, 16}})
	if of(2) != nil {
		t.Error("a number without calls has tallies")
	}
}

// Causes older than the newest 64 are forgotten.
func TestCausesAreBounded(t *testing.T) {
	var c Tally
	for n := range 200 {
		c.because(uint8(n))
	}
	if len(c.Causes) != maxCauses || c.Causes[0] != 199 || c.Causes[63] != 136 {
		t.Errorf("causes %v", c.Causes)
	}
}

// CME command reference, button: "if the watched directory number is configured on button 1
// of ephone 1 and the same directory number is also configured on button 3 with auto-line 3
// of ephone 24, then ephone 24 is the watched phone". Of two of a kind the lowest tag counts.
// What is watched by device keeps to the lowest tag (guide).
func TestWatchPrefersAutoLine(t *testing.T) {
	shared := func(c *phones.Config) { // dn 2 is on button 2 of both
		c.Ephones[0].Buttons, c.Ephones[1].Buttons = button("1:2"), button("1:3 2:2")
		c.Ephones[1].AutoLine.Button = 2
	}
	for _, registered := range [][]int{{1, 2, 9}, {2, 1, 9}} {
		o := newOffice(t, watcher("1:9 2w2", shared))
		o.plug(registered...)
		o.dial(1, 1, "2009")
		o.want(t, "by device: the lowest tag", "phone 2002 busy")
		o.hangUp(1)
		o.lamp(t, "idle", 9, "off", "off")
		o.offHook(2, 1)
		o.lamp(t, "the phone of auto-line", 9, "off", "on+remote")
		o.hangUp(2)
		o.unplug(2)
		o.lamp(t, "which is not registered", 9, "off", "on+remote")
	}
	o := newOffice(t, watcher("1:9 2w2", func(c *phones.Config) {
		c.Ephones[0].Buttons, c.Ephones[1].Buttons = button("1:2"), button("1:2 2:3")
	}))
	o.plug(1, 2, 9)
	o.offHook(2, 2)
	o.lamp(t, "the second of two", 9, "off", "off")
	o.hangUp(2)
	o.offHook(1, 1)
	o.lamp(t, "the first of two", 9, "off", "on+remote")
}
