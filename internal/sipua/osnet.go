package sipua

import (
	"context"
	"net"
	"net/netip"
)

// OS is the operating system's network.
type OS struct{}

var _ Network = OS{}

// receiveBuffer is what UDP sockets ask for: a fan-out to 10,000 watchers brings
// 10,000 answers at once, and the usual 212 kB lose most of them.
const receiveBuffer = 8 << 20

// ListenPacket opens a UDP socket with a receive buffer as large as allowed.
func (OS) ListenPacket(addr netip.AddrPort) (net.PacketConn, error) {
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(addr))
	if err != nil {
		return nil, err
	}
	// The system cuts these to its limits; less than asked for is no failure.
	_ = conn.SetReadBuffer(receiveBuffer)
	_ = conn.SetWriteBuffer(receiveBuffer)
	forceReadBuffer(conn, receiveBuffer)
	return conn, nil
}

// Listen opens a TCP listener.
func (OS) Listen(addr netip.AddrPort) (net.Listener, error) {
	l, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(addr))
	if err != nil {
		return nil, err
	}
	return l, nil
}

// Dial connects by TCP.
func (OS) Dial(ctx context.Context, addr netip.AddrPort) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, "tcp", addr.String())
}
