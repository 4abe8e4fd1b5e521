package sipcall

import (
	"fmt"

	"github.com/emiago/sipgo/sip"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/phones"
)

// tellMessages tells a phone of each line with `mwi` whether messages wait, unless it
// knows.
func (d *device) tellMessages() {
	if d.id.Kind != phones.PoolDevice || d.view.Gone {
		return
	}
	mwi := d.a.config.Load().MWI
	for _, l := range d.view.Lines {
		if !l.DN.SIP || !mwi[l.DN.Tag] {
			delete(d.messages, l.Number)
			continue
		}
		if told, known := d.messages[l.Number]; known && told == l.Waiting {
			continue
		}
		if d.messages == nil {
			d.messages = map[string]bool{}
		}
		d.messages[l.Number] = l.Waiting
		for i, b := range d.a.dir.Contacts(d.id.Tag, l.Number) {
			if i == maxForks {
				break
			}
			d.a.messages(b, l.Waiting)
		}
	}
}

// messages sends the NOTIFY. How many messages there are nobody here knows.
func (a *Agent) messages(b phones.Binding, wait bool) {
	mailbox := "sip:" + sipua.EscapeUser(b.Number) + "@" + a.ua.Advertised().Addr().String()
	req := a.unsolicited(b, "<"+mailbox+">")
	if req == nil {
		return
	}
	word := "no"
	if wait {
		word = "yes"
	}
	add(req, "Event", "message-summary", "Content-Type", "application/simple-message-summary")
	req.SetBody(fmt.Appendf(nil, "Messages-Waiting: %s\r\nMessage-Account: %s\r\n", word, mailbox))
	to, _ := reach(b)
	a.ua.Send(req, to, func(*sip.Response, error) {}) // it is told again when it comes anew
}
