package sipcall

import (
	"net"
	"strings"
	"testing"
	"time"
)

// A phone's 302 leads elsewhere, if it names a number; that of a trunk does not.
func TestLiveRedirection(t *testing.T) {
	live(t, func(h *house) {
		p, q, r, gw := h.p[1], h.p[2], h.p[3], h.p[0]
		for _, c := range []struct {
			contact string
			rings   bool
		}{{"<sip:2003@10.1.1.2>", true}, {"<sip:+2003@other.example;x=y>", true}, {"<sip:mailbox@10.1.1.2>", false}} {
			d := p.dial("2002")
			d.request("INVITE", sdpBody(p.rtp(0), ""))
			inv := q.one("INVITE")
			q.redirects(inv, c.contact)
			q.one("ACK")
			if !c.rings {
				p.one("480")
				d.refused()
				time.Sleep(5 * time.Second)
				continue
			}
			inv = r.one("INVITE sip:2003@") // whatever the host, and with + by its digits
			if got := inv.Get("Diversion"); !strings.HasPrefix(got, `"User 2002" <sip:2002@`) {
				t.Error(got)
			}
			d.request("CANCEL", "")
			p.want("200", "487")
			d.refused()
			r.answer(inv, "487 Request Terminated", "r", "") // before the CANCEL, which needs a 180
			r.one("ACK")
		}
		d := p.dial("95551234")
		d.request("INVITE", sdpBody(p.rtp(0), ""))
		gw.redirects(gw.one("INVITE"), "<sip:2003@10.1.1.2>")
		gw.one("ACK")
		p.one("480")
		d.refused()
		r.want()
		time.Sleep(5 * time.Second)
	})
}

// redirects answers with a Contact of its own.
func (p *peer) redirects(inv message, contact string) {
	at := *p.conn.LocalAddr().(*net.UDPAddr)
	p.send(inv.Response("302 Moved Temporarily", at.IP.String()) + "Contact: " + contact + "\r\nContent-Length: 0\r\n\r\n")
}
