// Package modes declares every command of the appliance: configuration modes,
// one file per mode, and EXEC commands. A literal holds syntax, help, default,
// how `no` works and how the line prints; everything else derives from it.
//
// It is the only room that knows both the configuration tree and the agents:
// views.go turns a tree into each agent's Config, and the show_*.go renderers
// turn the agents' Snapshots into text. It imports cli, presence, phones and
// internal/sipua for Config and Snapshot only, never an adapter; internal/app
// imports it.
//
// Nothing here starts a goroutine. Views and renderers are pure; Exec bodies run
// on the goroutine of the session that typed them.
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

// Platform is a set of limits behind ranges.
type Platform string

// The platforms.
const (
	// C3825 has the limits of the guide's router.
	C3825 Platform = "c3825"
	// Unlimited is for labs and load.
	Unlimited Platform = "unlimited"
)

// ParsePlatform reads the name of a platform; ok is false for any other word.
func ParsePlatform(name string) (Platform, bool) { return "", false }

// All is the one ordered list of configuration modes.
func All() []conf.Mode { return nil }

// Library is the argument types and common help of all commands.
func Library() *grammar.Library { return &grammar.Library{} }

// Exec is all EXEC commands and actions.
func Exec(a Agents) []cli.Exec { return nil }

// Bounds answers the named bounds of ranges: the platform's, or the configured
// max-dn, max-ephones and max-pool when they are set.
func Bounds(p Platform) func(conf.Tree) grammar.Env { return nil }

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
