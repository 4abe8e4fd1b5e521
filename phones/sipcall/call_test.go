package sipcall

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
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
		if ok.tag("To") == "" || ok.tag("To") != ringing.tag("To") {
			t.Errorf("To tags %q and %q", ringing.tag("To"), ok.tag("To"))
		}
		if got := ok.media(); got != "10.1.1.12:5000 sendrecv" {
			t.Errorf("answer is %s", got)
		}
		if got := ok.get("Remote-Party-ID"); got != `"Bob" <sip:2002@10.1.1.2>;party=called;screen=yes;privacy=off` {
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
		if !strings.Contains(ok.get("Allow"), "REFER") || !strings.Contains(ok.get("Supported"), "replaces") || ok.get("Contact") != "<sip:10.1.1.2:5060>" {
			t.Errorf("%+v", ok.headers)
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
		{"syntax of SDP", "2002", "v=0\r\no=-\r\n", "400", nil},
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
		if re.media() != "10.1.1.12:5000 sendrecv" || re.tag("To") != d.localTag {
			t.Error(re.media(), re.headers)
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
		if len(h) < 5 || !strings.HasPrefix(h[len(h)-1].first, "BYE") || h[1].first != "SIP/2.0 200 OK" {
			t.Errorf("%d messages, last %q", len(h), h[len(h)-1].first)
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

func TestCallToPhone(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(2)
		v := call.CallView{Ref: 7, State: call.RingIn, Button: 1, Calling: alice, Called: bob, Ring: call.RingInside, Send: media("10.1.1.11:4000"),
			Redirecting: call.Party{Number: "2005", Name: "Eve"}, Original: call.Party{Number: "2006"}}
		b.view(pool(2), v)
		inv := p.one("INVITE sip:2002@10.1.1.12:5060 ")
		if inv.media() != "10.1.1.11:4000 sendrecv" {
			t.Error(inv.media())
		}
		for name, want := range map[string]string{
			"Alert-Info":          "<file://Bellcore-dr1/>",
			"Remote-Party-ID":     `"Alice" <sip:2001@10.1.1.2>;party=calling;screen=yes;privacy=off`,
			"P-Asserted-Identity": `"Alice" <sip:2001@10.1.1.2>`,
			"Diversion":           `"Eve" <sip:2005@10.1.1.2>;privacy=off;reason=unknown;screen=no`,
			"To":                  "<sip:2002@10.1.1.2>",
			"Call-Info":           "",
		} {
			if got := inv.get(name); got != want {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
		}
		if d := inv.headers["diversion"]; len(d) != 2 || !strings.HasPrefix(d[1], "<sip:2006@") {
			t.Error(d)
		}
		if !strings.HasPrefix(inv.get("From"), `"Alice" <sip:2001@10.1.1.2>;tag=`) {
			t.Error(inv.get("From"))
		}
		p.answer(inv, "100 Trying", "", "")
		p.answer(inv, "180 Ringing", "tt", "")
		p.answer(inv, "180 Ringing", "tt", "")
		b.wantInputs("alerting pool-2 7 -")
		b.view(pool(2), v)
		p.want()
		p.answer(inv, "200 OK", "tt", sdpBody("10.1.1.12:5000", ""))
		b.wantInputs("answer pool-2 7 10.1.1.12:5000 g711ulaw,g711alaw")
		if ack := p.one("ACK"); ack.body != "" {
			t.Error(ack.body)
		}
		b.view(pool(2), v) // older than the answer
		v.State = call.Connected
		b.view(pool(2), v)
		p.want()
		d := p.talkOf(inv, "tt")
		d.request("BYE", "")
		p.one("200")
		b.wantInputs("onhook pool-2 7")
		b.view(pool(2), v) // older than the BYE
		b.view(pool(2))
		p.want()
	})
}

// The 200 is repeated when the ACK was lost, and the ACK with it.
func TestLostAck(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(2)
		b.view(pool(2), call.CallView{Ref: 7, State: call.RingIn, Button: 1, Called: bob, Send: media("10.1.1.11:4000")})
		inv := p.one("INVITE")
		for range 3 {
			p.answer(inv, "200 OK", "tt", sdpBody("10.1.1.12:5000", ""))
			p.one("ACK")
		}
		b.wantInputs("answer pool-2 7 10.1.1.12:5000 g711ulaw,g711alaw")
		b.view(pool(2))
		p.one("BYE")
	})
}

// Without the caller's address the phone is invited without an offer; the ACK
// answers, when the address is known or after a while.
func TestCalleeOffers(t *testing.T) {
	for _, known := range []bool{true, false} {
		run(t, func(b *bed) {
			p := b.phone(2)
			v := call.CallView{Ref: 7, State: call.RingIn, Button: 1, Calling: alice, Called: bob}
			b.view(pool(2), v)
			inv := p.one("INVITE")
			if inv.body != "" {
				t.Error(inv.body)
			}
			p.answer(inv, "200 OK", "tt", sdpBody("10.1.1.12:5000", ""))
			b.wantInputs("answer pool-2 7 10.1.1.12:5000 g711ulaw,g711alaw")
			p.want()
			v.State = call.Connected
			b.view(pool(2), v)
			p.want()
			want := "10.1.1.11:4000 sendrecv"
			if known {
				v.Send = media("10.1.1.11:4000")
				b.view(pool(2), v)
			} else {
				time.Sleep(mediaWait)
				want = "0.0.0.0:16384 inactive"
			}
			if ack := p.one("ACK"); ack.media() != want {
				t.Error(ack.media())
			}
			b.view(pool(2))
			p.one("BYE")
		})
	}
}

func TestPhoneRefuses(t *testing.T) {
	for _, c := range []struct {
		status string
		code   int
	}{{"486 Busy Here", 486}, {"480 Gone", 480}, {"603 Decline", 603}, {"302 Moved", 480}, {"401 Who", 401}} {
		run(t, func(b *bed) {
			p := b.phone(2)
			v := call.CallView{Ref: 7, State: call.RingIn, Button: 1, Called: bob}
			b.view(pool(2), v)
			inv := p.one("INVITE")
			p.answer(inv, c.status, "tt", "")
			p.one("ACK")
			b.wantInputs(fmt.Sprintf("reject pool-2 7 %d", c.code))
			b.view(pool(2), v) // older than the refusal: not again
			p.want()
			b.view(pool(2))
		})
	}
}

func TestPhoneIsDead(t *testing.T) {
	run(t, func(b *bed) {
		v := call.CallView{Ref: 7, State: call.RingIn, Button: 1, Called: bob}
		b.view(pool(2), v)
		b.wantInputs("reject pool-2 7 480") // not registered
		b.view(pool(2))
		p := b.phone(2)
		p.conn.Close()
		v.Ref = 8
		b.view(pool(2), v)
		time.Sleep(33 * time.Second)
		b.wantInputs("reject pool-2 8 408")
		b.view(pool(2))
	})
}

func TestRingingEnds(t *testing.T) {
	for _, elsewhere := range []bool{true, false} {
		run(t, func(b *bed) {
			p := b.phone(2)
			b.view(pool(2), call.CallView{Ref: 7, State: call.RingIn, Button: 1, Called: bob})
			inv := p.one("INVITE")
			p.answer(inv, "180 Ringing", "tt", "")
			synctest.Wait()
			v := call.View{Device: pool(2), Lines: []call.LineView{{Button: 1, Number: "2002", Remote: elsewhere}}}
			b.x.sinks[pool(2).Kind].Show(v)
			cancel := p.one("CANCEL")
			want := ""
			if elsewhere {
				want = `SIP;cause=200;text="Call completed elsewhere"`
			}
			if got := cancel.get("Reason"); got != want {
				t.Errorf("Reason %q", got)
			}
			p.answer(inv, "487 Request Terminated", "tt", "")
			p.one("ACK")
			b.wantInputs("alerting pool-2 7 -")
		})
	}
}

// A 200 that crosses the CANCEL is acknowledged and ended.
func TestAnswerCrossesCancel(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(2)
		b.view(pool(2), call.CallView{Ref: 7, State: call.RingIn, Button: 1, Called: bob, Send: media("10.1.1.11:4000")})
		inv := p.one("INVITE")
		p.answer(inv, "180 Ringing", "tt", "")
		synctest.Wait()
		b.view(pool(2))
		p.one("CANCEL")
		p.answer(inv, "200 OK", "tt", sdpBody("10.1.1.12:5000", ""))
		p.want("ACK", "BYE")
		b.wantInputs("alerting pool-2 7 -")
	})
}

func TestAnswerIsNoAudio(t *testing.T) {
	for _, body := range []string{"", "v=0\r\n", strings.Replace(sdpBody("10.1.1.12:5000", ""), "audio 5000", "audio 0", 1)} {
		run(t, func(b *bed) {
			p := b.phone(2)
			b.view(pool(2), call.CallView{Ref: 7, State: call.RingIn, Button: 1, Called: bob, Send: media("10.1.1.11:4000")})
			p.answer(p.one("INVITE"), "200 OK", "tt", body)
			p.want("ACK", "BYE")
			b.wantInputs("reject pool-2 7 488")
			b.view(pool(2))
		})
	}
}

// Every contact of the line rings; the first 200 wins.
func TestForks(t *testing.T) {
	run(t, func(b *bed) {
		p, q, r := b.phone(2), b.peer("2002", "10.1.1.21:5060"), b.peer("2002", "10.1.1.22:5060")
		b.register(2, q)
		b.register(2, r)
		v := call.CallView{Ref: 7, State: call.RingIn, Button: 1, Called: bob, Send: media("10.1.1.11:4000")}
		b.view(pool(2), v)
		i1, i2, i3 := p.one("INVITE"), q.one("INVITE"), r.one("INVITE")
		p.answer(i1, "180 Ringing", "t1", "")
		q.answer(i2, "180 Ringing", "t2", "")
		r.answer(i3, "486 Busy Here", "t3", "")
		b.wantInputs("alerting pool-2 7 -")
		r.one("ACK")
		q.answer(i2, "200 OK", "t2", sdpBody("10.1.1.21:5000", ""))
		b.wantInputs("answer pool-2 7 10.1.1.21:5000 g711ulaw,g711alaw")
		q.one("ACK")
		if got := p.one("CANCEL").get("Reason"); !strings.Contains(got, "cause=200") {
			t.Error(got)
		}
		p.answer(i1, "200 OK", "t1", sdpBody("10.1.1.12:5000", "")) // too late
		p.want("ACK", "BYE")
		v.State = call.Connected
		b.view(pool(2), v)
		b.view(pool(2))
		q.one("BYE")
		r.want()
		b.wantInputs()
	})
}

func TestAllForksFail(t *testing.T) {
	run(t, func(b *bed) {
		p, q := b.phone(2), b.peer("2002", "10.1.1.21:5060")
		b.register(2, q)
		b.view(pool(2), call.CallView{Ref: 7, State: call.RingIn, Button: 1, Called: bob})
		i1, i2 := p.one("INVITE"), q.one("INVITE")
		p.answer(i1, "486 Busy Here", "t1", "")
		b.wantInputs()
		q.answer(i2, "404 Not Found", "t2", "")
		b.wantInputs("reject pool-2 7 486")
		b.view(pool(2))
	})
}

func TestIntercomAnswersItself(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(2)
		b.view(pool(2), call.CallView{Ref: 7, State: call.RingIn, Button: 1, Called: bob, AutoAnswer: true})
		inv := p.one("INVITE")
		if got := inv.get("Call-Info"); got != "<sip:10.1.1.2>;answer-after=0" {
			t.Error(got)
		}
		p.answer(inv, "480 No", "t", "")
		b.view(pool(2))
	})
}

// A page is a call that answers itself and only hears.
func TestPage(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(2)
		v := call.View{Device: pool(2), Paged: &call.Page{Ref: 40, From: call.Party{Number: "5000", Name: "All"}}}
		b.show(v)
		inv := p.one("INVITE sip:2002@")
		if inv.media() != "10.1.1.2:16384 sendonly" || !strings.Contains(inv.get("Call-Info"), "answer-after=0") || !strings.HasPrefix(inv.get("From"), `"All" <sip:5000@`) {
			t.Errorf("%+v", inv)
		}
		p.answer(inv, "200 OK", "tt", sdpBody("10.1.1.12:5000", "recvonly"))
		p.one("ACK")
		b.wantInputs("media pool-2 40 10.1.1.12:5000 g711ulaw,g711alaw")
		v.DnD = true
		b.show(v)
		p.want()
		b.view(pool(2))
		p.one("BYE")
	})
	run(t, func(b *bed) { // its user does not want to hear it
		p := b.phone(2)
		v := call.View{Device: pool(2), Paged: &call.Page{Ref: 40}}
		b.show(v)
		p.answer(p.one("INVITE"), "486 Busy", "tt", "")
		p.one("ACK")
		v.DnD = true
		b.show(v)
		p.want()
		b.view(pool(2))
		b.wantInputs()
	})
}
