//go:build !linux

package probe

// Ping is for Linux, whose sockets tell of ICMP errors.
func (Host) Ping(Options) (Echoer, error) { return nil, ErrForbidden }

// Trace is for Linux too.
func (Host) Trace(Options) (Tracer, error) { return nil, ErrForbidden }
