package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/cli/term"
	"github.com/busylamp/busylamp/internal/logbuf"
)

// Printf prints to Out. It drops the error of a user who has quit: the Context
// is done then.
func (c *Context) Printf(format string, a ...any) {
	fmt.Fprintf(c.Out, format, a...)
}

// Report logs a notification of what the session has done, and who that was.
func (c *Context) Report(facility, mnemonic, what string) {
	c.Shell.o.Log.Msg(facility, logbuf.Notifications, mnemonic, "%s by %s", what, c.Session.origin().Text)
}

// Confirm prints "PROMPT [confirm]" and waits for one key: Enter or y is yes,
// anything else no. The error is io.EOF after a hang-up, term.ErrTimeout when
// nobody answered.
func (c *Context) Confirm(prompt string) (bool, error) {
	if err := c.flush(); err != nil {
		return false, err
	}
	c.Session.idle()
	defer c.Session.work()
	c.Session.print(strings.TrimPrefix(prompt+" [confirm]", " "))
	key, err := c.Session.readKey(c.Context)
	if err != nil {
		return false, err
	}
	if key > ' ' && key < 127 {
		c.Session.print(string(key))
	}
	c.Session.print("\n")
	return key == '\r' || key == '\n' || key == 'y' || key == 'Y', nil
}

// YesNo prints "PROMPT [yes/no]: " and asks until the answer is one of the two
// words or its beginning. The error is term.ErrInterrupt after Ctrl-C, io.EOF
// after a hang-up.
func (c *Context) YesNo(prompt string) (bool, error) {
	for {
		answer, err := c.read(prompt+" [yes/no]: ", true)
		if err != nil {
			return false, err
		}
		answer = strings.ToLower(strings.TrimSpace(answer))
		switch {
		case answer == "":
		case strings.HasPrefix("yes", answer):
			return true, nil
		case strings.HasPrefix("no", answer):
			return false, nil
		}
		c.Session.print("% Please answer 'yes' or 'no'.\n")
	}
}

// YesOrElse prints "PROMPT (yes/[no]): "; all but yes, or its beginning, is no. The
// errors are those of YesNo.
func (c *Context) YesOrElse(prompt string) (bool, error) {
	answer, err := c.read(prompt+" (yes/[no]): ", true)
	answer = strings.ToLower(strings.TrimSpace(answer))
	return err == nil && answer != "" && strings.HasPrefix("yes", answer), err
}

// Ask prints "PROMPT [DEFAULT]? " and returns the answer, or the default for an
// empty one.
func (c *Context) Ask(prompt, def string) (string, error) {
	text := prompt
	if def != "" {
		text += " [" + def + "]"
	}
	answer, err := c.read(text+"? ", true)
	if err != nil {
		return "", err
	}
	if answer = strings.TrimSpace(answer); answer == "" {
		return def, nil
	}
	return answer, nil
}

// Password prints the prompt as it is and reads an answer without echo.
func (c *Context) Password(prompt string) (string, error) { return c.read(prompt, false) }

func (c *Context) read(prompt string, echo bool) (string, error) {
	if err := c.flush(); err != nil {
		return "", err
	}
	s := c.Session
	line, err := s.readLine(prompt, term.LineOptions{Echo: echo, Timeout: s.line().ExecTimeout})
	if errors.Is(err, term.ErrEnd) {
		err = nil
	}
	return line, err
}

// Below reads the lines that belong to an action of a configuration mode, up to
// `exit`, `quit` or `end`. prompt is that of the mode they are typed in, limit how much
// is kept in bytes. The error is io.EOF after a hang-up or at the end of a file.
func (c *Context) Below(prompt string, limit int) ([]string, error) {
	s := c.Session
	read := s.below
	if !s.loading {
		prompt = s.promptOf(prompt)
		read = func() (string, error) { return c.read(prompt, true) }
	}
	var out []string
	for {
		line, err := read()
		if err != nil {
			return nil, err
		}
		switch line = strings.TrimSpace(line); strings.ToLower(line) {
		case "exit", "quit", "end":
			return out, nil
		}
		if limit -= len(line) + 1; limit >= 0 {
			out = append(out, line)
		}
	}
}

// ApplyLine commits one configuration line in the innermost mode of the session,
// as if typed there: for actions that leave a line behind (`create profile`).
// The line is the command's own, so a refusal is a mistake in a declaration.
func (c *Context) ApplyLine(line string) error {
	s := c.Session
	if len(s.stack) == 0 {
		return fmt.Errorf("%% %q: not in a configuration mode", line)
	}
	level := len(s.stack) - 1
	f := s.stack[level]
	r := f.set.conf.Set().Match(line, s.shell.env())
	if r.Outcome != grammar.OK {
		return fmt.Errorf("%% %q: not a command of this mode", line)
	}
	if lerr := s.commit(level, r.Args); lerr != nil {
		return lerr
	}
	return nil
}

// Tree is the running configuration as it is now.
func (c *Context) Tree() conf.Tree { return c.Shell.store.Tree() }

// Block is the path of the block that an action was typed in; Root in EXEC and
// global configuration mode.
func (c *Context) Block() conf.Path {
	if n := len(c.Session.stack); n > 0 {
		return c.Session.stack[n-1].path
	}
	return conf.Root
}
