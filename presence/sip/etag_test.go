package sip

import (
	"testing"
	"time"

	"github.com/busylamp/busylamp/presence"
)

// Checklist C21, RFC 5839: a refresh whose watcher knows the state is answered 204 and
// sets off no NOTIFY; a new subscription is told without a body.
func TestConditionalNotification(t *testing.T) {
	run(t, func(r *rig) {
		r.publish("2001", idle)
		p := r.phone("10.1.1.11:5060")
		ok, notes := p.subscribe(sub{})
		tag := notes[0].Get("SIP-ETag")
		refresh := func(match, expires string) (message, []message) {
			return p.subscribe(sub{toTag: ok.Tag("To"), expires: expires, more: "Suppress-If-Match: " + match + "\r\n"})
		}
		again, notes := refresh(tag, "600")
		want(t, "known", words(again.First, again.Get("Expires"), len(notes)), "SIP/2.0 204 No Notification 600 0")
		r.publish("2001", busy)
		h := p.hear()
		want(t, "changes are told", words(len(h), h[0].state(), h[0].Get("SIP-ETag") != tag), "1 active;expires=600 busy true")
		again, notes = refresh(tag, "600")
		want(t, "stale", words(again.First, len(notes), notes[0].state()), "SIP/2.0 200 OK 1 active;expires=600 busy")
		for _, foreign := range []string{"x", "line", "line999", "line255", "line0", ""} {
			again, notes = refresh(foreign, "600")
			want(t, "not ours: "+foreign, words(again.First, len(notes), notes[0].Body != ""), "SIP/2.0 200 OK 1 true")
		}
		again, notes = refresh("*", "600")
		want(t, "any", words(again.First, len(notes)), "SIP/2.0 204 No Notification 0")

		first, notes := p.subscribe(sub{callID: "new", more: "Suppress-If-Match: " + h[0].Get("SIP-ETag") + "\r\n"})
		want(t, "new", words(first.First, len(notes), notes[0].Body == "", notes[0].Get("Content-Type") == "", notes[0].Get("SIP-ETag")),
			words("SIP/2.0 200 OK 1 true true", h[0].Get("SIP-ETag")))
		_, notes = p.subscribe(sub{callID: "new", toTag: first.Tag("To")})
		want(t, "the next one has it", notes[0].state(), "active;expires=3600 busy")
		_, notes = p.subscribe(sub{callID: "poll", expires: "0", more: "Suppress-If-Match: " + h[0].Get("SIP-ETag") + "\r\n"})
		want(t, "poll", words(len(notes), notes[0].Body == ""), "1 true")

		again, notes = refresh("*", "0")
		want(t, "end", words(again.First, len(notes)), "SIP/2.0 204 No Notification 0")
		want(t, "left", words(len(r.hub.Snapshot().Records), r.a.dialogs.count()), "1 1")
	})
}

// A watcher that knows the state by the other package has not got its document.
func TestEntityTagsAreOfAPackage(t *testing.T) {
	run(t, func(r *rig) {
		r.publish("2001", busy)
		p := r.phone("10.1.1.11:5060")
		tags, oks := map[string]string{}, map[string]message{}
		for _, event := range []string{"presence", "dialog"} {
			ok, notes := p.subscribe(sub{event: event, callID: event})
			oks[event], tags[event] = ok, notes[0].Get("SIP-ETag")
		}
		for event, other := range map[string]string{"presence": "dialog", "dialog": "presence"} {
			refresh := sub{event: event, callID: event, toTag: oks[event].Tag("To")}
			refresh.more = "Suppress-If-Match: " + tags[other] + "\r\n"
			ok, notes := p.subscribe(refresh)
			want(t, event+", refresh with the other's", words(ok.First, len(notes), notes[0].Body != "", notes[0].Get("SIP-ETag")), words("SIP/2.0 200 OK 1 true", tags[event]))
			_, notes = p.subscribe(sub{event: event, callID: event + " anew", more: refresh.more})
			want(t, event+", new with the other's", words(len(notes), notes[0].Body != ""), "1 true")
			refresh.more = "Suppress-If-Match: " + tags[event] + "\r\n"
			ok, notes = p.subscribe(refresh)
			want(t, event+", its own", words(ok.First, len(notes)), "SIP/2.0 204 No Notification 0")
		}
	})
}

// A NOTIFY that is on its way brings an older state than the one the watcher knows: the
// newest must follow it.
func TestKnownStateIsToldAfterAnother(t *testing.T) {
	run(t, func(r *rig) {
		r.publish("2001", idle)
		p := r.phone("10.1.1.11:5060")
		ok, notes := p.subscribe(sub{})
		p.answers("")
		r.publish("2001", busy) // has not come when the watcher refreshes
		r.publish("2001", idle)
		p.hear()
		again, _ := p.subscribe(sub{toTag: ok.Tag("To"), more: "Suppress-If-Match: " + notes[0].Get("SIP-ETag") + "\r\n"})
		want(t, "answer", again.First, "SIP/2.0 200 OK")
		p.answers("200 OK")
		time.Sleep(4 * time.Second)
		h := p.hear()
		want(t, "told last", h[len(h)-1].state(), "active;expires=3600 open")
	})
}

// Equal tags are equal states.
func TestEntityTags(t *testing.T) {
	seen := map[known]presence.Line{}
	for i := range 12 {
		l := presence.Line{State: presence.State(i % 3), DnD: i/3%2 == 1, Ringing: i/6 == 1}
		k := knownOf(l)
		if old, double := seen[k]; double || k == knowsNothing || k == knowsAny {
			t.Errorf("%+v and %+v are both %d", l, old, k)
		}
		seen[k] = l
		want(t, "covers", words(k.covers(l), knowsAny.covers(l), knowsNothing.covers(l)), "true true false")
	}
}
