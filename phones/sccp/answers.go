package sccp

import (
	"slices"
	"strings"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

// take handles one message, on the reader goroutine. mu is not held.
func (c *conn) take(id, version uint32, body []byte) {
	digit := id == wire.IDKeypadButton
	if !digit {
		c.tell() // digits
	}
	c.mu.Lock()
	inUse := c.inUse
	c.traceReceived(id, body)
	c.mu.Unlock()
	m, err := wire.Decode(id, version, body, inUse)
	if err != nil {
		c.mu.Lock()
		c.errorf("socket [%d] message %#x: %v", c.socket, id, err)
		c.mu.Unlock()
		return
	}
	switch m.(type) {
	case *wire.Alarm, *wire.RegisterReq, *wire.RegisterTokenReq, *wire.SPCPRegisterTokenReq:
		c.begins()
	}
	switch m := m.(type) {
	case *wire.RegisterReq:
		if c.register(m) {
			c.watch()
		}
	case *wire.Unregister:
		c.mu.Lock()
		c.send(&wire.UnregisterAck{Status: wire.UnregisterOK})
		c.mu.Unlock()
		c.part(phones.EphoneUnregistered, true)
	case *wire.SubscriptionStatReq:
		c.subscription(m)
	default:
		c.mu.Lock()
		c.handle(m)
		c.mu.Unlock()
	}
	if !digit || !c.reader.frames.Ready() { // else they are told together
		c.tell()
	}
}

// begins notes that a stranger begins to register.
func (c *conn) begins() {
	s := c.s
	s.mu.Lock()
	s.strangers.useful(c)
	s.mu.Unlock()
}

// handle is take for what needs neither the Hub nor the tables. mu is held.
func (c *conn) handle(m wire.Message) {
	switch m := m.(type) {
	case *wire.KeepAlive:
		c.facts.keepalives++
		c.facts.seen = c.s.o.Now()
		c.send(&wire.KeepAliveAck{})
		c.begin()
		return
	case *wire.Alarm:
		c.alarm(m)
		return
	case *wire.RegisterTokenReq:
		c.send(&wire.RegisterTokenAck{})
		return
	case *wire.SPCPRegisterTokenReq:
		c.send(&wire.SPCPRegisterTokenAck{})
		return
	}
	if !c.registered {
		c.errorf("socket [%d] %s before registration", c.socket, wire.Name(m.ID()))
		return
	}
	if c.answer(m) || c.template(m) || silent(m) {
		return
	}
	if _, unknown := m.(*wire.Unknown); !unknown {
		c.begin()
		if c.pressed(m) {
			return
		}
	}
	c.errorf("socket [%d] unexpected message %s", c.socket, wire.Name(m.ID()))
}

// silent says whether a message is only told.
func silent(m wire.Message) bool {
	switch m.(type) {
	case *wire.IpPort, *wire.HeadsetStatus, *wire.MediaResourceNotification, *wire.ExtensionDeviceCaps, *wire.XMLAlarm,
		*wire.MediaPathEvent, *wire.MediaPathCapability:
		return true
	}
	return false
}

// answer answers what the phone asks about itself; false if m is something else.
// mu is held.
func (c *conn) answer(m wire.Message) bool {
	switch m := m.(type) {
	case *wire.CapabilitiesRes:
		c.facts.caps = int32(len(m.Audio))
	case *wire.UpdateCapabilities:
		c.facts.caps = int32(len(m.Audio))
	case *wire.UpdateCapabilitiesV2:
		c.facts.caps = int32(len(m.Audio))
	case *wire.UpdateCapabilitiesV3:
		c.facts.caps = int32(len(m.Audio))
	case *wire.ConfigStatReq:
		c.send(c.configStat())
	case *wire.VersionReq:
		// The load that it has: another one would make it upgrade.
		c.send(&wire.Version{Load: c.facts.load})
	case *wire.ServerReq:
		local := c.local()
		c.send(&wire.ServerRes{Servers: [5]wire.Server{{Name: local.Addr().String(), Port: uint32(local.Port()), Addr: local.Addr()}}})
	case *wire.LineStatReq:
		c.send(c.lineStat(int(m.Line)))
	case *wire.SpeedDialStatReq:
		c.send(c.speedDialStat(int(m.Index)))
	case *wire.FeatureStatReq:
		c.featureStat(m.Index)
	case *wire.ServiceURLStatReq:
		c.send(wire.NewServiceURLStat(c.inUse, m.Index, "", ""))
	case *wire.ForwardStatReq:
		c.send(c.forwardStat(int(m.Line)))
	case *wire.TimeDateReq:
		c.send(c.timeDate())
		c.begin()
	case *wire.RegisterAvailableLines:
		c.begin()
	default:
		return false
	}
	return true
}

// begin starts to show the phone its lines and lamps: it has asked for all that it
// needs, or does something without having asked. mu is held.
func (c *conn) begin() {
	if c.ready || !c.registered {
		return
	}
	c.ready = true
	if v := c.waiting; v != nil {
		c.waiting = nil
		c.present(v)
	}
	for i := range c.lamps {
		if l := &c.lamps[i]; !l.told {
			l.push()
		}
	}
}

// view takes what the phone is to show from now on. v is good until it returns.
func (c *conn) view(v *call.View) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.registered || v.Gone || v.Spec.Session != c.spec.Session {
		return
	}
	c.spec = v.Spec // what the call model has is kept once
	if c.ready {
		c.present(v)
	} else {
		late := *v
		late.Calls = slices.Clone(v.Calls)
		c.waiting = &late
	}
	if c.resets && len(v.Calls) == 0 {
		c.restart(c.resetAs)
	}
}

// latest is the newest View. mu is held.
func (c *conn) latest() *call.View {
	if c.waiting != nil {
		return c.waiting
	}
	return &c.shown
}

// present shows the phone a View. mu is held.
func (c *conn) present(v *call.View) {
	c.show(&c.shown, v)
	calls := c.shown.Calls[:0]
	if len(v.Calls) == 0 {
		calls = nil // thousands of phones have none
	}
	c.shown = *v
	c.shown.Calls = append(calls, v.Calls...)
}

// maxAlarms bounds the alarms of one connection that are logged: a phone sends one.
const maxAlarms = 10

// alarm keeps what an alarm says about the phone. mu is held.
func (c *conn) alarm(m *wire.Alarm) {
	if c.alarms >= maxAlarms {
		return
	}
	c.alarms++
	c.s.o.Log.Msg("IPPHONE", logbuf.Informational, "REG_ALARM", "%s", m.Text)
	c.facts.load, c.facts.last = between(m.Text, "Load=", " "), between(m.Text, "Last=", " ")
	if c.name == "" {
		c.name = between(m.Text, "Name=", " ")
	}
	if c.debugging(TopicAlarm) && c.facts.last != "" {
		c.s.o.Log.Debugf(TopicAlarm, "%s", c.facts.last)
	}
}

// between is what stands in a text from one mark to another, or to its end.
func between(text, from, to string) string {
	_, rest, _ := strings.Cut(text, from)
	word, _, _ := strings.Cut(rest, to)
	return word
}

func (c *conn) configStat() wire.Message {
	lines, dials := uint32(0), uint32(0)
	for _, k := range c.keys {
		switch uint32(k.kind) {
		case wire.ButtonLine:
			lines++
		case wire.ButtonSpeedDial, wire.ButtonBLFSpeedDial:
			dials++
		}
	}
	return &wire.ConfigStat{Name: c.name, Server: c.local().Addr().String(), Lines: lines, SpeedDials: dials}
}

// dn is an ephone-dn as it is configured now, nil if it is not.
func (s *Server) dn(tag int) *phones.EphoneDN {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dns[tag]
}

// lineDN is the directory number of a line button, nil if it has none. mu is held.
func (c *conn) lineDN(button int) *phones.EphoneDN {
	for _, l := range c.spec.Lines {
		if l.Button != button {
			continue
		}
		if l.Sep == phones.Rollover {
			return c.lineDN(l.Of)
		}
		return c.s.dn(l.DNs[0].Tag)
	}
	return nil
}

// lineStat names a line. The text on top of the display is that of line 1:
// `description`, else the number.
func (c *conn) lineStat(button int) wire.Message {
	dn := c.lineDN(button)
	if dn == nil {
		return wire.NewLineStat(c.inUse, uint32(button), "", "", "")
	}
	label, top := dn.Label, dn.Description
	if label == "" && dn.Intercom != nil {
		label = dn.Intercom.Label
	}
	if label == "" {
		label = dn.Number
	}
	if top == "" {
		top = dn.Number
	}
	return wire.NewLineStat(c.inUse, uint32(button), dn.Number, top, label)
}

func (c *conn) speedDialStat(tag int) wire.Message {
	for _, d := range c.dials {
		if d.Tag == tag {
			label := d.Label
			if label == "" {
				label = d.Number
			}
			return wire.NewSpeedDialStat(c.inUse, uint32(tag), d.Number, label)
		}
	}
	return wire.NewSpeedDialStat(c.inUse, uint32(tag), "", "")
}

// featureStat answers for a BLF speed dial with its state as it is now; a key
// that is not lit is unknown.
func (c *conn) featureStat(index uint32) {
	if l := c.lampOf(index); l != nil {
		l.push()
		return
	}
	label := ""
	for _, k := range c.blf {
		if uint32(k.Tag) == index {
			label = k.Label
		}
	}
	c.send(wire.NewFeatureStat(c.inUse, index, wire.ButtonBLFSpeedDial, wire.BLFUnknown, label))
}

// forwardStat tells where a line is forwarded: as in force, or as configured while
// the call model has not said.
func (c *conn) forwardStat(button int) wire.Message {
	var f phones.Forward
	if dn := c.lineDN(button); dn != nil {
		f = dn.Forward
	}
	for _, l := range c.latest().Lines {
		if l.Button == button {
			f = l.Forward
		}
	}
	return wire.NewForwardStat(uint32(button), f.All, f.Busy, f.NoAnswer)
}

func (c *conn) timeDate() wire.Message {
	return wire.NewDefineTimeDate(c.s.o.Clock())
}
