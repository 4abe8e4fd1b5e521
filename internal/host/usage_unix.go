//go:build unix

package host

import (
	"syscall"
	"time"
)

// used is the processor time of this process, and how often it was given a processor.
func used() (cpu time.Duration, switches uint64) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), uint64(u.Nvcsw) + uint64(u.Nivcsw)
}
