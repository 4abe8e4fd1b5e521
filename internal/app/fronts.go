package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/term"
	"github.com/busylamp/busylamp/cli/tty"
)

// ListenSSH serves SSH on addr ("127.0.0.1:2222") until Close.
func (a *App) ListenSSH(addr string) error {
	ln, err := listenTCP(addr)
	if err != nil {
		return err
	}
	return a.ServeSSH(ln)
}

// ListenTelnet serves telnet on addr until Close.
func (a *App) ListenTelnet(addr string) error {
	ln, err := listenTCP(addr)
	if err != nil {
		return err
	}
	a.ServeTelnet(ln)
	return nil
}

// ServeSSH serves SSH on ln until Close. Host keys live in the state directory.
func (a *App) ServeSSH(ln net.Listener) error {
	keys, err := tty.LoadOrCreateHostKeys(a.state.ReadKey, a.state.WriteKey)
	if err != nil {
		return errors.Join(fmt.Errorf("ssh host keys: %w", err), ln.Close())
	}
	a.front("ssh", func(ctx context.Context) error {
		return tty.ServeSSH(ctx, ln, tty.SSHOptions{HostKeys: keys, Auth: a.Shell.AuthSSH, Handler: a.handle})
	})
	return nil
}

// ServeTelnet serves telnet on ln until Close.
func (a *App) ServeTelnet(ln net.Listener) {
	a.front("telnet", func(ctx context.Context) error {
		return tty.ServeTelnet(ctx, ln, tty.TelnetOptions{Handler: a.handle})
	})
}

func (a *App) front(name string, serve func(context.Context) error) {
	a.fronts.Go(func() {
		if err := serve(a.ctx); err != nil {
			a.Log.Msg("SYS", 3, "LISTEN", "%s server stopped: %v", name, err)
		}
	})
}

// ConsoleOn runs the console on any stream, for tests and transcripts.
func (a *App) ConsoleOn(ctx context.Context, rwc io.ReadWriteCloser) {
	t := tty.New(rwc, tty.Options{})
	defer t.Close()
	a.handle(ctx, t, tty.ConnInfo{Kind: tty.KindConsole})
}

// handle runs one connection's session.
func (a *App) handle(ctx context.Context, t term.Terminal, info tty.ConnInfo) {
	kind := cli.LineVTY
	if info.Kind == tty.KindConsole {
		kind = cli.LineConsole
		if a.boot != "" {
			io.WriteString(t, a.boot)
		}
	}
	s, err := a.Shell.Open(kind, info.From)
	if err != nil {
		fmt.Fprintf(t, "%v\n", err)
		return
	}
	if info.Kind == tty.KindSSH {
		s.Authenticated(info.User, info.Level)
	}
	if info.IsExec {
		s.RunLine(ctx, t, info.Exec)
		return
	}
	if err := s.Run(ctx, t); err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, fs.ErrClosed) && ctx.Err() == nil {
		a.Log.Msg("SYS", 5, "LINE", "session on %s ended: %v", info.Kind, err)
	}
}
