package sccp

import (
	"slices"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
	"github.com/busylamp/busylamp/phones/sccp/wire"
	"github.com/busylamp/busylamp/presence"
)

// maxAttempts bounds the refused phones that are remembered; beyond it the one
// that has not tried for longest is forgotten.
const maxAttempts = 100

// register handles RegisterReq; false if the phone was refused. mu is not held.
func (c *conn) register(m *wire.RegisterReq) bool {
	s := c.s
	mac, ok := macOf(m.Name)
	if !ok {
		c.refuse("Invalid device name")
		return false
	}
	c.mu.Lock()
	another := c.registered && c.name != m.Name
	c.mu.Unlock()
	if another {
		c.part(phones.EphoneUnregistered, false)
	}
	s.order.Lock()
	defer s.order.Unlock()
	if c.over() { // another connection of the phone may have taken its place
		return false
	}
	p, why := s.claim(c, m, mac)
	c.traceRegister(p.ephone.Tag, m)
	if why != "" {
		c.refuse(why)
		return false
	}
	device := phones.Device{Kind: phones.EphoneDevice, Tag: p.ephone.Tag}
	if p.old != nil {
		s.o.Exchange.Unregister(device)
		if p.old != c {
			p.old.replaced()
		}
	}
	var login *phones.Profile
	if s.o.User != nil {
		login = s.o.User(device)
	}
	p.spec = phones.EphoneSpec(*p.cfg, p.ephone, p.model, login)
	p.spec.Name, p.spec.Session, p.spec.Addr = m.Name, p.session, c.remote.Addr()
	p.ephone.SpeedDials, p.ephone.BLF = phones.EphoneKeys(*p.cfg, p.ephone, login)
	ids := c.settle(&p, m)

	mnemonic := "REGISTER"
	if p.fresh {
		mnemonic = "REGISTER_NEW"
	}
	s.say(mnemonic, device, m.Name, c, "registered.")
	s.o.Exchange.Register(device, p.spec)
	s.endAll(ids)
	s.isBack(device.Tag)
	if p.fresh && s.o.Learned != nil {
		s.o.Learned(p.ephone, p.assigned)
	}
	return true
}

// place is what a phone gets when it registers.
type place struct {
	slot  *slot
	fresh bool // made for it
	// assigned is the `auto assign` that gave it its number, if it is fresh.
	assigned phones.AutoAssign
	old      *conn // that had it before, nil: none
	session  uint64
	ephone   phones.Ephone
	model    phones.Model
	shown    string // what `show ephone` calls the device type
	spec     phones.Spec

	cfg *phones.Config
	tel *phones.Telephony
}

// claim gives a phone its ephone, or remembers that it was refused and says why.
// s.order is held.
func (s *Server) claim(c *conn, m *wire.RegisterReq, mac phones.MAC) (p place, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	model, known := s.cfg.EphoneModelOf(m.Type)
	if c.freed {
		return p, errCrowded.Error()
	}
	if p.slot, p.fresh, p.assigned, why = s.slotFor(mac, model); why != "" {
		s.attempt(phones.EphoneAttempt{MAC: mac, Device: m.Name, Addr: c.remote.Addr(), Type: m.Type, Model: model.Show, Reason: why})
		return p, why
	}
	s.forget(mac)
	s.sessions++
	p.old, p.session = p.slot.conn, s.sessions
	p.slot.conn = c
	s.strangers.remove(c)
	p.ephone, p.cfg, p.tel, p.shown = *p.slot.cfg, s.cfg, s.tel, model.Show
	// The phone says what it is, whatever `type` says; that counts for models that
	// nobody knows.
	if p.model = model; !known {
		p.model, _ = s.cfg.EphoneModel(p.ephone.Type)
	}
	return p, ""
}

// settle makes the connection that phone and answers; it returns subscriptions of
// an earlier registration to end. mu is not held.
func (c *conn) settle(p *place, m *wire.RegisterReq) (ids []uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ids = c.darken()
	c.slot, c.registered, c.ready = p.slot, true, false
	c.shown, c.waiting, c.painter = call.View{}, nil, nil
	spec := p.spec // apart from the rest of the place
	c.tag, c.dials, c.blf = p.ephone.Tag, p.ephone.SpeedDials, p.ephone.BLF
	c.tel, c.spec, c.name = p.tel, &spec, m.Name
	c.model = shape{p.model.Name, p.shown, p.model.BLF, p.model.CallList, int16(p.model.Lines)}
	c.alive = keepAlive(&p.ephone, c.tel)
	c.inUse = negotiate(int(m.Version), c.tel.MaxProtocol)
	c.resets = false
	c.sets, c.hook, c.sticky = c.s.usual, false, false
	if len(p.ephone.Softkeys) > 0 {
		c.sets = softKeysOf(p.ephone.Softkeys)
	}
	c.keys = layoutOf(p.spec, p.ephone, p.model, p.cfg.Buttons(p.model, p.ephone.Addons))
	now := c.s.o.Now()
	c.facts = facts{
		kind: m.Type, version: int32(m.Version), maxStreams: int32(m.MaxStreams),
		load: c.facts.load, last: c.facts.last, registered: now, seen: now,
	}
	if m.Load != "" {
		c.facts.load = m.Load
	}
	c.makeLamps()
	seconds := uint32(c.alive.Seconds())
	c.send(wire.NewRegisterAck(c.inUse, seconds, seconds, dateTemplate(c.tel)))
	c.debugf(TopicRegister, "RegisterAck sent to ephone %d: keepalive period %d", c.tag, seconds)
	c.send(&wire.CapabilitiesReq{})
	return ids
}

// over says whether the connection is closed, or about to be.
func (c *conn) over() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed || c.last
}

// say writes a message about a phone (CME administrator guide, monitoring IP phone registration).
func (s *Server) say(mnemonic string, d phones.Device, name string, c *conn, how string) {
	s.o.Log.Msg("IPPHONE", logbuf.Informational, mnemonic, "%s:%s IP:%s Socket:%d DeviceType:Phone has %s", d, name, c.remote.Addr(), c.socket, how)
}

// slotFor finds the ephone of a phone, or makes one for it (`auto-reg-ephone`). A
// phone that nobody configured has no line unless `auto assign` gives it one, at
// its first registration or at a later one. mu is held.
func (s *Server) slotFor(mac phones.MAC, model phones.Model) (sl *slot, fresh bool, by phones.AutoAssign, why string) {
	sl = s.macs[mac]
	t := &s.cfg.Telephony
	if sl == nil {
		if !t.AutoReg {
			return nil, false, by, "Not configured"
		}
		tag := 1
		for s.slots[tag] != nil {
			tag++
		}
		if tag > t.MaxEphones {
			return nil, false, by, "max-ephones reached"
		}
		sl = &slot{auto: true, mac: mac, cfg: &phones.Ephone{Tag: tag, MAC: mac, Type: model.Name, FeatureRingDnD: true, PagingMulticast: true, MWILine: 1, Analog: model.Analog}}
		s.slots[tag], s.macs[mac] = sl, sl
		fresh = true
	}
	if sl.auto && len(sl.cfg.Buttons) == 0 && len(t.AutoAssign) > 0 {
		var dn int
		if dn, by = assign(t.AutoAssign, model.Name, s.dns, s.taken()); dn != 0 {
			e := *sl.cfg
			e.Buttons = []phones.Button{{Number: 1, Sep: phones.Normal, DNs: []int{dn}}}
			sl.cfg = &e
		}
	}
	return sl, fresh, by, ""
}

// taken is the directory numbers that are on buttons. mu is held.
func (s *Server) taken() map[int]bool {
	taken := map[int]bool{}
	for _, sl := range s.slots {
		for _, b := range sl.cfg.Buttons {
			if b.Sep == phones.Monitor || b.Sep == phones.Watch {
				continue
			}
			for _, dn := range b.DNs {
				taken[dn] = true
			}
		}
	}
	return taken
}

// refuse answers a registration with a reason; the phone may try again on the same
// connection until its time is up.
func (c *conn) refuse(why string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.errorf("registration refused: %s", why)
	c.send(&wire.RegisterReject{Text: why})
}

// attempt remembers a phone that was refused. mu is held.
func (s *Server) attempt(a phones.EphoneAttempt) {
	a.At, a.Count = s.o.Now(), 1
	if i := s.attemptOf(a.MAC); i >= 0 {
		a.Count += s.attempts[i].Count
		s.attempts = slices.Delete(s.attempts, i, i+1)
	}
	if len(s.attempts) == maxAttempts {
		s.attempts = slices.Delete(s.attempts, 0, 1)
	}
	s.attempts = append(s.attempts, a)
}

// forget drops what is remembered of refusals of a phone. mu is held.
func (s *Server) forget(mac phones.MAC) {
	if i := s.attemptOf(mac); i >= 0 {
		s.attempts = slices.Delete(s.attempts, i, i+1)
	}
}

func (s *Server) attemptOf(mac phones.MAC) int {
	return slices.IndexFunc(s.attempts, func(a phones.EphoneAttempt) bool { return a.MAC == mac })
}

// ClearAttempts forgets refused registrations (`clear telephony-service
// ephone-attempted-registrations`).
func (s *Server) ClearAttempts() {
	s.mu.Lock()
	s.attempts = nil
	s.mu.Unlock()
}

// part takes the phone out of service, if it is in. mu is not held.
func (c *conn) part(state phones.EphoneState, normal bool) {
	s := c.s
	s.order.Lock()
	sl, last, ids := c.detach(state)
	mine := false
	if sl != nil {
		s.mu.Lock()
		if mine = sl.conn == c; mine {
			sl.conn, sl.last = nil, last
			s.strangers.add(c) // it may come back
		}
		s.mu.Unlock()
	}
	if mine {
		s.o.Exchange.Unregister(phones.Device{Kind: phones.EphoneDevice, Tag: last.Config.Tag})
	}
	s.order.Unlock()
	s.endAll(ids)
	if mine {
		c.sayGone(last, normal)
	}
}

// sayGone tells that the phone that the connection was has left.
func (c *conn) sayGone(was *phones.EphoneStatus, normal bool) {
	d := phones.Device{Kind: phones.EphoneDevice, Tag: was.Config.Tag}
	if normal {
		c.s.say("UNREGISTER_NORMAL", d, was.Device, c, "unregistered normally.")
	} else {
		c.s.say("UNREGISTER_ABNORMAL", d, was.Device, c, "unregistered abnormally.")
	}
}

// detach makes a stranger of the connection again and returns what it had: its
// ephone, what is remembered of it, and the subscriptions to end. mu is not held.
func (c *conn) detach(state phones.EphoneState) (*slot, *phones.EphoneStatus, []uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	sl, last := c.slot, c.status(state)
	c.registered, c.ready, c.slot, c.resets = false, false, nil, false
	c.shown, c.waiting, c.painter, c.keys = call.View{}, nil, nil, nil
	if sl != nil { // a stranger's time goes on
		c.until = time.Now().Add(strangerTime)
	}
	return sl, last, c.darken()
}

// replaced closes a connection whose phone has registered on another one. s.order
// is held.
func (c *conn) replaced() {
	_, was, ids := c.detach(phones.EphoneUnregistered)
	c.mu.Lock()
	c.fail(errReplaced)
	c.mu.Unlock()
	c.sayGone(was, false)
	c.s.endAll(ids)
}

// dismiss sends a phone away that is no longer configured: it starts again, and
// is then a phone that nobody configured.
func (c *conn) dismiss() {
	c.mu.Lock()
	c.send(&wire.Reset{Kind: wire.ResetRestart})
	c.mu.Unlock()
	_, was, ids := c.detach(phones.EphoneUnregistered)
	c.mu.Lock()
	c.finish(errRemoved)
	c.mu.Unlock()
	c.s.endAll(ids)
	c.sayGone(was, true)
}

// endAll ends subscriptions of a phone that is gone.
func (s *Server) endAll(ids []uint32) {
	for _, id := range ids {
		s.o.Hub.End(id, presence.ReasonNoResource)
	}
}
