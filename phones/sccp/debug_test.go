package sccp

import (
	"testing"
	"testing/synctest"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

// The samples of the CME command reference (debug ephone keepalive, message, raw).
func TestDebugMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, guide())
		p := l.register(ephone1, 7, 11)
		p.begin()
		l.logged()
		for _, c := range []struct {
			topic logbuf.Topic
			want  []string
		}{
			{TopicKeepalive, []string{"ephone-1[1]:Keepalive socket[1] SEP003094C3E1A8 "}},
			{TopicMessage, []string{"Received message from phone 1, SkinnyMessageID = StationKeepAliveMessageID",
				"Sending  message to   phone 1, SkinnyMessageID = StationKeepAliveAckMessageID"}},
			{TopicRaw, []string{"skinny socket received 4 bytes on socket [1]\n0  0  0  0  ", "", "SkinnyMessageID = 0",
				"skinny send 4 bytes\n4  0  0  0  0  0  0  0  0  1  0  0  ", "socket [1] sent 12 bytes OK (incl hdr) for ephone-(1)"}},
		} {
			l.log.SetDebug(c.topic, true)
			p.send(&wire.KeepAlive{})
			find[*wire.KeepAliveAck](p)
			l.wantLog(c.want...)
			l.s.DebugOnly(c.topic, []phones.MAC{mac("0030.94C3.F43A")})
			p.send(&wire.KeepAlive{})
			find[*wire.KeepAliveAck](p)
			l.wantLog()
			l.log.SetDebug(c.topic, false)
		}
	})
}

// Lines of the call model about a phone have its name before them where a router
// prints it, and follow the filter.
func TestDebugOfCallModel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, guide())
		l.register(ephone1, 7, 11).begin()
		l.logged()
		d := phones.Device{Kind: phones.EphoneDevice, Tag: 1}
		say := func() {
			l.s.Trace(d, TopicState, "Skinny-to-Skinny call DN 1 to DN 2 instance 1")
			l.s.Trace(d, TopicDetail, "Skinny Call State change for DN 1 SIEZE")
			l.s.Trace(phones.Device{Kind: phones.EphoneDevice, Tag: 3}, TopicDetail, "of a phone that is gone")
		}
		say()
		l.wantLog()
		l.log.SetDebug(TopicState, true)
		say()
		l.wantLog("ephone-1[1]:Skinny-to-Skinny call DN 1 to DN 2 instance 1")
		l.log.SetDebug(TopicState, false)
		l.log.SetDebug(TopicDetail, true)
		say()
		l.wantLog("ephone-1[1]:Skinny-to-Skinny call DN 1 to DN 2 instance 1", "Skinny Call State change for DN 1 SIEZE")
		l.s.DebugOnly(TopicDetail, []phones.MAC{mac("0030.94C3.F43A")})
		say()
		l.wantLog()
	})
}
