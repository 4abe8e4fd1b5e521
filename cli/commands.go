package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/busylamp/busylamp/cli/term"
	"github.com/busylamp/busylamp/internal/logbuf"
)

// This file holds the commands of the shell itself that do something, as
// methods for the Run bodies of modes/exec.go; those that only show are in
// show.go.

// Exit is `exit`, `logout` and `quit` in EXEC: the session ends.
func (c *Context) Exit() error {
	ok, err := c.leave()
	if ok {
		c.Session.done = true
	}
	return err
}

// ConfigureTerminal is `configure terminal`.
func (c *Context) ConfigureTerminal() error {
	c.Printf("Enter configuration commands, one per line.  End with CNTL/Z.\n")
	c.Session.enterConfig()
	return nil
}

// Configure is `configure` alone, which asks what from.
func (c *Context) Configure() error {
	from, err := c.Ask("Configuring from terminal, memory, or network", "terminal")
	if err != nil {
		return err
	}
	switch from = strings.ToLower(from); {
	case strings.HasPrefix("terminal", from):
		return c.ConfigureTerminal()
	case strings.HasPrefix("memory", from):
		return c.ConfigureMemory()
	}
	return errors.New("?Must be \"terminal\", \"memory\" or \"network\"")
}

// ConfigureMemory is `configure memory`: it adds the startup-config to the running one.
func (c *Context) ConfigureMemory() error {
	text, err := c.Shell.startup()
	if err != nil {
		return err
	}
	if text == nil {
		return errors.New("%% Non-volatile configuration memory is not present")
	}
	c.merge(text, place{where: onStartup})
	return nil
}

// errStartup is what the operator sees when the state directory fails; the cause
// is logged.
var errStartup = errors.New("%Error accessing nvram:startup-config (Device error)")

// startup reads the startup-config; nil, nil: there is none.
func (sh *Shell) startup() ([]byte, error) {
	if sh.o.State == nil {
		return nil, nil
	}
	text, ok, err := sh.o.State.ReadStartup()
	if err != nil {
		sh.o.Log.Msg("SYS", logbuf.Errors, "NV_READ", "%v", err)
		return nil, errStartup
	}
	if !ok {
		return nil, nil
	}
	return text, nil
}

// WriteMemory is `write memory`: it saves without a question.
func (c *Context) WriteMemory() error {
	c.Printf("Building configuration...\n")
	if err := c.Shell.SaveRunning(c.Session); err != nil {
		c.Shell.o.Log.Msg("SYS", logbuf.Errors, "NV_WRITE", "%v", err)
		return errors.New("%Error opening nvram:startup-config (Device error)")
	}
	c.Printf("[OK]\n")
	c.archiveOnWrite()
	return nil
}

// EraseStartup is `erase startup-config` and `write erase`.
func (c *Context) EraseStartup() error {
	ok, err := c.Confirm("Erasing the nvram filesystem will remove all configuration files! Continue?")
	if err != nil || !ok {
		return err
	}
	if state := c.Shell.o.State; state != nil {
		if err := state.EraseStartup(); err != nil {
			c.Shell.o.Log.Msg("SYS", logbuf.Errors, "NV_ERASE", "%v", err)
			return errors.New("%Error erasing nvram: (Device error)")
		}
	}
	c.Printf("[OK]\nErase of nvram: complete\n")
	c.Shell.o.Log.Msg("SYS", logbuf.Debugging, "NV_BLOCK_INIT", "Initialized the geometry of nvram")
	return nil
}

// Debug is `debug TOPIC`: it switches the topics on and says so of each.
func (c *Context) Debug(topics ...logbuf.Topic) error {
	return c.setDebug(true, topics)
}

// Undebug is `no debug TOPIC` and `undebug TOPIC`.
func (c *Context) Undebug(topics ...logbuf.Topic) error {
	return c.setDebug(false, topics)
}

func (c *Context) setDebug(on bool, topics []logbuf.Topic) error {
	for _, t := range topics {
		c.Shell.o.Log.SetDebug(t, on)
		c.Printf("%s\n", c.Shell.debugText(t, on))
	}
	return nil
}

// debugText is what switching a topic prints: its own words or IOS's habit.
func (sh *Shell) debugText(t logbuf.Topic, on bool) string {
	if text := sh.o.DebugText; text != nil {
		if own := text(t, on); own != "" {
			return own
		}
	}
	if on {
		return fmt.Sprintf("%s debugging is on", t)
	}
	return fmt.Sprintf("%s debugging is off", t)
}

// SetDebug switches one topic and prints nothing.
func (c *Context) SetDebug(t logbuf.Topic, on bool) { c.Shell.o.Log.SetDebug(t, on) }

// Debugging tells whether a topic is on.
func (c *Context) Debugging(t logbuf.Topic) bool { return c.Shell.o.Log.Enabled(t) }

// UndebugAll is `undebug all`.
func (c *Context) UndebugAll() error {
	c.Shell.o.Log.UndebugAll()
	c.Printf("All possible debugging has been turned off\n")
	return nil
}

// TerminalLength is `terminal length`, 0 to 512; 0 does not page.
func (c *Context) TerminalLength(n int) error {
	c.Session.length = &n
	return nil
}

// TerminalWidth is `terminal width`, 0 to 512; 0 is endless.
func (c *Context) TerminalWidth(n int) error {
	c.Session.width = &n
	return nil
}

// TerminalMonitor is `terminal monitor` and `terminal no monitor`: whether
// messages come to this terminal. The console gets them by `logging console`.
func (c *Context) TerminalMonitor(on bool) error {
	s := c.Session
	switch {
	case s.kind == LineConsole:
		if on {
			return errors.New("% Console already monitors")
		}
		return nil
	case on:
		s.monitor(logbuf.Monitor)
	default:
		s.unmonitor()
	}
	return nil
}

// TerminalUnset is `terminal no length` and `terminal no width`: what the line says holds
// again.
func (c *Context) TerminalUnset(length, width bool) error {
	s := c.Session
	if length {
		s.length = nil
	}
	if width {
		s.width = nil
	}
	return nil
}

// TerminalHistory is `terminal history size`, 0 to 256 lines; negative: the default.
func (c *Context) TerminalHistory(n int) error {
	if n < 0 {
		n = term.DefaultHistory
	}
	c.Session.histSize = n
	return c.TerminalHistoryOn(true)
}

// TerminalHistoryOn is `terminal history` and `terminal no history`: whether lines are
// kept. The size is not forgotten.
func (c *Context) TerminalHistoryOn(on bool) error {
	s := c.Session
	s.histOff = !on
	n := s.histSize
	if s.histOff {
		n = 0
	}
	s.history.Resize(n)
	s.confHistory.Resize(n)
	return nil
}

// Help is `help`.
func (c *Context) Help() error {
	c.Printf("%s", helpText)
	return nil
}

const helpText = `A question mark may be typed anywhere in a command. If nothing fits what
stands before it, erase words until it shows something.
There are two kinds of help:
1. Behind a blank it lists all that may come next, with a text for each
   (show ?).
2. Behind the beginning of a word it lists the words that begin like that
   (show pr?).

`
