package sipua

import (
	"errors"
	"net"
	"net/netip"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
)

// Connections that others open may take three quarters of Options.MaxConns, and
// those of one address a quarter: the rest is for those that we open, and for
// other addresses.
func (ep *endpoint) roomFor(from netip.Addr) bool {
	most := ep.ua.o.MaxConns
	return ep.inbound < most-most/4 && ep.from[from] < max(1, most/4) && len(ep.streams) < most
}

// put and remove keep the table and its counts. ep.mu is held.
func (ep *endpoint) put(st *stream) {
	st.id = ep.ua.lastConn.Add(1)
	ep.streams[st.peer] = st
	if st.inbound {
		ep.inbound++
		ep.from[st.peer.Addr()]++
	}
}

func (ep *endpoint) remove(st *stream) {
	if ep.streams[st.peer] != st {
		return
	}
	delete(ep.streams, st.peer)
	if st.inbound {
		ep.inbound--
		if ep.from[st.peer.Addr()]--; ep.from[st.peer.Addr()] == 0 {
			delete(ep.from, st.peer.Addr())
		}
	}
}

func (ep *endpoint) newStream(peer netip.AddrPort, conn net.Conn) *stream {
	st := &stream{ep: ep, peer: peer, inbound: conn != nil, conn: conn,
		kick: make(chan struct{}, 1), dead: make(chan struct{})}
	st.last.Store(time.Now().UnixNano())
	return st
}

// accept takes connections until the listener closes.
func (ep *endpoint) accept() {
	defer ep.wg.Done()
	failing := false
	for {
		conn, err := ep.listener.Accept()
		if err != nil && !failing && !errors.Is(err, net.ErrClosed) {
			ep.ua.log(logbuf.Errors, "ACCEPT", "cannot accept connections: %v", err)
		}
		failing = err != nil
		if err != nil {
			if errors.Is(err, net.ErrClosed) || !ep.pause() {
				return
			}
			continue
		}
		st := ep.newStream(addrPort(conn.RemoteAddr()), conn)
		if !ep.enter(st) {
			_ = conn.Close()
			continue
		}
		go st.write()
		go st.read()
	}
}

// enter puts a stream into the table and accounts for its two goroutines; an
// older one with the same peer is closed.
func (ep *endpoint) enter(st *stream) bool {
	ep.mu.Lock()
	if ep.closed || !ep.roomFor(st.peer.Addr()) {
		ep.mu.Unlock()
		return false
	}
	old := ep.streams[st.peer]
	if old != nil {
		ep.remove(old)
	}
	ep.put(st)
	ep.wg.Add(2)
	ep.mu.Unlock()
	if old != nil {
		old.close(net.ErrClosed)
	}
	return true
}

// stream returns the connection to peer, opening one if there is none.
func (ep *endpoint) stream(peer netip.AddrPort) *stream {
	st := ep.newStream(peer, nil)
	ep.mu.Lock()
	old := ep.streams[peer]
	switch {
	case old != nil:
	case ep.closed:
		st.reason = ErrClosed
	case len(ep.streams) >= ep.ua.o.MaxConns:
		st.reason = errTooMany
	default:
		ep.put(st)
		ep.wg.Add(2)
		go st.dial()
	}
	ep.mu.Unlock()
	if old != nil {
		return old
	}
	return st
}
