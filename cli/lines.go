package cli

import (
	"context"
	"errors"
	"time"

	"github.com/busylamp/busylamp/cli/term"
)

// Why a connection gets no line.
var (
	// ErrLines says that no terminal line is free.
	ErrLines = errors.New("% All terminal lines are in use")
	// ErrRefused says that no vty takes the protocol, or that `no exec` or the access-class of the
	// one that is free refuses the peer.
	ErrRefused = errors.New("% Connection refused")
)

// errCleared ends a visit on a line that somebody has cleared.
var errCleared = errors.New("the line was cleared")

// Open allocates con 0, or the lowest vty that is free. from is the peer's address.
// The session must be run or closed. The error is ErrLines.
func (sh *Shell) Open(kind LineKind, from string) (*Session, error) {
	if kind == LineVTY {
		return sh.Accept(TransportAll, from, nil)
	}
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if sh.console != nil {
		return nil, ErrLines
	}
	sh.console = newSession(sh, kind, 0, from)
	sh.uses[0]++
	return sh.console, nil
}

// Accept allocates the lowest vty that is free and takes one of the protocols, whose
// access-class then judges the peer: a router looks no further either. hangUp ends the
// connection when the line is cleared; it may be nil. The session must be run or
// closed. The error is ErrLines or ErrRefused.
func (sh *Shell) Accept(via Transport, from string, hangUp func()) (*Session, error) {
	c := sh.Config()
	s, err := sh.free(c, via, from, hangUp)
	if err == nil && (c.Vty[s.number].NoExec || !sh.admits(c, c.Vty[s.number], from, via)) {
		s.Close()
		return nil, ErrRefused
	}
	return s, err
}

func (sh *Shell) free(c Config, via Transport, from string, hangUp func()) (*Session, error) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	err := ErrRefused
	for n, line := range c.Vty {
		if line.inputs()&via == 0 {
			continue
		}
		if err = ErrLines; sh.vtys[n] != nil {
			continue
		}
		s := newSession(sh, LineVTY, n, from)
		s.via, s.hangUp = via, hangUp
		sh.vtys[n] = s
		sh.uses[firstVTY+n]++
		return s, nil
	}
	return nil, err
}

func (sh *Shell) release(s *Session) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	switch {
	case sh.console == s:
		sh.console = nil
	case sh.vtys[s.number] == s:
		delete(sh.vtys, s.number)
	}
}

// at is the session on a line, nil if there is none.
func (sh *Shell) at(kind LineKind, number int) *Session {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if kind == LineConsole {
		return sh.console
	}
	return sh.vtys[number]
}

// clear ends a visit, from any goroutine: a vty is hung up, the console begins anew.
func (s *Session) clear() {
	s.mu.Lock()
	drop := s.drop
	s.mu.Unlock()
	if drop != nil {
		drop(errCleared)
	}
	if s.hangUp != nil {
		s.hangUp()
	}
}

// setDrop says what ends the visit that is going on; nil: there is none.
func (s *Session) setDrop(drop context.CancelCauseFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop = drop
}

// over turns the ways in which a visit ends like an exit into nil: no valid login,
// too long without a key or altogether, a cleared line.
func (s *Session) over(err error) error {
	cause := context.Cause(s.ctx)
	for _, usual := range []error{errLogin, term.ErrTimeout, errCleared} {
		if errors.Is(err, usual) || errors.Is(cause, usual) {
			return nil
		}
	}
	return err
}

// defaultWarning is how long before the end of `absolute-timeout` the user is told.
const defaultWarning = 20 * time.Second

// limit starts the absolute-timeout of the line. The caller calls stop at the end of
// the visit.
func (s *Session) limit() (stop func()) {
	line := s.line()
	if line.AbsoluteTimeout <= 0 {
		return func() {}
	}
	warning := line.LogoutWarning
	if warning <= 0 {
		warning = defaultWarning
	}
	terminal, end := s.term, s.end
	warn := time.AfterFunc(max(line.AbsoluteTimeout-warning, 0), func() {
		terminal.Async("*\n*\n* Line timeout expired\n*\n*")
	})
	over := time.AfterFunc(line.AbsoluteTimeout, func() { end(term.ErrTimeout) })
	return func() {
		warn.Stop()
		over.Stop()
	}
}

// ClearLine is `clear line`: whoever is on the line is thrown out. It is not for one's
// own line.
func (c *Context) ClearLine(kind LineKind, number int) error {
	if kind == LineVTY && number >= len(c.Shell.Config().Vty) {
		return errors.New("% Invalid line number")
	}
	s := c.Shell.at(kind, number)
	if s == c.Session {
		return errors.New("% Not allowed to clear current line")
	}
	ok, err := c.Confirm("")
	if err != nil || !ok {
		return err
	}
	if s != nil {
		s.clear()
	}
	c.Printf(" [OK]\n")
	return nil
}

// LineOf gives the line behind an absolute number, as `clear line` and `show line`
// take it; ok is false for the auxiliary port, which nobody can reach.
func LineOf(absolute int) (kind LineKind, number int, ok bool) {
	switch {
	case absolute == 0:
		return LineConsole, 0, true
	case absolute < firstVTY:
		return 0, 0, false
	}
	return LineVTY, absolute - firstVTY, true
}
