package softphone

import (
	"time"

	"github.com/busylamp/busylamp/phones/handset"
)

// interdigit is how long the phone waits for one more digit before it dials.
const interdigit = 3 * time.Second

// maxDialed bounds what can be typed.
const maxDialed = 64

// Press implements handset.Handset.
func (p *Phone) Press(k handset.Key) error {
	var err error
	p.turnWait(func() {
		if p.isClosed() {
			err = ErrClosed
			return
		}
		err = p.press(k)
	})
	return err
}

func (p *Phone) press(k handset.Key) error {
	c := p.foreground()
	switch k.Kind {
	case handset.KeyOffHook:
		return p.lift()
	case handset.KeyLine:
		if k.N != 1 {
			return handset.ErrNoKey
		}
		return p.lift()
	case handset.KeyOnHook:
		for _, c := range p.shown() {
			if c.speaks() {
				c.hangUp()
			}
		}
		return nil
	case handset.KeyBeside:
		keys := p.keys()
		if k.N > len(keys) {
			return handset.ErrNoKey
		}
		return p.call(keys[k.N-1].Number)
	case handset.KeyCall:
		shown := p.shown()
		if k.N > len(shown) {
			return handset.ErrNoKey
		}
		p.chosen = shown[k.N-1].ref
		return nil
	case handset.KeyDigits:
		return p.typed(k.Text)
	case handset.KeyDial:
		return p.call(k.Text)
	case handset.KeyAnswer:
		return p.pick()
	case handset.KeyHold:
		if c := p.inState(handset.Connected); c != nil {
			return c.reinvite(true)
		}
		return handset.ErrNoKey
	case handset.KeyResume:
		return p.resume()
	case handset.KeyEnd:
		if c == nil {
			return handset.ErrNoKey
		}
		c.hangUp()
		return nil
	case handset.KeyNewCall:
		_, err := p.seize()
		return err
	case handset.KeyRedial:
		if p.lastDialed == "" {
			return handset.ErrNoKey
		}
		return p.call(p.lastDialed)
	case handset.KeyDnD:
		p.dnd = !p.dnd
		return nil
	case handset.KeyTransfer:
		return p.transfer(k.Text)
	case handset.KeySoft:
		return p.soft(k.Text)
	}
	return handset.ErrNoKey
}

// soft presses the soft key with that text.
func (p *Phone) soft(text string) error {
	keys := p.softKeys()
	i := handset.FindSoftKey(keys, text)
	if i < 0 {
		return handset.ErrNoKey
	}
	c := p.foreground()
	switch keys[i] {
	case "Dial":
		c.place()
		return nil
	case "<<":
		c.digits = c.digits[:len(c.digits)-1]
		return nil
	case "Decline":
		return p.press(handset.Key{Kind: handset.KeyEnd})
	}
	for _, kind := range []handset.KeyKind{handset.KeyAnswer, handset.KeyHold, handset.KeyResume, handset.KeyEnd,
		handset.KeyNewCall, handset.KeyRedial, handset.KeyDnD, handset.KeyTransfer} {
		if kind.SoftKeyText() == keys[i] {
			return p.press(handset.Key{Kind: kind})
		}
	}
	return handset.ErrNoKey
}

// softKeys are those of the moment.
func (p *Phone) softKeys() []string {
	c := p.foreground()
	if c == nil {
		return []string{"Redial", "NewCall", "DND"}
	}
	switch c.state {
	case handset.OffHook:
		if c.digits != "" {
			return []string{"Dial", "EndCall", "<<"}
		}
		return []string{"Redial", "EndCall"}
	case handset.Proceed, handset.RingOut:
		if c.consult != 0 {
			return []string{"EndCall", "Trnsfer"}
		}
		return []string{"EndCall"}
	case handset.RingIn, handset.Waiting:
		return []string{"Answer", "Decline", "DND"}
	case handset.Connected:
		return []string{"Hold", "EndCall", "Trnsfer"}
	case handset.Held:
		return []string{"Resume", "NewCall", "EndCall"}
	}
	return []string{"NewCall", "EndCall"}
}

// lift takes the handset up: a ringing call is answered, else there is dial tone.
func (p *Phone) lift() error {
	if p.pick() == nil {
		return nil
	}
	for _, c := range p.shown() {
		if c.speaks() {
			return nil // it is off hook already
		}
	}
	_, err := p.seize()
	return err
}

// pick answers a ringing call: the chosen one, else the oldest.
func (p *Phone) pick() error {
	if c := p.foreground(); c != nil && c.rings() {
		return c.answer()
	}
	for _, c := range p.shown() {
		if c.rings() {
			return c.answer()
		}
	}
	return handset.ErrNoKey
}

// resume takes the call on hold back.
func (p *Phone) resume() error {
	c := p.inState(handset.Held)
	if c == nil {
		return handset.ErrNoKey
	}
	if err := p.free(c); err != nil {
		return err
	}
	p.chosen = c.ref
	return c.reinvite(false)
}

// free makes the handset free for c: a connected call is put on hold, another
// one that has the handset ends.
func (p *Phone) free(c *call) error {
	p.chosen = 0
	for _, o := range p.shown() {
		switch {
		case o == c || !o.speaks():
		case o.state == handset.Connected && o.changing && o.holding:
		case o.state == handset.Connected:
			if err := o.reinvite(true); err != nil {
				return err
			}
		default:
			o.hangUp()
		}
	}
	return nil
}

// seize begins a call with dial tone.
func (p *Phone) seize() (*call, error) {
	if len(p.shown()) >= maxCalls {
		return nil, handset.ErrNoKey
	}
	if err := p.free(nil); err != nil {
		return nil, err
	}
	c := p.newCall(true, newID())
	p.chosen = c.ref
	return c, nil
}

// call dials a whole number, on the call with dial tone if there is one.
func (p *Phone) call(number string) error {
	c := p.foreground()
	if c == nil || c.state != handset.OffHook || c.digits != "" {
		var err error
		if c, err = p.seize(); err != nil {
			return err
		}
	}
	c.digits = number
	c.place()
	return nil
}

// typed takes digits from the keypad. On hook they begin a call; in a call they
// are DTMF, which nobody hears here.
func (p *Phone) typed(digits string) error {
	c := p.foreground()
	if c != nil && (c.state == handset.Connected || c.state == handset.Held) {
		return nil
	}
	if c == nil || c.state != handset.OffHook {
		var err error
		if c, err = p.seize(); err != nil {
			return err
		}
	}
	for _, d := range []byte(digits) {
		if d == '#' && c.digits != "" {
			c.place()
			return nil
		}
		if len(c.digits) < maxDialed {
			c.digits += string(d)
		}
	}
	c.after(interdigit, c.place)
	return nil
}
