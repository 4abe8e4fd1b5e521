package softphone

import (
	"context"
	"strings"
	"time"

	"github.com/busylamp/busylamp/internal/sipua"
)

// events are the packages that NOTIFYs are taken for.
var events = []string{"presence", "refer", "message-summary", "check-sync", "service-control"}

// messages takes a NOTIFY about the mailbox: RFC 3842, unsolicited as well.
func (p *Phone) messages(tx *sipua.ServerTx) {
	_ = tx.Reject(200, "")
	waiting := false
	for line := range strings.Lines(string(tx.Request().Body())) {
		name, value, _ := strings.Cut(line, ":")
		if strings.EqualFold(strings.TrimSpace(name), "Messages-Waiting") {
			waiting = strings.EqualFold(strings.TrimSpace(value), "yes")
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.waiting != waiting {
		p.waiting = waiting
		p.wake()
	}
}

// Pauses of a phone that starts again.
const (
	restartPause = time.Second
	retryPause   = 10 * time.Second
)

// restart does what a phone does on check-sync and service-control: once no call
// is left it leaves the server, and registers again. Subscriptions live on. A
// further word while it is at it changes nothing.
func (p *Phone) restart() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.restarting {
		return
	}
	p.restarting = true
	p.wg.Go(func() {
		p.startAgain(p.ctx)
		p.mu.Lock()
		p.restarting = false
		p.mu.Unlock()
	})
}

func (p *Phone) startAgain(ctx context.Context) {
	for {
		changed := p.Changed()
		if len(p.Display().Calls) == 0 {
			break
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
	_ = p.Unregister(ctx)
	pause := restartPause
	for {
		t := time.NewTimer(pause)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return
		}
		if p.Register(ctx) == nil {
			return
		}
		pause = retryPause
	}
}

// hangUpAll ends all calls and waits for the answers, or for ctx.
func (p *Phone) hangUpAll(ctx context.Context) {
	quiet := make(chan struct{})
	p.turnWait(func() {
		for _, c := range p.shown() {
			c.hangUp()
		}
		p.quiet = quiet
		p.gone()
	})
	select {
	case <-quiet:
	case <-ctx.Done():
	}
}

// gone tells hangUpAll when no call is left. The caller has the turn.
func (p *Phone) gone() {
	if p.quiet != nil && len(p.calls) == 0 {
		close(p.quiet)
		p.quiet = nil
	}
}
