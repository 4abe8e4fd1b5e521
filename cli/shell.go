package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/internal/clock"
)

// Shell is the appliance's command shell: what all sessions share. Its methods
// are safe for concurrent use.
type Shell struct {
	o       Options
	store   *conf.Store
	sets    map[string]*modeSet
	filters *grammar.Set
	config  atomic.Pointer[Config]
	started time.Time

	mu       sync.Mutex
	console  *Session
	vtys     map[int]*Session
	uses     map[int]int // how often a line was taken, by its absolute number
	saveLock sync.Mutex  // one write of the startup-config at a time
	saved    atomic.Pointer[conf.Tree]

	stamps      stamps
	agenda      *agenda
	reload      atomic.Pointer[reloadPlan] // nil: none is scheduled
	rollback    atomic.Pointer[rollback]   // nil: nothing waits to be confirmed
	changes     configLog
	matches     matches
	archiveLock sync.Mutex // one archive in flash: at a time; guards sent
	sent        int        // archives that this process has begun
}

// NewShell makes a shell of the EXEC commands and the configuration modes of the
// store's schema. What is wrong with the syntax of a command, Check tells.
func NewShell(o Options) (*Shell, error) {
	if o.Store == nil || o.Library == nil || o.Log == nil {
		return nil, errors.New("the shell needs a store, a library and a log")
	}
	if o.Clock == nil {
		o.Clock = clock.New()
	}
	if o.Bounds == nil {
		o.Bounds = func(conf.Tree) grammar.Env { return nil }
	}
	sh := &Shell{o: o, store: o.Store, vtys: map[int]*Session{}, uses: map[int]int{}, started: time.Now(), agenda: newAgenda()}
	sh.config.Store(&Config{Hostname: defaultHostname}) // until Apply: no vtys
	var err error
	if sh.sets, err = modeSets(o.Store.Schema(), o.Exec); err != nil {
		return nil, fmt.Errorf("the commands of the shell: %w", err)
	}
	if sh.filters, err = compileFilters(); err != nil {
		return nil, err
	}
	return sh, nil
}

// now is the time by the appliance's clock, for people. Who measures uses time.Now: this
// clock may be set.
func (sh *Shell) now() time.Time { return sh.o.Clock.Now() }

// env answers named bounds by the tree as it is now.
func (sh *Shell) env() grammar.Env { return sh.o.Bounds(sh.store.Tree()) }

const defaultHostname = "Router"

// Apply puts a configuration into force: the next prompt, login and error show
// it. Sessions on vtys that are gone run to their end. The signature is that of
// a conf binding.
func (sh *Shell) Apply(_ context.Context, _, new Config) error {
	if new.Hostname == "" {
		new.Hostname = defaultHostname
	}
	old := sh.config.Swap(&new)
	sh.planArchives(old.Archive, new.Archive)
	return sh.setPrivileges(old.Privileges, new.Privileges)
}

// Config returns the configuration in force.
func (sh *Shell) Config() Config { return *sh.config.Load() }

// SessionInfo is one row of `show users`.
type SessionInfo struct {
	Kind   LineKind
	Number int    // vty number
	User   string // "" for none
	From   string // peer address, "" on the console
	Idle   time.Duration

	session *Session
}

// firstVTY is the absolute number of vty 0: con 0 is 0 and aux 0 is 1.
const firstVTY = 2

// Absolute is the number in the first column of `show users`.
func (i SessionInfo) Absolute() int {
	switch i.Kind {
	case LineConsole:
		return 0
	case lineAUX:
		return 1
	}
	return firstVTY + i.Number
}

// Line is the line's name: "con 0", "vty 3".
func (i SessionInfo) Line() string {
	switch i.Kind {
	case LineConsole:
		return "con 0"
	case lineAUX:
		return "aux 0"
	}
	return fmt.Sprintf("vty %d", i.Number)
}

// Sessions lists the sessions that are open, by line.
func (sh *Shell) Sessions() []SessionInfo {
	sh.mu.Lock()
	var open []*Session
	if sh.console != nil {
		open = append(open, sh.console)
	}
	for _, s := range sh.vtys {
		open = append(open, s)
	}
	sh.mu.Unlock()
	now := time.Now()
	var out []SessionInfo
	for _, s := range open {
		s.mu.Lock()
		out = append(out, SessionInfo{Kind: s.kind, Number: s.number, User: s.user, From: s.from,
			Idle: now.Sub(s.active), session: s})
		s.mu.Unlock()
	}
	slices.SortFunc(out, func(a, b SessionInfo) int { return cmp.Compare(a.Absolute(), b.Absolute()) })
	return out
}

// SaveRunning writes the running-config to the startup-config. When it returns
// nil the file has reached the disk. by is the session that asks, nil for none.
func (sh *Shell) SaveRunning(by *Session) error {
	if sh.o.State == nil {
		return errors.New("saving the configuration: there is no state directory")
	}
	sh.saveLock.Lock()
	defer sh.saveLock.Unlock()
	tree := sh.store.Tree()
	before := sh.stamps.saved.Swap(sh.stampedNow(by)) // the file tells of this very time
	if err := sh.o.State.WriteStartup(sh.running(tree, conf.Running)); err != nil {
		sh.stamps.saved.Store(before)
		return err
	}
	sh.saved.Store(&tree)
	return nil
}

// MarkSaved takes the running-config as it is for the saved one: after start-up
// nothing has been modified yet.
func (sh *Shell) MarkSaved() {
	tree := sh.store.Tree()
	sh.saved.Store(&tree)
	sh.stamps.changed.Store(nil)
}

// ConfigChanged tells whether the running-config was modified since it was
// saved or since the start.
func (sh *Shell) ConfigChanged() bool {
	if sh.o.State == nil {
		return false
	}
	saved := sh.saved.Load()
	return saved == nil || !saved.Equal(sh.store.Tree())
}
