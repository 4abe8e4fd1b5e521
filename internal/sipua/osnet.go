package sipua

import (
	"context"
	"net"
	"net/netip"
)

// OS is the operating system's network.
type OS struct{}

var _ Network = OS{}

// ListenPacket opens a UDP socket with the largest receive buffer allowed.
func (OS) ListenPacket(addr netip.AddrPort) (net.PacketConn, error) {
	return net.ListenUDP("udp", net.UDPAddrFromAddrPort(addr))
}

// Listen opens a TCP listener.
func (OS) Listen(addr netip.AddrPort) (net.Listener, error) {
	return net.ListenTCP("tcp", net.TCPAddrFromAddrPort(addr))
}

// Dial connects by TCP.
func (OS) Dial(ctx context.Context, addr netip.AddrPort) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, "tcp", addr.String())
}
