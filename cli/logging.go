package cli

import (
	"fmt"

	"github.com/busylamp/busylamp/internal/logbuf"
)

// ShowLogging is `show logging` as 12.4(24)T prints it.
func (c *Context) ShowLogging() error {
	log := c.Shell.o.Log
	cfg, st := log.Config(), log.Stats()
	c.Printf("Syslog logging: %s (%d messages dropped, %d messages rate-limited,\n                %d flushes, %d overruns, xml disabled, filtering disabled)\n\n",
		map[bool]string{true: "disabled", false: "enabled"}[cfg.Disabled], st.Dropped, st.Limited, st.Flushed, st.Overruns)
	c.Printf("No Active Message Discriminator.\n\n\n\nNo Inactive Message Discriminator.\n\n\n")
	place := func(name string, level logbuf.Severity, n uint64) {
		if level == logbuf.Off {
			c.Printf("    %s logging: disabled\n", name)
			return
		}
		c.Printf("    %-16s level %s, %d messages logged, xml disabled,\n                     filtering disabled\n", name+" logging:", level, n)
	}
	place("Console", cfg.ConsoleLevel, st.Console)
	place("Monitor", cfg.MonitorLevel, st.Monitor)
	sinks := log.Sinks()
	for _, s := range sinks {
		if s.Kind == logbuf.Monitor {
			c.Printf("        Logging to: %s(%d)\n", s.Name, s.Sent)
		}
	}
	if cfg.BufferSize <= 0 || cfg.BufferLevel == logbuf.Off {
		cfg.BufferLevel = logbuf.Off
		c.Printf("    Buffer logging:  disabled, xml disabled,\n                     filtering disabled\n")
	} else {
		place("Buffer", cfg.BufferLevel, st.Buffered)
	}
	c.Printf("    Logging Exception size (%d bytes)\n", cfg.Exception)
	c.Printf("    Count and timestamp logging messages: %s\n", onOff(cfg.Counting))
	c.Printf("    Persistent logging: disabled\n\nNo active filter modules.\n\n")
	if cfg.TrapLevel == logbuf.Off {
		c.Printf("    Trap logging: disabled\n")
	} else {
		c.Printf("    Trap logging: level %s, %d message lines logged\n", cfg.TrapLevel, st.Traps)
	}
	for _, s := range sinks {
		if s.Kind == logbuf.Trap {
			c.server(s)
		}
	}
	c.Printf("\n")
	if cfg.BufferLevel == logbuf.Off {
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

// server is a syslog server in `show logging`.
func (c *Context) server(s logbuf.Sink) {
	link := "up"
	if s.Down {
		link = "down"
	}
	c.Printf("        Logging to %s  (udp port %d,  audit disabled,\n              authentication disabled, encryption disabled, link %s),\n", s.Host.Addr, s.Host.Port, link)
	c.Printf("              %d message lines logged, \n              %d message lines rate-limited, \n", s.Sent, s.Limited)
	c.Printf("              %d message lines dropped-by-MD, \n              xml disabled, sequence number disabled\n              filtering disabled\n", 0)
}

func onOff(on bool) string {
	if on {
		return "enabled"
	}
	return "disabled"
}

// ShowLoggingCount is `show logging count`.
func (c *Context) ShowLoggingCount() error {
	c.Printf("Facility        Message Name                     Sev Occur     Last Time\n" +
		"=============================================================================\n")
	counts := c.Shell.o.Log.Counts()
	var total uint64
	for i, n := range counts {
		c.Printf("%-15s %-32s %3d %5d  %s\n", n.Facility, n.Mnemonic, n.Severity, n.N, n.Last)
		total += n.N
		if i+1 < len(counts) && counts[i+1].Facility == n.Facility {
			continue
		}
		c.Printf("-------------   -------------------------------  -----------------------------\n")
		c.Printf("%-48s %9d\n\n", n.Facility+" TOTAL", total)
		total = 0
	}
	return nil
}

// ClearLogging is `clear logging`.
func (c *Context) ClearLogging() error {
	ok, err := c.Confirm("Clear logging buffer")
	if err == nil && ok {
		c.Shell.o.Log.ClearBuffer()
	}
	return err
}

// userInfo logs who has come to a privilege level, or failed to (`logging userinfo`).
func (s *Session) userInfo(level int, ok bool) {
	if !s.shell.Config().UserInfo {
		return
	}
	user := s.User()
	if user == "" {
		user = "unknown"
	}
	who := fmt.Sprintf("%s on %s", user, s.name())
	if ok {
		s.shell.o.Log.Msg("SYS", logbuf.Notifications, "PRIV_AUTH_PASS", "Privilege level set to %d by %s", level, who)
		return
	}
	s.shell.o.Log.Msg("SYS", logbuf.Notifications, "PRIV_AUTH_FAIL", "Authentication to Privilege level %d failed by %s", level, who)
}
