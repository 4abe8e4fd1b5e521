package skinny

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

// FleetOptions describe a fleet. Server, First and Count are required.
type FleetOptions struct {
	Network Network // nil: OS
	Server  netip.AddrPort
	First   phones.MAC // of the first phone; the others count on from it
	Count   int        // 1 to 100000
	Model   string     // "": 7960
	Version int        // highest protocol version; 0: that of the model's firmware
	Dialing int        // connections that are being opened at a time; 0: 64
}

// FleetStats are counters of a fleet.
type FleetStats struct {
	Count      int
	Registered int    // in service now
	Rejected   uint64 // registrations refused
	Lost       uint64 // connections that ended, or were not to be had
	Resets     uint64
	Sent       uint64 // messages
	Received   uint64
	Lamps      uint64 // FeatureStat among them: states of BLF keys
	KeepAlives uint64 // sent
}

// Fleet is many phones that register, keep alive, come back, and count what they
// are told. One phone costs a goroutine, its connection and less than 2 KiB.
type Fleet struct {
	o       FleetOptions
	profile *profile
	ctx     context.Context
	cancel  context.CancelFunc
	run     sync.WaitGroup
	dialing chan struct{} // tokens
	buffers sync.Pool     // *[]byte, of what is sent
	members []member

	registered                                                atomic.Int64
	rejected, lost, resets, sent, received, lamps, keepAlives atomic.Uint64

	mu      sync.Mutex
	waiters map[chan struct{}]func(FleetStats) bool
	waiting atomic.Int32 // len(waiters)
}

// member is one phone of a fleet. Its goroutine alone touches talk and reader.
type member struct {
	f    *Fleet
	n    int
	talk dialogue
	// reader of the present connection
	reader *wire.Reader
	mu     sync.Mutex
	conn   net.Conn // nil while not connected
}

// NewFleet starts a fleet; its phones connect at once.
func NewFleet(o FleetOptions) (*Fleet, error) {
	if !o.Server.IsValid() || o.First.IsZero() || o.Count < 1 || o.Count > 100000 {
		return nil, errors.New("fleet: a server, a MAC address and a number of phones from 1 to 100000 are required")
	}
	if o.Model == "" {
		o.Model = "7960"
	}
	if o.Network == nil {
		o.Network = OS{}
	}
	if o.Dialing <= 0 {
		o.Dialing = 64
	}
	profile, err := newProfile(o.Model, o.Version)
	if err != nil {
		return nil, err
	}
	f := &Fleet{o: o, profile: profile, dialing: make(chan struct{}, o.Dialing), members: make([]member, o.Count),
		waiters: map[chan struct{}]func(FleetStats) bool{}}
	f.buffers.New = func() any { return new([]byte) }
	f.ctx, f.cancel = context.WithCancel(context.Background())
	for i := range f.members {
		m := &f.members[i]
		m.f, m.n = f, i
		f.run.Go(func() { m.enter(initialized, 0) })
	}
	return f, nil
}

// MAC is the address of the n-th phone, from 0.
func (f *Fleet) MAC(n int) phones.MAC { return CountOn(f.o.First, n) }

// CountOn is the n-th MAC address after first.
func CountOn(first phones.MAC, n int) phones.MAC {
	var b [8]byte
	copy(b[2:], first[:])
	binary.BigEndian.PutUint64(b[:], binary.BigEndian.Uint64(b[:])+uint64(n))
	return phones.MAC(b[2:])
}

// Stats returns the counters.
func (f *Fleet) Stats() FleetStats {
	return FleetStats{
		Count: f.o.Count, Registered: int(f.registered.Load()), Rejected: f.rejected.Load(), Lost: f.lost.Load(), Resets: f.resets.Load(),
		Sent: f.sent.Load(), Received: f.received.Load(), Lamps: f.lamps.Load(), KeepAlives: f.keepAlives.Load(),
	}
}

// Wait waits until ok likes the counters. It is asked again for whatever arrives.
func (f *Fleet) Wait(ctx context.Context, ok func(FleetStats) bool) error {
	done := make(chan struct{})
	f.mu.Lock()
	f.waiters[done] = ok
	f.waiting.Store(int32(len(f.waiters)))
	f.mu.Unlock()
	f.tell()
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.waiters, done)
		f.waiting.Store(int32(len(f.waiters)))
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("fleet: %+v: %w", f.Stats(), ctx.Err())
	}
}

// tell asks those who wait whether they like the counters now.
func (f *Fleet) tell() {
	if f.waiting.Load() == 0 {
		return
	}
	s := f.Stats()
	f.mu.Lock()
	defer f.mu.Unlock()
	for done, ok := range f.waiters {
		if ok(s) {
			delete(f.waiters, done)
			close(done)
		}
	}
}

// Drop closes the connections of the first n phones as if their power had gone.
// They come back after a second.
func (f *Fleet) Drop(n int) {
	for i := range min(n, len(f.members)) {
		m := &f.members[i]
		m.mu.Lock()
		if m.conn != nil {
			m.conn.Close()
		}
		m.mu.Unlock()
	}
}

// Close takes all phones off the wire and waits for their goroutines. The phones
// say goodbye and do not wait for the answer.
func (f *Fleet) Close() {
	f.cancel()
	for i := range f.members {
		m := &f.members[i]
		m.mu.Lock()
		if m.conn != nil {
			_ = m.conn.SetWriteDeadline(time.Now().Add(leaveTimeout))
			_, _ = m.conn.Write(wire.Encode(nil, &wire.Unregister{}, 0))
			m.conn.Close()
		}
		m.mu.Unlock()
	}
	f.run.Wait()
}

// enter connects until the phone is in service. Then rest takes over on a new
// goroutine, whose stack has not grown by that: of thousands of phones it is what
// costs most.
func (m *member) enter(why string, pause time.Duration) {
	for {
		if pause > 0 {
			t := time.NewTimer(pause)
			select {
			case <-t.C:
			case <-m.f.ctx.Done():
				t.Stop()
				return
			}
		}
		conn, err := m.connect(why)
		if err == nil {
			m.f.registered.Add(1)
			m.f.tell()
			m.f.run.Go(func() { m.rest(conn) })
			return
		}
		if m.f.ctx.Err() != nil {
			return
		}
		why = m.ended(err)
		pause = min(max(2*pause, firstPause), lastPause)
	}
}

// rest keeps a phone in service. When its connection ends it enters again.
func (m *member) rest(conn net.Conn) {
	err := m.keep(conn)
	m.leave(conn)
	m.f.registered.Add(-1)
	if m.f.ctx.Err() != nil {
		return
	}
	why := m.ended(err)
	m.f.run.Go(func() { m.enter(why, firstPause) })
}

// ended counts the end of a connection, and says what the next Alarm tells of it.
func (m *member) ended(err error) (why string) {
	defer m.f.tell()
	var reject *RejectError
	switch {
	case errors.Is(err, errLeft):
		m.f.resets.Add(1)
		return resetRestart
	case errors.As(err, &reject):
		m.f.rejected.Add(1)
		return initialized
	}
	m.f.lost.Add(1)
	return closedTCP
}

// dial opens the connection; so many at a time.
func (m *member) dial() (net.Conn, error) {
	f := m.f
	select {
	case f.dialing <- struct{}{}:
	case <-f.ctx.Done():
		return nil, f.ctx.Err()
	}
	defer func() { <-f.dialing }()
	ctx, cancel := context.WithTimeout(f.ctx, dialTimeout)
	defer cancel()
	return f.o.Network.Dial(ctx, f.o.Server)
}

// connect brings the phone into service, or closes the connection.
func (m *member) connect(why string) (net.Conn, error) {
	conn, err := m.dial()
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	if m.f.ctx.Err() != nil {
		m.mu.Unlock()
		conn.Close()
		return nil, m.f.ctx.Err()
	}
	m.conn = conn
	m.mu.Unlock()
	m.talk = dialogue{profile: m.f.profile, mac: m.f.MAC(m.n), addr: addrOf(conn.LocalAddr())}
	if err = m.register(conn, why); err != nil {
		m.leave(conn)
		return nil, err
	}
	return conn, nil
}

func (m *member) leave(conn net.Conn) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.conn = nil
	conn.Close()
}

// register is the dialogue up to being in service.
func (m *member) register(conn net.Conn, why string) error {
	if err := m.exchange(conn, func(b []byte) ([]byte, error) { return m.talk.start(b, why), nil }); err != nil {
		return err
	}
	_ = conn.SetReadDeadline(time.Now().Add(registerTime))
	m.reader = wire.NewReader(conn)
	for !m.talk.ready {
		id, version, body, err := m.reader.Next()
		if err != nil {
			return err
		}
		if err := m.take(conn, id, version, body); err != nil {
			return err
		}
	}
	m.talk.buttons = nil // their time is over
	return nil
}

// keep handles what comes, and the keepalives in between.
func (m *member) keep(conn net.Conn) error {
	_ = conn.SetReadDeadline(time.Now().Add(m.talk.interval()))
	for {
		id, version, body, err := m.reader.Next()
		switch {
		case err == nil:
			err = m.take(conn, id, version, body)
			m.f.tell()
		case timedOut(err):
			m.f.keepAlives.Add(1)
			err = m.exchange(conn, m.talk.beat)
			_ = conn.SetReadDeadline(time.Now().Add(m.talk.interval()))
		}
		if err != nil {
			return err
		}
	}
}

// take handles one message. Most are only counted.
func (m *member) take(conn net.Conn, id, version uint32, body []byte) error {
	m.f.received.Add(1)
	var message wire.Message
	switch {
	case id == wire.IDFeatureStat || id == wire.IDFeatureStatV2:
		m.f.lamps.Add(1)
		return nil
	case reads(id):
		var err error
		if message, err = wire.Decode(id, version, body, m.talk.inUse); err != nil {
			return err
		}
	}
	return m.exchange(conn, func(b []byte) ([]byte, error) { return m.talk.take(b, id, message) })
}

// exchange sends what f appends.
func (m *member) exchange(conn net.Conn, f func([]byte) ([]byte, error)) error {
	buffer := m.f.buffers.Get().(*[]byte)
	defer m.f.buffers.Put(buffer)
	b, err := f((*buffer)[:0])
	*buffer = b
	if len(b) > 0 {
		m.f.sent.Add(messages(b))
		_ = conn.SetWriteDeadline(time.Now().Add(writeTimeout))
		if _, failed := conn.Write(b); failed != nil && err == nil {
			err = failed
		}
	}
	return err
}

// messages counts frames.
func messages(b []byte) uint64 {
	n := uint64(0)
	for len(b) >= 8 {
		b = b[min(len(b), int(binary.LittleEndian.Uint32(b))+8):]
		n++
	}
	return n
}
