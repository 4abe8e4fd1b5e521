// Package memnet is a small network in memory: stream connections, listeners
// and packet connections between netip addresses, with deadlines. Tests use it
// in place of sockets. Every wait is on a channel, so all of it works inside a
// testing/synctest bubble and costs no real time there.
//
// It starts no goroutine. It may be imported by tests of any room and by the
// transcript runner.
package memnet

import (
	"context"
	"net"
	"net/netip"
)

// Net is one network. All addresses exist unless OnlyLocal says otherwise.
type Net struct{}

// New makes an empty network.
func New() *Net { return &Net{} }

// ListenPacket binds a packet connection. Port 0 picks a free one; an
// unspecified address takes packets for every address of the port.
func (n *Net) ListenPacket(addr netip.AddrPort) (net.PacketConn, error) { return nil, nil }

// Listen binds a stream listener; ports as in ListenPacket.
func (n *Net) Listen(addr netip.AddrPort) (net.Listener, error) { return nil, nil }

// Dial connects to a listener from 127.0.0.1; see Host for other addresses.
func (n *Net) Dial(ctx context.Context, addr netip.AddrPort) (net.Conn, error) { return nil, nil }
