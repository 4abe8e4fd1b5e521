package sip

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/busylamp/busylamp/internal/siptest"
)

// Whatever a peer sends, the next one is served.
func FuzzSubscribe(f *testing.F) {
	w := &phone{addr: netip.MustParseAddrPort("10.1.1.11:5060")}
	for _, s := range []sub{{}, {event: "presence;id=7", more: "Record-Route: <sip:10.1.1.9;lr>\r\nRequire: x\r\n"},
		{toTag: "t", expires: "0"}, {accept: "a/b;q=0, */*", body: "x", more: "Authorization: Digest username=\"a\"\r\n"},
		{contact: "<sip:a@10.1.1.11;transport=tcp>", more: "Record-Route: <sip:10.1.1.8>\r\n"}} {
		f.Add(w.write(s))
	}
	for _, msg := range seeds(w, "t") {
		f.Add(msg)
	}
	r := newRig(f)
	r.cfg.MaxSubscriptions = 1 << 30
	if err := r.hub.Apply(f.Context(), r.cfg, r.cfg); err != nil {
		f.Fatal(err)
	}
	f.Cleanup(r.close)
	open := func(addr netip.AddrPort) net.PacketConn {
		conn, err := r.net.Host(addr.Addr()).ListenPacket(addr)
		if err != nil {
			f.Fatal(err)
		}
		f.Cleanup(func() { conn.Close() })
		return conn
	}
	hostile, sane := open(w.addr), open(netip.MustParseAddrPort("10.1.1.12:5060"))
	p := &phone{addr: netip.MustParseAddrPort("10.1.1.12:5060")}
	n, buf := 0, make([]byte, 65536)
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = hostile.WriteTo(b, net.UDPAddrFromAddrPort(server))
		n++
		p.cseq = 0
		_, _ = sane.WriteTo(p.write(sub{callID: fmt.Sprint("sane", n), expires: "0"}), net.UDPAddrFromAddrPort(server))
		// The first copies of the two messages of a fetch; older ones may be repeated.
		for _, want := range []string{"SIP/2.0 200 OK", "NOTIFY sip:3001@10.1.1.12:5060 SIP/2.0"} {
			sane.SetReadDeadline(time.Now().Add(5 * time.Second))
			for {
				size, from, err := sane.ReadFrom(buf)
				if os.IsTimeout(err) {
					t.Fatalf("no %s after %q", want, b)
				}
				m := siptest.Parse(buf[:size])
				if strings.HasPrefix(m.First, "NOTIFY") {
					p.answer = "200 OK"
					m.Back = func(b []byte) { sane.WriteTo(b, from) }
					p.take(m)
					p.heard = nil
				}
				if m.Get("Call-ID") == fmt.Sprint("sane", n) {
					if m.First != want {
						t.Fatalf("got %s after %q", m.First, b)
					}
					break
				}
			}
		}
	})
}
