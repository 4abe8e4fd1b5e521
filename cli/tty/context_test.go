package tty

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/busylamp/busylamp/cli/term"
	"github.com/busylamp/busylamp/internal/memnet"
)

// The end of a session's context ends its wait for a line; what is typed later
// is for the next session on the terminal.
func TestReadLineContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := memnet.Pipe()
		tt := New(far, Options{})
		defer tt.Close()
		defer near.Close()
		ctx, cancel := context.WithCancel(t.Context())
		got := make(chan error)
		go func() {
			_, err := tt.ReadLine("a>", term.LineOptions{Echo: true, Context: ctx})
			got <- err
		}()
		synctest.Wait()
		cancel()
		if err := <-got; !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		if _, err := near.Write([]byte("second\r")); err != nil {
			t.Fatal(err)
		}
		if line, err := tt.ReadLine("b>", term.LineOptions{Echo: true}); line != "second" || err != nil {
			t.Errorf("line %q, error %v", line, err)
		}
	})
}
