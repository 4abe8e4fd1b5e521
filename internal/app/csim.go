package app

import (
	"context"
	"errors"
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

// errNoPeer: nobody has the number. The words are those of routers.
var errNoPeer = errors.New("csim_do_test Error peer not found")

// start calls a number and waits until somebody answered, then hangs up. The error
// says why nobody did, as a router says it behind `csim err`.
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
			case ok && (leg.Code == 404 || leg.Code == 604):
				return errNoPeer
			case !ok || v.Gone || leg.Code >= 300:
				return fmt.Errorf("csimDisconnected recvd DISC cid(%d)", ref)
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
