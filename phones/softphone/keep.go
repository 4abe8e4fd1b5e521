package softphone

import (
	"context"
	"errors"
	"time"
)

// activity is a registration or a subscription: one operation at a time, and a
// goroutine that refreshes it.
type activity struct {
	turn   chan struct{} // capacity 1: holds the right to send requests of this activity
	cancel context.CancelFunc
	done   chan struct{} // closed when the goroutine has ended
	again  chan time.Duration
}

func (a *activity) init() {
	a.turn = make(chan struct{}, 1)
	a.again = make(chan time.Duration, 1)
}

// begin takes the turn.
func (a *activity) begin(ctx context.Context) error {
	select {
	case a.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (a *activity) end() { <-a.turn }

// retryAfter is how long a failed refresh waits for the next try, unless the
// refusal says how long.
const retryAfter = 30 * time.Second

// refresher repeats the request of an activity and returns the time granted, 0 for never again.
type refresher func(context.Context) (time.Duration, error)

// keep starts the goroutine of a, if it does not run and the phone is not
// closed. It calls refresh when three quarters of the time granted are over, and
// earlier when renew says so. The caller has the turn.
func (p *Phone) keep(a *activity, granted time.Duration, refresh refresher) {
	if a.cancel != nil {
		a.renew(granted * 3 / 4)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	ctx, cancel := context.WithCancel(p.ctx)
	done := make(chan struct{})
	a.cancel, a.done = cancel, done
	p.wg.Go(func() {
		defer close(done)
		a.run(ctx, granted, refresh)
	})
}

func (a *activity) run(ctx context.Context, granted time.Duration, refresh refresher) {
	timer := time.NewTimer(granted * 3 / 4)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case d := <-a.again:
			timer.Reset(d)
			continue
		case <-timer.C:
		}
		if a.begin(ctx) != nil {
			return
		}
		next, err := refresh(ctx)
		a.end()
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			wait := retryAfter
			if status := (*StatusError)(nil); errors.As(err, &status) && status.RetryAfter > 0 {
				wait = status.RetryAfter
			}
			timer.Reset(wait)
		case next > 0:
			timer.Reset(next * 3 / 4)
		}
	}
}

// renew makes the next refresh happen after d; the newest word counts.
func (a *activity) renew(d time.Duration) {
	for {
		select {
		case a.again <- d:
			return
		default:
		}
		select {
		case <-a.again:
		default:
		}
	}
}

// halt stops the goroutine and waits for it. The caller must not have the turn.
func (a *activity) halt(ctx context.Context) error {
	if err := a.begin(ctx); err != nil {
		return err
	}
	cancel, done := a.cancel, a.done
	a.cancel, a.done = nil, nil
	a.end()
	if cancel == nil {
		return nil
	}
	cancel()
	<-done
	return nil
}
