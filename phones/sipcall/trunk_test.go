package sipcall

import (
	"context"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
)

func (b *bed) configure(on bool) { b.at(on, server) }

func (b *bed) move(to string) { b.at(true, netip.MustParseAddrPort(to)) }

func (b *bed) at(on bool, addr netip.AddrPort) {
	b.t.Helper()
	if err := b.ua.Apply(context.Background(), sipua.Config{Enabled: true, Addr: server}, sipua.Config{Enabled: on, Addr: addr}); err != nil {
		b.t.Fatal(err)
	}
	synctest.Wait()
}

func bindingOf(source string) phones.Binding {
	a := netip.MustParseAddrPort(source)
	return phones.Binding{Number: "2004", URI: "sip:2004@" + a.Addr().String() + ":5060;transport=tcp", Host: a.Addr().String(), Port: 5060,
		Source: a, Transport: "tcp", Pool: 4}
}

func trunk(n int) phones.Device { return phones.Device{Kind: phones.TrunkDevice, Tag: n} }

func TestCallFromTrunk(t *testing.T) {
	for _, c := range []struct {
		at      string
		headers []string
		peer    int
		want    call.Party
	}{
		{"10.9.9.9:5060", nil, 100, call.Party{Number: "5551"}},
		{"10.9.9.9:5099", []string{`Remote-Party-ID: "Carol" <sip:5559@h>;party=calling`}, 100, call.Party{Number: "5559", Name: "Carol"}},
		{"10.9.9.9:5060", []string{`P-Asserted-Identity: "C, D" <sip:5558@h>`}, 100, call.Party{Number: "5558", Name: "C, D"}},
		{"10.7.7.7:5060", nil, 0, call.Party{Number: "5551"}},
	} {
		run(t, func(b *bed) {
			p := b.peer("5551", c.at)
			d := p.dial("2001")
			d.request("INVITE", sdpBody("10.9.9.9:4000", ""), c.headers...)
			in := last[call.Dial](b)
			if in.Device != trunk(1) || in.Number != "2001" || in.DialPeer != c.peer || in.Calling != c.want {
				t.Errorf("%+v", in)
			}
			b.show(call.View{Device: trunk(1), Calls: []call.CallView{{Ref: in.Ref, State: call.Connected, Outgoing: true, Send: media("10.1.1.11:5000")}}})
			d.learn(p.one("200"))
			d.request("ACK", "")
			b.show(call.View{Device: trunk(1), Gone: true})
			p.one("BYE")
			b.wantInputs()
		})
	}
}

// A phone that is behind somebody else is that one's trunk call.
func TestPhoneBehindProxy(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(1)
		p.dial("2002").request("INVITE", sdpBody("10.1.1.11:4000", ""), "Record-Route: <sip:10.1.1.11;lr>")
		if in := last[call.Dial](b); in.Device != trunk(1) {
			t.Errorf("%+v", in)
		}
		b.show(call.View{Device: trunk(1), Gone: true})
		p.one("480")
	})
}

func TestIncomingCalledNumber(t *testing.T) {
	for _, c := range []struct {
		pattern, number string
		want            bool
	}{{"2...", "2001", true}, {"2...", "20011", false}, {"2T", "20011", true}, {"[2-3]001", "3001", true}, {"[2-3]001", "4001", false}, {"+49.", "+491", true},
		{"(", "(", true}, {"[", "1", false}, {"2,1", "21", true}} {
		if got := fits(c.pattern, c.number); got != c.want {
			t.Errorf("%s fits %s: %v", c.number, c.pattern, got)
		}
	}
	run(t, func(b *bed) {
		b.apply(Config{DialPeers: []phones.DialPeer{{Tag: 1, Incoming: "3..."}, {Tag: 2, Shutdown: true, Incoming: "2..."}, {Tag: 3, Incoming: "2..."}}})
		p := b.peer("5551", "10.7.7.7:5060")
		d := p.dial("2001")
		d.request("INVITE", sdpBody("10.9.9.9:4000", ""))
		if in := last[call.Dial](b); in.DialPeer != 3 {
			t.Errorf("%+v", in)
		}
		d.request("CANCEL", "")
		p.want("200", "487")
		b.show(call.View{Device: trunk(1), Gone: true})
	})
}

func outgoing(ref uint32, s call.State) call.View {
	return call.View{Device: trunk(5), Trunk: &call.Trunk{DialPeer: 100, Target: netip.MustParseAddrPort("10.9.9.9:5060"), Transport: "udp"},
		Calls: []call.CallView{{Ref: ref, State: s, Calling: alice, Called: call.Party{Number: "95551234"}, Send: media("10.1.1.11:4000")}}}
}

func TestCallToTrunk(t *testing.T) {
	run(t, func(b *bed) {
		p := b.peer("gw", "10.9.9.9:5060")
		b.show(outgoing(3, call.RingIn))
		inv := p.one("INVITE sip:95551234@10.9.9.9:5060 ")
		if inv.Get("Alert-Info") != "" || inv.Get("CSeq") != "101 INVITE" {
			t.Error(inv.Headers)
		}
		p.answer(inv, "183 Session Progress", "tt", sdpBody("10.9.9.9:6000", ""))
		b.wantInputs("alerting trunk-5 3 10.9.9.9:6000 g711ulaw,g711alaw")
		p.answer(inv, "200 OK", "tt", sdpBody("10.9.9.9:6000", ""))
		b.wantInputs("answer trunk-5 3 10.9.9.9:6000 g711ulaw,g711alaw")
		p.one("ACK")
		b.show(outgoing(3, call.Connected))
		p.want()
		d := p.talkOf(inv, "tt")
		d.request("BYE", "")
		p.one("200")
		b.wantInputs("onhook trunk-5 3")
		b.show(call.View{Device: trunk(5), Gone: true})
	})
}

func TestTrunkFails(t *testing.T) {
	run(t, func(b *bed) {
		p := b.peer("gw", "10.9.9.9:5060")
		b.show(outgoing(3, call.RingIn))
		p.answer(p.one("INVITE"), "503 Service Unavailable", "tt", "")
		b.wantInputs("reject trunk-5 3 503")
		p.one("ACK")
		b.show(call.View{Device: trunk(5), Gone: true})
		b.show(call.View{Device: trunk(6), Calls: []call.CallView{{Ref: 4, State: call.RingIn}}})
		b.wantInputs("reject trunk-6 4 480") // no target
		b.show(call.View{Device: trunk(6), Gone: true})
	})
}

func TestTrunkDoesNotAnswer(t *testing.T) {
	run(t, func(b *bed) {
		p := b.peer("gw", "10.9.9.9:5060")
		b.show(outgoing(3, call.RingIn))
		inv := p.one("INVITE")
		p.answer(inv, "180 Ringing", "tt", "")
		b.inputs()
		time.Sleep(trunkRing)
		p.one("CANCEL")
		b.wantInputs("reject trunk-5 3 408")
		p.answer(inv, "487 Request Terminated", "tt", "")
		b.show(call.View{Device: trunk(5), Gone: true})
	})
}

// Challenges are answered with the credentials of sip-ua, for the BYE too.
func TestTrunkChallenges(t *testing.T) {
	run(t, func(b *bed) {
		p := b.peer("gw", "10.9.9.9:5060")
		b.show(outgoing(3, call.RingIn))
		inv := p.one("INVITE")
		p.answer(inv, "407 Proxy Authentication Required", "t1", "", `Proxy-Authenticate: Digest realm="gw", nonce="n1", algorithm=MD5, qop="auth"`)
		h := p.want("ACK", "INVITE")
		again := h[1]
		if auth := again.Get("Proxy-Authorization"); !strings.Contains(auth, `username="cme"`) || !strings.Contains(auth, `realm="gw"`) {
			t.Error(auth)
		}
		if again.Get("CSeq") != "102 INVITE" || again.Get("Call-ID") != inv.Get("Call-ID") || again.Tag("From") != inv.Tag("From") || again.Tag("To") != "" || again.Body != inv.Body {
			t.Errorf("%+v", again)
		}
		p.answer(again, "200 OK", "tt", sdpBody("10.9.9.9:6000", ""))
		if ack := p.one("ACK"); ack.Get("CSeq") != "102 ACK" || ack.Get("Proxy-Authorization") == "" {
			t.Error(ack.Headers)
		}
		b.wantInputs("answer trunk-5 3 10.9.9.9:6000 g711ulaw,g711alaw")
		p.silent(true)
		b.show(call.View{Device: trunk(5), Gone: true})
		bye := p.one("BYE")
		if !strings.Contains(bye.Get("Proxy-Authorization"), "nc=00000002") {
			t.Error(bye.Get("Proxy-Authorization"))
		}
		p.answer(bye, "407 Again", "", "", `Proxy-Authenticate: Digest realm="gw", nonce="n2", stale=true, algorithm=MD5, qop="auth"`)
		bye = p.one("BYE")
		if !strings.Contains(bye.Get("Proxy-Authorization"), `nonce="n2"`) || bye.Get("CSeq") != "104 BYE" {
			t.Error(bye.Headers)
		}
		p.answer(bye, "200 OK", "", "")
	})
}

func TestTrunkKeepsRefusingCredentials(t *testing.T) {
	run(t, func(b *bed) {
		p := b.peer("gw", "10.9.9.9:5060")
		b.show(outgoing(3, call.RingIn))
		const ask = `WWW-Authenticate: Digest realm="gw", nonce="%", algorithm=MD5, qop="auth"`
		p.answer(p.one("INVITE"), "401 Who", "t1", "", strings.Replace(ask, "%", "1", 1))
		p.answer(p.want("ACK", "INVITE")[1], "401 Who", "t1", "", strings.Replace(ask, "%", "2", 1))
		p.one("ACK")
		b.wantInputs("reject trunk-5 3 401")
		b.show(call.View{Device: trunk(5), Gone: true})
	})
}

// A trunk's proxy may fork: each further 200 is acknowledged and ended.
func TestForkBeyondProxy(t *testing.T) {
	run(t, func(b *bed) {
		p := b.peer("gw", "10.9.9.9:5060")
		b.show(outgoing(3, call.RingIn))
		inv := p.one("INVITE")
		p.answer(inv, "200 OK", "t1", sdpBody("10.9.9.9:6000", ""))
		p.one("ACK")
		p.answer(inv, "200 OK", "t2", sdpBody("10.9.9.9:6002", ""))
		h := p.want("ACK", "BYE")
		if h[1].Tag("To") != "t2" {
			t.Error(h[1].Headers)
		}
		b.wantInputs("answer trunk-5 3 10.9.9.9:6000 g711ulaw,g711alaw")
		b.show(call.View{Device: trunk(5), Gone: true})
		if bye := p.one("BYE"); bye.Tag("To") != "t1" {
			t.Error(bye.Headers)
		}
	})
}

// A trunk call may go on in another dialog (RFC 3891).
func TestTrunkReplaces(t *testing.T) {
	run(t, func(b *bed) {
		p := b.peer("gw", "10.9.9.9:5060")
		b.show(outgoing(3, call.RingIn))
		inv := p.one("INVITE")
		p.answer(inv, "200 OK", "t1", sdpBody("10.9.9.9:6000", ""))
		p.one("ACK")
		b.show(outgoing(3, call.Connected))
		b.inputs()
		q := b.peer("5552", "10.9.9.10:5060")
		d := q.dial("2001")
		d.request("INVITE", sdpBody("10.9.9.10:7000", ""), "Replaces: "+inv.Get("Call-ID")+";to-tag="+inv.Tag("From")+";from-tag=t1")
		p.one("BYE")
		d.learn(q.one("200"))
		d.request("ACK", "")
		b.wantInputs("media trunk-5 3 10.9.9.10:7000 g711ulaw,g711alaw")
		b.show(call.View{Device: trunk(5), Gone: true})
		q.one("BYE")
	})
}
