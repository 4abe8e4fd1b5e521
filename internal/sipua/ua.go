package sipua

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/emiago/sipgo/sip"
)

// Errors that Send and Respond report.
var (
	ErrClosed   = errors.New("sip endpoint is closed")             // not configured, or Close was called
	ErrTimeout  = errors.New("no final response (timer B/F)")      // RFC 3261 17.1: 64*T1
	ErrOverload = errors.New("too many outstanding transactions")  // Options.MaxClientTransactions
	ErrAnswered = errors.New("transaction already has its answer") // second final response
	ErrTooBig   = errors.New("message too big for its transport")  // above 64 KiB
	ErrNoTarget = errors.New("no usable destination address")      // Target without address
)

// Network is where sockets come from: OS in the product, memory in tests.
type Network interface {
	ListenPacket(addr netip.AddrPort) (net.PacketConn, error)
	Listen(addr netip.AddrPort) (net.Listener, error)
	Dial(ctx context.Context, addr netip.AddrPort) (net.Conn, error)
}

// Config is what the operator configures.
type Config struct {
	Enabled bool
	Addr    netip.AddrPort // configured address; port 0 lets the system choose
	Bind    netip.Addr     // stand-in when the host lacks Addr; invalid: none
}

// Options are fixed for the life of a UA. Zero values mean the default in brackets.
type Options struct {
	Net       Network     // [OS]
	Log       *logbuf.Log // nil: silent
	UserAgent string      // Server and User-Agent header ["Cisco-SIPGateway/IOS-12.x"]
	Tracer    Tracer      // sees every message as it is on the wire; nil: none
	Workers   int         // handler goroutines [16]

	AllowEvents           []string // Allow-Events in the built-in OPTIONS answer and Stamp
	MaxTransactions       int      // finished server transactions kept for retransmissions [262144]
	MaxClientTransactions int      // outstanding client transactions [131072]
	MaxConns              int      // TCP connections [2048]
}

// Tracer is told every message received (before it is parsed) and sent, on the
// goroutine that handles it. It must not block or keep msg.
type Tracer func(sent bool, transport string, peer netip.AddrPort, msg []byte)

// Target is where a request is sent. Transport is "UDP" ("" too) or "TCP"; a TCP
// connection to Addr is used again if there is one.
type Target struct {
	Addr      netip.AddrPort
	Transport string
}

// Raw is a request that the caller has written out, for fan-outs where building
// a sip.Request for each watcher would cost more than sending it. The UA inserts
// its Via between the two parts and adds nothing else.
type Raw struct {
	Method string
	CallID string // the value inside Rest: decides the worker that calls done
	Line   string // request line without line end
	Rest   []byte // all other header lines, the empty line and the body; not changed, not kept after done
}

// UA is the endpoint. All methods may be called from any goroutine, except
// Handle, which belongs before the first Apply.
type UA struct{}

// New makes a closed endpoint. Close it to stop its goroutines.
func New(o Options) *UA { return &UA{} }

// Apply opens, moves or closes the endpoint so that it matches new; old is not
// needed (level-triggered). A port that cannot be had is logged once and tried
// again every 5 s until Apply is called again; that is not an error and Apply
// does not wait for it.
func (u *UA) Apply(ctx context.Context, old, new Config) error { return nil }

// LocalAddr is the bound address, zero while closed.
func (u *UA) LocalAddr() netip.AddrPort { return netip.AddrPort{} }

// Advertised is the address for Contact and Via: the bound one, or the
// configured one when bound to the unspecified address.
func (u *UA) Advertised() netip.AddrPort { return netip.AddrPort{} }

// Close closes the sockets, fails outstanding client transactions with
// ErrClosed and waits for all goroutines. It must not be called by a handler.
func (u *UA) Close() error { return nil }

// Handle sets the handler of a method. OPTIONS has one from the start (200 with
// Allow, Accept, Allow-Events, Supported), which this may replace. INVITE
// handlers may return without a final response (the UA sends 100); others get
// 500 sent for them. An "ACK" handler sees the ACK to a 2xx; its ServerTx cannot
// respond. CANCEL is the UA's own: see ServerTx.OnCancel.
func (u *UA) Handle(method string, f func(*ServerTx)) {}

// Send starts a non-INVITE client transaction. It adds Via (branch, rport), and
// Max-Forwards, User-Agent and Content-Length if missing; req must not be
// changed afterwards. done is called exactly once, on the worker of the Call-ID,
// never before Send returns: with the final response (err nil), or with
// ErrTimeout (Timer F, 32 s), ErrClosed, ErrOverload, or a transport error.
// RFC 3261 17.1.2.
func (u *UA) Send(req *sip.Request, to Target, done func(*sip.Response, error)) {}

// SendRaw is Send for a request that is already bytes.
func (u *UA) SendRaw(r Raw, to Target, done func(*sip.Response, error)) {}

// Stats are counters since the start or ResetStats.
func (u *UA) Stats() Stats { return Stats{} }

// ResetStats sets all counters to zero (`clear sip-ua statistics`).
func (u *UA) ResetStats() {}

// Count is one counted kind of message.
type Count struct {
	Method string // "OTHER" for methods that are not in Methods
	Code   int    // status code; 0: the requests themselves
}

// Stats is a copy of the counters.
type Stats struct {
	In, Out       map[Count]uint64  // retransmissions are not in here
	RetransmitsIn map[string]uint64 // by method: requests answered from memory
	Retransmits   map[string]uint64 // by method: requests we sent again
	Garbage       uint64            // not SIP, or too broken to answer
	Dropped       uint64            // worker queue full
	Stray         uint64            // responses without a transaction
	Rejected      uint64            // requests refused before a handler saw them
	Connections   []Connection      // open TCP connections
	ServerTx      int               // server transactions in memory
	ClientTx      int               // outstanding client transactions
	Since         time.Time         // when counting began
}

// Connection is one TCP connection (`show sip-ua connections`).
type Connection struct {
	Peer     netip.AddrPort
	Inbound  bool
	LastUsed time.Time
}
