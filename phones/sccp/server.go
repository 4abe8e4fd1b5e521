package sccp

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

var (
	errClosed   = errors.New("sccp server is closed")
	errReplaced = errors.New("replaced by a newer connection")
	errRemoved  = errors.New("no longer configured")
	errSlow     = errors.New("phone does not read")
	errCrowded  = errors.New("made room for a newer connection")
)

// minSockets bounds the connections while few ephones are configured; beyond
// that there may be twice `max-ephones`, so that all phones can come back at once
// while their old connections linger, and as many more as minSockets. Those of
// strangers make room for newer ones, see crowd.
const minSockets = 256

// Server serves SCCP phones. Its methods may be called from any goroutine.
type Server struct {
	o     Options
	usual *[wire.KeySets][]placed // soft keys of phones without a template
	conns sync.WaitGroup          // connections, goroutines that write to them and their timers
	pool  sync.Pool               // *[]byte, buffers of frames that are on their way
	// painters are *painter, readers *reader, with their buffers.
	painters, readers sync.Pool
	parking           func(phones.DNID) bool // parks, made once
	began             time.Time              // see moment
	agenda            agenda

	applying sync.Mutex // Apply and Close, one at a time
	applied  Config     // what the listener is like
	at       *listener
	retry    func() *listener // stops the goroutine that retries a busy port; nil: none
	closed   bool

	order sync.Mutex // see the package doc
	only  atomic.Pointer[filter]

	mu        sync.Mutex
	cfg       *phones.Config
	tel       *phones.Telephony // a copy, so that phones do not keep the configuration they registered with
	dns       map[int]*phones.EphoneDN
	slots     map[int]*slot
	macs      map[phones.MAC]*slot
	listening netip.AddrPort
	sockets   []*conn // by number, from 1; nil: free
	open      int     // how many are not
	strangers crowd
	sessions  uint64
	attempts  []phones.EphoneAttempt // oldest first
	sequence  *sequence              // of Reset, that is under way
}

// slot is one ephone: configured, or made for a phone that nobody configured.
type slot struct {
	cfg  *phones.Ephone
	auto bool                 // not configured
	mac  phones.MAC           // configured, or that of the phone that took the slot
	conn *conn                // nil: not registered
	last *phones.EphoneStatus // of the newest registration that is over; nil: there was none
}

// New makes a closed server and attaches it to the Exchange as the Sink of ephones.
func New(o Options) *Server {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Clock == nil {
		o.Clock = func() time.Time { return time.Now().UTC() }
	}
	s := &Server{o: o, usual: softKeysOf(nil), cfg: &phones.Config{}, tel: &phones.Telephony{}, slots: map[int]*slot{}, macs: map[phones.MAC]*slot{}}
	s.began = time.Now().Add(-time.Second) // no moment is 0
	s.agenda.s = s
	s.painters.New = func() any { return new(painter) }
	s.readers.New = func() any { return &reader{frames: wire.NewReader(nil)} }
	s.pool.New = func() any { b := make([]byte, 0, smallBuffer); return &b }
	s.parking = s.parks
	o.Exchange.Attach(phones.EphoneDevice, s)
	return s
}

// Apply opens, moves or closes the listener so that it matches new, and makes the
// ephones what new says: one that is gone or has another MAC address is
// unregistered, changes of keys wait for the next restart or reset as on a router.
// A port that cannot be had is logged once and tried again every 5 s; that is no
// error.
func (s *Server) Apply(_ context.Context, _, new Config) error {
	s.applying.Lock()
	defer s.applying.Unlock()
	if s.closed {
		return errClosed
	}
	s.order.Lock()
	over := s.configure(&new.Phones)
	for _, l := range over {
		s.o.Exchange.Unregister(phones.Device{Kind: phones.EphoneDevice, Tag: l.tag})
	}
	s.order.Unlock()
	for _, l := range over {
		l.conn.dismiss()
	}
	s.lampsAgain(false)
	was := s.applied
	s.applied = new
	if new.Enabled == was.Enabled && new.Addr == was.Addr && new.Bind == was.Bind && (s.at != nil || s.retry != nil) {
		return nil
	}
	s.shut()
	if !new.Enabled || !new.Addr.Addr().IsValid() && !new.Bind.IsValid() {
		return nil
	}
	l, standIn, err := s.listen(new)
	if err == nil {
		s.at = l
		s.install(l, new, standIn)
		return nil
	}
	s.logf(logbuf.Errors, "LISTEN", "cannot open %s: %v; trying again every %d seconds", new.Addr, err, int(retryEvery.Seconds()))
	s.startRetry(new)
	return nil
}

// Close closes all connections and waits for the goroutines.
func (s *Server) Close() {
	s.applying.Lock()
	defer s.applying.Unlock()
	s.closed = true
	s.CancelReset()
	s.shut()
}

// leaving is a phone that has lost its ephone.
type leaving struct {
	conn *conn
	tag  int
}

// configure takes over a configuration and returns the phones that have no place
// in it any more. s.order is held.
func (s *Server) configure(cfg *phones.Config) (over []leaving) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tel := cfg.Telephony
	s.cfg, s.tel = cfg, &tel
	s.dns = make(map[int]*phones.EphoneDN, len(cfg.EphoneDNs))
	for i := range cfg.EphoneDNs {
		s.dns[cfg.EphoneDNs[i].Tag] = &cfg.EphoneDNs[i]
	}
	configured := make(map[int]bool, len(cfg.Ephones))
	byMAC := make(map[phones.MAC]bool, len(cfg.Ephones))
	for i := range cfg.Ephones {
		e := &cfg.Ephones[i]
		configured[e.Tag] = e.Tag <= cfg.Telephony.MaxEphones
		byMAC[e.MAC] = true
	}
	for tag, sl := range s.slots {
		// A phone that nobody configured keeps its ephone while there is room, until it
		// is configured as another.
		keep := configured[tag] || sl.auto && tag <= cfg.Telephony.MaxEphones && !byMAC[sl.mac]
		if !keep {
			over = sl.vacate(over)
			delete(s.slots, tag)
		}
	}
	for i := range cfg.Ephones {
		e := &cfg.Ephones[i]
		if !configured[e.Tag] {
			continue
		}
		sl := s.slots[e.Tag]
		if sl == nil {
			sl = &slot{}
			s.slots[e.Tag] = sl
		}
		// An ephone that a phone has taken is configured without a MAC address at
		// first: it remains that phone's (CME command reference: mac-address).
		stays := sl.mac == e.MAC || e.MAC.IsZero() && (sl.auto || sl.cfg.MAC.IsZero()) && !byMAC[sl.mac]
		if !stays {
			over = sl.vacate(over)
			sl.mac, sl.last = e.MAC, nil
		}
		sl.cfg, sl.auto = e, false
	}
	s.macs = make(map[phones.MAC]*slot, len(s.slots))
	for _, sl := range s.slots {
		if !sl.mac.IsZero() {
			s.macs[sl.mac] = sl
		}
	}
	return over
}

// vacate takes the phone off a slot. Server.mu is held.
func (sl *slot) vacate(over []leaving) []leaving {
	if sl.conn != nil {
		over = append(over, leaving{sl.conn, sl.cfg.Tag})
		sl.conn = nil
	}
	return over
}

// enter takes a new connection. If there are too many, a stranger makes room; if
// there is none the new connection is closed. Nobody makes room before he had
// hearing to say who he is: newer connections wait that long, until the listener closes.
func (s *Server) enter(nc net.Conn, l *listener) {
	c := &conn{s: s, remote: addrPort(nc.RemoteAddr())}
	c.link = l.set.Take(nc)
	s.mu.Lock()
	var out *conn
	for out == nil && s.open >= minSockets+2*s.cfg.Telephony.MaxEphones {
		first := s.strangers.oldest()
		if first == nil {
			s.mu.Unlock()
			c.link.Close()
			return
		}
		wait := hearing - time.Since(first.since)
		if wait <= 0 {
			out = first
			s.free(out)
			break
		}
		s.mu.Unlock()
		select {
		case <-l.quit:
			c.link.Close()
			return
		case <-time.After(wait):
		}
		s.mu.Lock()
	}
	s.open++
	open := s.open
	if open > len(s.sockets) {
		s.sockets = append(s.sockets, nil)
	}
	i := slices.Index(s.sockets, nil)
	s.sockets[i] = c
	c.socket = i + 1
	c.until = time.Now().Add(strangerTime)
	s.strangers.add(c)
	s.conns.Add(1)
	s.mu.Unlock()
	if out != nil {
		out.evict()
	}
	s.accepted(c, open)
	c.link.Start(c, c.until)
}

// leave gives the number of a connection back, if it has one still.
func (s *Server) leave(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !c.freed {
		s.free(c)
	}
}

// free takes a connection out of the table: it can no longer register. mu is held.
func (s *Server) free(c *conn) {
	c.freed = true
	s.strangers.remove(c)
	s.sockets[c.socket-1] = nil
	s.open--
}

// hangUp closes all connections and waits for what is done about them.
func (s *Server) hangUp() {
	s.mu.Lock()
	all := slices.Clone(s.sockets)
	s.mu.Unlock()
	for _, c := range all {
		if c != nil {
			c.mu.Lock()
			c.fail(errClosed)
			c.mu.Unlock()
		}
	}
	s.conns.Wait()
}

// Show implements call.Sink.
func (s *Server) Show(v call.View) { s.Glance(&v) }

// Glance implements call.Glancer.
func (s *Server) Glance(v *call.View) {
	if c := s.phone(v.Device.Tag); c != nil {
		c.view(v)
	}
}

// phone is the connection of a registered ephone, nil if there is none.
func (s *Server) phone(tag int) *conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sl := s.slots[tag]; sl != nil {
		return sl.conn
	}
	return nil
}

// registered lists the connections of registered ephones, by tag; of all with nil.
func (s *Server) registered(tags []int) []*conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []*conn
	if tags == nil {
		for tag := range s.slots {
			tags = append(tags, tag)
		}
		slices.Sort(tags)
	}
	for _, tag := range tags {
		if sl := s.slots[tag]; sl != nil && sl.conn != nil {
			list = append(list, sl.conn)
		}
	}
	return list
}
