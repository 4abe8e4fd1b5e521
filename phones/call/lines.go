package call

import "github.com/busylamp/busylamp/presence"

// lineOf is the state of a number: all its directory numbers together.
func (c *core) lineOf(number string) presence.Line {
	l := presence.Line{}
	for _, n := range c.byNumber[number] {
		switch {
		case !n.inService():
		case n.busy():
			l.State = presence.Busy
		case l.State == presence.Unknown:
			l.State = presence.Idle
		}
	}
	return l
}

// phoneLine is the state of the phone whose primary number it is.
func (c *core) phoneLine(number string) presence.Line { return c.lineOf(number) }
