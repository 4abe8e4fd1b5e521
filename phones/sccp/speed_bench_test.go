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

// handy is a phone on such a connection: what it sends and is sent is kept while
// keep is set.
type handy struct {
	net.Conn // nil: what is not defined here is not called
	in       chan []byte
	rest     []byte

	mu        sync.Mutex
	keep      bool
	out, said [][]byte // frames
	ref       uint32   // of the newest call
	got       map[uint32]int
	news      chan struct{}
}

func newHandy() *handy {
	return &handy{in: make(chan []byte, 16), got: map[uint32]int{}, news: make(chan struct{}, 1)}
}

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
	for b := p; len(b) >= 12; {
		size := int(binary.LittleEndian.Uint32(b)) + 8
		id := binary.LittleEndian.Uint32(b[8:])
		if id == wire.IDCallState {
			id |= binary.LittleEndian.Uint32(b[12:]) << 16
			h.ref = binary.LittleEndian.Uint32(b[20:])
		}
		h.got[id]++
		if h.keep {
			h.out = append(h.out, slices.Clone(b[:size]))
		}
		b = b[size:]
	}
	h.mu.Unlock()
	select {
	case h.news <- struct{}{}:
	default:
	}
	return len(p), nil
}

func (h *handy) say(messages ...wire.Message) {
	var b []byte
	for _, m := range messages {
		at := len(b)
		b = wire.Encode(b, m, 9)
		if h.keep {
			h.said = append(h.said, slices.Clone(b[at:]))
		}
	}
	h.in <- b
}

// state is the identifier under which a CallState is counted.
func state(s uint32) uint32 { return wire.IDCallState | s<<16 }

// hear waits for a message, which is then over.
func (h *handy) hear(id uint32) {
	for {
		h.mu.Lock()
		n := h.got[id]
		if n > 0 {
			delete(h.got, id)
		}
		h.mu.Unlock()
		if n > 0 {
			return
		}
		<-h.news
	}
}

// call is a call from h to other: digits, ringing, answer, media, release.
func (h *handy) call(other *handy, number string) {
	h.say(&wire.OffHook{})
	h.hear(wire.IDStartTone)
	var digits []wire.Message
	for _, d := range number {
		digits = append(digits, &wire.KeypadButton{Button: uint32(d - '0'), Line: 1, Ref: h.ref})
	}
	h.say(digits...)
	other.hear(state(wire.StateRingIn))
	other.hear(wire.IDSetRinger)
	h.hear(state(wire.StateRingOut))
	other.say(&wire.SoftKeyEvent{Event: wire.EventAnswer, Line: 1, Ref: other.ref})
	for _, p := range []*handy{other, h} {
		p.hear(wire.IDOpenReceiveChannel)
		p.say(&wire.OpenReceiveChannelAck{Addr: netip.AddrFrom4([4]byte{10, 1, 1, 50}), Port: 16384, Party: p.ref, Ref: p.ref})
	}
	for _, p := range []*handy{other, h} {
		p.hear(wire.IDStartMediaTransmission)
	}
	h.say(&wire.OnHook{})
	for _, p := range []*handy{other, h} {
		p.hear(state(wire.StateOnHook))
		p.mu.Lock()
		clear(p.got)
		p.mu.Unlock()
	}
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
		h.hear(wire.IDDefineTimeDate)
	}
	one := func() { both[0].call(both[1], "20002") }
	one()
	for _, h := range both {
		h.mu.Lock()
		h.keep = true
		h.mu.Unlock()
	}
	one()
	var sent []wire.Message
	var heard [][]byte
	for _, h := range both {
		h.mu.Lock()
		h.keep = false
		for _, frame := range h.out {
			m, err := wire.Decode(binary.LittleEndian.Uint32(frame[8:]), 0, frame[12:], 9)
			if err != nil {
				b.Fatal(err)
			}
			sent = append(sent, m)
		}
		heard = append(heard, h.said...)
		h.mu.Unlock()
	}
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
