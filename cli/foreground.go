package cli

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/busylamp/busylamp/cli/term"
)

// A program in front has the terminal to itself for a while: ping, traceroute.
// What it prints is seen at once and is not paged.

// Foreground runs a program in front. Ctrl-C, Ctrl-Shift-6 and the end of the session end
// the context that run gets; the command itself goes on after an interrupt, so that it
// can tell what it has come to. A write to out fails when the terminal has gone: run
// gives up then. In an exec request nobody types, so that there the line's exec-timeout
// ends the program, and with it the session.
func (c *Context) Foreground(run func(ctx context.Context, out io.Writer) error) error {
	if err := c.flush(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(c.Context)
	defer cancel()
	if idle := c.Session.line().ExecTimeout; c.Session.single && idle > 0 {
		defer time.AfterFunc(idle, func() { c.Session.end(term.ErrTimeout) }).Stop()
	}
	defer c.Session.breaks.Store(c.Session.breaks.Swap(&cancel))
	return run(ctx, c.Session.term)
}

// Prompt prints a question as it stands and returns the answer, or def for an empty one.
// Errors as in Ask.
func (c *Context) Prompt(question, def string) (string, error) {
	answer, err := c.read(question, true)
	if answer = strings.TrimSpace(answer); answer == "" {
		answer = def
	}
	return answer, err
}
