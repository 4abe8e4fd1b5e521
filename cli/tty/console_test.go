//go:build unix

package tty

import (
	"bytes"
	"context"
	"io"
	"os"
	"testing"

	"github.com/busylamp/busylamp/cli/term"
)

// pipe makes a pipe that the test closes.
func pipe(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close(); w.Close() })
	return r, w
}

func TestConsolePiped(t *testing.T) {
	in, type_ := pipe(t)
	show, out := pipe(t)
	io.WriteString(type_, "one\nsize\ntwo")
	type_.Close()
	err := Console(t.Context(), in, out, ConsoleOptions{Handler: func(ctx context.Context, tt term.Terminal, info ConnInfo) {
		if !info.Piped || info.Kind != KindConsole || info.From != "" {
			t.Errorf("info %+v", info)
		}
		echoShell(ctx, tt, info)
	}})
	if err != nil {
		t.Fatal(err)
	}
	out.Close()
	got, _ := io.ReadAll(show)
	if want := "R#one\n<one>\nR#size\n0x0\nR#two\n<two>\nR#"; string(got) != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestConsoleEndsWithContext(t *testing.T) {
	in, _ := pipe(t)
	show, out := pipe(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := Console(ctx, in, out, ConsoleOptions{Handler: func(ctx context.Context, tt term.Terminal, info ConnInfo) {
		cancel()
		if _, err := tt.ReadLine("R#", term.LineOptions{Echo: true}); err != io.EOF {
			t.Errorf("ReadLine: %v", err)
		}
		io.WriteString(tt, "goodbye\n")
	}})
	if err != nil {
		t.Fatal(err)
	}
	out.Close()
	if got, _ := io.ReadAll(show); string(got) != "R#goodbye\n" {
		t.Errorf("%q", got)
	}
}

// TestConsoleNobodyReads: a full pipe does not keep the console from ending.
func TestConsoleNobodyReads(t *testing.T) {
	in, _ := pipe(t)
	_, out := pipe(t)
	big := bytes.Repeat([]byte("x"), 1<<20)
	ctx, cancel := context.WithCancel(t.Context())
	err := Console(ctx, in, out, ConsoleOptions{
		Terminal: Options{WriteTimeout: 1},
		Handler: func(ctx context.Context, tt term.Terminal, info ConnInfo) {
			defer cancel()
			if _, err := tt.Write(big); err == nil {
				t.Error("a megabyte went into a full pipe")
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
}
