package tty

import (
	"context"
	"io"

	"github.com/busylamp/busylamp/cli/term"
)

// Terminal implements term.Terminal on a byte stream.
type Terminal struct{}

var _ term.Terminal = (*Terminal)(nil)

// New starts a terminal on rw. rw.Close must end a blocked Read and Write.
func New(rw io.ReadWriteCloser, o Options) *Terminal { return &Terminal{} }

// Close writes what is left (for up to two seconds), closes the stream and
// waits for the terminal's goroutines.
func (t *Terminal) Close() error { return nil }

// SetSize tells the size of the user's window; 0 = unknown.
func (t *Terminal) SetSize(cols, rows int) {}

// Write implements term.Terminal.
func (t *Terminal) Write(p []byte) (int, error) { return len(p), nil }

// ReadLine implements term.Terminal.
func (t *Terminal) ReadLine(prompt string, o term.LineOptions) (string, error) { return "", io.EOF }

// ReadKey implements term.Terminal.
func (t *Terminal) ReadKey(ctx context.Context) (rune, error) { return 0, io.EOF }

// Size implements term.Terminal.
func (t *Terminal) Size() (cols, rows int) { return 0, 0 }

// Pending implements term.Terminal.
func (t *Terminal) Pending() bool { return false }

// Async implements term.Terminal.
func (t *Terminal) Async(text string) {}

// Interrupted implements term.Terminal.
func (t *Terminal) Interrupted() <-chan struct{} { return nil }
