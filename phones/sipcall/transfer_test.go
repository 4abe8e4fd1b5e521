package sipcall

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
)

func TestBlindTransfer(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(1)
		d, _ := p.connect()
		d.request("REFER", "", "Refer-To: <sip:2003@10.1.1.2>")
		in := last[call.TransferTo](b)
		if in.Number != "2003" || in.Ref != 1 {
			t.Fatalf("%+v", in)
		}
		h := p.want("202", "NOTIFY")
		n := h[1]
		if n.Get("Event") != "refer" || n.Get("Subscription-State") != "active;expires=180" || n.Body != "SIP/2.0 100 Trying\r\n" ||
			n.Get("Content-Type") != "message/sipfrag;version=2.0" || n.Tag("To") != d.localTag {
			t.Errorf("%+v", n)
		}
		b.view(pool(1))
		p.want() // it hears the outcome first
		in.Done(200)
		h = p.want("NOTIFY", "BYE")
		if h[0].Get("Subscription-State") != "terminated;reason=noresource" || h[0].Body != "SIP/2.0 200 OK\r\n" {
			t.Errorf("%+v", h[0])
		}
		b.wantInputs()
	})
}

func TestTransferFails(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(1)
		d, _ := p.connect()
		for n, want := range []string{"refer", "refer;id=3"} {
			d.request("REFER", "", "Refer-To: sip:2003@10.1.1.2")
			in := last[call.TransferTo](b)
			in.Done(486)
			h := p.want("202", "NOTIFY", "NOTIFY")
			if h[2].Body != "SIP/2.0 486 Busy Here\r\n" || h[2].Get("Event") != want {
				t.Errorf("%d: %+v", n, h[2])
			}
		}
		p.over(1)
	})
}

// A phone that hangs up at once leaves the transfer to us; if it fails the call ends.
func TestPhoneLeavesTransfer(t *testing.T) {
	for code, want := range map[int][]string{200: nil, 486: {"onhook pool-1 1"}} {
		run(t, func(b *bed) {
			p := b.phone(1)
			d, v := p.connect()
			d.request("REFER", "", "Refer-To: <sip:2003@10.1.1.2>")
			in := last[call.TransferTo](b)
			p.want("202", "NOTIFY")
			d.request("BYE", "")
			p.one("200")
			b.view(pool(1), v)
			b.wantInputs()
			in.Done(code)
			b.wantInputs(want...)
			p.one("NOTIFY")
			b.view(pool(1))
			p.want()
		})
	}
}

// The phone hangs up, and then the View loses the call, before the outcome is known.
func TestPhoneLeavesTransferEarly(t *testing.T) {
	for _, code := range []int{200, 486} {
		run(t, func(b *bed) {
			p := b.phone(1)
			d, _ := p.connect()
			d.request("REFER", "", "Refer-To: <sip:2003@10.1.1.2>")
			in := last[call.TransferTo](b)
			p.want("202", "NOTIFY")
			b.view(pool(1))
			d.request("BYE", "")
			p.one("200")
			in.Done(code)
			b.wantInputs()
			p.one("NOTIFY")
		})
	}
}

func TestTransferWithoutSubscription(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(1)
		d, _ := p.connect()
		d.request("REFER", "", "Refer-To: <sip:2003@10.1.1.2>", "Refer-Sub: false", "Require: norefersub")
		in := last[call.TransferTo](b)
		if m := p.one("202"); m.Get("Refer-Sub") != "false" {
			t.Error(m.Headers)
		}
		in.Done(200)
		b.view(pool(1))
		p.one("BYE")
	})
}

func TestTransferThatNeverEnds(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(1)
		d, _ := p.connect()
		d.request("REFER", "", "Refer-To: <sip:2003@10.1.1.2>")
		p.want("202", "NOTIFY")
		time.Sleep(referExpiry * time.Second)
		if n := p.one("NOTIFY"); !strings.Contains(n.Body, "408") {
			t.Error(n.Body)
		}
		p.over(1)
		b.inputs()
	})
}

func TestBadRefers(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(1)
		d, _ := p.connect()
		for _, c := range [][]string{{"400"}, {"400", "Refer-To: <sip:2003"}, {"400", "Refer-To: <sip:10.1.1.2>"}, {"400", "Refer-To: a", "Refer-To: b"},
			{"400", "Refer-To: <sip:2003@h?Replaces=%zz>"}, {"420", "Refer-To: <sip:2003@h>", "Require: foo"}} {
			d.request("REFER", "", c[1:]...)
			p.one(c[0])
		}
		p.dial("2002").request("REFER", "", "Refer-To: <sip:2003@10.1.1.2>") // outside of a dialog
		p.one("403")
		b.wantInputs()
		p.over(1)
	})
}

func TestAttendedTransfer(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(1)
		first, v1 := p.connect()
		second, ref := p.calls("2003", sdpBody("10.1.1.11:4002", ""))
		v2 := call.CallView{Ref: ref, State: call.Connected, Outgoing: true, Send: media("10.1.1.13:5000")}
		b.view(pool(1), v1, v2)
		second.learn(p.one("200"))
		second.request("ACK", "")
		first.request("REFER", "", fmt.Sprintf("Refer-To: <sip:2003@10.1.1.2?Replaces=%s%%3Bto-tag%%3D%s%%3Bfrom-tag%%3D%s>",
			strings.ReplaceAll(second.callID, ":", "%3A"), second.remoteTag, second.localTag))
		in := last[call.Join](b)
		if in.Ref != 1 || in.With != ref {
			t.Fatalf("%+v", in)
		}
		p.want("202", "NOTIFY")
		second.request("BYE", "") // it may leave either at once
		p.one("200")
		b.wantInputs()
		in.Done(200)
		b.view(pool(1))
		p.want("NOTIFY", "BYE")
		b.wantInputs()
	})
}

func TestAttendedTransferOfUnknownCall(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(1)
		d, _ := p.connect()
		d.request("REFER", "", "Refer-To: <sip:2003@10.1.1.2?Replaces=none%3Bto-tag%3D1%3Bfrom-tag%3D2>")
		h := p.want("202", "NOTIFY", "NOTIFY")
		if !strings.Contains(h[2].Body, "481") {
			t.Error(h[2].Body)
		}
		b.wantInputs()
		p.over(1)
	})
}

// INVITE with Replaces of a call that rings: pickup.
func TestPickupByReplaces(t *testing.T) {
	run(t, func(b *bed) {
		p, q := b.phone(1), b.phone(2)
		b.view(pool(1))
		b.view(pool(2), call.CallView{Ref: 7, State: call.RingIn, Button: 1, Called: bob})
		inv := q.one("INVITE")
		q.answer(inv, "180 Ringing", "tt", "")
		b.inputs()
		p.dial("2002").request("INVITE", sdpBody("10.1.1.11:4000", ""), fmt.Sprintf("Replaces: %s;to-tag=%s;from-tag=tt;early-only", inv.Get("Call-ID"), inv.Tag("From")))
		synctest.Wait()
		b.x.mu.Lock()
		in := b.x.in
		b.x.mu.Unlock()
		if len(in) != 2 {
			t.Fatalf("%+v", in)
		}
		if got := in[0].(call.Pickup); got != (call.Pickup{Device: pool(1), Button: 1, Ref: 1, Number: "2002"}) {
			t.Errorf("%+v", got)
		}
		if got := in[1].(call.MediaReady); got.Ref != 1 || got.Media.Addr.Port() != 4000 {
			t.Errorf("%+v", got)
		}
		b.view(pool(2))
		q.one("CANCEL")
		q.answer(inv, "487 Gone", "tt", "")
		b.view(pool(1), call.CallView{Ref: 1, State: call.Connected, Outgoing: true, Send: media("10.1.1.12:5000")})
		d := p.dial("2002")
		d.callID, d.localTag, d.cseq = "call1-10.1.1.11:5060", "ft1", 1
		d.learn(p.one("200"))
		d.request("ACK", "")
		p.over(1)
	})
}

// INVITE with Replaces of an answered call: the same phone moves its call, others
// may not.
func TestMoveByReplaces(t *testing.T) {
	run(t, func(b *bed) {
		p, q := b.phone(1), b.phone(2)
		d, _ := p.connect()
		replaces := fmt.Sprintf("Replaces: %s;to-tag=%s;from-tag=%s", d.callID, d.remoteTag, d.localTag)
		q.dial("2001").request("INVITE", sdpBody("10.1.1.12:4000", ""), replaces)
		q.one("403")
		p.dial("2002").request("INVITE", sdpBody("10.1.1.11:4000", ""), replaces+";early-only")
		p.one("486")
		n := p.dial("2002")
		n.request("INVITE", sdpBody("10.1.1.11:4008", ""), replaces)
		h := p.want("BYE", "200")
		if h[1].media() != "10.1.1.12:5000 sendrecv" {
			t.Error(h[1].media())
		}
		n.learn(h[1])
		n.request("ACK", "")
		b.wantInputs("media pool-1 1 10.1.1.11:4008 g711ulaw,g711alaw")
		n.request("BYE", "")
		p.one("200")
		b.wantInputs("onhook pool-1 1")
	})
}

func remoteCCBody(event string, d *talk) string {
	return fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?>
<x-cisco-remotecc-request><softkeyeventmsg><softkeyevent>%s</softkeyevent><dialogid><callid>%s</callid><localtag>%s</localtag><remotetag>%s</remotetag></dialogid><linenumber>0</linenumber></softkeyeventmsg></x-cisco-remotecc-request>`,
		event, d.callID, d.localTag, d.remoteTag)
}

func TestSoftKeys(t *testing.T) {
	const kind = "Content-Type: application/x-cisco-remotecc-request+xml"
	run(t, func(b *bed) {
		p, q := b.phone(1), b.phone(2)
		d, _ := p.connect()
		ask := func(p *peer, body, want string, headers ...string) {
			t.Helper()
			p.dial("10.1.1.2").request("REFER", body, append([]string{"Refer-To: <cid:1@h>"}, headers...)...)
			p.one(want)
		}
		ask(p, remoteCCBody("Park", d), "202", kind)
		if in := last[call.Park](b); in != (call.Park{Device: pool(1), Ref: 1}) {
			t.Errorf("%+v", in)
		}
		ask(p, "--x\r\n"+kind+"\r\n\r\n"+remoteCCBody("iDivert", d)+"\r\n--x--\r\n", "202", "Content-Type: multipart/mixed;boundary=x")
		if in := last[call.DivertToVoicemail](b); in.Ref != 1 {
			t.Errorf("%+v", in)
		}
		ask(p, remoteCCBody("RmLastConf", d), "202", kind)
		if in := last[call.DropLast](b); in.Ref != 1 {
			t.Errorf("%+v", in)
		}
		ask(p, remoteCCBody("MCID", d), "403", kind)
		ask(q, remoteCCBody("Park", d), "403", kind) // not its call
		ask(p, "<x-cisco-remotecc-request><hookstatus/></x-cisco-remotecc-request>", "202", kind)
		ask(p, "<other/>", "400", kind)
		ask(p, "no XML", "400", kind)
		b.wantInputs()
		stranger := b.peer("2001", "10.7.7.7:5060")
		ask(stranger, remoteCCBody("Park", d), "403", kind)
		p.over(1)
	})
}

func TestServiceURI(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(1)
		p.dial("x-cisco-serviceuri-gpickup").request("INVITE", sdpBody("10.1.1.11:4000", ""))
		if in := last[call.Pickup](b); !in.Group || in.Ref != 1 {
			t.Errorf("%+v", in)
		}
		b.view(pool(1), call.CallView{Ref: 1, State: call.Congestion, Code: 404, Outgoing: true})
		p.one("404")
		p.dial("x-cisco-serviceuri-abbrdial").request("INVITE", sdpBody("10.1.1.11:4000", ""))
		p.one("404")
		b.inputs()
	})
}

func TestRestart(t *testing.T) {
	run(t, func(b *bed) {
		b.apply(Config{ProfileStamp: "0106514225374329", Pools: []phones.Pool{{Tag: 1, Type: "7970"}, {Tag: 2, Type: "7960"}}})
		p, q, r := b.phone(1), b.phone(2), b.phone(3)
		b.a.Restart(1, phones.Reset)
		b.a.Restart(2, phones.Restart)
		b.a.Restart(3, phones.Restart)
		b.a.Restart(9, phones.Reset)
		n := p.one("NOTIFY sip:2001@10.1.1.11:5060 ")
		if n.Get("Event") != "service-control" || n.Get("Content-Type") != "text/plain" || n.Body !=
			"action=reset\r\nRegisterCallId={reg-2001}\r\nConfigVersionStamp={0106514225374329}\r\nDialplanVersionStamp={}\r\nSoftkeyVersionStamp={0106514225374329}\r\n" {
			t.Errorf("%+v", n)
		}
		if n := q.one("NOTIFY"); n.Get("Event") != "check-sync;reboot=false" || n.Body != "" {
			t.Errorf("%+v", n)
		}
		if n := r.one("NOTIFY"); n.Get("Event") != "service-control" || !strings.HasPrefix(n.Body, "action=restart\r\n") { // by its User-Agent
			t.Errorf("%+v", n)
		}
		synctest.Wait()
	})
}
