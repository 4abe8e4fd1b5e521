package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/term"
	"github.com/busylamp/busylamp/cli/tty"
	"github.com/busylamp/busylamp/internal/logbuf"
)

// retryListen is how often a busy port is tried again.
const retryListen = 5 * time.Second

// ListenSSH serves SSH on addr ("127.0.0.1:2222") until Close. A port that
// cannot be had is logged once and tried again. Errors: the address is none, or
// the host keys cannot be used.
func (a *App) ListenSSH(addr string) error {
	serve, err := a.sshServer()
	if err != nil {
		return err
	}
	return a.listen("SSH", addr, serve)
}

// ListenTelnet is ListenSSH for telnet.
func (a *App) ListenTelnet(addr string) error {
	return a.listen("telnet", addr, a.telnetServer)
}

// ServeTelnet serves telnet on ln until Close.
func (a *App) ServeTelnet(ln net.Listener) {
	a.fronts.Go(func() { a.serve("telnet", ln, a.telnetServer) })
}

// ServeSSH serves SSH on ln until Close. Host keys live in the state directory.
func (a *App) ServeSSH(ln net.Listener) error {
	serve, err := a.sshServer()
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	a.fronts.Go(func() { a.serve("SSH", ln, serve) })
	return nil
}

func (a *App) sshServer() (func(net.Listener) error, error) {
	if err := a.keys.prepare(); err != nil {
		return nil, err
	}
	return func(ln net.Listener) error {
		return tty.ServeSSH(a.ctx, ln, tty.SSHOptions{
			HostKeys: a.hostKeys, Door: a.door(), Handler: a.handle,
			Auth: func(ctx context.Context, line any, user, password string) (int, bool) {
				return line.(*cli.Session).Login(ctx, user, password)
			},
			Key: func(line any, user, typ, hash string) (int, bool) {
				return line.(*cli.Session).LoginKey(user, typ, hash)
			},
			Limits: func() tty.SSHLimits {
				c := a.Shell.Config().SSH
				return tty.SSHLimits{Timeout: c.Timeout, Tries: c.Retries + 1, NoKeys: len(c.Keys) == 0}
			},
			SCP:    a.scpFiles(),
			Banner: func() string { return sshBanner(a.Shell.Config().BannerLogin) },
		})
	}, nil
}

// hostKeys are those of SSH as the configuration is now.
func (a *App) hostKeys() []ssh.Signer {
	c := a.Shell.Config()
	return a.keys.hostKeys(c.SSH.KeyPair, c.Hostname+"."+c.Domain)
}

func (a *App) telnetServer(ln net.Listener) error {
	return tty.ServeTelnet(a.ctx, ln, tty.TelnetOptions{Door: a.door(), Handler: a.handle})
}

// door gives connections a vty, if there is one for them.
func (a *App) door() tty.Door {
	return tty.Door{
		Open: func(kind tty.Kind, from string, hangUp func()) (any, bool) {
			via := cli.TransportTelnet
			if kind == tty.KindSSH {
				via = cli.TransportSSH
			}
			s, err := a.Shell.Accept(via, from, hangUp)
			return s, err == nil
		},
		Close: func(line any) { line.(*cli.Session).Close() },
	}
}

// sshBanner is `banner login` as SSH clients show it.
func sshBanner(text string) string {
	if text == "" {
		return ""
	}
	return "\r\n" + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\r\n") + "\r\n"
}

// listen opens addr now if it can, else in the background.
func (a *App) listen(name, addr string, serve func(net.Listener) error) error {
	tcp, err := net.ResolveTCPAddr("tcp", addr)
	if err != nil {
		return fmt.Errorf("%s address: %w", name, err)
	}
	ln, err := net.ListenTCP("tcp", tcp)
	if err != nil {
		a.Log.Msg("SYS", logbuf.Errors, "LISTEN", "%s: %v; trying again every %v", name, err, retryListen)
	}
	a.fronts.Go(func() {
		for err != nil {
			select {
			case <-time.After(retryListen):
			case <-a.ctx.Done():
				return
			}
			if ln, err = net.ListenTCP("tcp", tcp); err == nil {
				a.Log.Msg("SYS", logbuf.Notifications, "LISTEN", "%s: listening on %s", name, ln.Addr())
			}
		}
		a.serve(name, ln, serve)
	})
	return nil
}

func (a *App) serve(name string, ln net.Listener, serve func(net.Listener) error) {
	if err := serve(ln); err != nil {
		a.Log.Msg("SYS", logbuf.Errors, "LISTEN", "%s server stopped: %v", name, err)
	}
}

// ConsoleOn runs the console on any stream, for tests and transcripts.
func (a *App) ConsoleOn(ctx context.Context, rwc io.ReadWriteCloser) {
	t := tty.New(rwc, tty.Options{})
	defer t.Close()
	a.handle(ctx, t, tty.ConnInfo{Kind: tty.KindConsole})
}

// handle runs one connection's session.
func (a *App) handle(ctx context.Context, t term.Terminal, info tty.ConnInfo) {
	if info.Kind == tty.KindConsole && a.boot != "" {
		io.WriteString(t, a.boot)
	}
	s, ok := info.Line.(*cli.Session)
	if !ok {
		var err error
		if s, err = a.Shell.Open(cli.LineConsole, info.From); err != nil {
			fmt.Fprintf(t, "%v\n", err)
			return
		}
	}
	if info.Kind == tty.KindSSH {
		s.Authenticated(info.User, info.Level)
		s.SSH(cli.SSHInfo{Cipher: info.Cipher, MAC: info.MAC})
	}
	if info.Piped {
		s.Piped()
	}
	if info.IsExec {
		s.RunLine(ctx, t, info.Exec)
		return
	}
	if err := s.Run(ctx, t); err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, fs.ErrClosed) && ctx.Err() == nil {
		a.Log.Msg("SYS", logbuf.Notifications, "LINE", "session on %s ended: %v", info.Kind, err)
	}
}

// loginDelay slows whoever guesses passwords: with five vtys there are five tries a
// second at most.
const loginDelay = time.Second
