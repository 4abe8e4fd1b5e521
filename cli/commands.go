package cli

// This file is the list of commands that belong to the shell itself, as methods
// for the Run bodies of modes/exec.go.

import "github.com/busylamp/busylamp/internal/logbuf"

func (c *Context) Enable(level int) error                 { return nil }
func (c *Context) Disable(level int) error                { return nil }
func (c *Context) Exit() error                            { return nil }
func (c *Context) ConfigureTerminal() error               { return nil }
func (c *Context) Configure() error                       { return nil }
func (c *Context) ApplyLine(line string) error            { return nil }
func (c *Context) ShowRunning() error                     { return nil }
func (c *Context) ShowStartup() error                     { return nil }
func (c *Context) CopyRunningStartup() error              { return nil }
func (c *Context) WriteMemory() error                     { return nil }
func (c *Context) EraseStartup() error                    { return nil }
func (c *Context) Reload(reason string) error             { return nil }
func (c *Context) ShowVersion() error                     { return nil }
func (c *Context) ShowHistory() error                     { return nil }
func (c *Context) ShowClock() error                       { return nil }
func (c *Context) ShowUsers() error                       { return nil }
func (c *Context) ShowPrivilege() error                   { return nil }
func (c *Context) ShowTerminal() error                    { return nil }
func (c *Context) ShowLogging() error                     { return nil }
func (c *Context) ShowDebugging() error                   { return nil }
func (c *Context) ClearLogging() error                    { return nil }
func (c *Context) Debug(topics ...logbuf.Topic) error     { return nil }
func (c *Context) Undebug(topics ...logbuf.Topic) error   { return nil }
func (c *Context) UndebugAll() error                      { return nil }
func (c *Context) TerminalLength(n int) error             { return nil }
func (c *Context) TerminalWidth(n int) error              { return nil }
func (c *Context) TerminalMonitor(on bool) error          { return nil }
func (c *Context) TerminalHistory(n int) error            { return nil }
func (c *Context) Printf(format string, a ...any)         {}
func (c *Context) Confirm(prompt string) (bool, error)    { return false, nil }
func (c *Context) YesNo(prompt string) (bool, error)      { return false, nil }
func (c *Context) Ask(prompt, def string) (string, error) { return def, nil }
func (c *Context) Password(prompt string) (string, error) { return "", nil }
