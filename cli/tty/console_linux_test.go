package tty

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	xterm "golang.org/x/term"

	"golang.org/x/sys/unix"

	"github.com/busylamp/busylamp/cli/term"
)

// pty opens a pseudo-terminal: the user's side and the program's.
func pty(t *testing.T) (user, program *os.File) {
	t.Helper()
	user, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { user.Close() })
	fd := int(user.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 30, Col: 100}); err != nil {
		t.Fatal(err)
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { program.Close() })
	return user, program
}

// TestConsoleTerminal: keys come raw, the size is known and followed, and the
// terminal is put back as it was.
func TestConsoleTerminal(t *testing.T) {
	user, program := pty(t)
	before, err := xterm.GetState(int(program.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	const want = "R#conf t^Z\r\nR#^C\r\n"
	var got strings.Builder
	read := make(chan struct{})
	go func() {
		defer close(read)
		for buf := make([]byte, 100); got.Len() < len(want); {
			n, err := user.Read(buf)
			if err != nil {
				t.Error(err)
				return
			}
			got.Write(buf[:n])
			if strings.HasSuffix(got.String(), "\r\nR#") { // while no line is read, it interrupts
				io.WriteString(user, "\x03")
			}
		}
	}()
	err = Console(t.Context(), program, program, ConsoleOptions{Handler: func(ctx context.Context, tt term.Terminal, info ConnInfo) {
		if info.Piped {
			t.Error("a terminal counts as a pipe")
		}
		if cols, rows := tt.Size(); cols != 100 || rows != 30 {
			t.Errorf("size %dx%d", cols, rows)
		}
		io.WriteString(user, "conf t\x1a")
		if line, err := tt.ReadLine("R#", term.LineOptions{Echo: true}); line != "conf t" || err != term.ErrEnd {
			t.Errorf("%q, %v", line, err)
		}
		if _, err := tt.ReadLine("R#", term.LineOptions{Echo: true}); err != term.ErrInterrupt {
			t.Errorf("Ctrl-C: %v", err)
		}
		if err := unix.IoctlSetWinsize(int(program.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 40, Col: 120}); err != nil {
			t.Error(err)
		}
		unix.Kill(os.Getpid(), unix.SIGWINCH) // the test does not own its terminal
		patience := time.Now().Add(10 * time.Second)
		for cols, _ := tt.Size(); cols != 120; cols, _ = tt.Size() {
			if time.Now().After(patience) {
				t.Error("the new size was not noticed")
				return
			}
			runtime.Gosched()
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	<-read
	if got.String() != want {
		t.Errorf("%q, want %q", got.String(), want)
	}
	after, err := xterm.GetState(int(program.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	if *after != *before {
		t.Error("the terminal's mode was not restored")
	}
}
