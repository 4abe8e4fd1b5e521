package sip

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/presence"
)

// Checklist C22 over a kill: what a phone has published goes on under its entity-tag until
// it runs out, and is told when the phone is in service again, or has come anew.
func TestPublicationsSurviveAKill(t *testing.T) {
	run(t, func(r *rig) {
		r.pubs = &book{m: map[uint64][]byte{}}
		b := r.reborn(&book{m: map[uint64][]byte{}}, 0)
		p, q := r.phone("10.1.1.11:5060"), r.phone("10.1.1.12:5060")
		on := p.publish(sub{callID: "1", expires: "600"}, inDnD)
		brief := q.publish(sub{callID: "2", expires: "60"}, inDnD)
		gone := q.publish(sub{callID: "3", expires: "60", more: "SIP-If-Match: " + brief.Get("SIP-ETag") + "\r\n"}, noDnD)
		want(t, "said", words(on.First, gone.First, r.said()), "SIP/2.0 200 OK SIP/2.0 200 OK [true true true]")
		want(t, "records", r.pubs.count(), 2)

		b = r.reborn(b, 2*time.Minute)
		want(t, "nobody is in service yet", words(len(r.said()), len(r.kept()), r.pubs.count()), "0 1 1")
		r.a.Registered(2)
		r.a.Registered(1)
		want(t, "in service", r.said(), "[true]")
		match := "SIP-If-Match: " + on.Get("SIP-ETag") + "\r\n"
		again := p.publish(sub{callID: "4", expires: "600", more: match}, "")
		want(t, "refresh", words(again.First, again.Get("SIP-ETag") != on.Get("SIP-ETag"), r.said()), "SIP/2.0 200 OK true [true]")
		stale := q.publish(sub{callID: "5", more: "SIP-If-Match: " + gone.Get("SIP-ETag") + "\r\n"}, "")
		want(t, "what ran out meanwhile", stale.First, "SIP/2.0 412 Conditional Request Failed")

		b = r.reborn(b, time.Minute)
		r.a.Registered(1)
		r.said()
		time.Sleep(9*time.Minute + time.Second)
		want(t, "runs out in its time", words(r.said(), len(r.kept()), r.pubs.count()), "[false] 0 0")

		on = p.publish(sub{callID: "6"}, inDnD)
		off := p.publish(sub{callID: "7", expires: "0", more: "SIP-If-Match: " + on.Get("SIP-ETag") + "\r\n"}, "")
		want(t, "removed", words(off.First, r.pubs.count()), "SIP/2.0 200 OK 0")
		p.publish(sub{callID: "8"}, inDnD)
		r.reborn(b, 0)
		want(t, "under a key of its own", r.kept()[0].key, 4)
	})
}

// What the journal holds of a publication is not trusted.
func TestPublicationRecord(t *testing.T) {
	now := time.Now().Truncate(time.Millisecond)
	pub := publication{key: 7, addr: netip.MustParseAddr("10.1.1.11"), user: "3001", etag: "abc", until: now.Add(time.Minute), dnd: true}
	good := pub.append(nil, 3)
	if pool, got := readPublication(7, good, now); pool != 3 || got == nil || *got != pub {
		t.Errorf("%d %+v", pool, got)
	}
	for i := range good {
		if _, got := readPublication(7, good[:i], now); got != nil {
			t.Errorf("%d bytes are one: %+v", i, got)
		}
	}
	for name, change := range map[string]func(*publication){
		"run out":  func(p *publication) { p.until = now },
		"no tag":   func(p *publication) { p.etag = "" },
		"bad tag":  func(p *publication) { p.etag = "a b" },
		"controls": func(p *publication) { p.user = "3\r\n1" },
		"nobody":   func(p *publication) { p.user = "" },
		"nowhere":  func(p *publication) { p.addr = netip.Addr{} },
	} {
		bad := pub
		change(&bad)
		if _, got := readPublication(7, bad.append(nil, 3), now); got != nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
	late := pub
	late.until = now.Add(48 * time.Hour)
	if _, got := readPublication(7, late.append(nil, 3), now); got == nil || got.until != now.Add(maxExpires) {
		t.Errorf("a clock that was set back: %+v", got)
	}
	b := &book{m: map[uint64][]byte{1: good, 2: {1}, 9: nil}, top: 9}
	p := startPublisher(func(int, bool) {}, b)
	defer p.close()
	if err := p.restore(); err != nil || b.count() != 1 {
		t.Errorf("%d records left, %v", b.count(), err)
	}
}

// FuzzPublicationRecord: nothing panics, and what is read is written as it was.
func FuzzPublicationRecord(f *testing.F) {
	now := time.Unix(1000, 0)
	pub := publication{addr: netip.MustParseAddr("10.1.1.11"), user: "3001", etag: "abc", until: now.Add(time.Minute)}
	f.Add(pub.append(nil, 1))
	f.Fuzz(func(t *testing.T, data []byte) {
		pool, pub := readPublication(1, data, now)
		if pub == nil {
			return
		}
		again, same := readPublication(1, pub.append(nil, pool), now)
		if same == nil || again != pool || *same != *pub {
			t.Errorf("%+v became %+v", pub, same)
		}
	})
}

// Checklist C25 over a kill: who watches is told on in the same dialog, with versions that
// grow, and is heard of when that changes; the subscription itself watches nothing.
func TestWatcherInformationSurvivesAKill(t *testing.T) {
	run(t, func(r *rig) {
		r.configure(func(c *presence.Config) { c.AuthenticatePresence = true })
		b := r.reborn(&book{m: map[uint64][]byte{}}, 0)
		a, op := r.phone("10.1.1.11:5060"), r.phone("10.9.9.9:5060")
		a.subscribe(sub{})
		ok, first := op.operator(t, sub{expires: "600"})
		want(t, "before", first[0].informed(t), "0 sip:2001@10.1.1.2 sip:3001@10.1.1.11 active")
		rows := r.hub.Snapshot().Records

		b = r.reborn(b, time.Minute)
		h := op.hear()
		if len(h) != 1 {
			t.Fatalf("heard %d messages", len(h))
		}
		want(t, "dialog", words(h[0].Get("Call-ID"), h[0].Tag("From"), h[0].Get("Subscription-State")),
			words(first[0].Get("Call-ID"), ok.Tag("To"), "active;expires=540"))
		want(t, "after", h[0].informed(t), fmt.Sprint(h[0].cseq()-1, " sip:2001@10.1.1.2 sip:3001@10.1.1.11 active"))
		if h[0].cseq() <= first[0].cseq() {
			t.Errorf("CSeq %d after %d", h[0].cseq(), first[0].cseq())
		}
		now := r.hub.Snapshot().Records
		if len(now) != len(rows) || now[1].ID != rows[1].ID || now[1].Line != (presence.Line{}) {
			t.Errorf("rows %+v, want %+v", now, rows)
		}
		r.publish("2001", idle)
		want(t, "the line is not its business", len(op.hear()), 0)

		version := h[0].cseq()
		r.phone("10.1.1.12:5060").subscribe(sub{})
		time.Sleep(informPause)
		h = op.hear()
		want(t, "another watcher", words(len(h), h[0].informed(t)),
			fmt.Sprint("1 ", version, " sip:2001@10.1.1.2 sip:3001@10.1.1.11 active sip:3001@10.1.1.12 active"))
		no, _ := op.subscribe(sub{event: "presence.winfo", toTag: ok.Tag("To")})
		want(t, "refresh is challenged", strings.HasPrefix(no.First, "SIP/2.0 401"), true)
		again, _ := op.subscribe(sub{event: "presence.winfo", toTag: ok.Tag("To"), expires: "60", more: login(t, no, "trunk", "secret")})
		want(t, "refresh", again.First, "SIP/2.0 200 OK")

		r.reborn(b, 2*time.Minute)
		h = op.hear()
		want(t, "ran out meanwhile", words(len(h), h[0].Get("Subscription-State")), "1 terminated;reason=timeout")
		synctest.Wait()
		want(t, "left", r.informed(), "0")
	})
}
