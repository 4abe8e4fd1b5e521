package sip

import (
	"testing"

	"github.com/busylamp/busylamp/presence"
)

// The gates come before anything in the request is looked at, so that a stranger
// learns nothing from how it is answered.
func TestGatesComeFirst(t *testing.T) {
	for _, bad := range []sub{
		{event: "weather"}, {expires: "5"}, {accept: "text/plain"},
	} {
		run(t, func(r *rig) {
			r.configure(func(c *presence.Config) { c.WatchAll = false })
			no, _ := r.phone("10.9.9.9:5060").subscribe(bad)
			want(t, "stranger", no.First, "SIP/2.0 403 Forbidden")
		})
		run(t, func(r *rig) {
			r.configure(func(c *presence.Config) { c.AuthenticatePresence = true })
			no, _ := r.phone("10.9.9.9:5060").subscribe(bad)
			want(t, "who must prove", no.First, "SIP/2.0 401 Unauthorized")
		})
		run(t, func(r *rig) {
			r.configure(func(c *presence.Config) { c.Enabled = false })
			no, _ := r.phone("10.1.1.11:5060").subscribe(bad)
			want(t, "feature off", no.First, "SIP/2.0 480 Temporarily Unavailable")
		})
	}
}

// Nobody was subscribed to, so every NOTIFY is astray.
func TestStrayNotify(t *testing.T) {
	run(t, func(r *rig) {
		p := r.phone("10.9.9.9:5060")
		p.send([]byte("NOTIFY sip:2001@10.1.1.2 SIP/2.0\r\nVia: SIP/2.0/UDP 10.9.9.9:5060;branch=z9hG4bKstray\r\n" +
			"From: <sip:2001@10.9.9.9>;tag=a\r\nTo: <sip:2001@10.1.1.2>;tag=b\r\nCall-ID: stray\r\nCSeq: 1 NOTIFY\r\n" +
			"Event: presence\r\nSubscription-State: active\r\nContent-Length: 0\r\n\r\n"))
		h := p.hear()
		if len(h) != 1 {
			t.Fatalf("heard %+v", h)
		}
		want(t, "answer", h[0].Headers["cseq"][0]+" "+h[0].First[:11], "1 NOTIFY SIP/2.0 481")
	})
}
