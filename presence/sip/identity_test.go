package sip

import (
	"slices"
	"strings"
	"testing"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/presence"
)

// A registered phone's address is no proof for a request that came by way of
// somebody else, or wants its NOTIFYs there.
func TestOnlyADirectRequestIsAPhones(t *testing.T) {
	for _, more := range []string{
		"Record-Route: <sip:6.6.6.6;lr>\r\n",
		"Via: SIP/2.0/UDP 6.6.6.6;branch=z9hG4bKx\r\n",
		"v: SIP/2.0/UDP 6.6.6.6;branch=z9hG4bKx, SIP/2.0/UDP 6.6.6.7;branch=z9hG4bKy\r\n",
	} {
		run(t, func(r *rig) {
			p, evil := r.phone("10.1.1.11:5060"), r.phone("6.6.6.6:5060")
			p.subscribe(sub{more: more})
			want(t, more, r.hub.Snapshot().Records[0].Kind, presence.SIPTrunk)
			r.configure(func(c *presence.Config) { c.WatchAll = false })
			p.hear()
			evil.hear()
			no, _ := p.subscribe(sub{more: more, callID: "second"})
			want(t, more, no.First, "SIP/2.0 403 Forbidden")
			want(t, more, len(evil.hear()), 0)
		})
	}
	run(t, func(r *rig) {
		p := r.phone("10.1.1.11:5060")
		list := strings.Replace(string(p.write(sub{})), ";rport\r\n", ";rport, SIP/2.0/UDP 6.6.6.6;branch=z9hG4bKx\r\n", 1)
		p.send([]byte(list))
		p.hear()
		want(t, "list of Vias", r.hub.Snapshot().Records[0].Kind, presence.SIPTrunk)
	})
}

// Control characters get neither into tables nor, as lines of their own, into logs.
func TestControlCharacters(t *testing.T) {
	const forged = "%1b%5b2J%0d%0a%25SYS-5-CONFIG_I%3afake"
	for _, c := range []struct {
		s    sub
		want string
	}{
		{sub{uri: "sip:" + forged + "@10.1.1.2"}, "404 Not Found"},
		{sub{uri: "sip:2001%c2%9b@10.1.1.2"}, "404 Not Found"},
		{sub{uri: "sip:2001%ff@10.1.1.2"}, "404 Not Found"},
		{sub{from: "<sip:" + forged + "@10.1.1.2>"}, "400 Bad Request"},
		{sub{from: "<sip:a%00@10.1.1.2>"}, "400 Bad Request"},
		{sub{from: "<sip:J%c3%bcrgen%20B@10.1.1.2>"}, "200 OK"},
	} {
		run(t, func(r *rig) {
			if err := r.log.Apply(t.Context(), r.log.Config(), logbuf.Config{BufferSize: 1 << 20, BufferLevel: logbuf.Debugging}); err != nil {
				t.Fatal(err)
			}
			for _, topic := range []logbuf.Topic{topicErrors, topicTrace, "presence event"} {
				r.log.SetDebug(topic, true)
			}
			answer, _ := r.phone("10.9.9.9:5060").subscribe(c.s)
			want(t, c.s.uri+c.s.from, answer.First, "SIP/2.0 "+c.want)
			for _, line := range r.log.Buffer() {
				if strings.HasPrefix(line, "%") || strings.ContainsAny(line, "\x1b\r\x00") {
					t.Errorf("%q", line)
				}
			}
		})
	}
}

// A phone that is no longer registered does not go on as one.
func TestRefreshAfterUnregistering(t *testing.T) {
	run(t, func(r *rig) {
		r.configure(func(c *presence.Config) { c.WatchAll = false })
		p := r.phone("10.1.1.11:5060")
		ok, _ := p.subscribe(sub{})
		r.register(p, false)
		p.send(p.write(sub{toTag: ok.Tag("To")}))
		var heard []string
		for _, m := range p.hear() {
			heard = append(heard, strings.TrimSpace(m.First+" "+m.Get("Subscription-State")))
		}
		slices.Sort(heard)
		want(t, "refresh", strings.Join(heard, ", "), "NOTIFY sip:3001@10.1.1.11:5060 SIP/2.0 terminated;reason=deactivated, "+
			"SIP/2.0 481 Call/Transaction Does Not Exist")
		want(t, "left", words(len(r.hub.Snapshot().Records), r.a.dialogs.count()), "0 0")
		no, _ := p.subscribe(sub{callID: "anew"})
		want(t, "as what it is now", no.First, "SIP/2.0 403 Forbidden")
	})
}

// Whoever knows the tags of a phone's dialog can neither take it over nor end it;
// the phone itself may come from another address.
func TestRefreshFromElsewhere(t *testing.T) {
	run(t, func(r *rig) {
		p, evil, moved := r.phone("10.1.1.11:5060"), r.phone("6.6.6.6:5060"), r.phone("10.1.1.12:5060")
		ok, _ := p.subscribe(sub{})
		for _, expires := range []string{"3600", "0"} {
			evil.cseq += 10
			no, _ := evil.subscribe(sub{callID: ok.Get("Call-ID"), toTag: ok.Tag("To"), expires: expires})
			want(t, "stranger", no.First, "SIP/2.0 481 Call/Transaction Does Not Exist")
		}
		r.publish("2001", busy)
		want(t, "stranger, phone", words(evil.states(), p.states()), "[] [active;expires=3600 busy]")
		moved.cseq = 100
		again, notes := moved.subscribe(sub{callID: ok.Get("Call-ID"), toTag: ok.Tag("To")})
		want(t, "moved", words(again.First, len(notes), len(p.hear())), "SIP/2.0 200 OK 1 0")
	})
}

func TestAuthentication(t *testing.T) {
	run(t, func(r *rig) {
		r.configure(func(c *presence.Config) { c.AuthenticatePresence = true })
		p := r.phone("10.9.9.9:5060")
		no, _ := p.subscribe(sub{})
		challenges := no.Headers["www-authenticate"]
		if len(challenges) != 2 || !strings.Contains(challenges[0], "SHA-256") || !strings.Contains(challenges[1], `realm="cme"`) {
			t.Fatalf("%q", challenges)
		}
		no, _ = p.subscribe(sub{more: login(t, no, "trunk", "wrong")})
		want(t, "wrong password", no.First, "SIP/2.0 401 Unauthorized")
		ok, notes := p.subscribe(sub{more: login(t, no, "trunk", "secret")})
		want(t, "right password", words(ok.First, len(notes)), "SIP/2.0 200 OK 1")
		no, _ = p.subscribe(sub{toTag: ok.Tag("To")})
		want(t, "refresh", no.First, "SIP/2.0 401 Unauthorized")
		again, _ := p.subscribe(sub{toTag: ok.Tag("To"), more: login(t, no, "trunk", "secret")})
		want(t, "refresh with proof", again.First, "SIP/2.0 200 OK")
	})
}
