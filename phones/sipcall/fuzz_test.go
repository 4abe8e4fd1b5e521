package sipcall

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/phones/call"
)

// FuzzDatagrams sends a registered phone's datagrams, one after the other, and hangs
// up whatever came of them. A CRLF-free line "%%%" parts two of them; $TAG stands for our newest To tag.
func FuzzDatagrams(f *testing.F) {
	d := &talk{p: &peer{user: "2001"}, callID: "c", localTag: "f", local: "<sip:2001@h>", remote: "<sip:2002@h>", target: "sip:2002@10.1.1.2", cseq: 1}
	d.p.addr = server
	invite := d.text("INVITE", "z9hG4bK1", sdpBody("10.1.1.11:4000", ""))
	d.remoteTag = "$TAG"
	ack := d.text("ACK", "z9hG4bK2", "")
	d.cseq = 2
	f.Add(invite + "%%%" + ack + "%%%" + d.text("REFER", "z9hG4bK3", "", "Refer-To: <sip:2003@h?Replaces=c%3Bto-tag%3D1%3Bfrom-tag%3Df>"))
	f.Add(invite + "%%%" + ack + "%%%" + d.text("INVITE", "z9hG4bK4", sdpBody("10.1.1.11:4000", "sendonly"), "Session-Expires: 1800;refresher=uas", "Supported: timer"))
	f.Add(invite + "%%%" + d.text("UPDATE", "z9hG4bK5", "") + "%%%" + d.text("BYE", "z9hG4bK6", ""))
	f.Add(strings.Replace(invite, "Contact:", "Replaces: c;to-tag=$TAG;from-tag=f\r\nContact:", 1))
	f.Add(d.text("REFER", "z9hG4bK7", remoteCCBody("Park", d), "Content-Type: application/x-cisco-remotecc-request+xml"))
	f.Add(strings.Replace(invite, "Content-Type: application/sdp", "Content-Type: multipart/mixed;boundary=x", 1))
	f.Fuzz(func(t *testing.T, script string) {
		synctest.Test(t, func(t *testing.T) {
			b := newBed(t)
			defer b.close()
			p := b.phone(1)
			tag := ""
			for i, text := range strings.Split(script, "%%%") {
				if i == 8 {
					break
				}
				p.send(strings.ReplaceAll(text, "$TAG", tag))
				for _, m := range p.hear() {
					if got := m.Tag("To"); got != "" && strings.HasPrefix(m.First, "SIP/2.0") {
						tag = got
					}
				}
				b.answerAll()
			}
			time.Sleep(10 * time.Minute) // nothing waits for ever
			b.view(pool(1))
			time.Sleep(time.Hour)
			b.empty()
		})
	})
}

// answerAll shows a connected call for every Dial so far.
func (b *bed) answerAll() {
	synctest.Wait()
	for _, text := range b.inputs() {
		var ref uint32
		if n, _ := fmt.Sscanf(text, "dial pool-1 %d", &ref); n == 1 {
			b.view(pool(1), connectedView(ref))
		}
	}
}

func connectedView(ref uint32) call.CallView {
	return call.CallView{Ref: ref, State: call.Connected, Button: 1, Outgoing: true, Calling: alice, Called: bob, Send: media("10.1.1.12:5000")}
}
