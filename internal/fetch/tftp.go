package fetch

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"
)

// TFTP, RFC 1350: opcodes, the block size, and when a packet is sent again.
const (
	opRead  = 1
	opWrite = 2
	opData  = 3
	opAck   = 4
	opError = 5

	tftpPort  = 69
	blockSize = 512
	resend    = 2 * time.Second
	attempts  = 4 // packets without any progress, then the server is silent
)

var errSilent error = refusal{"the TFTP server does not answer", os.ErrDeadlineExceeded}

// tftp reads a file in octet mode, without options, so that every server of every
// age serves it.
func (f *Fetcher) tftp(ctx context.Context, location string) ([]byte, error) {
	var data []byte
	err := f.transfer(ctx, location, opRead, func(conn net.PacketConn, server netip.AddrPort, request []byte) (err error) {
		data, err = receive(ctx, conn, server, request, f.o.Limit)
		return err
	})
	return data, err
}

// transfer opens a socket for one file and calls run with the first packet.
func (f *Fetcher) transfer(ctx context.Context, location string, op byte, run func(net.PacketConn, netip.AddrPort, []byte) error) error {
	u, err := parse(location)
	if err != nil {
		return err
	}
	server, err := host(u, tftpPort)
	if err != nil {
		return err
	}
	name := strings.TrimPrefix(u.Path, "/")
	if name == "" || len(name) > 255 || strings.ContainsRune(name, 0) {
		return errors.New("no file name")
	}
	any4 := netip.AddrPortFrom(netip.IPv4Unspecified(), 0)
	if server.Addr().Is6() {
		any4 = netip.AddrPortFrom(netip.IPv6Unspecified(), 0)
	}
	conn, err := f.o.Net.ListenPacket(any4)
	if err != nil {
		return err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetReadDeadline(time.Now()) })
	defer stop()
	return run(conn, server, append([]byte{0, op}, name+"\x00octet\x00"...))
}

// Store writes a file to a tftp: server. Errors never hold any content of the file.
func (f *Fetcher) Store(ctx context.Context, location string, data []byte) error {
	if len(data) > f.o.Limit {
		return ErrTooLarge
	}
	if scheme, _, _ := strings.Cut(location, ":"); !strings.EqualFold(scheme, "tftp") {
		return refusal{"only tftp: can be written", fs.ErrPermission}
	}
	return f.transfer(ctx, location, opWrite, func(conn net.PacketConn, server netip.AddrPort, request []byte) error {
		return send(ctx, conn, server, request, data)
	})
}

// send is the client's part of writing: each packet is sent until its block is
// acknowledged. Numbers of blocks begin anew behind 65535.
func send(ctx context.Context, conn net.PacketConn, server netip.AddrPort, request, data []byte) error {
	packet, to := request, server
	buf := make([]byte, 4+blockSize+1)
	for block, tries, last := uint16(0), 0, false; ; {
		if tries == attempts {
			return errSilent
		}
		if _, err := conn.WriteTo(packet, net.UDPAddrFromAddrPort(to)); err != nil {
			return err
		}
		tries++
		op, _, from, err := next(ctx, conn, buf, to, to != server, opAck, block)
		switch {
		case ctx.Err() != nil:
			return fmt.Errorf("%w: %w", errSilent, ctx.Err())
		case err != nil:
			return err
		case op == 0: // nothing came: once more
			continue
		case op == opError:
			return refused(buf)
		case last:
			return nil
		}
		n := min(len(data), blockSize)
		block++
		packet = append(binary.BigEndian.AppendUint16([]byte{0, opData}, block), data[:n]...)
		data, last, to, tries = data[n:], n < blockSize, from, 0
	}
}

// refused is an error packet of the server.
func refused(packet []byte) error {
	code := binary.BigEndian.Uint16(packet[2:])
	err := refusal{fmt.Sprintf("the TFTP server refused: error %d", code), fs.ErrInvalid}
	switch code {
	case 1:
		err.is = fs.ErrNotExist
	case 2:
		err.is = fs.ErrPermission
	case 6:
		err.is = fs.ErrExist
	}
	return err
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
		op, n, from, err := next(ctx, conn, buf, to, to != server, opData, block)
		switch {
		case ctx.Err() != nil:
			return nil, fmt.Errorf("%w: %w", errSilent, ctx.Err())
		case err != nil:
			return nil, err
		case op == 0: // nothing came: once more
			continue
		case op == opError:
			return nil, refused(buf)
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

// next waits for what the server says of the block (opData, opAck) or for its error: op 0
// when the time is over.
// Until the first block came any port of the server will do.
func next(ctx context.Context, conn net.PacketConn, buf []byte, peer netip.AddrPort, bound bool, want int, block uint16) (op, n int, from netip.AddrPort, err error) {
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
		case op == opError, op == want && binary.BigEndian.Uint16(buf[2:]) == block && n <= 4+blockSize:
			return op, n, from, nil
		}
	}
}
