package sipcall

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/phones/call"
)

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
			if got := inv.Get(name); got != want {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
		}
		if d := inv.Headers["diversion"]; len(d) != 2 || !strings.HasPrefix(d[1], "<sip:2006@") {
			t.Error(d)
		}
		if !strings.HasPrefix(inv.Get("From"), `"Alice" <sip:2001@10.1.1.2>;tag=`) {
			t.Error(inv.Get("From"))
		}
		p.answer(inv, "100 Trying", "", "")
		p.answer(inv, "180 Ringing", "tt", "")
		p.answer(inv, "180 Ringing", "tt", "")
		b.wantInputs("alerting pool-2 7 -")
		b.view(pool(2), v)
		p.want()
		p.answer(inv, "200 OK", "tt", sdpBody("10.1.1.12:5000", ""))
		b.wantInputs("answer pool-2 7 10.1.1.12:5000 g711ulaw,g711alaw")
		if ack := p.one("ACK"); ack.Body != "" {
			t.Error(ack.Body)
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
			if inv.Body != "" {
				t.Error(inv.Body)
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
			v := call.View{Device: pool(2), Lines: []call.LineView{{Button: 1, Number: "2002"}}}
			if elsewhere { // it may have been picked up from another line
				v.Elsewhere = []uint32{3, 7}
			}
			b.x.sinks[pool(2).Kind].Show(v)
			cancel := p.one("CANCEL")
			want := ""
			if elsewhere {
				want = `SIP;cause=200;text="Call completed elsewhere"`
			}
			if got := cancel.Get("Reason"); got != want {
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
		if got := p.one("CANCEL").Get("Reason"); !strings.Contains(got, "cause=200") {
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
		if got := inv.Get("Call-Info"); got != "<sip:10.1.1.2>;answer-after=0" {
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
		if inv.media() != "10.1.1.2:16384 sendonly" || !strings.Contains(inv.Get("Call-Info"), "answer-after=0") || !strings.HasPrefix(inv.Get("From"), `"All" <sip:5000@`) {
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
