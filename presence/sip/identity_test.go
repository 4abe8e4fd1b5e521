package sip

import (
	"strings"
	"testing"

	"github.com/busylamp/busylamp/presence"
)

// A registered phone's address is no proof for a request that came by way of
// somebody else, or wants its NOTIFYs there.
func TestOnlyADirectRequestIsAPhones(t *testing.T) {
	for _, more := range []string{
		"Record-Route: <sip:6.6.6.6;lr>\r\n",
		"Via: SIP/2.0/UDP 6.6.6.6;branch=z9hG4bKx\r\n",
		"v: SIP/2.0/UDP 6.6.6.6;branch=z9hG4bKx, SIP/2.0/UDP 6.6.6.7;branch=z9hG4bKy\r\n",
	} {
		run(t, func(r *rig) {
			p, evil := r.phone("10.1.1.11:5060"), r.phone("6.6.6.6:5060")
			p.subscribe(sub{more: more})
			want(t, more, r.hub.Snapshot().Records[0].Kind, presence.SIPTrunk)
			r.configure(func(c *presence.Config) { c.WatchAll = false })
			p.hear()
			evil.hear()
			no, _ := p.subscribe(sub{more: more, callID: "second"})
			want(t, more, no.first, "SIP/2.0 403 Forbidden")
			want(t, more, len(evil.hear()), 0)
		})
	}
	run(t, func(r *rig) {
		p := r.phone("10.1.1.11:5060")
		list := strings.Replace(string(p.write(sub{})), ";rport\r\n", ";rport, SIP/2.0/UDP 6.6.6.6;branch=z9hG4bKx\r\n", 1)
		p.send([]byte(list))
		p.hear()
		want(t, "list of Vias", r.hub.Snapshot().Records[0].Kind, presence.SIPTrunk)
	})
}
