package relay

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/internal/memnet"
	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/presence"
)

// told is a hub that remembers.
type told struct{ lines map[uint32]presence.Line }

func (h *told) IDsAfter(uint32) {}

func (h *told) PublishRemote(id uint32, l presence.Line) { h.lines[id] = l }
func (h *told) RemoteFailed(uint32, int, bool)           {}

// FuzzNotify: whatever a NOTIFY says, it is answered, and only one in our dialog can
// change what is known.
func FuzzNotify(f *testing.F) {
	head := "Event: presence\r\nSubscription-State: active;expires=60\r\nContact: <sip:h>\r\nContent-Type: application/pidf+xml\r\n"
	f.Add(true, true, head, doc(busy))
	f.Add(true, false, head, doc(idle))
	f.Add(false, true, head, doc(idle))
	f.Add(true, true, strings.Replace(head, "active", "terminated;reason=invariant;retry-after=99999999999", 1), doc(idle))
	f.Add(true, true, "Event: presence;id=\"\r\nSubscription-State: ;;\r\nContact: *\r\nRecord-Route: <sip:x;lr>,\r\n", "<")
	parser := sip.NewParser()
	f.Fuzz(func(t *testing.T, ours, again bool, headers, body string) {
		ua := sipua.New(sipua.Options{Net: memnet.New().Host(router.Addr()), Workers: 1})
		defer ua.Close()
		h := &told{map[uint32]presence.Line{}}
		r := New(Options{UA: ua, Log: logbuf.New(time.Now)})
		defer r.log.Close()
		r.hub, r.open = h, true
		s := &sub{out: presence.Outgoing{SibID: 2, SubID: 1, Number: "5001", Server: server1.Addr(), RetryLimit: 10}}
		s.next.do = func() { r.try(s) }
		r.subs[2] = s
		r.try(s)
		u := s.use
		callID := u.d.CallID
		if !ours {
			callID = "other"
		}
		for seq := range 2 {
			msg, err := parser.ParseSIP([]byte(fmt.Sprintf("NOTIFY sip:x@y SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK%d\r\nFrom: <sip:a@b>;tag=far\r\n"+
				"To: <sip:c@d>;tag=%s\r\nCall-ID: %s\r\nCSeq: %d NOTIFY\r\n%s\r\n%s", seq, u.d.LocalTag, callID, seq+1, headers, body)))
			if err != nil {
				return
			}
			req, ok := msg.(*sip.Request)
			if !ok || req.Method != sip.NOTIFY || req.From() == nil || req.To() == nil {
				return
			}
			a := r.heard(req)
			if a.code < 200 || a.code > 599 || len(a.headers)%2 != 0 {
				t.Fatalf("answer %+v", a)
			}
			if callID == "other" && sipua.Value(req, "Call-ID") == "other" && (a.code != 481 || len(h.lines) > 0) {
				t.Fatalf("a stranger got %d and made %v", a.code, h.lines)
			}
			if s.use == nil && !s.settled && h.lines[2] != (presence.Line{}) {
				t.Fatalf("no subscription, and %v", h.lines)
			}
			if len(r.alarms) > 4 || len(r.usages) > 2 {
				t.Fatalf("%d alarms, %d usages", len(r.alarms), len(r.usages))
			}
			if !again {
				return
			}
		}
	})
}
