package sipcall

import (
	"strings"
	"testing"

	"github.com/busylamp/busylamp/phones/call"
)

// The other party changes and the media stay: the phone hears it once, by UPDATE if it
// takes that. While it holds it does not.
func TestOtherPartyChanges(t *testing.T) {
	for _, c := range []struct {
		headers []string
		method  string
	}{{[]string{"Allow: INVITE, ACK, UPDATE"}, "UPDATE"}, {[]string{"Allow: INVITE, ACK"}, "INVITE"}, {nil, "INVITE"}} {
		run(t, func(b *bed) {
			p := b.phone(1)
			d, ref := p.calls("2002", sdpBody("10.1.1.11:4000", ""), c.headers...)
			v := call.CallView{Ref: ref, State: call.Connected, Button: 1, Outgoing: true, Calling: alice, Called: bob, Send: media("10.1.1.12:5000")}
			b.view(pool(1), v)
			d.learn(p.one("200"))
			d.request("ACK", "")
			v.Calling.Name = "Alicia" // that is the phone itself
			b.view(pool(1), v)
			p.want()
			v.Called = call.Party{Number: "2003", Name: "Carl"}
			b.view(pool(1), v)
			m := p.one(c.method + " ")
			if got := m.Get("Remote-Party-ID"); !strings.HasPrefix(got, `"Carl" <sip:2003@10.1.1.2>;party=calling`) || c.method == "UPDATE" && m.Body != "" {
				t.Error(got, m.Body)
			}
			if c.method == "UPDATE" {
				p.answer(m, "200 OK", "", "")
			} else {
				p.answer(m, "200 OK", "", sdpBody("10.1.1.11:4000", ""))
				p.one("ACK")
			}
			b.view(pool(1), v)
			p.want()
			b.wantInputs()
			d.request("INVITE", sdpBody("10.1.1.11:4000", "sendonly"), c.headers...)
			p.one("200")
			d.request("ACK", "")
			v.State, v.Send, v.Called = call.Held, call.Media{}, bob
			b.view(pool(1), v)
			p.want()
			b.inputs()
			p.over(1)
		})
	}
}

// A phone that has forgotten the call says so to an UPDATE.
func TestOtherPartyChangesForNobody(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(1)
		d, ref := p.calls("2002", sdpBody("10.1.1.11:4000", ""), "Allow: UPDATE")
		v := call.CallView{Ref: ref, State: call.Connected, Button: 1, Outgoing: true, Calling: alice, Called: bob, Send: media("10.1.1.12:5000")}
		b.view(pool(1), v)
		d.learn(p.one("200"))
		d.request("ACK", "")
		v.Called.Name = "Robert"
		b.view(pool(1), v)
		p.answer(p.one("UPDATE"), "481 No Call", "", "")
		p.one("BYE")
		b.wantInputs("onhook pool-1 1")
		b.view(pool(1))
	})
}

// A call that comes back after a transfer says so in the caller's name until it is
// answered (CME administrator guide: Call Transfer Recall on SIP Phones).
func TestRecallIsShown(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(2)
		v := call.CallView{Ref: 7, State: call.RingIn, Button: 1, Calling: alice, Called: bob, Recalled: call.Party{Number: "2005"}, Send: media("10.1.1.11:4000")}
		b.view(pool(2), v)
		inv := p.one("INVITE ")
		for _, name := range []string{"From", "Remote-Party-ID", "P-Asserted-Identity"} {
			if got := inv.Get(name); !strings.HasPrefix(got, `"Transfer Recall From 2005" <sip:2001@10.1.1.2>`) {
				t.Errorf("%s: %s", name, got)
			}
		}
		p.answer(inv, "200 OK", "tt", sdpBody("10.1.1.12:5000", ""), "Allow: UPDATE")
		p.one("ACK")
		v.State, v.Recalled = call.Connected, call.Party{}
		b.view(pool(2), v)
		m := p.one("UPDATE ")
		if got := m.Get("Remote-Party-ID"); !strings.HasPrefix(got, `"Alice" <sip:2001@10.1.1.2>`) {
			t.Error(got)
		}
		p.answer(m, "200 OK", "", "")
		b.inputs()
		b.view(pool(2))
		p.one("BYE")
	})
}
