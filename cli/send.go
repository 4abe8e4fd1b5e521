package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/busylamp/busylamp/cli/term"
)

// maxMessage bounds the text of `send`, in bytes; what is typed beyond it is dropped.
const maxMessage = 4 << 10

// AllLines is `send *`.
const AllLines = -1

// Send is `send`: it asks for a text and prints it on a line, by its absolute number, or
// on AllLines. Who is not there does not hear it.
func (c *Context) Send(line int) error {
	to := "all terminals"
	if line != AllLines {
		if line >= firstVTY+len(c.Shell.Config().Vty) {
			return errors.New("% Invalid line number")
		}
		to = fmt.Sprintf("tty%d", line)
	}
	c.Printf("Enter message, end with CTRL/Z; abort with CTRL/C:\n")
	text, err := c.message()
	if err != nil {
		return err
	}
	if ok, err := c.Confirm("Send message?"); err != nil || !ok {
		return err
	}
	own := SessionInfo{Kind: c.Session.kind, Number: c.Session.number}
	text = fmt.Sprintf("\n\n***\n***\n*** Message from tty%d to %s:\n***\n%s", own.Absolute(), to, text)
	c.Shell.tell(text, func(i SessionInfo) bool { return line == AllLines || line == i.Absolute() })
	return nil
}

// message reads lines up to Ctrl-Z.
func (c *Context) message() (string, error) {
	if err := c.flush(); err != nil {
		return "", err
	}
	var lines []string
	for left := maxMessage; ; {
		line, err := c.Session.readLine("", term.LineOptions{Echo: true, Timeout: c.Session.line().ExecTimeout})
		if err != nil && !errors.Is(err, term.ErrEnd) {
			return "", err
		}
		if left -= len(line) + 1; left >= 0 && (err == nil || line != "") {
			lines = append(lines, line)
		}
		if err != nil {
			return strings.Join(lines, "\n"), nil
		}
	}
}
