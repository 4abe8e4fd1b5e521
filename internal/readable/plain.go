package readable

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"time"
)

// lingers is how long a connection with a goroutine is waited for before it is quiet.
const lingers = 100 * time.Millisecond

// plain is a connection with a goroutine of its own.
type plain struct {
	s  *Set
	nc net.Conn

	// These are of the goroutine.
	first [24]byte // of what comes after a while: the usual messages are shorter
	held  []byte   // of first
	err   error    // that came in place of it
}

func (c *plain) Start(h Handler, until time.Time) {
	c.s.busy.Go(func() {
		defer c.Close()
		for more := true; more; {
			_ = c.nc.SetReadDeadline(until)
			n, err := c.nc.Read(c.first[:])
			c.held, c.err = c.first[:n], err
			until, more = h.Ready()
		}
	})
}

func (c *plain) Read(p []byte, now time.Time) (int, error) {
	if len(c.held) > 0 {
		n := copy(p, c.held)
		c.held = c.held[n:]
		return n, nil
	}
	if err := c.err; err != nil {
		c.err = nil
		return 0, err
	}
	_ = c.nc.SetReadDeadline(now.Add(lingers))
	n, err := c.nc.Read(p)
	if n == 0 && errors.Is(err, os.ErrDeadlineExceeded) {
		err = ErrQuiet
	}
	return n, err
}

func (c *plain) Write(b []byte, until time.Time) error {
	_ = c.nc.SetWriteDeadline(until)
	_, err := c.nc.Write(b)
	return err
}

func (c *plain) Close() { _ = c.nc.Close() }

func (c *plain) Local() netip.AddrPort {
	if a, ok := c.nc.LocalAddr().(interface{ AddrPort() netip.AddrPort }); ok {
		return unmapped(a.AddrPort())
	}
	return netip.AddrPort{}
}

// unmapped is an IPv4 address as such.
func unmapped(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}
