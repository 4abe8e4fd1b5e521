package sccp

import (
	"github.com/busylamp/busylamp/phones/call"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

// show sends the phone what differs between two Views. mu is held. It is first
// called, with a zero old View, when the phone has its keys.
func (c *conn) show(old, new *call.View) {
	p := c.painter
	if p == nil {
		p = c.s.painters.Get().(*painter)
	}
	p.face = face{
		inUse: c.inUse, keys: c.keys, sets: c.sets, system: c.tel.SystemMessage, hook: c.hook, sticky: c.sticky,
	}
	messages := p.render(old, new, &p.face)
	c.sticky = false
	if n := new.Notice; n.Seq != old.Notice.Seq && n.Text != "" && n.Seconds == 0 {
		c.sticky = true
	}
	t := tracer{old: old, new: new}
	tracing := c.debugging(TopicState) || c.debugging(TopicDetail) || c.debugging(TopicSCCPState)
	if tracing {
		c.traceSeized(t)
	}
	c.held = true
	for _, m := range messages {
		if off, ok := m.(*wire.SetSpeakerMode); ok && off.Mode == wire.SwitchOff {
			// Whatever the phone said of its hook before, it is on hook now.
			c.hook = false
		}
		if tracing {
			c.trace(t, m)
		}
		c.send(m)
	}
	c.held = false
	c.push()
	if len(new.Calls) > 0 { // there is more to come
		p.rest()
		c.painter = p
		return
	}
	p.wipe()
	c.painter = nil
	c.s.painters.Put(p)
}
