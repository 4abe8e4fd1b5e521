package sip

import (
	"strings"
	"testing"
	"time"

	"github.com/busylamp/busylamp/presence"
)

func TestSubscribe(t *testing.T) {
	run(t, func(r *rig) {
		r.publish("2001", idle)
		p := r.phone("10.1.1.11:5060")
		ok, notes := p.subscribe(sub{event: "presence;id=7"})
		want(t, "status", ok.First, "SIP/2.0 200 OK")
		want(t, "Expires", ok.Get("Expires"), "3600")
		want(t, "Contact", ok.Get("Contact"), "<sip:2001@10.1.1.2:5060>")
		if ok.Tag("To") == "" {
			t.Error("200 without To tag")
		}
		want(t, "NOTIFYs", len(notes), 1)

		rec := r.hub.Snapshot().Records
		if len(rec) != 1 {
			t.Fatalf("%+v", rec)
		}
		want(t, "record", words(rec[0].Watcher, rec[0].Presentity, rec[0].Kind, rec[0].DialPeerTag, rec[0].Expires),
			"3001@10.1.1.11 2001@10.1.1.2 SIP Phone 40001 1h0m0s")
	})
}

func TestNotify(t *testing.T) {
	run(t, func(r *rig) {
		r.publish("2001", idle)
		p := r.phone("10.1.1.11:5062")
		ok, notes := p.subscribe(sub{event: "presence;id=7", contact: "<sip:3001@10.1.1.11:5062;x=y>;expires=60"})
		if len(notes) != 1 {
			t.Fatalf("%d NOTIFYs", len(notes))
		}
		n := notes[0]
		want(t, "request line", n.First, "NOTIFY sip:3001@10.1.1.11:5062;x=y SIP/2.0")
		want(t, "state", n.state(), "active;expires=3600 open")
		want(t, "source", n.From, server)
		for name, v := range map[string]string{
			"Event": "presence;id=7", "Content-Type": "application/pidf+xml", "CSeq": "1 NOTIFY", "Max-Forwards": "70",
			"From": "<sip:2001@10.1.1.2>;tag=" + ok.Tag("To"), "To": "<sip:3001@10.1.1.2>;tag=ft", "Call-ID": ok.Get("Call-ID"),
			"Contact": "<sip:2001@10.1.1.2:5060>", "Content-Length": words(len(n.Body)),
		} {
			want(t, name, n.Headers[strings.ToLower(name)], []string{v})
		}
		r.publish("2001", busy)
		n = p.hear()[0]
		want(t, "state", n.state(), "active;expires=3600 busy")
		want(t, "CSeq", n.Get("CSeq"), "2 NOTIFY")
	})
}

func TestTargets(t *testing.T) {
	run(t, func(r *rig) {
		// Behind a NAT: the Contact is not where the request came from.
		p := r.phone("10.1.1.11:31000")
		_, notes := p.subscribe(sub{contact: "<sip:3001@192.168.0.5:5060>"})
		want(t, "NAT", len(notes), 1)
		want(t, "NAT", notes[0].First, "NOTIFY sip:3001@192.168.0.5:5060 SIP/2.0")
		// A name is not resolved.
		p = r.phone("10.1.1.12:5060")
		_, notes = p.subscribe(sub{contact: "<sip:3001@phone.example.com:9999>"})
		want(t, "name", len(notes), 1)
		// Same host: the port of the Contact counts.
		p, other := r.phone("10.1.1.13:40000"), r.phone("10.1.1.13:5060")
		ok, notes := p.subscribe(sub{contact: "<sip:3001@10.1.1.13>"})
		want(t, "port", words(len(notes), other.states()), "0 [active;expires=3600 closed]")
		// A refresh that comes from elsewhere moves it.
		p.subscribe(sub{contact: "<sip:3001@10.1.1.13:40000>", toTag: ok.Tag("To")})
		r.publish("2001", idle)
		want(t, "moved", words(p.states(), len(other.hear())), "[active;expires=3600 open] 0")
	})
}

func TestLifetime(t *testing.T) {
	run(t, func(r *rig) {
		r.publish("2001", idle)
		p := r.phone("10.1.1.11:5060")
		ok, _ := p.subscribe(sub{expires: "100"})
		want(t, "Expires", ok.Get("Expires"), "100")
		time.Sleep(99 * time.Second)
		again, notes := p.subscribe(sub{toTag: ok.Tag("To"), expires: "99999"})
		want(t, "refresh", again.First+" "+again.Get("Expires"), "SIP/2.0 200 OK 3600")
		want(t, "tag", again.Tag("To"), ok.Tag("To"))
		want(t, "full NOTIFY", notes[0].state(), "active;expires=3600 open")
		time.Sleep(time.Hour - 500*time.Millisecond)
		r.publish("2001", busy)
		want(t, "just before", p.states(), "[active;expires=1 busy]")
		time.Sleep(time.Second)
		want(t, "expired", p.states(), "[terminated;reason=timeout busy]")
		gone, _ := p.subscribe(sub{toTag: ok.Tag("To")})
		want(t, "afterwards", gone.First, "SIP/2.0 481 Call/Transaction Does Not Exist")
		want(t, "dialogs", r.a.dialogs.count(), 0)
	})
}

func TestUnsubscribeAndFetch(t *testing.T) {
	run(t, func(r *rig) {
		r.publish("2001", idle)
		p := r.phone("10.1.1.11:5060")
		ok, _ := p.subscribe(sub{})
		bye, notes := p.subscribe(sub{toTag: ok.Tag("To"), expires: "0"})
		want(t, "unsubscribe", bye.First+" "+bye.Get("Expires"), "SIP/2.0 200 OK 0")
		want(t, "last NOTIFY", notes[0].state(), "terminated;reason=timeout open")
		fetch, notes := p.subscribe(sub{callID: "fetch", expires: "0"})
		want(t, "fetch", fetch.First+" "+fetch.Get("Expires"), "SIP/2.0 200 OK 0")
		want(t, "fetched", words(len(notes), notes[0].state()), "1 terminated;reason=timeout open")
		r.publish("2001", busy)
		want(t, "afterwards", words(len(p.hear()), r.a.dialogs.count(), len(r.hub.Snapshot().Records)), "0 0 0")
	})
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		name   string
		s      sub
		want   string
		header string // "Name: value" in the answer
	}{
		{"no Event", sub{event: "-"}, "489 Bad Event", "Allow-Events: " + allowEvents},
		{"other package", sub{event: "conference"}, "489 Bad Event", "Allow-Events: " + allowEvents},
		{"template", sub{event: "presence.winfo.winfo"}, "489 Bad Event", "Allow-Events: " + allowEvents},
		{"two Events", sub{more: "Event: presence\r\n"}, "400 Bad Request", ""},
		{"bad id", sub{event: `presence;id="a b"`}, "400 Bad Request", ""},
		{"Accept of another package", sub{accept: "application/dialog-info+xml"}, "406 Not Acceptable", "Accept: application/pidf+xml, application/cpim-pidf+xml"},
		{"Accept nothing", sub{more: "Accept: \r\n"}, "406 Not Acceptable", ""},
		{"Accept q=0", sub{accept: "application/pidf+xml;q=0.0"}, "406 Not Acceptable", ""},
		{"two ids", sub{event: "presence;id=a;id=b"}, "400 Bad Request", ""},
		{"two ids, compact", sub{event: "-", more: "o: presence;id=a;ID=a\r\n"}, "400 Bad Request", ""},
		{"two Expires", sub{more: "Expires: 600\r\n"}, "400 Bad Request", ""},
		{"sips", sub{uri: "sips:2001@10.1.1.2"}, "416 Unsupported URI Scheme", ""},
		{"brief", sub{expires: "59"}, "423 Interval Too Brief", "Min-Expires: 60"},
		{"Expires", sub{expires: "soon"}, "400 Bad Request", ""},
		{"Require", sub{more: "Require: 100rel, eventlist\r\n"}, "420 Bad Extension", "Unsupported: 100rel"},
		{"no Contact", sub{contact: "-"}, "400 Bad Request", ""},
		{"Contact *", sub{contact: "*"}, "400 Bad Request", ""},
		{"Contact tel", sub{contact: "<tel:3001>"}, "400 Bad Request", ""},
		{"two Contacts", sub{contact: "<sip:a@10.1.1.11>, <sip:b@10.1.1.11>"}, "400 Bad Request", ""},
		{"body", sub{body: "<filter/>", more: "Content-Type: application/simple-filter+xml\r\n"}, "415 Unsupported Media Type", "Accept: application/resource-lists+xml"},
		{"number", sub{uri: "sip:9999@10.1.1.2"}, "404 Not Found", ""},
		{"terminal escapes", sub{uri: "sip:%1b%5b2J%1b%5b31m@10.1.1.2"}, "404 Not Found", ""},
		{"a forged row, in To", sub{uri: "sip:10.1.1.2", to: "<sip:1%0d%0a%20%20trunk%40203.0.113.9@10.1.1.2>"}, "404 Not Found", ""},
		{"no number", sub{uri: "sip:10.1.1.2", to: "<sip:10.1.1.2>"}, "404 Not Found", ""},
		{"scheme", sub{uri: "http://10.1.1.2/"}, "416 Unsupported URI Scheme", ""},
		{"unknown dialog", sub{toTag: "who"}, "481 Call/Transaction Does Not Exist", ""},
		{"too much", sub{more: "Record-Route: <sip:" + strings.Repeat("a", maxText) + ";lr>\r\n"}, "513 Message Too Large", ""},
	} {
		run(t, func(r *rig) {
			p := r.phone("10.1.1.11:5060")
			no, notes := p.subscribe(c.s)
			want(t, c.name, no.First, "SIP/2.0 "+c.want)
			if name, value, ok := strings.Cut(c.header, ": "); ok {
				want(t, c.name, no.Headers[strings.ToLower(name)], []string{value})
			}
			want(t, c.name, words(len(notes), r.a.dialogs.count(), len(r.hub.Snapshot().Records)), "0 0 0")
		})
	}
}

func TestAccepted(t *testing.T) {
	const plain, old = "application/pidf+xml", "application/cpim-pidf+xml"
	for _, c := range []struct {
		name string
		s    sub
		kind string
	}{
		{"both", sub{accept: old + ", " + plain}, plain},
		{"old", sub{accept: old}, old},
		{"old, parameters", sub{accept: "Application/CPIM-PIDF+xml ; q=0.5, application/x"}, old},
		{"any", sub{accept: "*/*"}, plain},
		{"application", sub{accept: "application/*;q=0.1"}, plain},
		{"number in To only", sub{uri: "sip:10.1.1.2", to: `"Sales" <sip:2001@10.1.1.2>`}, plain},
		{"optional body", sub{body: "x", more: "Content-Type: text/plain\r\nContent-Disposition: render;handling=optional\r\n"}, plain},
		{"compact forms", sub{event: "-", contact: "-", more: "o: presence\r\nm: <sip:3001@10.1.1.11>\r\n"}, plain},
		{"no Expires", sub{expires: "-"}, plain},
		{"huge Expires", sub{expires: "99999999999999"}, plain},
		{"empty Supported", sub{more: "Supported: \r\n"}, plain},
	} {
		run(t, func(r *rig) {
			p := r.phone("10.1.1.11:5060")
			ok, notes := p.subscribe(c.s)
			want(t, c.name, ok.First+" "+ok.Get("Expires"), "SIP/2.0 200 OK 3600")
			want(t, c.name, words(notes[0].Headers["content-type"], notes[0].state()), "["+c.kind+"] active;expires=3600 closed")
		})
	}
}

func TestPolicy(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*presence.Config)
		addr   string
		want   string
		retry  string
	}{
		{"trunk", func(*presence.Config) {}, "10.9.9.9:5060", "200 OK", ""},
		{"feature off", func(c *presence.Config) { c.Enabled = false }, "10.1.1.11:5060", "480 Temporarily Unavailable", "60"},
		{"sip-ua off", func(c *presence.Config) { c.SIPEnabled = false }, "10.1.1.11:5060", "480 Temporarily Unavailable", "60"},
		{"phone", func(c *presence.Config) { c.WatchAll = false }, "10.1.1.11:5060", "200 OK", ""},
		{"stranger", func(c *presence.Config) { c.WatchAll = false }, "10.9.9.9:5060", "403 Forbidden", ""},
		{"stranger, no such number", func(c *presence.Config) { c.WatchAll = false; delete(c.Numbers, "2001") }, "10.9.9.9:5060", "403 Forbidden", ""},
		{"not watchable", func(c *presence.Config) { c.Numbers["2001"] = presence.Number{} }, "10.1.1.11:5060", "200 OK", ""},
		{"stranger must prove", func(c *presence.Config) { c.AuthenticatePresence = true; delete(c.Numbers, "2001") }, "10.9.9.9:5060", "401 Unauthorized", ""},
		{"phone need not prove", func(c *presence.Config) { c.AuthenticatePresence = true }, "10.1.1.11:5060", "200 OK", ""},
	} {
		run(t, func(r *rig) {
			r.publish("2001", idle)
			r.configure(c.change)
			answer, _ := r.phone(c.addr).subscribe(sub{})
			want(t, c.name, answer.First, "SIP/2.0 "+c.want)
			want(t, c.name, answer.Get("Retry-After"), c.retry)
		})
	}
}

func TestLimit(t *testing.T) {
	run(t, func(r *rig) {
		r.configure(func(c *presence.Config) { c.MaxSubscriptions = 1 })
		p := r.phone("10.1.1.11:5060")
		ok, _ := p.subscribe(sub{})
		no, _ := p.subscribe(sub{callID: "second"})
		want(t, "second", no.First+" "+no.Get("Retry-After"), "SIP/2.0 480 Temporarily Unavailable 60")
		if !strings.Contains(no.Get("Warning"), "maximum number of subscriptions") {
			t.Errorf("Warning: %q", no.Get("Warning"))
		}
		again, _ := p.subscribe(sub{toTag: ok.Tag("To")})
		want(t, "the first may stay", again.First, "SIP/2.0 200 OK")
	})
}

func TestDialogRules(t *testing.T) {
	run(t, func(r *rig) {
		p := r.phone("10.1.1.11:5060")
		s := sub{event: "presence;id=a", cseq: 10}
		ok, _ := p.subscribe(s)
		// A retransmission gets the same answer and is no second subscription.
		copy, notes := p.subscribe(s)
		want(t, "retransmission", words(copy.First, copy.Tag("To") == ok.Tag("To"), len(notes)), "SIP/2.0 200 OK true 0")
		// The same request by another path.
		s.branch = "z9hG4bKother"
		no, _ := p.subscribe(s)
		want(t, "merged", no.First, "SIP/2.0 482 Loop Detected")
		tag := ok.Tag("To")
		for _, c := range []struct {
			name string
			s    sub
			want string
		}{
			{"lower CSeq", sub{event: s.event, cseq: 9, toTag: tag}, "500 Server Internal Error"},
			{"gap in CSeq", sub{event: s.event, cseq: 100, toTag: tag}, "200 OK"},
			{"without Contact", sub{event: s.event, cseq: 101, toTag: tag, contact: "-"}, "200 OK"},
			{"bad Contact", sub{event: s.event, cseq: 102, toTag: tag, contact: "<tel:1>"}, "400 Bad Request"},
			{"other Event id", sub{event: "presence;id=b", cseq: 103, toTag: tag}, "481 Call/Transaction Does Not Exist"},
			{"no Event id", sub{cseq: 104, toTag: tag}, "481 Call/Transaction Does Not Exist"},
			{"no Event", sub{event: "-", cseq: 105, toTag: tag}, "489 Bad Event"},
			{"other From tag", sub{event: s.event, cseq: 106, toTag: tag, fromTag: "x"}, "481 Call/Transaction Does Not Exist"},
			{"brief", sub{event: s.event, cseq: 107, toTag: tag, expires: "1"}, "423 Interval Too Brief"},
			{"too much", sub{event: s.event, cseq: 108, toTag: tag, contact: "<sip:" + strings.Repeat("a", maxText) + "@10.1.1.11>"}, "513 Message Too Large"},
			{"still there", sub{event: s.event, cseq: 109, toTag: tag, accept: "application/cpim-pidf+xml"}, "200 OK"},
		} {
			answer, notes := p.subscribe(c.s)
			want(t, c.name, answer.First, "SIP/2.0 "+c.want)
			if c.name == "still there" {
				want(t, "new Accept", notes[0].Get("Content-Type"), "application/cpim-pidf+xml")
			}
		}
		want(t, "records", len(r.hub.Snapshot().Records), 1)
	})
}

func TestConfigEndsOnTheWire(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*presence.Config)
		want   string
	}{
		{"no presence", func(c *presence.Config) { c.Enabled = false }, "[terminated;reason=probation;retry-after=60 open]"},
		{"no presence enable", func(c *presence.Config) { c.SIPEnabled = false }, "[terminated;reason=probation;retry-after=60 open]"},
		{"no watcher all", func(c *presence.Config) { c.WatchAll = false }, "[terminated;reason=rejected open]"},
		{"no number", func(c *presence.Config) { delete(c.Numbers, "2001") }, "[terminated;reason=noresource closed]"},
		{"no allow watch", func(c *presence.Config) { c.Numbers["2001"] = presence.Number{} }, "[active;expires=3600 closed]"},
	} {
		run(t, func(r *rig) {
			r.publish("2001", idle)
			p := r.phone("10.9.9.9:5060")
			p.subscribe(sub{})
			r.configure(c.change)
			want(t, c.name, p.states(), c.want)
		})
	}
}
