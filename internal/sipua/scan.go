package sipua

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
)

// head is what transports and transactions need of a message. scan finds it
// without building header objects, so that a message the parser refuses can still
// be answered, and an answer repeats Via, From, To and Call-ID byte for byte.
// Slices point into the message.
type head struct {
	start   []byte // start line
	request bool
	method  string // request: as written; response: from CSeq
	uri     []byte // request
	version []byte
	code    int // response

	vias         [][]byte // values, folded lines as they came
	viaRoom      [4][]byte
	recordRoutes [][]byte
	from, to     []byte
	callID       []byte
	cseqText     []byte
	cseq         uint32
	cseqMethod   string
	length       int // Content-Length; -1: none
	body         int // offset of the body; -1: the empty line is missing

	lines    []line // of headers, as far as there is room
	lineRoom [maxPlainLines]line
	tangled  bool // a line is folded or no header, or they are too many

	seen  [fields]uint8
	fault string // first syntax fault, for the reason phrase of a 400; "" if none
}

type field uint8

const (
	fOther field = iota
	fVia
	fFrom
	fTo
	fCallID
	fCSeq
	fLength
	fMaxForwards
	fRecordRoute
	fContentType
	fields
)

// fieldOf recognises a header name in long or compact form.
func fieldOf(name []byte) field {
	var want string
	var f field
	switch len(name) {
	case 1:
		switch name[0] | 0x20 {
		case 'v':
			return fVia
		case 'f':
			return fFrom
		case 't':
			return fTo
		case 'i':
			return fCallID
		case 'l':
			return fLength
		case 'c':
			return fContentType
		}
		return fOther
	case 2:
		want, f = "to", fTo
	case 3:
		want, f = "via", fVia
	case 4:
		if name[0]|0x20 == 'c' {
			want, f = "cseq", fCSeq
		} else {
			want, f = "from", fFrom
		}
	case 7:
		want, f = "call-id", fCallID
	case 12:
		switch name[0] | 0x20 {
		case 'r':
			want, f = "record-route", fRecordRoute
		case 'm':
			want, f = "max-forwards", fMaxForwards
		default:
			want, f = "content-type", fContentType
		}
	case 14:
		want, f = "content-length", fLength
	default:
		return fOther
	}
	if !equalFold(name, want) {
		return fOther
	}
	return f
}

// equalFold compares with a lower-case ASCII word without allocating.
func equalFold(b []byte, lower string) bool {
	if len(b) != len(lower) {
		return false
	}
	for i := range b {
		c := b[i]
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

var errNotSIP = errors.New("not a SIP message")

// scan reads the head of a message. errNotSIP means there is nothing to answer;
// lesser faults are left in head.fault.
func scan(data []byte) (*head, error) {
	h := new(head)
	if err := h.scan(data); err != nil {
		return nil, err
	}
	return h, nil
}

// scan is the function scan into a head that was used before.
func (h *head) scan(data []byte) error {
	*h = head{length: -1, body: -1}
	h.vias, h.lines = h.viaRoom[:0], h.lineRoom[:0]
	end := bytes.Index(data, crlf)
	if end < 0 {
		return errNotSIP
	}
	h.start = data[:end]
	if err := h.startLine(); err != nil {
		return err
	}
	pos := end + 2
	for {
		n := bytes.Index(data[pos:], crlf)
		if n < 0 {
			h.fail("Header section not ended")
			return nil
		}
		if n == 0 {
			h.body = pos + 2
			return nil
		}
		lineEnd := pos + n
		next := lineEnd + 2
		for next < len(data) && (data[next] == ' ' || data[next] == '\t') { // folded, RFC 3261 7.3.1
			m := bytes.Index(data[next:], crlf)
			if m < 0 {
				h.fail("Header section not ended")
				return nil
			}
			lineEnd = next + m
			next = lineEnd + 2
			h.tangled = true
		}
		h.header(data[pos:lineEnd])
		h.note(data, pos, lineEnd)
		pos = next
	}
}

// note remembers where a header line is.
func (h *head) note(data []byte, start, end int) {
	n := bytes.IndexByte(data[start:end], ':')
	if n < 0 || end > maxPlain || len(h.lines) == len(h.lineRoom) {
		h.tangled = true
		return
	}
	at := end
	value := bytes.TrimSpace(data[start+n+1 : end])
	if len(value) > 0 {
		at = cap(data) - cap(value)
	}
	h.lines = append(h.lines, line{uint16(start), uint16(start + n), uint16(at), uint16(at + len(value))})
}

// copyTo makes to a copy that shares no memory with h but the message.
func (h *head) copyTo(to *head) {
	*to = *h
	if len(h.vias) <= len(to.viaRoom) {
		to.vias = to.viaRoom[:len(h.vias)]
	}
	to.lines = to.lineRoom[:len(h.lines)]
}

var crlf = []byte("\r\n")

func (h *head) fail(why string) {
	if h.fault == "" {
		h.fault = why
	}
}

func (h *head) startLine() error {
	first, rest, ok := bytes.Cut(h.start, []byte(" "))
	if !ok || len(first) == 0 {
		return errNotSIP
	}
	if isSIPVersion(first) {
		h.version = first
		code, _, _ := bytes.Cut(rest, []byte(" "))
		n, err := strconv.Atoi(string(code))
		if err != nil || n < 100 || n > 699 {
			return errNotSIP
		}
		h.code = n
		return nil
	}
	h.request = true
	h.method = methodOf(first)
	last := bytes.LastIndexByte(bytes.TrimRight(rest, " \t"), ' ')
	if last < 0 {
		return errNotSIP
	}
	h.uri, h.version = rest[:last], bytes.TrimSpace(rest[last+1:])
	if !isSIPVersion(h.version) || !isToken(first) {
		return errNotSIP
	}
	if len(h.version) != len(rest)-last-1 || len(h.uri) == 0 || bytes.ContainsAny(h.uri, " \t<>") {
		h.fail("Malformed request line")
	}
	return nil
}

// methodOf is string(b), without allocating for a known method.
func methodOf(b []byte) string {
	for _, m := range methods {
		if string(b) == m {
			return m
		}
	}
	return string(b)
}

// isSIPVersion says whether b looks like SIP/n.n.
func isSIPVersion(b []byte) bool {
	return len(b) >= 7 && equalFold(b[:4], "sip/") && bytes.IndexByte(b, '.') > 4
}

// isToken checks the token rule of RFC 3261 25.1.
func isToken(b []byte) bool {
	for _, c := range b {
		switch {
		case '0' <= c && c <= '9', 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z':
		case strings.IndexByte("-.!%*_+`'~", c) >= 0:
		default:
			return false
		}
	}
	return len(b) > 0
}

func (h *head) header(line []byte) {
	name, value, ok := bytes.Cut(line, []byte(":"))
	if !ok {
		h.fail("Header line without colon")
		return
	}
	if lonely(value) {
		h.fail("Stray line end in header")
		return
	}
	f := fieldOf(bytes.TrimRight(name, " \t"))
	if f == fOther {
		return
	}
	value = bytes.TrimSpace(value)
	if h.seen[f] < 255 {
		h.seen[f]++
	}
	switch f {
	case fVia:
		h.vias = append(h.vias, value)
	case fRecordRoute:
		h.recordRoutes = append(h.recordRoutes, value)
	case fFrom:
		h.from = value
	case fTo:
		h.to = value
	case fCallID:
		h.callID = value
	case fCSeq:
		h.cseqValue(value)
	case fLength:
		n, err := strconv.ParseUint(string(value), 10, 31)
		if err != nil {
			h.fail("Malformed Content-Length")
			return
		}
		h.length = int(n)
	}
}

func (h *head) cseqValue(value []byte) {
	h.cseqText = value
	if bytes.IndexByte(value, '\r') >= 0 {
		value = []byte(clean(value))
	}
	number, method := value, []byte(nil)
	if i := bytes.IndexAny(number, " \t"); i >= 0 {
		number, method = number[:i], bytes.TrimSpace(number[i:])
	}
	n, err := strconv.ParseUint(string(number), 10, 31)
	if err != nil || len(method) == 0 {
		h.fail("Malformed CSeq")
		return
	}
	h.cseq, h.cseqMethod = uint32(n), methodOf(method)
	if !h.request {
		h.method = h.cseqMethod
	}
}

// lonely says whether b holds a CR or LF that is not part of a folded line.
func lonely(b []byte) bool {
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '\n':
			return true
		case '\r':
			if i+2 >= len(b) || b[i+1] != '\n' || (b[i+2] != ' ' && b[i+2] != '\t') {
				return true
			}
			i++
		}
	}
	return false
}

// clean is a header value as text: trimmed and unfolded.
func clean(b []byte) string { return strings.Clone(view(b)) }

// view is clean for what is not kept: it may share the memory of the message.
func view(b []byte) string {
	if bytes.IndexByte(b, '\r') < 0 {
		return text(b)
	}
	parts := strings.Split(string(b), "\r\n")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return strings.Join(parts, " ")
}

// callIDOf finds the Call-ID quickly, for the reader that must choose a worker.
// nil if there is none.
func callIDOf(data []byte) []byte {
	for {
		n := bytes.IndexByte(data, '\n')
		if n < 0 || n+1 >= len(data) {
			return nil
		}
		data = data[n+1:]
		switch data[0] {
		case 'C', 'c', 'I', 'i':
		case '\r':
			return nil // end of headers
		default:
			continue
		}
		colon := bytes.IndexByte(data[:min(len(data), 16)], ':')
		if colon < 0 || fieldOf(bytes.TrimRight(data[:colon], " \t")) != fCallID {
			continue
		}
		value := data[colon+1:]
		for {
			end := bytes.Index(value, crlf)
			if end < 0 {
				return bytes.TrimSpace(value)
			}
			folded := end+2 < len(value) && (value[end+2] == ' ' || value[end+2] == '\t')
			if v := bytes.TrimSpace(value[:end]); len(v) > 0 || !folded {
				return v
			}
			value = value[end+2:]
		}
	}
}
