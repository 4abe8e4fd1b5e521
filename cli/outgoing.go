package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
)

// Connections that a user opens from a line to other machines: telnet and SSH. One has the
// terminal, the others wait; what they print meanwhile is kept up to a limit, beyond which
// they are not read.

// Remote is a connection to another machine. Read gives what it prints, Write takes keys;
// neither may block for ever after Close.
type Remote interface {
	io.ReadWriteCloser
	// Resize tells the far side the size of the screen.
	Resize(cols, rows int)
	// Break sends a break, as far as the protocol has one.
	Break()
}

// Outgoing is a connection that is to be opened.
type Outgoing struct {
	Via  Transport // TransportTelnet or TransportSSH
	Host string    // as typed
	At   string    // the address
	// Dial opens it. What it prints goes to out.
	Dial func(ctx context.Context, out io.Writer) (Remote, error)
}

// Bounds of connections.
const (
	// maxOutgoing is how many a line may have open.
	maxOutgoing = 16
	// remoteLimit is how much of what a connection printed is kept, in bytes, while
	// nobody looks or the user does not read.
	remoteLimit = 64 << 10
)

// connection is an open connection of a session.
type connection struct {
	Outgoing
	number int
	remote Remote

	arrived chan struct{} // capacity 1: there is something in printed, or ended is set
	taken   chan struct{} // capacity 1: printed has been emptied
	closing chan struct{} // ends pump
	pumped  sync.WaitGroup

	mu      sync.Mutex
	printed []byte
	ended   bool // closed by the far side
	active  time.Time
}

func newConnection(o Outgoing, number int, r Remote) *connection {
	c := &connection{Outgoing: o, number: number, remote: r, active: time.Now(),
		arrived: make(chan struct{}, 1), taken: make(chan struct{}, 1), closing: make(chan struct{})}
	c.pumped.Go(c.pump)
	return c
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// pump moves what the far side prints into printed.
func (c *connection) pump() {
	buf := make([]byte, 4096)
	for {
		n, err := c.remote.Read(buf)
		c.mu.Lock()
		c.printed = append(c.printed, buf[:n]...)
		c.ended = err != nil
		if n > 0 {
			c.active = time.Now()
		}
		full := len(c.printed) >= remoteLimit
		c.mu.Unlock()
		signal(c.arrived)
		if err != nil {
			return
		}
		if full {
			select {
			case <-c.taken:
			case <-c.closing:
				return
			}
		}
	}
}

// take gives what was printed, and whether the far side has closed behind it.
func (c *connection) take() (printed []byte, ended bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	printed, c.printed = c.printed, nil
	signal(c.taken)
	return printed, c.ended
}

func (c *connection) touch() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.active = time.Now()
}

// waiting is what `show sessions` tells: bytes that nobody has read, and how long nothing
// has passed.
func (c *connection) waiting() (unread int, idle time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.printed), time.Since(c.active)
}

// close ends the connection and waits for its goroutine.
func (c *connection) close() {
	close(c.closing)
	c.remote.Close()
	c.pumped.Wait()
}

// connections are those of the session, by number.
func (s *Session) connections() []*connection {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.open)
}

// current is the connection that was looked at last, nil for none.
func (s *Session) current() *connection {
	for _, c := range s.connections() {
		if c.number == s.last {
			return c
		}
	}
	return nil
}

// connected finds one by number; 0: the current one.
func (s *Session) connected(number int) (*connection, error) {
	open := s.connections()
	switch {
	case number == 0 && s.current() != nil:
		return s.current(), nil
	case len(open) == 0:
		return nil, errors.New("% No connections open")
	case number == 0:
		return open[len(open)-1], nil
	}
	for _, c := range open {
		if c.number == number {
			return c, nil
		}
	}
	return nil, fmt.Errorf("%% %d is not an open connection", number)
}

// drop closes a connection and forgets it.
func (s *Session) disconnect(c *connection) {
	s.mu.Lock()
	s.open = slices.DeleteFunc(s.open, func(o *connection) bool { return o == c })
	s.mu.Unlock()
	c.close()
}

// disconnectAll closes what is open at the end of a visit.
func (s *Session) disconnectAll() {
	for _, c := range s.connections() {
		s.disconnect(c)
	}
}

// outputs are the protocols of connections from the line.
func (l Line) outputs() Transport { return TransportAll &^ l.BarredOut }

// Connect opens a connection and gives it the terminal, until it ends or the user leaves
// it with the escape character.
func (c *Context) Connect(o Outgoing) error {
	s := c.Session
	line := s.line()
	open := s.connections()
	switch {
	case line.outputs()&o.Via == 0:
		return fmt.Errorf("%% %s connections not permitted from this terminal", o.Via)
	case line.SessionLimit > 0 && len(open) >= line.SessionLimit, len(open) >= maxOutgoing:
		return errors.New("% Session limit exceeded")
	}
	number := 1
	for _, other := range open { // the lowest that is free; they are sorted
		if other.number == number {
			number++
		}
	}
	var remote Remote
	err := c.Foreground(func(ctx context.Context, out io.Writer) (err error) {
		remote, err = o.Dial(ctx, out)
		if err != nil && ctx.Err() != nil {
			fmt.Fprintln(out)
			err = context.Canceled // given up
		}
		return err
	})
	if err != nil {
		if errors.Is(err, context.Canceled) {
			return nil
		}
		return err
	}
	conn := newConnection(o, number, remote)
	s.mu.Lock()
	s.open = append(s.open, conn)
	slices.SortFunc(s.open, func(a, b *connection) int { return a.number - b.number })
	s.mu.Unlock()
	return c.front(conn)
}

// Resume is `resume [N]`; 0: the connection that was used last.
func (c *Context) Resume(number int) error {
	conn, err := c.Session.connected(number)
	if err != nil {
		return err
	}
	c.Session.print(fmt.Sprintf("[Resuming connection %d to %s ... ]\n", conn.number, conn.Host))
	return c.front(conn)
}

// Disconnect is `disconnect [N]`.
func (c *Context) Disconnect(number int) error {
	conn, err := c.Session.connected(number)
	if err != nil {
		return err
	}
	ok, err := c.Confirm("Closing connection to " + conn.Host)
	if err != nil || !ok {
		return err
	}
	c.Session.disconnect(conn)
	return nil
}

// ShowConnections is `show sessions` and `where`.
func (c *Context) ShowConnections() error {
	open := c.Session.connections()
	if len(open) == 0 {
		return errors.New("% No connections open")
	}
	c.Printf("Conn Host                Address             Byte  Idle Conn Name\n")
	for _, conn := range open {
		mark := " "
		if conn == c.Session.current() {
			mark = "*"
		}
		unread, idle := conn.waiting()
		c.Printf("%s%3d %-20s%-20s%4d %5d %s\n", mark, conn.number, conn.Host, conn.At, unread, int(idle/time.Minute), conn.Host)
	}
	c.Printf("\n")
	return nil
}

// leave asks before the session takes open connections with it.
func (c *Context) leave() (bool, error) {
	open := c.Session.connections()
	if len(open) == 0 {
		return true, nil
	}
	ok, err := c.Confirm("  (You have open connections)")
	if err != nil || !ok {
		return false, err
	}
	var names []string
	for _, conn := range open {
		names = append(names, conn.Host)
		c.Session.disconnect(conn)
	}
	c.Session.print("Closing: " + strings.Join(names, " ") + " !\n")
	return true, nil
}

// Size is that of the user's terminal in characters; 0: unknown.
func (s *Session) Size() (cols, rows int) { return s.term.Size() }
