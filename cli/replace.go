package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/render"
	"github.com/busylamp/busylamp/internal/logbuf"
)

// Replacement says how `configure replace` goes about it.
type Replacement struct {
	// List shows the lines that are applied; Force asks nothing.
	List, Force bool
	// Timer undoes it after that time unless somebody confirms; 0: it stays.
	Timer time.Duration
}

// ConfigureReplace is `configure replace URL`: the file becomes the running
// configuration, in one commit. If any of its lines is refused nothing changes, which is
// what `revert trigger error` asks for.
func (c *Context) ConfigureReplace(file string, how Replacement) error {
	p, err := parsePlace(file)
	if err != nil {
		return err
	}
	if p, err = c.askSource(p); err != nil {
		return err
	}
	if !how.Force {
		c.Printf("This will apply all necessary additions and deletions\n" +
			"to replace the current running configuration with the\n" +
			"contents of the specified configuration file, which is\n" +
			"assumed to be a complete configuration, not a partial\n")
		answer, err := c.read("configuration. Enter Y if you are sure you want to proceed. ? [no]: ", true)
		if err != nil {
			return err
		}
		if answer = strings.ToLower(strings.TrimSpace(answer)); answer == "" || !strings.HasPrefix("yes", answer) {
			return nil
		}
	}
	data, err := c.Shell.read(c, p)
	if err != nil {
		return err
	}
	if !endsAsOne(data) {
		c.Printf("%%The input file is not a valid config file.\n")
		return nil
	}
	next, bad := c.Shell.parse(c, conf.NewTree(c.Shell.store.Schema()), data)
	if len(bad) > 0 {
		c.Printf("The following commands are failed to apply to the IOS image.\n********\n")
		for _, e := range bad {
			c.Printf("%s\n", e.Text)
		}
		c.Printf("********\n\nRollback aborted after 1 passes\n" +
			"The original configuration has been successfully restored.\n")
		return nil
	}
	if how.Timer > 0 {
		if err := c.startTimer(how.Timer, false); err != nil {
			return err
		}
	}
	return c.replace(next, how.List)
}

// endsAsOne tells whether a file is a whole configuration: one that was cut off has no
// `end`, and would take everything away that it lacks.
func endsAsOne(file []byte) bool {
	for line := range bytes.Lines(file) {
		if bytes.EqualFold(bytes.TrimSpace(line), []byte("end")) {
			return true
		}
	}
	return false
}

// replace makes a tree the running one and tells what IOS tells of it.
func (c *Context) replace(next conf.Tree, list bool) error {
	done, err := c.Shell.store.Replace(c.Session.origin(), next)
	if err != nil {
		return err
	}
	c.Session.dirty, c.Session.stale = true, true
	c.Session.settle(c)
	passes := 0
	if !done.Empty() {
		passes = 1
		c.Session.altered()
		if list {
			c.Printf("!Pass 1\n\n!List of Rollback Commands:\n%s\nend\n\n", strings.Join(conf.Commands(done.Old, done.New), "\n"))
		}
	}
	c.Printf("Total number of passes: %d\nRollback Done\n\n", passes)
	return nil
}

// parse reads a file on top of a tree without touching the running configuration:
// nothing is committed, logged or carried out.
func (sh *Shell) parse(ctx context.Context, base conf.Tree, file []byte) (conf.Tree, []LoadError) {
	store := conf.NewStore(sh.store.Schema(), base)
	defer store.Close()
	o := sh.o
	o.Store, o.State, o.System, o.Servers = store, nil, nil, nil
	shadow := &Shell{o: o, store: store, sets: sh.sets, filters: sh.filters, vtys: map[int]*Session{}, agenda: newAgenda()}
	shadow.config.Store(sh.config.Load())
	s := shadow.loader(ctx, conf.Origin{Text: "file"})
	s.trial = true
	bad := s.load(ctx, file)
	return store.Tree(), bad
}

// loadFor is Load on behalf of somebody: the messages name his line.
func (sh *Shell) loadFor(ctx context.Context, who *Session, file []byte, source string) []LoadError {
	s := sh.loader(ctx, conf.Origin{Text: source})
	s.kind, s.number, s.from = who.kind, who.number, who.from
	s.setUser(who.User())
	defer s.leaveConfig()
	return s.load(ctx, file)
}

// rollback is what happens unless `configure confirm` comes in time.
type rollback struct {
	tree  conf.Tree
	file  string // where the tree is kept as well
	after time.Duration
	idle  bool // counted from the last line that its user has typed
	who   *Session
	user  string
	name  string    // the user, or the line of nobody: what `show archive config rollback timer` prints
	since time.Time // by the appliance's clock
}

const rollbackJob = "rollback"

var (
	errNoRollback      = errors.New("%No Rollback Confirmed Change pending")
	errRollbackPending = errors.New("%Rollback Confirmed Change already pending")
)

// startTimer keeps the configuration as it is now and brings it back after a time.
func (c *Context) startTimer(after time.Duration, idle bool) error {
	if c.Shell.Config().Archive.Path == "" {
		return errors.New("%Turn config archive on before using Rollback Confirmed Change")
	}
	if c.Shell.rollback.Load() != nil {
		return errRollbackPending
	}
	tree := c.Tree()
	name, err := c.Shell.archive(c)
	if err != nil {
		return err
	}
	c.Printf("Rollback Confirmed Change: Backing up current running config to %s\n\n", name)
	r := &rollback{tree: tree, file: name, idle: idle, who: c.Session, user: c.Session.who(), name: cmp.Or(c.Session.User(), c.Session.name())}
	c.Shell.log("ROLLBK_CNFMD_CHG_BACKUP", "Backing up current running config to %s", name)
	if !c.Shell.arm(nil, r, after) { // somebody else's has come meanwhile
		return errRollbackPending
	}
	return nil
}

// arm starts the time of a rollback that takes the place of old, nil for none; false: old
// waits no more.
func (sh *Shell) arm(old, next *rollback, after time.Duration) bool {
	r := *next
	r.after, r.since = after, sh.now()
	if !sh.rollback.CompareAndSwap(old, &r) {
		return false
	}
	kind, mnemonic := "", "ROLLBK_CNFMD_CHG_START_ABSTIMER"
	if r.idle {
		kind, mnemonic = " if idle", "ROLLBK_CNFMD_CHG_START_IDLETIMER"
	}
	sh.log(mnemonic, "User: %s: Scheduled to rollback to config %s in %d minutes%s", r.user, r.file, int(after.Minutes()), kind)
	end := time.Now().Add(after)
	sh.awaitRollback(&r, end, end.Add(-time.Minute))
	return true
}

// awaitRollback warns a minute before the end and carries the rollback out at the end.
func (sh *Shell) awaitRollback(r *rollback, end, warning time.Time) {
	if time.Now().Before(warning) {
		sh.agenda.set(rollbackJob, warning, func(context.Context) {
			if later, moved := sh.typedSince(r, end); moved {
				sh.awaitRollback(r, later, later.Add(-time.Minute))
				return
			}
			sh.log("ROLLBK_CNFMD_CHG_WARNING_ABSTIMER", "System will rollback to config %s in one minute. "+
				"Enter \"configure confirm\" if you wish to keep what you've configured", r.file)
			sh.awaitRollback(r, end, warning)
		})
		return
	}
	sh.agenda.set(rollbackJob, end, func(context.Context) {
		if later, moved := sh.typedSince(r, end); moved {
			sh.awaitRollback(r, later, later.Add(-time.Minute))
			return
		}
		if sh.rollback.CompareAndSwap(r, nil) {
			sh.rollBack(r)
		}
	})
}

// typedSince tells when an idle rollback is due now, if its user has typed meanwhile.
func (sh *Shell) typedSince(r *rollback, end time.Time) (time.Time, bool) {
	if !r.idle {
		return end, false
	}
	r.who.mu.Lock()
	idle := time.Since(r.who.active)
	r.who.mu.Unlock()
	later := time.Now().Add(r.after - idle)
	return later, later.Sub(end) > time.Second
}

// rollBack is a rollback that nobody has stopped.
func (sh *Shell) rollBack(r *rollback) {
	sh.Broadcast("\nRollback Confirmed Change: rolling to:" + r.file + "\n")
	sh.log("ROLLBK_CNFMD_CHG_ROLLBACK_START", "Start rolling to: %s", r.file)
	sh.stamps.changed.Store(sh.stampedNow(nil))
	if _, err := sh.store.Replace(conf.Origin{Text: r.file}, r.tree); err != nil {
		sh.o.Log.Msg("ARCHIVE_DIFF", logbuf.Errors, "ROLLBK_CNFMD_CHG", "%v", err)
	}
}

func (sh *Shell) log(mnemonic, format string, a ...any) {
	sh.o.Log.Msg("ARCHIVE_DIFF", logbuf.Notifications, mnemonic, format, a...)
}

// ConfigureRevertTimer is `configure terminal revert timer {MIN | idle MIN}`.
func (c *Context) ConfigureRevertTimer(after time.Duration, idle bool) error {
	if err := c.startTimer(after, idle); err != nil {
		return err
	}
	return c.ConfigureTerminal()
}

// ConfigureConfirm is `configure confirm`: what was configured stays.
func (c *Context) ConfigureConfirm() error {
	if c.Shell.rollback.Swap(nil) == nil {
		return errNoRollback
	}
	c.Shell.agenda.cancel(rollbackJob)
	c.Shell.log("ROLLBK_CNFMD_CHG_CONFIRM", "User: %s: Confirm the configuration change", c.Session.who())
	return nil
}

// ConfigureRevert is `configure revert now`.
func (c *Context) ConfigureRevert() error {
	r := c.Shell.rollback.Swap(nil)
	if r == nil {
		return errNoRollback
	}
	c.Shell.agenda.cancel(rollbackJob)
	c.Printf("Rollback Confirmed Change: rolling to:%s\n\n", r.file)
	c.Shell.log("ROLLBK_CNFMD_CHG_ROLLBACK_START", "Start rolling to: %s", r.file)
	return c.replace(r.tree, true)
}

// ConfigureRevertAgain is `configure revert timer {MIN | idle MIN}`: another time.
func (c *Context) ConfigureRevertAgain(after time.Duration, idle bool) error {
	r := c.Shell.rollback.Load()
	if r == nil {
		return errNoRollback
	}
	next := *r
	next.idle = idle
	if !c.Shell.arm(r, &next, after) { // confirmed, or carried out, meanwhile
		return errNoRollback
	}
	return nil
}

// ShowRollbackTimer is `show archive config rollback timer`.
func (c *Context) ShowRollbackTimer() error {
	r := c.Shell.rollback.Load()
	if r == nil {
		c.Printf("%v\n", errNoRollback)
		return nil
	}
	kind := "absolute timer"
	if r.idle {
		kind = "idle timer"
	}
	c.Printf("Time configured(or reconfigured): %s\nTimer type: %s\nTimer value: %d min\nUser: %s\n\n",
		render.Date(r.since), kind, int(r.after.Minutes()), r.name)
	return nil
}

// who is the session in messages about rollbacks.
func (s *Session) who() string {
	return fmt.Sprintf("%s(Priv: %d, View: 0)", s.origin().Text, s.level)
}
