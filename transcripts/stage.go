package transcripts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"github.com/busylamp/busylamp/internal/app"
	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/emiago/sipgo/sip"
)

// stage carries out directions against an appliance's wires.
type stage struct {
	net    sipua.Network
	server func() netip.AddrPort // where SIP is served now
	skinny func() netip.AddrPort // where SCCP is served now
	local  netip.Addr            // address of the phones; the zero value lets the host choose
	line   func(ctx context.Context, number, state string) error

	depot *depot                                                // nil: files cannot be put there
	host  func(netip.Addr) sipua.Network                        // the network as seen from there; nil on real sockets
	boot  func(at netip.Addr, startup []byte) (*app.App, error) // another appliance; nil on real sockets

	servers map[netip.Addr]*app.App
	phones  map[string]*actor
	raw     net.PacketConn
	inbox   [][]byte // came back before it was asked for
}

// Close takes all phones off the wire.
func (s *stage) Close() error {
	var errs []error
	for _, a := range s.phones {
		errs = append(errs, a.Close())
	}
	for _, a := range s.servers {
		errs = append(errs, a.Close())
	}
	if s.raw != nil {
		errs = append(errs, s.raw.Close())
	}
	if s.depot != nil {
		s.depot.close()
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

// Server implements Stage.
func (s *stage) Server(_ context.Context, at netip.Addr, w []string, startup []byte) error {
	a := s.servers[at]
	switch {
	case s.boot == nil:
		return errors.New("there is no other appliance on real sockets")
	case startup != nil && a == nil:
		a, err := s.boot(at, startup)
		if err == nil {
			s.servers[at] = a
		}
		return err
	case startup == nil && a == nil || startup != nil:
		return fmt.Errorf("an appliance at %s is there already, or is not there", at)
	case len(w) == 3 && w[0] == "line":
		return a.SetLine(w[1], w[2])
	case len(w) == 1 && w[0] == "stop":
		delete(s.servers, at)
		return a.Close()
	}
	return errors.New("unknown direction for this appliance")
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

// maxPage bounds a page of the web server, in bytes.
const maxPage = 1 << 20

// HTTP implements Stage. The web server has the address of SCCP.
func (s *stage) HTTP(ctx context.Context, port uint16, page string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, attention)
	defer cancel()
	at := netip.AddrPortFrom(s.skinny().Addr(), port)
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext:       func(ctx context.Context, _, _ string) (net.Conn, error) { return s.net.Dial(ctx, at) },
	}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+at.String()+page, nil)
	if err != nil {
		return nil, err
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	return io.ReadAll(io.LimitReader(res.Body, maxPage))
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
	if len(s.inbox) > 0 {
		b := s.inbox[0]
		s.inbox = s.inbox[1:]
		return b, nil
	}
	return s.read(ctx)
}

// Answer implements Stage.
func (s *stage) Answer(ctx context.Context, code int, callID string) error {
	for i := 0; ; i++ {
		if i == len(s.inbox) {
			b, err := s.read(ctx)
			if err != nil {
				return err
			}
			s.inbox = append(s.inbox, b)
		}
		if m, err := sip.ParseMessage(s.inbox[i]); err != nil {
			return err
		} else if req, ok := m.(*sip.Request); ok && req.CallID().Value() == callID {
			s.inbox = slices.Delete(s.inbox, i, i+1)
			return s.SIP(ctx, []byte(sip.NewResponseFromRequest(req, code, sipua.ReasonPhrase(code), nil).String()))
		}
	}
}

// read takes a datagram from the wire.
func (s *stage) read(ctx context.Context) ([]byte, error) {
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
