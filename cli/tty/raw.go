package tty

import (
	"context"
	"io"
	"slices"

	"github.com/busylamp/busylamp/cli/term"
)

// Raw implements term.Terminal.
func (t *Terminal) Raw() term.Raw {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.raw = true
	t.forgetInterrupt()
	select { // the size is known to whoever begins
	case <-t.resized:
	default:
	}
	return (*rawTerminal)(t)
}

func (t *Terminal) isRaw() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.raw
}

// rawTerminal implements term.Raw.
type rawTerminal Terminal

func (r *rawTerminal) Read(ctx context.Context, p []byte) (int, error) {
	t := (*Terminal)(r)
	t.mu.Lock()
	defer t.mu.Unlock()
	for {
		n := 0
		for n < len(p) && len(t.in) > 0 {
			t.skipLineEnd()
			if len(t.in) == 0 {
				break
			}
			b := t.in[0]
			if b == '\n' {
				b = '\r' // a client that sends LF for Enter
			} else {
				t.lastCR = b == '\r'
			}
			p[n] = b
			n++
			t.consume(1)
		}
		if n > 0 {
			return n, nil
		}
		if t.eof {
			return 0, io.EOF
		}
		if err := t.wait(ctx, nil); err != nil {
			return 0, err
		}
	}
}

func (r *rawTerminal) Unread(p []byte) {
	t := (*Terminal)(r)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.in = slices.Concat(p, t.in)
	t.lastCR = false
	notify(t.arrived)
}

func (r *rawTerminal) Write(p []byte) (int, error) {
	t := (*Terminal)(r)
	t.mu.Lock()
	defer t.mu.Unlock()
	for done := 0; ; {
		if !t.waitRoom() {
			return done, io.ErrClosedPipe
		}
		n := min(len(p)-done, outputLimit)
		if n > 0 {
			t.putRaw(p[done : done+n])
		}
		if done += n; done == len(p) {
			return done, nil
		}
	}
}

// putRaw is put without any translation: a program in a far machine paints the screen
// as it likes. It leaves at once, it is what somebody waits for.
func (t *Terminal) putRaw(p []byte) {
	t.out = append(t.out, p...)
	t.lastOut = p[len(p)-1]
	t.row = t.row[:0]
	notify(t.kick)
}

func (r *rawTerminal) Resized() <-chan struct{} { return r.resized }

func (r *rawTerminal) Close() {
	t := (*Terminal)(r)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.raw = false
}
