package sipua

import (
	"bytes"
	"time"

	"github.com/emiago/sipgo/sip"
)

// Verdict is what becomes of a request. The zero value passes it.
type Verdict struct {
	Drop   bool   // it is not answered at all
	Status int    // else, if not 0, it is refused with this status, without a transaction
	Reason string // of a refusal: Reason header (RFC 3326), "" for none
}

// admitted asks the guard and carries out its verdict. Responses are for whoever
// sent the request, and keep-alives say nothing.
func (u *UA) admitted(it item) bool {
	start := bytes.TrimLeft(it.data, "\r\n")
	if len(start) == 0 || bytes.HasPrefix(start, []byte("SIP/")) {
		return true
	}
	// A longer method is garbage; the guard is told that it is none it knows.
	method, _, ok := bytes.Cut(start[:min(len(start), maxMethod)], []byte(" "))
	if !ok {
		method = nil
	}
	v := u.o.Guard(it.src.Addr().Unmap(), string(method))
	if v.Passes() {
		return true
	}
	u.stats.dropped.Add(1)
	u.debugError("%s:%s: %s from an untrusted source", it.transport(), it.src, method)
	if v.Drop {
		return false
	}
	if h, err := scan(it.data); err == nil && h.request {
		r := request{item: it, head: h}
		code, why := r.check()
		var more []string
		if code == 0 {
			code, more = v.Status, v.headers()
		}
		u.refuse(&r, code, why, more...)
	}
	return false
}

// Passes says that the request is taken.
func (v Verdict) Passes() bool { return !v.Drop && v.Status == 0 }

func (v Verdict) headers() []string {
	if v.Reason == "" {
		return nil
	}
	return []string{"Reason: " + v.Reason}
}

// maxMethod bounds the text that a method is looked for in, in bytes.
const maxMethod = 64

// receive takes a message from a reader and hands a copy to the worker of its Call-ID.
func (u *UA) receive(it item) {
	it.at = time.Now()
	if u.o.Guard != nil && !u.admitted(it) {
		return
	}
	s := u.shardOf(callIDOf(it.data))
	queue := func() bool {
		queued := it
		queued.data = append([]byte(nil), it.data...)
		return s.offer(queued)
	}
	if u.fair(s, it) && queue() {
		return
	}
	if it.stream != nil && inDialog(it.data) {
		it.stream.holdUp(func() bool { return s.pressure(time.Now()) < crowded && queue() })
		return
	}
	u.stats.dropped.Add(1)
	if it.stream == nil {
		return // the sender will retransmit
	}
	if h, err := scan(it.data); err == nil && h.request {
		r := request{item: it, head: h}
		if code, why := r.check(); code != 0 {
			u.refuse(&r, code, why)
		} else {
			u.refuse(&r, sip.StatusServiceUnavailable, "")
		}
	}
}
