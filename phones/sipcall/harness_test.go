package sipcall

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/internal/memnet"
	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var server = netip.MustParseAddrPort("10.1.1.2:5060")

// recorder stands for the exchange: it keeps the inputs, and the test shows views.
type recorder struct {
	mu     sync.Mutex
	sinks  map[phones.DeviceKind]call.Sink
	refs   uint32
	trunks int
	in     []call.Input
}

func (x *recorder) Attach(k phones.DeviceKind, s call.Sink) { x.sinks[k] = s }
func (x *recorder) Press(inputs ...call.Input) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.in = append(x.in, inputs...)
}
func (x *recorder) NewRef() uint32 {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.refs++
	return x.refs
}
func (x *recorder) NewTrunk() phones.Device {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.trunks++
	return phones.Device{Kind: phones.TrunkDevice, Tag: x.trunks}
}

// bed is a router whose exchange is the test. Pool N has number 200N and, if it is
// registered, a phone at 10.1.1.1N.
type bed struct {
	t   testing.TB
	net *memnet.Net
	ua  *sipua.UA
	a   *Agent
	x   *recorder
	log *logbuf.Log

	mu       sync.Mutex
	bindings []phones.Binding
}

func (b *bed) FindWatcher(user string, src netip.AddrPort, contact string) (phones.Watcher, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.bindings {
		if r.Number == user && r.Source == src {
			return phones.Watcher{Pool: r.Pool, Number: user}, true
		}
	}
	return phones.Watcher{}, false
}

func (b *bed) Contacts(pool int, number string) (list []phones.Binding) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.bindings {
		if r.Pool == pool && (number == "" || r.Number == number) {
			list = append(list, r)
		}
	}
	return list
}

// run runs a test in a bubble. At the end nothing may be left of any call.
func run(t *testing.T, f func(*bed)) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t)
		defer b.close()
		f(b)
		b.empty()
	})
}

// empty says that no call is left.
func (b *bed) empty() {
	b.t.Helper()
	synctest.Wait()
	b.a.mu.Lock()
	defer b.a.mu.Unlock()
	for key, l := range b.a.legs {
		b.t.Errorf("dialog %v of %v is left, state %d", key, l.device, l.state)
	}
	if g := b.a.guests; g.all != 0 || g.strangers != 0 || len(g.by) != 0 {
		b.t.Errorf("guests are left: %+v", g)
	}
	for id, d := range b.a.devices {
		if len(d.sessions) > 0 || len(d.queue) > 0 || d.requests != 0 {
			b.t.Errorf("%v has %d calls left", id, len(d.sessions))
		}
	}
}

func newBed(t testing.TB) *bed {
	x := &recorder{sinks: map[phones.DeviceKind]call.Sink{}}
	b := openBed(t, logbuf.New(time.Now), x)
	b.x = x
	return b
}

func openBed(t testing.TB, log *logbuf.Log, x Exchange) *bed {
	b := &bed{t: t, net: memnet.New(), log: log}
	b.ua = sipua.New(sipua.Options{Net: b.net.Host(server.Addr()), Log: b.log})
	b.a = New(Options{UA: b.ua, Exchange: x, Directory: b, Log: b.log})
	b.apply(Config{DialPeers: []phones.DialPeer{
		{Tag: 100, Pattern: "9T", Target: netip.MustParseAddrPort("10.9.9.9:5060")},
	}, Username: "cme", Password: "secret"})
	if err := b.ua.Apply(context.Background(), sipua.Config{}, sipua.Config{Enabled: true, Addr: server}); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bed) apply(c Config) {
	if err := b.a.Apply(context.Background(), Config{}, c); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bed) close() {
	b.ua.Close()
	b.a.Close()
	b.log.Close()
}

func pool(n int) phones.Device { return phones.Device{Kind: phones.PoolDevice, Tag: n} }

// view shows a device its calls and lets that settle.
func (b *bed) view(id phones.Device, calls ...call.CallView) {
	b.show(call.View{Device: id, Calls: calls})
}

func (b *bed) show(v call.View) {
	if v.Device.Kind == phones.PoolDevice {
		v.Lines = []call.LineView{{Button: 1, Number: fmt.Sprint(2000 + v.Device.Tag)}}
	}
	b.x.sinks[v.Device.Kind].Show(v)
	synctest.Wait()
}

// inputs returns what the exchange was told since the last time, as text.
func (b *bed) inputs() []string {
	synctest.Wait()
	b.x.mu.Lock()
	defer b.x.mu.Unlock()
	var list []string
	for _, in := range b.x.in {
		list = append(list, inputText(in))
	}
	b.x.in = nil
	return list
}

// last is the newest input of a type.
func last[T call.Input](b *bed) (in T) {
	b.t.Helper()
	synctest.Wait()
	b.x.mu.Lock()
	defer b.x.mu.Unlock()
	for _, i := range b.x.in {
		if got, ok := i.(T); ok {
			in = got
		}
	}
	b.x.in = nil
	return in
}

func inputText(in call.Input) string {
	switch i := in.(type) {
	case call.Dial:
		return fmt.Sprintf("dial %v %d %s %s", i.Device, i.Ref, i.Number, mediaText(i.Media))
	case call.OnHook:
		return fmt.Sprintf("onhook %v %d", i.Device, i.Ref)
	case call.Alerting:
		return fmt.Sprintf("alerting %v %d %s", i.Device, i.Ref, mediaText(i.Media))
	case call.Answer:
		return fmt.Sprintf("answer %v %d %s", i.Device, i.Ref, mediaText(i.Media))
	case call.Reject:
		return fmt.Sprintf("reject %v %d %d", i.Device, i.Ref, i.Code)
	case call.MediaReady:
		return fmt.Sprintf("media %v %d %s", i.Device, i.Ref, mediaText(i.Media))
	case call.Hold:
		return fmt.Sprintf("hold %v %d", i.Device, i.Ref)
	case call.Resume:
		return fmt.Sprintf("resume %v %d", i.Device, i.Ref)
	case call.TransferTo:
		return fmt.Sprintf("transfer %v %d to %s", i.Device, i.Ref, i.Number)
	case call.Join:
		return fmt.Sprintf("join %v %d %d", i.Device, i.Ref, i.With)
	}
	return strings.ToLower(fmt.Sprintf("%T %+v", in, in))
}

func mediaText(m call.Media) string {
	if !m.Addr.IsValid() && m.Codecs == 0 {
		return "-"
	}
	text := m.Addr.String() + " " + m.Codecs.String()
	if m.Inactive {
		text += " inactive"
	}
	return text
}

// wantInputs compares what the exchange was told.
func (b *bed) wantInputs(want ...string) {
	b.t.Helper()
	got := b.inputs()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		b.t.Fatalf("exchange was told\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}
