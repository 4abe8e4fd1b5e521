// Package softphone is a small real SIP phone: it registers, watches other
// numbers and shows what it is notified of. `busylamp phone`, the demo and the
// transcript runner use it; it knows the appliance by the wire alone. It calls and
// is called, holds and transfers; it sends no audio. As a handset.Handset it has
// one line, and the watched numbers are its BLF keys.
//
// Goroutines: requests are taken on the workers of its own sipua.UA. The
// registration and each watched number have a goroutine that refreshes it;
// Unregister, Unwatch and Close stop it and wait. The calls belong to whoever has
// the turn (turns.go).
package softphone

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/internal/sipua/digest"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/handset"
	"github.com/emiago/sipgo/sip"
)

// Options describe one phone. Server and Number are required.
type Options struct {
	Network   sipua.Network  // nil: sipua.OS
	Server    netip.AddrPort // the appliance
	Transport string         // "udp" (default) or "tcp"
	// Local is the address to receive on; port 0 is any free port. The zero value
	// means the address from which this host reaches Server; a Network of one's
	// own needs Local unless Server is a loopback address.
	Local    netip.AddrPort
	MAC      phones.MAC // names the device; zero: none
	Model    string     // "7970", for the display only
	Number   string
	Username string // digest credentials; "": Number
	Password string
	Expires  time.Duration // asked for registration and subscriptions, 0: 3600 s
	Out      io.Writer     // gets a line for each thing that happens; nil: silent
	// OnState is called for each NOTIFY, never concurrently. It holds up the
	// signalling of the phone and must not call it. May be nil.
	OnState func(State)
}

// State is what the phone knows of one watched number.
type State struct {
	Number   string
	Status   string // "idle", "busy", "unknown"; "" before the first NOTIFY
	Ringing  bool
	DnD      bool
	Active   bool   // subscription active
	Reason   string // why it ended, if not active
	Notifies int
	Body     string // of the newest NOTIFY
}

// StatusError is a final response that was not a success.
type StatusError struct {
	Method     string
	Code       int
	Reason     string
	RetryAfter time.Duration // what the response asks to wait; 0: nothing
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("%s answered %d %s", e.Method, e.Code, e.Reason)
}

// ErrClosed reports use of a closed phone.
var ErrClosed = errors.New("phone is closed")

// Phone is one running phone. Its methods are safe for concurrent use.
type Phone struct {
	o       Options
	ua      *sipua.UA
	auth    *digest.Client // nil without a password
	server  sipua.Target
	contact string // URI

	ctx    context.Context // ends with the phone
	cancel context.CancelFunc
	wg     sync.WaitGroup // the refreshing goroutines

	reg registration

	mu      sync.Mutex
	answer  string // header that the last challenge wants its answer in
	closed  bool
	watches map[string]*watch // by number
	order   []string          // the numbers, in the order of Watch
	dialogs map[string]*watch // by Call-ID
	changed chan struct{}     // closed and replaced whenever something to be seen changes
	// What is seen, beside the watched numbers.
	registered, waiting bool // in service; messages wait
	shows               handset.Display
	restarting          bool

	// Only who has the turn touches the rest.
	turns      turns
	calls      []*call          // oldest first
	byID       map[string]*call // by Call-ID
	lastRef    uint32
	chosen     uint32 // call that the user has chosen, 0 for none
	lastDialed string
	dnd        bool
	quiet      chan struct{} // closed when no call is left
	notice     string
	notes      int

	// out keeps lines and OnState calls of different workers apart; it is held
	// while calling out, which is its purpose.
	out sync.Mutex
}

// New opens the phone's port. It does not register yet.
func New(o Options) (*Phone, error) {
	if !o.Server.IsValid() || o.Number == "" {
		return nil, errors.New("phone: server and number are required")
	}
	if o.Expires <= 0 {
		o.Expires = time.Hour
	}
	if o.Username == "" {
		o.Username = o.Number
	}
	local, err := localAddr(o)
	if err != nil {
		return nil, fmt.Errorf("phone: own address: %w", err)
	}
	p := &Phone{
		o: o, server: sipua.Target{Addr: o.Server, Transport: strings.ToUpper(o.Transport)},
		watches: map[string]*watch{}, dialogs: map[string]*watch{}, changed: make(chan struct{}),
		byID: map[string]*call{},
	}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.reg.init()
	p.reg.callID = newID()
	if o.Password != "" {
		p.auth = digest.NewClient(o.Username, o.Password)
	}
	p.ua = sipua.New(sipua.Options{Net: o.Network, UserAgent: "Busylamp-Phone", AllowEvents: events, Workers: 2})
	p.ua.Handle("NOTIFY", p.notified)
	p.ua.Handle("INVITE", p.invited)
	p.ua.Handle("ACK", p.acked)
	p.ua.Handle("BYE", p.hungUp)
	_ = p.ua.Apply(p.ctx, sipua.Config{}, sipua.Config{Enabled: true, Addr: local}) // it reports by LocalAddr
	if !p.ua.LocalAddr().IsValid() {
		_ = p.ua.Close()
		return nil, fmt.Errorf("phone: cannot open %v", local)
	}
	p.contact = fmt.Sprintf("sip:%s@%v", o.Number, p.ua.Advertised())
	if strings.EqualFold(o.Transport, "tcp") {
		p.contact += ";transport=tcp"
	}
	p.turnWait(func() {}) // the first display
	return p, nil
}

// localAddr is Options.Local, or the address from which this host reaches Server.
func localAddr(o Options) (netip.AddrPort, error) {
	if o.Local.Addr().IsValid() {
		return o.Local, nil
	}
	if a := o.Server.Addr(); a.IsLoopback() {
		return netip.AddrPortFrom(a, 0), nil
	}
	if o.Network != nil {
		return netip.AddrPort{}, errors.New("must be given on this network")
	}
	c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(o.Server)) // sends nothing
	if err != nil {
		return netip.AddrPort{}, err
	}
	defer c.Close()
	return netip.AddrPortFrom(c.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap(), 0), nil
}

// Addr is the address it receives on.
func (p *Phone) Addr() netip.AddrPort { return p.ua.LocalAddr() }

// closeTimeout bounds the farewell to a server that does not answer.
const closeTimeout = 2 * time.Second

// Close hangs up, unsubscribes and unregisters, waits for the answers for at most
// two seconds, and closes the port.
func (p *Phone) Close() error {
	p.mu.Lock()
	was := p.closed
	p.closed = true
	watched := slices.Sorted(maps.Keys(p.watches))
	p.mu.Unlock()
	if was {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	p.hangUpAll(ctx)
	var wg sync.WaitGroup
	for _, number := range watched {
		wg.Go(func() { _ = p.Unwatch(ctx, number) })
	}
	wg.Wait()
	_ = p.Unregister(ctx)
	p.cancel()
	p.wg.Wait()
	return p.ua.Close()
}

// printf writes one line about what has happened.
func (p *Phone) printf(format string, a ...any) {
	if p.o.Out == nil {
		return
	}
	p.out.Lock()
	defer p.out.Unlock()
	fmt.Fprintf(p.o.Out, format+"\n", a...)
}

// send starts a transaction and waits for its end or for ctx.
func (p *Phone) send(ctx context.Context, req *sip.Request, to sipua.Target) (*sip.Response, error) {
	type result struct {
		res *sip.Response
		err error
	}
	done := make(chan result, 1)
	p.ua.Send(req, to, func(res *sip.Response, err error) { done <- result{res, err} })
	select {
	case r := <-done:
		return r.res, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// transact sends what build makes and answers a challenge and a 423, each once.
// build is called for every try with the time to ask for. It returns the request
// that had success, its response and the time granted.
func (p *Phone) transact(ctx context.Context, expires time.Duration, build func(time.Duration) (*sip.Request, sipua.Target, error)) (*sip.Request, *sip.Response, error) {
	var authorization, header string
	challenged, brief := false, false
	for {
		req, to, err := build(expires)
		if err != nil {
			return nil, nil, err
		}
		method, uri := string(req.Method), req.Recipient.String()
		if header == "" && p.auth != nil {
			if v, ok := p.auth.Authorization(method, uri); ok {
				p.mu.Lock()
				authorization, header = v, p.answer
				p.mu.Unlock()
			}
		}
		if header != "" {
			req.AppendHeader(sip.NewHeader(header, authorization))
		}
		res, err := p.send(ctx, req, to)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", method, err)
		}
		switch code := res.StatusCode; {
		case code >= 200 && code < 300:
			return req, res, nil
		case (code == 401 || code == 407) && p.auth != nil && !challenged:
			challenged = true
			var ok bool
			if header, authorization, ok = p.answerTo(res, method, uri); ok {
				continue
			}
		case code == 423 && !brief && expires > 0:
			brief = true
			if least := delta(res, "Min-Expires"); least > expires {
				expires = least
				if header != "" { // the old answer's nonce count is used up
					header = ""
				}
				continue
			}
		}
		return nil, res, &StatusError{Method: method, Code: res.StatusCode, Reason: res.Reason, RetryAfter: delta(res, "Retry-After")}
	}
}

// answerTo is the header and its value that answer the challenge in res.
func (p *Phone) answerTo(res *sip.Response, method, uri string) (header, value string, ok bool) {
	if p.auth == nil {
		return "", "", false
	}
	challenge := "WWW-Authenticate"
	header = "Authorization"
	if res.StatusCode == 407 {
		challenge, header = "Proxy-Authenticate", "Proxy-Authorization"
	}
	p.mu.Lock()
	p.answer = header
	p.mu.Unlock()
	value, ok = p.auth.Answer(sipua.Values(res, challenge), "", method, uri)
	return header, value, ok
}

// delta reads a header of seconds, at most a day; 0 if there is none. A comment
// and parameters (Retry-After) do not count.
func delta(res *sip.Response, name string) time.Duration {
	text, _, _ := strings.Cut(sipua.Value(res, name), "(")
	text, _ = sipua.SplitValue(text)
	s, err := strconv.ParseUint(text, 10, 32)
	if d := time.Duration(s) * time.Second; err == nil && d <= 24*time.Hour {
		return d
	}
	return 0
}

// newID makes an unguessable token for Call-IDs and tags.
func newID() string { return rand.Text() }

// device adds the header parameter that names the device, as Cisco's phones do.
func (p *Phone) device() string {
	if p.o.MAC.IsZero() {
		return ""
	}
	return fmt.Sprintf(`;+sip.instance="<urn:uuid:00000000-0000-0000-0000-%x>"`, p.o.MAC[:])
}
