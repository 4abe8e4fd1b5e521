package cli

import (
	"errors"
	"time"

	"github.com/busylamp/busylamp/cli/render"
	"github.com/busylamp/busylamp/internal/clock"
	"github.com/busylamp/busylamp/internal/logbuf"
)

// ShowClock is `show clock [detail]`.
func (c *Context) ShowClock(detail bool) error {
	k := c.Shell.o.Clock
	now := k.Now()
	c.Printf("%s\n", render.Clock(k.Mark(), now))
	if !detail {
		return nil
	}
	c.Printf("Time source is %s\n", k.Source())
	zone := k.Zone()
	if zone.Summer.Name == "" {
		return nil
	}
	name := zone.Name
	if name == "" {
		name = "UTC"
	}
	start, end := zone.Summer.Ends(now.Year())
	const form = " Mon Jan 2 2006"
	c.Printf("Summer time starts %s %s%s\n", start.Format("15:04:05"), name, start.Format(form))
	c.Printf("Summer time ends %s %s%s\n", end.Format("15:04:05"), zone.Summer.Name, end.Format(form))
	return nil
}

// ClockSet is `clock set`: hour, minute and second of a day by the zone of the clock.
func (c *Context) ClockSet(hour, minute, second int, month time.Month, day, year int) error {
	k := c.Shell.o.Clock
	to := time.Date(year, month, day, hour, minute, second, 0, k.Location())
	if to.Day() != day {
		return errors.New("% Invalid date")
	}
	from := k.Now()
	k.Set(to) // the message has the new time, and the mark of the old one
	c.Shell.clockUpdated(from, to, c.Session.origin().Text)
	k.Vouch()
	return nil
}

// ClockReadCalendar is `clock read-calendar`: the clock shows the host's time again.
func (c *Context) ClockReadCalendar() error {
	k := c.Shell.o.Clock
	from := k.Now()
	k.Reset()
	c.Shell.clockUpdated(from, k.Now(), c.Session.origin().Text)
	return nil
}

// clockUpdated logs that the clock has jumped, or is told in another zone.
func (sh *Shell) clockUpdated(from, to time.Time, by string) {
	sh.o.Log.Msg("SYS", logbuf.Informational, "CLOCKUPDATE", "System clock has been updated from %s to %s, configured from console by %s.",
		render.Date(from), render.Date(to), by)
}

// rezoned logs what a line has done to the zone of the clock, if anything.
func (s *Session) rezoned(old, new clock.Zone) {
	if old == new || s.loading {
		return
	}
	s.settle(s.ctx) // the message is stamped as it says
	now := s.shell.now()
	s.shell.clockUpdated(now.In(old.Location()), now.In(new.Location()), s.origin().Text)
}
