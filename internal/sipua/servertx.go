package sipua

import (
	"fmt"
	"net/netip"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"
)

// ServerTx is a request and the means to answer it. RFC 3261 17.2.
type ServerTx struct {
	shard *shard
	entry *entry // nil for the ACK to a 2xx
	request
	tag string
	own atomic.Pointer[string] // the tag NewResponse adds
}

// Request is the parsed request; its top Via carries received and rport already.
// The caller may keep it but not change it.
func (t *ServerTx) Request() *sip.Request { return t.msg }

// Source is where the request came from.
func (t *ServerTx) Source() netip.AddrPort { return t.src }

// Transport is "UDP" or "TCP".
func (t *ServerTx) Transport() string { return t.transport() }

// Reply is the target that reaches the sender: source address and transport.
func (t *ServerTx) Reply() Target { return Target{Addr: t.src, Transport: t.transport()} }

// Raw is the request as received. It must not be changed.
func (t *ServerTx) Raw() []byte { return t.data }

// ToTag is the local tag: the request's own, or the one NewResponse adds.
func (t *ServerTx) ToTag() string {
	if t.tag != "" {
		return t.tag
	}
	if p := t.own.Load(); p != nil {
		return *p
	}
	tag := NewTag()
	if !t.own.CompareAndSwap(nil, &tag) {
		return *t.own.Load()
	}
	return tag
}

// NewResponse makes a response with Via, From, To, Call-ID and CSeq as they were
// in the request, the To tag of this transaction (the same every time; none in
// 100) and Server, and Record-Route in 1xx and 2xx to requests that form dialogs.
// An empty reason is replaced by the usual phrase.
func (t *ServerTx) NewResponse(code int, reason string) *sip.Response {
	if reason == "" {
		reason = ReasonPhrase(code)
	}
	res := sip.NewResponse(code, reason)
	h := t.head
	for i, v := range h.vias {
		text := clean(v)
		if i == 0 {
			text = t.top.stamped(t.src)
		}
		res.AppendHeader(sip.NewHeader("Via", text))
	}
	if code > 100 && code < 300 && formsDialog(h.method) {
		for _, v := range h.recordRoutes {
			res.AppendHeader(sip.NewHeader("Record-Route", clean(v)))
		}
	}
	to := clean(h.to)
	if code > 100 && t.tag == "" {
		to = withTag(to, t.ToTag())
	}
	res.AppendHeader(sip.NewHeader("From", clean(h.from)))
	res.AppendHeader(sip.NewHeader("To", to))
	res.AppendHeader(sip.NewHeader("Call-ID", clean(h.callID)))
	res.AppendHeader(sip.NewHeader("CSeq", strconv.FormatUint(uint64(h.cseq), 10)+" "+h.method))
	res.AppendHeader(sip.NewHeader("Server", t.shard.ua.o.UserAgent))
	return res
}

func formsDialog(method string) bool {
	switch method {
	case "INVITE", "SUBSCRIBE", "REFER", "NOTIFY":
		return true
	}
	return false
}

// Respond sends res and keeps its bytes for retransmissions. A Content-Length is
// added. ErrAnswered after a final response; transport errors are wrapped.
func (t *ServerTx) Respond(res *sip.Response) error {
	e := t.entry
	if e == nil {
		return fmt.Errorf("responding to %s: %w", t.head.method, ErrAnswered)
	}
	s := t.shard
	res.SetBody(res.Body())
	data := render(res)
	if len(data) > maxMessage {
		return fmt.Errorf("responding to %s: %w", t.head.method, ErrTooBig)
	}
	s.mu.Lock()
	if e.answered() {
		s.mu.Unlock()
		return fmt.Errorf("responding to %s: %w", t.head.method, ErrAnswered)
	}
	if res.StatusCode == sip.StatusTrying && e.resp != nil {
		s.mu.Unlock()
		return nil // the call model was quicker than our own 100
	}
	e.resp = data
	switch {
	case res.StatusCode < 200:
	case e.invite != nil:
		e.invite.answer(s, res.StatusCode)
	case e.stream != nil: // Timer J is 0 on a reliable transport
		e.expires = time.Now()
		s.forget(e)
	default:
		s.retain(e, keep)
	}
	s.mu.Unlock()
	s.ua.stats.count(false, t.head.method, res.StatusCode)
	if s.ua.tells() {
		s.ua.event("server", "%s from %s answered %d", t.head.method, t.src, res.StatusCode)
	}
	if err := s.ua.transmit(e.to, e.stream, data, &t.request); err != nil {
		return fmt.Errorf("responding to %s: %w", t.head.method, err)
	}
	return nil
}

// answered says whether the final response has been given. shard.mu is held.
func (e *entry) answered() bool {
	if e.invite != nil {
		return e.invite.state != inviteProceeding
	}
	return !e.expires.IsZero()
}

// Reject is Respond(NewResponse(code, reason)) with additional headers given as
// name, value pairs.
func (t *ServerTx) Reject(code int, reason string, headers ...string) error {
	res := t.NewResponse(code, reason)
	for i := 0; i+1 < len(headers); i += 2 {
		res.AppendHeader(sip.NewHeader(headers[i], headers[i+1]))
	}
	return t.Respond(res)
}

// mustReject is Reject for answers of the UA itself: nobody else looks at the error.
func (t *ServerTx) mustReject(code int, headers ...string) {
	if err := t.Reject(code, "", headers...); err != nil {
		t.shard.ua.debugError("%v", err)
	}
}

// returned is called when the handler has returned.
func (t *ServerTx) returned() {
	if t.entry == nil {
		return
	}
	t.shard.mu.Lock()
	silent, answered := t.entry.resp == nil, t.entry.answered()
	t.shard.mu.Unlock()
	switch {
	case answered:
	case t.entry.invite == nil:
		t.mustReject(sip.StatusInternalServerError)
	case silent:
		t.mustReject(sip.StatusTrying)
	}
}

// Merged says that the same request has arrived by another path and is, or was
// in the last 32 s, in a transaction of its own: answer 482. RFC 3261 8.2.2.2.
func (t *ServerTx) Merged() bool {
	if t.entry == nil || t.entry.merge == 0 {
		return false
	}
	t.shard.mu.Lock()
	defer t.shard.mu.Unlock()
	return t.shard.merged[t.entry.merge] > 1
}
