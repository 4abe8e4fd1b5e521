package app

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
)

// csimTalks is how long a test call lasts once it is answered.
const csimTalks = 2 * time.Second

// csim makes test calls: `csim start NUMBER`. It is the call model's sink for them.
type csim struct {
	x *call.Exchange

	mu    sync.Mutex
	calls map[phones.Device]chan call.View // capacity 1: the newest view
}

func newCsim(x *call.Exchange) *csim {
	c := &csim{x: x, calls: map[phones.Device]chan call.View{}}
	x.Attach(phones.TestDevice, c)
	return c
}

// Show implements call.Sink.
func (c *csim) Show(v call.View) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ch := c.calls[v.Device]
	if ch == nil {
		return
	}
	select {
	case <-ch: // the newest counts, and nobody else writes
	default:
	}
	ch <- v
}

// start calls a number and waits until somebody answered, then hangs up. The
// error names the cause why nobody did (Q.850).
func (c *csim) start(ctx context.Context, number string) error {
	d, ref := c.x.NewTest(), c.x.NewRef()
	views := make(chan call.View, 1)
	c.mu.Lock()
	c.calls[d] = views
	c.mu.Unlock()
	defer func() {
		c.x.Do(call.OnHook{Device: d, Ref: ref})
		c.mu.Lock()
		delete(c.calls, d)
		c.mu.Unlock()
	}()
	c.x.Do(call.Dial{Device: d, Ref: ref, Number: number})
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case v := <-views:
			leg, ok := v.Call(ref)
			switch {
			case !ok || v.Gone:
				return cause(480)
			case leg.Code >= 300:
				return cause(leg.Code)
			case leg.State == call.Connected:
				select {
				case <-time.After(csimTalks):
				case <-ctx.Done():
				}
				return nil
			}
		}
	}
}

// cause is the Q.850 cause of a SIP status code (RFC 3398 8.2.6.1).
func cause(code int) error {
	causes := map[int]int{404: 1, 480: 18, 484: 28, 486: 17, 488: 65, 600: 17, 603: 21, 604: 1}
	n, ok := causes[code]
	if !ok {
		n = 41 // temporary failure
	}
	return fmt.Errorf("cid(%d)", n)
}
