package softphone

import (
	"slices"
	"strings"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/phones/handset"
	"github.com/emiago/sipgo/sip"
)

// invited takes an INVITE, a new call or a change of one.
func (p *Phone) invited(tx *sipua.ServerTx) {
	p.turnWait(func() {
		req := tx.Request()
		if bad := sipua.Unsupported(req); len(bad) > 0 {
			_ = tx.Reject(420, "", "Unsupported", strings.Join(bad, ", "))
			return
		}
		if sipua.ToTag(req) != "" {
			c, code := p.inDialog(req)
			if code != 0 {
				_ = tx.Reject(code, "")
				return
			}
			c.changed(tx)
			return
		}
		p.ring(tx)
	})
}

// ring takes a new call.
func (p *Phone) ring(tx *sipua.ServerTx) {
	req := tx.Request()
	code := 0
	switch shown := p.shown(); {
	case tx.Merged():
		code = 482
	case p.isClosed():
		code = 480
	case p.dnd, len(shown) >= maxCalls:
		code = 486
	}
	if code != 0 {
		_ = tx.Reject(code, "")
		return
	}
	d, err := sipua.UASDialog(req, tx.ToTag())
	if err != nil {
		_ = tx.Reject(400, "")
		return
	}
	far, described := readMedia(req.Body())
	if described && len(far.common()) == 0 {
		_ = tx.Reject(488, "")
		return
	}
	talking := slices.ContainsFunc(p.shown(), (*call).speaks)
	c := p.newCall(false, d.CallID)
	if talking {
		c.state = handset.Waiting
	}
	if chosen := p.callRef(p.chosen); chosen == nil || chosen.state != handset.OffHook {
		p.chosen = 0 // the new call comes to the foreground
	}
	c.far, c.offered = far, !described
	c.incoming, c.early = tx, d
	c.remote = party(req, "From")
	tx.OnCancel(func() { p.turnWait(func() { c.over(true) }) })
	tx.OnEnd(func(err error) {
		if err != nil {
			p.turn(func() { // no ACK: RFC 3261 13.3.1.4
				if c.dialog != nil && !c.left {
					c.bye()
				}
			})
		}
	})
	ringing := tx.NewResponse(180, "")
	ringing.AppendHeader(sip.NewHeader("Contact", "<"+p.contact+">"))
	_ = tx.Respond(ringing)
}

// answer takes a ringing call.
func (c *call) answer() error {
	if c.incoming == nil {
		return handset.ErrNoKey
	}
	if err := c.p.free(c); err != nil {
		return err
	}
	body := c.answerSDP()
	if c.offered {
		body = c.offer()
	}
	tx := c.incoming
	c.incoming, c.dialog, c.state = nil, c.early, handset.Connected
	c.ok(tx, body)
	return nil
}

// ok answers an INVITE with a session description.
func (c *call) ok(tx *sipua.ServerTx, body []byte) {
	res := tx.NewResponse(200, "")
	res.AppendHeader(sip.NewHeader("Contact", "<"+c.p.contact+">"))
	res.AppendHeader(sip.NewHeader("Allow", c.p.ua.Allow()))
	res.AppendHeader(sip.NewHeader("Supported", "replaces"))
	setBody(res, body)
	if err := tx.Respond(res); err != nil {
		c.p.printf("%v", err)
	}
}

// changed takes a re-INVITE.
func (c *call) changed(tx *sipua.ServerTx) {
	if c.changing {
		_ = tx.Reject(491, "")
		return
	}
	if err := c.dialog.Check(tx.Request()); err != nil {
		_ = tx.Reject(500, "")
		return
	}
	if who := party(tx.Request(), "From"); who != "" {
		c.remote = who
	}
	far, described := readMedia(tx.Request().Body())
	if !described {
		c.offered = true
		c.ok(tx, c.offer())
		return
	}
	was := c.far
	c.far = far
	body := c.answerSDP()
	if body == nil {
		c.far = was
		_ = tx.Reject(488, "")
		return
	}
	c.ok(tx, body)
}

// acked takes the ACK to a 200, which may bring the answer to our offer.
func (p *Phone) acked(tx *sipua.ServerTx) {
	p.turnWait(func() {
		c := p.byID[sipua.Value(tx.Request(), "Call-ID")]
		if c == nil || !c.offered {
			return
		}
		c.offered = false
		if m, ok := readMedia(tx.Request().Body()); ok {
			c.far = m
		}
	})
}

// hungUp takes a BYE.
func (p *Phone) hungUp(tx *sipua.ServerTx) {
	p.turnWait(func() {
		c, code := p.inDialog(tx.Request())
		if code == 0 && c.dialog.Check(tx.Request()) != nil {
			code = 500
		}
		if code != 0 {
			_ = tx.Reject(code, "")
			return
		}
		_ = tx.Reject(200, "")
		c.left = true
		c.over(true)
	})
}

// inDialog finds the call a request belongs to, or the code to refuse it with.
func (p *Phone) inDialog(req *sip.Request) (*call, int) {
	c := p.byID[sipua.Value(req, "Call-ID")]
	if c == nil || c.dialog == nil || c.left || c.dialog.Key() != sipua.KeyOf(req) {
		return nil, 481
	}
	return c, 0
}
