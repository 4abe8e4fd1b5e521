package sipua

import "github.com/emiago/sipgo/sip"

// InviteTx is an INVITE client transaction. RFC 3261 17.1.1, RFC 6026.
type InviteTx struct{}

// Invite sends an INVITE as Send does. f is called for every response but 100, on
// the worker of the Call-ID: each provisional, the final one, and each 2xx of a
// further fork; or once with an error. The UA acknowledges 3xx-6xx itself; for a
// 2xx the caller gives Ack the ACK, which is then repeated for each repeated 2xx.
func (u *UA) Invite(req *sip.Request, to Target, f func(*sip.Response, error)) *InviteTx {
	return &InviteTx{}
}

// Cancel asks the other side to give up: the CANCEL leaves once a provisional
// response has come (RFC 3261 9.1). f still gets the final response.
func (t *InviteTx) Cancel() {}

// Ack sends the ACK for a 2xx with the To tag of ack, now and for each
// retransmission of that 2xx. The ACK is a request of the dialog: see Dialog.Ack.
func (t *InviteTx) Ack(ack *sip.Request, to Target) error { return nil }
