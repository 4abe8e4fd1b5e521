package sipua

import (
	"net/netip"

	"github.com/emiago/sipgo/sip"
)

// ServerTx is a request and the means to answer it. RFC 3261 17.2.
type ServerTx struct{}

// Request is the parsed request; its top Via carries received and rport already.
// The caller may keep it but not change it.
func (t *ServerTx) Request() *sip.Request { return nil }

// Source is where the request came from.
func (t *ServerTx) Source() netip.AddrPort { return netip.AddrPort{} }

// Transport is "UDP" or "TCP".
func (t *ServerTx) Transport() string { return "" }

// Reply is the target that reaches the sender: source address and transport.
func (t *ServerTx) Reply() Target { return Target{} }

// Raw is the request as received. It must not be changed.
func (t *ServerTx) Raw() []byte { return nil }

// NewResponse makes a response with Via, From, To, Call-ID and CSeq as they were
// in the request, the To tag of this transaction (the same every time; none in
// 100) and Server, and Record-Route in 1xx and 2xx to requests that form dialogs.
// An empty reason is replaced by the usual phrase.
func (t *ServerTx) NewResponse(code int, reason string) *sip.Response { return nil }

// ToTag is the local tag: the request's own, or the one NewResponse adds.
func (t *ServerTx) ToTag() string { return "" }

// Respond sends res and keeps its bytes for retransmissions. A Content-Length is
// added. ErrAnswered after a final response; transport errors are wrapped.
func (t *ServerTx) Respond(res *sip.Response) error { return nil }

// Reject is Respond(NewResponse(code, reason)) with additional headers given as
// name, value pairs.
func (t *ServerTx) Reject(code int, reason string, headers ...string) error { return nil }

// Merged says that the same request has arrived by another path and is, or was
// in the last 32 s, in a transaction of its own: answer 482. RFC 3261 8.2.2.2.
func (t *ServerTx) Merged() bool { return false }

// OnCancel sets what is called when the INVITE is cancelled before its final
// response. The UA has answered the CANCEL by then and sends 487 when f returns
// without having sent a final response. Call it in the handler. f runs on the
// worker of the Call-ID.
func (t *ServerTx) OnCancel(f func()) {}

// OnEnd sets what is called when an INVITE transaction is over: nil when the ACK
// came, ErrTimeout when it did not within 64*T1. f runs on the worker of the Call-ID.
func (t *ServerTx) OnEnd(f func(error)) {}
