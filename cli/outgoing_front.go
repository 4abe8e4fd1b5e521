package cli

import (
	"cmp"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/cli/term"
)

// why says why a connection has lost the terminal.
type why uint8

const (
	whySuspended why = iota + 1 // escape character and x
	whyHungUp                   // the user's terminal has gone
	whyInput                    // there are no more keys to come, of a file say
)

// lastWait is how long a connection may stay silent after the last key has come, where keys
// come from a file.
const lastWait = 5 * time.Second

// front gives the terminal to a connection.
func (c *Context) front(conn *connection) error {
	s := c.Session
	s.last = conn.number
	raw := s.term.Raw()
	defer raw.Close()
	if cols, rows := s.term.Size(); cols|rows != 0 {
		conn.remote.Resize(cols, rows)
	}
	ctx, cancel := context.WithCancel(c.Context)
	defer cancel()
	keys := make(chan why, 1)
	var typing sync.WaitGroup
	typing.Go(func() { keys <- s.keysTo(ctx, raw, conn) })
	defer typing.Wait()
	defer cancel()

	idle, over := s.idleConnection()
	var quiet <-chan time.Time // set: the silence that ends all
	tick := time.NewTimer(idle)
	defer tick.Stop()
	for {
		printed, ended := conn.take()
		if len(printed) > 0 {
			if _, err := raw.Write(printed); err != nil {
				s.disconnect(conn)
				return io.EOF
			}
			if quiet != nil {
				quiet = time.After(lastWait)
			}
		}
		if ended {
			s.disconnect(conn)
			s.print("\n[Connection to " + conn.Host + " closed by foreign host]\n")
			return nil
		}
		select {
		case <-conn.arrived:
		case <-raw.Resized():
			conn.remote.Resize(s.term.Size())
		case <-tick.C:
			if _, been := conn.waiting(); been < idle {
				tick.Reset(idle - been)
				continue
			}
			s.disconnect(conn)
			s.print("\n[Connection to " + conn.Host + " idle too long; timed out]\n")
			if over {
				s.end(term.ErrTimeout)
			}
			return nil
		case <-quiet:
			s.disconnect(conn)
			return nil
		case w := <-keys:
			switch w {
			case whySuspended:
				s.print("\n")
				return nil
			case whyInput:
				quiet = time.After(lastWait)
				continue
			}
			s.disconnect(conn)
			return io.EOF
		case <-c.Done():
			s.disconnect(conn)
			return c.Err()
		}
	}
}

// forever is how long an idle connection stays without a limit.
const forever = 1 << 62

// idleConnection is how long nothing may pass: the session-timeout ends the connection, the
// exec-timeout of a line without one the session as well.
func (s *Session) idleConnection() (limit time.Duration, over bool) {
	line := s.line()
	switch {
	case line.SessionTimeout > 0:
		return line.SessionTimeout, false
	case line.ExecTimeout > 0:
		return line.ExecTimeout, true
	}
	return forever, false
}

// keysTo sends keys to a connection until the user leaves it or ctx ends.
func (s *Session) keysTo(ctx context.Context, raw term.Raw, conn *connection) why {
	escaped := false
	buf := make([]byte, 1024)
	for {
		n, err := raw.Read(ctx, buf)
		if err != nil {
			if errors.Is(err, io.EOF) && s.piped {
				return whyInput
			}
			return whyHungUp
		}
		out := make([]byte, 0, n)
		for i, b := range buf[:n] {
			esc, on := s.escapeKey()
			switch {
			case on && !escaped && b == esc:
				escaped = true
				continue
			case !escaped, b == esc:
				out = append(out, b)
			case b == 'x' || b == 'X' || b == 'X'&31:
				s.send(conn, out)
				raw.Unread(buf[i+1 : n])
				return whySuspended
			case b == 'b' || b == 'B':
				s.send(conn, out)
				out = out[:0]
				conn.remote.Break()
			}
			escaped = false
		}
		s.send(conn, out)
	}
}

// send types at a connection. That it has ended is told by its other direction.
func (s *Session) send(conn *connection, keys []byte) {
	if len(keys) > 0 {
		conn.touch()
		conn.remote.Write(keys)
	}
}

// escapeKey is the escape character in force; on is false for none.
func (s *Session) escapeKey() (key byte, on bool) {
	return s.escapeSet().Key()
}

// Escape is an `escape-character`: 0 for the default, Ctrl-^, -1 for none, else its code.
type Escape int

// Key is the character; on is false for none.
func (e Escape) Key() (key byte, on bool) {
	const ctrlCaret = 0x1e
	switch {
	case e == 0:
		return ctrlCaret, true
	case e < 0 || e > 255:
		return 0, false
	}
	return byte(e), true
}

// String is the key as `show line` has it, with the x that follows.
func (e Escape) String() string {
	key, on := e.Key()
	switch {
	case !on:
		return "none"
	case key < ' ':
		return "^" + string(rune(key+'@')) + "x"
	}
	return string(rune(key)) + "x"
}

// TerminalEscape is `terminal escape-character`.
func (c *Context) TerminalEscape(e Escape) error {
	c.Session.escape = &e
	return nil
}

// escapeSet is the escape character as it is set.
func (s *Session) escapeSet() Escape {
	if s.escape != nil {
		return *s.escape
	}
	return s.line().Escape
}

// resumeCommand is what Enter alone is where a connection was left.
const resumeCommand = "resume"

// implied is the command that an unknown line stands for: a number for `resume`, a host, with
// a port perhaps, for `telnet`; "" for none.
func (s *Session) implied(line string, r grammar.Result) string {
	words := strings.Fields(line)
	preferred := cmp.Or(s.line().Preferred, "telnet")
	switch {
	case r.Outcome != grammar.NoMatch || r.Depth != 0 || !hostLike(words):
		return ""
	case len(words) == 1 && len(words[0]) <= 2 && strings.Trim(words[0], "0123456789") == "":
		return resumeCommand + " " + words[0]
	case preferred == "none":
		return ""
	case preferred == "ssh" && len(words) == 2:
		return "ssh -p " + words[1] + " " + words[0]
	}
	return preferred + " " + strings.Join(words, " ")
}
