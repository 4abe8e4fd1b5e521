package sip

import (
	"strings"

	"github.com/emiago/sipgo/sip"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/presence"
	"github.com/busylamp/busylamp/presence/pidf"
)

// publish handles PUBLISH, on the worker of its Call-ID.
func (a *Adapter) publish(tx *sipua.ServerTx) {
	if no := a.takePublication(tx); no != nil {
		a.refuse(tx, no)
	}
}

// takePublication goes through the steps of RFC 3903 6. Only phones may publish, and
// only about themselves: whoever else asks learns nothing.
func (a *Adapter) takePublication(tx *sipua.ServerTx) *refusal {
	req := tx.Request()
	if tx.Merged() {
		return refuse(482)
	}
	contacts, err := sipua.Contacts(req)
	if err != nil {
		return refuse(400).because("Contact is no SIP URI")
	}
	from, asked := sipua.User(&req.From().Address), req.Recipient
	watcher, ok := a.phone(tx, from, contacts)
	if !ok {
		return refuse(403)
	}
	if err := a.hub.Admit(presence.SIPPhone); err != nil {
		return refusedBy(err)
	}
	if asked.User == "" {
		asked = req.To().Address
	}
	if sipua.User(&asked) != from {
		return refuse(403)
	}
	if tags := sipua.Unsupported(req); len(tags) > 0 {
		return refuse(420, "Unsupported", strings.Join(tags, ", "))
	}
	if event, _ := sipua.SplitValue(sipua.Value(req, "Event")); event != "presence" || len(sipua.Values(req, "Event")) > 1 {
		return refuse(489, "Allow-Events", "presence")
	}
	matches := sipua.Values(req, "SIP-If-Match")
	if len(matches) > 1 || len(matches) == 1 && !isToken(matches[0]) {
		return refuse(400).because("one SIP-If-Match with one entity-tag is taken")
	}
	match := strings.Join(matches, "")
	expires, no := readExpires(tx)
	if no != nil {
		return no
	}
	dnd, no := readPublished(req, len(matches) == 0 && expires > 0)
	if no != nil {
		return no
	}
	etag, ok := a.publisher.put(watcher.Pool, tx.Source().Addr().Unmap(), from, match, dnd, expires)
	if !ok {
		return refuse(412)
	}
	if err := tx.Reject(200, "", "SIP-ETag", etag, "Expires", sipua.Seconds(expires)); err != nil {
		a.debug(topicErrors, 0, "presence_sip_publish", "200 not sent: %v", err)
	}
	return nil
}

// readPublished reads the body: whether the phone is in Do Not Disturb; nil if there is
// none, as in a refresh.
func readPublished(req *sip.Request, needed bool) (*bool, *refusal) {
	if len(req.Body()) == 0 {
		if needed {
			return nil, refuse(400).because("a first PUBLISH has a body")
		}
		return nil, nil
	}
	kind, _ := sipua.SplitValue(sipua.Value(req, "Content-Type"))
	switch strings.ToLower(kind) {
	case pidf.ContentType, pidf.ContentTypeOld:
	default:
		return nil, refuse(415, "Accept", pidf.ContentType+", "+pidf.ContentTypeOld)
	}
	b, err := pidf.Decode(req.Body())
	if err != nil {
		return nil, refuse(400).because("no presence document")
	}
	return &b.Line.DnD, nil
}
