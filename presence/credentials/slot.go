package credentials

import (
	"context"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
)

// slot is one tag and the goroutine that reads its file. All but wake belongs to
// Store.mu.
type slot struct {
	s    *Store
	tag  int
	wake chan struct{} // holds one token

	url    string        // "": no line
	users  []Entry       // of the file as it was read last
	fault  string        // why it could not be read, as logged; "": it could
	wanted uint64        // counts reads that were asked for
	read   chan struct{} // closed when the newest of them has ended
}

// start asks for a read. s.mu is held.
func (f *slot) start() <-chan struct{} {
	f.wanted++
	select {
	case <-f.read:
		f.read = make(chan struct{})
	default:
	}
	select {
	case f.wake <- struct{}{}:
	default:
	}
	return f.read
}

// run reads when it is asked to, and once a minute while reading fails.
func (f *slot) run() {
	retry := time.NewTimer(again)
	defer retry.Stop()
	retry.Stop()
	for {
		select {
		case <-f.s.ctx.Done():
			return
		case <-f.wake:
		case <-retry.C:
		}
		retry.Stop()
		if !f.attempt() {
			retry.Reset(again)
		}
	}
}

// attempt reads the file once; ok says that there is nothing to try again.
func (f *slot) attempt() (ok bool) {
	s := f.s
	s.mu.Lock()
	url, wanted := f.url, f.wanted
	s.mu.Unlock()
	if url == "" {
		return true
	}
	ctx, cancel := context.WithTimeout(s.ctx, readTime)
	data, err := s.o.Fetcher.Fetch(ctx, url)
	cancel()
	var users []Entry
	if err == nil {
		users, err = Parse(data, f.tag)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.wanted != wanted || f.url != url || s.ctx.Err() != nil {
		return true // a newer read is on its way, or the line has gone
	}
	select {
	case <-f.read:
	default:
		defer close(f.read)
	}
	if err != nil {
		if fault := err.Error(); fault != f.fault {
			f.fault = fault
			s.log(logbuf.Errors, "LOAD", "file %d (%s) is not loaded: %s; users that it had before: %d", f.tag, s.o.Name(url), fault, len(f.users))
		}
		return false
	}
	if f.fault != "" {
		f.fault = ""
		s.log(logbuf.Notifications, "LOADED", "file %d (%s) is loaded: %d users", f.tag, s.o.Name(url), len(users))
	}
	f.users = users
	s.rebuild()
	return true
}
