//go:build unix

package tty

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"

	xterm "golang.org/x/term"

	"golang.org/x/sys/unix"
)

// ConsoleOptions configure Console.
type ConsoleOptions struct {
	// Handler runs the console session.
	Handler Handler
	// Terminal options; the size is taken from the real terminal.
	Terminal Options
}

// Console runs o.Handler once on the process's own terminal and returns when
// it has returned; neither file is closed. When in is a terminal it is in raw
// mode meanwhile (Ctrl-C and Ctrl-Z are keys, not signals) and its size is
// followed; otherwise lines are read from in, echoed after the prompt as a
// terminal would show them, and the end of input is io.EOF. When ctx ends,
// reading ends with io.EOF. The error is that of setting the terminal's mode.
func Console(ctx context.Context, in, out *os.File, o ConsoleOptions) (err error) {
	opts, info := o.Terminal, ConnInfo{Kind: KindConsole}
	fd := int(in.Fd())
	info.Piped = !xterm.IsTerminal(fd)
	if info.Piped {
		opts.PlainNewline, opts.LastLine = true, true
	} else {
		saved, err := xterm.MakeRaw(fd)
		if err != nil {
			return fmt.Errorf("setting the console to raw mode: %w", err)
		}
		defer xterm.Restore(fd, saved)
		opts.Cols, opts.Rows = consoleSize(out)
	}
	stream, err := newConsoleStream(in, out)
	if err != nil {
		return err
	}
	defer stream.free()
	t := New(stream, opts)
	defer t.Close()
	defer context.AfterFunc(ctx, stream.noInput.close)()
	if !info.Piped {
		defer followSize(t, out)()
	}
	o.Handler(ctx, t, info)
	return nil
}

// consoleSize is the size of the real terminal, 0 if it has none.
func consoleSize(out *os.File) (cols, rows int) {
	cols, rows, err := xterm.GetSize(int(out.Fd()))
	if err != nil {
		return 0, 0
	}
	return cols, rows
}

// followSize tells t when the window's size changes, until stop is called.
func followSize(t *Terminal, out *os.File) (stop func()) {
	changed := make(chan os.Signal, 1)
	signal.Notify(changed, unix.SIGWINCH)
	var running sync.WaitGroup
	running.Go(func() {
		for range changed {
			t.SetSize(consoleSize(out))
		}
	})
	return func() {
		signal.Stop(changed)
		close(changed)
		running.Wait()
	}
}

// consoleStream reads and writes two files such that a blocked Read or Write
// can be ended without closing them: reading a terminal is not interruptible,
// and making it non-blocking would do so for the user's shell as well.
type consoleStream struct {
	in, out  *os.File
	noInput  *breaker // ends Read
	noOutput *breaker // ends Write
}

func newConsoleStream(in, out *os.File) (*consoleStream, error) {
	noInput, err := newBreaker()
	if err != nil {
		return nil, err
	}
	noOutput, err := newBreaker()
	if err != nil {
		noInput.free()
		return nil, err
	}
	return &consoleStream{in, out, noInput, noOutput}, nil
}

func (c *consoleStream) Read(p []byte) (int, error) {
	if !c.noInput.wait(c.in, unix.POLLIN) {
		return 0, io.EOF
	}
	return c.in.Read(p)
}

// Write goes in pieces that a pipe which is ready takes at once.
func (c *consoleStream) Write(p []byte) (int, error) {
	const piece = 4096
	for done := 0; done < len(p); {
		if !c.noOutput.wait(c.out, unix.POLLOUT) {
			return done, os.ErrClosed
		}
		n, err := c.out.Write(p[done:min(len(p), done+piece)])
		done += n
		if err != nil {
			return done, err
		}
	}
	return len(p), nil
}

func (c *consoleStream) Close() error {
	c.noInput.close()
	c.noOutput.close()
	return nil
}

// free releases what newConsoleStream made, once nobody reads or writes.
func (c *consoleStream) free() {
	c.noInput.free()
	c.noOutput.free()
}

// breaker ends a wait for a file: a pipe whose writing end is closed.
type breaker struct {
	r, w *os.File
	once sync.Once
}

func newBreaker() (*breaker, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("opening the console: %w", err)
	}
	return &breaker{r: r, w: w}, nil
}

func (b *breaker) close() { b.once.Do(func() { b.w.Close() }) }

func (b *breaker) free() {
	b.close()
	b.r.Close()
}

// wait sleeps until f is ready for events; false: the breaker was closed.
func (b *breaker) wait(f *os.File, events int16) bool {
	fds := []unix.PollFd{
		{Fd: int32(b.r.Fd()), Events: unix.POLLIN},
		{Fd: int32(f.Fd()), Events: events},
	}
	for {
		_, err := unix.Poll(fds, -1)
		switch {
		case err == unix.EINTR:
		case err != nil || fds[0].Revents != 0:
			return false
		case fds[1].Revents != 0:
			return true
		}
	}
}
