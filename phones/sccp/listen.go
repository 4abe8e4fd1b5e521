package sccp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/internal/readable"
)

const (
	retryEvery = 5 * time.Second // a busy port is tried again
	acceptWait = 100 * time.Millisecond
)

// listener is one open port: a move makes a new one.
type listener struct {
	s     *Server
	net   net.Listener
	local netip.AddrPort
	set   *readable.Set // its connections
	quit  chan struct{}
	wg    sync.WaitGroup // accept
}

// open opens the listener; standIn says that Bind took the place of Addr.
func (s *Server) listen(cfg Config) (l *listener, standIn bool, err error) {
	addr := cfg.Addr
	if !addr.Addr().IsValid() {
		addr = netip.AddrPortFrom(cfg.Bind, addr.Port())
	}
	ln, err := s.o.Net.Listen(addr)
	if errors.Is(err, syscall.EADDRNOTAVAIL) && cfg.Bind.IsValid() && cfg.Bind != addr.Addr() {
		standIn = true
		addr = netip.AddrPortFrom(cfg.Bind, addr.Port())
		ln, err = s.o.Net.Listen(addr)
	}
	if err != nil {
		return nil, false, fmt.Errorf("opening TCP %s: %w", addr, err)
	}
	return &listener{s: s, net: ln, local: addrPort(ln.Addr()), set: readable.New(), quit: make(chan struct{})}, standIn, nil
}

func (s *Server) install(l *listener, cfg Config, standIn bool) {
	if standIn {
		s.logf(logbuf.Notifications, "STANDIN", "%s is not an address of this host, listening on %s instead", cfg.Addr.Addr(), l.local)
	}
	s.mu.Lock()
	s.listening = l.local
	s.mu.Unlock()
	l.wg.Add(1)
	go l.accept()
}

// startRetry leaves a goroutine that opens the listener when it can. s.applying
// is held.
func (s *Server) startRetry(cfg Config) {
	ctx, cancel := context.WithCancel(context.Background())
	opened := make(chan *listener, 1)
	s.retry = func() *listener { cancel(); return <-opened }
	go func() {
		tick := time.NewTicker(retryEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				opened <- nil
				return
			case <-tick.C:
			}
			if l, standIn, err := s.listen(cfg); err == nil {
				s.install(l, cfg, standIn)
				s.logf(logbuf.Notifications, "LISTEN", "now listening on %s", l.local)
				opened <- l
				return
			}
		}
	}()
}

// shut closes the listener, or stops trying to open it. s.applying is held.
func (s *Server) shut() {
	if s.retry != nil {
		if l := s.retry(); l != nil {
			s.at = l
		}
		s.retry = nil
	}
	if s.at == nil {
		return
	}
	l := s.at
	s.at = nil
	close(l.quit)
	_ = l.net.Close()
	l.wg.Wait()
	s.mu.Lock()
	s.listening = netip.AddrPort{}
	s.mu.Unlock()
	s.hangUp()
	l.set.Stop()
}

// accept takes connections until the listener closes.
func (l *listener) accept() {
	defer l.wg.Done()
	failing := false
	for {
		nc, err := l.net.Accept()
		if err == nil {
			failing = false
			l.s.enter(nc, l)
			continue
		}
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if !failing {
			l.s.logf(logbuf.Errors, "ACCEPT", "cannot accept connections: %v", err)
		}
		failing = true
		select {
		case <-l.quit:
			return
		case <-time.After(acceptWait):
		}
	}
}

func addrPort(a net.Addr) netip.AddrPort {
	var ap netip.AddrPort
	if x, ok := a.(interface{ AddrPort() netip.AddrPort }); ok {
		ap = x.AddrPort()
	}
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}

// logf writes a message of the listener.
func (s *Server) logf(sev logbuf.Severity, mnemonic, format string, a ...any) {
	s.o.Log.Msg("SCCP", sev, mnemonic, format, a...)
}
