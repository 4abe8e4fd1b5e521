package modes

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strconv"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/cli/term"
	"github.com/busylamp/busylamp/internal/remote"
)

// execRemote is `telnet` and `ssh`: connections to other machines (command reference: telnet,
// ssh). Everybody may use them, as on routers; `transport output` of a line keeps them away.
func execRemote(a Agents) []cli.Exec {
	cmds := []cli.Exec{
		everybody("telnet WORD$host [PORT$port] [{/source-interface INTERFACE$interface|/ipv4$family|/quiet$quiet}]", "", a.telnet),
		everybody("ssh [{-l WORD$user|-p <1-65535>$port|-v <1-2>$version|-c <3des|aes128-cbc|aes128-ctr|aes192-ctr|aes256-ctr>$cipher|"+
			"-m <hmac-sha1|hmac-sha1-96|hmac-sha2-256|hmac-sha2-512>$mac|-o numberofpasswordprompts <1-5>$tries}] WORD$host [LINE$command]", "", a.ssh),
	}
	for i := range cmds {
		cmds[i].Help = trim(cmds[i].Syntax, remoteHelp)
	}
	return cmds
}

const remoteHelp = `
	telnet                   Open a telnet connection
	ssh                      Open a secure shell client connection
	$host                    Address or name of a host
	$port                    Port number
	/source-interface        Interface whose address it comes from
	$interface               Interface
	/ipv4                    By IPv4
	$family                  By IPv4
	/quiet                   Without messages
	$quiet                   Without messages
	-l                       User to log in as
	$user                    User name
	-p                       Port
	-v                       Version of the protocol
	$version                 Version
	-c                       Encryption algorithm
	$cipher                  Algorithm
	-m                       Integrity algorithm
	$mac                     Algorithm
	-o                       Options
	numberofpasswordprompts  How often a password is asked for
	$tries                   How often
	$command                 Command to run there`

// Texts of connections that are not opened.
var (
	errRefused      = errors.New("% Connection refused by remote host")
	errTimedOut     = errors.New("% Connection timed out; remote host not responding")
	errUnreachable  = errors.New("% Destination unreachable; gateway or host down")
	errUnknownHost  = errors.New("% Unknown command or computer name, or unable to find computer address")
	errNoUser       = errors.New("% No user specified nor available for SSH client")
	errFirstVersion = errors.New("% SSH version 1 is not supported")
)

// connectError is what a user reads of an error of package remote.
func connectError(err error) error {
	for _, e := range []struct{ is, text error }{
		{remote.ErrRefused, errRefused}, {remote.ErrTimeout, errTimedOut}, {remote.ErrUnreachable, errUnreachable},
		{remote.ErrSource, errSource},
	} {
		if errors.Is(err, e.is) {
			return e.text
		}
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, term.ErrInterrupt) || errors.Is(err, term.ErrTimeout) || errors.Is(err, io.EOF) {
		return err // the user's own
	}
	return fmt.Errorf("%% %w", err)
}

// far finds a host by address or name. port is that of telnet, 0 if it is not known.
func (a Agents) far(c *cli.Context, word string) (at netip.Addr, port int, err error) {
	if addr, err := netip.ParseAddr(word); err == nil {
		return addr, 0, nil
	}
	h, ok := hostNamed(c.Tree(), word)
	if !ok {
		c.Printf("%s\n", cli.Translating(word, c.Shell.Config().DomainLookup))
		return at, 0, errUnknownHost
	}
	return h.addresses[0], h.port, nil
}

func (a Agents) telnet(c *cli.Context, args grammar.Args) error {
	host := args.String("host")
	at, known, err := a.far(c, host)
	if err != nil {
		return err
	}
	from, err := a.from(args)
	if err != nil {
		return err
	}
	port, label := cmp.Or(known, 23), at.String()
	if args.Has("port") {
		n, ok := portNumber(args.String("port"))
		if !ok {
			return errors.New("% Unknown port " + args.String("port"))
		}
		port = n
		label += ", " + strconv.Itoa(port)
	}
	trying := label + " ... "
	if at.String() != host {
		trying = fmt.Sprintf("%s (%s)... ", host, label)
	}
	quiet := args.Has("quiet")
	return c.Connect(cli.Outgoing{Via: cli.TransportTelnet, Host: host, At: at.String(),
		Dial: func(ctx context.Context, out io.Writer) (cli.Remote, error) {
			if !quiet {
				fmt.Fprintf(out, "Trying %s", trying)
			}
			r, err := a.dialTelnet(ctx, from, netip.AddrPortFrom(at, uint16(port)))
			switch {
			case err == nil && !quiet:
				fmt.Fprintf(out, "Open\n")
			case err != nil && !quiet && ctx.Err() == nil:
				fmt.Fprintln(out)
			}
			if err != nil {
				return nil, connectError(err)
			}
			return r, nil
		}})
}

func (a Agents) dialTelnet(ctx context.Context, from netip.Addr, to netip.AddrPort) (*remote.Telnet, error) {
	if a.Remote == nil {
		return nil, remote.ErrUnreachable
	}
	return remote.DialTelnet(ctx, a.Remote, from, to)
}

// portNumbers are the ports that people give by name.
var portNumbers = map[string]int{"telnet": 23, "ssh": 22, "smtp": 25, "www": 80, "pop3": 110, "sip": 5060, "skinny": 2000,
	"ftp": 21, "finger": 79, "daytime": 13, "discard": 9, "echo": 7, "chargen": 19, "domain": 53, "login": 513, "nntp": 119, "bgp": 179}

func portNumber(text string) (int, bool) {
	if n, err := strconv.Atoi(text); err == nil {
		return n, n > 0
	}
	n, ok := portNumbers[text]
	return n, ok
}

// ciphers are those that have another name in the protocol.
var ciphers = map[string]string{"3des": "3des-cbc"}

func (a Agents) ssh(c *cli.Context, args grammar.Args) error {
	if args.Has("version") && args.Int("version") == 1 {
		return errFirstVersion
	}
	host := args.String("host")
	at, _, err := a.far(c, host)
	if err != nil {
		return err
	}
	l := remote.Login{User: cmp.Or(args.String("user"), c.Session.User()), Tries: number(args, "tries", 3), Command: args.String("command")}
	if l.User == "" {
		return errNoUser
	}
	if name := args.String("cipher"); name != "" {
		l.Ciphers = []string{cmp.Or(ciphers[name], name)}
	}
	if name := args.String("mac"); name != "" {
		l.MACs = []string{name}
	}
	l.Cols, l.Rows = c.Session.Size()
	l.Ask = func(question string, echo bool) (string, error) {
		if echo {
			return c.Prompt(question, "")
		}
		return c.Password(question)
	}
	port := uint16(number(args, "port", 22))
	return c.Connect(cli.Outgoing{Via: cli.TransportSSH, Host: host, At: at.String(),
		Dial: func(ctx context.Context, out io.Writer) (cli.Remote, error) {
			if a.Remote == nil {
				return nil, errUnreachable
			}
			r, err := remote.DialSSH(ctx, a.Remote, netip.Addr{}, netip.AddrPortFrom(at, port), l)
			switch {
			case errors.Is(err, remote.ErrLogin):
				fmt.Fprintf(out, "%% Authentication failed.\n\n[Connection to %s closed by foreign host]\n", host)
				return nil, context.Canceled
			case err != nil:
				return nil, connectError(err)
			}
			fmt.Fprintln(out)
			return r, nil
		}})
}
