//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package conf

import (
	"errors"
	"os"
	"syscall"
)

// lockExclusive takes the advisory lock that ends with f or with the process.
func lockExclusive(f *os.File) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var locked error
	err = raw.Control(func(fd uintptr) {
		locked = syscall.Flock(int(fd), syscall.LOCK_EX|syscall.LOCK_NB)
	})
	if errors.Is(locked, syscall.EWOULDBLOCK) {
		return ErrInUse
	}
	return errors.Join(err, locked)
}
