package probe

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// socket is a socket whose errors by ICMP can be read (IP_RECVERR), from which the
// runtime's poller wakes a reader.
type socket struct {
	file *os.File
	conn syscall.RawConn
	to   unix.SockaddrInet4
	buf  []byte
	oob  []byte
}

// message is what a socket has received: a datagram, or the report of an ICMP error.
type message struct {
	data   []byte // of an error: what was sent, without its IP header and, for UDP, without any
	from   netip.Addr
	port   int  // of an error: the port it was sent to
	failed bool // an error
	kind   Kind // of an error
}

// newSocket opens a socket of that type and sets what Options say.
func newSocket(typ, proto int, o Options) (*socket, error) {
	fd, err := unix.Socket(unix.AF_INET, typ|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, proto)
	if err != nil {
		if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
			err = ErrForbidden
		}
		return nil, fmt.Errorf("opening a socket for probes: %w", err)
	}
	s := &socket{file: os.NewFile(uintptr(fd), "probe"), buf: make([]byte, 32<<10), oob: make([]byte, 256)}
	s.to = unix.SockaddrInet4{Addr: o.To.Unmap().As4()}
	discover := unix.IP_PMTUDISC_DONT
	if o.DF {
		discover = unix.IP_PMTUDISC_DO
	}
	if s.conn, err = s.file.SyscallConn(); err == nil {
		err = errors.Join(
			unix.SetsockoptInt(fd, unix.SOL_IP, unix.IP_RECVERR, 1),
			unix.SetsockoptInt(fd, unix.SOL_IP, unix.IP_MTU_DISCOVER, discover),
			unix.SetsockoptInt(fd, unix.SOL_IP, unix.IP_TOS, o.TOS),
		)
	}
	if err == nil && o.Source.IsValid() {
		if err = unix.Bind(fd, &unix.SockaddrInet4{Addr: o.Source.Unmap().As4()}); err != nil {
			err = errors.Join(ErrSource, err)
		}
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("preparing a socket for probes: %w", err), s.file.Close())
	}
	return s, nil
}

// Close closes the socket.
func (s *socket) Close() error { return s.file.Close() }

// send sends to a port. The error of an earlier probe, which is told here as well, is
// none of this one.
func (s *socket) send(data []byte, port int) error {
	to := s.to
	to.Port = port
	var sent error
	err := s.conn.Control(func(fd uintptr) {
		for range 3 {
			sent = unix.Sendto(int(fd), data, 0, &to)
			if !errors.Is(sent, unix.ECONNREFUSED) && !errors.Is(sent, unix.EHOSTUNREACH) && !errors.Is(sent, unix.EPROTO) {
				return
			}
		}
	})
	return errors.Join(err, sent)
}

// probe sends, and waits until match takes a message. ttl 0: as it is.
func (s *socket) probe(ctx context.Context, timeout time.Duration, data []byte, ttl, port int, match func(message) (Reply, bool)) (Reply, error) {
	if err := ctx.Err(); err != nil {
		return Reply{}, err
	}
	if ttl > 0 {
		var set error
		if err := s.conn.Control(func(fd uintptr) { set = unix.SetsockoptInt(int(fd), unix.SOL_IP, unix.IP_TTL, ttl) }); err != nil || set != nil {
			return Reply{}, errors.Join(err, set)
		}
	}
	start := time.Now()
	switch err := s.send(data, port); {
	case errors.Is(err, unix.EMSGSIZE):
		return Reply{Kind: TooBig}, nil
	case errors.Is(err, os.ErrClosed):
		return Reply{}, err
	}
	// What could not be sent otherwise, for want of a route say, nobody answers.
	if err := s.file.SetReadDeadline(start.Add(timeout)); err != nil {
		return Reply{}, fmt.Errorf("waiting for the answer to a probe: %w", err)
	}
	defer context.AfterFunc(ctx, func() { s.file.SetReadDeadline(time.Unix(1, 0)) })()
	var reply Reply
	err := s.conn.Read(func(fd uintptr) bool {
		for first := true; first || ctx.Err() == nil && time.Since(start) < timeout; first = false {
			m, again := s.receive(int(fd))
			if again {
				return false
			}
			var ok bool
			if reply, ok = match(m); ok {
				reply.Took = time.Since(start)
				return true
			}
		}
		return false
	})
	switch {
	case err == nil:
		return reply, nil
	case ctx.Err() != nil:
		return Reply{}, ctx.Err()
	case errors.Is(err, os.ErrDeadlineExceeded):
		return Reply{}, nil
	}
	return Reply{}, fmt.Errorf("waiting for the answer to a probe: %w", err)
}

// receive takes one message; again: there is none.
func (s *socket) receive(fd int) (m message, again bool) {
	n, oobn, _, to, err := unix.Recvmsg(fd, s.buf, s.oob, unix.MSG_ERRQUEUE)
	if err == nil {
		m = parseError(s.oob[:oobn])
		m.data = s.buf[:n]
		if sent, ok := to.(*unix.SockaddrInet4); ok {
			m.port = sent.Port
		}
		return m, false
	}
	n, _, _, from, err := unix.Recvmsg(fd, s.buf, nil, 0)
	if errors.Is(err, unix.EAGAIN) {
		return m, true
	}
	if err != nil {
		return message{}, false // what the queue of errors tells in full
	}
	m.data = s.buf[:n]
	if sa, ok := from.(*unix.SockaddrInet4); ok {
		m.from = netip.AddrFrom4(sa.Addr)
	}
	return m, false
}

// Of the kernel's struct sock_extended_err, 16 bytes, and the sockaddr_in behind it:
// what the error is and who reports it.
const (
	originAt, typeAt, codeAt = 4, 5, 6
	familyAt, addressAt      = 16, 20
	originLocal, originICMP  = 1, 2
)

// parseError reads the control messages that come with a reported error.
func parseError(oob []byte) message {
	m := message{failed: true, kind: Refused}
	list, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return m
	}
	for _, c := range list {
		b := c.Data
		if c.Header.Level != unix.SOL_IP || c.Header.Type != unix.IP_RECVERR || len(b) < familyAt {
			continue
		}
		switch b[originAt] {
		case originLocal:
			if binary.NativeEndian.Uint32(b) == uint32(unix.EMSGSIZE) {
				m.kind = TooBig
			} else {
				m.kind = HostUnreachable
			}
		case originICMP:
			m.kind = kindOf(int(b[typeAt]), int(b[codeAt]))
			if len(b) >= addressAt+4 && binary.NativeEndian.Uint16(b[familyAt:]) == unix.AF_INET {
				m.from = netip.AddrFrom4([4]byte(b[addressAt:]))
			}
		}
	}
	return m
}
