// Package clock is the appliance's one clock: the host's, shifted by `clock set`, told
// in the zone of `clock timezone` and `clock summer-time`. What it tells is for people
// and phones; whoever waits for something uses package time, so that a clock that is
// set disturbs no timer. The host's clock is to the appliance what the hardware
// calendar is to a router.
//
// It imports the standard library only and starts no goroutine. All methods are safe
// for concurrent use.
package clock

import (
	"context"
	"sync/atomic"
	"time"
)

// Config is what the configuration says about the clock.
type Config struct {
	Zone Zone
	// CalendarValid is `clock calendar-valid`: the host's clock is to be trusted.
	CalendarValid bool
}

// Source is where the time comes from.
type Source uint8

// The sources.
const (
	Calendar Source = iota // the host's clock
	User                   // `clock set`
)

// String is the text of `show clock detail`.
func (s Source) String() string {
	if s == User {
		return "user configuration"
	}
	return "hardware calendar"
}

// Clock is one appliance's clock. The zero value is not usable, see New.
type Clock struct {
	host  func() time.Time
	state atomic.Pointer[state]
}

type state struct {
	shift  time.Duration
	source Source
	cfg    Config
	loc    *time.Location
}

// New makes a clock that shows the host's time in UTC.
func New() *Clock { return On(time.Now) }

// On is New with another clock in the place of the host's.
func On(host func() time.Time) *Clock {
	c := &Clock{host: host}
	c.state.Store(&state{loc: time.UTC})
	return c
}

// Now is the time in the configured zone. It jumps when the clock is set: who measures
// uses package time.
func (c *Clock) Now() time.Time { return c.Local(c.host()) }

// Location is the configured zone.
func (c *Clock) Location() *time.Location { return c.state.Load().loc }

// Local is when a moment of the host's clock was or will be by this one.
func (c *Clock) Local(t time.Time) time.Time {
	s := c.state.Load()
	return t.Round(0).Add(s.shift).In(s.loc)
}

// Since is what has passed since a moment of the host's clock, whatever was set meanwhile.
func (c *Clock) Since(t time.Time) time.Duration { return c.host().Sub(t) }

// Source tells where the time comes from.
func (c *Clock) Source() Source { return c.state.Load().source }

// Valid tells whether somebody vouches for the time: it was set by hand, or `clock
// calendar-valid` says that the host's is right.
func (c *Clock) Valid() bool {
	s := c.state.Load()
	return s.source == User || s.cfg.CalendarValid
}

// Mark is what stands before the time where it is shown: an asterisk while nobody
// vouches for it.
func (c *Clock) Mark() string {
	if c.Valid() {
		return ""
	}
	return "*"
}

// Set makes it t now. The clock is no more valid than it was before Vouch.
func (c *Clock) Set(t time.Time) {
	c.change(func(s *state) { s.shift = t.Round(0).Sub(c.host().Round(0)) })
}

// Reset makes it the host's clock again.
func (c *Clock) Reset() {
	c.change(func(s *state) { s.shift, s.source = 0, Calendar })
}

// Vouch says that the user has set the clock.
func (c *Clock) Vouch() { c.change(func(s *state) { s.source = User }) }

// Apply puts a configuration into force. It never fails; the signature is that of a
// conf binding.
func (c *Clock) Apply(_ context.Context, _, new Config) error {
	c.change(func(s *state) { s.cfg, s.loc = new, new.Zone.Location() })
	return nil
}

// Zone is the configured time zone and its summer time.
func (c *Clock) Zone() Zone { return c.state.Load().cfg.Zone }

func (c *Clock) change(f func(*state)) {
	for {
		old := c.state.Load()
		next := *old
		if f(&next); c.state.CompareAndSwap(old, &next) {
			return
		}
	}
}
