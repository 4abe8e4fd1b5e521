package sipua

import (
	"fmt"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// InviteTx is an INVITE client transaction. RFC 3261 17.1.1, RFC 6026.
type InviteTx struct {
	timer
	shard  *shard
	key    string
	branch string
	req    *sip.Request
	to     Target
	f      func(*sip.Response, error)

	// shard.mu guards the rest.
	state    inviteClientState
	interval time.Duration // Timer A
	deadline time.Time     // Timer B, D or M, by state
	cancel   bool          // Cancel was called
	reason   []string      // further headers of the CANCEL: name, value, …
	msg      []byte        // nil once there was a response
	acks     []ackBytes    // of each fork that has answered 2xx
	stream   *stream       // whose end ends it while calling; nil: UDP
}

type ackBytes struct {
	tag string // of the fork
	msg []byte // nil until Ack
	to  Target
}

type inviteClientState uint8

const (
	clientCalling inviteClientState = iota
	clientProceeding
	clientCompleted // 3xx-6xx, Timer D
	clientAccepted  // 2xx, Timer M
	clientEnded
)

// Invite sends an INVITE as Send does. f is called for every response but 100, on
// the worker of the Call-ID: each provisional, the final one, and the first 2xx
// of each further fork; or once with an error. The UA acknowledges 3xx-6xx
// itself; for a 2xx the caller gives Ack the ACK, which is then repeated for
// each repeated 2xx. A call may ring as long as the other side likes: whoever has
// waited long enough calls Cancel.
func (u *UA) Invite(req *sip.Request, to Target, f func(*sip.Response, error)) *InviteTx {
	branch, ep := newBranch(), u.endpoint()
	callID, msg := u.compose(ep, req, to, branch)
	s := u.shardOf([]byte(callID))
	t := &InviteTx{shard: s, key: clientKey(branch, "INVITE"), branch: branch, req: req, msg: msg, to: to, f: f,
		interval: t1, deadline: time.Now().Add(64 * t1)}
	if err := u.admit(ep, to, msg); err != nil {
		t.state = clientEnded
		s.finish(f, nil, fmt.Errorf("sending INVITE to %s: %w", to.Addr, err))
		return t
	}
	first := t1
	if to.tcp() {
		first = 64 * t1
	}
	s.mu.Lock()
	if s.gone {
		t.state = clientEnded
		s.mu.Unlock()
		u.stats.clientTx.Add(-1)
		f(nil, ErrClosed)
		return t
	}
	s.invites[t.key] = t
	u.wheel.set(&t.timer, t, first)
	s.mu.Unlock()
	u.stats.count(false, "INVITE", 0)
	if u.tells() {
		u.event("client", "INVITE to %s: new transaction", to.Addr)
	}
	if st := u.transmitTo(to, msg, t.fail); st != nil {
		s.mu.Lock()
		waits := t.state == clientEnded || st.await(t)
		if waits {
			t.stream = st
		}
		s.mu.Unlock()
		if !waits {
			t.lost(errLost)
		}
	}
	return t
}

// lost fails the transaction if the connection ended before any response: once
// there was one, the others may come by a new connection (RFC 3261 18.2.2).
func (t *InviteTx) lost(err error) { t.failUpTo(clientCalling, err) }

// end removes the transaction. shard.mu is held.
func (t *InviteTx) end() bool {
	if t.state == clientEnded {
		return false
	}
	t.state = clientEnded
	delete(t.shard.invites, t.key)
	t.stream.release(t)
	t.shard.ua.wheel.clear(&t.timer)
	t.shard.ua.stats.clientTx.Add(-1)
	return true
}

// fail ends the transaction with an error unless a final response was given.
func (t *InviteTx) fail(err error) { t.failUpTo(clientProceeding, err) }

func (t *InviteTx) failUpTo(last inviteClientState, err error) {
	t.shard.mu.Lock()
	ended := t.state <= last && t.end()
	t.shard.mu.Unlock()
	if ended {
		t.shard.finish(t.f, nil, fmt.Errorf("sending INVITE to %s: %w", t.to.Addr, err))
	}
}

// expire is Timer A, B, D or M, or the end of patience after a CANCEL (9.1).
func (t *InviteTx) expire(now time.Time) {
	s := t.shard
	s.mu.Lock()
	switch {
	case t.state == clientEnded:
		s.mu.Unlock()
	case !now.Before(t.deadline):
		if t.state == clientCompleted || t.state == clientAccepted {
			t.end()
			s.mu.Unlock()
			return
		}
		s.mu.Unlock()
		t.fail(ErrTimeout)
	case t.state == clientCalling:
		t.interval *= 2
		s.ua.wheel.set(&t.timer, t, min(t.interval, t.deadline.Sub(now)))
		msg := t.msg
		s.mu.Unlock()
		s.ua.stats.again(false, "INVITE")
		s.ua.transmitTo(t.to, msg, t.fail)
	default:
		s.ua.wheel.set(&t.timer, t, t.deadline.Sub(now))
		s.mu.Unlock()
	}
}

// response runs on the worker.
func (t *InviteTx) response(res *sip.Response, h *head) {
	s := t.shard
	toTag := tagOf(clean(h.to))
	var repeat []byte
	var repeatTo Target
	pass, cancel := false, false
	s.mu.Lock()
	t.msg = nil // it is not repeated any more, and kept for 32 s
	switch {
	case h.code < 200:
		if t.state == clientCalling {
			t.state = clientProceeding
			cancel = t.cancel
			s.ua.wheel.clear(&t.timer) // no Timer A or B any more
		}
		pass = t.state == clientProceeding && h.code > 100
	case h.code < 300:
		if t.state == clientCalling || t.state == clientProceeding {
			t.state = clientAccepted
			t.deadline = time.Now().Add(64 * t1)
			s.ua.wheel.set(&t.timer, t, 64*t1)
		}
		if t.state != clientAccepted {
			break
		}
		if a := t.ackOf(toTag); a != nil {
			repeat, repeatTo = a.msg, a.to
		} else if len(t.acks) < 64 { // forks: more is no network but an attack
			t.acks = append(t.acks, ackBytes{tag: strings.Clone(toTag)})
			pass = true
		}
	default:
		if t.state == clientCalling || t.state == clientProceeding {
			t.state = clientCompleted
			pass = true
			wait := 64 * t1 // Timer D
			if t.to.tcp() {
				wait = wheelTick
			}
			t.deadline = time.Now().Add(wait)
			s.ua.wheel.set(&t.timer, t, wait)
		}
		if t.state == clientCompleted {
			repeat, repeatTo = t.ackFor(h), t.to
		}
	}
	s.mu.Unlock()
	if repeat != nil {
		s.ua.stats.count(false, "ACK", 0)
		s.ua.transmitTo(repeatTo, repeat, s.ua.sent)
	}
	if cancel {
		t.sendCancel()
	}
	if pass {
		t.f(res, nil)
	}
}

// ackOf is the ACK to the 2xx of a fork, nil before that has come. shard.mu is held.
func (t *InviteTx) ackOf(tag string) *ackBytes {
	for i := range t.acks {
		if t.acks[i].tag == tag {
			return &t.acks[i]
		}
	}
	return nil
}

// ackFor writes the ACK to a 3xx-6xx: same branch and request URI, the To of the
// response. RFC 3261 17.1.1.3.
func (t *InviteTx) ackFor(h *head) []byte {
	ack := t.sibling(sip.ACK)
	ack.ReplaceHeader(sip.NewHeader("To", clean(h.to)))
	_, msg := t.shard.ua.compose(t.shard.ua.endpoint(), ack, t.to, t.branch)
	return msg
}

// sibling makes the ACK or CANCEL of this INVITE.
func (t *InviteTx) sibling(method sip.RequestMethod) *sip.Request {
	r := sip.NewRequest(method, t.req.Recipient)
	for _, name := range []string{"Route", "From", "To", "Call-ID"} {
		for _, v := range Values(t.req, name) {
			r.AppendHeader(sip.NewHeader(name, v))
		}
	}
	if c := t.req.CSeq(); c != nil {
		r.AppendHeader(&sip.CSeqHeader{SeqNo: c.SeqNo, MethodName: method})
	}
	return r
}

// Cancel asks the other side to give up: the CANCEL leaves once a provisional
// response has come (RFC 3261 9.1). f still gets the final response, or
// ErrTimeout when none comes within 32 s of the CANCEL. Further headers of the
// CANCEL (Reason, RFC 3326) are given as name, value pairs.
func (t *InviteTx) Cancel(headers ...string) {
	s := t.shard
	s.mu.Lock()
	now := t.state == clientProceeding && !t.cancel
	if !t.cancel {
		t.cancel, t.reason = true, headers
	}
	s.mu.Unlock()
	if now {
		t.sendCancel()
	}
}

func (t *InviteTx) sendCancel() {
	s := t.shard
	s.mu.Lock()
	if t.state == clientProceeding {
		t.deadline = time.Now().Add(64 * t1)
		s.ua.wheel.set(&t.timer, t, 64*t1)
	}
	reason := t.reason
	s.mu.Unlock()
	req := t.sibling(sip.CANCEL)
	for i := 0; i+1 < len(reason); i += 2 {
		req.AppendHeader(sip.NewHeader(reason[i], reason[i+1]))
	}
	ep := s.ua.endpoint()
	callID, msg := s.ua.compose(ep, req, t.to, t.branch)
	s.ua.send(ep, "CANCEL", callID, t.branch, msg, t.to, func(*sip.Response, error) {}, true, nil, nil)
}

// Ack sends the ACK for a 2xx with the To tag of ack, now and for each
// retransmission of that 2xx. The ACK is a request of the dialog: see Dialog.Ack.
func (t *InviteTx) Ack(ack *sip.Request, to Target) error {
	_, msg := t.shard.ua.compose(t.shard.ua.endpoint(), ack, to, newBranch())
	return t.ack(msg, ToTag(ack), to)
}

// AckRaw is Ack for Dialog.RawAck; tag is the remote tag of that dialog.
func (t *InviteTx) AckRaw(r Raw, tag string, to Target) error {
	return t.ack(complete(t.shard.ua.endpoint(), r, to, newBranch()), tag, to)
}

func (t *InviteTx) ack(msg []byte, tag string, to Target) error {
	s := t.shard
	if len(msg) > maxMessage {
		return fmt.Errorf("sending ACK to %s: %w", to.Addr, ErrTooBig)
	}
	s.mu.Lock()
	if t.state == clientAccepted {
		if a := t.ackOf(tag); a != nil {
			a.msg, a.to = msg, to
		}
	}
	s.mu.Unlock()
	s.ua.stats.count(false, "ACK", 0)
	s.ua.transmitTo(to, msg, s.ua.sent)
	return nil
}
