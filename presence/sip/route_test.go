package sip

import (
	"strings"
	"testing"

	"github.com/busylamp/busylamp/internal/sipua/digest"
	"github.com/busylamp/busylamp/presence"
)

func TestRoutes(t *testing.T) {
	for _, c := range []struct {
		name, routes, line string
		route              []string
	}{
		{"loose", "<sip:10.1.1.9:5070;lr>, <sip:10.1.1.8;lr>", "NOTIFY sip:3001@10.1.1.11:5060 SIP/2.0", []string{"<sip:10.1.1.9:5070;lr>", "<sip:10.1.1.8;lr>"}},
		{"strict", "<sip:10.1.1.9:5070>, <sip:10.1.1.8>", "NOTIFY sip:10.1.1.9:5070 SIP/2.0", []string{"<sip:10.1.1.8>", "<sip:3001@10.1.1.11:5060>"}},
	} {
		run(t, func(r *rig) {
			p, proxy := r.phone("10.1.1.9:5060"), r.phone("10.1.1.9:5070")
			const contact = "<sip:3001@10.1.1.11:5060>"
			ok, _ := p.subscribe(sub{contact: contact, more: "Record-Route: " + c.routes + "\r\n"})
			want(t, c.name, strings.Join(ok.Headers["record-route"], ", "), c.routes)
			n := proxy.hear()
			if len(n) != 1 {
				t.Fatalf("%s: %d NOTIFYs at the proxy", c.name, len(n))
			}
			want(t, c.name, n[0].First, c.line)
			want(t, c.name, n[0].Headers["route"], c.route)
			// A refresh moves the target, never the route set (RFC 3261 12.2).
			p.subscribe(sub{toTag: ok.Tag("To"), contact: "<sip:new@10.1.1.11:5070>", more: "Record-Route: <sip:10.1.1.7;lr>\r\n"})
			n = proxy.hear()
			if all := words(n[0].First, n[0].Headers["route"]); !strings.Contains(all, "sip:new@10.1.1.11:5070") || strings.Contains(all, "10.1.1.7") {
				t.Errorf("%s after refresh: %s", c.name, all)
			}
		})
	}
}

// A route to elsewhere is kept in the message, but taken only for those who have authenticated.
func TestRouteElsewhere(t *testing.T) {
	run(t, func(r *rig) {
		p, proxy := r.phone("10.9.9.9:5060"), r.phone("10.9.9.8:5060")
		const more = "Record-Route: <sip:10.9.9.8;lr>\r\n"
		_, notes := p.subscribe(sub{more: more})
		want(t, "stranger", words(len(notes), notes[0].Headers["route"], len(proxy.hear())), "1 [<sip:10.9.9.8;lr>] 0")
		r.configure(func(c *presence.Config) { c.AuthenticatePresence = true })
		no, _ := p.subscribe(sub{callID: "second", more: more})
		ok, notes := p.subscribe(sub{callID: "second", more: more + login(t, no, "trunk", "secret")})
		want(t, "authenticated", words(ok.First, len(notes), len(proxy.hear())), "SIP/2.0 200 OK 0 1")
	})
}

// login is the Authorization line that answers a challenge.
func login(t *testing.T, no message, user, password string) string {
	t.Helper()
	value, ok := digest.NewClient(user, password).Answer(no.Headers["www-authenticate"], "", "SUBSCRIBE", "sip:2001@10.1.1.2")
	if !ok {
		t.Fatal("no answer to the challenge")
	}
	return "Authorization: " + value + "\r\n"
}
