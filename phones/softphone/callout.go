package softphone

import (
	"fmt"
	"time"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/phones/handset"
	"github.com/emiago/sipgo/sip"
)

// place sends the INVITE of a call that was dialled.
func (c *call) place() {
	p := c.p
	if c.timer != nil {
		c.timer.Stop()
	}
	c.state, c.remote = handset.Proceed, c.digits
	p.lastDialed = c.digits
	callID := ""
	for id, o := range p.byID {
		if o == c {
			callID = id
		}
	}
	req, err := p.request("INVITE", fmt.Sprintf("sip:%s@%v", c.digits, p.o.Server), c.digits, callID, newID(), 1)
	if err != nil {
		c.failed(400)
		return
	}
	req.AppendHeader(sip.NewHeader("Contact", "<"+p.contact+">"))
	req.AppendHeader(sip.NewHeader("Allow", p.ua.Allow()))
	req.AppendHeader(sip.NewHeader("Supported", "replaces"))
	setBody(req, c.offer())
	c.send(req, p.server)
}

// send sends an INVITE or re-INVITE; a challenge is answered once.
func (c *call) send(req *sip.Request, to sipua.Target) {
	p := c.p
	if h := p.authorized(req); h != nil {
		req.AppendHeader(h)
	}
	c.request = req
	tries := 0
	var answer func(*sip.Response, error)
	answer = func(res *sip.Response, err error) {
		p.turn(func() {
			if code := statusOf(res, err); (code == 401 || code == 407) && tries == 0 && c.request == req && !c.cancelled {
				if again := p.challenged(req, res); again != nil {
					tries++
					req = again
					c.request, c.invite = again, nil
					if c.dialog != nil {
						c.dialog.LocalCSeq = again.CSeq().SeqNo
					}
					c.invite = p.ua.Invite(again, to, answer)
					return
				}
			}
			c.answered(req, res, err)
		})
	}
	c.invite = p.ua.Invite(req, to, answer)
}

// statusOf is the status code of an answer; what never came counts as 408.
func statusOf(res *sip.Response, err error) int {
	if err != nil || res == nil {
		return 408
	}
	return res.StatusCode
}

// answered takes a response to an INVITE of ours.
func (c *call) answered(req *sip.Request, res *sip.Response, err error) {
	code := statusOf(res, err)
	if req != c.request { // of an INVITE that was given up
		if code >= 200 && code < 300 {
			c.refuseFork(req, res)
		}
		return
	}
	if sipua.ToTag(req) != "" {
		c.reanswered(req, res, code)
		return
	}
	switch {
	case code < 200:
		c.progress(res)
	case code < 300:
		c.connected(req, res)
	case c.cancelled:
		c.over(true)
	default:
		c.failed(code)
	}
}

func (c *call) progress(res *sip.Response) {
	if c.cancelled || c.dialog != nil {
		return
	}
	if who := party(res, "To"); who != "" {
		c.remote = who
	}
	if m, ok := readMedia(res.Body()); ok {
		c.far = m
	}
	if c.state == handset.Proceed && res.StatusCode != 182 {
		c.state = handset.RingOut
	}
}

// connected takes the 200 to the first INVITE.
func (c *call) connected(req *sip.Request, res *sip.Response) {
	if c.dialog != nil { // another fork
		c.refuseFork(req, res)
		return
	}
	d, err := sipua.UACDialog(req, res)
	if err != nil {
		c.failed(500)
		return
	}
	c.dialog = d
	c.ack(req)
	if c.cancelled { // the CANCEL was late
		c.bye()
		return
	}
	c.state = handset.Connected
	if who := party(res, "To"); who != "" {
		c.remote = who
	}
	m, ok := readMedia(res.Body())
	if !ok || len(m.common()) == 0 {
		c.p.note("No codec in common")
		c.bye()
		return
	}
	c.far = m
}

// ack acknowledges the 2xx to req.
func (c *call) ack(req *sip.Request) {
	ack, err := c.dialog.Ack(req.CSeq().SeqNo)
	if err == nil {
		err = c.invite.Ack(ack, c.dialog.Target(c.p.server))
	}
	if err != nil {
		c.p.printf("ACK: %v", err)
	}
}

// refuseFork acknowledges a 2xx that is too much and hangs it up.
func (c *call) refuseFork(req *sip.Request, res *sip.Response) {
	d, err := sipua.UACDialog(req, res)
	if err != nil || c.invite == nil {
		return
	}
	if ack, err := d.Ack(req.CSeq().SeqNo); err == nil {
		_ = c.invite.Ack(ack, d.Target(c.p.server))
	}
	if bye, err := d.Request("BYE", ""); err == nil {
		c.p.ua.Send(bye, d.Target(c.p.server), func(*sip.Response, error) {})
	}
}

// hangUp ends the call, whatever it does.
func (c *call) hangUp() {
	switch {
	case c.dialog != nil && !c.left:
		c.bye()
	case c.incoming != nil:
		_ = c.incoming.Reject(486, "")
		c.over(true)
	case c.invite != nil && c.request != nil:
		c.cancelled = true
		c.invite.Cancel()
		c.over(false) // until the final response
	default:
		c.over(true)
	}
}

// bye ends a dialog.
func (c *call) bye() {
	d := c.dialog
	c.left = true
	c.over(false)
	req, err := d.Request("BYE", "")
	if err != nil {
		c.over(true)
		return
	}
	c.p.ask(req, d, d.Target(c.p.server), func(*sip.Response, error) { c.over(true) })
}

// reinvite changes what the call does: hold or resume.
func (c *call) reinvite(hold bool) error {
	if c.dialog == nil || c.left || c.changing {
		return handset.ErrNoKey
	}
	req, err := c.dialog.Request("INVITE", c.p.contact)
	if err != nil {
		return err
	}
	c.changing, c.holding = true, hold
	req.AppendHeader(sip.NewHeader("Allow", c.p.ua.Allow()))
	setBody(req, c.offer())
	c.send(req, c.dialog.Target(c.p.server))
	return nil
}

// reanswered takes the response to a re-INVITE.
func (c *call) reanswered(req *sip.Request, res *sip.Response, code int) {
	if code < 200 {
		return
	}
	if code < 300 {
		c.ack(req)
	}
	if c.left || !c.changing {
		return
	}
	c.changing = false
	switch {
	case code < 300:
		if m, ok := readMedia(res.Body()); ok {
			c.far = m
		}
		c.settle()
	case code == 481 || code == 408: // RFC 3261 12.2.1.2
		c.bye()
	case code == 491: // RFC 3261 14.1: both at once
		wait, hold := time.Second, c.holding
		if c.out { // who owns the Call-ID waits longer
			wait = 3 * time.Second
		}
		c.holding = c.state == handset.Held
		c.after(wait, func() { _ = c.reinvite(hold) })
	default:
		c.holding = c.state == handset.Held
		c.p.note("Hold or resume refused")
	}
}

// settle shows what has been agreed.
func (c *call) settle() {
	if c.holding {
		c.state = handset.Held
	} else if c.state == handset.Held {
		c.state = handset.Connected
	}
}

// ask sends a request in a dialog; a challenge is answered once. done has the turn.
func (p *Phone) ask(req *sip.Request, d *sipua.Dialog, to sipua.Target, done func(*sip.Response, error)) {
	if h := p.authorized(req); h != nil {
		req.AppendHeader(h)
	}
	p.ua.Send(req, to, func(res *sip.Response, err error) {
		p.turn(func() {
			if code := statusOf(res, err); code == 401 || code == 407 {
				if again := p.challenged(req, res); again != nil {
					d.LocalCSeq = again.CSeq().SeqNo
					p.ua.Send(again, to, func(res *sip.Response, err error) { p.turn(func() { done(res, err) }) })
					return
				}
			}
			done(res, err)
		})
	})
}

// authorized is the header that answers the last challenge in advance, nil for none.
func (p *Phone) authorized(req *sip.Request) sip.Header {
	if p.auth == nil {
		return nil
	}
	value, ok := p.auth.Authorization(string(req.Method), req.Recipient.String())
	p.mu.Lock()
	name := p.answer
	p.mu.Unlock()
	if !ok || name == "" {
		return nil
	}
	return sip.NewHeader(name, value)
}

// challenged is req with the answer to a challenge and the next CSeq; nil when
// there is no answer.
func (p *Phone) challenged(req *sip.Request, res *sip.Response) *sip.Request {
	name, value, ok := p.answerTo(res, string(req.Method), req.Recipient.String())
	if !ok {
		return nil
	}
	again := req.Clone()
	again.RemoveHeader("Authorization")
	again.RemoveHeader("Proxy-Authorization")
	cseq := *req.CSeq()
	cseq.SeqNo++
	again.ReplaceHeader(&cseq)
	again.AppendHeader(sip.NewHeader(name, value))
	return again
}
