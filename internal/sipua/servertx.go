package sipua

import (
	"bytes"
	"fmt"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"
)

// ServerTx is a request and the means to answer it. RFC 3261 17.2.
type ServerTx struct {
	shard *shard
	entry *entry // nil for the ACK to a 2xx
	request
	tag  string
	own  atomic.Pointer[string] // the tag NewResponse adds
	room head                   // request.head points here

	contacts []Contact // of a plain request that somebody has asked for them; not empty, else nil
}

// newServerTx takes over a request; e is nil for the ACK to a 2xx.
func newServerTx(s *shard, e *entry, r *request) *ServerTx {
	t := &ServerTx{shard: s, entry: e, request: *r, tag: tagOf(clean(r.head.to))}
	r.head.copyTo(&t.room)
	t.head = &t.room
	return t
}

// briefServerTx is newServerTx for a handler that keeps nothing: the worker's one.
func briefServerTx(s *shard, e *entry, r *request) *ServerTx {
	s.brief = ServerTx{shard: s, entry: e, request: *r, tag: tagOf(view(r.head.to))}
	return &s.brief
}

// Request is the parsed request; its top Via carries received and rport already.
// The caller may keep it but not change it.
func (t *ServerTx) Request() *sip.Request {
	if t.msg == nil {
		t.parse(t.shard.ua) // never fails for what is plain
	}
	return t.msg
}

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
	res.SetBody(res.Body())
	return t.respond(res.StatusCode, written(func(b *bytes.Buffer) { res.StringWrite(b) }))
}

// respond is Respond for a response that is written out already. data must not be
// changed afterwards.
func (t *ServerTx) respond(code int, data []byte) error {
	e := t.entry
	if e == nil {
		return fmt.Errorf("responding to %s: %w", t.head.method, ErrAnswered)
	}
	s := t.shard
	if len(data) > maxMessage {
		return fmt.Errorf("responding to %s: %w", t.head.method, ErrTooBig)
	}
	s.mu.Lock()
	if e.answered() {
		s.mu.Unlock()
		return fmt.Errorf("responding to %s: %w", t.head.method, ErrAnswered)
	}
	if code == sip.StatusTrying && e.resp != nil {
		s.mu.Unlock()
		return nil // the call model was quicker than our own 100
	}
	e.resp = data
	switch {
	case code < 200:
	case e.invite != nil:
		e.invite.answer(s, code)
	case e.stream != nil: // Timer J is 0 on a reliable transport
		e.expires = time.Now()
		s.forget(e)
	default:
		s.retain(e, keep)
	}
	s.mu.Unlock()
	s.ua.stats.count(false, t.head.method, code)
	if s.ua.tells() {
		s.ua.event("server", "%s from %s answered %d", t.head.method, t.src, code)
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

// Refuse carries out a verdict on a request that only its handler could judge. One that
// is dropped is forgotten: its retransmissions come to the handler again.
func (t *ServerTx) Refuse(v Verdict) {
	u := t.shard.ua
	u.stats.dropped.Add(1)
	u.debugError("%s:%s: %s from an untrusted source", t.transport(), t.src, t.head.method)
	if !v.Drop {
		var more []string
		if v.Reason != "" {
			more = []string{"Reason", v.Reason}
		}
		t.mustReject(v.Status, more...)
		return
	}
	if t.entry == nil {
		return
	}
	t.shard.mu.Lock()
	defer t.shard.mu.Unlock()
	if t.entry.invite == nil && !t.entry.answered() {
		t.entry.expires = time.Now()
		t.shard.forget(t.entry)
	}
}

// Reject is Respond(NewResponse(code, reason)) with additional headers given as
// name, value pairs, written out without the objects in between.
func (t *ServerTx) Reject(code int, reason string, headers ...string) error {
	return t.respond(code, written(func(b *bytes.Buffer) { b.Write(t.write(b.AvailableBuffer(), code, reason, headers, nil)) }))
}

// Answer is Reject with the usual phrase and a body, whose Content-Type is among the
// headers.
func (t *ServerTx) Answer(code int, body []byte, headers ...string) error {
	return t.respond(code, written(func(b *bytes.Buffer) { b.Write(t.write(b.AvailableBuffer(), code, "", headers, body)) }))
}

// buffers are what responses are written in.
var buffers = sync.Pool{New: func() any { return bytes.NewBuffer(make([]byte, 0, 1024)) }}

// written is what write writes, no longer than it must be: it is kept for 32 s.
func written(write func(*bytes.Buffer)) []byte {
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	write(b)
	return bytes.Clone(b.Bytes())
}

// write appends the response that Reject and Answer send.
func (t *ServerTx) write(b []byte, code int, reason string, headers []string, body []byte) []byte {
	if reason == "" {
		reason = ReasonPhrase(code)
	}
	h := t.head
	b = append(b, "SIP/2.0 "...)
	b = strconv.AppendInt(b, int64(code), 10)
	b = append(b, ' ')
	b = append(b, reason...)
	b = append(b, "\r\n"...)
	for i, v := range h.vias {
		if i == 0 {
			b = append(b, "Via: "...)
			b = append(t.top.appendStamped(b, t.src), "\r\n"...)
		} else {
			b = appendLine(b, "Via", v)
		}
	}
	if code > 100 && code < 300 && formsDialog(h.method) {
		for _, v := range h.recordRoutes {
			b = appendLine(b, "Record-Route", v)
		}
	}
	b = appendLine(b, "From", h.from)
	if code > 100 && t.tag == "" {
		b = append(b, "To: "...)
		b = append(b, withTag(view(h.to), t.ToTag())...)
		b = append(b, "\r\n"...)
	} else {
		b = appendLine(b, "To", h.to)
	}
	b = appendLine(b, "Call-ID", h.callID)
	b = append(b, "CSeq: "...)
	b = strconv.AppendUint(b, uint64(h.cseq), 10)
	b = append(b, ' ')
	b = append(b, h.method...)
	b = append(b, "\r\nServer: "...)
	b = append(b, t.shard.ua.o.UserAgent...)
	b = append(b, "\r\n"...)
	for i := 0; i+1 < len(headers); i += 2 {
		b = append(b, headers[i]...)
		b = append(b, ": "...)
		b = append(b, headers[i+1]...)
		b = append(b, "\r\n"...)
	}
	b = append(b, "Content-Length: "...)
	b = strconv.AppendInt(b, int64(len(body)), 10)
	b = append(b, "\r\n\r\n"...)
	return append(b, body...)
}

// appendLine appends a header line with the value as it was received.
func appendLine(b []byte, name string, value []byte) []byte {
	b = append(b, name...)
	b = append(b, ": "...)
	if bytes.IndexByte(value, '\r') < 0 {
		b = append(b, value...)
	} else {
		b = append(b, view(value)...)
	}
	return append(b, "\r\n"...)
}

// Hops is how many elements the Via headers of the request have: more than one
// means that it came through a proxy. (Request shows the first header's first
// element only.)
func (t *ServerTx) Hops() int {
	n := 0
	for _, v := range t.head.vias {
		for range elements(view(v)) {
			n++
		}
	}
	return n
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
