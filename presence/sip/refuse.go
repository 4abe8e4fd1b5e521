package sip

import (
	"errors"
	"strings"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/internal/sipua/digest"
	"github.com/busylamp/busylamp/presence"
)

// refusal is the answer to a SUBSCRIBE that is not accepted.
type refusal struct {
	code    int
	why     string   // for Warning and the debug output
	headers []string // name, value, …
}

func refuse(code int, headers ...string) *refusal { return &refusal{code: code, headers: headers} }

// because adds an explanation; it goes into a Warning (RFC 3261 20.43).
func (r *refusal) because(why string) *refusal {
	r.why = why
	return r
}

// refusedBy turns an error of the hub into an answer.
func refusedBy(err error) *refusal {
	var limit presence.ErrLimit
	switch {
	case errors.As(err, &limit):
		return refuse(480, "Retry-After", sipua.Seconds(limit.RetryAfter)).because(limit.Error())
	case errors.Is(err, presence.ErrDisabled):
		return refuse(480, "Retry-After", sipua.Seconds(presence.RetryAfter)).because(err.Error())
	case errors.Is(err, presence.ErrForbidden):
		return refuse(403)
	case errors.Is(err, presence.ErrNotFound):
		return refuse(404)
	case errors.Is(err, presence.ErrGone):
		return refuse(481)
	default:
		return refuse(503, "Retry-After", sipua.Seconds(presence.RetryAfter))
	}
}

func (a *Adapter) refuse(tx *sipua.ServerTx, r *refusal) {
	if r.why != "" {
		r.headers = append(r.headers, "Warning", `399 `+a.ua.Advertised().String()+` "`+r.why+`"`)
	}
	if a.log.Enabled(topicErrors) {
		a.debug(topicErrors, 0, "presence_sip_subscribe", "%s from %s for %s refused: %s", tx.Request().Method, tx.Source(),
			tx.Request().Recipient.String(), strings.TrimSpace(sipua.ReasonPhrase(r.code)+" "+r.why))
	}
	if err := tx.Reject(r.code, "", r.headers...); err != nil {
		a.debug(topicErrors, 0, "presence_sip_subscribe", "%d not sent: %v", r.code, err)
	}
}

// stray answers NOTIFYs where nobody has subscribed to anything (RFC 6665 4.1.3);
// presence/relay takes them over, which does.
func (a *Adapter) stray(tx *sipua.ServerTx) { a.refuse(tx, refuse(481)) }

// authenticate challenges external watchers under `authenticate presence`; local
// ones never (guide: "Local subscription requests cannot be authenticated").
// proved says that the watcher has shown who it is, and as whom.
func (a *Adapter) authenticate(tx *sipua.ServerTx, external bool) (proved proof, no *refusal) {
	if !external || !a.hub.Config().AuthenticatePresence {
		return 0, nil
	}
	realm := ""
	if a.realm != nil {
		realm = a.realm()
	}
	if realm == "" {
		realm = a.ua.Advertised().Addr().String()
	}
	req := tx.Request()
	result := a.verifier.Verify(digest.Request{
		Method: "SUBSCRIBE", URI: req.Recipient.String(), Authorization: sipua.Values(req, "Authorization"),
		Source: tx.Source().Addr(), Realm: realm,
	}, a.credentials)
	switch result.Outcome {
	case digest.OK:
		return a.proofOf(result.User), nil
	case digest.Blocked:
		return 0, refuse(403)
	}
	no = refuse(401)
	for _, c := range a.verifier.Challenges(tx.Source().Addr(), realm, result.Outcome == digest.Stale) {
		no.headers = append(no.headers, "WWW-Authenticate", c)
	}
	return 0, no
}
