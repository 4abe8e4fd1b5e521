package sipcall

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
	"github.com/busylamp/busylamp/presence"
)

type nobody struct{}

func (nobody) Publish(string, presence.Line)       {}
func (nobody) PublishDevice(string, presence.Line) {}

// house is a bed with the real exchange: SIP phones 2001 to 2004 in service.
type house struct {
	*bed
	x   *call.Exchange
	cfg phones.Config
	p   [5]*peer
}

// live runs a test with the real exchange. At the end no call may be left.
func live(t *testing.T, f func(*house)) {
	synctest.Test(t, func(t *testing.T) {
		log := logbuf.New(time.Now)
		x := call.New(call.Options{Log: log, Publisher: nobody{}})
		h := &house{bed: openBed(t, log, x), x: x}
		defer func() {
			h.bed.close()
			x.Close()
		}()
		h.cfg = phones.Config{Mode: "cme", RegistrarOn: true, DialPeers: []phones.DialPeer{
			{Tag: 100, Pattern: "9T", Target: netip.MustParseAddrPort("10.9.9.9:5060"), Transport: "udp"}}}
		for n := 1; n <= 4; n++ {
			number := fmt.Sprint(2000 + n)
			h.cfg.DNs = append(h.cfg.DNs, phones.DN{Tag: n, Number: number, Name: "User " + number, PickupGroup: "7"})
			h.cfg.Pools = append(h.cfg.Pools, phones.Pool{Tag: n, Numbers: []phones.PoolNumber{{Index: 1, DN: n}}, CallWaiting: true})
		}
		if err := x.Apply(context.Background(), phones.Config{}, h.cfg); err != nil {
			t.Fatal(err)
		}
		h.p[0] = h.peer("gw", "10.9.9.9:5060")
		for n := 1; n <= 4; n++ {
			h.p[n] = h.phone(n)
			x.Register(pool(n), phones.PoolSpec(h.cfg, h.cfg.Pools[n-1], func(string) bool { return true }, nil))
		}
		f(h)
		synctest.Wait()
		if s := x.Snapshot(); s.Totals.Active != 0 {
			t.Errorf("%d calls left", s.Totals.Active)
		}
		h.empty()
	})
}

func (p *peer) rtp(n int) string { return fmt.Sprintf("%s:%d", p.addr.Addr(), 4000+n) }

// up brings up a call between two phones.
func (h *house) up(a, b *peer) (caller, callee *talk) {
	h.t.Helper()
	caller = a.dial(b.user)
	caller.request("INVITE", sdpBody(a.rtp(0), ""))
	inv := b.one("INVITE")
	if inv.media() != a.rtp(0)+" sendrecv" {
		h.t.Fatalf("offered %s", inv.media())
	}
	b.answer(inv, "180 Ringing", "cd"+a.user, "")
	a.one("180")
	b.answer(inv, "200 OK", "cd"+a.user, sdpBody(b.rtp(0), ""))
	b.one("ACK")
	ok := a.one("200")
	if ok.media() != b.rtp(0)+" sendrecv" {
		h.t.Fatalf("answered %s", ok.media())
	}
	caller.learn(ok)
	caller.request("ACK", "")
	a.want()
	b.want()
	return caller, b.talkOf(inv, "cd"+a.user)
}

// reinvited answers a re-INVITE that says to send to at.
func (p *peer) reinvited(media string) {
	p.b.t.Helper()
	p.took(p.one("INVITE"), media)
}

func (p *peer) took(inv message, media string) {
	p.b.t.Helper()
	if inv.media() != media {
		p.b.t.Fatalf("%s is told %s, want %s", p.user, inv.media(), media)
	}
	dir := ""
	if strings.HasSuffix(media, "inactive") {
		dir = "inactive"
	}
	p.answer(inv, "200 OK", "", sdpBody(p.rtp(0), dir))
	p.one("ACK")
}

func TestLiveCall(t *testing.T) {
	live(t, func(h *house) {
		a, _ := h.up(h.p[1], h.p[2])
		a.request("BYE", "")
		h.p[1].one("200")
		h.p[2].one("BYE")
		_, b := h.up(h.p[1], h.p[2])
		b.request("BYE", "")
		h.p[2].one("200")
		h.p[1].one("BYE")
	})
}

func TestLiveFailures(t *testing.T) {
	live(t, func(h *house) {
		p, q := h.p[1], h.p[2]
		d := p.dial("2099")
		d.request("INVITE", sdpBody(p.rtp(0), ""))
		p.one("404")
		d.refused()

		d = p.dial("2002")
		d.request("INVITE", sdpBody(p.rtp(0), ""))
		q.answer(q.one("INVITE"), "486 Busy Here", "t", "")
		p.one("486")
		d.refused()
		q.one("ACK")

		d = p.dial("2002")
		d.request("INVITE", sdpBody(p.rtp(0), ""))
		inv := q.one("INVITE")
		q.answer(inv, "180 Ringing", "t", "")
		p.one("180")
		d.request("CANCEL", "")
		p.want("200", "487")
		d.refused()
		q.one("CANCEL")
		q.answer(inv, "487 Request Terminated", "t", "")
		q.one("ACK")

		h.x.Unregister(pool(2))
		d = p.dial("2002")
		d.request("INVITE", sdpBody(p.rtp(0), ""))
		p.one("480")
		d.refused()
		time.Sleep(5 * time.Second)
		p.want()
	})
}

func TestLiveNoAnswer(t *testing.T) {
	live(t, func(h *house) {
		p, q := h.p[1], h.p[2]
		d := p.dial("2002")
		d.request("INVITE", sdpBody(p.rtp(0), ""))
		inv := q.one("INVITE")
		q.answer(inv, "180 Ringing", "t", "")
		p.one("180")
		time.Sleep(181 * time.Second)
		q.one("CANCEL")
		q.answer(inv, "487 Request Terminated", "t", "")
		q.one("ACK")
		if h := p.hear(); len(h) == 0 || !strings.HasPrefix(h[0].First, "SIP/2.0 4") {
			t.Errorf("%+v", h)
		}
		d.refused()
		time.Sleep(5 * time.Second)
	})
}

func TestLiveHold(t *testing.T) {
	live(t, func(h *house) {
		p, q := h.p[1], h.p[2]
		a, b := h.up(p, q)
		for range 2 {
			a.request("INVITE", sdpBody(p.rtp(0), "sendonly"))
			p.one("200")
			a.request("ACK", "")
			q.reinvited("0.0.0.0:16384 inactive")
			a.request("INVITE", sdpBody(p.rtp(2), ""))
			if ok := p.one("200"); ok.media() != q.rtp(0)+" sendrecv" {
				t.Error(ok.media())
			}
			a.request("ACK", "")
			q.reinvited(p.rtp(2) + " sendrecv")
		}
		p.want()
		b.request("BYE", "")
		q.one("200")
		p.one("BYE")
	})
}

func TestLiveBlindTransfer(t *testing.T) {
	live(t, func(h *house) {
		p, q, r := h.p[1], h.p[2], h.p[3]
		a, b := h.up(p, q)
		a.request("INVITE", sdpBody(p.rtp(0), "sendonly"))
		p.one("200")
		a.request("ACK", "")
		q.reinvited("0.0.0.0:16384 inactive")
		a.request("REFER", "", "Refer-To: <sip:2003@10.1.1.2>")
		p.want("202", "NOTIFY")
		inv := r.one("INVITE")
		if !strings.HasPrefix(inv.Get("From"), `"User 2002" <sip:2002@`) {
			t.Error(inv.Get("From"))
		}
		r.answer(inv, "200 OK", "rt", sdpBody(r.rtp(0), ""))
		if n := p.want("NOTIFY", "BYE")[0]; n.Body != "SIP/2.0 200 OK\r\n" {
			t.Error(n.Body)
		}
		if inv.media() != q.rtp(0)+" sendrecv" {
			t.Error(inv.media())
		}
		r.one("ACK")
		q.reinvited(r.rtp(0) + " sendrecv")
		b.request("BYE", "")
		q.one("200")
		r.one("BYE")
	})
}

func TestLiveAttendedTransfer(t *testing.T) {
	live(t, func(h *house) {
		p, q, r := h.p[1], h.p[2], h.p[3]
		a, b := h.up(p, q)
		a.request("INVITE", sdpBody(p.rtp(0), "inactive"))
		p.one("200")
		a.request("ACK", "")
		q.reinvited("0.0.0.0:16384 inactive")
		c, _ := h.up(p, r)
		a.request("REFER", "", fmt.Sprintf("Refer-To: <sip:2003@10.1.1.2?Replaces=%s%%3Bto-tag%%3D%s%%3Bfrom-tag%%3D%s>",
			strings.ReplaceAll(c.callID, ":", "%3A"), c.remoteTag, c.localTag))
		h1 := p.hear()
		if len(h1) != 5 || !strings.HasPrefix(h1[0].First, "SIP/2.0 202") {
			t.Errorf("%d messages: %+v", len(h1), h1)
		}
		q.reinvited(r.rtp(0) + " sendrecv")
		r.reinvited(q.rtp(0) + " sendrecv")
		q.want()
		b.request("BYE", "")
		q.one("200")
		r.one("BYE")
	})
}

func TestLiveTrunk(t *testing.T) {
	live(t, func(h *house) {
		p, gw := h.p[1], h.p[0]
		d := p.dial("95551234")
		d.request("INVITE", sdpBody(p.rtp(0), ""))
		inv := gw.one("INVITE sip:95551234@10.9.9.9:5060 ")
		gw.answer(inv, "183 Session Progress", "g", sdpBody(gw.rtp(0), ""))
		if m := p.one("183"); m.media() != gw.rtp(0)+" sendrecv" {
			t.Error(m.media())
		}
		gw.answer(inv, "200 OK", "g", sdpBody(gw.rtp(0), ""))
		gw.one("ACK")
		d.learn(p.one("200"))
		d.request("ACK", "")
		gw.talkOf(inv, "g").request("BYE", "")
		gw.one("200")
		p.one("BYE")

		in := gw.dial("2001")
		in.request("INVITE", sdpBody(gw.rtp(0), ""))
		inv = p.one("INVITE")
		if inv.Get("Alert-Info") != "<file://Bellcore-dr2/>" || !strings.HasPrefix(inv.Get("From"), "<sip:gw@") {
			t.Error(inv.Headers)
		}
		p.answer(inv, "200 OK", "p", sdpBody(p.rtp(0), ""))
		p.one("ACK")
		in.learn(gw.one("200"))
		in.request("ACK", "")
		in.request("BYE", "")
		gw.one("200")
		p.one("BYE")

		d = p.dial("95551234")
		d.request("INVITE", sdpBody(p.rtp(0), ""))
		gw.answer(gw.one("INVITE"), "503 Service Unavailable", "g", "")
		gw.one("ACK")
		p.one("503")
		d.refused()
		time.Sleep(5 * time.Second)
	})
}

func TestLivePickup(t *testing.T) {
	live(t, func(h *house) {
		p, q, r := h.p[1], h.p[2], h.p[3]
		d := p.dial("2002")
		d.request("INVITE", sdpBody(p.rtp(0), ""))
		inv := q.one("INVITE")
		q.answer(inv, "180 Ringing", "t", "")
		p.one("180")
		e := r.dial("2002")
		e.request("INVITE", sdpBody(r.rtp(0), ""), fmt.Sprintf("Replaces: %s;to-tag=%s;from-tag=t", inv.Get("Call-ID"), inv.Tag("From")))
		q.one("CANCEL")
		q.answer(inv, "487 Request Terminated", "t", "")
		q.one("ACK")
		ok := r.one("200")
		if ok.media() != p.rtp(0)+" sendrecv" {
			t.Error(ok.media())
		}
		e.learn(ok)
		e.request("ACK", "")
		ok = p.one("200")
		if ok.media() != r.rtp(0)+" sendrecv" {
			t.Error(ok.media())
		}
		d.learn(ok)
		d.request("ACK", "")
		e.request("BYE", "")
		r.one("200")
		p.one("BYE")
	})
}

// A phone whose registration ends loses its call.
func TestLivePhoneUnregisters(t *testing.T) {
	live(t, func(h *house) {
		h.up(h.p[1], h.p[2])
		h.x.Unregister(pool(2))
		h.p[1].one("BYE")
		h.p[2].one("BYE")
	})
}

// A phone that vanishes: its BYE is not answered, and nothing is left.
func TestLivePhoneVanishes(t *testing.T) {
	live(t, func(h *house) {
		a, _ := h.up(h.p[1], h.p[2])
		h.p[2].conn.Close()
		a.request("INVITE", sdpBody(h.p[1].rtp(0), "sendonly"))
		h.p[1].one("200")
		a.request("ACK", "")
		time.Sleep(33 * time.Second)
		h.p[1].one("BYE")
		time.Sleep(33 * time.Second)
	})
}

// Shared numbers: the other phone's ringing ends.
func TestLiveForkingContacts(t *testing.T) {
	live(t, func(h *house) {
		p, q := h.p[1], h.p[2]
		second := h.peer("2002", "10.1.1.92:5060")
		h.register(2, second)
		d := p.dial("2002")
		d.request("INVITE", sdpBody(p.rtp(0), ""))
		i1, i2 := q.one("INVITE"), second.one("INVITE")
		q.answer(i1, "180 Ringing", "t1", "")
		p.one("180")
		second.answer(i2, "200 OK", "t2", sdpBody(second.rtp(0), ""))
		second.one("ACK")
		ok := p.one("200")
		q.one("CANCEL")
		q.answer(i1, "487 Request Terminated", "t1", "")
		q.one("ACK")
		d.learn(ok)
		d.request("ACK", "")
		d.request("BYE", "")
		p.one("200")
		second.one("BYE")
	})
}
