package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
)

// ErrLogin: the far side takes none of the passwords.
var ErrLogin = errors.New("authentication failed")

// Login says how to log in by SSH.
type Login struct {
	User string
	// Ask asks the user for a password, or what else the far side asks.
	Ask func(question string, echo bool) (string, error)
	// Tries is how often a password is asked for.
	Tries int
	// Ciphers and MACs are the only ones to be offered; nil: all, those of old routers last.
	Ciphers, MACs []string
	// Command is run in place of a shell, "" for none.
	Command    string
	Cols, Rows int
}

// Secure is a session by SSH.
type Secure struct {
	client  *ssh.Client
	session *ssh.Session
	keys    io.WriteCloser
	screen  io.Reader
	conn    net.Conn
	over    chan struct{} // closed when the session has ended; nil before it begins
}

// DialSSH connects, logs in and starts a shell or the command. Any host key is taken, as
// routers do. Errors: those of DialTelnet, ErrLogin, what Ask returned, and what the
// protocol has met.
func DialSSH(ctx context.Context, n Network, from netip.Addr, to netip.AddrPort, l Login) (*Secure, error) {
	c, err := connect(ctx, n, from, to)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	var asked answers
	config := l.config(c, &asked)
	c.SetDeadline(time.Now().Add(loginTime))
	sc, channels, requests, err := ssh.NewClientConn(c, to.String(), config)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return nil, ctx.Err()
	default:
		c.Close()
		switch {
		case asked.err != nil:
			return nil, asked.err
		case asked.given > 0:
			return nil, ErrLogin
		}
		return nil, fmt.Errorf("SSH to the far side: %w", err)
	}
	s := &Secure{client: ssh.NewClient(sc, channels, requests), conn: c}
	if err := s.start(l); err != nil {
		s.Close()
		return nil, fmt.Errorf("SSH to the far side: %w", err)
	}
	c.SetDeadline(time.Time{})
	if !stop() {
		s.Close()
		return nil, ctx.Err()
	}
	return s, nil
}

// answers are what a user has said in a login: how many passwords, and the error of one who
// did not answer.
type answers struct {
	given int
	err   error
}

// config is how to log in. All ways together ask no more often than Tries.
func (l Login) config(c net.Conn, asked *answers) *ssh.ClientConfig {
	ask := func(question string, echo bool) (string, error) {
		if asked.given >= max(l.Tries, 1) {
			return "", ErrLogin
		}
		c.SetDeadline(time.Time{}) // the line has its own idle time
		text, err := l.Ask(question, echo)
		if asked.given++; err != nil {
			asked.err = err
		}
		c.SetDeadline(time.Now().Add(loginTime))
		return text, err
	}
	tries := max(l.Tries, 1)
	config := &ssh.ClientConfig{
		User:            l.User,
		HostKeyCallback: ssh.InsecureIgnoreHostKey(),
		Auth: []ssh.AuthMethod{
			ssh.RetryableAuthMethod(ssh.PasswordCallback(func() (string, error) { return ask("Password: ", false) }), tries),
			ssh.RetryableAuthMethod(ssh.KeyboardInteractive(func(_, _ string, questions []string, echos []bool) ([]string, error) {
				var answers []string
				for i, q := range questions {
					text, err := ask(printable(q), echos[i])
					if err != nil {
						return nil, err
					}
					answers = append(answers, text)
				}
				return answers, nil
			}), tries),
		},
	}
	good, old := ssh.SupportedAlgorithms(), ssh.InsecureAlgorithms()
	config.KeyExchanges = slices.Concat(good.KeyExchanges, old.KeyExchanges)
	config.Ciphers = slices.Concat(good.Ciphers, old.Ciphers)
	config.MACs = slices.Concat(good.MACs, old.MACs)
	config.HostKeyAlgorithms = slices.Concat(good.HostKeys, old.HostKeys)
	if l.Ciphers != nil {
		config.Ciphers = l.Ciphers
	}
	if l.MACs != nil {
		config.MACs = l.MACs
	}
	return config
}

// printable is a question of the far side, which must not steer the terminal.
func printable(text string) string {
	const longest = 200
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return -1
		}
		return r
	}, text)
	return text[:min(len(text), longest)]
}

func (s *Secure) start(l Login) (err error) {
	if s.session, err = s.client.NewSession(); err != nil {
		return err
	}
	if s.keys, err = s.session.StdinPipe(); err != nil {
		return err
	}
	out, in := io.Pipe()
	s.session.Stdout, s.session.Stderr, s.screen = in, in, out
	if l.Command == "" {
		rows, cols := l.Rows, l.Cols
		if rows|cols == 0 {
			rows, cols = 24, 80
		}
		if err := s.session.RequestPty("vt100", rows, cols, ssh.TerminalModes{}); err != nil {
			return err
		}
		err = s.session.Shell()
	} else {
		err = s.session.Start(l.Command)
	}
	if err != nil {
		return err
	}
	s.over = make(chan struct{})
	go func() { // ends with the session; Close waits for it
		defer close(s.over)
		s.session.Wait()
		in.CloseWithError(io.EOF)
	}()
	return nil
}

// Read implements io.Reader.
func (s *Secure) Read(p []byte) (int, error) { return s.screen.Read(p) }

// Write implements io.Writer.
func (s *Secure) Write(p []byte) (int, error) {
	cut := time.AfterFunc(writeTime, func() { s.conn.Close() })
	defer cut.Stop()
	return s.keys.Write(p)
}

// Resize tells the size of the window.
func (s *Secure) Resize(cols, rows int) {
	cut := time.AfterFunc(writeTime, func() { s.conn.Close() })
	defer cut.Stop()
	s.session.WindowChange(rows, cols)
}

// Break sends a break (RFC 4335).
func (s *Secure) Break() {
	s.session.SendRequest("break", false, ssh.Marshal(struct{ Millis uint32 }{500}))
}

// Close ends the connection.
func (s *Secure) Close() error {
	if out, ok := s.screen.(*io.PipeReader); ok {
		out.Close()
	}
	err := s.client.Close()
	if s.over != nil {
		<-s.over
	}
	return err
}
