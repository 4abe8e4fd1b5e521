package sipua

import (
	"hash/maphash"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// INVITE server transactions, and the bytes of their requests; beyond that 503.
// While nobody handles INVITE there is nothing but refusals to repeat, which must
// not serve to flood third parties.
const (
	maxInvites     = 1 << 14
	maxInvitesIdle = 1 << 10
	maxInviteBytes = 64 << 20
)

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
	if e != nil && r.head.method != "ACK" {
		s.again(r, e)
		return
	}
	u.stats.count(true, r.head.method, 0)
	switch {
	case r.head.method == "ACK":
		s.ack(r, e)
		return
	case time.Since(r.at) > patience && r.startsSomething():
		u.stats.dropped.Add(1)
		// In a transaction, so that the copies behind it in the queue are not served.
		s.begin(r, key, newServerTx).mustReject(sip.StatusServiceUnavailable, "Retry-After", retryAfter)
		return
	case r.head.method == "INVITE" && s.fullOfCalls(len(r.data)):
		u.refuse(r, sip.StatusServiceUnavailable, "")
		return
	}
	handler := u.handler(r.head.method)
	if !handler.brief || !r.isPlain() {
		if code, why := r.parse(u); code != 0 {
			u.refuse(r, code, why)
			return
		}
	}
	if r.head.method == "CANCEL" {
		s.cancel(r)
		return
	}
	enter := newServerTx
	if handler.brief {
		enter = briefServerTx
	}
	tx := s.begin(r, key, enter)
	if handler.f == nil {
		code := sip.StatusMethodNotAllowed
		if !knownMethod(r.head.method) {
			code = sip.StatusNotImplemented
		}
		tx.mustReject(code, "Allow", u.Allow())
		return
	}
	handler.f(tx)
	tx.returned()
	if handler.brief {
		s.brief = ServerTx{} // which a large request is in, perhaps
	}
}

// startsSomething says that a request may be refused for want of time. One in a dialog may
// not, such as the refresh of a watcher that is there, nor a CANCEL: it goes on with what
// has been accepted, and to be late is better than a refusal, which may end it.
func (r *request) startsSomething() bool {
	return tagOf(view(r.head.to)) == "" && r.head.method != "CANCEL"
}

// fullOfCalls limits INVITE transactions, which keep their whole request until
// they are answered.
func (s *shard) fullOfCalls(size int) bool {
	most := maxInvitesIdle
	if s.ua.handler("INVITE").f != nil {
		most = maxInvites
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls >= max(1, most/len(s.ua.shards)) || s.callBytes+size > max(maxMessage, maxInviteBytes/len(s.ua.shards))
}

// begin enters a new transaction.
func (s *shard) begin(r *request, key string, enter func(*shard, *entry, *request) *ServerTx) *ServerTx {
	e := &entry{key: key, to: r.src, stream: r.stream}
	if r.stream == nil {
		e.to = r.top.reply(r.src)
	}
	tx := enter(s, e, r)
	if tx.tag == "" {
		e.merge = s.mergeKey(r)
	}
	if r.head.method == "INVITE" {
		e.invite = &inviteServer{shard: s, entry: e, tx: tx, bytes: len(r.data)}
	}
	s.mu.Lock()
	s.server[key] = e
	if e.invite != nil {
		s.calls++
		s.callBytes += e.invite.bytes
	}
	if e.merge != 0 {
		s.merged[e.merge]++
	}
	s.mu.Unlock()
	s.ua.stats.serverTx.Add(1)
	if s.ua.tells() {
		s.ua.event("server", "%s from %s over %s: new transaction", r.head.method, r.src, r.transport())
	}
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
		s.callBytes -= e.invite.bytes
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
	if s.ua.tells() {
		s.ua.event("server", "%s from %s received again", r.head.method, r.src)
	}
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
	var room [192]byte
	b := room[:0]
	if len(r.top.branch) > len(sip.RFC3261BranchMagicCookie) &&
		strings.EqualFold(r.top.branch[:len(sip.RFC3261BranchMagicCookie)], sip.RFC3261BranchMagicCookie) {
		b = appendLower(b, r.top.branch) // tokens compare without case, RFC 3261 7.3.1
	} else {
		b = append(b, r.head.uri...)
		b = append(b, ' ')
		b = append(b, tagOf(view(r.head.from))...)
		b = append(b, ' ')
		b = append(b, view(r.head.callID)...)
		b = append(b, ' ')
		b = strconv.AppendUint(b, uint64(r.head.cseq), 10)
		b = append(b, ' ')
		b = append(b, r.top.text...)
	}
	b = append(b, ' ')
	b = append(b, r.top.host...)
	b = append(b, ':')
	b = strconv.AppendInt(b, int64(r.top.port), 10)
	b = append(b, ' ')
	return string(append(b, method...))
}

// mergeKey is the same for copies of a request that came by different paths.
func (s *shard) mergeKey(r *request) uint64 {
	var m maphash.Hash
	m.SetSeed(s.ua.seed)
	for _, part := range [...]string{tagOf(view(r.head.from)), view(r.head.callID), r.head.method} {
		_, _ = m.WriteString(part)
		_ = m.WriteByte(0)
	}
	var room [10]byte
	_, _ = m.Write(strconv.AppendUint(room[:0], uint64(r.head.cseq), 10))
	return max(m.Sum64(), 1)
}
