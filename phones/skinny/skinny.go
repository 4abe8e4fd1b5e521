// Package skinny is SCCP phones as clients of the appliance: Phone, one that can
// be seen and pressed (handset.Handset), and Fleet, thousands that only register
// and keep alive. `busylamp phone`, the demo, transcripts and benchmarks use it;
// it knows the appliance by the wire alone.
//
// Goroutines: a Phone has one that connects, reads and sends keepalives; keys
// are sent on the goroutine of whoever presses them. A member of a Fleet has one
// likewise. Close ends them and waits.
package skinny

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/handset"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

// Network is where connections come from: memory in tests.
type Network interface {
	Dial(ctx context.Context, addr netip.AddrPort) (net.Conn, error)
}

// OS is the network of the host.
type OS struct{}

// Dial implements Network.
func (OS) Dial(ctx context.Context, addr netip.AddrPort) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "tcp", addr.String())
}

// Options describe one phone. Server and MAC are required.
type Options struct {
	Network Network        // nil: OS
	Server  netip.AddrPort // the appliance
	MAC     phones.MAC
	Model   string // as `type` has it; "": 7960
	Version int    // highest protocol version, 3 to 22; 0: that of the model's firmware
}

// Errors of a Phone.
var (
	ErrClosed       = errors.New("phone is closed")
	ErrUnregistered = errors.New("phone is not registered")
)

const (
	dialTimeout  = 10 * time.Second
	writeTimeout = 10 * time.Second
	firstPause   = time.Second      // before connecting again; it doubles
	lastPause    = 30 * time.Second // up to this
	resetPause   = 5 * time.Second  // a real phone takes longer over DHCP and TFTP
	leaveTimeout = 2 * time.Second  // for the answer to Unregister
)

// Phone is one running phone. Its methods are safe for concurrent use.
type Phone struct {
	o       Options
	profile *profile
	ctx     context.Context // ends with the phone
	cancel  context.CancelFunc
	run     sync.WaitGroup // the connection's goroutine

	// sending keeps what is sent in the order in which it was decided; it is held
	// while writing, which has a deadline, and taken before mu.
	sending sync.Mutex
	out     []byte // used again and again under sending

	mu      sync.Mutex
	changed chan struct{} // closed and replaced when shows changes
	shows   handset.Display
	face    face
	talk    dialogue
	conn    net.Conn // nil while not connected
	running bool
	closed  bool
	leaving bool   // told to start again, or closing
	reset   bool   // and by Reset, not Restart
	tries   int    // connections that have ended
	fault   error  // why the last one ended
	timers  int    // generation of notices
	why     string // for the next Alarm
}

// New makes a phone that is not connected yet.
func New(o Options) (*Phone, error) {
	if !o.Server.IsValid() || o.MAC.IsZero() {
		return nil, errors.New("phone: server and MAC address are required")
	}
	if o.Model == "" {
		o.Model = "7960"
	}
	if o.Network == nil {
		o.Network = OS{}
	}
	profile, err := newProfile(o.Model, o.Version)
	if err != nil {
		return nil, err
	}
	p := &Phone{o: o, profile: profile, changed: make(chan struct{}), why: initialized}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.face.reset()
	p.show()
	return p, nil
}

// Register implements handset.Handset. A refusal is a *RejectError; a server that
// cannot be reached is tried until ctx ends. After a refusal, too, the phone goes
// on trying, as real ones do, until it is closed.
func (p *Phone) Register(ctx context.Context) error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return ErrClosed
	}
	tries := p.tries
	if !p.running {
		p.running = true
		p.run.Go(p.keepUp)
	}
	p.mu.Unlock()
	for {
		p.mu.Lock()
		changed, ready, now, fault, closed := p.changed, p.talk.ready, p.tries, p.fault, p.closed
		p.mu.Unlock()
		var reject *RejectError
		switch {
		case closed:
			return ErrClosed
		case ready:
			return nil
		case now > tries && errors.As(fault, &reject):
			return fault
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return errors.Join(ctx.Err(), fault)
		}
	}
}

// expire takes a notice away when its time is over. mu is held.
func (p *Phone) expire() {
	d := p.face.noticeFor
	if d == 0 {
		return
	}
	p.face.noticeFor = 0
	p.timers++
	n := p.timers
	time.AfterFunc(d, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.timers == n {
			p.face.notice = ""
			p.show()
		}
	})
}

// show makes what has changed visible. mu is held.
func (p *Phone) show() {
	d := p.face.display()
	d.Registered = p.talk.ready
	d.Device, d.Model = p.o.MAC.Device(), p.o.Model
	if p.profile.model.LampOnly {
		for i := range d.Keys {
			d.Keys[i].Status = ""
		}
	}
	d.Protocol = "SCCP"
	if p.talk.inUse > 0 {
		d.Protocol = fmt.Sprintf("SCCP %d", p.talk.inUse)
	}
	var reject *RejectError
	if !d.Registered && errors.As(p.fault, &reject) {
		d.Notice = reject.Text
	}
	if !d.Equal(p.shows) {
		p.shows = d
		p.wake()
	}
}

// wake tells those who wait that something has changed. mu is held.
func (p *Phone) wake() {
	close(p.changed)
	p.changed = make(chan struct{})
}

// Display implements handset.Handset.
func (p *Phone) Display() handset.Display {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.shows.Clone()
}

// Changed implements handset.Handset.
func (p *Phone) Changed() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.changed
}

// Close implements handset.Handset.
func (p *Phone) Close() error {
	p.mu.Lock()
	was, conn := p.closed, p.conn
	p.closed = true
	if !was {
		p.wake()
	}
	p.mu.Unlock()
	if was {
		p.run.Wait()
		return nil
	}
	p.cancel()
	if conn != nil {
		_ = conn.SetWriteDeadline(time.Now().Add(leaveTimeout)) // of a write that hangs
		p.sending.Lock()
		p.mu.Lock()
		p.out = p.out[:0]
		if p.talk.ready {
			p.leaving = true
			p.out = p.talk.add(p.out, &wire.Unregister{})
			time.AfterFunc(leaveTimeout, p.hangOn(conn))
		} else {
			conn.Close()
		}
		p.mu.Unlock()
		p.write(conn)
		p.sending.Unlock()
	}
	p.run.Wait()
	return nil
}
