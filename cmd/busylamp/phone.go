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
	"path/filepath"
	"syscall"
	"time"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/handset"
	"github.com/busylamp/busylamp/phones/handset/tui"
	"github.com/busylamp/busylamp/phones/skinny"
	"github.com/busylamp/busylamp/phones/softphone"
	"golang.org/x/term"
)

type phoneCmd struct {
	Protocol string `default:"sip" enum:"sip,sccp" help:"Signalling protocol: sip or sccp."`
	Server   string `required:"" placeholder:"HOST:PORT" help:"The appliance's SIP or SCCP address."`
	MAC      string `required:"" name:"mac" placeholder:"H.H.H" help:"MAC address, which names the device."`
	Type     string `default:"7960" placeholder:"MODEL" help:"Phone model, as the command type names it (default ${default})."`
	Version  int    `placeholder:"N" help:"SCCP: highest protocol version, 3 to 22 (default: that of the model)."`
	Script   string `placeholder:"FILE" type:"existingfile" help:"Press keys and check the display as FILE says, then leave; exit status 1 if it is not as expected. FILE - is the standard input, whose steps are done as they come."`
	Count    int    `default:"1" placeholder:"N" help:"Register N phones; MAC address and number count on from the first. They only register and keep alive."`

	Number    string        `help:"SIP: directory number to register."`
	BLF       []string      `name:"blf" placeholder:"NUMBER,..." help:"SIP: numbers of BLF keys. One that cannot be watched stays unknown."`
	Watch     []string      `placeholder:"NUMBER" help:"SIP: numbers to subscribe to, which must succeed; may be repeated."`
	Transport string        `default:"udp" enum:"udp,tcp" help:"SIP: udp or tcp."`
	Local     string        `placeholder:"ADDR[:PORT]" help:"SIP: own address (default: chosen by the host)."`
	User      string        `help:"SIP: user name for digest authentication (default: the number)."`
	Password  string        `env:"BUSYLAMP_PASSWORD" help:"SIP: password for digest authentication."`
	Expires   time.Duration `default:"1h" help:"SIP: expiry asked for."`
	Bodies    string        `placeholder:"DIR" type:"existingdir" help:"SIP: write the body of each NOTIFY to DIR/body-NUMBER-N.xml."`
}

// Run runs the phone until SIGTERM or SIGINT, the end of its script, or until its
// user quits.
func (c *phoneCmd) Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGHUP, os.Interrupt)
	defer stop()
	var script handset.Script
	if c.Script != "" && c.Script != "-" {
		var err error
		if script, err = readScript(c.Script); err != nil {
			return err
		}
	}
	if c.Count > 1 {
		return c.fleet(ctx, os.Stdout)
	}
	screen := c.Script == "" && term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stdout.Fd()))
	p, err := c.open(screen)
	if err != nil {
		return err
	}
	switch {
	case c.Script == "-":
		if err = c.register(ctx, p); err == nil {
			err = steps(ctx, p, os.Stdin, os.Stdout)
		}
	case c.Script != "":
		if err = c.register(ctx, p); err == nil {
			if err = script.Run(ctx, p, os.Stdout); err != nil {
				err = fmt.Errorf("%s: %w", c.Script, err)
			}
		}
	case screen:
		err = c.show(ctx, p)
	default:
		if err = c.register(ctx, p); err == nil {
			c.print(ctx, p, os.Stdout)
		}
	}
	return errors.Join(err, p.Close())
}

func readScript(name string) (handset.Script, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s, err := handset.ParseScript(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}

// open makes the phone; on a screen it does not print what happens to it.
func (c *phoneCmd) open(screen bool) (handset.Handset, error) {
	if c.Protocol == "sccp" {
		o, err := c.skinnyOptions()
		if err != nil {
			return nil, err
		}
		return skinny.New(o)
	}
	o, err := c.sipOptions()
	if err != nil {
		return nil, err
	}
	if screen {
		o.Out = nil
	}
	return softphone.New(o)
}

// registerTime is how long a phone without a screen tries to register.
const registerTime = 30 * time.Second

// register brings the phone into service, with the keys that it has itself.
func (c *phoneCmd) register(ctx context.Context, p handset.Handset) error {
	short, cancel := context.WithTimeout(ctx, registerTime)
	defer cancel()
	if err := p.Register(short); err != nil {
		return fmt.Errorf("register %s: %w", c.name(), err)
	}
	sip, ok := p.(*softphone.Phone)
	if !ok {
		return nil
	}
	for _, n := range c.Watch {
		if err := sip.Watch(ctx, n); err != nil {
			return fmt.Errorf("watch %s: %w", n, err)
		}
	}
	for _, n := range c.BLF {
		_ = sip.Watch(ctx, n) // it says so itself
	}
	return nil
}

func (c *phoneCmd) name() string {
	if c.Protocol == "sip" {
		return c.Number
	}
	return c.MAC
}

// show lets the user press keys while the phone registers, however long that takes.
func (c *phoneCmd) show(ctx context.Context, p handset.Handset) error {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for c.register(ctx, p) != nil && ctx.Err() == nil {
			t := time.NewTimer(10 * time.Second)
			select {
			case <-t.C:
			case <-ctx.Done():
				t.Stop()
			}
		}
	}()
	err := tui.Run(ctx, p, os.Stdin, os.Stdout)
	cancel()
	<-done
	return err
}

// print prints what changes on the phone. A SIP phone tells its registration and
// its watched numbers itself.
func (c *phoneCmd) print(ctx context.Context, p handset.Handset, out io.Writer) {
	var old handset.Display
	if c.Protocol == "sip" {
		old = p.Display()
	}
	for ctx.Err() == nil {
		changed := p.Changed()
		d := p.Display()
		shown := d.Clone()
		if c.Protocol == "sip" {
			shown.Keys, shown.Registered = old.Keys, old.Registered
		}
		for _, text := range handset.Changes(old, shown) {
			fmt.Fprintln(out, text)
		}
		old = shown
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

func (c *phoneCmd) skinnyOptions() (skinny.Options, error) {
	o := skinny.Options{Model: c.Type, Version: c.Version}
	var err error
	if o.Server, err = c.server("tcp"); err != nil {
		return o, err
	}
	if o.MAC, err = phones.ParseMAC(c.MAC); err != nil {
		return o, fmt.Errorf("--mac: %w", err)
	}
	return o, nil
}

func (c *phoneCmd) server(network string) (netip.AddrPort, error) {
	var found net.Addr
	var err error
	if network == "tcp" {
		found, err = net.ResolveTCPAddr("tcp", c.Server)
	} else {
		found, err = net.ResolveUDPAddr("udp", c.Server)
	}
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("--server %s: %w", c.Server, err)
	}
	ap, err := netip.ParseAddrPort(found.String())
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("--server %s: %w", c.Server, err)
	}
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port()), nil
}

func (c *phoneCmd) sipOptions() (softphone.Options, error) {
	o := softphone.Options{
		Transport: c.Transport, Number: c.Number, Username: c.User, Password: c.Password,
		Expires: c.Expires, Model: c.Type, Out: os.Stdout,
	}
	if c.Number == "" {
		return o, errors.New("--number: a SIP phone needs one")
	}
	var err error
	if o.Server, err = c.server("udp"); err != nil {
		return o, err
	}
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
