package cli

import (
	"context"
	"sync"
	"time"
)

// agenda is what the appliance is to do at set times: a scheduled reload and its
// warnings, a rollback that nobody confirms, an archive every so often. Tend carries it
// out. Times are those of the process, which do not jump when somebody sets the clock.
type agenda struct {
	mu   sync.Mutex
	jobs map[string]job
	wake chan struct{} // holds one token: a change that Tend has not seen
}

type job struct {
	at  time.Time
	run func(context.Context)
}

func newAgenda() *agenda {
	return &agenda{jobs: map[string]job{}, wake: make(chan struct{}, 1)}
}

// set replaces the job of that name.
func (a *agenda) set(name string, at time.Time, run func(context.Context)) {
	a.mu.Lock()
	a.jobs[name] = job{at, run}
	a.mu.Unlock()
	a.stir()
}

// cancel takes a job out; false when there is none.
func (a *agenda) cancel(name string) bool {
	a.mu.Lock()
	_, ok := a.jobs[name]
	delete(a.jobs, name)
	a.mu.Unlock()
	a.stir()
	return ok
}

func (a *agenda) stir() {
	select {
	case a.wake <- struct{}{}:
	default: // Tend has yet to see the change before
	}
}

// next is the job that is due first, and when.
func (a *agenda) next() (name string, at time.Time, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for n, j := range a.jobs {
		if !ok || j.at.Before(at) {
			name, at, ok = n, j.at, true
		}
	}
	return name, at, ok
}

// take removes a job that is due.
func (a *agenda) take(name string, now time.Time) (job, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	j, ok := a.jobs[name]
	if !ok || j.at.After(now) {
		return job{}, false // it was moved meanwhile
	}
	delete(a.jobs, name)
	return j, true
}

// Tend carries out what is scheduled until ctx ends. Exactly one goroutine runs it.
func (sh *Shell) Tend(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for ctx.Err() == nil {
		name, at, ok := sh.agenda.next()
		timer.Stop()
		if ok {
			timer.Reset(time.Until(at))
		}
		select {
		case <-timer.C:
			if j, ok := sh.agenda.take(name, time.Now()); ok {
				j.run(ctx)
			}
		case <-sh.agenda.wake:
		case <-ctx.Done():
		}
	}
}

// Broadcast prints a text on all lines where somebody is at work. It does not wait.
func (sh *Shell) Broadcast(text string) { sh.tell(text, func(SessionInfo) bool { return true }) }

// tell prints a text on some of the lines where somebody is at work. It does not wait.
func (sh *Shell) tell(text string, whom func(SessionInfo) bool) {
	for _, i := range sh.Sessions() {
		if !whom(i) {
			continue
		}
		i.session.mu.Lock()
		screen := i.session.screen
		i.session.mu.Unlock()
		if screen != nil {
			screen.Async(text)
		}
	}
}
