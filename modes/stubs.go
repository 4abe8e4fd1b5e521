package modes

import (
	"io"
	"net/netip"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/presence"
)

// Agents are what EXEC commands ask and tell. Presence, Phones and SIP may be
// nil: the commands that need them then show an empty agent.
type Agents struct {
	// Presence is the presence agent.
	Presence interface{ Snapshot() presence.Snapshot }
	// Phones is the registry.
	Phones interface {
		Snapshot() phones.Snapshot
		// ClearAttempts forgets refused registrations.
		ClearAttempts()
		// SetCalls says whether a call is up or ringing on a local number
		// (`test presence line`).
		SetCalls(number string, inUse, ringing bool)
	}
	// SIP is the SIP endpoint.
	SIP interface {
		LocalAddr() netip.AddrPort
		Advertised() netip.AddrPort
	}
}

// Exec is all EXEC commands and actions.
func Exec(a Agents) []cli.Exec { return nil }

// Factory is the configuration of an appliance that has none.
func Factory() []byte { return nil }

// Rewrite is cli.Options.Rewrite: it puts a line into its stored form
// (`enable secret`).
func Rewrite(tree conf.Tree, parent conf.Path, args grammar.Args) grammar.Args { return args }

// Markdown writes docs/commands.md.
func Markdown(w io.Writer, schema *conf.Schema, exec []cli.Exec) error { return nil }

// PresenceConfig is the presence agent's part of a tree.
func PresenceConfig(t conf.Tree) presence.Config { return presence.Config{} }

// PhonesConfig is the registry's part of a tree.
func PhonesConfig(t conf.Tree) phones.Config { return phones.Config{} }

// SIPConfig is the SIP endpoint's part of a tree. Its Bind is left to the caller.
func SIPConfig(t conf.Tree) sipua.Config { return sipua.Config{} }

// ShellConfig is the shell's part of a tree.
func ShellConfig(t conf.Tree) cli.Config { return cli.DefaultConfig() }

// LogConfig is the log's part of a tree.
func LogConfig(t conf.Tree) logbuf.Config { return logbuf.DefaultConfig() }
