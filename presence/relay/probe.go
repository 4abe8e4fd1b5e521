package relay

import (
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/emiago/sipgo/sip"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/presence"
)

// A subscription lives an hour, so a way to the server that is cut would go unseen for
// as long: its NOTIFYs are lost, and it gives the subscription up (RFC 6665 4.2.2). The
// server is therefore asked for OPTIONS. While it does not answer nothing is known; when
// it does again every subscription is refreshed. One that never answers OPTIONS is not
// held to it, but to SUBSCRIBE, which it must answer: when it has said nothing for a
// while, one subscription at it is refreshed.
const (
	probeEvery = 10 * time.Second
	probeAgain = 10 * time.Second // after one that had no answer
	// proveEvery is how long a server that has never answered OPTIONS may say nothing
	// to SUBSCRIBE; with Timer F its silence is known after a minute.
	proveEvery = 25 * time.Second
)

// probe watches over one server while there are subscriptions at it.
type probe struct {
	server   netip.Addr
	next     alarm
	asking   bool // an OPTIONS is outstanding
	answered bool // it has answered once
	down     bool
	proof    alarm // when to refresh a subscription, while OPTIONS was never answered

	hush    func() // ends the canary; nil: there is none
	refused bool   // the last that it said
	verdict alarm  // when to believe it
}

// watchOver begins to probe a server, unless it is probed.
func (r *Relay) watchOver(server netip.Addr) {
	if r.probes[server] != nil {
		return
	}
	p := &probe{server: server}
	p.next.do = func() { r.ask(p) }
	p.proof.do = func() { r.prove(p) }
	p.verdict.do = func() { r.condemn(p) }
	r.probes[server] = p
	r.alarms.set(&p.proof, time.Now().Add(proveEvery))
	r.alarms.set(&p.next, time.Now().Add(time.Second))
	r.canary(p)
}

// ask sends one OPTIONS. Without subscriptions at the server it ends the probe.
func (r *Relay) ask(p *probe) {
	if !r.needs(p.server) {
		delete(r.probes, p.server)
		r.alarms.set(&p.verdict, time.Time{})
		r.alarms.set(&p.proof, time.Time{})
		p.hushed()
		return
	}
	if !r.open {
		r.alarms.set(&p.next, time.Now().Add(probeAgain))
		return
	}
	host := r.ua.Advertised().Addr().String()
	uri := "sip:" + uriHost(p.server)
	d := sipua.Dialog{
		CallID: sipua.NewCallID(host), LocalTag: sipua.NewTag(), LocalCSeq: 100,
		Local: "<sip:" + host + ">", Remote: "<" + uri + ">", RemoteTarget: uri,
	}
	answered := func(_ *sip.Response, err error) { r.post(func() { r.probed(p, err) }) }
	req, err := d.Request("OPTIONS", "sip:"+r.ua.Advertised().String())
	if err != nil {
		answered(nil, err)
		return
	}
	p.asking = true
	r.alarms.set(&p.next, time.Time{})
	r.ua.Send(req, r.server(p.server), answered)
}

// needs says whether something is watched at a server.
func (r *Relay) needs(server netip.Addr) bool {
	for _, s := range r.subs {
		if s.out.Server == server {
			return true
		}
	}
	return false
}

// probed takes the outcome of an OPTIONS. Whatever the answer is, it is one.
func (r *Relay) probed(p *probe, err error) {
	if r.probes[p.server] != p {
		return
	}
	p.asking = false
	now, down := time.Now(), p.down
	switch {
	case err == nil:
		p.answered, down = true, false
		r.alarms.set(&p.next, now.Add(probeEvery))
		r.alarms.set(&p.verdict, time.Time{})
		r.alarms.set(&p.proof, time.Time{})
	case r.ours(err):
		r.alarms.set(&p.next, now.Add(probeAgain))
	default:
		down = (p.answered || p.down) && r.open
		r.alarms.set(&p.next, now.Add(probeAgain))
	}
	r.found(p, down)
}

// prove refreshes one subscription at a server that has never answered OPTIONS and has
// said nothing for a while.
func (r *Relay) prove(p *probe) {
	var u *usage
	if r.open {
		for _, s := range r.subs {
			if c := s.use; s.out.Server == p.server && c != nil && c.live && !c.busy && c.silence.IsZero() && (u == nil || c.id < u.id) {
				u = c
			}
		}
	}
	if u == nil { // nothing is known of it, or is about to be
		r.alarms.set(&p.proof, time.Now().Add(probeAgain))
		return
	}
	u.proof, u.asked, u.trial = p, u.life, trial{}
	r.send(u)
}

// unproven says that the refresh had no answer that was to prove that a server is there.
// Its subscription goes on as all others there do: it may be known again.
func (r *Relay) unproven(p *probe, u *usage) {
	u.silence = time.Time{}
	u.lives(time.Until(u.until))
	r.setAlarm(u)
	r.alarms.set(&p.proof, time.Now().Add(probeAgain))
	r.found(p, true)
}

// spoke says that a server has answered a SUBSCRIBE.
func (r *Relay) spoke(server netip.Addr) {
	p := r.probes[server]
	if p == nil || p.answered {
		return
	}
	r.alarms.set(&p.proof, time.Now().Add(proveEvery))
	r.found(p, false)
}

// found says whether a server is down.
func (r *Relay) found(p *probe, down bool) {
	if p.down == down {
		return
	}
	p.down = down
	now := time.Now()
	r.debug(topicEvent, 0, "presence_relay_server", "%s is reachable: %t", p.server, !p.down)
	spread := time.Duration(1+len(r.subs)/openRate) * time.Second
	for _, s := range r.inOrder() {
		switch {
		case s.out.Server != p.server || s.settled || s.refused:
		case p.down:
			r.publish(s, presence.Line{})
		case s.use != nil && !s.use.busy: // its NOTIFY brings the state back
			s.use.refresh = now.Add(rand.N(spread))
			r.setAlarm(s.use)
		case s.use == nil && s.out.Kind.SIP():
			r.alarms.set(&s.next, now.Add(rand.N(spread)))
		}
	}
}

// uriHost is an address as a URI has it.
func uriHost(a netip.Addr) string {
	if a.Is6() {
		return "[" + a.String() + "]"
	}
	return a.String()
}
