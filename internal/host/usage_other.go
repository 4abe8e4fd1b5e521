//go:build !unix

package host

import "time"

// used is the processor time of this process, and how often it was given a processor:
// not told here.
func used() (cpu time.Duration, switches uint64) { return 0, 0 }
