package app

import (
	"context"
	"errors"
	"os"

	"github.com/busylamp/busylamp/cli/term"
	"github.com/busylamp/busylamp/cli/tty"
)

// RunOptions say how an appliance lives on the process's own terminal.
type RunOptions struct {
	Options
	// SSH and Telnet are "ADDR:PORT" or "off".
	SSH, Telnet string
	// Stay keeps the appliance up when the console's input ends.
	Stay bool
	// Started is called in each life once the front ends listen; what it returns
	// is called before that life ends. May be nil.
	Started func(ctx context.Context, a *App) (stop func())
}

// Run runs an appliance with its console on in and out until the console ends
// (see Stay) or ctx does. `reload` begins another life of it on the same
// terminal, and what was typed ahead is for that life.
func Run(ctx context.Context, in, out *os.File, o RunOptions) error {
	var lived error
	err := tty.Console(ctx, in, out, tty.ConsoleOptions{
		Handler: func(ctx context.Context, t term.Terminal, info tty.ConnInfo) {
			for again := true; again && lived == nil; {
				o.Returned, again, lived = life(ctx, t, info, o)
			}
		},
	})
	return errors.Join(err, lived)
}

// life is one start of the appliance and its end; again says that `reload` ended
// it, and returned what `show version` says of that in the next life.
func life(ctx context.Context, t term.Terminal, info tty.ConnInfo, o RunOptions) (returned string, again bool, err error) {
	a, err := Start(o.Options)
	if err != nil {
		return "", false, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if err := a.listenAll(o); err != nil {
		return "", false, err
	}
	if o.Started != nil {
		defer o.Started(ctx, a)()
	}
	session, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		a.handle(session, t, info)
	}()
	defer func() {
		cancel()
		<-ended
	}()

	over := ended
	if o.Stay {
		over = nil
	}
	select {
	case <-a.Reloads():
		return a.Shell.Returned(), true, nil
	case <-ctx.Done():
		return "", false, nil
	case <-over:
	}
	select {
	case <-a.Reloads(): // typed on this console, which ended it
		return a.Shell.Returned(), true, nil
	default:
		return "", false, nil
	}
}

func (a *App) listenAll(o RunOptions) error {
	if o.SSH != "off" {
		if err := a.ListenSSH(o.SSH); err != nil {
			return err
		}
	}
	if o.Telnet != "off" {
		return a.ListenTelnet(o.Telnet)
	}
	return nil
}
