package call

import (
	"fmt"
	"slices"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/presence"
)

// apply is a new configuration.
type apply struct{ cfg *phones.Config }

func (apply) input() {}

// fewNumbers are looked through one by one; only more are looked up.
const fewNumbers = 16

// keepEffects bounds the memory kept between steps; a new configuration shows more.
const keepEffects = 256

func newCore(i ids, debug func(logbuf.Topic) bool) *core {
	return &core{
		ids: i, debug: debug, none: new(phones.Spec),
		dns: map[phones.DNID]*dn{}, byNumber: map[string][]*dn{}, devices: map[phones.Device]*device{},
		calls: map[uint32]*call{}, legs: map[uint32]*leg{}, tests: map[string]presence.Line{},
		isTouched: map[string]bool{}, published: map[string]published{},
	}
}

// step takes inputs, or only the time, and returns what follows of them all. The
// result is valid until the next step.
func (c *core) step(now time.Time, inputs ...Input) []effect {
	c.now, c.effects = now, c.effects[:0]
	if cap(c.effects) > keepEffects {
		c.effects = nil
	}
	c.fire()
	for _, in := range inputs {
		c.do(in)
	}
	c.flush()
	return c.effects
}

// touchDevice says that something a device shows may have changed.
func (c *core) touchDevice(d *device) {
	if d == nil || d.touched {
		return
	}
	d.touched = true
	c.touchedDevices = append(c.touchedDevices, d)
	// Others watch the phone, by its primary number.
	if n := d.primary; n != nil {
		c.touchNumber(n.number)
		c.touchNumber(n.secondary)
		for _, a := range n.watched {
			if a.sep == phones.Watch {
				c.touchDevice(a.device)
			}
		}
	}
}

// touchDN says that something of a dn may have changed. With a paging group goes what it pages.
func (c *core) touchDN(n *dn) {
	if n == nil {
		return
	}
	c.touchOne(n)
	if n.eph != nil && n.eph.Paging != nil {
		for _, tag := range n.eph.Paging.Group {
			if m := c.dns[phones.DNID{Tag: tag}]; m != nil {
				c.touchOne(m)
			}
		}
	}
}

func (c *core) touchOne(n *dn) {
	c.touchNumber(n.number)
	c.touchNumber(n.secondary)
	for _, a := range n.on {
		c.touchDevice(a.device)
	}
	for _, a := range n.watched {
		c.touchDevice(a.device)
	}
	for _, d := range n.paged {
		c.touchDevice(d)
	}
}

// touchNumber says that the line state of a number may have changed.
func (c *core) touchNumber(number string) {
	switch known := len(c.touchedNumbers); {
	case number == "":
		return
	case known < fewNumbers:
		if slices.Contains(c.touchedNumbers, number) {
			return
		}
	case c.isTouched[number]:
		return
	case known == fewNumbers:
		for _, n := range c.touchedNumbers {
			c.isTouched[n] = true
		}
		fallthrough
	default:
		c.isTouched[number] = true
	}
	c.touchedNumbers = append(c.touchedNumbers, number)
}

// touchLeg says that a leg has changed.
func (c *core) touchLeg(l *leg) {
	c.touchDN(l.dn)
	c.touchDevice(l.device)
	for _, r := range l.rings {
		c.touchDevice(r.device)
	}
}

// touchCall touches all parties of a call.
func (c *core) touchCall(k *call) {
	for _, l := range k.legs {
		c.touchLeg(l)
	}
}

// flush publishes what numbers do now and shows the devices that changed.
func (c *core) flush() {
	for _, number := range c.touchedNumbers {
		c.publish(number)
	}
	if len(c.touchedNumbers) > fewNumbers {
		clear(c.isTouched)
	}
	c.touchedNumbers = c.touchedNumbers[:0]
	slices.SortFunc(c.touchedDevices, func(a, b *device) int { return compareDevices(a.id, b.id) })
	for _, d := range c.touchedDevices {
		d.touched = false
		if c.devices[d.id] == d {
			c.show(d)
		}
	}
	clear(c.touchedDevices)
	c.touchedDevices = c.touchedDevices[:0]
}

// compareDevices is the order in which devices are shown and listed.
func compareDevices(a, b phones.Device) int {
	if a.Kind != b.Kind {
		return int(a.Kind) - int(b.Kind)
	}
	return a.Tag - b.Tag
}

// publish says what a number does, if that is new.
func (c *core) publish(number string) {
	old := c.published[number]
	now := published{known: len(c.byNumber[number]) > 0}
	now.line, now.phone = c.states(number)
	if _, test := c.tests[number]; test {
		now.known = true
	}
	if now == old {
		return
	}
	if now.known {
		c.published[number] = now
	} else {
		delete(c.published, number)
	}
	if now.line != old.line || now.known != old.known {
		c.effects = append(c.effects, effect{number: number, line: now.line})
	}
	if now.phone != old.phone || now.known != old.known {
		c.effects = append(c.effects, effect{number: number, line: now.phone, phone: true})
	}
}

// states are the line states of a number and of its phone. What `test presence line`
// said wins.
func (c *core) states(number string) (line, phone presence.Line) {
	if l, ok := c.tests[number]; ok {
		return l, l
	}
	all := c.instances(number)
	if len(all) == 0 {
		return presence.Line{}, presence.Line{}
	}
	return c.lineOf(all), c.phoneLine(all)
}

// debugf is a debug line that is about no phone.
func (c *core) debugf(topic logbuf.Topic, format string, a ...any) {
	c.debugOf(nil, topic, format, a...)
}

// debugOf is a debug line about a device, nil for none.
func (c *core) debugOf(d *device, topic logbuf.Topic, format string, a ...any) {
	// `debug ephone detail` shows the lines of `state` too.
	if !c.debug(topic) && (topic != TopicState || !c.debug(TopicDetail)) {
		return
	}
	e := effect{topic: topic, text: fmt.Sprintf(format, a...)}
	if d != nil {
		e.device = d.id
	}
	c.effects = append(c.effects, e)
}

// about is the device that a leg's debug lines are about, nil if there is none.
func (l *leg) about() *device {
	if l.device == nil && len(l.rings) > 0 {
		return l.rings[0].device
	}
	return l.device
}
