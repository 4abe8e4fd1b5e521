package sipua

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
)

const (
	retryEvery = 5 * time.Second // a busy port is tried again
	drainTime  = time.Second     // for the last words of OnClose
	maxMessage = 64 << 10
)

// endpoint is one pair of open sockets: a move makes a new one.
type endpoint struct {
	ua         *UA
	packets    net.PacketConn
	listener   net.Listener
	local      netip.AddrPort
	advertised netip.AddrPort

	ctx    context.Context // of dials; ends with the endpoint
	cancel context.CancelFunc
	wg     sync.WaitGroup

	unsent atomic.Int64 // bytes queued on all streams

	mu      sync.Mutex
	streams map[netip.AddrPort]*stream
	inbound int                // streams that others opened
	from    map[netip.Addr]int // and by address
	closed  bool
}

// Apply opens, moves or closes the endpoint so that it matches new; old is not
// needed (level-triggered). A port that cannot be had is logged once and tried
// again every 5 s until Apply is called again; that is not an error and Apply
// does not wait for it. TCP connections do not survive a move.
func (u *UA) Apply(ctx context.Context, old, new Config) error {
	u.applying.Lock()
	defer u.applying.Unlock()
	if u.closed {
		return fmt.Errorf("applying sip configuration: %w", ErrClosed)
	}
	if new == u.config && (u.endpoint() != nil || u.retry != nil) {
		return nil
	}
	wanted := new.Enabled && (new.Addr.Addr().IsValid() || new.Bind.IsValid())
	if ep := u.endpoint(); ep != nil && !wanted {
		u.tell(&u.onClose)
		ep.drain()
	}
	u.shut()
	u.config = new
	if !wanted {
		return nil
	}
	ep, standIn, err := u.open(new)
	if err == nil {
		u.install(ep, new, standIn)
		u.opened(ep)
		return nil
	}
	u.log(logbuf.Errors, "LISTEN", "cannot open %s: %v; trying again every %d seconds", new.Addr, err, int(retryEvery.Seconds()))
	u.startRetry(new)
	return nil
}

// shut closes what is open and stops retrying. u.applying is held.
func (u *UA) shut() {
	if u.retry != nil {
		u.retry()
		u.retry = nil
	}
	if ep := u.at.Swap(nil); ep != nil {
		ep.close()
	}
}

// startRetry leaves a goroutine that opens the endpoint when it can.
func (u *UA) startRetry(cfg Config) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	u.retry = func() { cancel(); <-done }
	go func() {
		defer close(done)
		tick := time.NewTicker(retryEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if ep, standIn, err := u.open(cfg); err == nil {
				u.install(ep, cfg, standIn)
				u.log(logbuf.Notifications, "LISTEN", "now listening on %s", ep.local)
				u.opened(ep)
				return
			}
		}
	}()
}

func (u *UA) install(ep *endpoint, cfg Config, standIn bool) {
	if standIn {
		u.log(logbuf.Notifications, "STANDIN", "%s is not an address of this host, listening on %s instead", cfg.Addr.Addr(), ep.local)
	}
	u.at.Store(ep)
	ep.start()
}

// opened tells of a new endpoint, then ends what was sent from the one before.
func (u *UA) opened(ep *endpoint) {
	u.tell(&u.onOpen)
	for _, s := range u.shards {
		s.leave(ep)
	}
}

// open opens the sockets; standIn says that Bind took the place of Addr.
func (u *UA) open(cfg Config) (ep *endpoint, standIn bool, err error) {
	addr := cfg.Addr
	if addr.Addr().IsValid() {
		ep, err = u.listen(addr)
	} else {
		ep, err = u.listen(netip.AddrPortFrom(cfg.Bind, addr.Port()))
	}
	if errors.Is(err, syscall.EADDRNOTAVAIL) && cfg.Bind.IsValid() && cfg.Bind != addr.Addr() {
		standIn = true
		ep, err = u.listen(netip.AddrPortFrom(cfg.Bind, addr.Port()))
	}
	if err != nil {
		return nil, false, err
	}
	ep.advertised = ep.local
	if ep.local.Addr().IsUnspecified() {
		host := addr.Addr()
		if !host.IsValid() || host.IsUnspecified() {
			host = netip.AddrFrom4([4]byte{127, 0, 0, 1})
		}
		ep.advertised = netip.AddrPortFrom(host, ep.local.Port())
	}
	return ep, standIn, nil
}

// listen opens UDP and TCP on one port. With port 0 the port that UDP got may be
// taken for TCP: then another is tried.
func (u *UA) listen(addr netip.AddrPort) (*endpoint, error) {
	for try := 0; ; try++ {
		packets, err := u.o.Net.ListenPacket(addr)
		if err != nil {
			return nil, fmt.Errorf("opening UDP %s: %w", addr, err)
		}
		local := addrPort(packets.LocalAddr())
		listener, err := u.o.Net.Listen(local)
		if err == nil {
			ctx, cancel := context.WithCancel(context.Background())
			return &endpoint{ua: u, packets: packets, listener: listener, local: local,
				ctx: ctx, cancel: cancel, streams: map[netip.AddrPort]*stream{}, from: map[netip.Addr]int{}}, nil
		}
		_ = packets.Close()
		if addr.Port() != 0 || try == 8 {
			return nil, fmt.Errorf("opening TCP %s: %w", local, err)
		}
	}
}

func addrPort(a net.Addr) netip.AddrPort {
	var ap netip.AddrPort
	if x, ok := a.(interface{ AddrPort() netip.AddrPort }); ok {
		ap = x.AddrPort()
	} else if a != nil {
		ap, _ = netip.ParseAddrPort(a.String())
	}
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}

func (ep *endpoint) start() {
	ep.wg.Add(2)
	go ep.readPackets()
	go ep.accept()
}

// drain gives what is queued on connections a second to leave.
func (ep *endpoint) drain() {
	for deadline := time.Now().Add(drainTime); time.Now().Before(deadline) && ep.unsent.Load() > 0; {
		if !ep.pause() {
			return
		}
	}
}

// close closes the sockets and waits for their goroutines.
func (ep *endpoint) close() {
	ep.mu.Lock()
	ep.closed = true
	var open []*stream
	for _, st := range ep.streams {
		open = append(open, st)
	}
	ep.mu.Unlock()
	ep.cancel()
	_ = ep.packets.Close()
	_ = ep.listener.Close()
	for _, st := range open {
		st.close(ErrClosed)
	}
	ep.wg.Wait()
}

// readPackets is the one reader of the UDP socket. It keeps nothing about peers.
func (ep *endpoint) readPackets() {
	defer ep.wg.Done()
	buf := make([]byte, 1<<16)
	fast, _ := ep.packets.(*net.UDPConn)
	for {
		var n int
		var src netip.AddrPort
		var err error
		if fast != nil {
			n, src, err = fast.ReadFromUDPAddrPort(buf)
			src = netip.AddrPortFrom(src.Addr().Unmap(), src.Port())
		} else {
			var from net.Addr
			if n, from, err = ep.packets.ReadFrom(buf); err == nil {
				src = addrPort(from)
			}
		}
		if err != nil {
			if errors.Is(err, net.ErrClosed) || !ep.pause() {
				return
			}
			continue
		}
		ep.packet(buf[:n], src)
	}
}

// packet is the entry for what a datagram holds.
func (ep *endpoint) packet(data []byte, src netip.AddrPort) {
	if !src.IsValid() || src.Port() == 0 || blank(data) {
		return // keep-alive, RFC 5626 4.4.1, or no one to answer
	}
	ep.ua.receive(item{data: data, src: src})
}

// blank says whether data is empty or only line ends.
func blank(data []byte) bool {
	for _, c := range data {
		if c != '\r' && c != '\n' && c != 0 {
			return false
		}
	}
	return true
}

// pause keeps a failing socket from spinning. false when the endpoint closes.
func (ep *endpoint) pause() bool {
	t := time.NewTimer(50 * time.Millisecond)
	defer t.Stop()
	select {
	case <-ep.ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

func (ep *endpoint) writePacket(data []byte, to netip.AddrPort) (err error) {
	if fast, ok := ep.packets.(*net.UDPConn); ok {
		_, err = fast.WriteToUDPAddrPort(data, to)
	} else {
		_, err = ep.packets.WriteTo(data, net.UDPAddrFromAddrPort(to))
	}
	if err != nil {
		ep.ua.stats.udpFailures.Add(1)
	}
	return err
}

// transmit sends a response: on the stream of its request, or by UDP. When the
// stream is gone and r is given, a new connection to the sent-by port is tried
// (RFC 3261 18.2.2).
func (u *UA) transmit(to netip.AddrPort, st *stream, data []byte, r *request) error {
	ep := u.endpoint()
	if ep == nil {
		return ErrClosed
	}
	if st == nil {
		u.traceMessage(true, "UDP", to, data)
		return ep.writePacket(data, to)
	}
	u.traceMessage(true, "TCP", st.peer, data)
	err := st.send(data, nil)
	if err == nil || r == nil {
		return err
	}
	port := uint16(5060)
	if r.top.port > 0 {
		port = uint16(r.top.port)
	}
	return ep.stream(netip.AddrPortFrom(to.Addr(), port)).send(data, nil)
}

// reply is transmit for a request that has no transaction.
func (u *UA) reply(r *request, data []byte) error {
	to := r.src
	if r.stream == nil {
		to = r.top.reply(r.src)
	}
	return u.transmit(to, r.stream, data, nil)
}

// transmitTo sends a request and returns the connection it goes by, nil for UDP.
// fail is called at most once, possibly much later and on another goroutine
// (connecting by TCP takes time).
func (u *UA) transmitTo(to Target, data []byte, fail func(error)) *stream {
	ep := u.endpoint()
	if ep == nil {
		fail(ErrClosed)
		return nil
	}
	to.Addr = netip.AddrPortFrom(to.Addr.Addr().Unmap(), to.Addr.Port())
	if !to.tcp() {
		u.traceMessage(true, "UDP", to.Addr, data)
		if err := ep.writePacket(data, to.Addr); err != nil {
			fail(err)
		}
		return nil
	}
	u.traceMessage(true, "TCP", to.Addr, data)
	st := ep.stream(to.Addr)
	if err := st.send(data, fail); err != nil {
		fail(err)
	}
	return st
}

// sent takes the outcome of a send that nobody waits for.
func (u *UA) sent(err error) {
	if err != nil {
		u.debugError("sending: %v", err)
	}
}

func (u *UA) log(sev logbuf.Severity, mnemonic, format string, a ...any) {
	if u.o.Log != nil {
		u.o.Log.Msg("SIP", sev, mnemonic, format, a...)
	}
}
