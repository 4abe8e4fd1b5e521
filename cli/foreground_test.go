package cli

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

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

// An exec request has the limits of its line: absolute-timeout altogether, and since nobody
// types there, exec-timeout for a program in front. A shell's program has only the former.
func TestExecRequestLimits(t *testing.T) {
	for _, c := range []struct {
		name           string
		idle, absolute time.Duration
		shell          bool
		want           time.Duration
		said           string
	}{
		{"exec-timeout", time.Minute, 0, false, time.Minute, "over\n"},
		{"absolute-timeout", time.Hour, 2 * time.Minute, false, 2 * time.Minute, "*\n*\n* Line timeout expired\n*\n*\nover\n"},
		{"neither", 0, 0, false, 24 * time.Hour, "over\n"},
		{"shell", time.Minute, 3 * time.Minute, true, 3 * time.Minute, "*\n*\n* Line timeout expired\n*\n*\nover\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				base := DefaultConfig()
				base.Vty = []Line{{ExecTimeout: c.idle, AbsoluteTimeout: c.absolute}}
				b := newBox(t, base)
				for _, a := range b.mode(ExecMode).actions {
					if a.plain.Syntax != "show clock" {
						continue
					}
					a.plain.Run = func(c *Context, _ grammar.Args) error {
						return c.Foreground(func(ctx context.Context, out io.Writer) error {
							select {
							case <-ctx.Done():
							case <-time.After(24 * time.Hour):
							}
							_, err := io.WriteString(out, "over\n")
							return err
						})
					}
				}
				s, err := b.Open(LineVTY, "")
				if err != nil {
					t.Fatal(err)
				}
				s.Authenticated("u", 15)
				start, f := time.Now(), newFakeTerm("show clock\nshow privilege\n")
				if c.shell {
					if err := s.Run(t.Context(), f); err != nil {
						t.Error(err)
					}
				} else {
					s.RunLine(t.Context(), f, "show clock")
				}
				if took := time.Since(start); took != c.want {
					t.Errorf("took %v, want %v", took, c.want)
				}
				if !strings.HasSuffix(f.text(), c.said) {
					t.Errorf("printed %q", f.text())
				}
				if n := len(b.Sessions()); n != 0 {
					t.Errorf("%d sessions left", n)
				}
			})
		})
	}
}
