package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/term"
	"github.com/busylamp/busylamp/internal/logbuf"
)

// Session is one user on one line. It belongs to the goroutine of Run or
// RunLine.
type Session struct {
	shell  *Shell
	kind   LineKind
	number int    // vty number
	from   string // peer address, "" on the console
	via    Transport
	hangUp func() // ends the connection; nil: nothing to end
	source string // "console", or "memory" while a file is loaded

	ctx       context.Context         // of Run, RunLine or the visit: ends every wait for input
	end       context.CancelCauseFunc // of ctx, where a key was waited for too long
	term      Terminal
	stack     []frame // empty: EXEC
	level     int
	known     bool          // Authenticated
	done      bool          // `exit`
	reloading bool          // `reload`: the line is not given to the next visitor
	dirty     bool          // committed something and has not settled
	changed   bool          // committed something since it has begun to configure
	settled   time.Time     // when a prompt has last waited for the agents
	settling  time.Duration // and how long
	stale     bool          // committed what the next prompt shows: it must wait even in a paste
	piped     bool          // nobody to press keys: no pager
	single    bool          // one command is run, of an exec request: nobody types between

	below   func() (string, error) // the lines of a file below an action's own
	loading bool                   // a file: `exit` in global mode does not end it
	trial   bool                   // it is read for its tree only: nothing is carried out

	fileLine int     // the number of the line that is being loaded
	sources  Sources // where the tree comes from; nil: nobody asks

	configSession int // number in the configuration log, 0 before its first line

	length, width *int // `terminal length|width`
	histSize      int
	histOff       bool          // `terminal no history`
	history       *term.History // EXEC
	confHistory   *term.History // configuration modes
	detach        func()        // the log sink of con 0, or of `terminal monitor`
	inbox         inbox         // messages on their way to the terminal

	last   int                                // the connection that was used last
	escape *Escape                            // `terminal escape-character`
	breaks atomic.Pointer[context.CancelFunc] // what an interrupt ends: the command, or a program in front

	mu     sync.Mutex // guards what other sessions' `show users` reads
	user   string
	active time.Time // last line
	screen Terminal  // of Run, for what others print on it
	since  time.Time // login
	drop   context.CancelCauseFunc
	open   []*connection // to other machines, by number, at most maxOutgoing
	ssh    *SSHInfo      // nil until the user is known
}

func newSession(sh *Shell, kind LineKind, number int, from string) *Session {
	s := &Session{ctx: context.Background(), shell: sh, kind: kind, number: number, from: from, source: "console", active: time.Now()}
	s.clearHistory()
	return s
}

// historySize is how many lines a terminal line keeps.
func historySize(l Line) int {
	if l.HistorySize == 0 {
		return term.DefaultHistory
	}
	return max(l.HistorySize, 0)
}

func (s *Session) clearHistory() {
	s.histOff = false
	s.histSize = historySize(s.line())
	s.history, s.confHistory = term.NewHistory(s.histSize), term.NewHistory(s.histSize)
}

// Authenticated says that the front end knows the user: Run asks for nothing and
// starts at the level. Call it before Run or RunLine.
func (s *Session) Authenticated(user string, level int) {
	s.known = true
	if _, ok := s.shell.Config().user(user); !ok {
		user = shownName(user)
	}
	s.setUser(user)
	s.level = min(max(level, 1), maxLevel)
}

// Piped says that the terminal is a pipe or a file, where nobody presses keys:
// nothing is paged. Call it before Run.
func (s *Session) Piped() { s.piped = true }

func (s *Session) setUser(user string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.user = user
}

// User is the name given at login, "" for none.
func (s *Session) User() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.user
}

// line is the configuration of the session's terminal line as it is now.
func (s *Session) line() Line {
	c := s.shell.Config()
	if s.kind == LineConsole {
		return c.Console
	}
	if s.number < len(c.Vty) {
		return c.Vty[s.number]
	}
	return Line{Login: LoginPassword}
}

// name is the line's name as %SYS-5-CONFIG_I has it.
func (s *Session) name() string {
	if s.kind == LineConsole {
		return "console"
	}
	text := fmt.Sprintf("vty%d", s.number)
	if s.from != "" {
		text += " (" + s.from + ")"
	}
	return text
}

func (s *Session) origin() conf.Origin {
	text := s.name()
	if u := s.User(); u != "" {
		text = u + " on " + text
	}
	return conf.Origin{Text: text}
}

// author is whom commits are recorded under: a file's own name, not that of the
// session that loads it.
func (s *Session) author() conf.Origin {
	if s.loading {
		return conf.Origin{Text: s.source}
	}
	return s.origin()
}

// maxHostname is how much of the hostname a configuration prompt shows.
const maxHostname = 20

func (s *Session) prompt() string {
	if len(s.stack) > 0 {
		return s.promptOf(s.stack[len(s.stack)-1].prompt)
	}
	host := s.shell.Config().Hostname
	if s.level > 1 { // as soon as it is more than a user's
		return host + "#"
	}
	return host + ">"
}

// promptOf is the prompt of a configuration mode.
func (s *Session) promptOf(mode string) string {
	host := s.shell.Config().Hostname
	if len(host) > maxHostname {
		host = host[:maxHostname]
	}
	return host + "(" + mode + ")#"
}

func (s *Session) print(text string) {
	if s.term != nil {
		io.WriteString(s.term, text) // a failed write shows at the next read
	}
}

// readLine is the terminal's, ended by the session's context. Messages that wait are
// shown before it.
func (s *Session) readLine(prompt string, o term.LineOptions) (string, error) {
	if o.Context == nil {
		o.Context = s.ctx
	}
	s.idle()
	defer s.work()
	return s.term.ReadLine(prompt, o)
}

// readKey is the terminal's. When nobody presses a key for the line's exec-timeout
// the visit ends, as it does at a prompt; the error is then term.ErrTimeout.
func (s *Session) readKey(ctx context.Context) (rune, error) {
	if idle := s.line().ExecTimeout; idle > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, idle, term.ErrTimeout)
		defer cancel()
	}
	key, err := s.term.ReadKey(ctx)
	if err != nil && errors.Is(context.Cause(ctx), term.ErrTimeout) {
		err = term.ErrTimeout
		s.end(err)
	}
	return key, err
}

// Close gives the line back. Run and RunLine do it at their end; call it for a
// session that is never run.
func (s *Session) Close() {
	s.unmonitor()
	s.shell.release(s)
}

func (s *Session) monitor(kind logbuf.SinkKind) {
	if s.detach == nil {
		name := fmt.Sprintf("vty%d", SessionInfo{Kind: s.kind, Number: s.number}.Absolute())
		s.detach = s.shell.o.Log.Attach(kind, name, s.hear)
	}
}

func (s *Session) unmonitor() {
	if s.detach != nil {
		s.detach()
		s.detach = nil
	}
}

// turn reads and carries out one line.
func (s *Session) turn(ctx context.Context) error {
	if s.stale || !s.term.Pending() && !s.slow() {
		s.settle(ctx)
	}
	s.flushLog(ctx)
	prompt := s.prompt()
	line, err := s.readLine(prompt, s.lineOptions(ctx))
	s.touch()
	if err == nil || errors.Is(err, term.ErrEnd) {
		if ended := s.typed(ctx, prompt, line); ended != nil {
			err = ended
		}
	}
	if errors.Is(err, term.ErrInterrupt) || errors.Is(err, term.ErrEnd) {
		s.leaveConfig()
		return nil
	}
	return err
}

// flushLog lets messages be printed before the next prompt, and the last ones
// before the end.
func (s *Session) flushLog(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, flushTime)
	defer cancel()
	s.shell.o.Log.Flush(ctx)
}

func (s *Session) touch() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.active = time.Now()
}

func (s *Session) lineOptions(ctx context.Context) term.LineOptions {
	line := s.line()
	o := term.LineOptions{
		Echo: true, History: s.history, Timeout: line.ExecTimeout,
		Help:     func(text string) string { return s.help(ctx, text) },
		Complete: s.complete,
	}
	if len(s.stack) > 0 {
		o.History = s.confHistory
	}
	switch {
	case s.width != nil && *s.width == 0:
		o.Width = -1
	case s.width != nil:
		o.Width = *s.width
	case line.Width > 0:
		o.Width = line.Width
	}
	return o
}

// typed carries out one line as typed after prompt. Blank lines and comments do
// nothing. The error is that of a banner whose lines did not come.
func (s *Session) typed(ctx context.Context, prompt, line string) error {
	line = tidy(line)
	if line == "" && len(s.stack) == 0 && s.current() != nil {
		line = resumeCommand
	}
	if text := strings.TrimLeft(line, " "); text == "" || text[0] == '!' || barePrompt(text) {
		return nil
	}
	if len(s.stack) > 0 {
		var ok bool
		if line, _, ok = pasted(line); !ok {
			return nil
		}
	}
	var lerr *lineError
	var ended error
	if len(s.stack) > 0 {
		lerr = s.configLine(ctx, line, func() (text string, err error) {
			text, ended = s.readLine("", term.LineOptions{Echo: true, Timeout: s.line().ExecTimeout})
			return text, ended
		})
	} else {
		lerr = s.execLine(ctx, line, false)
	}
	if ended == nil && lerr != nil {
		s.print(lerr.render(prompt, line))
	}
	return ended
}
