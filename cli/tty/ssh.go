package tty

import (
	"context"
	"net"
	"time"

	"golang.org/x/crypto/ssh"
)

// SSHVersion is the identification string of IOS.
const SSHVersion = "SSH-2.0-Cisco-1.25"

// SSHOptions configure ServeSSH.
type SSHOptions struct {
	// HostKeys, at least one; see LoadOrCreateHostKeys.
	HostKeys []ssh.Signer
	// Auth decides on a user name and password and gives the privilege level.
	// It may be called concurrently.
	Auth func(user, password string) (level int, ok bool)
	// Handler runs each shell or exec request.
	Handler Handler
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

// ServeSSH accepts SSH connections on ln until ctx ends or ln fails. It closes
// ln and every connection, waits for all handlers, and returns nil if ctx ended.
func ServeSSH(ctx context.Context, ln net.Listener, o SSHOptions) error { return nil }

// LoadOrCreateHostKeys returns an Ed25519 and an RSA host key. read is asked
// for "ssh_host_ed25519_key" and "ssh_host_rsa_key"; when its error is
// fs.ErrNotExist, a key is made and handed to write, which should store it
// atomically and readable by the owner only. A file that is no key is an error.
func LoadOrCreateHostKeys(read func(name string) ([]byte, error), write func(name string, b []byte) error) ([]ssh.Signer, error) {
	return nil, nil
}
