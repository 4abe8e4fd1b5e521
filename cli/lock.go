package cli

import (
	"crypto/subtle"
	"errors"

	"github.com/busylamp/busylamp/cli/term"
)

// Lock is `lock`, on a line with `lockable`: the terminal takes nothing until the
// password is typed that was typed here. Whoever does not come back is logged out when
// the idle time of the line is over.
func (c *Context) Lock() error {
	if !c.Session.line().Lockable {
		return errors.New("% Locking is not allowed on this line")
	}
	first, err := c.Password("Password: ")
	if err != nil {
		return err
	}
	again, err := c.Password("Again: ")
	if err != nil {
		return err
	}
	if first == "" || first != again {
		return errors.New("% Passwords do not match")
	}
	c.Printf("\n\n                                    Locked\n\n")
	if err := c.flush(); err != nil {
		return err
	}
	s := c.Session
	for {
		// Not by the Context, which Ctrl-C ends: that does not unlock.
		typed, err := s.readLine("Password: ", term.LineOptions{Timeout: s.line().ExecTimeout})
		switch {
		case errors.Is(err, term.ErrInterrupt):
		case err != nil && !errors.Is(err, term.ErrEnd):
			s.done = true
			return err
		case subtle.ConstantTimeCompare([]byte(typed), []byte(first)) == 1:
			return nil
		}
	}
}
