package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/softphone"
)

type phoneCmd struct {
	Protocol  string        `default:"sip" enum:"sip" help:"Signalling protocol: sip."`
	Server    string        `required:"" placeholder:"HOST:PORT" help:"The appliance's SIP address."`
	MAC       string        `required:"" name:"mac" placeholder:"H.H.H" help:"MAC address, which names the device."`
	Number    string        `required:"" help:"Directory number to register."`
	Watch     []string      `placeholder:"NUMBER" help:"Numbers to subscribe to; may be repeated."`
	Transport string        `default:"udp" enum:"udp,tcp" help:"udp or tcp."`
	Local     string        `placeholder:"ADDR[:PORT]" help:"Own address (default: chosen by the host)."`
	User      string        `help:"User name for digest authentication (default: the number)."`
	Password  string        `env:"BUSYLAMP_PASSWORD" help:"Password for digest authentication."`
	Expires   time.Duration `default:"1h" help:"Expiry asked for."`
	Bodies    string        `placeholder:"DIR" type:"existingdir" help:"Write the body of each NOTIFY to DIR/body-NUMBER-N.xml."`
}

// Run registers, watches, and prints what it is told until SIGTERM or SIGINT.
func (c *phoneCmd) Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGHUP, os.Interrupt)
	defer stop()
	o, err := c.options()
	if err != nil {
		return err
	}
	p, err := softphone.New(o)
	if err != nil {
		return err
	}
	if err := c.use(ctx, p); err != nil {
		return errors.Join(err, p.Close())
	}
	<-ctx.Done()
	return p.Close()
}

func (c *phoneCmd) use(ctx context.Context, p *softphone.Phone) error {
	if err := p.Register(ctx); err != nil {
		return fmt.Errorf("register %s: %w", c.Number, err)
	}
	for _, n := range c.Watch {
		if err := p.Watch(ctx, n); err != nil {
			return fmt.Errorf("watch %s: %w", n, err)
		}
	}
	return nil
}

func (c *phoneCmd) options() (softphone.Options, error) {
	o := softphone.Options{
		Transport: c.Transport, Number: c.Number, Username: c.User, Password: c.Password,
		Expires: c.Expires, Out: os.Stdout,
	}
	server, err := net.ResolveUDPAddr("udp", c.Server)
	if err != nil {
		return o, fmt.Errorf("--server %s: %w", c.Server, err)
	}
	ap := server.AddrPort()
	o.Server = netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
	if o.MAC, err = phones.ParseMAC(c.MAC); err != nil {
		return o, fmt.Errorf("--mac: %w", err)
	}
	if c.Local != "" {
		if o.Local, err = parseLocal(c.Local); err != nil {
			return o, fmt.Errorf("--local: %w", err)
		}
	}
	if c.Bodies != "" {
		o.OnState = c.saveBody
	}
	return o, nil
}

func (c *phoneCmd) saveBody(s softphone.State) {
	if s.Body == "" {
		return
	}
	name := filepath.Join(c.Bodies, fmt.Sprintf("body-%s-%d.xml", s.Number, s.Notifies))
	if err := os.WriteFile(name, []byte(s.Body), 0o644); err != nil {
		fmt.Fprintf(os.Stderr, "busylamp: %v\n", err)
	}
}

func parseLocal(s string) (netip.AddrPort, error) {
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap, nil
	}
	a, err := netip.ParseAddr(s)
	return netip.AddrPortFrom(a, 0), err
}
