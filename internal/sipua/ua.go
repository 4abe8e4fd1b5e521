package sipua

import (
	"context"
	"errors"
	"hash/maphash"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/emiago/sipgo/sip"
)

// Errors that Send and Respond report.
var (
	ErrClosed   = errors.New("sip endpoint is closed")             // not configured, or Close was called
	ErrTimeout  = errors.New("no final response in time")          // RFC 3261 17.1: 64*T1
	ErrOverload = errors.New("too many outstanding transactions")  // Options.MaxClientTransactions
	ErrAnswered = errors.New("transaction already has its answer") // second final response
	ErrTooBig   = errors.New("message too big")                    // above 64 KiB
	ErrNoTarget = errors.New("no usable destination address")      // Target without address or port
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

	// Guard is asked about every request before anything else is done with it, on
	// the goroutine that received it; nil passes all. It must not block.
	Guard func(source netip.Addr, method string) Verdict

	AllowEvents []string // of Offers; none: no header
	Accept      []string // of the built-in OPTIONS answer ["application/sdp"]
	Supported   []string // of Offers; none: no header

	MaxTransactions       int // finished server transactions kept for retransmissions [262144]
	MaxTransactionBytes   int // and their size [256 MiB]
	MaxClientTransactions int // outstanding client transactions [131072]
	MaxConns              int // TCP connections [2048]
}

// Tracer is told every message received (before it is parsed) and sent, on the
// goroutine that handles it, so possibly several at a time. It must not block,
// keep msg or change it.
type Tracer func(sent bool, transport string, peer netip.AddrPort, msg []byte)

// Target is where a request is sent. Transport is "UDP" ("" too) or "TCP"; a TCP
// connection to Addr is used again if there is one.
type Target struct {
	Addr      netip.AddrPort
	Transport string
}

func (t Target) tcp() bool { return strings.EqualFold(t.Transport, "TCP") }

// Raw is a request that the caller has written out, for fan-outs where building
// a sip.Request for each watcher would cost more than sending it. The UA inserts
// its Via between the two parts and adds nothing else.
type Raw struct {
	Method string
	CallID string // the value inside Rest: decides the worker that calls done
	Line   string // request line without line end
	Rest   []byte // all other header lines, the empty line and the body; copied

	// Again, if not nil, is called each time the request is about to be sent again (Timer
	// E), with the time until the next; on a goroutine of the UA, which it must not block.
	Again func(next time.Duration)

	room []byte  // of Dialog.Raw: Rest with free bytes before it. The first says that they are taken
	loan *[]byte // of rooms, where room is
}

// UA is the endpoint. All methods may be called from any goroutine.
type UA struct {
	o       Options
	parser  *sip.Parser
	seed    maphash.Seed
	shards  []*shard
	workers sync.WaitGroup
	wheel   *wheel
	stats   counters
	shares  shares

	lastConn atomic.Uint32 // ID of the newest TCP connection

	handling   sync.Mutex // Handle, OnOpen and OnClose, one at a time
	handlers   atomic.Pointer[map[string]handler]
	onOpen     []func()
	onClose    []func()
	dialogs    []func(Key) bool
	refusals   *limit // stateless error answers: they must not make us a reflector
	complaints *limit // debug lines about bad input

	at atomic.Pointer[endpoint] // nil: closed

	applying sync.Mutex // Apply and Close, one at a time
	config   Config
	retry    func() // stops the goroutine that retries a busy port; nil: none
	closed   bool
}

// New makes a closed endpoint. Close it to stop its goroutines.
func New(o Options) *UA {
	if o.Net == nil {
		o.Net = OS{}
	}
	if o.UserAgent == "" {
		o.UserAgent = "Cisco-SIPGateway/IOS-12.x"
	}
	if o.Accept == nil {
		o.Accept = []string{"application/sdp"}
	}
	orDefault(&o.Workers, 16)
	orDefault(&o.MaxTransactions, 1<<18)
	orDefault(&o.MaxTransactionBytes, 256<<20)
	orDefault(&o.MaxClientTransactions, 1<<17)
	orDefault(&o.MaxConns, 2048)
	u := &UA{
		o:          o,
		parser:     newParser(),
		seed:       maphash.MakeSeed(),
		wheel:      newWheel(),
		refusals:   newLimit(1000, 1000),
		complaints: newLimit(10, 20),
	}
	u.stats.reset()
	u.shares.seed, u.shares.start = u.seed, time.Now()
	u.shares.share.Store(shareLeast)
	u.handlers.Store(&map[string]handler{"OPTIONS": {f: u.options}})
	u.shards = make([]*shard, o.Workers)
	for i := range u.shards {
		u.shards[i] = newShard(u)
	}
	u.workers.Add(len(u.shards))
	for _, s := range u.shards {
		go s.run()
	}
	return u
}

func orDefault(n *int, def int) {
	if *n <= 0 {
		*n = def
	}
}

// Handle sets the handler of a method, best before the first Apply. OPTIONS has
// one from the start (200 with Allow, Accept, Allow-Events, Supported), which
// this may replace. INVITE handlers may return without a final response (the UA
// sends 100); others get 500 sent for them. An "ACK" handler sees the ACK to a
// 2xx; its ServerTx cannot respond. CANCEL is the UA's own: see ServerTx.OnCancel.
func (u *UA) Handle(method string, f func(*ServerTx)) { u.handle(method, handler{f: f}) }

// HandleBrief is Handle for a handler that uses the ServerTx on the worker only, and not
// after it has returned: it is used again.
func (u *UA) HandleBrief(method string, f func(*ServerTx)) {
	u.handle(method, handler{f: f, brief: true})
}

type handler struct {
	f     func(*ServerTx)
	brief bool // see HandleBrief
}

func (u *UA) handle(method string, f handler) {
	u.handling.Lock()
	defer u.handling.Unlock()
	next := map[string]handler{method: f}
	for m, g := range *u.handlers.Load() {
		if m != method {
			next[m] = g
		}
	}
	u.handlers.Store(&next)
}

// OnOpen adds a function that is called each time the endpoint has opened at an
// address, the first time, after a move and after a busy port came free alike:
// Advertised is the new address and sending works. OnClose adds one that is
// called before Apply closes the endpoint without opening another, while sending
// still works; what it has sent is given a second to leave. A move, and Close of
// the UA, do not call it. Both run on the goroutine of Apply (OnOpen: or on the
// one that retries the port), which they hold up; they may call everything but
// Apply and Close. Add them before the first Apply.
func (u *UA) OnOpen(f func()) {
	u.handling.Lock()
	u.onOpen = append(u.onOpen, f)
	u.handling.Unlock()
}

// OnClose: see OnOpen.
func (u *UA) OnClose(f func()) {
	u.handling.Lock()
	u.onClose = append(u.onClose, f)
	u.handling.Unlock()
}

// OnDialog adds a function that says whether a dialog exists: OPTIONS within one that
// nobody knows is 481 (RFC 3261 12.2.2). It is called on a worker. Add them before the
// first Apply.
func (u *UA) OnDialog(f func(Key) bool) {
	u.handling.Lock()
	u.dialogs = append(u.dialogs, f)
	u.handling.Unlock()
}

// tell calls the functions of OnOpen or OnClose.
func (u *UA) tell(list *[]func()) {
	u.handling.Lock()
	all := *list
	u.handling.Unlock()
	for _, f := range all {
		f()
	}
}

func (u *UA) handler(method string) handler { return (*u.handlers.Load())[method] }

// LocalAddr is the bound address, zero while closed.
func (u *UA) LocalAddr() netip.AddrPort {
	if ep := u.endpoint(); ep != nil {
		return ep.local
	}
	return netip.AddrPort{}
}

// Advertised is the address for Contact and Via: the bound one, or the
// configured one when bound to the unspecified address. Zero while closed.
func (u *UA) Advertised() netip.AddrPort {
	if ep := u.endpoint(); ep != nil {
		return ep.advertised
	}
	return netip.AddrPort{}
}

func (u *UA) endpoint() *endpoint { return u.at.Load() }

// Close closes the sockets, fails outstanding client transactions with
// ErrClosed and waits for all goroutines. It must not be called by a handler.
func (u *UA) Close() error {
	u.applying.Lock()
	defer u.applying.Unlock()
	if u.closed {
		return nil
	}
	u.closed = true
	u.shut()
	u.wheel.stop()
	for _, s := range u.shards {
		s.abandon()
		s.close()
	}
	u.workers.Wait()
	return nil
}

// abandon fails all client transactions and refuses new ones.
func (s *shard) abandon() {
	s.mu.Lock()
	s.gone = true
	var failed []func(error)
	for _, tx := range s.client {
		failed = append(failed, tx.fail)
	}
	for _, t := range s.invites {
		failed = append(failed, t.fail)
	}
	s.mu.Unlock()
	for _, fail := range failed {
		fail(ErrClosed)
	}
}
