package call

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/presence"
)

// hearer is a Publisher and a Sink that keeps what it hears.
type hearer struct {
	mu    sync.Mutex
	lines map[string]presence.Line
	phone map[string]presence.Line
	views map[phones.Device]View
	shown int
}

func newHearer() *hearer {
	return &hearer{lines: map[string]presence.Line{}, phone: map[string]presence.Line{}, views: map[phones.Device]View{}}
}

func (h *hearer) Publish(number string, l presence.Line) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lines[number] = l
}

func (h *hearer) PublishDevice(number string, l presence.Line) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.phone[number] = l
}

func (h *hearer) Show(v View) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.views[v.Device] = v
	h.shown++
}

func (h *hearer) states(d phones.Device) (states []State) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, k := range h.views[d].Calls {
		states = append(states, k.State)
	}
	return states
}

func (h *hearer) line(number string) presence.Line {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.lines[number]
}

func newExchange(t testing.TB) (*Exchange, *hearer) {
	h := newHearer()
	x := New(Options{Log: logbuf.New(time.Now), Publisher: h})
	x.Attach(phones.EphoneDevice, h)
	if err := x.Apply(t.Context(), phones.Config{}, lab()); err != nil {
		t.Fatal(err)
	}
	return x, h
}

func specOf(dn int) phones.Spec {
	return phones.Spec{Primary: 1, Lines: []phones.SpecLine{{Button: 1, Sep: phones.Normal, DNs: []phones.DNID{{Tag: dn}}}}}
}

func TestExchange(t *testing.T) {
	defer goleak.VerifyNone(t)
	synctest.Test(t, func(t *testing.T) {
		x, h := newExchange(t)
		defer x.Close()
		x.Register(ephone(1), specOf(1))
		x.Register(ephone(2), specOf(2))
		x.Do(Dial{Device: ephone(1), Number: "2002"})
		if err := x.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := h.line("2002"); got != (presence.Line{State: presence.Busy, Ringing: true}) {
			t.Fatalf("%+v", got)
		}
		if n, ok := x.Lookup("2002"); !ok || n.Line != h.line("2002") {
			t.Fatalf("%+v", n)
		}
		if s := x.Snapshot(); s.Totals.Active != 1 || len(s.Devices) != 2 || s.Numbers["2002"].State != presence.Busy || s.At != time.Now() {
			t.Fatalf("%+v", s.Totals)
		}
		time.Sleep(defaultRinging + time.Second) // its own timer
		synctest.Wait()
		if got := h.states(ephone(1)); len(got) != 1 || got[0] != Congestion {
			t.Fatalf("%v", got)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if got := h.states(ephone(1)); len(got) != 0 {
			t.Fatalf("%v", got)
		}
		x.Unregister(ephone(2))
		x.Do(Test{Number: "2003", State: "busy"})
		if err := x.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		if h.line("2002").State != presence.Unknown || h.line("2003").State != presence.Busy {
			t.Fatalf("%+v %+v", h.line("2002"), h.line("2003"))
		}
	})
}

// After Close nothing is shown, and nobody waits.
func TestExchangeClosed(t *testing.T) {
	defer goleak.VerifyNone(t)
	x, h := newExchange(t)
	x.Close()
	x.Close()
	for range 3 * queueSize {
		x.Register(ephone(1), specOf(1))
	}
	if err := x.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s := x.Snapshot(); len(s.DNs) != 0 {
		t.Fatalf("%+v", s)
	}
	if _, ok := x.Lookup("2001"); ok || h.shown != 0 {
		t.Fatal("it still answers")
	}
}

func TestExchangeSettleGivesUp(t *testing.T) {
	defer goleak.VerifyNone(t)
	x, _ := newExchange(t)
	defer x.Close()
	release, started := make(chan struct{}), make(chan struct{})
	x.send(request{do: func() { close(started); <-release }})
	<-started
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := x.Settle(ctx); err != context.Canceled {
		t.Fatalf("%v", err)
	}
	close(release)
}

// Many callers at once; Done functions run on the exchange's goroutine.
func TestExchangeConcurrently(t *testing.T) {
	defer goleak.VerifyNone(t)
	x, h := newExchange(t)
	defer x.Close()
	var wg sync.WaitGroup
	refs := make(chan uint32, 400)
	for i := 1; i <= 4; i++ {
		x.Register(ephone(i), specOf(i))
		wg.Go(func() {
			for range 100 {
				x.Do(Dial{Device: ephone(i), Number: "200" + string(rune('0'+i%4+1))})
				x.Do(OnHook{Device: ephone(i)})
				refs <- x.NewRef()
				x.Snapshot()
			}
		})
	}
	wg.Wait()
	close(refs)
	seen := map[uint32]bool{}
	for ref := range refs {
		if seen[ref] || ref == 0 {
			t.Fatalf("reference %d again", ref)
		}
		seen[ref] = true
	}
	told := make(chan int, 1)
	x.Do(TransferTo{Device: ephone(1), Ref: 1 << 30, Number: "2001", Done: func(code int) { told <- code }})
	if code := <-told; code != 481 {
		t.Fatalf("told %d", code)
	}
	for i := 1; i <= 4; i++ {
		x.Unregister(ephone(i))
	}
	if err := x.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s := x.Snapshot(); s.Totals.Active != 0 || !h.views[ephone(1)].Gone {
		t.Fatalf("%+v", s.Totals)
	}
	if a, b := x.NewTrunk(), x.NewTrunk(); a == b || a.Kind != phones.TrunkDevice || x.NewTest().Kind != phones.TestDevice {
		t.Fatal("trunk calls share a name")
	}
}

// tracer is a hearer that writes debug lines itself.
type tracer struct {
	*hearer
	lines chan string
}

func (t tracer) Trace(d phones.Device, topic logbuf.Topic, text string) {
	t.lines <- fmt.Sprintf("%v %s: %s", d, topic, text)
}

func TestExchangeTraces(t *testing.T) {
	defer goleak.VerifyNone(t)
	x, h := newExchange(t)
	defer x.Close()
	lines := make(chan string, 10)
	x.Attach(phones.EphoneDevice, tracer{h, lines})
	x.o.Log.SetDebug(TopicState, true)
	x.Register(ephone(1), specOf(1))
	x.Register(ephone(2), specOf(2))
	x.Do(Dial{Device: ephone(1), Number: "2002"})
	if !x.InUse(ephone(1)) || !x.InUse(ephone(2)) || x.InUse(ephone(3)) {
		t.Error("in use")
	}
	x.Do(OnHook{Device: ephone(1)})
	if x.InUse(ephone(1)) {
		t.Error("still in use")
	}
	close(lines)
	var got []string
	for l := range lines {
		got = append(got, l)
	}
	if want := []string{"ephone-1 ephone state: Skinny-to-Skinny call DN 1 to DN 2 instance 1"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
