package sipua

import (
	"hash/maphash"
	"io"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/emiago/sipgo/sip"
)

// newParser makes a parser that builds objects only for the headers every
// request is judged by. The others keep their text (and get their long name), so
// that nothing is lost by taking them apart and putting them together again.
func newParser() *sip.Parser {
	all := sip.DefaultHeadersParser()
	table := map[string]sip.HeaderParser{}
	for _, name := range []string{"from", "f", "to", "t", "call-id", "i", "cseq", "max-forwards",
		"content-length", "l", "content-type", "c"} {
		table[name] = all[name]
	}
	for short, long := range map[string]string{
		"a": "Accept-Contact", "b": "Referred-By", "d": "Request-Disposition", "e": "Content-Encoding",
		"j": "Reject-Contact", "k": "Supported", "m": "Contact", "o": "Event", "r": "Refer-To",
		"s": "Subject", "u": "Allow-Events", "v": "Via", "x": "Session-Expires", "y": "Identity",
	} {
		named := func(_ []byte, text string) (sip.Header, error) { return sip.NewHeader(long, text), nil }
		table[short] = named
		table[strings.ToLower(long)] = named
	}
	return sip.NewParser(sip.WithHeadersParsers(table))
}

// parse runs the library's parser. A panic in there counts as bad syntax.
func (u *UA) parse(data []byte) (m sip.Message, err error) {
	defer func() {
		if p := recover(); p != nil {
			m, err = nil, errNotSIP
		}
	}()
	return u.parser.ParseSIP(data)
}

// message is the way of every message from the queue to its transaction.
func (s *shard) message(it item) {
	u := s.ua
	u.traceMessage(false, it.transport(), it.src, it.data)
	h := &s.head
	if err := h.scan(it.data); err != nil {
		u.garbage(it, err.Error())
		return
	}
	if !h.request {
		s.response(it, h)
		return
	}
	r := &s.asked
	*r = request{item: it, head: h}
	if code, why := r.check(); code != 0 {
		u.stats.count(true, h.method, 0)
		u.refuse(r, code, why)
		return
	}
	s.request(r)
	*r = request{}
}

// request is a received request on its way to a handler.
type request struct {
	item
	head *head
	top  via
	msg  *sip.Request
}

func (it *item) transport() string {
	if it.stream != nil {
		return "TCP"
	}
	return "UDP"
}

// check does what RFC 3261 8.1.1, 8.2 and 18.3 ask of any request, before
// the parser sees it. It returns 0, or the status code and phrase to refuse with.
func (r *request) check() (int, string) {
	h := r.head
	if len(h.vias) > 0 {
		ok := false
		if r.top, ok = parseVia(view(h.vias[0])); !ok {
			h.fail("Malformed Via")
		}
	}
	if !equalFold(h.version, "sip/2.0") {
		return sip.StatusVersionNotSupported, ""
	}
	if h.fault != "" {
		return sip.StatusBadRequest, h.fault
	}
	for _, must := range []struct {
		f    field
		name string
	}{{fVia, "Via"}, {fFrom, "From"}, {fTo, "To"}, {fCallID, "Call-ID"}, {fCSeq, "CSeq"}} {
		switch n := h.seen[must.f]; {
		case n == 0:
			return sip.StatusBadRequest, "Missing " + must.name
		case n > 1 && must.f != fVia:
			return sip.StatusBadRequest, "More than one " + must.name
		}
	}
	if h.seen[fMaxForwards] > 1 || h.seen[fLength] > 1 || h.seen[fContentType] > 1 {
		return sip.StatusBadRequest, "Repeated header"
	}
	if len(h.callID) == 0 {
		return sip.StatusBadRequest, "Empty Call-ID"
	}
	if h.cseqMethod != h.method {
		return sip.StatusBadRequest, "CSeq method does not match"
	}
	if h.length > len(r.data)-h.body {
		return sip.StatusBadRequest, "Body shorter than Content-Length"
	}
	scheme, _, ok := strings.Cut(string(h.uri), ":")
	if !ok {
		return sip.StatusBadRequest, "Malformed request URI"
	}
	if !strings.EqualFold(scheme, "sip") && !strings.EqualFold(scheme, "sips") {
		return 416, ""
	}
	return 0, ""
}

// message is the request without what is behind its body (RFC 3261 18.3).
func (r *request) message() []byte {
	if r.head.length < 0 {
		return r.data
	}
	return r.data[:r.head.body+r.head.length]
}

// parse fills msg. The top Via gets received and rport; a list of Vias in one
// line becomes a header each, so that msg.Via() is the top one.
func (r *request) parse(u *UA) (int, string) {
	m, err := u.parse(r.message())
	if err != nil {
		u.debugError("%s:%s: %v", r.transport(), r.src, err)
		return sip.StatusBadRequest, "Bad Request (syntax)"
	}
	msg, ok := m.(*sip.Request)
	if !ok || msg.From() == nil || msg.To() == nil || msg.Recipient.Host == "" {
		return sip.StatusBadRequest, "Bad Request (syntax)"
	}
	msg.Method = sip.RequestMethod(r.head.method) // the parser makes it upper case
	msg.SetSource(r.src.String())
	msg.SetTransport(r.transport())
	r.msg = msg
	for i, hd := range msg.Headers() {
		if hd.Name() != "Via" {
			continue
		}
		msg.Headers()[i] = sip.NewHeader("Via", firstElement(r.top.stamped(r.src)))
		break
	}
	return 0, ""
}

func firstElement(v string) string { return strings.TrimSpace(v[:elementEnd(v)]) }

// refuse answers a request without a transaction, with the same answer for each
// retransmission (RFC 3261 8.2.7). What cannot be answered counts as garbage. more
// are further header lines.
func (u *UA) refuse(r *request, code int, why string, more ...string) {
	u.stats.rejected.Add(1)
	h := r.head
	if h.method == "ACK" {
		return
	}
	if r.top.transport == "" {
		u.garbage(r.item, why)
		return
	}
	if !u.refusals.allow(time.Now()) {
		return
	}
	var b strings.Builder
	if why == "" {
		why = ReasonPhrase(code)
	}
	b.WriteString("SIP/2.0 " + strconv.Itoa(code) + " " + why + "\r\n")
	writeVias(&b, h, r.top, r.src)
	for _, line := range [...]struct {
		name  string
		value []byte
	}{{"From", h.from}, {"To", h.to}, {"Call-ID", h.callID}, {"CSeq", h.cseqText}} {
		if line.value == nil { // missing is what may be wrong with it
			continue
		}
		text := clean(line.value)
		if line.name == "To" && tagOf(text) == "" {
			text = withTag(text, u.stableTag(h, r.top))
		}
		b.WriteString(line.name + ": " + text + "\r\n")
	}
	if code == sip.StatusServiceUnavailable {
		b.WriteString("Retry-After: " + retryAfter + "\r\n")
	}
	for _, line := range more {
		b.WriteString(line + "\r\n")
	}
	b.WriteString("Server: " + u.o.UserAgent + "\r\nContent-Length: 0\r\n\r\n")
	u.stats.count(false, h.method, code)
	if err := u.reply(r, []byte(b.String())); err != nil {
		u.debugError("answering %s:%s: %v", r.transport(), r.src, err)
	}
}

// retryAfter is what an overloaded endpoint asks for, in seconds.
const retryAfter = "10"

func writeVias(w io.StringWriter, h *head, top via, src netip.AddrPort) {
	for i, v := range h.vias {
		text := clean(v)
		if i == 0 {
			text = top.stamped(src)
		}
		_, _ = w.WriteString("Via: ")
		_, _ = w.WriteString(text)
		_, _ = w.WriteString("\r\n")
	}
}

// stableTag is a To tag that a retransmission gets again.
func (u *UA) stableTag(h *head, top via) string {
	var m maphash.Hash
	m.SetSeed(u.seed)
	for _, part := range [...]string{clean(h.callID), clean(h.from), top.branch, h.method} {
		_, _ = m.WriteString(part)
		_ = m.WriteByte(0)
	}
	_, _ = m.WriteString(strconv.FormatUint(uint64(h.cseq), 10))
	return formatTag(m.Sum64())
}

// garbage counts what is no SIP and says so in the debug output now and then.
func (u *UA) garbage(it item, why string) {
	u.stats.garbage.Add(1)
	u.debugError("%s:%s: %d bytes ignored: %s", it.transport(), it.src, len(it.data), why)
}

// debugError writes to `debug ccsip error`, limited in rate: what strangers send
// must not flood the log.
func (u *UA) debugError(format string, a ...any) {
	const topic = logbuf.Topic("ccsip error")
	if u.o.Log == nil || !u.o.Log.Enabled(topic) || !u.complaints.allow(time.Now()) {
		return
	}
	u.o.Log.Debugf(topic, "//-1/xxxxxxxxxxxx/SIP/Error/sipua: "+format, a...)
}
