package presence

import (
	"cmp"
	"slices"
)

// aspect is what of a directory number is watched.
type aspect uint8

const (
	ofNumber aspect = iota // all instances of the number
	ofPhone                // the phone whose primary number it is
	ofNone                 // nothing: unknown whatever happens
	ofRemote               // the number at the presence server, as one watcher hears it
)

// key names a line. All lines of a number are in one shard.
type key struct {
	number string
	aspect aspect
	sib    uint32 // ofRemote: of the sibling
}

// String is the form of debug output.
func (k key) String() string {
	if k.aspect == ofPhone {
		return "phone of " + k.number
	}
	return "line " + k.number
}

// line is one aspect of a directory number with its watchers.
type line struct {
	key
	published Line   // what the sources say; nothing for ofNone
	shown     Line   // what watchers may see: unknown without `allow watch`
	version   uint64 // of shown; from the core's counter, so a number never has one twice
	subs      []*subscription
	sip       int      // how many of subs are SIP watchers
	sib       *sibling // ofRemote
}

func (c *core) lineOf(k key) *line {
	ln := c.lines[k]
	if ln == nil {
		ln = &line{key: k}
		c.lines[k] = ln
	}
	return ln
}

// tidy drops a line about which nothing is known, or that was one watcher's own.
func (c *core) tidy(ln *line) {
	if len(ln.subs) > 0 {
		return
	}
	if ln.sib != nil {
		c.leave(ln)
	}
	if ln.sib != nil || ln.published == (Line{}) {
		delete(c.lines, ln.key)
	}
}

func (ln *line) add(s *subscription) {
	s.at = int32(len(ln.subs))
	ln.subs = append(ln.subs, s)
	if s.kind.SIP() {
		ln.sip++
	}
}

func (ln *line) remove(s *subscription) {
	last := len(ln.subs) - 1
	moved := ln.subs[last]
	ln.subs[s.at] = moved
	moved.at = s.at
	ln.subs[last] = nil
	ln.subs = ln.subs[:last]
	if s.kind.SIP() {
		ln.sip--
	}
}

func (c *core) publish(k key, l Line) {
	ln := c.lineOf(k)
	ln.published = l
	if k.aspect == ofNumber || len(ln.subs) > 0 {
		c.trace(topicEvent, 0, "presence_line_update", "%s is %s", k, describe(l))
	}
	if told := c.show(ln) && ln.sip > 0; !told && k.aspect == ofNumber {
		// The text is the guide's.
		c.trace(topicErrors, 0, "presence_sip_line_update", "SIP nothing to update")
	}
	c.tidy(ln)
}

// visible is what watchers of a line may see under the configuration.
func (c *core) visible(ln *line) Line {
	if ln.sib != nil || c.cfg.Numbers[ln.number].Watch {
		return ln.published
	}
	return Line{}
}

// show brings the watchers of a line up to date; false if nothing changed for them.
func (c *core) show(ln *line) bool {
	visible := c.visible(ln)
	if visible == ln.shown {
		return false
	}
	ln.shown = visible
	c.version++
	ln.version = c.version
	c.out = slices.Grow(c.out, len(ln.subs))
	for _, s := range ln.subs {
		// While it waits to be delivered again nothing is sent: that delivery has
		// the newest state, and a busy line must not use up the watcher's tries.
		if !s.held && s.resend == 0 {
			c.note(s)
		}
	}
	return true
}

// apply ends what the new configuration does not allow, then shows each line anew.
// Lines go in the order of their numbers, so that a step has one outcome.
func (c *core) apply(cfg *Config) {
	c.cfg = cfg
	lines := make([]*line, 0, len(c.lines))
	for _, ln := range c.lines {
		lines = append(lines, ln)
	}
	slices.SortFunc(lines, func(a, b *line) int {
		return cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(a.aspect, b.aspect), cmp.Compare(a.key.sib, b.key.sib))
	})
	for _, ln := range lines {
		_, local := cfg.Numbers[ln.number]
		for i := len(ln.subs) - 1; i >= 0; i-- { // end moves the last one into the gap
			s := ln.subs[i]
			if e, over := cfg.endsFor(s.kind, local); over {
				c.trace(topicEvent, s.id, "presence_config", "ended: %s", e.reason)
				c.end(s, e)
			}
		}
		c.changeSides(ln)
		c.show(ln)
		c.tidy(ln)
	}
}
