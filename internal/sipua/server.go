package sipua

import (
	"fmt"
	"hash/maphash"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"
)

// maxInvites is how many INVITE server transactions there may be; beyond that 503.
const maxInvites = 1 << 14

// keep is how long an answer waits for retransmissions on UDP: Timer J,
// RFC 3261 17.2.2.
const keep = 64 * t1

// entry is what a shard remembers of a server transaction. After the answer it
// is all that is left: about 200 bytes, the key and the answer.
type entry struct {
	key     string
	merge   uint64 // index into shard.merged; 0: request was in a dialog
	resp    []byte // last response sent
	to      netip.AddrPort
	stream  *stream
	invite  *inviteServer // nil unless INVITE
	expires time.Time     // in the fifo
}

// size is what an answered entry costs, roughly.
func (e *entry) size() int { return 256 + len(e.key) + len(e.resp) }

// request takes a checked request: retransmission, ACK, CANCEL, or new.
func (s *shard) request(r *request) {
	u := s.ua
	key := r.key()
	s.mu.Lock()
	e := s.server[key]
	s.mu.Unlock()
	switch {
	case r.head.method == "ACK":
		s.ack(r, e)
		return
	case e != nil:
		s.again(r, e)
		return
	case time.Since(r.at) > patience:
		u.stats.dropped.Add(1)
		// In a transaction, so that the copies behind it in the queue are not served.
		s.begin(r, key).mustReject(sip.StatusServiceUnavailable, "Retry-After", retryAfter)
		return
	case r.head.method == "INVITE" && s.fullOfCalls():
		u.refuse(r, sip.StatusServiceUnavailable, "")
		return
	}
	if code, why := r.parse(u); code != 0 {
		u.refuse(r, code, why)
		return
	}
	if r.head.method == "CANCEL" {
		s.cancel(r)
		return
	}
	tx := s.begin(r, key)
	handler := u.handler(r.head.method)
	if handler == nil {
		code := sip.StatusMethodNotAllowed
		if !knownMethod(r.head.method) {
			code = sip.StatusNotImplemented
		}
		tx.mustReject(code, "Allow", u.allow())
		return
	}
	handler(tx)
	tx.returned()
}

// fullOfCalls limits INVITE transactions, which keep their whole request.
func (s *shard) fullOfCalls() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls >= max(1, maxInvites/len(s.ua.shards))
}

// begin enters a new transaction.
func (s *shard) begin(r *request, key string) *ServerTx {
	e := &entry{key: key, to: r.src, stream: r.stream}
	if r.stream == nil {
		e.to = r.top.reply(r.src)
	}
	toTag := tagOf(clean(r.head.to))
	if toTag == "" {
		e.merge = s.mergeKey(r)
	}
	tx := &ServerTx{shard: s, entry: e, request: *r, tag: toTag}
	if r.head.method == "INVITE" {
		e.invite = &inviteServer{tx: tx}
	}
	s.mu.Lock()
	s.server[key] = e
	if e.invite != nil {
		s.calls++
	}
	if e.merge != 0 {
		s.merged[e.merge]++
	}
	s.mu.Unlock()
	s.ua.stats.serverTx.Add(1)
	return tx
}

// forget drops an entry. s.mu is held.
func (s *shard) forget(e *entry) {
	if s.server[e.key] != e {
		return
	}
	delete(s.server, e.key)
	if e.invite != nil {
		s.calls--
	}
	if e.merge != 0 {
		if s.merged[e.merge]--; s.merged[e.merge] == 0 {
			delete(s.merged, e.merge)
		}
	}
	s.ua.stats.serverTx.Add(-1)
}

// retain keeps an answered entry until it expires or is the oldest of too many.
// s.mu is held.
func (s *shard) retain(e *entry, d time.Duration) {
	now := time.Now()
	e.expires = now.Add(d)
	s.fifo = append(s.fifo, e)
	s.fifoBytes += e.size()
	s.purge(now)
	if !s.fifoSet {
		s.fifoSet = true
		s.ua.wheel.set(&s.fifoTimer, s, d)
	}
}

// purge drops expired and surplus entries. s.mu is held.
func (s *shard) purge(now time.Time) {
	entries := max(1, s.ua.o.MaxTransactions/len(s.ua.shards))
	bytes := max(1, s.ua.o.MaxTransactionBytes/len(s.ua.shards))
	for s.fifoFirst < len(s.fifo) {
		e := s.fifo[s.fifoFirst]
		if now.Before(e.expires) && len(s.fifo)-s.fifoFirst <= entries && s.fifoBytes <= bytes {
			break
		}
		s.forget(e)
		s.fifoBytes -= e.size()
		s.fifo[s.fifoFirst] = nil
		s.fifoFirst++
	}
	switch {
	case s.fifoFirst == len(s.fifo):
		s.fifo, s.fifoFirst = nil, 0
	case s.fifoFirst > 256 && s.fifoFirst*2 > len(s.fifo):
		s.fifo, s.fifoFirst = append([]*entry(nil), s.fifo[s.fifoFirst:]...), 0
	}
}

// expire is the shard's timer for the oldest answer.
func (s *shard) expire(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.purge(now)
	if s.fifoSet = s.fifoFirst < len(s.fifo); s.fifoSet {
		// At most one run a second, however the answers were spread.
		s.ua.wheel.set(&s.fifoTimer, s, max(s.fifo[s.fifoFirst].expires.Sub(now), time.Second))
	}
}

// again answers a retransmission with the same bytes, or absorbs it while there
// is no answer yet (RFC 3261 17.2.2) or the 2xx has gone (RFC 6026 7.1).
func (s *shard) again(r *request, e *entry) {
	s.ua.stats.again(true, r.head.method)
	s.mu.Lock()
	resp := e.resp
	if e.invite != nil && e.invite.state == inviteAccepted {
		resp = nil
	}
	s.mu.Unlock()
	if resp != nil {
		s.ua.sent(s.ua.transmit(e.to, e.stream, resp, nil))
	}
}

// key identifies the transaction. RFC 3261 17.2.3; without the magic cookie, or
// with nothing behind it, the rule for RFC 2543 clients.
func (r *request) key() string {
	method := r.head.method
	if method == "ACK" {
		method = "INVITE"
	}
	var b strings.Builder
	if len(r.top.branch) > len(sip.RFC3261BranchMagicCookie) &&
		strings.EqualFold(r.top.branch[:len(sip.RFC3261BranchMagicCookie)], sip.RFC3261BranchMagicCookie) {
		b.Grow(len(r.top.branch) + len(r.top.host) + len(method) + 8)
		b.WriteString(strings.ToLower(r.top.branch)) // tokens compare without case, RFC 3261 7.3.1
	} else {
		b.WriteString(string(r.head.uri))
		b.WriteByte(' ')
		b.WriteString(tagOf(clean(r.head.from)))
		b.WriteByte(' ')
		b.WriteString(clean(r.head.callID))
		b.WriteByte(' ')
		b.WriteString(strconv.FormatUint(uint64(r.head.cseq), 10))
		b.WriteByte(' ')
		b.WriteString(r.top.text)
	}
	b.WriteByte(' ')
	b.WriteString(r.top.host)
	b.WriteByte(':')
	b.WriteString(strconv.Itoa(r.top.port))
	b.WriteByte(' ')
	b.WriteString(method)
	return b.String()
}

// mergeKey is the same for copies of a request that came by different paths.
func (s *shard) mergeKey(r *request) uint64 {
	var m maphash.Hash
	m.SetSeed(s.ua.seed)
	for _, part := range [...]string{tagOf(clean(r.head.from)), clean(r.head.callID), r.head.method} {
		_, _ = m.WriteString(part)
		_ = m.WriteByte(0)
	}
	_, _ = m.WriteString(strconv.FormatUint(uint64(r.head.cseq), 10))
	return max(m.Sum64(), 1)
}

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
		to += ";tag=" + t.ToTag()
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
