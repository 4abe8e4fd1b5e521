package transcripts

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/handset"
	"github.com/busylamp/busylamp/phones/skinny"
	"github.com/busylamp/busylamp/phones/softphone"
)

const (
	// attention is how long a phone may take to show what is expected of it.
	attention = 5 * time.Second
	// registering is how long a phone may take to come into service.
	registering = 20 * time.Second
)

// actor is a phone on the stage, of either protocol.
type actor struct {
	handset.Handset
	sip  *softphone.Phone // nil for an SCCP phone
	wire *cutWire         // nil for a SIP phone
}

// Phone implements Stage: NAME VERB ARGUMENT...
func (s *stage) Phone(ctx context.Context, w []string) error {
	name, verb, args := w[0], w[1], w[2:]
	a := s.phones[name]
	switch verb {
	case "sccp", "sip", "register", "trunk":
		if a != nil {
			return fmt.Errorf("phone %s is there already", name)
		}
		a, err := s.enter(ctx, verb, args)
		if err == nil {
			s.phones[name] = a
		}
		return err
	case "refused":
		if a != nil || len(args) == 0 {
			return fmt.Errorf("phone %s is there already, or what is it?", name)
		}
		return s.refused(ctx, args)
	}
	if a == nil {
		return fmt.Errorf("phone %s is not there", name)
	}
	switch {
	case verb == "press" && len(args) > 0:
		return a.press(ctx, strings.Join(args, " "))
	case verb == "expect" && len(args) == 2 && a.sip != nil && args[0] >= "0" && args[0] < ":":
		return a.watched(ctx, args[0], args[1])
	case verb == "expect" && len(args) > 0:
		return a.shows(ctx, strings.Join(args, " "))
	case verb == "subscribe" && len(args) == 1 && a.sip != nil:
		return a.sip.Watch(ctx, args[0])
	case verb == "unsubscribe" && len(args) == 1 && a.sip != nil:
		return a.sip.Unwatch(ctx, args[0])
	case (verb == "cut" || verb == "mend") && len(args) == 0 && a.wire != nil:
		a.wire.cut(verb == "cut")
		return nil
	case verb == "stop" && len(args) == 0:
		delete(s.phones, name)
		return a.Close()
	}
	return errors.New("unknown direction for this phone")
}

// press presses a key as soon as the phone has it.
func (a *actor) press(ctx context.Context, key string) error {
	ctx, cancel := context.WithTimeout(ctx, attention)
	defer cancel()
	for {
		changed := a.Changed()
		err := handset.Press(a, key)
		if !errors.Is(err, handset.ErrNoKey) {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%w; the phone shows:\n%s", err, a.Display())
		}
	}
}

// shows waits until the display is as expected.
func (a *actor) shows(ctx context.Context, condition string) error {
	ok, err := handset.ParseExpect(condition)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, attention)
	defer cancel()
	d, err := handset.Wait(ctx, a, ok)
	if err != nil {
		return fmt.Errorf("not within %v; the phone shows:\n%s", attention, d)
	}
	return nil
}

// watched waits until a SIP phone was told that a number is in a state: unknown,
// idle, busy, or ended while no subscription is active.
func (a *actor) watched(ctx context.Context, number, want string) error {
	ctx, cancel := context.WithTimeout(ctx, attention)
	defer cancel()
	state := func(st softphone.State) string {
		if !st.Active {
			return "ended"
		}
		return st.Status
	}
	st, err := a.sip.WaitState(ctx, number, func(st softphone.State) bool { return state(st) == want })
	if err != nil {
		return fmt.Errorf("%s is %s: %w", number, state(st), err)
	}
	return nil
}

// enter makes a phone and brings it into service: sccp MAC [MODEL], sip MAC NUMBER
// [MODEL]; register is an older word for sip. trunk ADDR:PORT NUMBER is the far end of
// a SIP trunk: it does not register.
func (s *stage) enter(ctx context.Context, protocol string, args []string) (*actor, error) {
	if protocol == "trunk" {
		return s.farEnd(args)
	}
	a, err := s.cast(protocol, args)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, registering)
	defer cancel()
	if err := a.Register(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// farEnd is who answers at the other end of a trunk, and calls from there.
func (s *stage) farEnd(args []string) (*actor, error) {
	if len(args) != 2 {
		return nil, errors.New("where is it, and what is its number?")
	}
	at, err := netip.ParseAddrPort(args[0])
	if err != nil {
		return nil, err
	}
	p, err := softphone.New(softphone.Options{Network: s.net, Server: s.server(), Local: at, Number: args[1]})
	if err != nil {
		return nil, err
	}
	return &actor{Handset: p, sip: p}, nil
}

// refused is a phone that must not come into service.
func (s *stage) refused(ctx context.Context, args []string) error {
	a, err := s.cast(args[0], args[1:])
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, registering)
	defer cancel()
	err = a.Register(ctx)
	closed := a.Close()
	var reject *skinny.RejectError
	var status *softphone.StatusError
	if errors.As(err, &reject) || errors.As(err, &status) {
		return closed
	}
	if err == nil {
		err = errors.New("it was registered")
	}
	return errors.Join(err, closed)
}

func (s *stage) cast(protocol string, args []string) (*actor, error) {
	if len(args) == 0 {
		return nil, errors.New("a MAC address is missing")
	}
	mac, err := phones.ParseMAC(args[0])
	if err != nil {
		return nil, err
	}
	args = slices.Clone(args[1:])
	from, net := s.local, s.net
	if n := len(args); n >= 2 && args[n-2] == "at" {
		if from, err = netip.ParseAddr(args[n-1]); err != nil || s.host == nil {
			return nil, fmt.Errorf("no phone can be at %s", args[n-1])
		}
		net, args = s.host(from), args[:n-2]
	}
	args = append(args, "", "")
	if protocol == "sccp" {
		a := &actor{wire: &cutWire{net: net}}
		a.Handset, err = skinny.New(skinny.Options{Network: a.wire, Server: s.skinny(), MAC: mac, Model: args[0]})
		return a, err
	}
	o := softphone.Options{Network: net, Server: s.server(), MAC: mac, Number: args[0], Model: args[1]}
	if from.IsValid() {
		o.Local = netip.AddrPortFrom(from, 0)
	}
	p, err := softphone.New(o)
	return &actor{Handset: p, sip: p}, err
}

// cutWire is a network whose cable can be cut: what is sent goes nowhere, nothing
// comes, and nobody is told.
type cutWire struct {
	net sipua.Network

	mu   sync.Mutex
	gone bool
}

func (w *cutWire) cut(gone bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.gone = gone
}

func (w *cutWire) isCut() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.gone
}

// Dial implements skinny.Network.
func (w *cutWire) Dial(ctx context.Context, addr netip.AddrPort) (net.Conn, error) {
	if w.isCut() {
		return nil, errors.New("the cable is cut")
	}
	c, err := w.net.Dial(ctx, addr)
	if err != nil {
		return nil, err
	}
	return &cutConn{Conn: c, wire: w}, nil
}

type cutConn struct {
	net.Conn
	wire *cutWire
}

func (c *cutConn) Write(b []byte) (int, error) {
	if c.wire.isCut() {
		return len(b), nil
	}
	return c.Conn.Write(b)
}

func (c *cutConn) Read(b []byte) (int, error) {
	for {
		n, err := c.Conn.Read(b)
		if err != nil || !c.wire.isCut() {
			return n, err
		}
	}
}
