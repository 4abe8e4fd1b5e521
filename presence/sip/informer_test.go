package sip

import (
	"encoding/xml"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/busylamp/busylamp/presence"
)

// informed is what a NOTIFY says about watchers: version, resource, who.
func (m message) informed(t *testing.T) string {
	t.Helper()
	var doc struct {
		Version int `xml:"version,attr"`
		List    struct {
			Resource string `xml:"resource,attr"`
			Watchers []struct {
				URI    string `xml:",chardata"`
				Status string `xml:"status,attr"`
				Left   int    `xml:"expiration,attr"`
			} `xml:"watcher"`
		} `xml:"watcher-list"`
	}
	if err := xml.Unmarshal([]byte(m.Body), &doc); err != nil {
		t.Fatalf("%v: %q", err, m.Body)
	}
	want(t, "labels", m.Get("Event")+" "+m.Get("Content-Type"), "presence.winfo application/watcherinfo+xml")
	out := fmt.Sprint(doc.Version, " ", doc.List.Resource)
	for _, w := range doc.List.Watchers {
		out += " " + w.URI + " " + w.Status
		if w.Left <= 0 || w.Left > 3600 {
			t.Errorf("expiration %d", w.Left)
		}
	}
	return out
}

// informed is how many dialogs the informer holds.
func (r *rig) informed() string {
	i := r.a.informer
	i.mu.Lock()
	defer i.mu.Unlock()
	return words(len(i.lists))
}

// operator subscribes to presence.winfo with the password of a trunk.
func (p *phone) operator(t *testing.T, s sub) (message, []message) {
	t.Helper()
	s.event = "presence.winfo"
	no, _ := p.subscribe(s)
	want(t, "challenge", no.First, "SIP/2.0 401 Unauthorized")
	s.more = login(t, no, "trunk", "secret")
	return p.subscribe(s)
}

// Checklist C25, RFC 3857, RFC 3858: who watches a number, at once and when it changes, at most every five seconds.
func TestWatcherInformation(t *testing.T) {
	run(t, func(r *rig) {
		r.configure(func(c *presence.Config) { c.AuthenticatePresence = true })
		a, b, op := r.phone("10.1.1.11:5060"), r.phone("10.1.1.12:5060"), r.phone("10.9.9.9:5060")
		first, _ := a.subscribe(sub{})
		ok, notes := op.operator(t, sub{})
		want(t, "at once", words(ok.First, len(notes), notes[0].informed(t)), "SIP/2.0 200 OK 1 0 sip:2001@10.1.1.2 sip:3001@10.1.1.11 active")
		b.subscribe(sub{})
		b.subscribe(sub{event: "dialog", callID: "watches dialogs"})
		b.subscribe(sub{uri: "sip:2002@10.1.1.2", callID: "other number"})
		r.publish("2001", busy)
		want(t, "not at once", len(op.hear()), 0)
		time.Sleep(informPause)
		h := op.hear()
		want(t, "another watcher", words(len(h), h[0].informed(t)), "1 1 sip:2001@10.1.1.2 sip:3001@10.1.1.11 active sip:3001@10.1.1.12 active")
		a.hear()
		a.subscribe(sub{toTag: first.Tag("To"), expires: "0"})
		time.Sleep(informPause)
		h = op.hear()
		want(t, "one less", words(len(h), h[0].informed(t)), "1 2 sip:2001@10.1.1.2 sip:3001@10.1.1.12 active")
		time.Sleep(time.Minute)
		want(t, "nothing new", len(op.hear()), 0)
		no, _ := op.subscribe(sub{event: "presence.winfo", toTag: ok.Tag("To"), expires: "0"})
		_, notes = op.subscribe(sub{event: "presence.winfo", toTag: ok.Tag("To"), expires: "0", more: login(t, no, "trunk", "secret")})
		want(t, "end", words(len(notes), notes[0].Get("Subscription-State")), "1 terminated;reason=timeout")
		want(t, "left", r.informed(), "0")
	})
}

// Phones, and trunks that have not authenticated, learn nothing.
func TestWatcherInformationIsForOperators(t *testing.T) {
	run(t, func(r *rig) {
		for _, p := range []*phone{r.phone("10.1.1.11:5060"), r.phone("10.9.9.9:5060")} {
			for _, number := range []string{"2001", "9999"} {
				no, notes := p.subscribe(sub{event: "presence.winfo", uri: "sip:" + number + "@10.1.1.2", callID: number + p.addr.String()})
				want(t, words(p.addr, number), words(no.First, len(notes)), "SIP/2.0 403 Forbidden 0")
			}
		}
		r.configure(func(c *presence.Config) { c.AuthenticatePresence = true })
		op := r.phone("10.9.9.9:5070")
		no, _ := op.operator(t, sub{uri: "sip:2001@10.1.1.2", callID: "known"})
		want(t, "operator", no.First, "SIP/2.0 200 OK")
		r.configure(func(c *presence.Config) { c.AuthenticatePresence = false })
		no, _ = op.subscribe(sub{event: "presence.winfo", callID: "known", toTag: no.Tag("To")})
		want(t, "no longer asked who it is", no.First, "SIP/2.0 403 Forbidden")
	})
}

func TestWatcherInformationIsBounded(t *testing.T) {
	run(t, func(r *rig) {
		r.configure(func(c *presence.Config) { c.AuthenticatePresence, c.MaxSubscriptions = true, 200 })
		op := r.phone("10.9.9.9:5060")
		for i := range maxInformed + 1 {
			ok, _ := op.operator(t, sub{callID: fmt.Sprint("w", i)})
			if i < maxInformed != strings.HasPrefix(ok.First, "SIP/2.0 200") {
				t.Errorf("subscription %d: %s", i, ok.First)
			}
		}
		want(t, "kept", words(len(r.a.informer.all()), r.a.dialogs.count()), words(maxInformed, maxInformed))
		time.Sleep(time.Hour + time.Minute)
		want(t, "run out", words(r.informed(), r.a.dialogs.count()), "0 0")
	})
}

// A watcher may change what bodies it takes in the moment in which it is forgotten: only
// the race detector sees this one fail.
func TestFormChangesMeanwhile(t *testing.T) {
	run(t, func(r *rig) {
		p := r.phone("10.1.1.11:5060")
		ok, _ := p.subscribe(sub{})
		d := r.a.dialogs.all()[0]
		done := make(chan struct{})
		go func() {
			defer close(done)
			for range 100 {
				r.a.informer.leave(d)
				time.Sleep(time.Microsecond)
			}
		}()
		for range 10 {
			for _, kind := range []string{"application/cpim-pidf+xml", "application/pidf+xml"} {
				time.Sleep(time.Microsecond)
				_, notes := p.subscribe(sub{toTag: ok.Tag("To"), accept: kind})
				want(t, "form", notes[0].Get("Content-Type"), kind)
			}
		}
		<-done
	})
}
