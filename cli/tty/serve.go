package tty

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"
)

const (
	// defaultMaxConns bounds the connections of one server.
	defaultMaxConns = 64
	// acceptRetry is the pause after a failed Accept (out of file descriptors).
	acceptRetry = 100 * time.Millisecond
	// acceptTries is how many failures in a row end the server.
	acceptTries = 100
)

// serve accepts connections and runs handle for each on a goroutine of its
// own; ctx given to it ends, and the connection is closed, when the server
// stops. Connections beyond limit are closed at once. It returns after the
// last handle, nil if ctx ended.
func serve(ctx context.Context, ln net.Listener, limit int, handle func(context.Context, net.Conn)) error {
	if limit <= 0 {
		limit = defaultMaxConns
	}
	var running sync.WaitGroup
	defer running.Wait()
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(inner, func() { ln.Close() })()
	defer ln.Close()

	slots := make(chan struct{}, limit)
	for failures := 0; ; {
		c, err := ln.Accept()
		if err != nil {
			failures++
			if ctx.Err() != nil {
				return nil
			}
			if errors.Is(err, net.ErrClosed) || failures >= acceptTries {
				return err
			}
			select {
			case <-time.After(acceptRetry):
			case <-ctx.Done():
			}
			continue
		}
		failures = 0
		select {
		case slots <- struct{}{}:
		default:
			c.Close()
			continue
		}
		running.Go(func() {
			defer func() { <-slots }()
			defer c.Close()
			defer context.AfterFunc(inner, func() { c.Close() })()
			handle(inner, c)
		})
	}
}

// peerIP is the peer's address without its port.
func peerIP(c net.Conn) string {
	host, _, err := net.SplitHostPort(c.RemoteAddr().String())
	if err != nil {
		return c.RemoteAddr().String()
	}
	return host
}
