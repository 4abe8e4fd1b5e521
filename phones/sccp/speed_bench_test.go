package sccp

import (
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/busylamp/busylamp/phones/sccp/wire"
)

// wires is a network of connections in memory that cost next to nothing.
type wires struct {
	accept chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (w *wires) Listen(netip.AddrPort) (net.Listener, error) { return w, nil }

func (w *wires) Accept() (net.Conn, error) {
	select {
	case c := <-w.accept:
		return c, nil
	case <-w.closed:
		return nil, net.ErrClosed
	}
}

func (w *wires) Close() error {
	w.once.Do(func() { close(w.closed) })
	return nil
}

func (w *wires) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(10, 1, 1, 2), Port: 2000} }

// handy is a phone on such a connection that costs next to nothing itself.
type handy struct {
	net.Conn // nil: what is not defined here is not called
	in       chan []byte
	rest     []byte

	mu     sync.Mutex
	seen   news   // since it was last waited for
	wanted news   // waited for
	ref    uint32 // of the newest call
	keep   bool   // what it is sent, in out
	out    []byte // frames
	wake   chan struct{}
}

// news is a set of messages that are waited for.
type news uint8

const (
	dialTone news = 1 << iota
	ringsIn
	rings
	ringsOut
	receives
	sends
	over
	clock
)

// newsOf is what a frame is, if it is waited for.
func newsOf(frame []byte) news {
	switch binary.LittleEndian.Uint32(frame[8:]) {
	case wire.IDStartTone:
		return dialTone
	case wire.IDSetRinger:
		return rings
	case wire.IDOpenReceiveChannel:
		return receives
	case wire.IDStartMediaTransmission:
		return sends
	case wire.IDDefineTimeDate:
		return clock
	case wire.IDCallState:
		switch binary.LittleEndian.Uint32(frame[12:]) {
		case wire.StateRingIn:
			return ringsIn
		case wire.StateRingOut:
			return ringsOut
		case wire.StateOnHook:
			return over
		}
	}
	return 0
}

func newHandy() *handy { return &handy{in: make(chan []byte, 16), wake: make(chan struct{}, 1)} }

func (h *handy) LocalAddr() net.Addr                { return (&wires{}).Addr() }
func (h *handy) RemoteAddr() net.Addr               { return &net.TCPAddr{IP: net.IPv4(10, 1, 1, 50), Port: 50000} }
func (h *handy) SetDeadline(time.Time) error        { return nil }
func (h *handy) SetReadDeadline(t time.Time) error  { return nil }
func (h *handy) SetWriteDeadline(t time.Time) error { return nil }

func (h *handy) Close() error {
	defer func() { _ = recover() }() // closed already
	close(h.in)
	return nil
}

func (h *handy) Read(p []byte) (int, error) {
	if len(h.rest) == 0 {
		b, ok := <-h.in
		if !ok {
			return 0, io.EOF
		}
		h.rest = b
	}
	n := copy(p, h.rest)
	h.rest = h.rest[n:]
	return n, nil
}

func (h *handy) Write(p []byte) (int, error) {
	h.mu.Lock()
	if h.keep {
		h.out = append(h.out, p...)
	}
	for b := p; len(b) >= 12; b = b[binary.LittleEndian.Uint32(b)+8:] {
		h.seen |= newsOf(b)
		if binary.LittleEndian.Uint32(b[8:]) == wire.IDCallState {
			h.ref = binary.LittleEndian.Uint32(b[20:])
		}
	}
	heard := h.wanted != 0 && h.seen&h.wanted == h.wanted
	if heard {
		h.wanted = 0
	}
	h.mu.Unlock()
	if heard {
		h.wake <- struct{}{}
	}
	return len(p), nil
}

// hear waits for messages, which are then over.
func (h *handy) hear(all news) {
	h.mu.Lock()
	waits := h.seen&all != all
	if waits {
		h.wanted = all
	}
	h.mu.Unlock()
	if waits {
		<-h.wake
	}
	h.mu.Lock()
	h.seen &^= all
	h.mu.Unlock()
}

// speech is what a phone says, made beforehand but for the call's reference.
type speech struct {
	b    []byte
	refs []int // where the reference is
}

const anyRef = 0x5EA1ED5E

func speechOf(messages ...wire.Message) *speech {
	s := &speech{}
	for _, m := range messages {
		s.b = wire.Encode(s.b, m, 9)
	}
	for i := 0; i+4 <= len(s.b); i += 4 {
		if binary.LittleEndian.Uint32(s.b[i:]) == anyRef {
			s.refs = append(s.refs, i)
		}
	}
	return s
}

// say sends it: nobody reads it any more when it is said again.
func (h *handy) say(s *speech) {
	h.mu.Lock()
	ref := h.ref
	h.mu.Unlock()
	for _, at := range s.refs {
		binary.LittleEndian.PutUint32(s.b[at:], ref)
	}
	h.in <- s.b
}

// act is what two phones say in a call: digits, answer, media, release.
type act struct {
	lift, dial, answer, hangUp *speech
	media                      [2]*speech
}

func newAct(number string) *act {
	var digits []wire.Message
	for _, d := range number {
		digits = append(digits, &wire.KeypadButton{Button: uint32(d - '0'), Line: 1, Ref: anyRef})
	}
	media := func() *speech {
		return speechOf(&wire.OpenReceiveChannelAck{Addr: netip.AddrFrom4([4]byte{10, 1, 1, 50}), Port: 16384, Party: anyRef, Ref: anyRef})
	}
	return &act{
		lift: speechOf(&wire.OffHook{}), dial: speechOf(digits...), hangUp: speechOf(&wire.OnHook{}),
		answer: speechOf(&wire.SoftKeyEvent{Event: wire.EventAnswer, Line: 1, Ref: anyRef}),
		media:  [2]*speech{media(), media()},
	}
}

// play is a call from one phone to another.
func (a *act) play(from, to *handy) {
	from.say(a.lift)
	from.hear(dialTone)
	from.say(a.dial)
	to.hear(ringsIn | rings)
	from.hear(ringsOut)
	to.say(a.answer)
	for i, p := range []*handy{to, from} {
		p.hear(receives)
		p.say(a.media[i])
	}
	for _, p := range []*handy{to, from} {
		p.hear(sends)
	}
	from.say(a.hangUp)
	for _, p := range []*handy{to, from} {
		p.hear(over)
		p.mu.Lock()
		p.seen = 0
		p.mu.Unlock()
	}
}

// frames reads a stream of frames.
func frames(b *testing.B, stream []byte) (list [][]byte, messages []wire.Message) {
	for len(stream) >= 12 {
		size := binary.LittleEndian.Uint32(stream) + 8
		frame := stream[:size]
		m, err := wire.Decode(binary.LittleEndian.Uint32(frame[8:]), 0, frame[12:], 9)
		if err != nil {
			b.Fatal(err)
		}
		list, messages, stream = append(list, frame), append(messages, m), stream[size:]
	}
	return list, messages
}

// A call from the phones' bytes to the bytes that they are sent, in processor time
// with all goroutines and the garbage collector, against encoding and decoding the
// same messages. "ratio" must stay below 5.
func BenchmarkCall(b *testing.B) {
	w := &wires{accept: make(chan net.Conn), closed: make(chan struct{})}
	newServer(b, fleetSize, 0, w)
	both := [2]*handy{newHandy(), newHandy()}
	for i, h := range both {
		w.accept <- h
		for _, st := range dialogue(i + 1) {
			h.in <- st.frame
		}
		h.hear(clock)
	}
	a := newAct("20002")
	one := func() { a.play(both[0], both[1]) }
	keep := func(on bool) {
		for _, h := range both {
			h.mu.Lock()
			h.keep = on
			h.mu.Unlock()
		}
	}
	one()
	keep(true)
	one()
	keep(false)
	var sent []wire.Message
	for _, h := range both {
		_, messages := frames(b, h.out)
		sent = append(sent, messages...)
	}
	heard, _ := frames(b, slices.Concat(a.lift.b, a.dial.b, a.answer.b, a.media[0].b, a.media[1].b, a.hangUp.b))
	codec := func() {
		var buf []byte
		for _, m := range sent {
			buf = wire.Encode(buf[:0], m, 9)
		}
		for _, frame := range heard {
			if _, err := wire.Decode(binary.LittleEndian.Uint32(frame[8:]), 0, frame[12:], 9); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportAllocs()
	start := spent(b)
	for b.Loop() {
		one()
	}
	ours := spent(b) - start
	start = spent(b)
	for range b.N {
		codec()
	}
	theirs := spent(b) - start
	b.ReportMetric(float64(ours.Microseconds())/float64(b.N), "µs-cpu/call")
	b.ReportMetric(float64(theirs.Nanoseconds())/float64(b.N)/1000, "codec-µs")
	b.ReportMetric(ours.Seconds()/theirs.Seconds(), "ratio")
	b.ReportMetric(float64(len(sent)+len(heard)), "messages")
	b.ReportMetric(0, "ns/op")
}

// spent is the processor time of this process so far: other processes of the machine
// do not disturb it.
func spent(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// From the OffHook of one phone to the lamp of another, over loopback: the median
// and one in a hundred.
func BenchmarkLineToWire(b *testing.B) {
	f := newFleet(b, 2)
	f.register(2, 1)
	watcher := wire.NewReader(f.conns[1])
	hook := [][]byte{wire.Encode(nil, &wire.OffHook{}, 9), wire.Encode(nil, &wire.OnHook{}, 9)}
	var times []time.Duration
	go func() { _, _ = io.Copy(io.Discard, f.conns[0]) }()
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		if _, err := f.conns[0].Write(hook[i%2]); err != nil {
			b.Fatal(err)
		}
		for {
			id, _, _, err := watcher.Next()
			if err != nil {
				b.Fatal(err)
			}
			if id == wire.IDFeatureStatV2 {
				break
			}
		}
		times = append(times, time.Since(start))
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2].Microseconds()), "median-µs")
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds()), "p99-µs")
	b.ReportMetric(0, "ns/op")
}
