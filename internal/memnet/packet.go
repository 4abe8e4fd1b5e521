package memnet

import (
	"bytes"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"
)

// packet is one datagram on its way.
type packet struct {
	from netip.AddrPort
	b    []byte
}

// packetConn is a bound packet address.
type packetConn struct {
	n     *Net
	addr  netip.AddrPort
	queue chan packet
	once  sync.Once
	done  chan struct{}
	read  *deadline
}

func newPacketConn(n *Net, addr netip.AddrPort) *packetConn {
	return &packetConn{n: n, addr: addr, queue: make(chan packet, packetLimit), done: make(chan struct{}), read: newDeadline()}
}

// ReadFrom returns one packet; what does not fit into p is lost, as with UDP.
func (c *packetConn) ReadFrom(p []byte) (int, net.Addr, error) {
	for {
		select {
		case <-c.done:
			return 0, nil, c.fail("read", net.ErrClosed)
		default:
		}
		wait := c.read.wait() // taken first: a later change closes it
		if c.read.passed() {
			return 0, nil, c.fail("read", os.ErrDeadlineExceeded)
		}
		select {
		case in := <-c.queue:
			return copy(p, in.b), net.UDPAddrFromAddrPort(in.from), nil
		case <-c.done:
		case <-wait:
		}
	}
}

// WriteTo sends one packet. It never waits: to nobody, to a full queue or past
// a filter that says no, the packet is lost and the write still succeeds.
func (c *packetConn) WriteTo(p []byte, to net.Addr) (int, error) {
	select {
	case <-c.done:
		return 0, c.fail("write", net.ErrClosed)
	default:
	}
	udp, ok := to.(*net.UDPAddr)
	if !ok {
		return 0, c.fail("write", &net.AddrError{Err: "not a UDP address", Addr: to.String()})
	}
	if len(p) > maxPacket {
		return 0, c.fail("write", syscall.EMSGSIZE)
	}
	dest := udp.AddrPort()
	dest = netip.AddrPortFrom(dest.Addr().Unmap(), dest.Port())
	from := c.addr
	if from.Addr().IsUnspecified() { // a real host would fill in its own
		from = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), from.Port())
	}
	b := bytes.Clone(p)
	c.n.mu.Lock()
	filter := c.n.filter
	peer := find(c.n.packets, dest)
	c.n.mu.Unlock()
	if peer == nil || filter != nil && !filter(from, dest, b) {
		return len(p), nil
	}
	select {
	case peer.queue <- packet{from, b}:
	default: // full: dropped
	}
	return len(p), nil
}

// Close frees the address.
func (c *packetConn) Close() error {
	c.once.Do(func() {
		c.n.mu.Lock()
		delete(c.n.packets, c.addr)
		c.n.mu.Unlock()
		c.read.stop()
		close(c.done)
	})
	return nil
}

func (c *packetConn) LocalAddr() net.Addr { return net.UDPAddrFromAddrPort(c.addr) }

// SetDeadline sets the read deadline: writes never wait.
func (c *packetConn) SetDeadline(t time.Time) error { return c.SetReadDeadline(t) }

func (c *packetConn) SetReadDeadline(t time.Time) error {
	c.read.set(t)
	return nil
}

func (c *packetConn) SetWriteDeadline(time.Time) error { return nil }

func (c *packetConn) fail(op string, err error) error {
	return &net.OpError{Op: op, Net: "udp", Addr: c.LocalAddr(), Err: err}
}
