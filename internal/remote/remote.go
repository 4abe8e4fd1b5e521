// Package remote opens connections to terminals of other machines, by telnet (RFC 854) and
// by SSH. What a Conn gives and takes is what is printed and typed there.
//
// It starts no goroutine but those of golang.org/x/crypto/ssh and one an SSH session
// that waits for its end; Close ends them. modes and internal/app import it; it
// knows none of our packages.
package remote

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"syscall"
	"time"
)

const (
	// connectTime is how long a connection may take to open (routers: 30 seconds).
	connectTime = 30 * time.Second
	// loginTime is how long the far side of SSH may take besides what a user types.
	loginTime = 2 * time.Minute
	// writeTime is how long the far side may take no keys.
	writeTime = 30 * time.Second
)

// Why a connection was not opened.
var (
	ErrRefused     = errors.New("connection refused by remote host")
	ErrTimeout     = errors.New("connection timed out")
	ErrUnreachable = errors.New("destination unreachable")
	ErrSource      = errors.New("the source is no address of this machine")
)

// Network is where connections come from.
type Network interface {
	// Dial connects from an address, or any if it is not valid.
	Dial(ctx context.Context, from netip.Addr, to netip.AddrPort) (net.Conn, error)
}

// Host connects from this machine.
type Host struct{}

// Dial implements Network.
func (Host) Dial(ctx context.Context, from netip.Addr, to netip.AddrPort) (net.Conn, error) {
	var d net.Dialer
	if from.IsValid() {
		d.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(from, 0))
	}
	return d.DialContext(ctx, "tcp", to.String())
}

// connect opens a connection; its errors are those above, and ctx's.
func connect(ctx context.Context, n Network, from netip.Addr, to netip.AddrPort) (net.Conn, error) {
	inner, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	c, err := n.Dial(inner, from, to)
	switch {
	case err == nil:
		return c, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, syscall.ECONNREFUSED):
		return nil, ErrRefused
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, ErrSource
	case inner.Err() != nil, errors.Is(err, syscall.ETIMEDOUT):
		return nil, ErrTimeout
	}
	return nil, errors.Join(ErrUnreachable, err)
}
