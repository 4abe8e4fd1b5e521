package skinny

import (
	"slices"
	"strings"
	"time"

	"github.com/busylamp/busylamp/phones/handset"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

// awaitTime is how long digits wait for the call that they are for.
const awaitTime = 2 * time.Second

// Press implements handset.Handset. It waits for the connection to take what is to
// be sent and, with digits, for a call that a key before them begins.
func (p *Phone) Press(k handset.Key) error {
	if k.Kind == handset.KeyDigits {
		p.settle()
	}
	p.sending.Lock()
	defer p.sending.Unlock()
	p.mu.Lock()
	conn := p.conn
	var messages []wire.Message
	err := ErrUnregistered
	switch {
	case p.closed:
		err = ErrClosed
	case p.talk.ready:
		messages, err = p.face.press(k)
	}
	p.out = p.out[:0]
	for _, m := range messages {
		p.out = p.talk.add(p.out, m)
	}
	p.show()
	p.mu.Unlock()
	if err != nil {
		return err
	}
	p.write(conn)
	return nil
}

// settle waits until the server has shown the call that the last key begins, for
// awaitTime at most: digits would go to the call before it.
func (p *Phone) settle() {
	t := time.NewTimer(awaitTime)
	defer t.Stop()
	for {
		p.mu.Lock()
		awaits, changed := p.face.awaits && !p.closed, p.changed
		p.mu.Unlock()
		if !awaits {
			return
		}
		select {
		case <-changed:
		case <-t.C:
			p.mu.Lock()
			p.face.awaits = false
			p.mu.Unlock()
		}
	}
}

// press is what a key makes the phone send.
func (f *face) press(k handset.Key) ([]wire.Message, error) {
	messages, err := f.pressed(k)
	if err == nil {
		f.awaits = slices.ContainsFunc(messages, begins)
	}
	return messages, err
}

// begins reports whether a message asks for a call that the user may dial on, or
// brings another call to the front.
func begins(m wire.Message) bool {
	switch m := m.(type) {
	case *wire.OffHook:
		return true
	case *wire.Stimulus:
		return m.Stimulus == wire.ButtonLine
	case *wire.SoftKeyEvent:
		switch m.Event {
		case wire.EventNewCall, wire.EventTransfer, wire.EventConference, wire.EventForwardAll, wire.EventPickUp, wire.EventGroupPickUp,
			wire.EventMeetMe, wire.EventAnswer, wire.EventResume:
			return true
		}
	}
	return false
}

func (f *face) pressed(k handset.Key) ([]wire.Message, error) {
	switch k.Kind {
	case handset.KeyOffHook:
		f.lifted = true
		return one(&wire.OffHook{})
	case handset.KeyOnHook:
		f.lifted = false
		return one(&wire.OnHook{})
	case handset.KeyLine:
		if k.N > len(f.lines) {
			return nil, handset.ErrNoKey
		}
		return one(&wire.Stimulus{Stimulus: wire.ButtonLine, Instance: f.lines[k.N-1].instance})
	case handset.KeyBeside:
		if k.N > len(f.keys) {
			return nil, handset.ErrNoKey
		}
		return one(&wire.Stimulus{Stimulus: f.keys[k.N-1].kind, Instance: f.keys[k.N-1].instance})
	case handset.KeyCall:
		return nil, f.choose(k.N)
	case handset.KeyMessages:
		return one(&wire.Stimulus{Stimulus: wire.ButtonVoicemail, Instance: 1})
	case handset.KeyDigits:
		return f.typed(k.Text), nil
	case handset.KeyDial:
		return one(&wire.EnblocCall{Number: k.Text})
	case handset.KeyList:
		return f.open(strings.Fields(k.Text))
	case handset.KeySoft:
		return f.soft(func(p place) bool { return handset.FindSoftKey([]string{p.label}, k.Text) == 0 })
	case handset.KeyAnswer:
		if m, err := f.soft(is(wire.EventAnswer)); err == nil {
			return m, nil
		}
		if !slices.ContainsFunc(f.calls, func(c *call) bool { return c.state == handset.RingIn || c.state == handset.Waiting }) {
			return nil, handset.ErrNoKey
		}
		f.lifted = true
		return one(&wire.OffHook{})
	case handset.KeyTransfer:
		if k.Text != "" {
			return nil, handset.ErrNoKey // done with the Trnsfer key, digits, and the key again
		}
		return f.soft(is(wire.EventTransfer))
	}
	if event, ok := events(k.Kind); ok {
		return f.soft(is(event))
	}
	return nil, handset.ErrNoKey
}

// one is a single message to send.
func one(m wire.Message) ([]wire.Message, error) { return []wire.Message{m}, nil }

func is(event uint32) func(place) bool { return func(p place) bool { return p.event == event } }

func events(k handset.KeyKind) (uint32, bool) {
	switch k {
	case handset.KeyHold:
		return wire.EventHold, true
	case handset.KeyResume:
		return wire.EventResume, true
	case handset.KeyEnd:
		return wire.EventEndCall, true
	case handset.KeyNewCall:
		return wire.EventNewCall, true
	case handset.KeyRedial:
		return wire.EventRedial, true
	case handset.KeyDnD:
		return wire.EventDND, true
	}
	return 0, false
}

// soft presses a soft key that can be seen; else one of another call, which a
// user would choose first.
func (f *face) soft(want func(place) bool) ([]wire.Message, error) {
	selections := []wire.SelectSoftKeys{f.front}
	for _, c := range slices.Backward(f.calls) {
		if c.state != "" && c.ref != f.front.Ref {
			selections = append(selections, c.keys)
		}
	}
	for _, s := range selections {
		for _, p := range f.places(s) {
			if want(p) {
				// The server lifts the handset, before it sees what is typed next.
				f.lifted = f.lifted || p.event == wire.EventNewCall
				if p.event == wire.EventBackspace {
					c := f.call(s.Ref, s.Line)
					c.back()
					c.taken++
				}
				return one(&wire.SoftKeyEvent{Event: p.event, Line: s.Line, Ref: s.Ref})
			}
		}
	}
	return nil, handset.ErrNoKey
}

// choose brings the n-th call to the front.
func (f *face) choose(n int) error {
	for _, c := range f.calls {
		if c.state == "" {
			continue
		}
		if n--; n == 0 {
			f.front = c.keys
			return nil
		}
	}
	return handset.ErrNoKey
}

// typed presses keypad buttons. On hook the handset is lifted first.
func (f *face) typed(digits string) []wire.Message {
	var all []wire.Message
	var ref, line uint32
	live := false
	var dialing *call
	for _, c := range f.calls {
		switch c.state {
		case "", handset.RingIn, handset.Waiting, handset.Held, handset.HeldRemote, handset.Parked:
		default:
			live, ref, line = true, c.ref, c.line
			if dialing = nil; c.state == handset.OffHook {
				dialing = c
			}
		}
	}
	switch {
	case dialing != nil:
		dialing.digits = upTo(dialing.digits + digits)
	case !live:
		f.ahead = upTo(f.ahead + digits)
	}
	if !live && !f.lifted {
		f.lifted = true
		all = append(all, &wire.OffHook{})
	}
	for _, d := range []byte(digits) {
		if n, ok := wire.KeypadFor(d); ok {
			all = append(all, &wire.KeypadButton{Button: n, Line: line, Ref: ref})
		}
	}
	return all
}

// upTo bounds the digits that are shown.
func upTo(digits string) string { return digits[:min(len(digits), 64)] }

const (
	listTime  = 3600             // seconds that a call list is subscribed for
	listRenew = 50 * time.Minute // then it is asked for again
	listCheck = 5 * time.Minute  // how often that is looked at, at least
	// The low four bits of a transaction are the phone's own.
	listBits, listMark = 4, 1
)

// open shows a call list with these numbers and subscribes to each; none closes
// it. What was shown before is closed.
func (f *face) open(numbers []string) ([]wire.Message, error) {
	if len(numbers) > maxList {
		return nil, handset.ErrNoKey
	}
	var all []wire.Message
	for _, e := range f.list {
		all = append(all, &wire.SubscriptionStatReq{Transaction: e.transaction, Feature: wire.SubscriptionBLF, Number: e.Number})
	}
	f.list = nil
	for _, n := range numbers {
		f.lists++
		e := entry{Entry: handset.Entry{Number: n}, transaction: f.lists<<listBits | listMark, since: time.Now()}
		f.list = append(f.list, e)
		all = append(all, e.request())
	}
	return all, nil
}

// renew asks again for what is about to end.
func (f *face) renew() (all []wire.Message) {
	for i := range f.list {
		if e := &f.list[i]; time.Since(e.since) >= listRenew {
			e.since = time.Now()
			all = append(all, e.request())
		}
	}
	return all
}

// request subscribes to the entry, or renews that.
func (e *entry) request() wire.Message {
	return &wire.SubscriptionStatReq{Transaction: e.transaction, Feature: wire.SubscriptionBLF, Timer: listTime, Number: e.Number}
}
