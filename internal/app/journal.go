package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/busylamp/busylamp/internal/journal"
	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/presence/relay"
	presencesip "github.com/busylamp/busylamp/presence/sip"
)

// journals keep registrations and subscriptions in the state directory, so that they
// survive a process that is killed. `reload` and every clean end leave them empty.
type journals struct {
	dir                          *os.Root
	subscriptions, registrations *journal.Journal // nil: that one cannot be opened
	siblings                     *journal.Journal // subscriptions at the presence server
	publications                 *journal.Journal // of phones, about themselves
}

// openJournals never fails: an appliance that cannot keep anything serves all the same.
func (a *App) openJournals() {
	report := func(err error) { a.Log.Msg("SYS", logbuf.Errors, "JOURNAL", "%v", err) }
	dir, err := a.state.Folder("journal")
	if err != nil {
		report(err)
		return
	}
	a.journals.dir = dir
	for name, j := range map[string]**journal.Journal{
		"subscriptions": &a.journals.subscriptions, "registrations": &a.journals.registrations,
		"siblings": &a.journals.siblings, "publications": &a.journals.publications,
	} {
		if *j, err = journal.Open(dir, name, journal.Options{Report: report}); err != nil {
			report(err)
		}
	}
}

// contacts is the journal of registrations; not an interface around nil.
func (j *journals) contacts() phones.Journal {
	if j.registrations == nil {
		return nil
	}
	return j.registrations
}

// dialogs is the journal of subscriptions; not an interface around nil.
func (j *journals) dialogs() presencesip.Journal {
	if j.subscriptions == nil {
		return nil
	}
	return j.subscriptions
}

// published is the journal of publications; not an interface around nil.
func (j *journals) published() presencesip.Journal {
	if j.publications == nil {
		return nil
	}
	return j.publications
}

// outgoing is the journal of siblings; not an interface around nil.
func (j *journals) outgoing() relay.Journal {
	if j.siblings == nil {
		return nil
	}
	return j.siblings
}

// restore brings back what was there when the process died. The agents have no
// configuration yet; what theirs does not allow ends when they get it.
func (a *App) restore() {
	for _, f := range []func() error{a.Lines.Restore, a.watch.Restore, a.far.Restore} {
		if err := f(); err != nil {
			a.Log.Msg("SYS", logbuf.Errors, "JOURNAL", "%v", err)
		}
	}
}

// settleBriefly waits until the agents have the configuration, but for one that hangs.
func (a *App) settleBriefly() {
	ctx, cancel := context.WithTimeout(a.ctx, 2*time.Second)
	defer cancel()
	_ = a.store.Settle(ctx)
}

// close closes the journals; erase leaves them empty.
func (j *journals) close(erase bool) error {
	if j.dir == nil {
		return nil
	}
	var errs []error
	for _, k := range []*journal.Journal{j.subscriptions, j.registrations, j.siblings, j.publications} {
		if k == nil {
			continue
		}
		if erase {
			errs = append(errs, k.Erase())
		}
		errs = append(errs, k.Close())
	}
	if err := errors.Join(append(errs, j.dir.Close())...); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}
