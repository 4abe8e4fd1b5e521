//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package conf

import "os"

// lockExclusive does nothing: these systems have no flock, and keeping two
// appliances apart is left to whoever starts them.
func lockExclusive(*os.File) error { return nil }
