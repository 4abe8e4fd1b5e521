package softphone

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/presence"
	"github.com/busylamp/busylamp/presence/pidf"
	"github.com/emiago/sipgo/sip"
)

// notified answers a NOTIFY and takes over what it says. RFC 6665 4.1.3.
func (p *Phone) notified(tx *sipua.ServerTx) {
	req := tx.Request()
	switch event, _ := sipua.SplitValue(sipua.Value(req, "Event")); event {
	case "presence":
	case "refer":
		p.referNotify(tx)
		return
	case "message-summary":
		p.messages(tx)
		return
	case "check-sync", "service-control":
		_ = tx.Reject(200, "")
		p.restart()
		return
	default:
		_ = tx.Reject(489, "", "Allow-Events", strings.Join(events, ", "))
		return
	}
	status, params := sipua.SplitValue(sipua.Value(req, "Subscription-State"))
	if status == "" {
		_ = tx.Reject(400, "")
		return
	}
	line, known, err := decode(sipua.Value(req, "Content-Type"), req.Body())
	if err != nil {
		_ = tx.Reject(415, "", "Accept", "application/pidf+xml")
		return
	}
	w, code := p.find(req)
	if code != 0 {
		_ = tx.Reject(code, "")
		return
	}
	_ = tx.Respond(tx.NewResponse(200, "")) // first, as Close waits for the change only

	p.mu.Lock()
	active := !strings.EqualFold(status, "terminated")
	p.change(w, func(s *State) {
		s.Notifies++
		s.Active, s.Reason = active, params["reason"]
		s.Body = string(req.Body())
		if known {
			s.Status, s.Ringing, s.DnD = line.State.String(), line.Ringing, line.DnD
		}
	})
	state := w.state
	var again bool
	var after time.Duration
	if !active {
		p.forget(w)
		after, again = resubscribe(params, w.wanted)
		w.wanted = again
	}
	p.mu.Unlock()
	if again {
		w.renew(after)
	}
	p.report(state)
}

// find is the subscription a NOTIFY belongs to, whose dialog it may open; or the
// status code to refuse it with.
func (p *Phone) find(req *sip.Request) (*watch, int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := sipua.KeyOf(req)
	w := p.dialogs[key.CallID]
	if w == nil || key.LocalTag != w.tag {
		return nil, 481
	}
	if w.dialog == nil {
		d, err := sipua.UACDialogFromNotify(w.request, req) // it has overtaken the 200
		if err != nil {
			return nil, 400
		}
		w.dialog, w.request = d, nil
		return w, 0
	}
	if w.dialog.RemoteTag != key.RemoteTag {
		return nil, 481 // a fork
	}
	switch err := w.dialog.Check(req); {
	case errors.Is(err, sipua.ErrOldCSeq):
		return nil, 500
	case err != nil:
		return nil, 400
	}
	return w, 0
}

// decode reads a body; known is false when there is none. An error means 415.
func decode(contentType string, body []byte) (l presence.Line, known bool, err error) {
	if len(body) == 0 {
		return presence.Line{}, false, nil
	}
	switch kind, _ := sipua.SplitValue(contentType); strings.ToLower(kind) {
	case "application/pidf+xml", "application/cpim-pidf+xml":
	default:
		return presence.Line{}, false, errors.New("unknown type of body")
	}
	b, err := pidf.Decode(body)
	return b.Line, err == nil, err
}

// resubscribe says whether and when to subscribe again after a terminated
// subscription: RFC 6665 4.1.3, by reason.
func resubscribe(params map[string]string, wanted bool) (time.Duration, bool) {
	switch params["reason"] {
	case presence.ReasonRejected, presence.ReasonNoResource, "invariant":
		return 0, false
	case presence.ReasonDeactivated, presence.ReasonTimeout:
		return time.Second, wanted // at once, but not in a circle without end
	}
	if s, err := strconv.Atoi(params["retry-after"]); err == nil && s >= 0 && s <= 24*60*60 {
		return time.Duration(s) * time.Second, wanted
	}
	return retryAfter, wanted
}

// report prints a state and hands it on.
func (p *Phone) report(s State) {
	text := s.Number + " " + s.Status
	if s.Status == "" {
		text = s.Number + " no state"
	}
	if s.Ringing {
		text += " (ringing)"
	}
	if s.DnD {
		text += " (do not disturb)"
	}
	if !s.Active {
		text += ", subscription ended"
		if s.Reason != "" {
			text += ": " + s.Reason
		}
	}
	p.printf("%s", text)
	if p.o.OnState != nil {
		p.out.Lock()
		defer p.out.Unlock()
		p.o.OnState(s)
	}
}
