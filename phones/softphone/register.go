package softphone

import (
	"context"
	"fmt"
	"time"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/emiago/sipgo/sip"
)

// registration is the phone's one contact at the server. What is not the
// activity belongs to whoever has the turn.
type registration struct {
	activity
	callID string
	cseq   uint32
	active bool
}

// Register registers and waits for the answer; afterwards it re-registers by
// itself. A refusal is a *StatusError.
func (p *Phone) Register(ctx context.Context) error {
	if err := p.reg.begin(ctx); err != nil {
		return err
	}
	defer p.reg.end()
	if p.isClosed() {
		return ErrClosed
	}
	granted, err := p.register(ctx, p.o.Expires)
	if err != nil {
		return err
	}
	p.keep(&p.reg.activity, granted, func(ctx context.Context) (time.Duration, error) {
		return p.register(ctx, p.o.Expires)
	})
	return nil
}

// Unregister removes the contact and waits for the answer. It does nothing when
// the phone is not registered.
func (p *Phone) Unregister(ctx context.Context) error {
	if err := p.reg.halt(ctx); err != nil {
		return err
	}
	if err := p.reg.begin(ctx); err != nil {
		return err
	}
	defer p.reg.end()
	if !p.reg.active {
		return nil
	}
	_, err := p.register(ctx, 0)
	return err
}

// register sends one REGISTER. The caller has the turn.
func (p *Phone) register(ctx context.Context, expires time.Duration) (time.Duration, error) {
	_, res, err := p.transact(ctx, expires, func(expires time.Duration) (*sip.Request, sipua.Target, error) {
		p.reg.cseq++
		req, err := p.request("REGISTER", fmt.Sprintf("sip:%v", p.o.Server), p.o.Number, p.reg.callID, newID(), p.reg.cseq)
		if err != nil {
			return nil, p.server, err
		}
		req.AppendHeader(sip.NewHeader("Contact", fmt.Sprintf("<%s>%s", p.contact, p.device())))
		req.AppendHeader(sip.NewHeader("Expires", sipua.Seconds(expires)))
		return req, p.server, nil
	})
	p.inService(err == nil && expires > 0)
	if err != nil {
		if ctx.Err() == nil {
			p.printf("%s not registered: %v", p.o.Number, err)
			p.turn(func() { p.note("Not registered: " + err.Error()) })
		}
		return 0, err
	}
	if expires == 0 {
		p.reg.active = false
		p.printf("%s unregistered", p.o.Number)
		return 0, nil
	}
	granted := p.granted(res, expires)
	if !p.reg.active {
		p.printf("%s registered for %s s", p.o.Number, sipua.Seconds(granted))
	}
	p.reg.active = true
	return granted, nil
}

// inService shows whether the phone is registered.
func (p *Phone) inService(is bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.registered != is {
		p.registered = is
		p.wake()
	}
}

// granted finds the time given to this phone's contact.
func (p *Phone) granted(res *sip.Response, asked time.Duration) time.Duration {
	contacts, _ := sipua.Contacts(res)
	for _, c := range contacts {
		if c.Text == p.contact && c.HasExpires && c.Expires > 0 {
			return c.Expires
		}
	}
	if d, ok := sipua.Expires(res); ok && d > 0 {
		return d
	}
	return asked
}

// request makes a request outside of a dialog, to a user at the server.
func (p *Phone) request(method, uri, to, callID, tag string, cseq uint32) (*sip.Request, error) {
	var target sip.Uri
	if err := sip.ParseUri(uri, &target); err != nil {
		return nil, fmt.Errorf("%s: %s: %w", method, uri, err)
	}
	host := sip.Uri{Scheme: "sip", Host: p.o.Server.Addr().String()}
	if p.o.Server.Addr().Is6() {
		host.Host = "[" + host.Host + "]"
	}
	from := sip.FromHeader{Address: host}
	from.Address.User = p.o.Number
	from.Params.Add("tag", tag)
	recipient := sip.ToHeader{Address: host}
	recipient.Address.User = to
	id := sip.CallIDHeader(callID)

	req := sip.NewRequest(sip.RequestMethod(method), target)
	req.AppendHeader(&from)
	req.AppendHeader(&recipient)
	req.AppendHeader(&id)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: cseq, MethodName: req.Method})
	return req, nil
}

func (p *Phone) isClosed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed
}
