package cli

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/busylamp/busylamp/cli/term"
	"github.com/busylamp/busylamp/internal/logbuf"
)

// Run is the session: login if the line asks for it, then one line after the
// other until `exit`, hang-up, timeout or the end of ctx. It returns nil when
// the user left and the read error when the terminal did. On the console `exit`
// does not end it: the console waits for Enter and begins anew.
func (s *Session) Run(ctx context.Context, t Terminal) error {
	defer s.Close()
	defer s.idle() // what waits is shown even so
	defer s.flushLog(context.WithoutCancel(ctx))
	s.term = t
	s.mu.Lock()
	s.screen = t
	s.mu.Unlock()
	if s.kind == LineConsole {
		s.monitor(logbuf.Console)
	}
	for {
		err := s.visit(ctx)
		if s.kind != LineConsole || s.reloading || err != nil || ctx.Err() != nil {
			return err
		}
		if err := s.awaitReturn(); err != nil {
			return err
		}
	}
}

// visit is one stay on the line, from login to exit. Giving up after bad
// passwords, and the idle timeout, end it like an exit.
func (s *Session) visit(ctx context.Context) error {
	s.ctx, s.end = context.WithCancelCause(ctx)
	s.setDrop(s.end)
	defer func() {
		s.setDrop(nil)
		s.end(nil)
		s.ctx = ctx
	}()
	s.begin()
	if s.line().NoExec {
		return nil
	}
	if err := s.login(); err != nil {
		return s.over(err)
	}
	defer s.limit()()
	defer s.disconnectAll()
	defer s.leaveConfig()
	if auto := s.autocommand(); auto != "" {
		if err := s.typed(s.ctx, "", auto); err != nil {
			return s.over(err)
		}
		return ctx.Err()
	}
	for !s.done && s.ctx.Err() == nil {
		if err := s.turn(s.ctx); err != nil {
			return s.over(err)
		}
	}
	return ctx.Err()
}

// autocommand is what the session runs in the place of asking for commands, "" for none.
func (s *Session) autocommand() string { return s.autocommandOf(s.User()) }

func (s *Session) autocommandOf(user string) string {
	if u, ok := s.shell.Config().user(user); ok && u.Autocommand != "" {
		return u.Autocommand
	}
	return s.line().Autocommand
}

// Confined tells whether a user who comes by the session's line would not be asked for
// commands: he has an autocommand, or the line has one, or no EXEC.
func (s *Session) Confined(user string) bool {
	return s.line().NoExec || s.autocommandOf(user) != ""
}

// begin forgets what the last visitor of the line has set.
func (s *Session) begin() {
	s.done, s.stack, s.length, s.width, s.escape = false, nil, nil, nil, nil
	s.clearHistory()
	if !s.known {
		s.level = 1
		s.setUser("")
	}
}

// awaitReturn is the console between two visits. Ctrl-C hangs up here, which is
// how a user gets out of an appliance whose console is his own terminal.
func (s *Session) awaitReturn() error {
	s.print(strings.Repeat("\n", 30) + s.shell.Config().Hostname + " con0 is now available\n\n\n\n\n\nPress RETURN to get started.\n\n\n")
	for {
		_, err := s.readLine("", term.LineOptions{})
		if err == nil || errors.Is(err, term.ErrEnd) {
			return nil
		}
		if errors.Is(err, term.ErrInterrupt) {
			return io.EOF
		}
		if !errors.Is(err, term.ErrTimeout) {
			return err
		}
	}
}

// RunLine runs one line as if it had been typed at the EXEC prompt: an SSH exec
// request. Nothing is paged. The line's absolute-timeout holds from here on, and its
// exec-timeout for what waits and for a program in front. The session is closed at the end.
func (s *Session) RunLine(ctx context.Context, t Terminal, line string) {
	defer s.Close()
	s.term, s.piped, s.single = t, true, true
	s.ctx, s.end = context.WithCancelCause(ctx)
	s.setDrop(s.end)
	defer s.end(nil)
	if !s.known {
		s.print("% Authentication failed\n")
		return
	}
	defer s.limit()()
	if auto := s.autocommand(); auto != "" {
		line = auto // whoever is kept to one command has no others this way either
	}
	defer s.disconnectAll()
	s.typed(s.ctx, "", line)
	s.leaveConfig()
}
