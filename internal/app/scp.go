package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/tty"
	"github.com/busylamp/busylamp/internal/logbuf"
)

// scpFiles are the files of flash:, and the configurations for reading, for scp clients, as `ip scp server enable` lets them
// have them: those of privilege level 15 only, as on a router.
func (a *App) scpFiles() tty.SCPFiles {
	return tty.SCPFiles{
		Limit: conf.MaxFlashFile,
		Refuse: func(info tty.ConnInfo) string {
			switch {
			case !a.Shell.Config().SSH.Copies:
				return "Administratively disabled."
			case info.Level < 15, kept(info):
				return "Privilege denied."
			}
			return ""
		},
		Read: func(name string) ([]byte, error) {
			b, ok, err := a.Shell.ConfigFile(context.Background(), name)
			if !ok {
				b, err = a.state.Flash().ReadFile(flashName(name))
			}
			return b, a.scpError(name, err)
		},
		Write: func(name string, data []byte) error {
			if _, ok, _ := a.Shell.ConfigFile(context.Background(), name); ok {
				return a.scpError(name, fs.ErrPermission) // what a line of it has wrong could not be told
			}
			return a.scpError(name, a.state.Flash().WriteFile(flashName(name), data))
		},
	}
}

// kept tells of a user who is kept to one command, or to none: files are more than that.
func kept(info tty.ConnInfo) bool {
	s, ok := info.Line.(*cli.Session)
	return !ok || s.Confined(info.User)
}

// flashName is the name in flash: that an scp client means.
func flashName(name string) string {
	return strings.TrimPrefix(strings.TrimPrefix(name, "flash:"), "/")
}

// scpError is what the client is told; the rest is for the log.
func (a *App) scpError(name string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: No such file or directory", name)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s: Permission denied", name)
	case errors.Is(err, conf.ErrName):
		return fmt.Errorf("%s: Invalid filename", name)
	case errors.Is(err, conf.ErrTooLarge):
		return fmt.Errorf("%s: No space left on device", name)
	}
	a.Log.Msg("SYS", logbuf.Errors, "SCP", "%v", err)
	return fmt.Errorf("%s: I/O error", name)
}
