package tty

import (
	"context"
	"net"
)

// TelnetOptions configure ServeTelnet.
type TelnetOptions struct {
	// Handler runs each session, including its login dialog.
	Handler Handler
	Door    Door
	// MaxConns bounds connections; further ones are closed at once. 0 = 64.
	MaxConns int
	// Terminal options of every connection.
	Terminal Options
}

// ServeTelnet accepts telnet connections on ln until ctx ends or ln fails. It
// closes ln and every connection, waits for all handlers, and returns nil if
// ctx ended.
func ServeTelnet(ctx context.Context, ln net.Listener, o TelnetOptions) error {
	return serve(ctx, ln, o.MaxConns, func(ctx context.Context, conn net.Conn) {
		line, leave, ok := o.Door.enter(KindTelnet, conn)
		if !ok {
			return
		}
		defer leave()
		c, err := newTelnetConn(conn)
		if err != nil {
			return
		}
		t := New(c, o.Terminal)
		defer t.Close()
		c.onSize(t.SetSize)
		o.Handler(ctx, t, ConnInfo{Kind: KindTelnet, From: peerIP(conn), Line: line})
	})
}
