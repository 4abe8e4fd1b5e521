// Package provision is what phones fetch over HTTP: the services menu with
// personal speed dials and Extension Mobility, and the local directory.
//
// Only internal/app imports it. A Server has one goroutine per listener and
// those of net/http; Apply and Close stop and wait for them.
package provision

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/phones"
)

// Config is what the server is told by the running configuration.
type Config struct {
	Enabled bool           // `ip http server`
	Addr    netip.AddrPort // the router's address and `ip http port`, 80
	Bind    netip.Addr     // stand-in when the host lacks Addr; zero: none
	Phones  phones.Config
}

// Network is where the server listens; sipua.OS and memnet have it.
type Network interface {
	Listen(addr netip.AddrPort) (net.Listener, error)
}

// Mobility logs users in and out at phones.
type Mobility interface {
	Enabled(d phones.Device) bool
	Profile(d phones.Device) *phones.Profile
	Login(d phones.Device, user, password string) error
	Logout(d phones.Device) error
}

// Options of a Server; all are required.
type Options struct {
	Net      Network
	Log      *logbuf.Log
	Mobility Mobility
	// Device finds the registered phone at an address; name ("SEP…") tells several
	// behind one address apart and may be "".
	Device func(from netip.Addr, name string) (phones.Device, bool)
}

// Limits of a request and of a page.
const (
	maxHeader      = 8 << 10
	maxBody        = 4 << 10
	maxConnections = 256
	timeout        = 10 * time.Second
	retryListen    = 5 * time.Second
	pageEntries    = 32 // directory entries a phone takes at a time
)

// Server serves phones. Its methods are safe for concurrent use, Apply calls must not overlap.
type Server struct {
	o        Options
	config   atomic.Pointer[Config]
	failures failures

	mu   sync.Mutex
	stop context.CancelFunc // of the listener that runs, nil if none
	done chan struct{}
	at   netip.AddrPort
}

// New makes a Server that is closed until Apply.
func New(o Options) *Server {
	s := &Server{o: o}
	s.config.Store(&Config{})
	return s
}

// Apply opens, moves or closes the listener and takes the new directory. A port
// that cannot be had is logged once and tried again; it is no error.
func (s *Server) Apply(_ context.Context, _, new Config) error {
	before := s.config.Swap(&new)
	if before.Enabled == new.Enabled && before.Addr == new.Addr && before.Bind == new.Bind {
		return nil
	}
	s.Close()
	if !new.Enabled || !new.Addr.IsValid() {
		return nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.mu.Lock()
	s.stop, s.done = cancel, make(chan struct{})
	done := s.done
	s.mu.Unlock()
	first := make(chan struct{})
	go s.run(ctx, new, first, done)
	<-first // the first attempt to listen has been made
	return nil
}

// Close stops serving and waits for it.
func (s *Server) Close() {
	s.mu.Lock()
	stop, done := s.stop, s.done
	s.stop, s.done = nil, nil
	s.mu.Unlock()
	if stop != nil {
		stop()
		<-done
	}
}

// Listening is the address that is served now, zero while there is none.
func (s *Server) Listening() netip.AddrPort {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

func (s *Server) listen(c Config) (net.Listener, error) {
	ln, err := s.o.Net.Listen(c.Addr)
	if err != nil && c.Bind.IsValid() {
		return s.o.Net.Listen(netip.AddrPortFrom(c.Bind, c.Addr.Port()))
	}
	return ln, err
}

// run listens, if need be again and again, and serves until ctx ends.
func (s *Server) run(ctx context.Context, c Config, first, done chan struct{}) {
	defer close(done)
	ln, err := s.listen(c)
	if err != nil {
		s.o.Log.Msg("HTTP", logbuf.Errors, "LISTEN", "%v; trying again every %v", err, retryListen)
	} else {
		s.serving(ln.Addr())
	}
	close(first)
	for err != nil {
		select {
		case <-ctx.Done():
			return
		case <-time.After(retryListen):
		}
		if ln, err = s.listen(c); err == nil {
			s.serving(ln.Addr())
			s.o.Log.Msg("HTTP", logbuf.Notifications, "LISTEN", "listening on %s", ln.Addr())
		}
	}
	defer s.serving(nil)
	server := &http.Server{
		Handler: s.handler(), ReadTimeout: timeout, WriteTimeout: timeout, IdleTimeout: timeout,
		MaxHeaderBytes: maxHeader, ErrorLog: log.New(errorLog{s.o.Log}, "", 0),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(&limited{Listener: ln, free: make(chan struct{}, maxConnections)}) }()
	select {
	case <-ctx.Done():
		_ = server.Close() // phones ask again
		<-served
	case err := <-served:
		if !errors.Is(err, http.ErrServerClosed) {
			s.o.Log.Msg("HTTP", logbuf.Errors, "LISTEN", "server stopped: %v", err)
		}
	}
}

// errorLog is where net/http complains, which would write to the console otherwise.
type errorLog struct{ log *logbuf.Log }

func (e errorLog) Write(line []byte) (int, error) {
	e.log.Msg("HTTP", logbuf.Warnings, "SERVER", "%s", bytes.TrimSpace(line))
	return len(line), nil
}

func (s *Server) serving(at net.Addr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = netip.AddrPort{}
	if at != nil {
		s.at, _ = netip.ParseAddrPort(at.String())
	}
}

func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /CMEserverForPhone/serviceurl", s.services)
	mux.HandleFunc("GET "+pathFastDials, s.fastDial)
	mux.HandleFunc("GET "+pathMobility, s.mobility)
	mux.HandleFunc("GET "+pathDirectory, s.search)
	mux.HandleFunc("GET "+pathDirectory+"/query", s.query)
	return http.MaxBytesHandler(mux, maxBody)
}

// limited is a listener with at most cap(free) connections at a time; more wait to be accepted.
type limited struct {
	net.Listener
	free chan struct{}
}

func (l *limited) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	select {
	case l.free <- struct{}{}:
		return &limitedConn{Conn: c, free: l.free}, nil
	default:
		_ = c.Close()
		return nil, errTooMany
	}
}

// errTooMany is temporary to net/http: it goes on accepting after a short pause.
var errTooMany = tooMany{}

type tooMany struct{}

func (tooMany) Error() string   { return fmt.Sprintf("more than %d connections", maxConnections) }
func (tooMany) Timeout() bool   { return false }
func (tooMany) Temporary() bool { return true }

type limitedConn struct {
	net.Conn
	free chan struct{}
	once sync.Once
}

func (c *limitedConn) Close() error {
	c.once.Do(func() { <-c.free })
	return c.Conn.Close()
}
