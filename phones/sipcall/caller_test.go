package sipcall

import (
	"strings"
	"testing"
	"time"

	"github.com/busylamp/busylamp/phones/call"
)

func TestCallFromPhone(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(1)
		d := p.dial("2002")
		d.request("INVITE", sdpBody("10.1.1.11:4000", ""))
		b.wantInputs("dial pool-1 1 2002 10.1.1.11:4000 g711ulaw,g711alaw")
		v := call.CallView{Ref: 1, State: call.Proceeding, Outgoing: true, Button: 1, Calling: alice, Called: bob}
		b.view(pool(1), v)
		p.want()
		v.State = call.RingOut
		b.view(pool(1), v)
		ringing := p.one("180")
		b.view(pool(1), v)
		p.want()
		v.State, v.Send = call.Connected, media("10.1.1.12:5000")
		b.view(pool(1), v)
		ok := p.one("200")
		if ok.Tag("To") == "" || ok.Tag("To") != ringing.Tag("To") {
			t.Errorf("To tags %q and %q", ringing.Tag("To"), ok.Tag("To"))
		}
		if got := ok.media(); got != "10.1.1.12:5000 sendrecv" {
			t.Errorf("answer is %s", got)
		}
		if got := ok.Get("Remote-Party-ID"); got != `"Bob" <sip:2002@10.1.1.2>;party=called;screen=yes;privacy=off` {
			t.Errorf("Remote-Party-ID %s", got)
		}
		d.learn(ok)
		d.request("ACK", "")
		d.request("BYE", "")
		p.one("200")
		b.wantInputs("onhook pool-1 1")
		b.view(pool(1))
		p.want()
	})
}

func TestHeadersOfAnswer(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(1)
		d, ref := p.calls("2002", sdpBody("10.1.1.11:4000", ""))
		b.view(pool(1), call.CallView{Ref: ref, State: call.Connected, Outgoing: true, Send: media("10.1.1.12:5000")})
		ok := p.one("200")
		if !strings.Contains(ok.Get("Allow"), "REFER") || !strings.Contains(ok.Get("Supported"), "replaces") || ok.Get("Contact") != "<sip:10.1.1.2:5060>" {
			t.Errorf("%+v", ok.Headers)
		}
		d.learn(ok)
		d.request("ACK", "")
		b.view(pool(1))
		p.one("BYE")
	})
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		state call.State
		code  int
		want  string
	}{
		{call.Busy, 486, "486 Busy Here"}, {call.Busy, 0, "486 Busy Here"}, {call.Congestion, 0, "503 Service Unavailable"},
		{call.Congestion, 480, "480 Temporarily Unavailable"}, {call.NoSuchNumber, 0, "404 Not Found"}, {call.NoSuchNumber, 484, "484 Address Incomplete"},
		{call.Congestion, 603, "603 Decline"},
	} {
		run(t, func(b *bed) {
			p := b.phone(1)
			_, ref := p.calls("2002", sdpBody("10.1.1.11:4000", ""))
			b.view(pool(1), call.CallView{Ref: ref, State: c.state, Code: c.code, Outgoing: true})
			p.one(c.want)
			b.wantInputs("onhook pool-1 1")
		})
	}
}

// A failure that a newer View has overtaken still gives its code.
func TestCodeOfViewThatWasReplaced(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(1)
		_, ref := p.calls("2002", sdpBody("10.1.1.11:4000", ""))
		s := b.x.sinks[pool(1).Kind]
		b.a.mu.Lock() // so that the device's goroutine cannot take the first
		done := make(chan struct{})
		b.a.mu.Unlock()
		hold := make(chan struct{})
		b.a.post(pool(1), func(*device) { close(done); <-hold })
		<-done
		s.Show(call.View{Device: pool(1), Calls: []call.CallView{{Ref: ref, State: call.NoSuchNumber, Code: 484, Outgoing: true}}})
		s.Show(call.View{Device: pool(1)})
		close(hold)
		p.one("484")
	})
}

func TestCancel(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(1)
		d, ref := p.calls("2002", sdpBody("10.1.1.11:4000", ""))
		b.view(pool(1), call.CallView{Ref: ref, State: call.RingOut, Outgoing: true})
		p.one("180")
		d.request("CANCEL", "")
		p.want("200", "487")
		b.wantInputs("onhook pool-1 1")
		b.view(pool(1))
		p.want()
	})
}

func TestBadInvites(t *testing.T) {
	good := sdpBody("10.1.1.11:4000", "")
	for _, c := range []struct {
		name, number, body, want string
		headers                  []string
	}{
		{"syntax of SDP", "2002", "o=-\r\nv=0\r\n", "400", nil},
		{"video only", "2002", strings.Replace(good, "m=audio", "m=video", 1), "488", nil},
		{"unknown codecs", "2002", strings.Replace(good, "RTP/AVP 0 8 101", "RTP/AVP 3 4 101", 1), "488", nil},
		{"secure audio", "2002", strings.Replace(good, "RTP/AVP", "RTP/SAVP", 1), "488", nil},
		{"other body", "2002", "x", "415", []string{"Content-Type: text/plain"}},
		{"extension", "2002", good, "420", []string{"Require: 100rel"}},
		{"short timer", "2002", good, "422", []string{"Supported: timer", "Session-Expires: 60"}},
		{"long number", strings.Repeat("1", 33), good, "404", nil},
		{"replaces nothing", "2002", good, "481", []string{"Replaces: x;to-tag=1;from-tag=2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			run(t, func(b *bed) {
				p := b.phone(1)
				p.dial(c.number).request("INVITE", c.body, c.headers...)
				p.one(c.want)
				b.wantInputs()
			})
		})
	}
}

// A call that the exchange does not take ends by itself.
func TestNobodyTakesTheCall(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(1)
		p.calls("2002", sdpBody("10.1.1.11:4000", ""))
		time.Sleep(setupWait)
		p.one("480")
		b.wantInputs("onhook pool-1 1")
	})
}

// The answer waits for the other party's address, and is inactive without it.
func TestAnswerWithoutMedia(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(1)
		d, ref := p.calls("2002", sdpBody("10.1.1.11:4000", ""))
		v := call.CallView{Ref: ref, State: call.Connected, Outgoing: true}
		b.view(pool(1), v)
		p.want()
		time.Sleep(mediaWait)
		ok := p.one("200")
		if ok.media() != "0.0.0.0:16384 inactive" {
			t.Error(ok.media())
		}
		d.learn(ok)
		d.request("ACK", "")
		v.Send = media("10.1.1.12:5000")
		b.view(pool(1), v)
		re := p.one("INVITE")
		if re.media() != "10.1.1.12:5000 sendrecv" || re.Tag("To") != d.localTag {
			t.Error(re.media(), re.Headers)
		}
		p.answer(re, "200 OK", "", sdpBody("10.1.1.11:4000", ""))
		p.one("ACK")
		b.wantInputs()
		b.view(pool(1))
		p.one("BYE")
	})
}

// An INVITE without offer: the 200 offers, the ACK answers.
func TestDelayedOffer(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(1)
		d := p.dial("2002")
		d.request("INVITE", "")
		b.wantInputs("dial pool-1 1 2002 -")
		b.view(pool(1), call.CallView{Ref: 1, State: call.Connected, Outgoing: true, Send: media("10.1.1.12:5000")})
		ok := p.one("200")
		if ok.media() != "10.1.1.12:5000 sendrecv" {
			t.Error(ok.media())
		}
		d.learn(ok)
		d.request("ACK", sdpBody("10.1.1.11:4000", ""))
		b.wantInputs("media pool-1 1 10.1.1.11:4000 g711ulaw,g711alaw")
		b.view(pool(1))
		p.one("BYE")
	})
}

func TestDelayedOfferWithoutAnswer(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(1)
		d, _ := p.calls("2002", "")
		b.view(pool(1), call.CallView{Ref: 1, State: call.Connected, Outgoing: true, Send: media("10.1.1.12:5000")})
		d.learn(p.one("200"))
		d.request("ACK", "")
		p.one("BYE")
		b.wantInputs("onhook pool-1 1")
	})
}

func TestEarlyMedia(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(1)
		d, ref := p.calls("95551234", sdpBody("10.1.1.11:4000", ""))
		v := call.CallView{Ref: ref, State: call.RingOut, Outgoing: true, Send: media("10.9.9.9:5000")}
		b.view(pool(1), v)
		if m := p.one("183"); m.media() != "10.9.9.9:5000 sendrecv" {
			t.Error(m.media())
		}
		v.State, v.Send = call.Connected, media("10.9.9.9:6000")
		b.view(pool(1), v)
		ok := p.one("200")
		if ok.media() != "10.9.9.9:5000 sendrecv" { // RFC 3261 13.2.1: the same answer
			t.Error(ok.media())
		}
		d.learn(ok)
		d.request("ACK", "")
		re := p.one("INVITE")
		if re.media() != "10.9.9.9:6000 sendrecv" {
			t.Error(re.media())
		}
		p.answer(re, "200 OK", "", sdpBody("10.1.1.11:4000", ""))
		p.one("ACK")
		b.view(pool(1))
		p.one("BYE")
	})
}

// A lost 200 is repeated; without an ACK the call is over.
func TestNoAck(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(1)
		_, ref := p.calls("2002", sdpBody("10.1.1.11:4000", ""))
		b.view(pool(1), call.CallView{Ref: ref, State: call.Connected, Outgoing: true, Send: media("10.1.1.12:5000")})
		time.Sleep(33 * time.Second)
		h := p.hear()
		if len(h) < 5 || !strings.HasPrefix(h[len(h)-1].First, "BYE") || h[1].First != "SIP/2.0 200 OK" {
			t.Errorf("%d messages, last %q", len(h), h[len(h)-1].First)
		}
		b.wantInputs("onhook pool-1 1")
	})
}

// A call that ends between 200 and ACK: BYE waits for the ACK (RFC 3261 15).
func TestByeWaitsForAck(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(1)
		d, ref := p.calls("2002", sdpBody("10.1.1.11:4000", ""))
		b.view(pool(1), call.CallView{Ref: ref, State: call.Connected, Outgoing: true, Send: media("10.1.1.12:5000")})
		d.learn(p.one("200"))
		b.view(pool(1))
		p.want()
		d.request("ACK", "")
		p.one("BYE")
	})
}

func TestRetransmittedInvite(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(1)
		d, ref := p.calls("2002", sdpBody("10.1.1.11:4000", ""))
		again := d.text("INVITE", d.lastBrnch, sdpBody("10.1.1.11:4000", ""))
		p.send(again)
		b.wantInputs()
		b.view(pool(1), call.CallView{Ref: ref, State: call.RingOut, Outgoing: true})
		p.one("180")
		p.send(again)
		p.one("180")
		b.view(pool(1))
		p.one("480")
	})
}
