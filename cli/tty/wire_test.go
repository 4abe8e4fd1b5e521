package tty

import (
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/busylamp/busylamp/cli/term"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// wire is the stream under a terminal in tests: it keeps each Write apart.
type wire struct {
	in   chan string
	rest string

	mu     sync.Mutex
	writes []string
	once   sync.Once
	closed chan struct{}
	stuck  chan struct{} // non-nil: Write waits for it
}

func newWire() *wire { return &wire{in: make(chan string, 100), closed: make(chan struct{})} }

func (w *wire) Read(p []byte) (int, error) {
	if w.rest == "" {
		select {
		case s, ok := <-w.in:
			if !ok {
				return 0, io.EOF
			}
			w.rest = s
		case <-w.closed:
			return 0, io.ErrClosedPipe
		}
	}
	n := copy(p, w.rest)
	w.rest = w.rest[n:]
	return n, nil
}

func (w *wire) Write(p []byte) (int, error) {
	if w.stuck != nil {
		select {
		case <-w.stuck:
		case <-w.closed:
			return 0, io.ErrClosedPipe
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writes = append(w.writes, string(p))
	return len(p), nil
}

func (w *wire) Close() error {
	w.once.Do(func() { close(w.closed) })
	return nil
}

// output returns what was written since the last call, one string per Write.
func (w *wire) output() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.writes
	w.writes = nil
	return out
}

// got is output in one string.
func (w *wire) got() string { return strings.Join(w.output(), "") }

// result is what a ReadLine returned.
type result struct {
	text string
	err  error
}

// desk is a terminal with a ReadLine in progress, inside a synctest bubble.
type desk struct {
	*Terminal
	w    *wire
	done chan result
}

// sit starts a terminal; the caller closes it.
func sit(o Options) *desk {
	w := newWire()
	return &desk{Terminal: New(w, o), w: w, done: make(chan result, 1)}
}

// ask starts a ReadLine and waits until it waits for keys.
func (d *desk) ask(prompt string, o term.LineOptions) {
	go func() {
		text, err := d.ReadLine(prompt, o)
		d.done <- result{text, err}
	}()
	synctest.Wait()
}

// press sends keys and returns what the screen got for them.
func (d *desk) press(keys string) string {
	d.w.in <- keys
	time.Sleep(2 * flushDelay) // the end of a line waits for the reply
	synctest.Wait()
	return d.w.got()
}

// bubble runs f in a synctest bubble.
func bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}
