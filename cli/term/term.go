// Package term is the seam between the shell and whatever carries its bytes:
// the Terminal interface, the options of one input line, the command history
// and the errors a line can end with.
//
// The shell (package cli) uses it, package cli/tty implements it, and tests
// may implement it with a few lines. It imports the standard library only and
// starts no goroutine.
package term

import (
	"context"
	"errors"
	"io"
	"time"
)

// What ReadLine returns besides nil and io.EOF (the line has hung up).
var (
	// ErrInterrupt: Ctrl-C was typed; the line is dropped.
	ErrInterrupt = errors.New("interrupted")
	// ErrEnd: Ctrl-Z was typed; the returned line holds the text typed before it.
	ErrEnd = errors.New("end of configuration")
	// ErrTimeout: LineOptions.Timeout passed without a keystroke.
	ErrTimeout = errors.New("idle time is over")
)

// Terminal is one user's terminal. Write and Async may be called from any
// goroutine. ReadLine, ReadKey and Pending belong to the one goroutine that
// runs the session.
type Terminal interface {
	// Write prints. "\n" leaves as "\r\n"; bytes are collected and leave
	// within a few milliseconds, or at once when the session waits for input.
	// It blocks while the peer does not read and fails after hang-up.
	io.Writer
	// ReadLine prints prompt, edits one line and returns it without its end.
	// See LineOptions; errors are the ones above, or io.EOF.
	ReadLine(prompt string, o LineOptions) (string, error)
	// ReadKey returns one keystroke without echo (pager, [confirm]).
	// Enter is '\r' whatever the client sends for it, a cursor or function key
	// is 0x1b, Ctrl-C is 3. Errors: ctx.Err(), io.EOF.
	ReadKey(ctx context.Context) (rune, error)
	// Size in characters; 0 = unknown.
	Size() (cols, rows int)
	// Pending says that more input has already arrived (a paste): do not wait
	// for agents to settle, do not page help.
	Pending() bool
	// Async prints a message that has nothing to do with the running command
	// (logging, debug) on a line of its own. A line that is being typed, and a
	// question that waits for a key, are broken by it. It never blocks: when
	// the peer does not read, the message is dropped.
	Async(text string)
	// Insert is Async, and what it has broken is shown again below the message
	// (`logging synchronous`).
	Insert(text string)
	// Interrupted delivers one value when Ctrl-C or Ctrl-Shift-6 arrives while
	// no ReadLine or ReadKey is waiting, that is, while a command runs. What
	// was not received is forgotten at the next ReadLine.
	Interrupted() <-chan struct{}
	// Raw hands the terminal to a program that talks to it in bytes, until Close. There
	// is one at a time, and no ReadLine or ReadKey meanwhile.
	Raw() Raw
}

// Raw is a terminal as a stream of bytes. Read and Unread belong to one goroutine, Write
// may be called from another.
type Raw interface {
	// Read takes what has been typed, Ctrl-C and all; Enter is '\r' whatever the client
	// sends for it. It waits for one byte at least. Errors: ctx.Err(), io.EOF.
	Read(ctx context.Context, p []byte) (int, error)
	// Unread gives back what was read too much, for whoever reads next.
	Unread(p []byte)
	// Write prints bytes as they are. It blocks while the peer does not read and fails
	// after hang-up.
	io.Writer
	// Resized delivers one value after the size has changed.
	Resized() <-chan struct{}
	// Close gives the terminal back to the session.
	Close()
}

// LineOptions say how one line is edited.
type LineOptions struct {
	// Echo shows what is typed. False: a password; then Help, Complete and
	// History are not used and `?` is an ordinary character.
	Echo bool
	// History serves Up, Down, ^P and ^N, and receives the finished line if it
	// is not blank. Nil: none.
	History *History
	// Help serves `?`. It gets the line up to the cursor and returns the text to
	// print (ending in a newline, or empty); prompt and line are then drawn
	// again. It runs on the caller's goroutine and may itself call Write and
	// ReadKey, as a pager does. Nil: `?` is an ordinary character.
	Help func(line string) string
	// Complete serves TAB. It gets the line up to the cursor and returns what
	// replaces it; false: nothing unique. Prompt and line are drawn again on
	// a new line in either case. Nil: TAB is a blank.
	Complete func(line string) (string, bool)
	// Timeout ends the wait for a keystroke with ErrTimeout; 0 = none.
	Timeout time.Duration
	// Context ends the wait with its error, while the terminal lives on for
	// another session. Nil: none.
	Context context.Context
	// Width overrides the terminal's columns for sideways scrolling
	// (`terminal width`). 0: what Size says. 511 and more, negative, or an
	// unknown size: long lines do not scroll.
	Width int
}

// Hung is a Raw of which nothing comes any more.
type Hung struct{}

// Read implements Raw.
func (Hung) Read(context.Context, []byte) (int, error) { return 0, io.EOF }

// Unread implements Raw.
func (Hung) Unread([]byte) {}

// Write implements Raw.
func (Hung) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// Resized implements Raw.
func (Hung) Resized() <-chan struct{} { return nil }

// Close implements Raw.
func (Hung) Close() {}
