package sipcall

import (
	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
)

// replace takes an INVITE with Replaces (RFC 3891). A call that rings by us is picked
// up. An answered one goes on in the new dialog if both are of the same phone, or
// both of trunks; between others the exchange has no such operation: 403.
func (a *Agent) replace(tx *sipua.ServerTx, who caller, dialog *sipua.Dialog, offer *description, value string) {
	id, params := sipua.SplitValue(value)
	old := a.find(id, params["to-tag"])
	if old == nil {
		_ = tx.Reject(481, "")
		return
	}
	_, earlyOnly := params["early-only"]
	ok := a.postRequest(old.device, func(*device) {
		s := old.s
		tag := params["from-tag"]
		switch {
		case old.state == legOver || s.over || tag == "" || tag != old.dialog.RemoteTag && tag != old.earlyTag:
			_ = tx.Reject(481, "")
		case old.state == legEarly && !old.uac: // RFC 3891 3
			_ = tx.Reject(481, "")
		case old.state == legEarly:
			number := s.view.Called.Number
			a.begin(tx, who, dialog, offer, func(n *session) { n.pickUp(who, number, false) })
		case earlyOnly:
			_ = tx.Reject(486, "")
		case who.device != old.device && !(who.device.Kind == phones.TrunkDevice && old.device.Kind == phones.TrunkDevice):
			_ = tx.Reject(403, "")
		default:
			s.move(tx, who, dialog, offer)
		}
	})
	if !ok {
		busy(tx)
	}
}

// move carries the call on in a new dialog.
func (s *session) move(tx *sipua.ServerTx, who caller, dialog *sipua.Dialog, offer *description) {
	old := s.leg
	who.device = s.d.id
	l := s.d.a.newLeg(tx, who, dialog)
	l.s = s
	if !l.enter() {
		busy(tx)
		return
	}
	l.listen(tx, offer)
	l.stream.reported = old.stream.reported
	s.leg = l
	tx.OnCancel(func() {
		s.d.a.post(l.device, func(*device) { l.cancelled(tx) })
	})
	old.end(480)
	if old.stream.held {
		l.stream.held = true // until the offer says otherwise
	}
	if offer != nil {
		l.offered(*offer)
	}
	l.follow()
}

// pickUp answers a call that rings elsewhere: by its number, or in the phone's own
// group.
func (s *session) pickUp(who caller, number string, group bool) {
	x, m := s.d.a.x, s.leg.stream.reported
	x.Press(call.Pickup{Device: s.d.id, Button: s.d.button(who.number), Ref: s.ref, Number: number, Group: group})
	if m.Valid() {
		x.Press(call.MediaReady{Device: s.d.id, Ref: s.ref, Media: m, OK: true})
	}
}
