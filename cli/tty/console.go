package tty

import (
	"context"
	"os"
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
func Console(ctx context.Context, in, out *os.File, o ConsoleOptions) error { return nil }
