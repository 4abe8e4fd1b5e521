package sccp

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/internal/memnet"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
	"github.com/busylamp/busylamp/phones/sccp/wire"
	"github.com/busylamp/busylamp/presence"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var here = netip.MustParseAddrPort("10.1.1.2:2000")

// exchange stands in for the call model: it keeps what it is told, and shows what
// a test shows.
type exchange struct {
	sink call.Sink

	mu    sync.Mutex
	told  []string
	specs map[phones.Device]phones.Spec
	in    []call.Input
}

func (x *exchange) Attach(_ phones.DeviceKind, s call.Sink) { x.sink = s }

func (x *exchange) Register(d phones.Device, s phones.Spec) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.told = append(x.told, "register "+d.String())
	x.specs[d] = s
}

func (x *exchange) Unregister(d phones.Device) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.told = append(x.told, "unregister "+d.String())
	delete(x.specs, d)
}

func (x *exchange) Press(inputs ...call.Input) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.in = append(x.in, inputs...)
}

// heard returns what it was told since the last time.
func (x *exchange) heard() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	told := strings.Join(x.told, ", ")
	x.told = nil
	return told
}

// show shows an ephone a View with calls.
func (x *exchange) show(tag, calls int) {
	d := phones.Device{Kind: phones.EphoneDevice, Tag: tag}
	x.mu.Lock()
	spec := x.specs[d]
	v := call.View{Device: d, Spec: &spec}
	x.mu.Unlock()
	for i := range calls {
		v.Calls = append(v.Calls, call.CallView{Ref: uint32(i + 1), State: call.Connected})
	}
	x.sink.Show(v)
}

// lab is a server with a Hub on a network of its own, inside a synctest bubble.
type lab struct {
	t   testing.TB
	net *memnet.Net
	s   *Server
	x   *exchange
	hub *presence.Hub
	far *far
	log *logbuf.Log
	cfg Config

	mu    sync.Mutex
	lines []string
}

func newLab(t testing.TB, cfg phones.Config) *lab {
	l := &lab{t: t, net: memnet.New(), x: &exchange{specs: map[phones.Device]phones.Spec{}}, log: logbuf.New(time.Now)}
	l.log.Attach(logbuf.Console, "", func(_ logbuf.Severity, line string) {
		_, text, _ := strings.Cut(line, ": ")
		l.mu.Lock()
		l.lines = append(l.lines, text)
		l.mu.Unlock()
	})
	l.far = &far{}
	l.hub = presence.New(presence.Options{Log: l.log, Shards: 2, Relay: l.far})
	l.s = New(Options{Net: l.net, Log: l.log, Exchange: l.x, Hub: l.hub})
	l.watchable(true)
	l.apply(cfg)
	t.Cleanup(func() {
		l.s.Close()
		l.hub.Close()
		l.log.Close()
	})
	return l
}

// watchable configures presence with the numbers 2001 to 2009 and 3001.
func (l *lab) watchable(on bool) {
	cfg := presence.Config{Enabled: on, MaxSubscriptions: 1000, RetryInterval: 90 * time.Second, RetryLimit: 10, Numbers: map[string]presence.Number{}}
	for i := 2001; i < 2010; i++ {
		cfg.Numbers[fmt.Sprint(i)] = presence.Number{Watch: true}
	}
	cfg.Numbers["3001"] = presence.Number{}
	if err := l.hub.Apply(context.Background(), presence.Config{}, cfg); err != nil {
		l.t.Fatal(err)
	}
}

func (l *lab) apply(cfg phones.Config) {
	l.t.Helper()
	next := Config{Enabled: true, Addr: here, Phones: cfg}
	if err := l.s.Apply(context.Background(), l.cfg, next); err != nil {
		l.t.Fatal(err)
	}
	l.cfg = next
}

// logged returns the lines of the log since the last time.
func (l *lab) logged() []string {
	synctest.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := l.lines
	l.lines = nil
	return lines
}

func (l *lab) wantLog(want ...string) {
	l.t.Helper()
	if got := l.logged(); !slices.Equal(got, want) {
		l.t.Errorf("log:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func (l *lab) wantHeard(want string) {
	l.t.Helper()
	synctest.Wait()
	if got := l.x.heard(); got != want {
		l.t.Errorf("the call model heard %q, want %q", got, want)
	}
}

func (l *lab) ephone(tag int) phones.EphoneStatus {
	l.t.Helper()
	for _, e := range l.s.Snapshot().Ephones {
		if e.Config.Tag == tag {
			return e
		}
	}
	l.t.Fatalf("no ephone %d", tag)
	return phones.EphoneStatus{}
}

// phone is the far end of a connection.
type phone struct {
	t     testing.TB
	nc    net.Conn
	r     *wire.Reader
	inUse int
}

var phoneAddr = netip.MustParseAddr("10.1.0.21")

// dial connects without a word.
func (l *lab) dial() *phone {
	l.t.Helper()
	nc, err := l.net.Host(phoneAddr).Dial(context.Background(), here)
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { nc.Close() })
	return &phone{t: l.t, nc: nc, r: wire.NewReader(nc)}
}

func registerReq(name string, kind uint32, version uint8) *wire.RegisterReq {
	return &wire.RegisterReq{Name: name, Addr: phoneAddr, Type: kind, MaxStreams: 1, Version: version, Instance: 1}
}

// register connects a phone and registers it.
func (l *lab) register(name string, kind uint32, version uint8) *phone {
	l.t.Helper()
	p := l.dial()
	p.enrol(name, kind, version)
	return p
}

func (p *phone) enrol(name string, kind uint32, version uint8) *wire.RegisterAck {
	p.t.Helper()
	p.send(registerReq(name, kind, version))
	ack := want[*wire.RegisterAck](p)
	p.inUse = int(ack.Version)
	want[*wire.CapabilitiesReq](p)
	return ack
}

func (p *phone) send(list ...wire.Message) {
	p.t.Helper()
	var frames []byte
	for _, m := range list {
		frames = wire.Encode(frames, m, p.inUse)
	}
	if _, err := p.nc.Write(frames); err != nil {
		p.t.Fatalf("writing: %v", err)
	}
}

func (p *phone) read() (wire.Message, error) {
	_ = p.nc.SetReadDeadline(time.Now().Add(time.Second))
	id, version, body, err := p.r.Next()
	if err != nil {
		return nil, err
	}
	return wire.Decode(id, version, body, p.inUse)
}

// want reads one message, which is of a type.
func want[T wire.Message](p *phone) T {
	p.t.Helper()
	m, err := p.read()
	got, ok := m.(T)
	if err != nil || !ok {
		p.t.Fatalf("got %T %+v (%v), want %T", m, m, err, got)
	}
	return got
}

// find reads until a message of a type comes.
func find[T wire.Message](p *phone) T {
	p.t.Helper()
	for {
		m, err := p.read()
		got, ok := m.(T)
		if err != nil {
			p.t.Fatalf("%v while waiting for %T", err, got)
		}
		if ok {
			return got
		}
	}
}

// silent checks that nothing comes.
func (p *phone) silent() {
	p.t.Helper()
	synctest.Wait()
	if m, err := p.read(); err == nil {
		p.t.Fatalf("got %T %+v, want nothing", m, m)
	}
}

// closed checks that the server has closed the connection.
func (p *phone) closed() {
	p.t.Helper()
	synctest.Wait()
	for {
		if _, err := p.read(); err == io.EOF {
			return
		} else if err != nil {
			p.t.Fatalf("the connection is still open: %v", err)
		}
	}
}

// begin lets the server show lines and lamps, and takes the first answer.
func (p *phone) begin() {
	p.t.Helper()
	synctest.Wait() // the subscriptions have their first state
	p.send(&wire.TimeDateReq{})
	find[*wire.DefineTimeDate](p)
}

// guide is the configuration of the guide's example, near enough.
func guide() phones.Config {
	return phones.Config{
		Telephony: phones.Telephony{On: true, Source: here, MaxEphones: 10, MaxDN: 20, AutoReg: true},
		EphoneDNs: []phones.EphoneDN{
			{Tag: 1, Number: "2001", Watch: true, Channels: 2, Name: "Ann", Description: "Ann's phone"},
			{Tag: 2, Number: "2003", Watch: true, Channels: 2, Label: "Bob"},
			{Tag: 3, Number: "2004", Channels: 2}, {Tag: 4, Number: "2005", Channels: 2},
		},
		Ephones: []phones.Ephone{
			{Tag: 1, MAC: mac("0030.94C3.E1A8"), Type: "7960",
				Buttons: []phones.Button{{Number: 1, Sep: phones.Normal, DNs: []int{1}}, {Number: 2, Sep: phones.Normal, DNs: []int{99, 2}}, {Number: 9, Sep: phones.Normal, DNs: []int{2}}},
				BLF:     []phones.BLFKey{{Tag: 2, Number: "2003", Label: "sales"}, {Tag: 4, Number: "2004", Label: "support", Device: true}}},
			{Tag: 2, MAC: mac("0030.94C3.F43A"), Type: "7970",
				Buttons: []phones.Button{{Number: 1, Sep: phones.Normal, DNs: []int{2}}},
				BLF:     []phones.BLFKey{{Tag: 2, Number: "2001", Label: "boss"}}},
		},
	}
}

func mac(s string) phones.MAC {
	m, err := phones.ParseMAC(s)
	if err != nil {
		panic(err)
	}
	return m
}

const (
	ephone1 = "SEP003094C3E1A8"
	ephone2 = "SEP003094C3F43A"
)

// viewOf is a View of ephone 1 without calls.
func viewOf(s phones.Spec) call.View {
	return call.View{Device: phones.Device{Kind: phones.EphoneDevice, Tag: 1}, Spec: &s}
}

func (l *lab) topics() []logbuf.Topic {
	return []logbuf.Topic{TopicAlarm, TopicBLF, TopicDetail, TopicError, TopicKeepalive, TopicMessage, TopicRaw, TopicRegister, TopicState}
}
