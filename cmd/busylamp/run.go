package main

import (
	"context"
	_ "embed"
	"fmt"
	"net/netip"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/busylamp/busylamp/internal/app"
)

// demoConfig is the guide's example configuration adapted to loopback.
//
//go:embed demo.cfg
var demoConfig []byte

type runCmd struct {
	Startup  string     `placeholder:"FILE" type:"existingfile" help:"Configuration used when the state directory has no startup-config."`
	State    string     `placeholder:"DIR" help:"State directory: startup-config, flash:, host keys (default: busylamp under the user's state directory)."`
	Bind     netip.Addr `default:"127.0.0.1" help:"Stands in for configured addresses that this host does not have."`
	SSH      string     `default:"127.0.0.1:2222" placeholder:"ADDR:PORT|off" help:"Where SSH is served (default ${default})."`
	Telnet   string     `default:"127.0.0.1:2323" placeholder:"ADDR:PORT|off" help:"Where telnet is served (default ${default})."`
	Platform string     `default:"c3825" enum:"c3825,unlimited" help:"Limits behind ranges: c3825 (the guide's) or unlimited (labs, load)."`
	Stay     bool       `help:"Keep running when the console's input ends."`
	Demo     bool       `help:"The guide's example configuration on loopback, with simulated SIP phones."`
}

// Run runs the appliance until its console ends, SIGTERM, or SIGHUP. `reload`
// starts it again in the same process.
func (c *runCmd) Run() error {
	defer frugal()()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGHUP, os.Interrupt)
	defer stop()
	o, err := c.options()
	if err != nil {
		return err
	}
	run := app.RunOptions{Options: o, SSH: c.SSH, Telnet: c.Telnet, Stay: c.Stay}
	if c.Demo {
		run.Started = startDemo
	}
	return app.Run(ctx, os.Stdin, os.Stdout, run)
}

func (c *runCmd) options() (app.Options, error) {
	o := app.Options{Dir: c.State, Bind: c.Bind}
	var err error
	if o.Platform, err = app.PlatformNamed(c.Platform); err != nil {
		return o, err
	}
	if o.Dir == "" {
		if o.Dir, err = defaultState(c.Demo); err != nil {
			return o, err
		}
	}
	switch {
	case c.Startup != "":
		return o, o.SetStartup(c.Startup)
	case c.Demo:
		o.Startup = demoConfig
	}
	return o, nil
}

// defaultState is where an appliance without --state keeps its things.
func defaultState(demo bool) (string, error) {
	dir := os.Getenv("XDG_STATE_HOME")
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("no place for the state directory, use --state: %w", err)
		}
		dir = filepath.Join(home, ".local", "state")
	}
	name := "appliance"
	if demo {
		name = "demo"
	}
	return filepath.Join(dir, "busylamp", name), nil
}
