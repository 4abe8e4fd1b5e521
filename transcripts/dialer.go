package transcripts

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"syscall"

	"github.com/busylamp/busylamp/internal/app"
	"github.com/busylamp/busylamp/internal/memnet"
)

// dialer is the network in memory for users' telnet and SSH connections.
type dialer struct{ net *memnet.Net }

// Dial implements remote.Network.
func (d dialer) Dial(ctx context.Context, from netip.Addr, to netip.AddrPort) (net.Conn, error) {
	if !d.net.Inhabited(to.Addr()) {
		return nil, syscall.EHOSTUNREACH
	}
	if from.IsValid() {
		return d.net.Host(from).Dial(ctx, to)
	}
	return d.net.Dial(ctx, to)
}

// itself is where the appliance of a script that says "served: yes" answers by telnet and
// SSH, besides where the drivers log in.
var itself = netip.MustParseAddr("127.0.0.2")

func serveItself(a *app.App, n *memnet.Net) error {
	for port, serve := range map[uint16]func(net.Listener) error{
		22: a.ServeSSH,
		23: func(ln net.Listener) error { a.ServeTelnet(ln); return nil },
	} {
		ln, err := n.Listen(netip.AddrPortFrom(itself, port))
		if err == nil {
			err = serve(ln)
		}
		if err != nil {
			return fmt.Errorf("port %d of the appliance: %w", port, err)
		}
	}
	return nil
}
