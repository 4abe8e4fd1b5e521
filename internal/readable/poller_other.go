//go:build !linux

package readable

import "net"

// poller has no counterpart outside Linux.
type poller struct{}

func newPoller(*Set) *poller           { return nil }
func (*poller) take(*net.TCPConn) Conn { return nil }
func (*poller) stop()                  {}
