// Package sip is the registrar: it takes REGISTER requests apart, checks
// digests, asks phones.Registry and answers.
//
// Only internal/app imports it. It runs on the workers of sipua, which call the
// handler once per request, in order for each Call-ID; it has no goroutine and
// nothing to close.
package sip

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"strings"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/internal/sipua/digest"
	"github.com/busylamp/busylamp/phones"
	"github.com/emiago/sipgo/sip"
)

// Options are what a Registrar works with.
type Options struct {
	UA       *sipua.UA
	Registry *phones.Registry
	Log      *logbuf.Log

	// Guard is asked about the source of every REGISTER: what it would not pass is
	// taken only if the registry welcomes it. nil passes all. It must not block.
	Guard func(source netip.Addr) sipua.Verdict

	// Clock is the time that phones are told; nil: the host's.
	Clock func() time.Time
}

// Registrar answers REGISTER (RFC 3261 10.3). It offers no GRUU and no outbound:
// phones would then put contacts into their requests that lead nowhere.
type Registrar struct {
	ua       *sipua.UA
	registry *phones.Registry
	log      *logbuf.Log
	verifier *digest.Verifier
	guard    func(netip.Addr) sipua.Verdict
	clock    func() time.Time
}

// New makes a Registrar and installs its handler, so it must be called before
// the first UA.Apply.
func New(o Options) *Registrar {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	r := &Registrar{ua: o.UA, registry: o.Registry, log: o.Log, guard: o.Guard, clock: o.Clock, verifier: digest.NewVerifier(digest.Options{})}
	o.UA.Handle("REGISTER", r.handle)
	return r
}

// handle answers one REGISTER. Transport errors of the answer are sipua's to
// log; the phone repeats its request.
func (r *Registrar) handle(tx *sipua.ServerTx) {
	req := tx.Request()
	reg, err := parse(req)
	reg.Source, reg.Transport = tx.Source(), strings.ToLower(tx.Transport())
	if r.refused(tx, &reg, err == nil) {
		return
	}
	if tx.Merged() {
		_ = tx.Reject(482, "")
		return
	}
	if tags := sipua.Unsupported(req); len(tags) > 0 {
		_ = tx.Reject(420, "", "Unsupported", strings.Join(tags, ", "))
		return
	}
	if err != nil {
		r.log.Debugf(phones.TopicErrors, "VOICE_REG_POOL: Bad register request from (%s)", tx.Source().Addr())
		_ = tx.Reject(400, "")
		return
	}
	if !r.authenticate(tx, &reg) {
		return
	}
	res, err := r.registry.Register(reg)
	if err != nil {
		r.refuse(tx, err)
		return
	}
	_ = tx.Respond(accept(tx, res, r.clock(), r.ua.Offers()))
}

// refused turns away whom nobody trusts, before anything else is said to it.
func (r *Registrar) refused(tx *sipua.ServerTx, reg *phones.Registration, parsed bool) bool {
	if r.guard == nil {
		return false
	}
	v := r.guard(reg.Source.Addr().Unmap())
	reg.Untrusted = !v.Passes()
	if !reg.Untrusted || parsed && r.registry.Welcome(reg) {
		return false
	}
	tx.Refuse(v)
	return true
}

// authenticate challenges a phone that must prove who it is. It reports whether
// the request may go on; if not, it has been answered.
func (r *Registrar) authenticate(tx *sipua.ServerTx, reg *phones.Registration) bool {
	cred, needed := r.registry.Authenticate(reg)
	if !needed {
		return true
	}
	req := tx.Request()
	v := r.verifier.Verify(digest.Request{
		Method: "REGISTER", URI: req.Recipient.String(), Authorization: sipua.Values(req, "Authorization"),
		Source: reg.Source.Addr(), Realm: cred.Realm,
	}, func(user string) (string, bool) { return cred.Password, user == cred.Username })
	switch v.Outcome {
	case digest.OK:
		reg.Authenticated = v.User
		return true
	case digest.Blocked:
		r.registry.AuthenticationFailed(*reg)
		_ = tx.Reject(403, "")
		return false
	case digest.Denied:
		r.registry.AuthenticationFailed(*reg)
	}
	r.challenge(tx, cred.Realm, v.Outcome == digest.Stale)
	return false
}

func (r *Registrar) challenge(tx *sipua.ServerTx, realm string, stale bool) {
	var headers []string
	for _, c := range r.verifier.Challenges(tx.Source().Addr(), realm, stale) {
		headers = append(headers, "WWW-Authenticate", c)
	}
	_ = tx.Reject(401, "", headers...)
}

// refuse answers a request that the registry refused.
func (r *Registrar) refuse(tx *sipua.ServerTx, err error) {
	var e *phones.Error
	if !errors.As(err, &e) {
		_ = tx.Reject(500, "")
		return
	}
	if e.Code == 401 { // the configuration has changed since authenticate looked
		r.challenge(tx, r.registry.Realm(), false)
		return
	}
	if e.MinExpires > 0 {
		_ = tx.Reject(e.Code, e.Reason, "Min-Expires", sipua.Seconds(e.MinExpires))
		return
	}
	_ = tx.Reject(e.Code, e.Reason)
}

// accept makes the 200, which lists every contact of the number and what is offered.
func accept(tx *sipua.ServerTx, res phones.Result, now time.Time, offers []string) *sip.Response {
	ok := tx.NewResponse(200, "")
	for _, b := range res.Contacts {
		ok.AppendHeader(sip.NewHeader("Contact", fmt.Sprintf("<%s>;expires=%s", b.URI, sipua.Seconds(b.Remaining))))
	}
	for i := 0; i < len(offers); i += 2 {
		ok.AppendHeader(sip.NewHeader(offers[i], offers[i+1]))
	}
	ok.AppendHeader(sip.NewHeader("Date", now.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT")))
	return ok
}

// hints are the headers in which phones name themselves, besides X- headers.
var hints = map[string]bool{"reason": true, "call-info": true, "device-id": true}

// parse takes a REGISTER apart. An error means 400.
func parse(req *sip.Request) (phones.Registration, error) {
	reg := phones.Registration{Expires: -1, UserAgent: sipua.Value(req, "User-Agent")}
	to, id, seq := req.To(), req.CallID(), req.CSeq()
	if to == nil || id == nil || seq == nil {
		return reg, errors.New("a mandatory header is missing")
	}
	reg.Number, reg.CallID, reg.CSeq = sipua.User(&to.Address), string(*id), seq.SeqNo
	if len(sipua.Values(req, "Expires")) > 1 {
		return reg, errors.New("more than one Expires")
	}
	if d, ok := sipua.Expires(req); ok {
		reg.Expires = wholeSeconds(d)
	}
	contacts, err := sipua.Contacts(req)
	if err != nil {
		return reg, fmt.Errorf("contact: %w", err)
	}
	for _, c := range contacts {
		if c.Star {
			reg.Star = true
			continue
		}
		if !c.URI.IsEncrypted() && !strings.EqualFold(c.URI.Scheme, "sip") {
			return reg, errors.New("contact: not a SIP URI")
		}
		reg.Contacts = append(reg.Contacts, contact(c))
	}
	for _, h := range req.Headers() {
		name := strings.ToLower(h.Name())
		if (hints[name] || strings.HasPrefix(name, "x-")) && len(reg.Hints) < maxHints {
			reg.Hints = append(reg.Hints, h.Value())
		}
	}
	return reg, nil
}

const maxHints = 8 // headers looked at for a device name

func contact(c sipua.Contact) phones.Contact {
	p := phones.Contact{
		URI: c.Text, User: c.URI.User, Host: strings.Trim(c.URI.Host, "[]"), Port: c.URI.Port,
		Params: c.Params.String(), Expires: -1,
	}
	p.Transport, _ = sipua.Param(c.URI.UriParams, "transport")
	p.Instance, _ = sipua.Param(c.Params, "+sip.instance")
	p.Instance = strings.Trim(p.Instance, "<>")
	if c.HasExpires {
		p.Expires = wholeSeconds(c.Expires)
	}
	return p
}

func wholeSeconds(d time.Duration) int { return int(min(d/time.Second, math.MaxInt32)) }
