package sipcall

import (
	"fmt"
	"testing"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
)

// Strangers take no more places than they are left, neither one nor all of them, and
// leave those of phones and known trunks alone.
func TestStrangersAreLimited(t *testing.T) {
	run(t, func(b *bed) {
		peers := maxStrangers/maxStranger + 1
		refused := 0
		for n := range peers {
			p := b.peer(fmt.Sprint("s", n), fmt.Sprintf("10.6.6.%d:5060", n+1))
			for range maxStranger + 1 {
				d := p.dial("2001")
				d.request("INVITE", sdpBody("10.6.6.6:4000", ""))
				for range p.hear() {
					refused++
					d.refused()
				}
			}
		}
		if n := len(b.inputs()); n != maxStrangers || refused != peers*(maxStranger+1)-maxStrangers {
			t.Errorf("%d calls, %d refused", n, refused)
		}
		gw, p := b.peer("gw", "10.9.9.9:5060"), b.phone(1)
		for range maxStranger + 1 {
			gw.dial("2001").request("INVITE", sdpBody("10.9.9.9:4000", ""))
			p.dial("2001").request("INVITE", sdpBody("10.1.1.11:4000", ""))
		}
		if n := len(b.inputs()); n != 2*(maxStranger+1) {
			t.Errorf("%d calls of phones and trunks", n)
		}
		b.a.mu.Lock()
		b.a.guests.all += maxGuests
		b.a.mu.Unlock()
		d := gw.dial("2001")
		d.request("INVITE", sdpBody("10.9.9.9:4000", ""))
		gw.one("503")
		d.refused()
		b.a.mu.Lock()
		b.a.guests.all -= maxGuests
		b.a.mu.Unlock()
		b.configure(false) // ends all calls
		b.empty()
		b.inputs()
	})
}

// A stranger whose number fits a dial-peer is one still: he gets no credentials, and
// cannot have requests sent to others.
func TestStrangersAreNotTrusted(t *testing.T) {
	run(t, func(b *bed) {
		b.apply(Config{DialPeers: []phones.DialPeer{{Tag: 3, Incoming: "2..."}}, Username: "cme", Password: "secret"})
		p, victim := b.peer("5551", "10.7.7.7:5060"), b.peer("5551", "10.5.5.5:5060")
		d := p.dial("2001")
		d.p = &peer{b: b, user: "5551", addr: victim.addr, conn: p.conn} // its Contact names the victim
		d.request("INVITE", sdpBody("10.7.7.7:4000", ""), "Record-Route: <sip:10.5.5.5;lr>")
		ref := last[call.Dial](b).Ref
		b.show(call.View{Device: trunk(1), Calls: []call.CallView{{Ref: ref, State: call.Connected, Outgoing: true, Send: media("10.1.1.11:5000")}}})
		d.learn(p.one("200"))
		d.request("ACK", "")
		p.silent(true)
		b.show(call.View{Device: trunk(1), Gone: true})
		bye := p.one("BYE")
		p.answer(bye, "401 Unauthorized", "", "", `WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"`)
		p.want()
		victim.want()
	})
}
