package sip

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/presence"
)

// book is a Journal in memory.
type book struct {
	mu   sync.Mutex
	m    map[uint64][]byte
	top  uint64
	full bool
	puts int
}

func (b *book) Each(f func(uint64, []byte)) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, k := range slices.Sorted(maps.Keys(b.m)) {
		f(k, b.m[k])
	}
	return nil
}

func (b *book) Put(k uint64, data []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.puts++; b.full {
		return errors.New("disk full")
	}
	b.m[k], b.top = slices.Clone(data), max(b.top, k)
	return nil
}

func (b *book) Delete(k uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.m, k)
}

func (b *book) MaxKey() uint64 { return b.top }

func (b *book) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.m)
}

// copy is what a process that dies now leaves.
func (b *book) copy() *book {
	b.mu.Lock()
	defer b.mu.Unlock()
	return &book{m: maps.Clone(b.m), top: b.top, full: b.full}
}

// reborn kills the router, lets some time pass and starts it again with the journal
// as it was in that moment and the configuration r.cfg.
func (r *rig) reborn(b *book, dead time.Duration) *book {
	r.t.Helper()
	next := b.copy()
	if r.pubs != nil {
		r.pubs = r.pubs.copy()
	}
	r.close()
	time.Sleep(dead)
	fresh := newLife(r, next)
	r.log, r.hub, r.ua, r.a = fresh.log, fresh.hub, fresh.ua, fresh.a
	return next
}

// newLife starts a router on the network of another one, with its configuration.
func newLife(old *rig, b *book) *rig {
	r := &rig{t: old.t, net: old.net, log: logbuf.New(time.Now)}
	r.hub = presence.New(presence.Options{Log: r.log, Shards: 2})
	r.ua = sipua.New(sipua.Options{Net: r.net.Host(server.Addr()), Log: r.log})
	o := Options{UA: r.ua, Hub: r.hub, Directory: old, Log: r.log, Journal: b, DoNotDisturb: old.disturb,
		Credentials: func(user string) (string, bool) { return "secret", user == "trunk" },
		Realm:       func() string { return "cme" }}
	if old.pubs != nil {
		o.Published = old.pubs
	}
	if old.opens != nil {
		r.ua.OnOpen(old.opens)
	}
	r.a = New(o)
	if err := r.a.Restore(); err != nil {
		old.t.Fatal(err)
	}
	synctest.Wait()
	if err := r.hub.Apply(context.Background(), presence.Config{}, old.cfg); err != nil {
		old.t.Fatal(err)
	}
	if err := r.a.Recheck(context.Background()); err != nil {
		old.t.Fatal(err)
	}
	old.hub = r.hub
	old.hub.Publish("2001", busy)
	old.hub.Publish("2002", idle)
	synctest.Wait()
	if err := r.ua.Apply(context.Background(), sipua.Config{}, sipua.Config{Enabled: true, Addr: server}); err != nil {
		old.t.Fatal(err)
	}
	return r
}

func (m message) cseq() int {
	n, _ := strconv.Atoi(strings.Fields(m.Get("CSeq") + " 0")[0])
	return n
}

// A killed router comes back with its subscriptions: each watcher hears what is true
// by one NOTIFY, with a higher CSeq, in the same dialog, and refreshes there.
func TestSubscriptionsSurviveAKill(t *testing.T) {
	run(t, func(r *rig) {
		b := r.reborn(&book{m: map[uint64][]byte{}}, 0)
		desk, trunk, lamp := r.phone("10.1.1.11:5060"), r.phone("10.9.9.9:5070"), r.phone("10.1.1.12:5060")
		ok, first := desk.subscribe(sub{})
		okT, firstT := trunk.subscribe(sub{uri: "sip:2002@10.1.1.2", more: "Record-Route: <sip:10.9.9.9:5070;lr>\r\n", event: "presence;id=x"})
		okL, firstL := lamp.subscribe(sub{event: "dialog", accept: "application/dialog-info+xml", expires: "600"})
		rows := r.hub.Snapshot().Records
		for range 200 {
			r.publish("2001", idle)
			r.publish("2001", busy)
		}
		heard := desk.hear()
		last := heard[len(heard)-1]
		lastL := lamp.hear()
		last2 := lastL[len(lastL)-1]

		b = r.reborn(b, 5*time.Minute)
		synctest.Wait()
		for i, was := range rows {
			now := r.hub.Snapshot().Records
			if len(now) != len(rows) {
				t.Fatalf("%d rows, want %d", len(now), len(rows))
			}
			was.Since, now[i].Since = time.Time{}, time.Time{}
			if was != now[i] {
				t.Errorf("row %+v, want %+v", now[i], was)
			}
		}
		for _, w := range []struct {
			p         *phone
			ok, first message
			last      int
			state     string
			event     string
		}{
			{desk, ok, first[0], last.cseq(), "active;expires=3300 busy", "presence"},
			{trunk, okT, firstT[0], 1, "active;expires=3300 open", "presence;id=x"},
			{lamp, okL, firstL[0], last2.cseq(), "active;expires=300 -", "dialog"},
		} {
			h := w.p.hear()
			if len(h) != 1 {
				t.Fatalf("%s heard %d messages", w.p.addr, len(h))
			}
			n := h[0]
			want(t, "state", n.state(), w.state)
			want(t, "event", n.Get("Event"), w.event)
			want(t, "dialog", words(n.Get("Call-ID"), n.Tag("From"), n.Tag("To"), n.Get("Route"), n.First),
				words(w.first.Get("Call-ID"), w.ok.Tag("To"), w.first.Tag("To"), w.first.Get("Route"), w.first.First))
			if n.cseq() <= w.last {
				t.Errorf("CSeq %d after %d", n.cseq(), w.last)
			}
		}
		if n := last2.Body; !strings.Contains(n, `version="`+strconv.Itoa(last2.cseq()-1)+`"`) {
			t.Errorf("version: %s", n)
		}
		again, notes := desk.subscribe(sub{toTag: ok.Tag("To")})
		want(t, "refresh", again.First, "SIP/2.0 200 OK")
		want(t, "and its NOTIFY", notes[0].state(), "active;expires=3600 busy")
		r.publish("2001", idle)
		want(t, "what comes later", desk.states(), "[active;expires=3600 open]")
		gone, notes := desk.subscribe(sub{toTag: ok.Tag("To"), expires: "0"})
		want(t, "unsubscribe", words(gone.First, notes[0].state()), "SIP/2.0 200 OK terminated;reason=timeout open")
		newer, _ := r.phone("10.1.1.13:5060").subscribe(sub{})
		want(t, "a new one", newer.First, "SIP/2.0 200 OK")
		if recs := r.hub.Snapshot().Records; recs[len(recs)-1].ID != 4 {
			t.Errorf("its ID is %d", recs[len(recs)-1].ID)
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		for k := range b.m {
			if k/records == 1 {
				t.Errorf("the record %d of the first is still there", k)
			}
		}
	})
}

// What runs out while the router is dead ends with timeout; what its configuration no
// longer allows ends as that says.
func TestEndsAfterAKill(t *testing.T) {
	run(t, func(r *rig) {
		b := r.reborn(&book{m: map[uint64][]byte{}}, 0)
		short, trunk := r.phone("10.1.1.11:5060"), r.phone("10.9.9.9:5070")
		short.subscribe(sub{expires: "60"})
		trunk.subscribe(sub{})
		r.cfg.WatchAll = false
		b = r.reborn(b, 2*time.Minute)
		want(t, "timeout", short.states(), "[terminated;reason=timeout -]")
		want(t, "configuration", trunk.states(), "[terminated;reason=rejected -]")
		synctest.Wait()
		want(t, "records left", b.count(), 0)
	})
}

// A clock that was set back while the router was dead prolongs nothing.
func TestClockSetBackWhileDead(t *testing.T) {
	run(t, func(r *rig) {
		b := r.reborn(&book{m: map[uint64][]byte{}}, 0)
		p := r.phone("10.1.1.11:5060")
		p.subscribe(sub{expires: "60"})
		d := r.a.dialogs.all()[0]
		d.mu.Lock()
		d.until += 24 * time.Hour // as it looks then
		d.mu.Unlock()
		r.a.write(d, nil)
		r.reborn(b, 0)
		want(t, "back", p.states(), "[active;expires=60 busy]")
		time.Sleep(61 * time.Second)
		want(t, "over", p.states(), "[terminated;reason=timeout busy]")
	})
}

// A last NOTIFY that may not have left is sent, and nothing else.
func TestLastNotifyAfterAKill(t *testing.T) {
	run(t, func(r *rig) {
		b := r.reborn(&book{m: map[uint64][]byte{}}, 0)
		p := r.phone("10.1.1.11:5060")
		ok, _ := p.subscribe(sub{})
		p.answers("")
		_, last := p.subscribe(sub{toTag: ok.Tag("To"), expires: "0"})
		p.answers("200 OK")
		b = r.reborn(b, time.Second)
		h := p.hear()
		if len(h) != 1 || h[0].Get("Subscription-State") != "terminated;reason=timeout" || h[0].cseq() <= last[0].cseq() {
			t.Errorf("heard %+v", h)
		}
		want(t, "records left", b.count(), 0)
		want(t, "rows", len(r.hub.Snapshot().Records), 0)
	})
}

// The answer to the last SUBSCRIBE may not have left: it may come again, an older one
// not.
func TestSubscribeAgainAfterAKill(t *testing.T) {
	run(t, func(r *rig) {
		b := r.reborn(&book{m: map[uint64][]byte{}}, 0)
		p := r.phone("10.1.1.11:5060")
		ok, _ := p.subscribe(sub{cseq: 7})
		p.subscribe(sub{cseq: 8, toTag: ok.Tag("To"), contact: "<sip:3001@10.1.1.11:5066>"})
		r.reborn(b, time.Second)
		h := p.hear()
		if len(h) != 0 { // it is at its new Contact
			t.Errorf("heard %+v", h)
		}
		again, _ := p.subscribe(sub{cseq: 8, toTag: ok.Tag("To")})
		want(t, "the same one", again.First, "SIP/2.0 200 OK")
		again, _ = p.subscribe(sub{cseq: 8, toTag: ok.Tag("To"), branch: "z9hG4bK-other"})
		want(t, "once more", again.First, "SIP/2.0 500 Server Internal Error")
	})
}

// So does a list, whole.
func TestListSurvivesAKill(t *testing.T) {
	run(t, func(r *rig) {
		b := r.reborn(&book{m: map[uint64][]byte{}}, 0)
		p := r.phone("10.1.1.11:5060")
		body := `<?xml version="1.0"?><resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list>` +
			`<entry uri="sip:2001@10.1.1.2"/><entry uri="sip:9999@10.1.1.2"/><entry uri="sip:2002@10.1.1.2"/></list></resource-lists>`
		ok, first := p.subscribe(sub{more: "Supported: eventlist\r\nRequire: recipient-list-subscribe\r\nContent-Type: application/resource-lists+xml\r\nContent-Disposition: recipient-list\r\n", body: body})
		if !strings.HasPrefix(ok.First, "SIP/2.0 200") || len(first) != 1 {
			t.Fatalf("%s, %d NOTIFYs", ok.First, len(first))
		}
		rows := len(r.hub.Snapshot().Records)
		b = r.reborn(b, time.Minute)
		h := p.hear()
		if len(h) != 1 || h[0].cseq() <= first[0].cseq() || !strings.Contains(h[0].Body, `fullState="true"`) ||
			!strings.Contains(h[0].Body, "rpid:on-the-phone") || h[0].Get("Require") != "eventlist" {
			t.Fatalf("heard %+v", h)
		}
		want(t, "rows", len(r.hub.Snapshot().Records), rows)
		again, _ := p.subscribe(sub{toTag: ok.Tag("To"), expires: "0"})
		want(t, "unsubscribe", again.First, "SIP/2.0 200 OK")
		want(t, "records left", b.count(), 0)
	})
}

// A fetch is not kept, what has ended is not, and a refused one never was.
func TestJournalForgets(t *testing.T) {
	run(t, func(r *rig) {
		b := r.reborn(&book{m: map[uint64][]byte{}}, 0)
		p := r.phone("10.1.1.11:5060")
		p.subscribe(sub{expires: "0"})
		p.subscribe(sub{uri: "sip:9999@10.1.1.2", callID: "b"})
		want(t, "puts", b.puts, 0)
		p.answers("481 Gone")
		p.subscribe(sub{callID: "c"})
		synctest.Wait()
		want(t, "records", b.count(), 0)
	})
}

// A full disk costs nobody his subscription while the process lives.
func TestJournalIsFull(t *testing.T) {
	run(t, func(r *rig) {
		b := r.reborn(&book{m: map[uint64][]byte{}, full: true}, 0)
		p, q := r.phone("10.1.1.11:5060"), r.phone("10.1.1.12:5060")
		ok, first := p.subscribe(sub{})
		want(t, "subscribe", words(ok.First, first[0].state()), "SIP/2.0 200 OK active;expires=3600 busy")
		b.mu.Lock()
		b.full = false
		b.mu.Unlock()
		q.subscribe(sub{})
		b.mu.Lock()
		b.full = true
		b.mu.Unlock()
		for range 100 {
			r.publish("2001", idle)
			r.publish("2001", busy)
		}
		last := q.hear()
		want(t, "NOTIFYs", len(last), 200)
		b.mu.Lock()
		b.full = false // there is room again: the next NOTIFY reserves what was missed
		b.mu.Unlock()
		r.publish("2001", idle)
		last = q.hear()
		r.reborn(b, 0)
		h := q.hear()
		if len(h) != 1 || h[0].cseq() <= last[0].cseq() {
			t.Errorf("CSeq went back: %+v", h)
		}
		want(t, "what was not kept hears nothing any more", len(p.hear()), 201)
	})
}

// A line that changes just as the endpoint opens is told once.
func TestOpeningIsToldOnce(t *testing.T) {
	run(t, func(r *rig) {
		b := r.reborn(&book{m: map[uint64][]byte{}}, 0)
		p, late := r.phone("10.1.1.11:5060"), r.phone("10.1.1.12:5060")
		p.subscribe(sub{})
		r.opens = func() {
			r.hub.Publish("2001", idle)
			late.send(late.write(sub{})) // is answered in the midst of it, and told
			synctest.Wait()
		}
		r.reborn(b, 0)
		synctest.Wait()
		want(t, "heard", p.states(), "[active;expires=3600 open]")
		want(t, "who came in the midst of it", late.states(), "[ - active;expires=3600 open]")
	})
}
