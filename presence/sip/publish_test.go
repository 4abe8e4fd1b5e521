package sip

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/presence"
	"github.com/busylamp/busylamp/presence/pidf"
)

// published is a PUBLISH of a phone with number 3001; "-" leaves a header out.
func published(p *phone, s sub, body string) []byte {
	if s.uri == "" {
		s.uri, s.to = "sip:3001@10.1.1.2", "<sip:3001@10.1.1.2>"
	}
	if body != "" && !strings.Contains(s.more, "Content-Type") {
		s.more += "Content-Type: application/pidf+xml\r\n"
	}
	s.body, s.contact = body, "-"
	return []byte(strings.ReplaceAll(string(p.write(s)), "SUBSCRIBE", "PUBLISH"))
}

func (p *phone) publish(s sub, body string) message {
	p.r.t.Helper()
	p.send(published(p, s, body))
	h := p.hear()
	if len(h) == 0 {
		p.r.t.Fatal("no answer")
	}
	return h[0]
}

// said is what the call model was told since the last time.
func (r *rig) said() []bool {
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	said := r.dnd
	r.dnd = nil
	return said
}

// kept are the publications of the pool.
func (r *rig) kept() []publication {
	synctest.Wait()
	p := r.a.publisher
	p.mu.Lock()
	defer p.mu.Unlock()
	var kept []publication
	for _, pub := range p.pools[1] {
		kept = append(kept, *pub)
	}
	return kept
}

var (
	inDnD  = string(pidf.Encode(pidf.Body{Entity: "sip:3001@10.1.1.2", Line: presence.Line{State: presence.Idle, DnD: true}}))
	noDnD  = string(pidf.Encode(pidf.Body{Entity: "sip:3001@10.1.1.2", Line: idle}))
	ciscos = `<?xml version="1.0"?><presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model"
 xmlns:e="urn:ietf:params:xml:ns:pidf:status:rpid" xmlns:ce="urn:cisco:params:xml:ns:pidf:rpid" entity="sip:3001@10.1.1.2">
<dm:person><status><basic>open</basic></status><e:activities><ce:dnd/></e:activities></dm:person></presence>`
)

// Checklist C22, RFC 3903: publish, refresh, modify, remove, and let run out.
func TestPublish(t *testing.T) {
	run(t, func(r *rig) {
		p := r.phone("10.1.1.11:5060")
		ok := p.publish(sub{callID: "1"}, inDnD)
		want(t, "first", words(ok.First, ok.Get("Expires"), ok.Get("SIP-ETag") != "", r.said()), "SIP/2.0 200 OK 3600 true [true]")
		match := func(m message) string { return "SIP-If-Match: " + m.Get("SIP-ETag") + "\r\n" }
		again := p.publish(sub{callID: "2", more: match(ok)}, "")
		want(t, "refresh", words(again.First, again.Get("SIP-ETag") != ok.Get("SIP-ETag"), r.said()), "SIP/2.0 200 OK true [true]")
		old := p.publish(sub{callID: "3", more: match(ok)}, "")
		want(t, "old entity-tag", words(old.First, r.said()), "SIP/2.0 412 Conditional Request Failed []")
		off := p.publish(sub{callID: "4", more: match(again)}, noDnD)
		want(t, "modify", words(off.First, r.said()), "SIP/2.0 200 OK [false]")
		on := p.publish(sub{callID: "5", more: match(off), expires: "600"}, ciscos)
		want(t, "Cisco's body", words(on.First, on.Get("Expires"), r.said()), "SIP/2.0 200 OK 600 [true]")
		gone := p.publish(sub{callID: "6", more: match(on), expires: "0"}, "")
		want(t, "remove", words(gone.First, gone.Get("Expires"), r.said()), "SIP/2.0 200 OK 0 [false]")
		late := p.publish(sub{callID: "7", more: match(gone)}, "")
		want(t, "removed", words(late.First, r.said()), "SIP/2.0 412 Conditional Request Failed []")

		on = p.publish(sub{callID: "8", expires: "60"}, inDnD)
		want(t, "on", r.said(), "[true]")
		time.Sleep(61 * time.Second)
		want(t, "run out", r.said(), "[false]")
		late = p.publish(sub{callID: "9", more: match(on)}, "")
		want(t, "too late", late.First, "SIP/2.0 412 Conditional Request Failed")
		// A phone that started again has forgotten its entity-tag: it takes the place of its former self.
		p.publish(sub{callID: "10"}, inDnD)
		p.publish(sub{callID: "11"}, noDnD)
		want(t, "anew", r.said(), "[true false]")
		want(t, "kept", len(r.kept()), 1)
	})
}

func TestPublishRefusals(t *testing.T) {
	for _, c := range []struct {
		name, addr string
		s          sub
		body       string
		want       string
		header     string
	}{
		{"stranger", "10.9.9.9:5060", sub{}, inDnD, "403 Forbidden", ""},
		{"stranger, no such number", "10.9.9.9:5060", sub{uri: "sip:9999@10.1.1.2", to: "<sip:9999@10.1.1.2>"}, inDnD, "403 Forbidden", ""},
		{"about another", "10.1.1.11:5060", sub{uri: "sip:2001@10.1.1.2", to: "<sip:2001@10.1.1.2>"}, inDnD, "403 Forbidden", ""},
		{"number in To only", "10.1.1.11:5060", sub{uri: "sip:10.1.1.2", to: "<sip:3001@10.1.1.2>"}, inDnD, "200 OK", ""},
		{"through a proxy", "10.1.1.11:5060", sub{more: "Record-Route: <sip:10.9.9.9;lr>\r\n"}, inDnD, "403 Forbidden", ""},
		{"other package", "10.1.1.11:5060", sub{event: "dialog"}, inDnD, "489 Bad Event", "Allow-Events: presence"},
		{"no package", "10.1.1.11:5060", sub{event: "-"}, inDnD, "489 Bad Event", "Allow-Events: presence"},
		{"no body", "10.1.1.11:5060", sub{}, "", "400 Bad Request", ""},
		{"bad body", "10.1.1.11:5060", sub{}, "<presence", "400 Bad Request", ""},
		{"other body", "10.1.1.11:5060", sub{more: "Content-Type: text/plain\r\n"}, "dnd", "415 Unsupported Media Type", "Accept: application/pidf+xml, application/cpim-pidf+xml"},
		{"brief", "10.1.1.11:5060", sub{expires: "30"}, inDnD, "423 Interval Too Brief", "Min-Expires: 60"},
		{"Require", "10.1.1.11:5060", sub{more: "Require: x\r\n"}, inDnD, "420 Bad Extension", "Unsupported: x"},
		{"unknown entity-tag", "10.1.1.11:5060", sub{more: "SIP-If-Match: x\r\n"}, inDnD, "412 Conditional Request Failed", ""},
		{"two entity-tags", "10.1.1.11:5060", sub{more: "SIP-If-Match: x\r\nSIP-If-Match: y\r\n"}, inDnD, "400 Bad Request", ""},
		{"nothing for no time", "10.1.1.11:5060", sub{expires: "0"}, "", "200 OK", ""},
	} {
		run(t, func(r *rig) {
			p := r.phone(c.addr)
			no := p.publish(c.s, c.body)
			want(t, c.name, no.First, "SIP/2.0 "+c.want)
			if name, value, ok := strings.Cut(c.header, ": "); ok {
				want(t, c.name, no.Get(name), value)
			}
			if c.want != "200 OK" {
				want(t, c.name+": told", r.said(), "[]")
			}
		})
	}
	run(t, func(r *rig) {
		r.configure(func(c *presence.Config) { c.Enabled = false })
		no := r.phone("10.1.1.11:5060").publish(sub{}, inDnD)
		want(t, "feature off", no.First, "SIP/2.0 480 Temporarily Unavailable")
	})
}

// A pool holds so many publications and no more.
func TestPublicationsAreBounded(t *testing.T) {
	run(t, func(r *rig) {
		p := r.phone("10.1.1.11:5060")
		for i := range 3 * maxPublications {
			user := fmt.Sprint("sip:", 4000+i, "@10.1.1.2")
			ok := p.publish(sub{callID: user, uri: user, to: "<" + user + ">", from: "<" + user + ">", expires: words(3600 - i)}, inDnD)
			want(t, "answer", ok.First, "SIP/2.0 200 OK")
		}
		want(t, "kept", len(r.kept()), maxPublications)
		for _, pub := range r.kept()[:maxPublications-1] {
			if pub.user > "4015" {
				t.Errorf("%s stayed, which ran out earlier", pub.user)
			}
		}
		r.said()
		time.Sleep(time.Hour)
		said := r.said()
		want(t, "in the end", words(said[len(said)-1], len(r.kept())), "false 0")
	})
}
