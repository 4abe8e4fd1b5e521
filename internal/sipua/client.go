package sipua

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"strconv"
	"time"

	"github.com/emiago/sipgo/sip"
)

// clientTx is a non-INVITE client transaction. RFC 3261 17.1.2. shard.mu guards
// it. There is no Completed state: a repeated final response finds no
// transaction and is dropped, which is all Timer K is for.
type clientTx struct {
	timer
	shard    *shard
	ep       *endpoint // that it was sent from: an answer comes there
	key      string
	method   string
	msg      []byte
	to       Target
	done     func(*sip.Response, error)
	interval time.Duration // Timer E
	deadline time.Time     // Timer F
	slow     bool          // provisional response seen: E is T2
	stream   *stream       // whose end ends it; nil: UDP
	raw      bool          // of SendRaw
	again    func(time.Duration)
	loan     *[]byte // where msg is, if it goes back to rooms after all; nil: it does not
}

// clientKey finds a client transaction: tokens compare without case (RFC 3261 7.3.1).
func clientKey(branch, method string) string {
	var room [96]byte
	return string(appendClientKey(room[:0], branch, method))
}

func appendClientKey(b []byte, branch, method string) []byte {
	b = append(appendLower(b, branch), ' ')
	return append(b, method...)
}

// Send starts a non-INVITE client transaction. It adds Via (branch, rport), and
// Max-Forwards, User-Agent and Content-Length if missing; req must not be
// changed afterwards. done is called exactly once, on the worker of the Call-ID
// (after Close: in Send): with the final response (err nil), or with ErrTimeout
// (Timer F, 32 s), ErrClosed (after a move of the endpoint too), ErrOverload (a full queue of the connection too), or
// a transport error, as when the connection ends before the response came.
// RFC 3261 17.1.2, 17.1.4.
func (u *UA) Send(req *sip.Request, to Target, done func(*sip.Response, error)) {
	branch, ep := newBranch(), u.endpoint()
	callID, msg := u.compose(ep, req, to, branch)
	u.send(ep, string(req.Method), callID, branch, msg, to, done, false, nil, nil)
}

// SendRaw is Send for a request that is already bytes. A 2xx has no headers in
// done, which must not keep it: that it came is all there is to know. A Raw is sent once.
func (u *UA) SendRaw(r Raw, to Target, done func(*sip.Response, error)) {
	branch, ep := newBranch(), u.endpoint()
	msg := complete(ep, r, to, branch)
	loan := r.loan
	if loan != nil && (to.tcp() || cap(*loan) > maxRoom) {
		loan = nil
	}
	u.send(ep, r.Method, r.CallID, branch, msg, to, done, true, loan, r.Again)
}

// complete puts the Via into a request.
func complete(ep *endpoint, r Raw, to Target, branch string) []byte {
	var stack [384]byte
	start := append(stack[:0], r.Line...)
	start = append(start, "\r\nVia: "...)
	start = append(ep.appendVia(start, to, branch), "\r\n"...)
	if free := len(r.room) - len(r.Rest); free > len(start) && r.room[0] == 0 {
		r.room[0] = 1
		msg := r.room[free-len(start):]
		copy(msg, start)
		return msg
	}
	return append(append(make([]byte, 0, len(start)+len(r.Rest)), start...), r.Rest...)
}

func (ep *endpoint) via(to Target, branch string) string {
	return string(ep.appendVia(make([]byte, 0, 96), to, branch))
}

// appendVia writes a Via. ep may be nil: then nothing is sent.
func (ep *endpoint) appendVia(b []byte, to Target, branch string) []byte {
	if to.tcp() {
		b = append(b, "SIP/2.0/TCP "...)
	} else {
		b = append(b, "SIP/2.0/UDP "...)
	}
	if ep != nil {
		b = ep.advertised.AppendTo(b)
	}
	b = append(b, ";branch="...)
	b = append(b, branch...)
	return append(b, ";rport"...)
}

// compose writes a request out. The request itself stays as it is.
func (u *UA) compose(ep *endpoint, req *sip.Request, to Target, branch string) (callID string, msg []byte) {
	var b bytes.Buffer
	b.Grow(1024 + len(req.Body()))
	req.StartLineWrite(&b)
	b.WriteString("\r\nVia: " + ep.via(to, branch) + "\r\n")
	if id := req.CallID(); id != nil {
		callID = id.Value()
	}
	if req.GetHeader("Max-Forwards") == nil {
		b.WriteString("Max-Forwards: 70\r\n")
	}
	for _, h := range req.Headers() {
		if h.Name() == "Content-Length" {
			continue
		}
		h.StringWrite(&b)
		b.WriteString("\r\n")
	}
	if req.GetHeader("User-Agent") == nil {
		b.WriteString("User-Agent: " + u.o.UserAgent + "\r\n")
	}
	b.WriteString("Content-Length: " + strconv.Itoa(len(req.Body())) + "\r\n\r\n")
	b.Write(req.Body())
	return callID, b.Bytes()
}

func (u *UA) send(ep *endpoint, method, callID, branch string, msg []byte, to Target, done func(*sip.Response, error), raw bool, loan *[]byte, again func(time.Duration)) {
	s := u.shardOf([]byte(callID))
	tx := &clientTx{shard: s, ep: ep, key: clientKey(branch, method), method: method, msg: msg, to: to, done: done, raw: raw, loan: loan, again: again,
		interval: t1, deadline: time.Now().Add(64 * t1)}
	if err := u.admit(ep, to, msg); err != nil {
		s.finish(done, nil, fmt.Errorf("sending %s to %s: %w", method, to.Addr, err))
		return
	}
	first := t1
	if to.tcp() {
		first = 64 * t1
	}
	s.mu.Lock()
	if s.gone {
		s.mu.Unlock()
		u.stats.clientTx.Add(-1)
		done(nil, ErrClosed)
		return
	}
	s.client[tx.key] = tx
	u.wheel.set(&tx.timer, tx, first)
	s.mu.Unlock()
	u.stats.count(false, method, 0)
	if u.tells() {
		u.event("client", "%s to %s: new transaction", method, to.Addr)
	}
	if u.endpoint() != ep {
		tx.fail(ErrClosed)
		return
	}
	tx.write()
}

// leave fails the transactions that were sent from another endpoint than ep: their
// answers go to where that was, and what they sent must not come again from here.
func (s *shard) leave(ep *endpoint) {
	s.mu.Lock()
	var old []*clientTx
	for _, tx := range s.client {
		if tx.ep != ep {
			old = append(old, tx)
		}
	}
	s.mu.Unlock()
	for _, tx := range old {
		tx.fail(ErrClosed)
	}
}

// admit checks what can be known before a request is sent, and counts it.
func (u *UA) admit(ep *endpoint, to Target, msg []byte) error {
	switch {
	case !to.Addr.IsValid() || to.Addr.Port() == 0:
		return ErrNoTarget
	case len(msg) > maxMessage:
		return ErrTooBig
	case ep == nil:
		return ErrClosed
	}
	if n := u.stats.clientTx.Add(1); int(n) > u.o.MaxClientTransactions {
		u.stats.clientTx.Add(-1)
		return ErrOverload
	}
	return nil
}

// finish calls done on the worker, or here when the workers have ended.
func (s *shard) finish(done func(*sip.Response, error), res *sip.Response, err error) {
	if !s.post(func() { done(res, err) }) {
		done(res, err)
	}
}

// write sends the request; a transport error ends the transaction (17.1.4).
func (tx *clientTx) write() {
	st := tx.shard.ua.transmitTo(tx.to, tx.msg, tx.fail)
	if st == nil {
		return
	}
	s := tx.shard
	s.mu.Lock()
	waits := s.client[tx.key] != tx || st.await(tx)
	if waits {
		tx.stream = st
	}
	s.mu.Unlock()
	if !waits {
		tx.fail(errLost)
	}
}

func (tx *clientTx) lost(err error) { tx.fail(err) }

func (tx *clientTx) fail(err error) {
	if tx.take() {
		if tx.shard.ua.tells() {
			tx.shard.ua.event("client", "%s to %s failed: %v", tx.method, tx.to.Addr, err)
		}
		tx.shard.finish(tx.done, nil, fmt.Errorf("sending %s to %s: %w", tx.method, tx.to.Addr, err))
	}
}

// take removes the transaction; true for the one caller that may call done.
func (tx *clientTx) take() bool {
	s := tx.shard
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.client[tx.key] != tx {
		return false
	}
	delete(s.client, tx.key)
	tx.stream.release(tx)
	s.ua.wheel.clear(&tx.timer)
	s.ua.stats.clientTx.Add(-1)
	return true
}

// expire is Timer E or F.
func (tx *clientTx) expire(now time.Time) {
	s := tx.shard
	s.mu.Lock()
	if s.client[tx.key] != tx {
		s.mu.Unlock()
		return
	}
	if !now.Before(tx.deadline) {
		s.mu.Unlock()
		tx.fail(ErrTimeout)
		return
	}
	tx.loan = nil // somebody is about to read it
	tx.interval = min(2*tx.interval, t2)
	if tx.slow {
		tx.interval = t2
	}
	wait := min(tx.interval, tx.deadline.Sub(now))
	s.ua.wheel.set(&tx.timer, tx, wait)
	s.mu.Unlock()
	s.ua.stats.again(false, tx.method)
	if s.ua.tells() {
		s.ua.event("client", "%s to %s sent again", tx.method, tx.to.Addr)
	}
	if tx.again != nil {
		tx.again(wait)
	}
	tx.write()
}

// response takes a received response to its transaction. RFC 3261 17.1.3.
func (s *shard) response(it item, h *head) {
	u := s.ua
	if h.fault != "" || len(h.vias) == 0 || h.cseqMethod == "" || h.length > len(it.data)-h.body {
		u.garbage(it, "malformed response")
		return
	}
	top, ok := parseVia(view(h.vias[0]))
	if !ok || len(h.vias) > 1 || top.end < len(top.text) { // RFC 3261 8.1.3.3
		u.garbage(it, "response with a wrong Via")
		return
	}
	var room [96]byte
	key := appendClientKey(room[:0], top.branch, h.cseqMethod)
	s.mu.Lock()
	tx, inv := s.client[string(key)], s.invites[string(key)]
	s.mu.Unlock()
	if tx == nil && inv == nil {
		u.stats.stray.Add(1)
		return
	}
	u.stats.count(true, h.cseqMethod, h.code)
	if u.tells() {
		u.event("client", "%s answered %d by %s", h.cseqMethod, h.code, it.src)
	}
	if tx != nil && h.code < 200 {
		s.mu.Lock()
		tx.slow = true
		s.mu.Unlock()
		return
	}
	if tx != nil && tx.raw && h.code < 300 {
		if tx.take() {
			if tx.loan != nil {
				rooms.Put(tx.loan)
			}
			s.success.StatusCode = h.code
			tx.done(&s.success, nil)
		}
		return
	}
	data := it.data
	if h.length >= 0 {
		data = data[:h.body+h.length]
	}
	m, err := u.parse(data)
	res, ok := m.(*sip.Response)
	if err != nil || !ok {
		u.garbage(it, "malformed response")
		return
	}
	res.SetSource(it.src.String())
	res.SetTransport(it.transport())
	switch {
	case inv != nil:
		inv.response(res, h)
	case tx.take():
		tx.done(res, nil)
	}
}

// shardOf finds the worker of a Call-ID.
func (u *UA) shardOf(callID []byte) *shard {
	return u.shards[maphash.Bytes(u.seed, callID)%uint64(len(u.shards))]
}
