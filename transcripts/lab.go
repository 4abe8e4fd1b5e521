package transcripts

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"os"
	"path/filepath"

	"github.com/busylamp/busylamp/internal/app"
	"github.com/busylamp/busylamp/internal/memnet"
	"github.com/busylamp/busylamp/internal/sipua"
)

// Lab is an appliance in this process for one script, on a network of its own in
// memory unless another is given.
type Lab struct {
	App *app.App
	*stage
	net    *memnet.Net
	cancel context.CancelFunc
	done   chan struct{}
}

// labAddr is the stand-in address of an appliance in memory.
var labAddr = netip.MustParseAddr("127.0.0.1")

// OpenLab boots an appliance with the script's startup-config. dir must be an
// empty directory.
func OpenLab(dir string, s *Script) (*Lab, error) {
	n := memnet.New()
	return openLab(dir, s, n, n, labAddr)
}

// OpenLabOnHost is OpenLab on the host's own sockets; SIP binds to addr.
func OpenLabOnHost(dir string, s *Script, addr netip.Addr) (*Lab, error) {
	return openLab(dir, s, nil, sipua.OS{}, addr)
}

func openLab(dir string, s *Script, mem *memnet.Net, n sipua.Network, addr netip.Addr) (*Lab, error) {
	files := memnet.New() // on every host: what a configuration names is not looked for outside
	o := app.Options{Dir: dir, Startup: s.Startup, Bind: addr, Platform: app.DefaultPlatform, Net: n, Files: files, Remote: dialer{files}}
	if mem != nil {
		o.Probes, o.Remote = probes{mem}, dialer{mem}
	}
	a, err := app.Start(o)
	if err != nil {
		return nil, err
	}
	l := &Lab{App: a, net: mem, done: make(chan struct{})}
	if mem != nil && s.Served {
		if err := serveItself(a, mem); err != nil {
			return nil, errors.Join(err, a.Close())
		}
	}
	close(l.done)
	l.stage = &stage{
		net: n, local: addr, server: a.SIP.LocalAddr, phones: map[string]*actor{},
		depot:  &depot{net: files, flash: filepath.Join(dir, "flash")},
		skinny: func() netip.AddrPort { return a.Skinny.Snapshot().Listening },
		line:   func(_ context.Context, number, state string) error { return a.SetLine(number, state) },
	}
	if mem != nil {
		l.servers = map[netip.Addr]*app.App{}
		l.host = func(a netip.Addr) sipua.Network { return mem.Host(a) }
		l.boot = func(at netip.Addr, startup []byte) (*app.App, error) {
			far := filepath.Join(dir, "at "+at.String())
			if err := os.Mkdir(far, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
				return nil, err
			}
			return app.Start(app.Options{Dir: far, Startup: startup, Platform: app.DefaultPlatform, Net: mem.Host(at), Files: files, Probes: probes{mem}, Remote: dialer{mem}})
		}
	}
	return l, nil
}

// Console starts the console session on a pipe and returns the user's end.
func (l *Lab) Console() (io.ReadWriteCloser, error) {
	near, far := memnet.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	l.cancel, l.done = cancel, make(chan struct{})
	go func() {
		defer close(l.done)
		l.App.ConsoleOn(ctx, far)
	}()
	return near, nil
}

// Close stops phones, console and appliance.
func (l *Lab) Close() error {
	err := l.stage.Close()
	if l.cancel != nil {
		l.cancel()
	}
	<-l.done
	return errors.Join(err, l.App.Close())
}
