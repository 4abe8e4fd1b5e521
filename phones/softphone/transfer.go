package softphone

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/phones/handset"
	"github.com/emiago/sipgo/sip"
)

// transfer is the Trnsfer key: a number sends the call there at once; else the
// first press begins a consultation call and the second joins the two parties.
func (p *Phone) transfer(number string) error {
	if c := p.foreground(); c != nil && number == "" {
		if first := p.callRef(c.consult); first != nil {
			return p.join(first, c)
		}
	}
	c := p.inState(handset.Connected)
	if c == nil || c.moving {
		return handset.ErrNoKey
	}
	if number != "" {
		return c.referTo(p.uriOf(number), nil)
	}
	if len(p.shown()) >= maxCalls {
		return handset.ErrNoKey
	}
	if err := c.reinvite(true); err != nil {
		return err
	}
	second := p.newCall(true, newID())
	second.consult = c.ref
	p.chosen = second.ref
	return nil
}

// join completes a transfer: the far side of first is sent to that of second. A
// consultation call that still rings is given up, and becomes a blind transfer.
func (p *Phone) join(first, second *call) error {
	if first.dialog == nil || first.moving {
		return handset.ErrNoKey
	}
	switch second.state {
	case handset.RingOut, handset.Proceed:
		target := p.uriOf(second.digits)
		second.hangUp()
		return first.referTo(target, nil)
	case handset.Connected:
		d := second.dialog
		replaces := fmt.Sprintf("%s;to-tag=%s;from-tag=%s", d.CallID, d.RemoteTag, d.LocalTag)
		number := userOf(d.Remote)
		return first.referTo(p.uriOf(number)+"?Replaces="+url.QueryEscape(replaces), second)
	}
	return handset.ErrNoKey
}

// referTo asks the far side to call target: RFC 3515. with is the consultation
// call that goes with it.
func (c *call) referTo(target string, with *call) error {
	req, err := c.dialog.Request("REFER", c.p.contact)
	if err != nil {
		return err
	}
	req.AppendHeader(sip.NewHeader("Refer-To", "<"+target+">"))
	req.AppendHeader(sip.NewHeader("Referred-By", "<"+c.p.contact+">"))
	c.moving, c.with = true, 0
	if with != nil {
		c.with = with.ref
	}
	c.p.ask(req, c.dialog, c.dialog.Target(c.p.server), func(res *sip.Response, err error) {
		if statusOf(res, err) >= 300 {
			c.referred(statusOf(res, err))
		}
	})
	return nil
}

// referred takes how the transfer went: 100 under way, 200 done, else failed.
func (c *call) referred(code int) {
	switch {
	case code < 200 || !c.moving:
	case code < 300:
		c.p.note("Transferred")
		if with := c.p.callRef(c.with); with != nil {
			with.hangUp()
		}
		if !c.left {
			c.hangUp()
		}
	default:
		c.moving = false
		c.p.note("Transfer failed")
	}
}

// referNotify takes a NOTIFY about a transfer: RFC 3515 2.4.4.
func (p *Phone) referNotify(tx *sipua.ServerTx) {
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
		status := 0
		if _, err := fmt.Sscanf(string(tx.Request().Body()), "SIP/2.0 %3d", &status); err == nil {
			c.referred(status)
		}
	})
}

func (p *Phone) uriOf(number string) string { return fmt.Sprintf("sip:%s@%v", number, p.o.Server) }

// userOf is the user part of a From or To value.
func userOf(value string) string {
	if _, rest, ok := strings.Cut(value, "<"); ok {
		value, _, _ = strings.Cut(rest, ">")
	}
	var u sip.Uri
	if sip.ParseUri(value, &u) != nil {
		return ""
	}
	return sipua.User(&u)
}
