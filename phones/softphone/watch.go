package softphone

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/emiago/sipgo/sip"
)

// watch is the subscription to one number.
type watch struct {
	activity
	number string

	// The rest is guarded by Phone.mu.
	state   State
	wanted  bool          // neither unwatched nor refused for good
	callID  string        // of the current dialog or attempt
	tag     string        // our tag in it
	request *sip.Request  // the SUBSCRIBE that opens the dialog, until it stands
	dialog  *sipua.Dialog // nil until the 200 or the first NOTIFY
	cseq    uint32        // of the newest request outside of a dialog
}

// Watch subscribes to a number (Event: presence) and waits for the answer;
// afterwards it refreshes by itself. A refusal is a *StatusError. Watching
// what is watched already refreshes it.
func (p *Phone) Watch(ctx context.Context, number string) error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return ErrClosed
	}
	w := p.watches[number]
	if w == nil {
		w = &watch{number: number, state: State{Number: number}}
		w.init()
		p.watches[number] = w
		p.order = append(p.order, number)
		p.wake()
	}
	w.wanted = true
	p.mu.Unlock()
	if err := w.begin(ctx); err != nil {
		return err
	}
	defer w.end()
	granted, err := p.subscribe(ctx, w, p.o.Expires)
	if err != nil {
		return err
	}
	p.printf("%s watched for %s s", number, sipua.Seconds(granted))
	p.keep(&w.activity, granted, func(ctx context.Context) (time.Duration, error) {
		p.mu.Lock()
		wanted := w.wanted
		p.mu.Unlock()
		if !wanted {
			return 0, nil // refused for good
		}
		granted, err := p.subscribe(ctx, w, p.o.Expires)
		var status *StatusError
		if errors.As(err, &status) && refused(status.Code) {
			return 0, nil
		}
		return granted, err
	})
	return nil
}

// farewell is how long Unwatch waits for the last NOTIFY after its 200.
const farewell = time.Second

// Unwatch ends a subscription and waits for the answer and, for at most a
// second, for the last NOTIFY. What was known of the
// number stays readable.
func (p *Phone) Unwatch(ctx context.Context, number string) error {
	p.mu.Lock()
	w := p.watches[number]
	if w == nil {
		p.mu.Unlock()
		return nil
	}
	w.wanted = false
	p.mu.Unlock()
	if err := w.halt(ctx); err != nil {
		return err
	}
	if err := w.begin(ctx); err != nil {
		return err
	}
	defer w.end()
	p.mu.Lock()
	open := w.dialog != nil
	p.mu.Unlock()
	if !open {
		return nil
	}
	if _, err := p.subscribe(ctx, w, 0); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, farewell)
	defer cancel()
	_, _ = p.WaitState(ctx, number, func(s State) bool { return !s.Active })
	return nil
}

// State returns what is known of a watched number.
func (p *Phone) State(number string) (State, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if w := p.watches[number]; w != nil {
		return w.state, true
	}
	return State{}, false
}

// States returns all of them, sorted by number.
func (p *Phone) States() []State {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []State
	for _, number := range slices.Sorted(maps.Keys(p.watches)) {
		all = append(all, p.watches[number].state)
	}
	return all
}

// WaitState waits until ok says that the state of number is as wanted.
func (p *Phone) WaitState(ctx context.Context, number string, ok func(State) bool) (State, error) {
	for {
		p.mu.Lock()
		changed := p.changed
		var s State
		if w := p.watches[number]; w != nil {
			s = w.state
		}
		p.mu.Unlock()
		if ok(s) {
			return s, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return s, fmt.Errorf("waiting for %s (now %q): %w", number, s.Status, ctx.Err())
		}
	}
}

// change alters what is known of a number and wakes who waits. The caller holds mu.
func (p *Phone) change(w *watch, f func(*State)) {
	f(&w.state)
	p.wake()
}

// subscribe sends one SUBSCRIBE, in the dialog if there is one. A dialog that
// the server has forgotten is replaced. The caller has the turn of w.
func (p *Phone) subscribe(ctx context.Context, w *watch, expires time.Duration) (time.Duration, error) {
	granted, err := p.subscribeOnce(ctx, w, expires)
	var status *StatusError
	if errors.As(err, &status) {
		p.mu.Lock()
		again := w.dialog != nil && status.Code == 481 && expires > 0
		if w.dialog == nil || endsDialog(status.Code) {
			p.forget(w)
			p.change(w, func(s *State) { s.Active, s.Reason = false, fmt.Sprint(status.Code) })
		}
		if refused(status.Code) {
			w.wanted = false
		}
		p.mu.Unlock()
		if again {
			granted, err = p.subscribeOnce(ctx, w, expires)
		}
	}
	if err != nil && ctx.Err() == nil {
		p.printf("%s not watched: %v", w.number, err)
	}
	return granted, err
}

// endsDialog is the list of RFC 5057 5.1 for a usage or dialog that is over.
func endsDialog(code int) bool {
	switch code {
	case 404, 405, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 604:
		return true
	}
	return false
}

// refused says that asking again would get the same answer: RFC 3261 21.4, 21.6.
func refused(code int) bool {
	switch code {
	case 403, 404, 405, 410, 416, 484, 485, 489, 501, 603, 604:
		return true
	}
	return false
}

func (p *Phone) subscribeOnce(ctx context.Context, w *watch, expires time.Duration) (time.Duration, error) {
	req, res, err := p.transact(ctx, expires, func(expires time.Duration) (*sip.Request, sipua.Target, error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.buildSubscribe(w, expires)
	})
	if err != nil {
		return 0, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	granted, ok := sipua.Expires(res)
	if !ok {
		granted = expires
	}
	if expires == 0 {
		return 0, nil // the last NOTIFY closes the dialog
	}
	if w.dialog == nil && w.request == req {
		if w.dialog, err = sipua.UACDialog(req, res); err != nil {
			p.forget(w)
			return 0, fmt.Errorf("SUBSCRIBE: %w", err)
		}
		w.request = nil
	}
	if w.dialog != nil { // else the last NOTIFY has overtaken this 200
		p.change(w, func(s *State) { s.Active, s.Reason = true, "" })
	}
	return granted, nil
}

// buildSubscribe makes the next SUBSCRIBE of w. The caller holds mu.
func (p *Phone) buildSubscribe(w *watch, expires time.Duration) (req *sip.Request, to sipua.Target, err error) {
	to = p.server
	if w.dialog != nil {
		if req, err = w.dialog.Request("SUBSCRIBE", p.contact); err != nil {
			return nil, to, err
		}
		to = w.dialog.Target(to)
	} else {
		if w.callID == "" {
			w.callID, w.tag, w.cseq = newID(), newID(), 0
			p.dialogs[w.callID] = w
		}
		w.cseq++
		if req, err = p.request("SUBSCRIBE", fmt.Sprintf("sip:%s@%v", w.number, p.o.Server), w.number, w.callID, w.tag, w.cseq); err != nil {
			return nil, to, err
		}
		req.AppendHeader(sip.NewHeader("Contact", "<"+p.contact+">"))
		w.request = req
	}
	req.AppendHeader(sip.NewHeader("Event", "presence"))
	req.AppendHeader(sip.NewHeader("Accept", "application/pidf+xml"))
	req.AppendHeader(sip.NewHeader("Expires", sipua.Seconds(expires)))
	return req, to, nil
}

// forget drops the dialog of w. The caller holds mu.
func (p *Phone) forget(w *watch) {
	delete(p.dialogs, w.callID)
	w.callID, w.tag, w.request, w.dialog = "", "", nil, nil
}
