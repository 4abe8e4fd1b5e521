// Package cli is the shell: sessions on terminal lines, the stack of modes,
// IOS's errors with the caret, `?` and TAB, output pipes, the pager, dialogs
// and login. It knows no command but those that belong to every mode (exit,
// end, do): configuration commands come from a conf.Schema, EXEC commands are
// Exec literals in modes/, whose Run bodies call the methods of Context.
//
// It imports cli/grammar, cli/conf, cli/render, cli/secret, cli/term and
// internal/logbuf; modes, internal/app and the front ends of cli/tty's callers
// import it.
//
// # Goroutines
//
// A Session belongs to the goroutine that called Run or RunLine; Run bodies of
// Exec commands run on it. While a command runs, one more goroutine watches
// Terminal.Interrupted; it is waited for before the next prompt. Messages and
// debug texts reach the terminal on a goroutine of logbuf (Log.Attach), through
// Terminal.Async. Shell's methods may be called from any goroutine. Shell.Apply
// is called by a conf binding.
package cli

import (
	"context"
	"io"
	"time"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/cli/secret"
	"github.com/busylamp/busylamp/cli/term"
	"github.com/busylamp/busylamp/internal/clock"
	"github.com/busylamp/busylamp/internal/logbuf"
)

// Terminal is what a session talks to; cli/tty implements it.
type Terminal = term.Terminal

// Secret is a configured password in its stored form.
type Secret = secret.Secret

// Exec is an EXEC command, or an action typed in a configuration mode that
// leaves no line behind (`create cnf-files`, `reset`). It is a literal in
// modes/.
type Exec struct {
	// Syntax and Help are those of grammar.Spec. A `no` form is a literal of
	// its own: "no debug presence errors". In a configuration mode "no X" takes
	// the same arguments as X, and Args.Form tells them apart.
	Syntax, Help string
	// Modes in which it can be typed: "exec" when nil, else configuration modes.
	Modes []string
	// Pipe: the output may be modified, `show clock | include UTC`.
	Pipe bool
	// Group: the first word is one that alone is answered with a hint at `?`
	// (`show`), and not with "% Incomplete command.".
	Group bool
	// Level is the privilege level it needs: 0 or 1 for everybody, 15 for
	// privileged EXEC only. Nothing between is used in `?`.
	Level int
	// Run does it. An error's text is printed as it stands ("% …"); a nil
	// error prints nothing. It must give up when the Context is done, which
	// happens when the user quits the pager or interrupts.
	Run func(*Context, grammar.Args) error
}

// ExecMode is the name of the mode in which Exec commands without Modes live.
const ExecMode = "exec"

// Context is what a Run body gets: the session and where to print. It is valid
// until Run returns.
type Context struct {
	// Context ends when the user interrupts, quits the pager, or hangs up.
	context.Context
	Session *Session
	Shell   *Shell
	// Out goes through the output pipe and the pager. Writes fail with
	// context.Canceled after the user has quit.
	Out io.Writer

	flush func() error // hands pending output to the terminal, before a dialog
}

// Options make a Shell. Store, Library and Log are needed.
type Options struct {
	Store *conf.Store
	// State holds startup-config and flash:; nil: nothing can be saved.
	State *conf.State
	// Keys are the RSA keys; nil: there are none, and none can be made.
	Keys    Keys
	Exec    []Exec
	Library *grammar.Library
	// Bounds answers the named bounds of ranges for a tree; nil: all open.
	Bounds func(conf.Tree) grammar.Env
	Log    *logbuf.Log
	// Clock is the appliance's clock; nil: one that nobody has set.
	Clock  *clock.Clock
	System System
	// Servers are tftp: and http:; nil: they cannot be reached.
	Servers Servers
	// Space is how many bytes the disk below flash: still takes; ok is false where that
	// is not known. nil: as many as flash: may hold.
	Space func() (bytes int64, ok bool)
	// LoginDelay is how long a wrong name or password is left unanswered; 0: not at all.
	LoginDelay time.Duration
	// DebugText is what switching a debug topic prints, where a router does not
	// say "TOPIC debugging is on"; "" and nil: it does.
	DebugText func(t logbuf.Topic, on bool) string

	// Rewrite may replace a line just before it is committed, for lines that
	// are stored in another form than they are typed in: `enable secret lab`
	// becomes `enable secret 5 $1$…`. nil: every line is stored as typed. It
	// runs after the line has matched and must be cheap and pure but for salt.
	// An error refuses the line; its text is printed as it is ("% …").
	Rewrite func(tree conf.Tree, parent conf.Path, args grammar.Args) (grammar.Args, error)

	// Follow gives the lines that a line which has just been committed brings about:
	// `service password-encryption` hides the passwords that are there. tree is the one
	// after the line, old the one before it. They are committed as they are. also are other blocks
	// of a line that opens one, into which goes what is typed next too. nil: none ever.
	Follow func(old, tree conf.Tree, args grammar.Args) (lines []Following, also []conf.Path)

	// Guard may refuse a line that somebody types; its error is printed as it is. It
	// is for checks that look at the whole configuration: it is not asked while a file
	// is loaded, which would take the square of its length. nil: no line is refused.
	Guard func(tree conf.Tree, parent conf.Path, args grammar.Args) error

	// Mentions gives the mode of the command that a line is about, and how that command
	// begins (`privilege exec level 3 show`); mode is "" for other lines. One that begins with
	// a word that the mode does not have is refused. nil: no line is about a command.
	Mentions func(args grammar.Args) (mode, command string)

	// Committed is told of each line that somebody has typed and that has changed
	// something. It must be quick. nil: nobody is.
	Committed func(conf.Commit)

	// Retyped is told of each line that somebody has typed and that was there already:
	// some act again. It may wait a moment, no longer than a command. nil: nobody is.
	Retyped func(ctx context.Context, args grammar.Args)

	// Zone is the time zone that a tree configures; nil: always UTC.
	Zone func(tree conf.Tree) clock.Zone

	// Notice is what a router tells whoever has typed a line:
	// "… please restart or reset ephone to take effect." with its newline, "" for
	// nothing. old is the tree before the line, parent the block it was typed in, changed
	// says whether there was anything to do. It
	// is not asked while a file is loaded. nil: nothing is ever told.
	Notice func(old conf.Tree, parent conf.Path, args grammar.Args, changed bool) string
}

// Following is a line that another one brings about, and the block it stands in.
type Following struct {
	At   conf.Path
	Args grammar.Args
}

// System is the appliance around the shell.
type System interface {
	// Reload restarts the appliance; it returns at once.
	Reload(reason string)
	Version() VersionInfo
	StartTime() time.Time
}

// VersionInfo is what `show version` prints of the build and the host. Empty
// fields have defaults.
type VersionInfo struct {
	Version      string // of Busylamp, "1.2.3"
	Commit       string // short revision
	Built        time.Time
	Platform     string // "3825"
	BoardID      string // processor board ID, "BLP12345678"
	MemoryKB     int    // memory shown, split in main and I/O memory
	ImageFile    string // "flash:busylamp"
	ReturnReason string // "power-on" when empty
}

// LoginMode is how a line asks who is there.
type LoginMode uint8

// The ways to log in.
const (
	LoginNone     LoginMode = iota // `no login`: straight in
	LoginPassword                  // `login`: the line's password
	LoginLocal                     // `login local`: the username database
)

// Line is one terminal line's configuration.
type Line struct {
	Login    LoginMode
	Password Secret
	// ExecTimeout is the idle time after which a session ends, 0 for never.
	ExecTimeout time.Duration
	// AbsoluteTimeout is the longest time of a session from its login on, 0 for any;
	// LogoutWarning is how long before its end the user is told, 20 seconds when 0.
	AbsoluteTimeout, LogoutWarning time.Duration
	// SessionTimeout and SessionLimit are about the connections that users open from the
	// line: how long they may be idle (0 for ever), and how many there may be.
	SessionTimeout time.Duration
	SessionLimit   int
	// BarredOut are the protocols that `transport output` keeps users from, Preferred is the
	// one of a host name typed alone: "" for telnet, "none" for none.
	BarredOut Transport
	Preferred string
	// Escape is `escape-character`.
	Escape Escape
	// Barred are the protocols that `transport input` keeps from a vty, AccessClass and
	// AccessClass6 are the access lists of who may use the others, "" for none.
	Barred                    Transport
	AccessClass, AccessClass6 string
	// Privilege is the level a session starts at, 1 when 0.
	Privilege int
	// Length and Width are `length` and `width`; 0: what the terminal says.
	// NoPaging is `length 0`.
	Length, Width int
	NoPaging      bool
	// HistorySize is `history size`, 20 when 0, none when negative.
	HistorySize int
	Synchronous Synchronous
	// NoExec is `no exec`: connections are closed at once, and nobody gets in on the
	// console.
	NoExec bool
	// NoExecBanner and NoMOTD keep these banners from the line.
	NoExecBanner, NoMOTD bool
	// Lockable lets `lock` lock the terminal.
	Lockable bool
	// Autocommand is the EXEC command that a session runs, and then ends, "" for none.
	Autocommand string
}

// Synchronous is `logging synchronous`: messages wait until a command has ended, and what
// is being typed is shown again after them. The zero value is that of a line without it.
type Synchronous struct {
	On bool
	// Level is the gravest severity that is kept apart so; graver ones break in.
	Level logbuf.Severity
	// Limit is how many messages wait; more are lost, which is told.
	Limit int
}

// EnableLevel is what leads to a privilege level (`enable secret level`). If both are
// set the secret counts.
type EnableLevel struct {
	Level            int
	Password, Secret Secret
}

// User is one `username` line.
type User struct {
	Name      string
	Privilege int // 1 when 0
	Password  Secret
	// NoPassword is `nopassword`: a login on a line asks for no password. SSH,
	// which cannot do without one, refuses the user.
	NoPassword bool
	// Autocommand is what a session of the user runs, and then ends, "" for none. It
	// goes before that of the line.
	Autocommand string
}

// SSHConfig is `ip ssh`.
type SSHConfig struct {
	// Timeout is how long a client may take to log in (`ip ssh time-out`), 120 seconds
	// when 0.
	Timeout time.Duration
	// Retries is how often it may try again (`ip ssh authentication-retries`).
	Retries int
	Keys    []UserKey
	// Copies is `ip scp server enable`.
	Copies bool
	// KeyPair names the host key (`ip ssh rsa keypair-name`); "" or one that is not
	// there: that of the router's own name, else the first.
	KeyPair string
}

// UserKey is a public key that a user may log in with, known by its hash
// (`key-hash`).
type UserKey struct {
	User string
	Type string // "ssh-rsa"
	Hash string // MD5 in 32 upper-case hexadecimal digits
}

// Config is what the shell needs of the configuration. Slices are not changed
// after Apply.
type Config struct {
	Hostname       string // "Router" when empty
	Domain         string // `ip domain name`, "" for none
	EnablePassword Secret
	EnableSecret   Secret
	// EnableLevels are the passwords of levels below 15 that have their own.
	EnableLevels []EnableLevel
	Users        []User
	Console      Line
	Vty          []Line
	// AccessLists are the standard access lists, and the extended ones that a line is
	// guarded by, by number or name; AccessLists6 are those for IPv6.
	AccessLists, AccessLists6 map[string][]AccessRule
	SSH                       SSHConfig
	// DomainLookup is `ip domain lookup`: what a mistyped EXEC word prints.
	DomainLookup bool
	// BannerMOTD and BannerLogin are printed before login, BannerExec after.
	BannerMOTD, BannerLogin, BannerExec string
	// FilePromptQuiet is `file prompt quiet`: copy asks nothing.
	FilePromptQuiet bool
	// UserInfo is `logging userinfo`: who enters privileged mode is logged.
	UserInfo   bool
	Archive    Archive
	Aliases    []Alias
	Privileges []Privilege
}

// LoadError is one refused line of a configuration file.
type LoadError struct {
	Line  int    // from 1
	Text  string // as it stands in the file, trimmed on the right
	Caret int    // column of the error in Text in characters, -1 for none
	Error string // "% Invalid input detected at '^' marker."
}

// LineKind is a kind of terminal line.
type LineKind uint8

// The kinds of lines.
const (
	LineConsole LineKind = iota // con 0
	LineVTY                     // vty n
)
