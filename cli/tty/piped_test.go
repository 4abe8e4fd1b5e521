package tty

import (
	"io"
	"testing"

	"github.com/busylamp/busylamp/cli/term"
)

func TestPiped(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := sit(Options{PlainNewline: true, LastLine: true})
		defer d.Close()
		d.w.in <- "enable\nshow\x08w version"
		close(d.w.in)
		for _, want := range []string{"enable", "show version"} {
			if got, err := d.ReadLine("R>", echo); got != want || err != nil {
				t.Errorf("%q, %v", got, err)
			}
		}
		if _, err := d.ReadLine("R>", echo); err != io.EOF {
			t.Errorf("end: %v", err)
		}
		d.Close()
		if got := d.w.got(); got != "R>enable\nR>show\b \bw version\nR>" {
			t.Errorf("%q", got)
		}
	})
}

// TestPipedTab: nobody presses TAB in a pipe, however its writes fall.
func TestPipedTab(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := sit(Options{PlainNewline: true})
		defer d.Close()
		d.ask("R>", term.LineOptions{Echo: true, Complete: func(line string) (string, bool) { return line + "!", true }})
		d.press("name\t")
		if got := d.press("x\ty\n"); got != "x y\n" {
			t.Errorf("%q", got)
		}
		if r := <-d.done; r.text != "name x y" {
			t.Errorf("line %q", r.text)
		}
	})
}
