package fetch

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"
)

// TFTP, RFC 1350: opcodes, the block size, and when a packet is sent again.
const (
	opRead  = 1
	opData  = 3
	opAck   = 4
	opError = 5

	tftpPort  = 69
	blockSize = 512
	resend    = 2 * time.Second
	attempts  = 4 // packets without any progress, then the server is silent
)

var errSilent = errors.New("the TFTP server does not answer")

// tftp reads a file in octet mode, without options, so that every server of every
// age serves it.
func (f *Fetcher) tftp(ctx context.Context, location string) ([]byte, error) {
	u, err := parse(location)
	if err != nil {
		return nil, err
	}
	server, err := host(u, tftpPort)
	if err != nil {
		return nil, err
	}
	name := strings.TrimPrefix(u.Path, "/")
	if name == "" || len(name) > 255 || strings.ContainsRune(name, 0) {
		return nil, errors.New("no file name")
	}
	any4 := netip.AddrPortFrom(netip.IPv4Unspecified(), 0)
	if server.Addr().Is6() {
		any4 = netip.AddrPortFrom(netip.IPv6Unspecified(), 0)
	}
	conn, err := f.o.Net.ListenPacket(any4)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetReadDeadline(time.Now()) })
	defer stop()
	request := append([]byte{0, opRead}, name+"\x00octet\x00"...)
	return receive(ctx, conn, server, request, f.o.Limit)
}

// receive is the client's part of a transfer. The server answers from a port of its
// own, which the first data packet tells; packets from elsewhere are not for us.
func receive(ctx context.Context, conn net.PacketConn, server netip.AddrPort, request []byte, limit int) ([]byte, error) {
	var data []byte
	packet, to := request, server
	buf := make([]byte, 4+blockSize+1)
	for block, tries := uint16(1), 0; ; {
		if tries == attempts {
			return nil, errSilent
		}
		if _, err := conn.WriteTo(packet, net.UDPAddrFromAddrPort(to)); err != nil {
			return nil, err
		}
		tries++
		op, n, from, err := next(ctx, conn, buf, to, to != server, block)
		switch {
		case ctx.Err() != nil:
			return nil, fmt.Errorf("%w: %w", errSilent, ctx.Err())
		case err != nil:
			return nil, err
		case op == 0: // nothing came: once more
			continue
		case op == opError:
			return nil, fmt.Errorf("the TFTP server refused: error %d", binary.BigEndian.Uint16(buf[2:]))
		}
		data = append(data, buf[4:n]...)
		if len(data) > limit {
			return nil, ErrTooLarge
		}
		packet, to, tries = []byte{0, opAck, buf[2], buf[3]}, from, 0
		block++
		if n < 4+blockSize {
			_, _ = conn.WriteTo(packet, net.UDPAddrFromAddrPort(to)) // lost: the server's problem
			return data, nil
		}
	}
}

// next waits for the block or an error from the server: op 0 when the time is over.
// Until the first block came any port of the server will do.
func next(ctx context.Context, conn net.PacketConn, buf []byte, peer netip.AddrPort, bound bool, block uint16) (op, n int, from netip.AddrPort, err error) {
	if err := conn.SetReadDeadline(time.Now().Add(resend)); err != nil {
		return 0, 0, from, err
	}
	if ctx.Err() != nil { // may have set its deadline before we set ours
		return 0, 0, from, nil
	}
	for {
		n, addr, err := conn.ReadFrom(buf)
		var timeout net.Error
		if errors.As(err, &timeout) && timeout.Timeout() {
			return 0, 0, from, nil
		}
		if err != nil {
			return 0, 0, from, err
		}
		udp, ok := addr.(*net.UDPAddr)
		if !ok || n < 4 {
			continue
		}
		from := netip.AddrPortFrom(udp.AddrPort().Addr().Unmap(), udp.AddrPort().Port())
		if from.Addr() != peer.Addr().Unmap() || bound && from != peer {
			continue
		}
		switch op := int(binary.BigEndian.Uint16(buf)); {
		case op == opError, op == opData && binary.BigEndian.Uint16(buf[2:]) == block && n <= 4+blockSize:
			return op, n, from, nil
		}
	}
}
