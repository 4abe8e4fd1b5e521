package conf

import (
	"context"
	"time"
)

// What a binding has cost bounds how soon it runs again, so that lines which are typed or
// pasted one after the other into a large configuration do not wait for views of each of
// them. Settle does not wait for that.
const (
	restShare = 9                // times what it took
	minRest   = time.Millisecond // less is not worth a timer
	maxRest   = 2 * time.Second
)

// binding is one Bind as Settle sees it.
type binding struct {
	wake chan struct{} // holds one token: tokens coalesce
	now  chan struct{} // likewise: somebody waits
	seen uint64        // version applied, once started; guarded by Store.mu
	live bool          // the initial tree has been applied; guarded by Store.mu
}

// Bind keeps an agent at the running configuration. view extracts the agent's
// Config from a tree; apply is called with the initial one at once (old is then
// the zero C) and again whenever equal says that it differs from the one applied
// last. Commits that come while apply runs are coalesced into one call. All
// three run on one goroutine that belongs to this binding; ctx ends with Close.
//
// An error of apply is reported to WithApplyError under name and the Config
// counts as applied: an agent that cannot do what it was told keeps trying by
// itself. apply must not call Settle or Close. Bind after Close does nothing.
func Bind[C any](s *Store, name string, view func(Tree) C, equal func(a, b C) bool, apply func(ctx context.Context, old, new C) error) {
	b := &binding{wake: make(chan struct{}, 1), now: make(chan struct{}, 1)}
	if !s.add(b) {
		return
	}
	go func() {
		defer s.done.Done()
		var current C
		for first := true; s.ctx.Err() == nil; first = false {
			began := time.Now()
			v := s.state.Load()
			next := view(v.tree)
			if first || !equal(current, next) {
				if err := apply(s.ctx, current, next); err != nil {
					s.failed(name, err)
				}
				current = next
			}
			s.caughtUp(b, v.number)
			b.rest(s.ctx, restShare*time.Since(began))
			select {
			case <-b.wake:
			case <-s.ctx.Done():
			}
		}
	}()
}

// rest lets time pass until somebody waits.
func (b *binding) rest(ctx context.Context, d time.Duration) {
	if d < minRest {
		return
	}
	timer := time.NewTimer(min(d, maxRest))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-b.now:
	case <-ctx.Done():
	}
}

// Settle waits until every binding has seen the version that is running now.
// It returns early with the error of ctx, or with ErrClosed.
func (s *Store) Settle(ctx context.Context) error {
	version := s.Version()
	for first := true; ; first = false {
		s.mu.Lock()
		if first && s.held > 0 {
			s.rouse()
		}
		behind := false
		for _, b := range s.bindings {
			if b.live && b.seen >= version {
				continue
			}
			behind = true
			select {
			case b.now <- struct{}{}:
			default:
			}
		}
		progress := s.progress
		s.mu.Unlock()
		if !behind {
			return nil
		}
		select {
		case <-progress:
		case <-s.ctx.Done():
			return ErrClosed
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Close stops all bindings and waits for them. The tree stays readable and can
// still be changed, but nobody is told.
func (s *Store) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.cancel()
	s.done.Wait()
}

func (s *Store) add(b *binding) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.done.Add(1)
	s.bindings = append(s.bindings, b)
	return true
}

// Hold leaves the bindings asleep until release is called, or somebody waits for them by
// Settle: while a file is read, a view of every line would be of a half-loaded tree.
// Holds nest; release may be called once.
func (s *Store) Hold() (release func()) {
	s.mu.Lock()
	s.held++
	s.mu.Unlock()
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.held--; s.held == 0 {
			s.rouse()
		}
	}
}

func (s *Store) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held == 0 {
		s.rouse()
	}
}

// rouse wakes the bindings. mu is held.
func (s *Store) rouse() {
	for _, b := range s.bindings {
		select {
		case b.wake <- struct{}{}:
		default: // it is awake already and will see this version
		}
	}
}

func (s *Store) caughtUp(b *binding, version uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b.seen, b.live = version, true
	close(s.progress)
	s.progress = make(chan struct{})
}
