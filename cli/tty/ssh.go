package tty

import (
	"cmp"
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

// SSHVersion is the identification string of IOS.
const SSHVersion = "SSH-2.0-Cisco-1.25"

const (
	// defaultHandshake is the default of SSHOptions.HandshakeTimeout.
	defaultHandshake = time.Minute
	// defaultUnauthenticated is the default of SSHOptions.MaxUnauthenticated.
	defaultUnauthenticated = 16
	// defaultAuthTries is how many passwords or keys a connection may try.
	defaultAuthTries = 3
	// maxBanner bounds the text before the login, in bytes.
	maxBanner = 8 << 10
)

// SSHOptions configure ServeSSH.
type SSHOptions struct {
	// HostKeys is asked for each connection; without one it is closed at once. See
	// LoadOrCreateHostKeys.
	HostKeys func() []ssh.Signer
	Door     Door
	// Auth decides on a user name and password and gives the privilege level; line is
	// what the Door gave. ctx ends with the server. It may be called concurrently.
	Auth func(ctx context.Context, line any, user, password string) (level int, ok bool)
	// Key is Auth for a public key, by its type ("ssh-rsa") and its MD5 in upper-case
	// hexadecimal digits; nil: no key is taken. It is asked before the client has
	// proved that it owns the key.
	Key func(line any, user, typ, hash string) (level int, ok bool)
	// Limits is asked for each connection; nil: the defaults.
	Limits func() SSHLimits
	// Banner is shown before the login; nil or "": nothing.
	Banner func() string
	// Handler runs each shell or exec request.
	Handler Handler
	// SCP serves exec requests of scp clients; the zero value: they are commands like
	// others.
	SCP SCPFiles
	// Version is the identification string; "" = SSHVersion.
	Version string
	// HandshakeTimeout bounds the time until a user is authenticated and has
	// asked for a shell; 0 = 60 s.
	HandshakeTimeout time.Duration
	// MaxUnauthenticated bounds connections that have not logged in; further
	// ones are closed at once. 0 = 16.
	MaxUnauthenticated int
	// MaxConns bounds all connections. 0 = 64.
	MaxConns int
	// Terminal options of every connection.
	Terminal Options
}

// SSHLimits are how a connection may log in.
type SSHLimits struct {
	Timeout time.Duration // until a user is known; 0: HandshakeTimeout
	Tries   int           // passwords and keys; 0: three
	NoKeys  bool          // public keys are not offered: a try with one counts too
}

// ServeSSH accepts SSH connections on ln until ctx ends or ln fails. It closes
// ln and every connection, waits for all handlers, and returns nil if ctx
// ended. Users log in with a password, also keyboard-interactive, and get one
// session per connection: a shell with or without a pty, or one command.
// Forwarding, subsystems and environments are refused.
func ServeSSH(ctx context.Context, ln net.Listener, o SSHOptions) error {
	if o.HandshakeTimeout <= 0 {
		o.HandshakeTimeout = defaultHandshake
	}
	if o.MaxUnauthenticated <= 0 {
		o.MaxUnauthenticated = defaultUnauthenticated
	}
	if o.Auth == nil || o.Handler == nil || o.HostKeys == nil {
		ln.Close()
		return errors.New("ssh server: Auth, Handler and host keys are needed")
	}
	strangers := make(chan struct{}, o.MaxUnauthenticated)
	return serve(ctx, ln, o.MaxConns, func(ctx context.Context, conn net.Conn) {
		select {
		case strangers <- struct{}{}:
		default:
			return
		}
		keys := o.HostKeys()
		if len(keys) == 0 {
			<-strangers
			return
		}
		line, leave, ok := o.Door.enter(KindSSH, conn)
		if !ok {
			<-strangers
			return
		}
		defer leave()
		limits := o.limits()
		conn.SetReadDeadline(time.Now().Add(limits.Timeout))
		sc, channels, requests, err := ssh.NewServerConn(&stallConn{conn}, o.config(ctx, line, limits, keys))
		<-strangers
		if err != nil {
			return // a stranger's failed attempt; the peer has been told
		}
		defer sc.Close()
		s := &sshConn{o: o, ServerConn: sc, conn: conn, line: line}
		s.serve(ctx, channels, requests)
	})
}

// errRefused is all that a client learns about a failed login.
var errRefused = errors.New("permission denied")

// limits are those of a connection that has just been accepted.
func (o SSHOptions) limits() SSHLimits {
	var l SSHLimits
	if o.Limits != nil {
		l = o.Limits()
	}
	l.Timeout, l.Tries = cmp.Or(l.Timeout, o.HandshakeTimeout), cmp.Or(l.Tries, defaultAuthTries)
	return l
}

// config is how one connection logs in.
func (o SSHOptions) config(ctx context.Context, line any, limits SSHLimits, keys []ssh.Signer) *ssh.ServerConfig {
	granted := func(level int, ok bool) (*ssh.Permissions, error) {
		if !ok {
			return nil, errRefused
		}
		return &ssh.Permissions{Extensions: map[string]string{levelExtension: strconv.Itoa(level)}}, nil
	}
	check := func(user, password string) (*ssh.Permissions, error) {
		return granted(o.Auth(ctx, line, user, password))
	}
	cfg := &ssh.ServerConfig{
		ServerVersion: cmp.Or(o.Version, SSHVersion),
		MaxAuthTries:  limits.Tries,
		PasswordCallback: func(c ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
			return check(c.User(), string(password))
		},
		KeyboardInteractiveCallback: func(c ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
			answers, err := ask("", "", []string{"Password: "}, []bool{false})
			if err != nil {
				return nil, err
			}
			if len(answers) != 1 {
				return nil, errRefused
			}
			return check(c.User(), answers[0])
		},
	}
	if o.Key != nil && !limits.NoKeys {
		cfg.PublicKeyCallback = func(c ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			return granted(o.Key(line, c.User(), key.Type(), fmt.Sprintf("%X", md5.Sum(key.Marshal()))))
		}
	}
	if o.Banner != nil {
		cfg.BannerCallback = func(ssh.ConnMetadata) string {
			text := o.Banner()
			return text[:min(len(text), maxBanner)]
		}
	}
	for _, k := range keys {
		cfg.AddHostKey(k)
	}
	return cfg
}

// levelExtension carries the privilege level from the login to the session.
const levelExtension = "privilege-level"

// stallConn gives each Write a deadline, so that a peer that stops reading
// cannot hold the connection's goroutines for ever.
type stallConn struct{ net.Conn }

func (c *stallConn) Write(p []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(replyTimeout)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// sshConn is one authenticated connection.
type sshConn struct {
	*ssh.ServerConn
	o    SSHOptions
	conn net.Conn
	line any
}

// serve runs the connection's one session and refuses everything else.
func (s *sshConn) serve(ctx context.Context, channels <-chan ssh.NewChannel, requests <-chan *ssh.Request) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var running sync.WaitGroup
	defer running.Wait()
	defer s.Close()
	running.Go(func() { ssh.DiscardRequests(requests) })
	running.Go(func() {
		s.Wait()
		cancel()
	})
	taken := false
	for offer := range channels {
		switch {
		case offer.ChannelType() != "session":
			offer.Reject(ssh.UnknownChannelType, "only sessions are served here")
		case taken:
			offer.Reject(ssh.ResourceShortage, "one session per connection")
		default:
			channel, requests, err := offer.Accept()
			if err != nil {
				return
			}
			taken = true
			running.Go(func() {
				defer s.Close()
				s.session(ctx, channel, requests)
			})
		}
	}
}

// session answers the requests of a channel and runs its shell or command.
func (s *sshConn) session(ctx context.Context, channel ssh.Channel, requests <-chan *ssh.Request) {
	ctx, cancel := context.WithCancel(ctx)
	options := s.o.Terminal
	var terminal *Terminal
	stream := &sshStream{Channel: channel, conn: s.conn}
	ended := make(chan struct{})
	copying := false
	start := func(info ConnInfo) {
		info.Kind, info.User, info.From = KindSSH, s.User(), peerIP(s.conn)
		info.Line = s.line
		if a, ok := s.Conn.(ssh.AlgorithmsConnMetadata); ok {
			used := a.Algorithms().Read
			info.Cipher, info.MAC = used.Cipher, used.MAC
		}
		info.Level, _ = strconv.Atoi(s.Permissions.Extensions[levelExtension])
		s.conn.SetReadDeadline(time.Time{}) // the session has its own idle time
		if take, target, ok := scpCommand(info.Exec); ok && info.IsExec && s.o.SCP.Refuse != nil {
			copying = true
			go func() {
				defer close(ended)
				stream.serve(s.o.SCP, info, take, target)
			}()
			return
		}
		terminal = New(stream, options)
		go func() {
			defer close(ended)
			s.o.Handler(ctx, terminal, info)
			terminal.Close()
		}()
	}
	for r := range requests {
		ok, info := s.request(r, terminal != nil || copying, terminal, &options)
		if r.WantReply {
			r.Reply(ok, nil)
		}
		if info != nil { // after the reply: the prompt does not overtake it
			start(*info)
		}
	}
	cancel() // the peer closed the channel
	if terminal != nil || copying {
		<-ended
		stream.cut.Stop()
	}
}

// request judges one request; a non-nil info says that it starts the session,
// of which there is one. terminal is nil before it and for a copy.
func (s *sshConn) request(r *ssh.Request, running bool, terminal *Terminal, options *Options) (ok bool, info *ConnInfo) {
	switch r.Type {
	case "pty-req":
		var pty struct {
			Term                 string
			Cols, Rows, Wpx, Hpx uint32
			Modes                string
		}
		if running || ssh.Unmarshal(r.Payload, &pty) != nil {
			return false, nil
		}
		options.Cols, options.Rows = clampSize(pty.Cols), clampSize(pty.Rows)
		return true, nil
	case "window-change":
		var w struct{ Cols, Rows, Wpx, Hpx uint32 }
		if terminal == nil || ssh.Unmarshal(r.Payload, &w) != nil {
			return false, nil
		}
		terminal.SetSize(clampSize(w.Cols), clampSize(w.Rows))
		return true, nil
	case "shell":
		if running {
			return false, nil
		}
		return true, &ConnInfo{}
	case "exec":
		var cmd struct{ Line string }
		if running || ssh.Unmarshal(r.Payload, &cmd) != nil || len(cmd.Line) > MaxLine {
			return false, nil
		}
		return true, &ConnInfo{Exec: cmd.Line, IsExec: true}
	}
	return false, nil
}

// clampSize makes a size from the wire fit an int; Terminal checks its sense.
func clampSize(n uint32) int { return int(min(n, 1<<16)) }

// sshStream is the channel as a terminal's stream. Its Close says that the
// command succeeded, which clients wait for, and cuts a peer that does not
// close its side soon: until then the connection would stay, and Read and Write
// of the channel could be blocked.
type sshStream struct {
	ssh.Channel
	conn net.Conn
	cut  *time.Timer // set by Close, which Terminal.Close has called
}

func (s *sshStream) Close() error { return s.exit(0) }

// serve runs a copy and ends the channel with its outcome.
func (s *sshStream) serve(files SCPFiles, info ConnInfo, take bool, target string) {
	idle := time.AfterFunc(scpIdle, func() { s.conn.Close() })
	err := serveSCP(&idleStream{s.Channel, idle}, files, info, take, target)
	idle.Stop()
	status := uint32(0)
	if err != nil {
		status = 1
	}
	s.exit(status)
}

func (s *sshStream) exit(status uint32) error {
	s.cut = time.AfterFunc(lingerTime, func() { s.conn.Close() })
	s.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{status}))
	return s.Channel.Close()
}
