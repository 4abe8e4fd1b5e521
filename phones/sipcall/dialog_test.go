package sipcall

import (
	"strings"
	"testing"
	"time"

	"github.com/busylamp/busylamp/phones/call"
)

// over ends a call that is up.
func (p *peer) over(id int) {
	p.b.t.Helper()
	p.b.view(pool(id))
	p.one("BYE")
}

func TestHoldAndResume(t *testing.T) {
	for name, c := range map[string]struct{ hold, answer string }{
		"sendonly": {sdpBody("10.1.1.11:4000", "sendonly"), "10.1.1.12:5000 recvonly"},
		"inactive": {sdpBody("10.1.1.11:4000", "inactive"), "10.1.1.12:5000 inactive"},
		"RFC 2543": {strings.ReplaceAll(sdpBody("0.0.0.0:4000", ""), "a=sendrecv\r\n", ""), "10.1.1.12:5000 recvonly"},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, func(b *bed) {
				p := b.phone(1)
				d, v := p.connect()
				d.request("INVITE", c.hold)
				b.wantInputs("hold pool-1 1")
				if ok := p.one("200"); ok.media() != c.answer {
					t.Error(ok.media())
				}
				d.request("ACK", "")
				v.State, v.Send = call.Held, call.Media{}
				b.view(pool(1), v)
				p.want() // it knows
				d.request("INVITE", sdpBody("10.1.1.11:4000", ""))
				b.wantInputs("resume pool-1 1")
				p.want()
				v.State, v.Send = call.Connected, media("10.1.1.12:5002")
				b.view(pool(1), v)
				if ok := p.one("200"); ok.media() != "10.1.1.12:5002 sendrecv" {
					t.Error(ok.media())
				}
				d.request("ACK", "")
				p.want()
				p.over(1)
			})
		})
	}
}

// A phone that holds may ask for our offer to resume by its answer, or not to.
func TestResumeWithoutOffer(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(1)
		d, v := p.connect()
		for range 2 {
			d.request("INVITE", sdpBody("10.1.1.11:4000", "sendonly"))
			p.one("200")
			d.request("ACK", "")
			v.State, v.Send = call.Held, call.Media{}
			b.view(pool(1), v)
		}
		b.inputs()
		for _, dir := range []string{"sendonly", ""} {
			d.request("INVITE", "")
			if ok := p.one("200"); ok.media() != "10.1.1.12:5000 sendrecv" {
				t.Error(ok.media())
			}
			b.wantInputs()
			d.request("ACK", sdpBody("10.1.1.11:4000", dir))
		}
		b.wantInputs("resume pool-1 1")
		v.State, v.Send = call.Connected, media("10.1.1.12:5000")
		b.view(pool(1), v)
		p.want()
		p.over(1)
	})
}

func TestHoldTwice(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(1)
		d, _ := p.connect()
		for range 2 {
			d.request("INVITE", sdpBody("10.1.1.11:4000", "sendonly"))
			p.one("200")
			d.request("ACK", "")
		}
		b.wantInputs("hold pool-1 1")
		p.over(1)
	})
}

// The far side holds: the phone is told by re-INVITE, with the versions of its
// description counted up.
func TestFarSideHolds(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(2)
		d, v := p.rung(7)
		v.Send = call.Media{}
		b.view(pool(2), v)
		re := p.one("INVITE")
		if re.media() != "0.0.0.0:16384 inactive" || re.Tag("To") != d.localTag {
			t.Error(re.media(), re.Headers)
		}
		first := strings.Fields(re.sdpLine("o="))
		p.answer(re, "200 OK", "", sdpBody("10.1.1.12:5000", "inactive"))
		p.one("ACK")
		b.wantInputs() // it had no choice
		v.Send = media("10.1.1.11:4002")
		b.view(pool(2), v)
		re = p.one("INVITE")
		if re.media() != "10.1.1.11:4002 sendrecv" {
			t.Error(re.media())
		}
		second := strings.Fields(re.sdpLine("o="))
		if second[1] != first[1] || second[2] <= first[2] {
			t.Error(first, second)
		}
		p.answer(re, "200 OK", "", sdpBody("10.1.1.12:5006", ""))
		p.one("ACK")
		b.wantInputs("media pool-2 7 10.1.1.12:5006 g711ulaw,g711alaw")
		p.over(2)
	})
}

// One re-INVITE at a time, and the newest View wins.
func TestNewestViewWins(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(2)
		_, v := p.rung(7)
		for _, at := range []string{"10.1.1.13:4002", "10.1.1.13:4004", "10.1.1.13:4006"} {
			v.Send = media(at)
			b.view(pool(2), v)
		}
		re := p.one("INVITE")
		p.answer(re, "200 OK", "", sdpBody("10.1.1.12:5000", ""))
		h := p.want("ACK", "INVITE")
		if h[1].media() != "10.1.1.13:4006 sendrecv" {
			t.Error(h[1].media())
		}
		p.answer(h[1], "200 OK", "", sdpBody("10.1.1.12:5000", ""))
		p.one("ACK")
		p.over(2)
	})
}

// RFC 3261 14.1: both sides send a re-INVITE at once.
func TestGlare(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(2)
		d, v := p.rung(7)
		v.Send = media("10.1.1.13:4002")
		b.view(pool(2), v)
		re := p.one("INVITE")
		d.request("INVITE", sdpBody("10.1.1.12:5002", ""))
		p.one("491")
		d.refused()
		p.answer(re, "491 Request Pending", "", "")
		p.one("ACK")
		start := time.Now()
		d.request("INVITE", sdpBody("10.1.1.12:5002", "")) // it may be first
		b.wantInputs("media pool-2 7 10.1.1.12:5002 g711ulaw,g711alaw")
		p.one("200")
		d.request("ACK", "")
		for range 500 {
			time.Sleep(10 * time.Millisecond)
			if h := p.hear(); len(h) > 0 {
				if e := time.Since(start); e < 2100*time.Millisecond || e > 4010*time.Millisecond {
					t.Errorf("again after %v", e)
				}
				re = h[0]
				break
			}
		}
		p.answer(re, "200 OK", "", sdpBody("10.1.1.12:5002", ""))
		p.one("ACK")
		p.over(2)
	})
}

// A phone that refuses a re-INVITE keeps what it has; one that does not know the
// call, or does not answer, has lost it.
func TestReinviteFails(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(2)
		_, v := p.rung(7)
		v.Send = media("10.1.1.13:4002")
		b.view(pool(2), v)
		p.answer(p.one("INVITE"), "488 Not Acceptable Here", "", "")
		p.one("ACK")
		b.view(pool(2), v)
		p.want()
		v.Send = media("10.1.1.13:4004")
		b.view(pool(2), v)
		p.answer(p.one("INVITE"), "481 Call Does Not Exist", "", "")
		p.want("ACK", "BYE")
		b.wantInputs("onhook pool-2 7")
		b.view(pool(2))
	})
}

func TestPhoneDiesInCall(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(2)
		_, v := p.rung(7)
		p.conn.Close()
		v.Send = media("10.1.1.13:4002")
		b.view(pool(2), v)
		time.Sleep(33 * time.Second)
		b.wantInputs("onhook pool-2 7")
		b.view(pool(2))
	})
}

func TestPhoneMoves(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(1)
		d, _ := p.connect()
		d.request("INVITE", sdpBody("10.1.1.11:4444", ""))
		b.wantInputs("media pool-1 1 10.1.1.11:4444 g711ulaw,g711alaw")
		if ok := p.one("200"); ok.media() != "10.1.1.12:5000 sendrecv" {
			t.Error(ok.media())
		}
		d.request("ACK", "")
		// Without an offer we make one, with what is negotiated already.
		d.request("INVITE", "")
		if ok := p.one("200"); ok.media() != "10.1.1.12:5000 sendrecv" {
			t.Error(ok.media())
		}
		d.request("ACK", sdpBody("10.1.1.11:4446", ""))
		b.wantInputs("media pool-1 1 10.1.1.11:4446 g711ulaw,g711alaw")
		// No codec in common: refused, and all stays as it was.
		d.request("INVITE", strings.ReplaceAll(sdpBody("10.1.1.11:4448", ""), "RTP/AVP 0 8 101", "RTP/AVP 18 101"))
		p.one("488")
		d.refused()
		b.inputs()
		p.over(1)
	})
}

func TestRequestsOfNoDialog(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(1)
		for _, method := range []string{"BYE", "UPDATE", "INFO", "REFER", "INVITE", "OPTIONS"} {
			d := p.dial("2002")
			d.remoteTag = "none"
			d.request(method, "")
			p.one("481")
		}
		d, _ := p.connect()
		d.request("OPTIONS", "")
		p.one("200")
		tag := d.localTag
		d.localTag = "other"
		d.request("BYE", "")
		p.one("481")
		d.localTag = tag
		d.cseq = 0 // lower than before
		d.request("INFO", "")
		p.one("500")
		p.over(1)
		b.inputs()
	})
}

func TestUpdate(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(1)
		d, v := p.connect()
		d.request("UPDATE", sdpBody("10.1.1.11:4000", "sendonly"))
		b.wantInputs("hold pool-1 1")
		if ok := p.one("200"); ok.media() != "10.1.1.12:5000 recvonly" {
			t.Error(ok.media())
		}
		v.State, v.Send = call.Held, call.Media{}
		b.view(pool(1), v)
		d.request("UPDATE", sdpBody("10.1.1.11:4000", ""))
		b.wantInputs("resume pool-1 1")
		h := p.want("200", "INVITE") // answered as it was before; the View is older
		if h[0].media() != "10.1.1.12:5000 sendrecv" {
			t.Error(h[0].media())
		}
		p.answer(h[1], "200 OK", "", sdpBody("10.1.1.11:4000", "inactive"))
		p.one("ACK")
		d.request("UPDATE", "")
		p.one("200")
		d.request("INFO", "")
		p.one("200")
		p.over(1)
	})
}

func TestSessionTimers(t *testing.T) {
	// The phone refreshes, and ceases to.
	run(t, func(b *bed) {
		p := b.phone(1)
		d, ref := p.calls("2002", sdpBody("10.1.1.11:4000", ""), "Supported: timer", "Session-Expires: 100")
		v := call.CallView{Ref: ref, State: call.Connected, Outgoing: true, Send: media("10.1.1.12:5000")}
		b.view(pool(1), v)
		ok := p.one("200")
		if ok.Get("Session-Expires") != "100;refresher=uac" || ok.Get("Require") != "timer" {
			t.Error(ok.Headers)
		}
		d.learn(ok)
		d.request("ACK", "")
		time.Sleep(60 * time.Second)
		d.request("UPDATE", "", "Supported: timer", "Session-Expires: 100;refresher=uac")
		p.one("200")
		time.Sleep(60 * time.Second)
		p.want()
		time.Sleep(8 * time.Second)
		p.one("BYE")
		b.wantInputs("onhook pool-1 1")
	})
	// The phone's next INVITE has no timer, and that ends it.
	for _, method := range []string{"INVITE", "UPDATE"} {
		run(t, func(b *bed) {
			p := b.phone(1)
			d, ref := p.calls("2002", sdpBody("10.1.1.11:4000", ""), "Supported: timer", "Session-Expires: 100")
			b.view(pool(1), call.CallView{Ref: ref, State: call.Connected, Outgoing: true, Send: media("10.1.1.12:5000")})
			d.learn(p.one("200"))
			d.request("ACK", "")
			d.request(method, sdpBody("10.1.1.11:4000", ""))
			if ok := p.one("200"); ok.Get("Session-Expires") != "" {
				t.Error(ok.Headers)
			}
			if method == "INVITE" {
				d.request("ACK", "")
			}
			time.Sleep(time.Hour)
			p.want()
			p.over(1)
		})
	}
	// We are to refresh.
	run(t, func(b *bed) {
		p := b.phone(1)
		d, ref := p.calls("2002", sdpBody("10.1.1.11:4000", ""), "Supported: timer", "Session-Expires: 200;refresher=uas")
		v := call.CallView{Ref: ref, State: call.Connected, Outgoing: true, Send: media("10.1.1.12:5000")}
		b.view(pool(1), v)
		ok := p.one("200")
		if ok.Get("Session-Expires") != "200;refresher=uas" {
			t.Error(ok.Headers)
		}
		d.learn(ok)
		d.request("ACK", "")
		for range 3 {
			time.Sleep(100 * time.Second)
			re := p.one("INVITE")
			if re.Get("Session-Expires") != "200;refresher=uac" || re.media() != "10.1.1.12:5000 sendrecv" {
				t.Error(re.Headers, re.Body)
			}
			p.answer(re, "200 OK", "", sdpBody("10.1.1.11:4000", ""), "Session-Expires: 200;refresher=uac")
			p.one("ACK")
		}
		b.wantInputs()
		p.over(1)
	})
}
