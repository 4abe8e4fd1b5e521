package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/busylamp/busylamp/transcripts"
)

type replayCmd struct {
	SSH      string   `placeholder:"HOST:PORT" help:"Replay against the running appliance at this address (default: a fresh one in memory for each file)."`
	User     string   `default:"busylamp" help:"SSH user name."`
	Password string   `env:"BUSYLAMP_PASSWORD" help:"SSH password."`
	Enable   string   `help:"Enable password, for stage directions about lines (default: the SSH password)."`
	SIP      string   `placeholder:"HOST:PORT" help:"SIP address of the running appliance (default: port 5060 of the SSH host)."`
	Files    []string `arg:"" name:"file" type:"existingfile" help:"Transcripts (txtar)."`
}

// Run prints a line for each file and a diff where a screen differs.
func (c *replayCmd) Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	failed, skipped := 0, 0
	for _, name := range c.Files {
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		s, err := transcripts.Parse(name, data)
		if err != nil {
			return err
		}
		s.Away = true
		if why := c.skip(s); why != "" {
			skipped++
			fmt.Printf("skip  %s: %s\n", name, why)
			continue
		}
		if err := c.replay(ctx, s); ctx.Err() != nil {
			return ctx.Err()
		} else if err != nil {
			failed++
			fmt.Printf("FAIL  %v\n", err)
			continue
		}
		fmt.Printf("ok    %s\n", name)
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d transcripts do not match", failed, len(c.Files)-skipped)
	}
	return nil
}

// skip says why a script cannot be replayed here, "" when it can.
func (c *replayCmd) skip(s *transcripts.Script) string {
	driver := transcripts.DriverConsole
	if c.SSH != "" {
		driver = transcripts.DriverLive
	}
	return s.Unfit(driver, false)
}

func (c *replayCmd) replay(ctx context.Context, s *transcripts.Script) (err error) {
	if c.SSH != "" {
		return c.overSSH(ctx, s)
	}
	dir, err := os.MkdirTemp("", "busylamp-replay-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	lab, err := transcripts.OpenLab(dir, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lab.Close()) }()
	return run(ctx, s, lab.Console, lab)
}

func (c *replayCmd) overSSH(ctx context.Context, s *transcripts.Script) (err error) {
	sip, err := c.sipAddr()
	if err != nil {
		return err
	}
	enable := c.Enable
	if enable == "" {
		enable = c.Password
	}
	live := transcripts.NewLive(c.SSH, transcripts.Login{User: c.User, Password: c.Password, Enable: enable}, sip)
	defer func() { err = errors.Join(err, live.Close()) }()
	return run(ctx, s, live.Dial, live)
}

// run replays one script on the terminal that dial opens.
func run(ctx context.Context, s *transcripts.Script, dial func() (io.ReadWriteCloser, error), stage transcripts.Stage) error {
	t, err := dial()
	if err != nil {
		return err
	}
	screen := transcripts.NewScreen(t, nil)
	r := transcripts.Runner{Screen: screen, Stage: stage}
	_, err = r.Run(ctx, s)
	return errors.Join(err, screen.Close())
}

func (c *replayCmd) sipAddr() (netip.AddrPort, error) {
	at := c.SIP
	if at == "" {
		host, _, err := net.SplitHostPort(c.SSH)
		if err != nil {
			return netip.AddrPort{}, fmt.Errorf("--ssh: %w", err)
		}
		at = net.JoinHostPort(host, strconv.Itoa(5060))
	}
	a, err := net.ResolveUDPAddr("udp", at)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("--sip: %w", err)
	}
	ap := a.AddrPort()
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port()), nil
}
