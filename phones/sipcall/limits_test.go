package sipcall

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/phones/call"
)

// Beyond maxRequests a device's requests are refused, and so is a dialog too many.
func TestOverload(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(1)
		release := make(chan struct{})
		b.a.post(pool(1), func(*device) { <-release })
		for range maxRequests + 3 {
			p.dial("2002").request("INVITE", sdpBody("10.1.1.11:4000", ""))
		}
		p.want("503", "503", "503")
		close(release)
		if n := len(b.inputs()); n != maxRequests {
			t.Errorf("%d calls", n)
		}
		time.Sleep(setupWait)
		n := 0
		for _, m := range p.hear() {
			if strings.HasPrefix(m.First, "SIP/2.0 480") {
				n++
			}
		}
		if n != maxRequests {
			t.Errorf("%d answers", n)
		}
		b.a.mu.Lock()
		for i := range maxLegs {
			b.a.legs[legKey{fmt.Sprint(i), ""}] = nil
		}
		b.a.mu.Unlock()
		p.dial("2002").request("INVITE", sdpBody("10.1.1.11:4000", ""))
		p.one("503")
		b.view(pool(1), call.CallView{Ref: 9999, State: call.RingIn, Button: 1})
		p.want()
		b.view(pool(1))
		b.a.mu.Lock()
		clear(b.a.legs)
		b.a.mu.Unlock()
	})
}

func TestGlareWaits(t *testing.T) {
	for range 1000 {
		if w := (&leg{uac: true}).glare(); w < 2100*time.Millisecond || w > 4*time.Second || w%(10*time.Millisecond) != 0 {
			t.Fatal(w)
		}
		if w := (&leg{}).glare(); w < 0 || w > 2*time.Second || w%(10*time.Millisecond) != 0 {
			t.Fatal(w)
		}
	}
}

// A description in a multipart body, as Cisco's phones send it beside their own.
func TestMultipartInvite(t *testing.T) {
	for _, body := range []string{
		"--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n--x\r\nContent-Type: application/sdp\r\nContent-Disposition: session\r\n\r\n" + sdpBody("10.1.1.11:4000", "") + "\r\n--x--\r\n",
		"--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n--x--\r\n",
	} {
		run(t, func(b *bed) {
			p := b.phone(1)
			p.dial("2002").request("INVITE", body, "Content-Type: multipart/mixed;boundary=x")
			in := last[call.Dial](b)
			if in.Media.Valid() != strings.Contains(body, "sdp") || in.Ref != 1 {
				t.Errorf("%+v", in)
			}
			time.Sleep(setupWait)
			p.one("480")
		})
	}
}

// What others see of a name that somebody has chosen is one header, and not too long.
func TestNames(t *testing.T) {
	for name, want := range map[string]string{
		"Bob":                   `"Bob"`,
		`A "B" \C`:              `"A \"B\" \\C"`,
		"x\r\nVia: y":           `"xVia: y"`,
		strings.Repeat("ü", 50): `"` + strings.Repeat("ü", 32) + `"`,
		"a\xffb":                `"ab"`,
	} {
		if got := quote(name); got != want {
			t.Errorf("%q: %s", name, got)
		}
	}
	if got := address(call.Party{Number: "*69#<>"}, "h"); got != "<sip:*69%23%3C%3E@h>" {
		t.Error(got)
	}
	if got := address(call.Party{Name: "X"}, "h"); got != `"X" <sip:h>` {
		t.Error(got)
	}
}

// After Close nothing happens any more.
func TestClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t)
		p := b.phone(1)
		p.connect()
		b.close()
		b.view(pool(1))
		if b.a.post(pool(1), func(*device) { t.Error("ran") }) || b.a.postRequest(pool(1), func(*device) { t.Error("ran") }) {
			t.Error("taken")
		}
		b.a.Restart(1, 0)
		synctest.Wait()
	})
}
