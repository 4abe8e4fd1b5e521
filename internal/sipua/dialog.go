package sipua

import (
	"errors"

	"github.com/emiago/sipgo/sip"
)

// Errors of Dialog.Check.
var (
	ErrOldCSeq   = errors.New("CSeq is lower than the last one") // answer 500, RFC 3261 12.2.2
	ErrNoContact = errors.New("no usable Contact")               // answer 400
)

// Dialog is the state of RFC 3261 12 that requests inside a dialog are made
// from. It is plain data so that a journal can store it; the caller serialises
// access (the worker of the Call-ID does that).
type Dialog struct {
	CallID       string
	LocalTag     string
	RemoteTag    string
	Local        string   // our side: From of requests we send, without tag ("<sip:2001@10.1.1.2>")
	Remote       string   // To of requests we send, without tag
	RemoteTarget string   // URI of the other side's Contact
	Routes       []string // route set, in the order of Route headers, each a name-addr
	LocalCSeq    uint32   // last one used
	RemoteCSeq   uint32   // last one seen; 0: none yet
}

// UASDialog makes the dialog that answering req creates (RFC 3261 12.1.1).
// ErrNoContact if req has none or it is no SIP URI.
func UASDialog(req *sip.Request, localTag string) (*Dialog, error) { return &Dialog{}, nil }

// UACDialog makes the dialog that res to our req creates (RFC 3261 12.1.2), or,
// for a NOTIFY that comes before the 200, see UACDialogFromNotify.
func UACDialog(req *sip.Request, res *sip.Response) (*Dialog, error) { return &Dialog{}, nil }

// UACDialogFromNotify makes the dialog that a NOTIFY creates for our SUBSCRIBE
// req (RFC 6665 4.4.1).
func UACDialogFromNotify(req, notify *sip.Request) (*Dialog, error) { return &Dialog{}, nil }

// Key identifies a dialog for maps: Call-ID and both tags.
type Key struct{ CallID, LocalTag, RemoteTag string }

// Key of the dialog.
func (d *Dialog) Key() Key { return Key{d.CallID, d.LocalTag, d.RemoteTag} }

// KeyOf is the key of the dialog that a received request is in; LocalTag is ""
// for a request outside of any dialog.
func KeyOf(req *sip.Request) Key { return Key{} }

// Check takes a received request of the dialog: ErrOldCSeq, or the remote CSeq
// is moved on, and for a target refresh request (SUBSCRIBE, NOTIFY, INVITE,
// UPDATE, REFER) the remote target too. RFC 3261 12.2.2, RFC 6665 4.4.1.
func (d *Dialog) Check(req *sip.Request) error { return nil }

// Request makes the next request of the dialog with loose or strict routing
// (RFC 3261 12.2.1.1): Route, From, To, Call-ID, CSeq, Contact. contact is a URI
// or "" for none. An error means a remote target or route that is no URI.
func (d *Dialog) Request(method, contact string) (*sip.Request, error) { return nil, nil }

// Raw is Request for SendRaw. head is further header lines, each ended by CRLF;
// Content-Length and User-Agent are added.
func (d *Dialog) Raw(method, contact, userAgent string, head, body []byte) Raw { return Raw{} }

// Ack makes the ACK for the 2xx to the INVITE with CSeq number cseq.
func (d *Dialog) Ack(cseq uint32) (*sip.Request, error) { return nil, nil }

// Target is where requests of the dialog go: the first route or the remote
// target if that names an IP address, else fallback (names are not resolved).
func (d *Dialog) Target(fallback Target) Target { return fallback }
