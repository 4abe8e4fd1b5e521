package cli

import (
	"strings"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/internal/logbuf"
)

// ShowRunning is `show running-config` and `write terminal`.
func (c *Context) ShowRunning() error { return c.showRunning(c.form(false)) }

// ShowRunningFull is `show running-config view full`: all of it, for whoever was given
// that very command.
func (c *Context) ShowRunningFull() error { return c.showRunning(conf.Form{}) }

// ShowRunningAll is `show running-config all`: with the defaults that are in force.
func (c *Context) ShowRunningAll() error { return c.showRunning(c.form(true)) }

func (c *Context) showRunning(form conf.Form) error {
	body := c.Shell.running(c.Tree(), form.Running)
	c.Printf("%s%s\n", conf.RunningHeader(body), body)
	return nil
}

// ShowRunningNumbered is `show running-config linenum`.
func (c *Context) ShowRunningNumbered() error {
	body := c.running()
	c.Printf("%s", conf.RunningHeader(body))
	n := 0
	for line := range strings.Lines(string(body)) {
		n++
		c.Printf("%5d : %s", n, line)
	}
	c.Printf("\n")
	return nil
}

// ShowRunningBrief is `show running-config brief`: the data of certificates is left
// out, which stands two levels deep below their lines.
func (c *Context) ShowRunningBrief() error {
	body := c.running()
	c.Printf("%s", conf.RunningHeader(body))
	within := false
	for line := range strings.Lines(string(body)) {
		if within && strings.HasPrefix(line, "  ") {
			continue
		}
		within = strings.HasPrefix(line, " certificate ")
		c.Printf("%s", line)
	}
	c.Printf("\n")
	return nil
}

// nvramSize is the size of the NVRAM that `show startup-config` and
// `show version` claim, in bytes: that of a c3825.
const nvramSize = 491512

// ShowStartup is `show startup-config`.
func (c *Context) ShowStartup() error {
	text, err := c.Shell.startup()
	if err != nil {
		return err
	}
	if text == nil {
		c.Printf("startup-config is not present\n")
		return nil
	}
	c.Printf("Using %d out of %d bytes\n%s\n", len(text), max(nvramSize, len(text)), text)
	return nil
}

// ShowHistory is `show history`: the lines typed in the modes of the kind the
// session is in.
func (c *Context) ShowHistory() error {
	h := c.Session.history
	if len(c.Session.stack) > 0 {
		h = c.Session.confHistory
	}
	for _, line := range h.Lines() {
		c.Printf("  %s\n", line)
	}
	return nil
}

// ShowPrivilege is `show privilege`.
func (c *Context) ShowPrivilege() error {
	c.Printf("Current privilege level is %d\n", c.Session.level)
	return nil
}

// ShowTerminal is `show terminal`: what `show line` says of the session's own line, as
// `terminal length` and the like have changed it.
func (c *Context) ShowTerminal() error {
	s := c.Session
	own := SessionInfo{Kind: s.kind, Number: s.number}.Absolute()
	for _, l := range c.Shell.ttys() {
		if l.absolute() == own {
			c.details(l, screen{s.pageLength(), s.columns(), s.histSize, !s.histOff, s.escapeSet()})
		}
	}
	return nil
}

// ShowDebugging is `show debugging`.
func (c *Context) ShowDebugging() error {
	return c.ShowDebuggingOf(func(logbuf.Topic) []string { return nil })
}

// ShowDebuggingOf is ShowDebugging where some topics have lines of their own.
func (c *Context) ShowDebuggingOf(own func(logbuf.Topic) []string) error {
	for _, t := range c.Shell.o.Log.Debugs() { // sorted
		lines := own(t)
		if len(lines) == 0 {
			lines = []string{c.Shell.debugText(t, true)}
		}
		for _, text := range lines {
			c.Printf("  %s\n", text)
		}
	}
	return nil
}
