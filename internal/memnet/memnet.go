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
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"syscall"
)

// Sizes of the queues.
const (
	// streamLimit bounds the bytes in flight of one direction of a stream;
	// Write waits beyond it.
	streamLimit = 64 << 10
	// packetLimit bounds the packets waiting at a packet connection; further
	// ones are dropped, as UDP does.
	packetLimit = 1024
	// maxPacket is the largest payload of a packet: UDP over IPv4.
	maxPacket = 65507
	// backlog bounds connections waiting for Accept; further dials wait.
	backlog = 128
	// firstEphemeral is the first port given out for port 0.
	firstEphemeral = 49152
)

// Net is one network. It is safe for concurrent use, and is itself the host
// 127.0.0.1; see Host for others.
type Net struct {
	mu        sync.Mutex
	local     []netip.Addr // nil: every address can be bound
	listeners map[netip.AddrPort]*listener
	packets   map[netip.AddrPort]*packetConn
	filter    func(from, to netip.AddrPort, b []byte) bool
	nextPort  uint16
}

// New makes an empty network on which every address can be bound.
func New() *Net {
	return &Net{
		listeners: make(map[netip.AddrPort]*listener),
		packets:   make(map[netip.AddrPort]*packetConn),
		nextPort:  firstEphemeral,
	}
}

// OnlyLocal limits the addresses that can be bound to the given ones, loopback
// and unspecified ones; others fail with EADDRNOTAVAIL. No argument: all can.
func (n *Net) OnlyLocal(addrs ...netip.Addr) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.local = slices.Clone(addrs)
}

// FilterPackets sets a function that sees every packet before delivery and
// drops it by returning false. It runs on the sender's goroutine, concurrently
// for different senders, and must not keep b. Nil delivers everything.
func (n *Net) FilterPackets(f func(from, to netip.AddrPort, b []byte) bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.filter = f
}

// Host is a Net seen from one address: connections are dialled from it, and
// listening on the unspecified address binds it.
type Host struct {
	n    *Net
	addr netip.Addr
}

// Host returns the network as seen from addr.
func (n *Net) Host(addr netip.Addr) *Host { return &Host{n, addr} }

// ListenPacket is Net.ListenPacket; an unspecified address means the host's.
func (h *Host) ListenPacket(addr netip.AddrPort) (net.PacketConn, error) {
	return h.n.ListenPacket(h.own(addr))
}

// Listen is Net.Listen; an unspecified address means the host's.
func (h *Host) Listen(addr netip.AddrPort) (net.Listener, error) {
	return h.n.Listen(h.own(addr))
}

// Dial connects from the host's address to a listener.
func (h *Host) Dial(ctx context.Context, addr netip.AddrPort) (net.Conn, error) {
	return h.n.dial(ctx, h.addr, addr)
}

func (h *Host) own(addr netip.AddrPort) netip.AddrPort {
	if addr.Addr().IsUnspecified() {
		return netip.AddrPortFrom(h.addr, addr.Port())
	}
	return addr
}

// Inhabited tells whether somebody is at an address: a loopback address, or one that
// something is bound to.
func (n *Net) Inhabited(addr netip.Addr) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if addr.IsLoopback() {
		return true
	}
	for a := range n.listeners {
		if a.Addr() == addr {
			return true
		}
	}
	for a := range n.packets {
		if a.Addr() == addr {
			return true
		}
	}
	return false
}

// ListenPacket binds a packet connection. Port 0 picks a free one; an
// unspecified address takes packets for every address of the port. Its
// addresses are *net.UDPAddr. Errors: EADDRINUSE, EADDRNOTAVAIL.
func (n *Net) ListenPacket(addr netip.AddrPort) (net.PacketConn, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	addr, err := claim(n, n.packets, addr)
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: "udp", Addr: net.UDPAddrFromAddrPort(addr), Err: err}
	}
	c := newPacketConn(n, addr)
	n.packets[addr] = c
	return c, nil
}

// Listen binds a stream listener; addresses are *net.TCPAddr, ports and errors
// as in ListenPacket.
func (n *Net) Listen(addr netip.AddrPort) (net.Listener, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	addr, err := claim(n, n.listeners, addr)
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: "tcp", Addr: net.TCPAddrFromAddrPort(addr), Err: err}
	}
	l := &listener{n: n, addr: addr, queue: make(chan *Conn, backlog), done: make(chan struct{})}
	n.listeners[addr] = l
	return l, nil
}

// Dial connects from 127.0.0.1 to a listener. It fails with ECONNREFUSED when
// nobody listens, and with ctx when the listener's backlog is full.
func (n *Net) Dial(ctx context.Context, addr netip.AddrPort) (net.Conn, error) {
	return n.dial(ctx, netip.AddrFrom4([4]byte{127, 0, 0, 1}), addr)
}

func (n *Net) dial(ctx context.Context, from netip.Addr, to netip.AddrPort) (net.Conn, error) {
	fail := func(err error) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Addr: net.TCPAddrFromAddrPort(to), Err: err}
	}
	if err := ctx.Err(); err != nil {
		return fail(err)
	}
	n.mu.Lock()
	l := find(n.listeners, to)
	source := netip.AddrPortFrom(from, n.port())
	n.mu.Unlock()
	if l == nil {
		return fail(syscall.ECONNREFUSED)
	}
	near, far := connect(source, to)
	select {
	case <-l.done:
		return fail(syscall.ECONNREFUSED)
	default:
	}
	select {
	case l.queue <- far:
	case <-l.done:
		return fail(syscall.ECONNREFUSED)
	case <-ctx.Done():
		return fail(ctx.Err())
	}
	// Close may have emptied the queue just before: nobody will accept far.
	select {
	case <-l.done:
		near.Close()
		far.Close()
		return fail(syscall.ECONNREFUSED)
	default:
	}
	return near, nil
}

// port gives out ephemeral ports in a ring; the caller holds mu.
func (n *Net) port() uint16 {
	p := n.nextPort
	n.nextPort++
	if n.nextPort == 0 {
		n.nextPort = firstEphemeral
	}
	return p
}

// claim completes addr and checks that it can be bound; the caller holds n.mu.
func claim[T any](n *Net, bound map[netip.AddrPort]T, addr netip.AddrPort) (netip.AddrPort, error) {
	a := addr.Addr().Unmap()
	if !a.IsValid() {
		return addr, fmt.Errorf("invalid address: %w", syscall.EINVAL)
	}
	addr = netip.AddrPortFrom(a, addr.Port())
	if len(n.local) > 0 && !a.IsLoopback() && !a.IsUnspecified() && !slices.Contains(n.local, a) {
		return addr, syscall.EADDRNOTAVAIL
	}
	if addr.Port() == 0 {
		for range 1 << 14 {
			try := netip.AddrPortFrom(a, n.port())
			if _, taken := bound[try]; !taken {
				return try, nil
			}
		}
		return addr, syscall.EADDRINUSE
	}
	if _, taken := bound[addr]; taken {
		return addr, syscall.EADDRINUSE
	}
	return addr, nil
}

// find looks for who is bound to addr or to all addresses of its port; the
// caller holds the network's mu.
func find[T any](bound map[netip.AddrPort]T, addr netip.AddrPort) T {
	addr = netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port())
	if c, ok := bound[addr]; ok {
		return c
	}
	if c, ok := bound[netip.AddrPortFrom(netip.IPv4Unspecified(), addr.Port())]; ok {
		return c
	}
	return bound[netip.AddrPortFrom(netip.IPv6Unspecified(), addr.Port())]
}
