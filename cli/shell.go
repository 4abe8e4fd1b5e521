package cli

import (
	"context"

	"github.com/busylamp/busylamp/cli/conf"
)

// Shell is the appliance's command shell.
type Shell struct{}

// Session is one user on one line.
type Session struct{}

// NewShell compiles the Exec commands together with the store's schema.
func NewShell(o Options) (*Shell, error) { return &Shell{}, nil }

// Apply puts a configuration into force, for conf.Bind.
func (sh *Shell) Apply(ctx context.Context, old, new Config) error { return nil }

// Config returns the configuration in force.
func (sh *Shell) Config() Config { return Config{} }

// Open allocates con 0 or a free vty.
func (sh *Shell) Open(kind LineKind, from string) (*Session, error) { return &Session{}, nil }

// Run is the session: login, then the command loop.
func (s *Session) Run(ctx context.Context, t Terminal) error { return nil }

// RunLine runs one line as if typed, for an SSH exec request.
func (s *Session) RunLine(ctx context.Context, t Terminal, line string) {}

// Authenticated marks the user of a session as known (SSH): Run asks nothing.
func (s *Session) Authenticated(user string, level int) {}

// Load reads a configuration file.
func (sh *Shell) Load(ctx context.Context, text []byte, who conf.Origin) []LoadError { return nil }

// AuthSSH checks a user by the policy of the vty lines.
func (sh *Shell) AuthSSH(user, password string) (level int, ok bool) { return 0, false }
