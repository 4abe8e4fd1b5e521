package cli

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/busylamp/busylamp/cli/grammar"
)

// TestForeground: an interrupt ends the program in front and not the command, the next
// one the command; what the program prints is not paged.
func TestForeground(t *testing.T) {
	f := newFakeTerm("")
	f.rows = 5
	b := newBox(t, DefaultConfig())
	s, err := b.Open(LineConsole, "")
	if err != nil {
		t.Fatal(err)
	}
	s.term = f
	var told error
	run := func(c *Context, _ grammar.Args) error {
		c.Printf("before\n")
		err := c.Foreground(func(ctx context.Context, out io.Writer) error {
			io.WriteString(out, strings.Repeat("row\n", 20))
			f.interrupt <- struct{}{}
			<-ctx.Done()
			return ctx.Err()
		})
		told = errors.Join(c.Err(), err)
		c.Printf("after\n")
		f.interrupt <- struct{}{}
		<-c.Done()
		return c.Err()
	}
	if lerr := s.run(t.Context(), &Exec{Run: run}, grammar.Args{}, nil); lerr != nil {
		t.Error(lerr)
	}
	if !errors.Is(told, context.Canceled) {
		t.Errorf("the program ended with %v", told)
	}
	if want := "before\n" + strings.Repeat("row\n", 20) + "after\n"; f.text() != want {
		t.Errorf("%q", f.text())
	}
	s.Close()
}
