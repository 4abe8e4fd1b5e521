package transcripts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/busylamp/busylamp/internal/sipua"
	"golang.org/x/crypto/ssh"
)

// Login is who logs in over SSH.
type Login struct {
	User, Password string
	Enable         string // enable password, for directions that need privileged EXEC
}

// maxRows keeps the appliance from paging: its `terminal length` follows the window.
const maxRows = 500

// sshTerm is an interactive SSH session as a byte stream.
type sshTerm struct {
	io.Reader
	io.Writer
	client  *ssh.Client
	session *ssh.Session
}

// DialSSH opens an interactive session on a terminal of unlimited length over c,
// and owns c. Host keys are not checked: the peer is a lab.
func DialSSH(c net.Conn, l Login) (io.ReadWriteCloser, error) {
	const patience = 10 * time.Second
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	cc, chans, reqs, err := ssh.NewClientConn(c, "appliance", &ssh.ClientConfig{
		User:            l.User,
		Auth:            []ssh.AuthMethod{ssh.Password(l.Password)},
		HostKeyCallback: ssh.InsecureIgnoreHostKey(),
	})
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	client := ssh.NewClient(cc, chans, reqs)
	t, err := shell(client)
	if err == nil {
		err = c.SetDeadline(time.Time{})
	}
	if err != nil {
		return nil, errors.Join(err, client.Close())
	}
	return t, nil
}

func shell(client *ssh.Client) (*sshTerm, error) {
	s, err := client.NewSession()
	if err != nil {
		return nil, err
	}
	t := &sshTerm{client: client, session: s}
	if t.Reader, err = s.StdoutPipe(); err != nil {
		return nil, err
	}
	if t.Writer, err = s.StdinPipe(); err != nil {
		return nil, err
	}
	if err := s.RequestPty("vt100", maxRows, 512, ssh.TerminalModes{}); err != nil {
		return nil, fmt.Errorf("pty: %w", err)
	}
	if err := s.Shell(); err != nil {
		return nil, fmt.Errorf("shell: %w", err)
	}
	return t, nil
}

// Close ends the connection.
func (t *sshTerm) Close() error {
	err := t.client.Close()
	if errors.Is(err, net.ErrClosed) || errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// Live is a running appliance reached over SSH; directions about lines are typed
// in a second session.
type Live struct {
	*stage
	addr  string
	login Login
}

// NewLive makes a stage for the appliance whose SSH is at addr and whose SIP
// endpoint is at sip; SCCP is served at the same address, port 2000.
func NewLive(addr string, login Login, sip netip.AddrPort) *Live {
	l := &Live{addr: addr, login: login}
	l.stage = &stage{
		net: sipua.OS{}, line: l.setLine, phones: map[string]*actor{},
		server: func() netip.AddrPort { return sip },
		skinny: func() netip.AddrPort { return netip.AddrPortFrom(sip.Addr(), 2000) },
	}
	return l
}

// Dial opens an interactive session.
func (l *Live) Dial() (io.ReadWriteCloser, error) {
	c, err := net.DialTimeout("tcp", l.addr, 10*time.Second)
	if err != nil {
		return nil, err
	}
	return DialSSH(c, l.login)
}

func (l *Live) setLine(ctx context.Context, number, state string) error {
	t, err := l.Dial()
	if err != nil {
		return err
	}
	sc := NewScreen(t, nil)
	defer sc.Close()
	await := func(ends ...string) bool {
		ok := func(b string) bool {
			for _, e := range ends {
				if strings.HasSuffix(tail(b), e) {
					return true
				}
			}
			return false
		}
		sc.Wait(ctx, 5*time.Second, ok)
		return ok(sc.Peek())
	}
	say := func(line string, ends ...string) error {
		sc.DropLines()
		before := len(sc.Peek())
		if err := sc.Type(line + "\r"); err != nil {
			return err
		}
		sc.Wait(ctx, 5*time.Second, func(b string) bool { return len(b) > before && strings.Contains(b, "\n") })
		if !await(ends...) {
			return fmt.Errorf("after %q the screen shows %q", line, sc.Peek())
		}
		return nil
	}
	if !await(">", "#") {
		return fmt.Errorf("no prompt: %q", sc.Peek())
	}
	if strings.HasSuffix(sc.Peek(), ">") {
		if err := say("enable", "Password: ", "#"); err != nil {
			return err
		}
		if !strings.HasSuffix(sc.Peek(), "#") {
			if err := say(l.login.Enable, "#"); err != nil {
				return errors.New("the enable password is wrong or missing")
			}
		}
	}
	if err := say("test presence line "+number+" "+state, "#"); err != nil {
		return err
	}
	if s := sc.Peek(); strings.Contains(s, "%") {
		return fmt.Errorf("refused: %s", s)
	}
	return nil
}
