package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/busylamp/busylamp/cli/render"
	"github.com/busylamp/busylamp/internal/logbuf"
)

// reloadJob is the name of a scheduled reload in the agenda.
const reloadJob = "reload"

// reloadPlan is a reload that is to come.
type reloadPlan struct {
	at     time.Time // of the process: it stays when somebody sets the clock
	by     string
	reason string
}

// warnings are the times before a reload at which all lines are told of it.
var warnings = [...]time.Duration{time.Hour, 30 * time.Minute, 15 * time.Minute, 5 * time.Minute, time.Minute}

// MaxReload is how far ahead a reload may be scheduled (IOS configuration fundamentals
// command reference: reload).
const MaxReload = 24 * 24 * time.Hour

// Reload is `reload [reason LINE]`: it offers to save a changed configuration, asks once
// more and restarts the appliance.
func (c *Context) Reload(reason string) error {
	if ok, err := c.mayReload(""); err != nil || !ok {
		return err
	}
	c.Printf("\n")
	c.Shell.reloadNow(c.Session.origin().Text, reason)
	if c.Shell.o.System != nil {
		c.Session.done, c.Session.reloading = true, true
	}
	return nil
}

// mayReload asks what `reload` asks; notice is printed between the questions.
func (c *Context) mayReload(notice string) (bool, error) {
	if c.Shell.ConfigChanged() {
		save, err := c.YesNo("\nSystem configuration has been modified. Save?")
		if err != nil {
			return false, err
		}
		if save {
			if err := c.WriteMemory(); err != nil {
				return false, err
			}
		}
	}
	c.Printf("%s", notice)
	return c.Confirm("Proceed with reload?")
}

func (sh *Shell) reloadNow(by, reason string) {
	if reason == "" {
		reason = "Reload Command"
	}
	sh.agenda.cancel(reloadJob)
	sh.o.Log.Msg("SYS", logbuf.Notifications, "RELOAD", "Reload requested by %s. Reload Reason: %s.", by, reason)
	if sh.o.System != nil {
		sh.o.System.Reload(reason)
	}
}

// Returned is how `show version` calls a reload at this moment: when it was, if
// somebody vouched for the clock.
func (sh *Shell) Returned() string {
	if !sh.o.Clock.Valid() {
		return "reload"
	}
	return "reload at " + render.Date(sh.now())
}

// ReloadIn is `reload in [hh:]mm [LINE]`.
func (c *Context) ReloadIn(in time.Duration, reason string) error {
	return c.scheduleReload(in, reason, "Reload scheduled in "+spell(in))
}

// ReloadAt is `reload at hh:mm [MONTH DAY | DAY MONTH] [LINE]`: the next time that the
// clock shows it, or on that day. month 0: no day is given.
func (c *Context) ReloadAt(hour, minute int, month time.Month, day int, reason string) error {
	now := c.Shell.now()
	at := time.Date(now.Year(), now.Month(), now.Day(), hour, minute, 0, 0, now.Location())
	switch {
	case month != 0:
		at = time.Date(now.Year(), month, day, hour, minute, 0, 0, now.Location())
		if at.Day() != day {
			return errors.New("% Invalid date")
		}
		if !at.After(now) {
			at = at.AddDate(1, 0, 0)
		}
	case !at.After(now):
		at = at.AddDate(0, 0, 1)
	}
	in := at.Sub(now)
	return c.scheduleReload(in, reason, fmt.Sprintf("Reload scheduled for %s (in %s)", render.Date(at), spell(in)))
}

func (c *Context) scheduleReload(in time.Duration, reason, what string) error {
	if in <= 0 || in > MaxReload {
		return errors.New("% Reload time must be within 24 days")
	}
	by := c.Session.origin().Text
	notice := what + " by " + by + "\n"
	if reason != "" {
		notice += "Reload reason: " + reason + "\n"
	}
	if ok, err := c.mayReload(notice); err != nil || !ok {
		return err
	}
	plan := &reloadPlan{at: time.Now().Add(in), by: by, reason: reason}
	c.Shell.reload.Store(plan)
	text := reason
	if text == "" {
		text = "Reload Command"
	}
	c.Shell.warn(in) // ahead of the message, which comes by way of the log
	c.Shell.o.Log.Msg("SYS", logbuf.Notifications, "SCHEDULED_RELOAD", "Reload requested for %s at %s by %s. Reload Reason: %s.",
		render.Date(c.Shell.o.Clock.Local(plan.at)), render.Date(c.Shell.now()), by, text)
	c.Shell.nextWarning(plan)
	return nil
}

// nextWarning puts the next step of a plan into the agenda: a warning, or the reload.
func (sh *Shell) nextWarning(plan *reloadPlan) {
	left := time.Until(plan.at)
	for _, w := range warnings {
		if w < left {
			sh.agenda.set(reloadJob, plan.at.Add(-w), func(context.Context) {
				sh.warn(w)
				sh.nextWarning(plan)
			})
			return
		}
	}
	sh.agenda.set(reloadJob, plan.at, func(context.Context) {
		sh.reload.CompareAndSwap(plan, nil)
		sh.warn(0)
		sh.reloadNow(plan.by, plan.reason)
	})
}

// warn tells all lines how much time is left.
func (sh *Shell) warn(left time.Duration) {
	text := "--- SHUTDOWN NOW ---"
	if left > 0 {
		s := int(left.Round(time.Second).Seconds())
		text = fmt.Sprintf("--- SHUTDOWN in %d:%02d:%02d ---", s/3600, s/60%60, s%60)
	}
	sh.Broadcast("\n\n***\n*** " + text + "\n***\n")
}

// ReloadCancel is `reload cancel`.
func (c *Context) ReloadCancel() error {
	if c.Shell.reload.Swap(nil) == nil {
		return errors.New("%No reload is scheduled")
	}
	c.Shell.agenda.cancel(reloadJob)
	c.Shell.Broadcast("\n\n***\n*** --- SHUTDOWN ABORTED ---\n***\n")
	c.Shell.o.Log.Msg("SYS", logbuf.Notifications, "SCHEDULED_RELOAD_CANCELLED", "Scheduled reload cancelled at %s", render.Date(c.Shell.now()))
	return nil
}

// ShowReload is `show reload`.
func (c *Context) ShowReload() error {
	plan := c.Shell.reload.Load()
	if plan == nil {
		c.Printf("No reload is scheduled.\n")
		return nil
	}
	c.Printf("Reload scheduled for %s (in %s) by %s\n", render.Date(c.Shell.o.Clock.Local(plan.at)), spell(time.Until(plan.at)), plan.by)
	if plan.reason != "" {
		c.Printf("Reload reason: %s\n", plan.reason)
	}
	return nil
}

// spell is a duration in words: "1 hour and 30 minutes".
func spell(d time.Duration) string {
	s := int(d.Round(time.Second).Seconds())
	var parts []string
	for _, u := range []struct {
		n    int
		name string
	}{{s / 86400, "day"}, {s / 3600 % 24, "hour"}, {s / 60 % 60, "minute"}, {s % 60, "second"}} {
		switch {
		case u.name == "second" && len(parts) > 0 && s >= 3600:
		case u.n == 1:
			parts = append(parts, "1 "+u.name)
		case u.n > 1:
			parts = append(parts, fmt.Sprintf("%d %ss", u.n, u.name))
		}
	}
	switch n := len(parts); n {
	case 0:
		return "0 seconds"
	case 1:
		return parts[0]
	default:
		return strings.Join(parts[:n-1], ", ") + " and " + parts[n-1]
	}
}
