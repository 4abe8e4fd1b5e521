package cli

import (
	"fmt"
	"strings"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/render"
	"github.com/busylamp/busylamp/internal/logbuf"
)

// ShowRunning is `show running-config` and `write terminal`.
func (c *Context) ShowRunning() error {
	body := conf.Running(c.Tree())
	c.Printf("%s%s\n", conf.RunningHeader(body), body)
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

// ShowClock is `show clock`.
func (c *Context) ShowClock() error {
	c.Printf("%s\n", render.Clock(c.Shell.now()))
	return nil
}

// ShowPrivilege is `show privilege`.
func (c *Context) ShowPrivilege() error {
	c.Printf("Current privilege level is %d\n", c.Session.level)
	return nil
}

// ShowTerminal is `show terminal`, as far as it says something true here.
func (c *Context) ShowTerminal() error {
	s := c.Session
	info := SessionInfo{Kind: s.kind, Number: s.number}
	c.Printf("Line %d, Location: %q, Type: \"\"\n", info.Absolute(), s.from)
	c.Printf("Length: %d lines, Width: %d columns\n", s.pageLength(), s.columns())
	timeout := "never"
	if d := s.line().ExecTimeout; d > 0 {
		timeout = render.HMS(d)
	}
	c.Printf("Timeouts:      Idle EXEC    Idle Session   Modem Answer  Session   Dispatch\n")
	c.Printf("               %-12s never                        none     not set\n", timeout)
	c.Printf("Editing is enabled.\nHistory is enabled, history size is %d.\n", s.histSize)
	return nil
}

// ShowLogging is `show logging`.
func (c *Context) ShowLogging() error {
	log := c.Shell.o.Log
	cfg, st := log.Config(), log.Stats()
	c.Printf("Syslog logging: enabled (%d messages dropped, 0 messages rate-limited, 0 flushes, 0 overruns, xml disabled, filtering disabled)\n\n", st.Dropped)
	place := func(name, level string, n uint64) {
		if level == "disabled" {
			c.Printf("    %s logging: disabled\n", name)
			return
		}
		c.Printf("    %s logging: level %s, %d messages logged, xml disabled, filtering disabled\n", name, level, n)
	}
	place("Console", cfg.ConsoleLevel.String(), st.Console)
	place("Monitor", cfg.MonitorLevel.String(), st.Monitor)
	buffer := cfg.BufferLevel.String()
	if cfg.BufferSize <= 0 {
		buffer = "disabled"
	}
	place("Buffer", buffer, st.Buffered)
	c.Printf("    Count and timestamp logging messages: disabled\n\n")
	if buffer == "disabled" {
		return nil
	}
	c.Printf("Log Buffer (%d bytes):\n\n", cfg.BufferSize)
	for _, text := range log.Buffer() {
		if c.Err() != nil {
			return c.Err()
		}
		c.Printf("%s\n", text)
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

// ShowVersion is `show version`. It has the shape that clients parse and says in
// its second line what this really is.
func (c *Context) ShowVersion() error {
	v := c.Shell.version()
	now := c.Shell.now()
	start := c.Shell.started
	if sys := c.Shell.o.System; sys != nil {
		start = sys.StartTime()
	}
	host := c.Shell.Config().Hostname
	c.Printf("Cisco IOS Software, %s Software (C%s-BUSYLAMP-M), Version 12.4(24)T, RELEASE SOFTWARE (fc1)\n", series(v.Platform), v.Platform)
	c.Printf("Busylamp %s%s: behaves like Cisco Unified CME at its terminal, and is not made by Cisco\n", v.Version, commit(v.Commit))
	if !v.Built.IsZero() {
		c.Printf("Compiled %s\n", v.Built.UTC().Format("Mon 02-Jan-06 15:04"))
	}
	c.Printf("\nROM: none, a process of the host\n\n")
	c.Printf("%s uptime is %s\n", host, render.Uptime(now.Sub(start)))
	c.Printf("System returned to ROM by %s\n", v.ReturnReason)
	c.Printf("System restarted at %s\n", render.Date(start.In(now.Location())))
	c.Printf("System image file is %q\n\n\n", v.ImageFile)
	io := v.MemoryKB / 16
	c.Printf("Cisco %s (revision 1.0) with %dK/%dK bytes of memory.\n", v.Platform, v.MemoryKB-io, io)
	c.Printf("Processor board ID %s\n", v.BoardID)
	c.Printf("%dK bytes of NVRAM.\n\n", nvramSize/1024)
	c.Printf("Configuration register is 0x2102\n\n")
	return nil
}

// version fills the gaps of what System says.
func (sh *Shell) version() VersionInfo {
	var v VersionInfo
	if sh.o.System != nil {
		v = sh.o.System.Version()
	}
	def := func(s *string, text string) {
		if *s == "" {
			*s = text
		}
	}
	def(&v.Version, "0.1")
	def(&v.Platform, "3825")
	def(&v.BoardID, "BLP00000001")
	def(&v.ImageFile, "flash:busylamp")
	def(&v.ReturnReason, "power-on")
	if v.MemoryKB <= 0 {
		v.MemoryKB = 262144
	}
	return v
}

// series is the family of a platform: 3800 for 3825.
func series(platform string) string {
	if len(platform) != 4 || strings.Trim(platform, "0123456789") != "" {
		return platform
	}
	return platform[:2] + "00"
}

func commit(c string) string {
	if c == "" {
		return ""
	}
	return fmt.Sprintf(" (%s)", c)
}
