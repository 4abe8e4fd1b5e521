package sip

import (
	"encoding/xml"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/siptest"
	"github.com/busylamp/busylamp/presence"
)

// listed is a SUBSCRIBE for the numbers.
func listed(s sub, numbers ...string) sub {
	var b strings.Builder
	b.WriteString(`<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list>`)
	for _, n := range numbers {
		b.WriteString(`<entry uri="sip:` + n + `@10.1.1.2"/>`)
	}
	b.WriteString(`</list></resource-lists>`)
	s.body = b.String()
	s.uri, s.to = "sip:calls@10.1.1.2", "<sip:calls@10.1.1.2>"
	s.more += "Content-Type: application/resource-lists+xml\r\nContent-Disposition: recipient-list\r\n" +
		"Supported: eventlist\r\nRequire: recipient-list-subscribe\r\n"
	return s
}

// told is what a NOTIFY says about a list: version, full or partial, and each
// resource with what its instance and its document say.
func (m message) told(t *testing.T) string {
	t.Helper()
	want(t, "Require", m.Get("Require"), "eventlist")
	_, params, err := mime.ParseMediaType(m.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	r := multipart.NewReader(strings.NewReader(m.Body), params["boundary"])
	for {
		p, err := r.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(p)
		parts[p.Header.Get("Content-ID")] = string(b)
	}
	var doc struct {
		Version   int  `xml:"version,attr"`
		Full      bool `xml:"fullState,attr"`
		Resources []struct {
			URI      string `xml:"uri,attr"`
			Instance struct {
				State  string `xml:"state,attr"`
				Reason string `xml:"reason,attr"`
				CID    string `xml:"cid,attr"`
			} `xml:"instance"`
		} `xml:"resource"`
	}
	if err := xml.Unmarshal([]byte(parts[params["start"]]), &doc); err != nil {
		t.Fatal(err)
	}
	out := fmt.Sprint(doc.Version, " ", map[bool]string{true: "full", false: "partial"}[doc.Full])
	for _, res := range doc.Resources {
		number, _, _ := strings.Cut(strings.TrimPrefix(res.URI, "sip:"), "@")
		out += " " + number + ":" + res.Instance.State + res.Instance.Reason
		if body := parts["<"+res.Instance.CID+">"]; body != "" {
			_, lamp, _ := strings.Cut(message{Message: siptest.Message{Body: body}}.state(), " ")
			out += "=" + lamp
		}
	}
	return out
}

// RFC 4662, RFC 5367: one dialog, a subscription for each entry, full state first and
// then what has changed.
func TestListFromPhone(t *testing.T) {
	run(t, func(r *rig) {
		r.publish("2001", idle)
		p := r.phone("10.1.1.11:5060")
		ok, notes := p.subscribe(listed(sub{}, "2001", "9999", "2002"))
		want(t, "answer", ok.First+" "+ok.Get("Expires"), "SIP/2.0 200 OK 3600")
		want(t, "first", words(len(notes), notes[0].told(t), notes[0].Get("Subscription-State")),
			"1 0 full 2001:active=open 9999:terminatednoresource 2002:active=closed active;expires=3600")
		want(t, "records", words(len(r.hub.Snapshot().Records), r.a.dialogs.count()), "2 1")
		r.publish("2002", busy)
		h := p.hear()
		want(t, "changed", words(len(h), h[0].told(t)), "1 1 partial 2002:active=busy")
		again, notes := p.subscribe(sub{uri: "sip:calls@10.1.1.2", to: "<sip:calls@10.1.1.2>", toTag: ok.Tag("To"), expires: "600"})
		want(t, "refresh", words(again.First, again.Get("Expires"), len(notes), notes[0].told(t)),
			"SIP/2.0 200 OK 600 1 2 full 2001:active=open 9999:terminatednoresource 2002:active=busy")
		_, notes = p.subscribe(sub{uri: "sip:calls@10.1.1.2", to: "<sip:calls@10.1.1.2>", toTag: ok.Tag("To"), expires: "0"})
		want(t, "end", words(len(notes), notes[0].told(t), notes[0].Get("Subscription-State")),
			"1 3 full 2001:terminatedtimeout=open 9999:terminatednoresource 2002:terminatedtimeout=busy terminated;reason=timeout")
		want(t, "left", words(len(r.hub.Snapshot().Records), r.a.dialogs.count()), "0 0")
	})
}

// A list at no user has a URI without "@" (RFC 3261 25.1); entries that cannot be shown
// are no numbers.
func TestListWithoutUser(t *testing.T) {
	run(t, func(r *rig) {
		p := r.phone("10.1.1.11:5060")
		s := listed(sub{}, "2001", "%1b%5b2J", "1%0d%0a2")
		s.uri, s.to = "sip:10.1.1.2", "<sip:10.1.1.2>"
		ok, notes := p.subscribe(s)
		want(t, "answer", ok.First+" "+ok.Get("Contact"), "SIP/2.0 200 OK <sip:10.1.1.2:5060>")
		want(t, "NOTIFY", notes[0].Get("Contact"), "<sip:10.1.1.2:5060>")
		if !strings.Contains(notes[0].Body, `uri="sip:10.1.1.2"`) || strings.Contains(notes[0].Body, "sip:@") {
			t.Errorf("list: %s", notes[0].Body)
		}
		want(t, "records", len(r.hub.Snapshot().Records), 1)
		again, notes := p.subscribe(sub{uri: "sip:10.1.1.2:5060", to: "<sip:10.1.1.2>", toTag: ok.Tag("To"), expires: "0"})
		want(t, "end", words(again.First, len(notes)), "SIP/2.0 200 OK 1")
	})
}

func TestListFetchAndExpiry(t *testing.T) {
	run(t, func(r *rig) {
		p := r.phone("10.1.1.11:5060")
		_, notes := p.subscribe(listed(sub{expires: "0", event: "dialog"}, "2001", "2002", "2003"))
		want(t, "fetch", words(len(notes), notes[0].Get("Subscription-State"), strings.Count(notes[0].Body, "<dialog-info")), "1 terminated;reason=timeout 3")
		p.subscribe(listed(sub{callID: "b", expires: "60"}, "2001", "2002"))
		time.Sleep(61 * time.Second)
		h := p.hear()
		want(t, "expired", h[len(h)-1].Get("Subscription-State"), "terminated;reason=timeout")
		want(t, "left", words(len(h), len(r.hub.Snapshot().Records), r.a.dialogs.count()), "1 0 0")
	})
}

func TestListRefusals(t *testing.T) {
	good := listed(sub{}, "2001")
	edit := func(old, new string) sub {
		s := good
		s.more = strings.Replace(s.more, old, new, 1)
		return s
	}
	none, bad, many := good, good, listed(sub{}, strings.Fields(manyNumbers(101))...)
	none.body, bad.body = "", "<x"
	narrow := good
	narrow.accept = "application/pidf+xml"
	for _, c := range []struct {
		name, addr string
		s          sub
		want       string
	}{
		{"stranger", "10.9.9.9:5060", good, "403 Forbidden"},
		{"no support", "10.1.1.11:5060", edit("Supported: eventlist\r\n", ""), "421 Extension Required"},
		{"support required", "10.1.1.11:5060", edit("Supported", "Require"), "200 OK"},
		{"other body", "10.1.1.11:5060", edit("resource-lists", "other"), "415 Unsupported Media Type"},
		{"packed body", "10.1.1.11:5060", edit("Supp", "Content-Encoding: gzip\r\nSupp"), "415 Unsupported Media Type"},
		{"no body", "10.1.1.11:5060", none, "400 Bad Request"},
		{"bad body", "10.1.1.11:5060", bad, "400 Bad Request"},
		{"too many", "10.1.1.11:5060", many, "413 Request Entity Too Large"},
		{"only unknown numbers", "10.1.1.11:5060", listed(sub{}, "9999", "x"), "404 Not Found"},
		{"multipart not accepted", "10.1.1.11:5060", narrow, "406 Not Acceptable"},
		{"beyond the limit", "10.1.1.11:5060", listed(sub{}, "2001", "2002", "2003", "2004"), "480 Temporarily Unavailable"},
		{"at the limit", "10.1.1.11:5060", listed(sub{}, "2001", "2002", "2003"), "200 OK"},
	} {
		run(t, func(r *rig) {
			r.configure(func(c *presence.Config) { c.MaxSubscriptions = 3 })
			p := r.phone(c.addr)
			no, notes := p.subscribe(c.s)
			want(t, c.name, no.First, "SIP/2.0 "+c.want)
			if c.want != "200 OK" {
				want(t, c.name, words(len(notes), r.a.dialogs.count(), len(r.hub.Snapshot().Records)), "0 0 0")
				free, _ := p.subscribe(listed(sub{callID: "next", expires: "0"}, "2001", "2002", "2003"))
				want(t, c.name+": nothing is held", free.First == "SIP/2.0 200 OK", c.name != "stranger")
			}
			want(t, c.name, no.Get("Require"), map[bool]string{true: "eventlist"}[c.name == "no support" || c.want == "200 OK"])
		})
	}
}

func manyNumbers(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprint(&b, " ", 3000+i)
	}
	return b.String()
}

// A trunk that has authenticated may; a number that goes ends its entry alone.
func TestListFromTrunk(t *testing.T) {
	run(t, func(r *rig) {
		r.configure(func(c *presence.Config) { c.AuthenticatePresence = true })
		p := r.phone("10.9.9.9:5060")
		no, _ := p.subscribe(listed(sub{}, "2001", "2002"))
		s := listed(sub{}, "2001", "2002")
		s.more += login(t, no, "trunk", "secret")
		s.uri, s.to = "sip:2001@10.1.1.2", "<sip:2001@10.1.1.2>"
		ok, notes := p.subscribe(s)
		want(t, "answer", words(ok.First, len(notes)), "SIP/2.0 200 OK 1")
		r.configure(func(c *presence.Config) { delete(c.Numbers, "2002") })
		h := p.hear()
		want(t, "number gone", words(len(h), h[0].told(t), h[0].Get("Subscription-State")), "1 1 partial 2002:terminatednoresource=closed active;expires=3600")
		r.configure(func(c *presence.Config) { c.Enabled = false })
		h = p.hear()
		want(t, "service gone", words(len(h), h[0].Get("Subscription-State")), "1 terminated;reason=probation;retry-after=60")
		want(t, "left", words(len(r.hub.Snapshot().Records), r.a.dialogs.count()), "0 0")
	})
}

// One NOTIFY is outstanding; one that failed is tried again once for the whole list,
// and then tells everything.
func TestListFailures(t *testing.T) {
	run(t, func(r *rig) {
		p := r.phone("10.1.1.11:5060")
		p.subscribe(listed(sub{}, "2001", "2002", "2003"))
		p.answers("")
		r.publish("2001", idle)
		p.hear()
		r.publish("2002", idle)
		r.publish("2003", busy)
		want(t, "silent", len(p.hear()), 0)
		p.answers("500 Oops")
		time.Sleep(500 * time.Millisecond)
		p.hear()
		r.publish("2002", busy) // a busy list must not use up the watcher's tries
		want(t, "rests", len(p.hear()), 0)
		p.answers("200 OK")
		time.Sleep(2 * time.Second)
		h := p.hear()
		want(t, "again", words(len(h), h[0].told(t)), "1 2 full 2001:active=open 2002:active=busy 2003:active=busy")
		r.publish("2003", idle)
		h = p.hear()
		want(t, "then partial", words(len(h), h[0].told(t)), "1 3 partial 2003:active=open")
	})
}

func TestListWatcherGone(t *testing.T) {
	for _, answer := range []string{"481 Gone", "404 Not Found", "", "500 Oops"} {
		run(t, func(r *rig) {
			p := r.phone("10.1.1.11:5060")
			p.answers(answer)
			p.subscribe(listed(sub{}, "2001", "2002", "2003"))
			time.Sleep(5 * time.Minute)
			synctest.Wait()
			want(t, answer, words(len(r.hub.Snapshot().Records), r.a.dialogs.count()), "0 0")
		})
	}
}

// A list too long for a datagram is told in pieces, each as soon as the one before is answered.
func TestLongList(t *testing.T) {
	run(t, func(r *rig) {
		r.configure(func(c *presence.Config) {
			for n := range strings.FieldsSeq(manyNumbers(100)) {
				c.Numbers[n] = presence.Number{Watch: true}
			}
		})
		p := r.phone("10.1.1.11:5060")
		_, notes := p.subscribe(listed(sub{}, strings.Fields(manyNumbers(100))...))
		docs := 0
		for i, n := range notes {
			docs += strings.Count(n.Body, "<presence ")
			if got := n.told(t); !strings.HasPrefix(got, fmt.Sprint(i, map[bool]string{true: " full", false: " partial"}[i == 0])) {
				t.Errorf("NOTIFY %d: %s", i, got)
			}
			if len(n.Body) > maxListBody {
				t.Errorf("body of %d bytes", len(n.Body))
			}
		}
		want(t, "documents", words(docs, len(notes) > 1), "100 true")
		want(t, "resources in the first", strings.Count(notes[0].Body, "<resource "), 100)
	})
}

// However its URIs are made, what is told of a list fits into a datagram.
func TestListOfLongURIs(t *testing.T) {
	for host, answer := range map[string]string{
		strings.Repeat("h", 200) + ".example":        "SIP/2.0 200 OK",
		strings.Repeat("h", 236) + ".example":        "SIP/2.0 413 Request Entity Too Large",
		"10.1.1.2?x=" + strings.Repeat("&#34;", 200): "SIP/2.0 413 Request Entity Too Large",
	} {
		run(t, func(r *rig) {
			r.configure(func(c *presence.Config) {
				for n := range strings.FieldsSeq(manyNumbers(100)) {
					c.Numbers[n] = presence.Number{Watch: true}
				}
			})
			p := r.phone("10.1.1.11:5060")
			s := listed(sub{}, strings.Fields(manyNumbers(100))...)
			s.body = strings.ReplaceAll(s.body, `uri="sip:`, `uri='sip:`)
			s.body = strings.ReplaceAll(s.body, `@10.1.1.2"`, "@"+strings.ReplaceAll(host, "&#34;", `"`)+"'")
			ok, notes := p.subscribe(s)
			want(t, "answer", ok.First, answer)
			for _, n := range notes {
				if len(n.Body) > maxListBody {
					t.Errorf("body of %d bytes", len(n.Body))
				}
			}
			want(t, "told", len(notes) > 1, answer == "SIP/2.0 200 OK")
		})
	}
}

// What a phone's call list may show follows the directory (guide: presence call-list).
func TestListFollowsTheDirectory(t *testing.T) {
	run(t, func(r *rig) {
		r.publish("2001", idle)
		r.light("2001", Lamps{Device: 1})
		p := r.phone("10.1.1.11:5060")
		_, notes := p.subscribe(listed(sub{}, "2001", "2002"))
		want(t, "dark", notes[0].told(t), "0 full 2001:active=closed 2002:active=closed")
		r.light("2001", Lamps{Lit: true})
		h := p.hear()
		want(t, "lit", words(len(h), h[0].told(t)), "1 1 partial 2001:active=open")
	})
}

// After the endpoint has moved a list is told whole, from there.
func TestListAfterTheEndpointMoved(t *testing.T) {
	run(t, func(r *rig) {
		p := r.phone("10.1.1.11:5060")
		p.subscribe(listed(sub{}, "2001", "2002"))
		r.a.renew()
		h := p.hear()
		want(t, "whole", words(len(h), h[0].told(t)), "1 1 full 2001:active=closed 2002:active=closed")
		r.a.dismiss()
		h = p.hear()
		want(t, "over", words(len(h), h[0].Get("Subscription-State")), "1 terminated;reason=probation;retry-after=60")
		want(t, "left", words(len(r.hub.Snapshot().Records), r.a.dialogs.count()), "0 0")
	})
}
