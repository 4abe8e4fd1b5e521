package sipua

import (
	"time"

	"github.com/emiago/sipgo/sip"
)

// Timers of RFC 3261 17.1.1.1 (table 4).
const (
	t1 = 500 * time.Millisecond
	t2 = 4 * time.Second
	t4 = 5 * time.Second
)

type inviteState uint8

const (
	inviteProceeding inviteState = iota
	inviteAccepted               // 2xx sent, RFC 6026
	inviteCompleted              // 3xx-6xx sent, waiting for ACK
	inviteEnded
)

// inviteServer is the INVITE part of a server transaction: RFC 3261 17.2.1 with
// the Accepted state of RFC 6026. Unlike there it also repeats the 2xx until the
// ACK comes (RFC 3261 13.3.1.4), so that the call model need not. shard.mu
// guards all fields.
type inviteServer struct {
	timer
	shard    *shard
	entry    *entry
	bytes    int       // of the request, in shard.callBytes
	tx       *ServerTx // until the final response: it holds the whole request
	toTag    string    // from then on
	key      ackKey    // while accepted
	state    inviteState
	acked    bool // 2xx acknowledged
	interval time.Duration
	deadline time.Time // Timer H or L
	onCancel func()
	onEnd    func(error)
}

// ackKey finds the INVITE that an ACK to a 2xx belongs to: its branch is new.
type ackKey struct {
	callID, fromTag, toTag string
	cseq                   uint32
}

func (r *request) ackKey() ackKey {
	return ackKey{clean(r.head.callID), tagOf(clean(r.head.from)), tagOf(clean(r.head.to)), r.head.cseq}
}

// answer starts what follows a final response. s.mu is held.
func (i *inviteServer) answer(s *shard, code int) {
	i.toTag = i.tx.ToTag()
	i.key = i.tx.request.ackKey()
	i.key.toTag = i.toTag
	i.tx, i.onCancel = nil, nil
	i.interval = t1
	i.deadline = time.Now().Add(64 * t1)
	if code < 300 {
		i.state = inviteAccepted
		s.acks[i.key] = i
		s.ua.wheel.set(&i.timer, i, t1)
		return
	}
	i.state = inviteCompleted
	if i.entry.stream != nil { // no Timer G on a reliable transport
		s.ua.wheel.set(&i.timer, i, 64*t1)
		return
	}
	s.ua.wheel.set(&i.timer, i, t1)
}

// expire repeats the response, or ends the transaction.
func (i *inviteServer) expire(now time.Time) {
	s, e := i.shard, i.entry
	s.mu.Lock()
	if i.state == inviteEnded {
		s.mu.Unlock()
		return
	}
	if i.acked || !now.Before(i.deadline) {
		end := i.end(s)
		lost := !i.acked
		s.mu.Unlock()
		if lost && end != nil {
			s.post(func() { end(ErrTimeout) })
		}
		return
	}
	i.interval = min(2*i.interval, t2)
	s.ua.wheel.set(&i.timer, i, min(i.interval, i.deadline.Sub(now)))
	resp := e.resp
	s.mu.Unlock()
	s.ua.stats.again(false, "INVITE")
	s.ua.sent(s.ua.transmit(e.to, e.stream, resp, nil))
}

// end forgets the transaction and returns onEnd. s.mu is held.
func (i *inviteServer) end(s *shard) func(error) {
	if i.state == inviteAccepted {
		delete(s.acks, i.key)
	}
	i.state = inviteEnded
	s.ua.wheel.clear(&i.timer)
	s.forget(i.entry)
	f := i.onEnd
	i.onEnd, i.onCancel = nil, nil
	return f
}

// ack takes an ACK: the one to 3xx-6xx has the key of its INVITE (e) and ends
// here, the one to a 2xx goes on to the ACK handler.
func (s *shard) ack(r *request, e *entry) {
	s.mu.Lock()
	var end func(error)
	if e != nil && e.invite != nil && e.invite.state == inviteCompleted {
		i := e.invite
		end, i.onEnd = i.onEnd, nil
		if !i.acked {
			i.acked = true
			if e.stream != nil {
				i.end(s)
			} else { // Timer I absorbs further ACKs
				s.ua.wheel.set(&i.timer, i, t4)
			}
		}
		s.mu.Unlock()
		if end != nil {
			end(nil)
		}
		return
	}
	i := s.acks[r.ackKey()]
	if i == nil {
		s.mu.Unlock()
		s.ua.stats.stray.Add(1)
		return
	}
	first := !i.acked
	if first {
		i.acked = true
		end, i.onEnd = i.onEnd, nil
		// Kept until Timer L so that late INVITEs are not taken for new ones.
		s.ua.wheel.set(&i.timer, i, max(time.Until(i.deadline), wheelTick))
	}
	s.mu.Unlock()
	if !first {
		return
	}
	if handler := s.ua.handler("ACK"); handler.f != nil {
		if code, why := r.parse(s.ua); code != 0 {
			s.ua.refuse(r, code, why)
		} else {
			handler.f(newServerTx(s, nil, r))
		}
	}
	if end != nil {
		end(nil)
	}
}

// cancel answers a CANCEL and hands it to the INVITE it names. RFC 3261 9.2.
func (s *shard) cancel(r *request) {
	tx := s.begin(r, r.key(), newServerTx)
	s.mu.Lock()
	e := s.server[r.cancelled()]
	var invite *ServerTx // nil once answered
	tag := ""
	if e != nil && e.invite != nil {
		invite, tag = e.invite.tx, e.invite.toTag
	}
	s.mu.Unlock()
	if e == nil || e.invite == nil {
		tx.mustReject(sip.StatusCallTransactionDoesNotExists)
		return
	}
	if invite != nil {
		tag = invite.ToTag()
	}
	if tx.tag == "" { // RFC 3261 9.2: the To tag of both answers should be the same
		tx.own.Store(&tag)
	}
	tx.mustReject(sip.StatusOK)
	s.mu.Lock()
	f := e.invite.onCancel
	e.invite.onCancel = nil
	s.mu.Unlock()
	if invite == nil {
		return
	}
	if f != nil {
		f()
	}
	s.mu.Lock()
	pending := e.invite.state == inviteProceeding
	s.mu.Unlock()
	if pending {
		invite.mustReject(sip.StatusRequestTerminated)
	}
}

// cancelled is the key of the INVITE that a CANCEL names.
func (r *request) cancelled() string {
	c := *r
	h := *r.head
	h.method = "INVITE"
	c.head = &h
	return c.key()
}

// OnCancel sets what is called when the INVITE is cancelled before its final
// response. The UA has answered the CANCEL by then and sends 487 when f returns
// without having sent a final response. Call it in the handler. f runs on the
// worker of the Call-ID.
func (t *ServerTx) OnCancel(f func()) {
	if t.entry == nil || t.entry.invite == nil {
		return
	}
	t.shard.mu.Lock()
	t.entry.invite.onCancel = f
	t.shard.mu.Unlock()
}

// OnEnd sets what is called when an INVITE transaction is over: nil when the ACK
// came, ErrTimeout when it did not within 64*T1. f runs on the worker of the Call-ID.
func (t *ServerTx) OnEnd(f func(error)) {
	if t.entry == nil || t.entry.invite == nil {
		return
	}
	t.shard.mu.Lock()
	t.entry.invite.onEnd = f
	t.shard.mu.Unlock()
}
