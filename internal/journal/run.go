package journal

import (
	"errors"
	"fmt"
	"math"
	"os"
	"time"
)

// run syncs, writes deletions and compacts, at most once a second.
func (j *Journal) run() {
	defer close(j.done)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		select {
		case <-j.wake:
		case <-j.quit:
			return
		}
		timer.Reset(syncEvery)
		select {
		case <-timer.C:
		case <-j.quit:
			return
		}
		j.flushDeletes()
		j.sync()
		j.mu.Lock()
		crowded := j.crowded() && !time.Now().Before(j.retry)
		j.mu.Unlock()
		if crowded {
			j.Compact()
		}
	}
}

// flushDeletes writes the deletions that wait.
func (j *Journal) flushDeletes() {
	j.mu.Lock()
	dels := j.takePending() // under mu, so that no Put of such a key comes between
	var err error
	if len(dels) > 0 && len(j.segments) > 0 { // else there is nothing to delete
		// A full journal takes them, or it would be full for ever.
		if err = j.append(appendDeletes(nil, dels), math.MaxInt64); err == nil {
			j.dirty = true
			j.dead += int64(len(dels)) * (recordHead + j.put/max(j.puts, 1))
		} else {
			j.putBack(dels)
		}
	}
	j.mu.Unlock()
	if err != nil {
		j.complain(err)
	}
}

// sync makes durable what was written.
func (j *Journal) sync() {
	j.mu.Lock()
	f := j.file
	dirty := j.dirty && f != nil
	made := j.made
	j.dirty, j.made = false, false
	j.mu.Unlock()
	if dirty {
		if err := j.fsync(f); err != nil && !errors.Is(err, os.ErrClosed) {
			j.complain(fmt.Errorf("journal %s: %w", j.name, err))
		}
	}
	if made {
		j.syncDir()
	}
}

// syncDir makes names durable; if it cannot, they are so sometime.
func (j *Journal) syncDir() {
	if d, err := j.dir.Open("."); err == nil {
		_ = j.fsync(d)
		_ = d.Close()
	}
}

// complain reports an error, at most once a minute.
func (j *Journal) complain(err error) {
	if j.report == nil {
		return
	}
	now := time.Now()
	j.reportMu.Lock()
	due := j.reported.IsZero() || now.Sub(j.reported) >= reportEvery
	if due {
		j.reported = now
	}
	j.reportMu.Unlock()
	if due {
		j.report(err)
	}
}
