package sip

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/presence"
)

// Checklist A2, C19: the dialog package beside presence, with its id, version and body.
func TestDialogPackage(t *testing.T) {
	run(t, func(r *rig) {
		r.publish("2001", idle)
		p := r.phone("10.1.1.11:5060")
		ok, notes := p.subscribe(sub{event: "dialog;id=9"})
		want(t, "answer", ok.First+" "+ok.Get("Allow-Events"), "SIP/2.0 200 OK "+allowEvents)
		r.publish("2001", presence.Line{State: presence.Busy, Ringing: true})
		r.publish("2001", busy)
		notes = append(notes, p.hear()...)
		_, again := p.subscribe(sub{event: "dialog;id=9", toTag: ok.Tag("To")})
		notes = append(notes, again...)
		r.configure(func(c *presence.Config) { c.Numbers["2001"] = presence.Number{} })
		notes = append(notes, p.hear()...)
		_, last := p.subscribe(sub{event: "dialog;id=9", toTag: ok.Tag("To"), expires: "0"})
		notes = append(notes, last...)
		want(t, "NOTIFYs", len(notes), 6)
		for i, state := range []string{"<state>terminated", `direction="recipient"><state>early`, "<state>confirmed", "<state>confirmed", "", ""} {
			n := notes[i]
			want(t, "labels", n.Get("Event")+" "+n.Get("Content-Type"), "dialog;id=9 application/dialog-info+xml")
			if head := `version="` + words(i) + `" state="full" entity="sip:2001@10.1.1.2"`; !strings.Contains(n.Body, head) ||
				!strings.Contains(n.Body, state) || (state == "") == strings.Contains(n.Body, "<dialog ") {
				t.Errorf("NOTIFY %d, want %s: %s", i, state, n.Body)
			}
		}
		want(t, "last", last[0].Get("Subscription-State"), "terminated;reason=timeout")
	})
}

// A2: a subscription is of one package: the other one is no refresh of it.
func TestPackageIsIdentity(t *testing.T) {
	run(t, func(r *rig) {
		p := r.phone("10.1.1.11:5060")
		ok, _ := p.subscribe(sub{})
		no, _ := p.subscribe(sub{event: "dialog", toTag: ok.Tag("To")})
		want(t, "other package", no.First, "SIP/2.0 481 Call/Transaction Does Not Exist")
		both, _ := p.subscribe(sub{event: "dialog", callID: "other"})
		want(t, "side by side", words(both.First, r.a.dialogs.count()), "SIP/2.0 200 OK 2")
	})
}

// A10: which body an Accept gets, and 406 for the others.
func TestAcceptNegotiation(t *testing.T) {
	const plain, old, info = "application/pidf+xml", "application/cpim-pidf+xml", "application/dialog-info+xml"
	for _, c := range []struct{ event, accept, want string }{
		{"presence", "-", plain},
		{"presence", old + ";q=0.9, " + plain + ";q=0.5", old},
		{"presence", old + ";q=0.5, " + plain + ";q=0.9", plain},
		{"presence", "*/*, " + plain + ";q=0", old},
		{"presence", info, ""},
		{"dialog", "-", info},
		{"dialog", info + ", " + plain, info},
		{"dialog", "application/*", info},
		{"dialog", plain, ""},
		{"dialog", info + ";q=0, */*", ""},
	} {
		run(t, func(r *rig) {
			ok, notes := r.phone("10.1.1.11:5060").subscribe(sub{event: c.event, accept: c.accept})
			got := ""
			if len(notes) > 0 {
				got = notes[0].Get("Content-Type")
			}
			want(t, c.event+" "+c.accept, got, c.want)
			want(t, c.event+" "+c.accept, ok.First == "SIP/2.0 406 Not Acceptable", c.want == "")
		})
	}
}

// A9: one outstanding NOTIFY holds for this package too, and no version is used twice.
func TestDialogVersionsGrow(t *testing.T) {
	run(t, func(r *rig) {
		p := r.phone("10.1.1.11:5060")
		p.answers("")
		p.subscribe(sub{event: "dialog"})
		r.publish("2001", busy)
		r.publish("2001", idle)
		p.answers("500 Oops")
		time.Sleep(500 * time.Millisecond)
		p.hear()
		p.answers("200 OK")
		time.Sleep(2 * time.Second)
		synctest.Wait()
		h := p.hear()
		want(t, "after a failure", len(h), 1)
		if !strings.Contains(h[0].Body, `version="1"`) || h[0].Get("CSeq") != "2 NOTIFY" {
			t.Errorf("CSeq %s\n%s", h[0].Get("CSeq"), h[0].Body)
		}
	})
}
