package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestNoQuestions: a terminal that answers no questions (its colors, where its
// cursor stands) is asked none, whatever the command is, and the console's prompt
// comes without an escape sequence before it.
func TestNoQuestions(t *testing.T) {
	for _, tc := range []struct {
		name string
		args []string
		want string
	}{
		{"help", []string{"--help"}, "Run the appliance"},
		{"run", []string{"run", "--state", t.TempDir(), "--ssh", "off", "--telnet", "off"}, "Router>"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			user, program := pty(t)
			cmd := exec.Command("busylamp", tc.args...) // testscript.Main puts it there
			cmd.Env = append(os.Environ(), "TERM=xterm", "COLORTERM=", "TMUX=", "STY=", "COLORFGBG=")
			cmd.Stdin, cmd.Stdout, cmd.Stderr = program, program, program
			cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			program.Close()
			defer cmd.Wait()
			defer cmd.Process.Kill()
			if err := user.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
				t.Fatal(err)
			}
			// Keys typed before the program reads are not lost.
			if _, err := user.WriteString("\r"); err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			for buf := make([]byte, 4096); !strings.Contains(got.String(), tc.want); {
				n, err := user.Read(buf)
				got.Write(buf[:n])
				if err != nil {
					t.Fatalf("%v, without %q: %q", err, tc.want, got.Bytes())
				}
			}
			before, _, _ := strings.Cut(got.String(), tc.want)
			if strings.Contains(before, "\x1b") {
				t.Errorf("an escape sequence comes first: %q", before)
			}
		})
	}
}

// pty opens a pseudo-terminal whose user's side has deadlines.
func pty(t *testing.T) (user, program *os.File) {
	t.Helper()
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	user = os.NewFile(uintptr(fd), "/dev/ptmx")
	t.Cleanup(func() { user.Close() })
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { program.Close() })
	return user, program
}
