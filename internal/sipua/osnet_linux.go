package sipua

import (
	"net"
	"syscall"
)

// forceReadBuffer goes beyond net.core.rmem_max where the process may.
func forceReadBuffer(conn *net.UDPConn, size int) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		// Refused without CAP_NET_ADMIN: the plain size stays.
		_ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUFFORCE, size)
	})
}
