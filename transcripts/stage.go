package transcripts

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/softphone"
)

// stage carries out directions against an appliance's wires.
type stage struct {
	net    sipua.Network
	server func() netip.AddrPort // where SIP is served now
	local  netip.Addr            // address of the phones; the zero value lets the host choose
	line   func(ctx context.Context, number, state string) error

	phones map[string]*softphone.Phone
	raw    net.PacketConn
}

func newStage(n sipua.Network, local netip.Addr, server func() netip.AddrPort, line func(context.Context, string, string) error) *stage {
	return &stage{net: n, local: local, server: server, line: line, phones: map[string]*softphone.Phone{}}
}

// Close takes all phones off the wire.
func (s *stage) Close() error {
	var errs []error
	for _, p := range s.phones {
		errs = append(errs, p.Close())
	}
	if s.raw != nil {
		errs = append(errs, s.raw.Close())
	}
	return errors.Join(errs...)
}

// Line implements Stage.
func (s *stage) Line(ctx context.Context, number, state string) error {
	if !slices.Contains([]string{"idle", "busy", "ringing", "clear"}, state) {
		return fmt.Errorf("unknown line state %q", state)
	}
	return s.line(ctx, number, state)
}

// Advance implements Stage. Inside a synctest bubble it costs nothing.
func (s *stage) Advance(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Phone implements Stage: NAME VERB ARGUMENT...
func (s *stage) Phone(ctx context.Context, w []string) error {
	name, verb, args := w[0], w[1], w[2:]
	p := s.phones[name]
	if p == nil && verb != "register" {
		return fmt.Errorf("phone %s is not there", name)
	}
	switch {
	case verb == "register" && len(args) == 2:
		return s.register(ctx, name, args[0], args[1])
	case verb == "subscribe" && len(args) == 1:
		return p.Watch(ctx, args[0])
	case verb == "unsubscribe" && len(args) == 1:
		return p.Unwatch(ctx, args[0])
	case verb == "expect" && len(args) == 2:
		st, err := p.WaitState(ctx, args[0], func(st softphone.State) bool { return phoneState(st) == args[1] })
		if err != nil {
			return fmt.Errorf("%s is %s: %w", args[0], phoneState(st), err)
		}
		return nil
	case verb == "stop" && len(args) == 0:
		delete(s.phones, name)
		return p.Close()
	}
	return fmt.Errorf("unknown direction for a phone")
}

// phoneState is one word: unknown, idle, busy, or ended while no subscription is active.
func phoneState(st softphone.State) string {
	if !st.Active {
		return "ended"
	}
	return st.Status
}

func (s *stage) register(ctx context.Context, name, mac, number string) error {
	if s.phones[name] != nil {
		return fmt.Errorf("phone %s is there already", name)
	}
	m, err := phones.ParseMAC(mac)
	if err != nil {
		return err
	}
	o := softphone.Options{Network: s.net, Server: s.server(), MAC: m, Number: number}
	if s.local.IsValid() {
		o.Local = netip.AddrPortFrom(s.local, 0)
	}
	p, err := softphone.New(o)
	if err != nil {
		return err
	}
	if err := p.Register(ctx); err != nil {
		return errors.Join(err, p.Close())
	}
	s.phones[name] = p
	return nil
}

// SIP implements Stage.
func (s *stage) SIP(ctx context.Context, datagram []byte) error {
	if s.raw == nil {
		c, err := s.net.ListenPacket(netip.AddrPortFrom(s.server().Addr(), 0))
		if err != nil {
			return err
		}
		s.raw = c
	}
	_, err := s.raw.WriteTo(datagram, net.UDPAddrFromAddrPort(s.server()))
	return err
}

// Received implements Stage.
func (s *stage) Received(ctx context.Context) ([]byte, error) {
	if s.raw == nil {
		return nil, errors.New("nothing was sent yet")
	}
	until, ok := ctx.Deadline()
	if limit := time.Now().Add(5 * time.Second); !ok || until.After(limit) {
		until = limit
	}
	if err := s.raw.SetReadDeadline(until); err != nil {
		return nil, err
	}
	b := make([]byte, 64<<10)
	n, _, err := s.raw.ReadFrom(b)
	return b[:n], err
}
