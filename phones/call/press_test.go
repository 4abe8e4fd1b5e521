package call

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func digitsOf(tag int, number string) (list []Input) {
	for _, d := range []byte(number) {
		list = append(list, Digit{Device: ephone(tag), Digit: d})
	}
	return list
}

// What is pressed has happened when Press returns, and its timers run.
func TestPress(t *testing.T) {
	defer goleak.VerifyNone(t)
	synctest.Test(t, func(t *testing.T) {
		x, h := newExchange(t)
		x.Register(ephone(1), specOf(1))
		x.Register(ephone(2), specOf(2))
		synctest.Wait()
		shown := func() int {
			h.mu.Lock()
			defer h.mu.Unlock()
			return h.shown
		}
		before := shown()
		x.Press(append([]Input{OffHook{Device: ephone(1)}}, digitsOf(1, "2002")...)...)
		if got := h.states(ephone(2)); len(got) != 1 || got[0] != RingIn {
			t.Fatalf("%v", got)
		}
		// Off hook, the digits together, and the phone that rings.
		if n := shown() - before; n != 3 {
			t.Errorf("%d Views", n)
		}
		time.Sleep(defaultRinging + time.Second)
		synctest.Wait()
		if got := h.states(ephone(2)); len(got) != 0 {
			t.Fatalf("still %v", got)
		}
		x.Close()
		before = shown()
		x.Press(OnHook{Device: ephone(1)})
		if shown() != before {
			t.Error("shown after Close")
		}
	})
}

// However many press at once, by whichever way: what one of them does stays in order.
func TestPressKeepsOrder(t *testing.T) {
	defer goleak.VerifyNone(t)
	x, h := newExchange(t)
	defer x.Close()
	for tag := 1; tag <= 3; tag++ {
		x.Register(ephone(tag), specOf(tag))
	}
	if err := x.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for tag := 1; tag <= 3; tag++ {
		all.Go(func() {
			for i := range 300 {
				x.Do(OffHook{Device: ephone(tag)})
				for _, in := range digitsOf(tag, "9999") {
					if i%2 == 0 {
						x.Do(in)
					} else {
						x.Press(in)
					}
				}
				x.Press(digitsOf(tag, fmt.Sprintf("%04d", i))...)
				x.Do(OnHook{Device: ephone(tag)})
				x.Press(OffHook{Device: ephone(tag)}, OnHook{Device: ephone(tag)})
			}
		})
	}
	all.Wait()
	for tag := 1; tag <= 3; tag++ {
		x.Do(OffHook{Device: ephone(tag)})
		x.Press(Digit{Device: ephone(tag), Digit: byte('6' + tag)})
	}
	if err := x.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for tag := 1; tag <= 3; tag++ {
		if v := h.views[ephone(tag)]; len(v.Calls) != 1 || v.Calls[0].Dialed != fmt.Sprint(6+tag) {
			t.Errorf("phone %d: %+v", tag, v.Calls)
		}
	}
}

// A Snapshot is a copy: what happens to a phone afterwards does not change it.
func TestSnapshotStays(t *testing.T) {
	defer goleak.VerifyNone(t)
	x, _ := newExchange(t)
	defer x.Close()
	x.Register(ephone(1), specOf(1))
	x.Do(OffHook{Device: ephone(1)})
	x.Do(Digit{Device: ephone(1), Digit: '2'})
	s := x.Snapshot()
	x.Press(Digit{Device: ephone(1), Digit: '0'})
	if err := x.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if v := s.Devices[0]; len(v.Calls) != 1 || v.Calls[0].Dialed != "2" {
		t.Errorf("%+v", v.Calls)
	}
}
