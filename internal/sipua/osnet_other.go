//go:build !linux

package sipua

import "net"

// forceReadBuffer has no counterpart elsewhere.
func forceReadBuffer(*net.UDPConn, int) {}
