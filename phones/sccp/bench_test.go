package sccp

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/internal/readable"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
	"github.com/busylamp/busylamp/phones/sccp/wire"
	"github.com/busylamp/busylamp/presence"
)

// tcp is the operating system's network.
type tcp struct{}

func (tcp) Listen(addr netip.AddrPort) (net.Listener, error) {
	return net.ListenTCP("tcp", net.TCPAddrFromAddrPort(addr))
}

const fleetSize = 5000

// fleet is a server on loopback whose phones have a line and five lamps.
type fleet struct {
	b     testing.TB
	s     *Server
	x     *call.Exchange
	hub   *presence.Hub
	log   *logbuf.Log
	conns []*net.TCPConn
}

// newFleet makes a server for n phones; all of them watch 20001 by their key 1.
func newFleet(b testing.TB, n int) *fleet { return newServer(b, n, 5, tcp{}) }

// newServer makes a server whose phones have a line and so many lamps.
func newServer(b testing.TB, n, lamps int, on Network) *fleet {
	f := &fleet{b: b, log: logbuf.New(time.Now)}
	f.log.Apply(context.Background(), logbuf.Config{}, logbuf.Config{BufferLevel: logbuf.Off, ConsoleLevel: logbuf.Off, MonitorLevel: logbuf.Off})
	f.hub = presence.New(presence.Options{Log: f.log})
	f.x = call.New(call.Options{Log: f.log, Publisher: f.hub})
	// The phones of a benchmark send no keepalives.
	cfg := phones.Config{Telephony: phones.Telephony{On: true, MaxEphones: n, MaxDN: n, KeepAlive: time.Hour}}
	numbers := map[string]presence.Number{}
	for i := 1; i <= n; i++ {
		number := fmt.Sprint(20000 + i)
		numbers[number] = presence.Number{Watch: true}
		cfg.EphoneDNs = append(cfg.EphoneDNs, phones.EphoneDN{Tag: i, Number: number, Channels: 1})
		e := phones.Ephone{Tag: i, MAC: phones.MAC{0, 0, 0, 1, byte(i >> 8), byte(i)}, Type: "7960",
			Buttons: []phones.Button{{Number: 1, Sep: phones.Normal, DNs: []int{i}}}}
		for k := 1; k <= lamps; k++ {
			number := "20001"
			if k > 1 {
				number = fmt.Sprint(20002 + k*i%max(n-1, 1))
			}
			e.BLF = append(e.BLF, phones.BLFKey{Tag: k, Number: number, Label: "label"})
		}
		cfg.Ephones = append(cfg.Ephones, e)
	}
	if err := f.hub.Apply(context.Background(), presence.Config{}, presence.Config{Enabled: true, MaxSubscriptions: 100 * n, Numbers: numbers}); err != nil {
		b.Fatal(err)
	}
	f.s = New(Options{Net: on, Log: f.log, Exchange: f.x, Hub: f.hub})
	if err := f.x.Apply(context.Background(), phones.Config{}, cfg); err != nil {
		b.Fatal(err)
	}
	addr := netip.MustParseAddrPort("127.0.0.1:0")
	if err := f.s.Apply(context.Background(), Config{}, Config{Enabled: true, Addr: addr, Phones: cfg}); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		f.hangUp()
		f.s.Close()
		f.x.Close()
		f.hub.Close()
		f.log.Close()
	})
	return f
}

func (f *fleet) hangUp() {
	for _, c := range f.conns {
		_ = c.Close()
	}
	f.conns = nil
}

// step is a message that a phone registers with, and the one it waits for then.
type step struct {
	frame  []byte
	answer uint32 // 0: none
}

// dialogue is how a phone registers waiting for each answer.
func dialogue(i int) []step {
	var steps []step
	for _, s := range []struct {
		m      wire.Message
		answer uint32
	}{
		{registerReq(fmt.Sprintf("SEP00000001%04X", i), 7, 11), wire.IDCapabilitiesReq},
		{&wire.IpPort{Port: 20000}, 0}, {&wire.CapabilitiesRes{Audio: make([]wire.Capability, 8)}, 0},
		{&wire.ButtonTemplateReq{}, wire.IDButtonTemplateRes}, {&wire.SoftKeyTemplateReq{}, wire.IDSoftKeyTemplateRes},
		{&wire.SoftKeySetReq{}, wire.IDSoftKeySetRes}, {&wire.ConfigStatReq{}, wire.IDConfigStat}, {&wire.LineStatReq{Line: 1}, wire.IDLineStat},
		{&wire.FeatureStatReq{Index: 1}, wire.IDFeatureStatV2}, {&wire.FeatureStatReq{Index: 2}, wire.IDFeatureStatV2},
		{&wire.FeatureStatReq{Index: 3}, wire.IDFeatureStatV2}, {&wire.FeatureStatReq{Index: 4}, wire.IDFeatureStatV2},
		{&wire.FeatureStatReq{Index: 5}, wire.IDFeatureStatV2}, {&wire.ForwardStatReq{Line: 1}, wire.IDForwardStat},
		{&wire.TimeDateReq{}, wire.IDDefineTimeDate},
	} {
		steps = append(steps, step{wire.Encode(nil, s.m, 0), s.answer})
	}
	return steps
}

// register registers all phones, width at a time, and returns the messages sent.
func (f *fleet) register(n, width int) (messages int) {
	addr := net.TCPAddrFromAddrPort(f.s.Snapshot().Listening)
	f.conns = make([]*net.TCPConn, n)
	var next, sent atomic.Int64
	var all sync.WaitGroup
	for range width {
		all.Go(func() {
			for {
				i := int(next.Add(1))
				if i > n {
					return
				}
				c, err := net.DialTCP("tcp", nil, addr)
				if err != nil {
					f.b.Error(err)
					return
				}
				f.conns[i-1] = c
				r := wire.NewReader(c)
				for _, st := range dialogue(i) {
					sent.Add(1)
					if err := st.do(c, r); err != nil {
						f.b.Error(err)
						return
					}
				}
			}
		})
	}
	all.Wait()
	return int(sent.Load())
}

// do sends a message and reads until its answer.
func (s step) do(c *net.TCPConn, r *wire.Reader) error {
	if _, err := c.Write(s.frame); err != nil {
		return err
	}
	for s.answer != 0 {
		id, _, _, err := r.Next()
		if err != nil || id == s.answer {
			return err
		}
	}
	return nil
}

// The registration of a fleet against a bare echo of as many messages in as many
// connections. The figure is "ratio": registration's time over the echo's.
func BenchmarkRegisterFleet(b *testing.B) {
	for range b.N {
		f := newFleet(b, fleetSize)
		start := time.Now()
		messages := f.register(fleetSize, 64)
		took := time.Since(start)
		f.hangUp()
		echo := echoFleet(b, fleetSize, 64, messages/fleetSize)
		b.ReportMetric(float64(messages)/took.Seconds(), "msg/s")
		b.ReportMetric(float64(messages)/echo.Seconds(), "echo-msg/s")
		b.ReportMetric(took.Seconds()/echo.Seconds(), "ratio")
		b.ReportMetric(took.Seconds(), "s/fleet")
		b.ReportMetric(0, "ns/op")
	}
}

// echoFleet does what registering does with a server that only echoes: so many
// messages of 24 bytes, one after the other's answer.
func echoFleet(b *testing.B, n, width, messages int) time.Duration {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	var servers sync.WaitGroup
	servers.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			servers.Go(func() {
				_, _ = io.Copy(struct{ io.Writer }{c}, struct{ io.Reader }{c})
				_ = c.Close()
			})
		}
	})
	start := time.Now()
	conns := make([]net.Conn, n)
	var next atomic.Int64
	var all sync.WaitGroup
	for range width {
		all.Go(func() {
			buf := make([]byte, 24)
			for {
				i := int(next.Add(1))
				if i > n {
					return
				}
				c, err := net.Dial("tcp", l.Addr().String())
				if err != nil {
					b.Error(err)
					return
				}
				conns[i-1] = c
				for range messages {
					_, _ = c.Write(buf)
					_, _ = io.ReadFull(c, buf)
				}
			}
		})
	}
	all.Wait()
	took := time.Since(start)
	for _, c := range conns {
		_ = c.Close()
	}
	_ = l.Close()
	servers.Wait()
	return took
}

// One keepalive with its answer, over loopback.
func BenchmarkKeepAlive(b *testing.B) {
	f := newFleet(b, 1)
	f.register(1, 1)
	c := f.conns[0]
	r := wire.NewReader(c)
	frame := wire.Encode(nil, &wire.KeepAlive{}, 9)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Write(frame); err != nil {
			b.Fatal(err)
		}
		for {
			id, _, _, err := r.Next()
			if err != nil {
				b.Fatal(err)
			}
			if id == wire.IDKeepAliveAck {
				break
			}
		}
	}
}

// One change of a line until the last lamp has it, against the time that writing
// as many prepared frames to the same sockets takes. "ratio" must stay below 5.
func BenchmarkFanOut(b *testing.B) {
	f := newFleet(b, fleetSize)
	f.register(fleetSize, 64)
	var got atomic.Int64
	all := make(chan struct{}, 1)
	for _, c := range f.conns {
		go func() {
			r := wire.NewReader(c)
			for {
				id, _, _, err := r.Next()
				if err != nil {
					return
				}
				if id == wire.IDFeatureStatV2 && got.Add(1) == fleetSize {
					select {
					case all <- struct{}{}:
					default: // nobody waits yet
					}
				}
			}
		}()
	}
	// Lamps that went on while phones were registering are not counted.
	for before := int64(-1); before != got.Load(); time.Sleep(500 * time.Millisecond) {
		before = got.Load()
	}
	got.Store(0)
	select {
	case <-all:
	default:
	}
	await := func() {
		select {
		case <-all:
			got.Store(0)
		case <-time.After(time.Minute):
			b.Fatalf("%d of %d lamps", got.Load(), fleetSize)
		}
	}
	change := func(l presence.Line) time.Duration {
		start := time.Now()
		f.hub.Publish("20001", l)
		await()
		return time.Since(start)
	}
	frame := wire.Encode(nil, wire.NewFeatureStat(9, 1, wire.ButtonBLFSpeedDial, 2, "label"), 9)
	sockets := make([]readable.Conn, 0, fleetSize)
	f.s.mu.Lock()
	for _, sl := range f.s.slots {
		sockets = append(sockets, sl.conn.link)
	}
	f.s.mu.Unlock()
	bare := func() time.Duration {
		start := time.Now()
		for _, c := range sockets {
			_ = c.Write(frame, start.Add(time.Minute))
		}
		await()
		return time.Since(start)
	}
	change(lineBusy)
	change(lineIdle)
	bare()
	var ours, theirs time.Duration
	line := lineIdle
	for b.Loop() {
		if line == lineIdle {
			line = lineBusy
		} else {
			line = lineIdle
		}
		ours += change(line)
		theirs += bare()
	}
	b.ReportMetric(float64(ours.Milliseconds())/float64(b.N), "ms/change")
	b.ReportMetric(float64(theirs.Milliseconds())/float64(b.N), "bare-ms")
	b.ReportMetric(ours.Seconds()/theirs.Seconds(), "ratio")
	b.ReportMetric(0, "ns/op")
}

// The memory of a registered phone in the server: heap and stacks, without the
// configuration, and without the far ends, whose sockets are counted apart.
func BenchmarkMemory(b *testing.B) {
	for range b.N {
		f := newFleet(b, fleetSize)
		before := memory()
		f.register(fleetSize, 64)
		time.Sleep(200 * time.Millisecond)
		after := memory()
		b.ReportMetric(float64(after-before)/fleetSize, "B/phone")
		b.ReportMetric(float64(after)/(1<<20), "MB/all")
		b.ReportMetric(0, "ns/op")
		f.hangUp()
	}
}

func memory() uint64 {
	for range 4 { // stacks shrink by halves
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}
