package cli

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/busylamp/busylamp/cli/render"
)

// ShowUsers is `show users` and `who`; all: lines that nobody is on as well.
func (c *Context) ShowUsers(all bool) error {
	c.Printf("    Line       User       Host(s)              Idle       Location\n")
	open := c.Shell.Sessions()
	if all {
		open = append(open, c.Shell.vacant(open)...)
		slices.SortFunc(open, func(a, b SessionInfo) int { return cmp.Compare(a.Absolute(), b.Absolute()) })
	}
	for _, i := range open {
		mark, host := " ", "idle"
		var more []*connection
		switch i.session {
		case nil:
			host = ""
		case c.Session:
			mark, i.Idle = "*", 0
		}
		if i.session != nil {
			if more = i.session.connections(); len(more) > 0 {
				host, more = more[0].Host, more[1:]
			}
		}
		c.Printf("%s%3d %-9s %-10s %-20s %-10s %s\n", mark, i.Absolute(), i.Line(), i.User, host, render.HMS(i.Idle), i.From)
		for _, conn := range more {
			c.Printf("%26s%-20s\n", "", conn.Host)
		}
	}
	c.Printf("\n  Interface    User               Mode         Idle     Peer Address\n\n")
	return nil
}

// vacant lists the lines that are not open.
func (sh *Shell) vacant(open []SessionInfo) []SessionInfo {
	taken := map[int]bool{}
	for _, i := range open {
		taken[i.Absolute()] = true
	}
	var out []SessionInfo
	if !taken[0] {
		out = append(out, SessionInfo{Kind: LineConsole})
	}
	out = append(out, SessionInfo{Kind: lineAUX})
	for n := range sh.Config().Vty {
		if !taken[firstVTY+n] {
			out = append(out, SessionInfo{Kind: LineVTY, Number: n})
		}
	}
	return out
}

// lineAUX is the auxiliary port, which is listed and cannot be reached.
const lineAUX LineKind = 255

// tty is one row of `show line`.
type tty struct {
	kind    LineKind
	number  int
	line    Line
	uses    int
	session *Session
}

// absolute is the number in the first column.
func (l tty) absolute() int { return SessionInfo{Kind: l.kind, Number: l.number}.Absolute() }

// ttys lists all lines.
func (sh *Shell) ttys() []tty {
	c := sh.Config()
	out := []tty{{kind: LineConsole, line: c.Console}, {kind: lineAUX, line: Line{Login: LoginPassword, ExecTimeout: 10 * time.Minute}}}
	for n, line := range c.Vty {
		out = append(out, tty{kind: LineVTY, number: n, line: line})
	}
	sh.mu.Lock()
	defer sh.mu.Unlock()
	for i := range out {
		l := &out[i]
		l.uses = sh.uses[l.absolute()]
		switch l.kind {
		case LineConsole:
			l.session = sh.console
		case LineVTY:
			l.session = sh.vtys[l.number]
		}
	}
	return out
}

const lineHeader = "   Tty Typ     Tx/Rx    A Modem  Roty AccO AccI   Uses   Noise  Overruns   Int\n"

func (c *Context) row(l tty) {
	mark, typ, rate := " ", "VTY", ""
	if l.session != nil {
		mark = "*"
	}
	switch l.kind {
	case LineConsole:
		typ = "CTY"
	case lineAUX:
		typ, rate = "AUX", "9600/9600"
	}
	c.Printf("%s %5d %s %11s  -    -      -    -  %3s %6d       0     0/0       -\n",
		mark, l.absolute(), typ, rate, cmp.Or(l.line.AccessClass, "-"), l.uses)
}

// ShowLines is `show line`.
func (c *Context) ShowLines() error {
	c.Printf(lineHeader)
	for _, l := range c.Shell.ttys() {
		c.row(l)
	}
	c.Printf("\n")
	return nil
}

// ShowLine is `show line N`, by the absolute number of the line.
func (c *Context) ShowLine(absolute int) error {
	for _, l := range c.Shell.ttys() {
		if l.absolute() == absolute {
			c.Printf(lineHeader)
			c.row(l)
			c.Printf("\n")
			size := screen{cmp.Or(l.line.Length, defaultLength), cmp.Or(l.line.Width, defaultWidth), historySize(l.line), true, l.line.Escape}
			if l.line.NoPaging {
				size.length = 0
			}
			c.details(l, size)
			return nil
		}
	}
	return errors.New("% Invalid line number")
}

// AbsoluteVTY is the absolute number of a vty.
func AbsoluteVTY(n int) int { return firstVTY + n }

// ShowVTY is `show line vty N`.
func (c *Context) ShowVTY(n int) error { return c.ShowLine(firstVTY + n) }

// screen is how a line is shown: lines of a page, columns, lines of history.
type screen struct {
	length, width, history int
	recalls                bool // lines are kept
	escape                 Escape
}

func (c *Context) details(l tty, size screen) {
	location, status := "", "No Exit Banner"
	since := "never"
	if s := l.session; s != nil {
		s.mu.Lock()
		location, status = s.from, "PSI Enabled, Ready, Active, No Exit Banner"
		if !s.since.IsZero() {
			since = render.HMS(time.Since(s.since))
		}
		s.mu.Unlock()
	}
	c.Printf("Line %d, Location: %q, Type: \"\"\n", l.absolute(), location)
	c.Printf("Length: %d lines, Width: %d columns\n", size.length, size.width)
	if l.kind != LineVTY {
		c.Printf("Baud rate (TX/RX) is 9600/9600, no parity, 2 stopbits, 8 databits\n")
	}
	c.Printf("Status: %s\n", status)
	c.Printf("Capabilities: none\nModem state: %s\n", map[bool]string{true: "Ready", false: "Idle"}[l.session != nil])
	c.Printf("Group codes:    0\n")
	c.Printf("Special Chars: Escape  Hold  Stop  Start  Disconnect  Activation\n")
	c.Printf("                %-7snone   -     -       none         \n", size.escape)
	c.Printf("Timeouts:      Idle EXEC    Idle Session   Modem Answer  Session   Dispatch\n")
	c.Printf("               %-16s%-29s%-9snot set\n", never(l.line.ExecTimeout), never(l.line.SessionTimeout), absoluteText(l.line.AbsoluteTimeout))
	c.Printf("                            Idle Session Disconnect Warning\n                              never \n")
	c.Printf("                            Login-sequence User Response\n                             %s\n", render.HMS(loginTime))
	c.Printf("                            Autoselect Initial Wait\n                              not set \nModem type is unknown.\n")
	if l.line.SessionLimit > 0 {
		c.Printf("Session limit is %d.\n", l.line.SessionLimit)
	} else {
		c.Printf("Session limit is not set.\n")
	}
	c.Printf("Time since activation: %s\n", since)
	c.Printf("Editing is enabled.\nHistory is %s, history size is %d.\n", render.Enabled(size.recalls), size.history)
	c.Printf("DNS resolution in show commands is enabled\nFull user help is disabled\n")
	inputs := "none"
	if l.kind == LineVTY {
		inputs = l.line.inputs().String()
	}
	c.Printf("Allowed input transports are %s.\nAllowed output transports are %s.\nPreferred transport is %s.\n", inputs, l.line.outputs(), cmp.Or(l.line.Preferred, "telnet"))
	c.Printf("No output characters are padded\nNo special data dispatching characters\n")
}

func never(d time.Duration) string {
	if d <= 0 {
		return "never"
	}
	return render.HMS(d)
}

func absoluteText(d time.Duration) string {
	if d <= 0 {
		return "none"
	}
	return render.HMS(d)
}

// SSHInfo is what a front end knows of an SSH connection.
type SSHInfo struct{ Cipher, MAC string }

// SSH says that the session came over SSH, and how it is protected. Call it before
// Run or RunLine.
func (s *Session) SSH(info SSHInfo) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ssh = &info
}

// ShowSSH is `show ssh`. There is no SSH version 1 here.
func (c *Context) ShowSSH() error {
	head := false
	for _, i := range c.Shell.Sessions() {
		if i.session.via != TransportSSH {
			continue
		}
		i.session.mu.Lock()
		info, state := i.session.ssh, "Session started"
		i.session.mu.Unlock()
		if info == nil {
			info, state = &SSHInfo{}, "Authenticating"
		}
		if !head {
			c.Printf("%s\n", "Connection Version Mode Encryption  Hmac         State                 Username")
			head = true
		}
		for _, mode := range []string{"IN", "OUT"} {
			c.Printf("%-10d %-7s %-4s %-11s %-12s %-21s %s\n", i.Number, "2.0", mode, info.Cipher, info.MAC, state, i.User)
		}
	}
	if !head {
		c.Printf("%%No SSHv2 server connections running.\n")
	}
	c.Printf("%%No SSHv1 server connections running.\n")
	return nil
}

// ShowIPSSH is `show ip ssh`.
func (c *Context) ShowIPSSH() error {
	ssh := c.Shell.Config().SSH
	if keys := c.Shell.o.Keys; keys != nil && !keys.Serving() {
		c.Printf("SSH Disabled - version 2.0\n%%Please create RSA keys to enable SSH (and of atleast 768 bits for SSH v2).\n")
	} else {
		c.Printf("SSH Enabled - version 2.0\n")
	}
	c.Printf("Authentication timeout: %d secs; Authentication retries: %d\n",
		int(cmp.Or(ssh.Timeout, DefaultSSHTimeout)/time.Second), ssh.Retries)
	return nil
}

// DefaultSSHTimeout is `ip ssh time-out 120`.
const DefaultSSHTimeout = 120 * time.Second

// String is the rule as `show access-lists` prints it.
func (r AccessRule) String() string {
	if r.Text != "" {
		return r.Text
	}
	text := map[bool]string{true: "permit", false: "deny  "}[r.Permit] + " "
	switch {
	case r.Wild == 1<<32-1:
		text += "any"
	case r.Wild == 0:
		text += dotted(r.Addr)
	default:
		text += fmt.Sprintf("%s, wildcard bits %s", dotted(r.Addr), dotted(r.Wild))
	}
	if r.Log {
		text += " log"
	}
	return text
}

func dotted(a uint32) string { return fmt.Sprintf("%d.%d.%d.%d", a>>24, a>>16&255, a>>8&255, a&255) }
