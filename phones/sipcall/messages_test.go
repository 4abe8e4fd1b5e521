package sipcall

import (
	"strings"
	"testing"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
)

func TestMessagesWaiting(t *testing.T) {
	run(t, func(b *bed) {
		p := b.phone(1)
		lines := []call.LineView{{Button: 1, DN: phones.DNID{SIP: true, Tag: 1}, Number: "2001"}, {Button: 2, DN: phones.DNID{Tag: 1}, Number: "2009", Waiting: true}}
		show := func(waiting bool) {
			now := append([]call.LineView{}, lines...)
			now[0].Waiting = waiting
			b.x.sinks[phones.PoolDevice].Show(call.View{Device: pool(1), Lines: now})
		}
		show(false)
		p.want()
		b.apply(Config{MWI: map[int]bool{1: true}})
		p.one("NOTIFY")
		for _, c := range []struct {
			waiting bool
			want    string
		}{{false, ""}, {true, "yes"}, {true, ""}, {false, "no"}} {
			show(c.waiting)
			if c.want == "" {
				p.want()
				continue
			}
			n := p.one("NOTIFY sip:2001@10.1.1.11:5060 ")
			if n.Get("Event") != "message-summary" || n.Body != "Messages-Waiting: "+c.want+"\r\nMessage-Account: sip:2001@10.1.1.2\r\n" ||
				n.Get("Content-Type") != "application/simple-message-summary" || !strings.HasPrefix(n.Get("From"), "<sip:2001@10.1.1.2>;tag=") {
				t.Errorf("%+v", n)
			}
		}
		show(true)
		p.one("NOTIFY")
		b.show(call.View{Device: pool(1), Gone: true})
		show(true) // it has come anew
		p.one("NOTIFY")
		b.apply(Config{})
		show(false)
		p.want()
	})
}
