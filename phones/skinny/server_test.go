package skinny

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/memnet"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/handset"
	"github.com/busylamp/busylamp/phones/sccp/wire"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	addr = netip.MustParseAddrPort("10.1.1.2:2000")
	mac  = phones.MAC{0x00, 0x12, 0x7F, 0x57, 0x62, 0xA5}
)

// server is a small SCCP server whose answers a test chooses.
type server struct {
	t     *testing.T
	net   *memnet.Net
	ln    net.Listener
	conns chan *link
	inUse int
	// quiet: it answers nothing by itself.
	quiet atomic.Bool
}

// link is a connection of a phone.
type link struct {
	s    *server
	conn net.Conn
	got  chan wire.Message // closed at the end
}

// keys of the fake phone: two lines, a speed dial, two BLF keys.
var keys = []wire.Button{{Instance: 1, Type: uint8(wire.ButtonLine)}, {Instance: 2, Type: uint8(wire.ButtonLine)}, {Instance: 1, Type: uint8(wire.ButtonSpeedDial)},
	{Instance: 2, Type: uint8(wire.ButtonBLFSpeedDial)}, {}, {Instance: 4, Type: uint8(wire.ButtonBLFSpeedDial)}}

var softKeys = []wire.SoftKey{{Label: "Redial", Event: wire.EventRedial}, {Label: wire.TextNewCall, Event: wire.EventNewCall}, {Label: "Hold", Event: wire.EventHold},
	{Label: "Trnsfer", Event: wire.EventTransfer}, {}, {Label: "EndCall", Event: wire.EventEndCall}, {Label: "Resume", Event: wire.EventResume},
	{Label: "Answer", Event: wire.EventAnswer}, {Label: "DND", Event: wire.EventDND}}

var keySets = []wire.SoftKeySet{{1, 2, 9}, {3, 6, 4}, {7, 2}, {8, 9}, {1, 6}}

func newServer(t *testing.T, inUse int) *server {
	s := &server{t: t, net: memnet.New(), conns: make(chan *link, 64), inUse: inUse}
	var err error
	if s.ln, err = s.net.Listen(addr); err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			c, err := s.ln.Accept()
			if err != nil {
				return
			}
			l := &link{s: s, conn: c, got: make(chan wire.Message, 256)}
			s.conns <- l
			go l.read()
		}
	}()
	return s
}

func (s *server) close() {
	s.ln.Close()
	for {
		select {
		case l := <-s.conns:
			l.conn.Close()
		default:
			return
		}
	}
}

// next is the next connection.
func (s *server) next() *link {
	s.t.Helper()
	select {
	case l := <-s.conns:
		return l
	case <-time.After(5 * time.Minute):
		s.t.Fatal("nobody connects")
		return nil
	}
}

func (l *link) send(messages ...wire.Message) {
	var b []byte
	for _, m := range messages {
		b = wire.Encode(b, m, l.s.inUse)
	}
	_, _ = l.conn.Write(b)
}

func (l *link) read() {
	defer close(l.got)
	r := wire.NewReader(l.conn)
	for {
		id, version, body, err := r.Next()
		if err != nil {
			return
		}
		m, err := wire.Decode(id, version, body, l.s.inUse)
		if err != nil {
			return
		}
		l.got <- m
		if !l.s.quiet.Load() {
			l.answer(m)
		}
	}
}

func (l *link) answer(m wire.Message) {
	switch m := m.(type) {
	case *wire.RegisterReq:
		l.send(wire.NewRegisterAck(l.s.inUse, 30, 30, "M/D/YA"), &wire.CapabilitiesReq{})
	case *wire.ButtonTemplateReq:
		l.send(wire.NewButtonTemplate(keys))
	case *wire.SoftKeyTemplateReq:
		l.send(wire.NewSoftKeyTemplate(softKeys))
	case *wire.SoftKeySetReq:
		l.send(wire.NewSoftKeySets(keySets), &wire.SelectSoftKeys{Mask: wire.AllKeys})
	case *wire.LineStatReq:
		l.send(wire.NewLineStat(l.s.inUse, m.Line, []string{"", "1001", "1002"}[m.Line], "", []string{"", "Anna", ""}[m.Line]))
	case *wire.SpeedDialStatReq:
		l.send(wire.NewSpeedDialStat(l.s.inUse, m.Index, "99", "Bob"))
	case *wire.FeatureStatReq:
		l.send(wire.NewFeatureStat(l.s.inUse, m.Index, wire.ButtonBLFSpeedDial, wire.BLFIdle, "210"+string(rune('0'+m.Index))))
	case *wire.ForwardStatReq:
		l.send(wire.NewForwardStat(m.Line, "", "", ""))
	case *wire.TimeDateReq:
		l.send(wire.NewDefineTimeDate(time.Date(2026, 11, 22, 13, 5, 0, 0, time.UTC)), wire.NewPromptStatus(l.s.inUse, wire.TextYourCurrentOptions, 0, 0, 0))
	case *wire.KeepAlive:
		l.send(&wire.KeepAliveAck{})
	case *wire.Unregister:
		l.send(&wire.UnregisterAck{})
	}
}

// wants takes messages until one of the type of T comes.
func wants[T wire.Message](t *testing.T, l *link) T {
	t.Helper()
	late := time.After(2 * time.Minute)
	for {
		select {
		case m, ok := <-l.got:
			if !ok {
				t.Fatalf("the phone closed; want %T", *new(T))
			}
			if m, ok := m.(T); ok {
				return m
			}
		case <-late:
			t.Fatalf("no %T", *new(T))
		}
	}
}

// inService is a registered phone and the server's side of it.
func inService(t *testing.T, model string, inUse int, f func(t *testing.T, p *Phone, l *link)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, inUse)
		defer s.close()
		p := newPhone(t, s, model)
		defer p.Close()
		if err := p.Register(t.Context()); err != nil {
			t.Fatal(err)
		}
		l := s.next()
		wants[*wire.TimeDateReq](t, l)
		f(t, p, l)
	})
}

func newPhone(t *testing.T, s *server, model string) *Phone {
	t.Helper()
	p, err := New(Options{Network: s.net.Host(netip.MustParseAddr("10.1.1.60")), Server: addr, MAC: mac, Model: model})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func shows(t *testing.T, h handset.Handset, conditions ...string) {
	t.Helper()
	for _, c := range conditions {
		ok, err := handset.ParseExpect(c)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		d, err := handset.Wait(ctx, h, ok)
		cancel()
		if err != nil {
			t.Fatalf("%s: the phone shows\n%s", c, d)
		}
	}
}

func press(t *testing.T, h handset.Handset, keys ...string) {
	t.Helper()
	for _, k := range keys {
		if err := handset.Press(h, k); err != nil {
			t.Fatal(err)
		}
	}
}

func names(messages []wire.Message) string {
	var all []string
	for _, m := range messages {
		all = append(all, strings.TrimSuffix(strings.TrimPrefix(wire.Name(m.ID()), "Station"), "MessageID"))
	}
	return strings.Join(all, " ")
}
