package credentials

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
)

// slot is one tag and the goroutine that reads its file. All but wake belongs to
// Store.mu.
type slot struct {
	s    *Store
	tag  int
	wake chan struct{} // holds one token

	url    string  // "": no line
	users  []Entry // of the file as it was read last
	fault  string  // why it could not be read, as logged; "": it could
	known  bool    // users are those of url, and digest is of its file
	have   string  // version of that file, "" if it has none or is the copy
	copied bool    // they are from the copy
	digest [sha256.Size]byte
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

// run reads when it is asked to, and when it is time to look whether the file has changed.
func (f *slot) run() {
	look := time.NewTimer(again)
	defer look.Stop()
	look.Stop()
	for {
		asked := false
		select {
		case <-f.s.ctx.Done():
			return
		case <-f.wake:
			asked = true
		case <-look.C:
		}
		look.Stop()
		if wait := f.attempt(asked); wait > 0 {
			look.Reset(wait)
		}
	}
}

// attempt reads the file once, even if it is the same when somebody has asked, and returns
// when to do so again, 0 for never.
func (f *slot) attempt(asked bool) (wait time.Duration) {
	s := f.s
	s.mu.Lock()
	url, wanted, known, have := f.url, f.wanted, f.known, f.have
	s.mu.Unlock()
	if asked || !known {
		have = ""
	}
	if url == "" {
		f.drop()
		return 0
	}
	if !known {
		f.recall(url)
	}
	ctx, cancel := context.WithTimeout(s.ctx, readTime)
	data, version, same, err := s.o.Fetcher.FetchAgain(ctx, url, have)
	cancel()
	var users []Entry
	if err == nil && !same {
		users, err = Parse(data, f.tag)
	}
	s.mu.Lock()
	if f.wanted != wanted || f.url != url || s.ctx.Err() != nil {
		s.mu.Unlock()
		return again // a newer read is on its way, or the line has gone
	}
	digest := sha256.Sum256(data)
	fresh := err == nil && !same && (!f.known || f.digest != digest)
	var gone []string
	if err != nil {
		if fault := err.Error(); fault != f.fault {
			f.fault = fault
			s.log(logbuf.Errors, "LOAD", "file %d (%s) is not loaded: %s; users that it had before: %d%s", f.tag, s.o.Name(url), fault, len(f.users), f.source())
		}
	} else {
		f.copied = false
		if same {
			users = f.users
		} else {
			f.have = version // not that of a file that was not taken
		}
		if f.fault != "" || fresh && f.known {
			f.fault = ""
			s.log(logbuf.Notifications, "LOADED", "file %d (%s) is loaded: %d users", f.tag, s.o.Name(url), len(users))
		}
		if fresh {
			f.users, f.digest, f.known = users, digest, true
			gone = s.rebuild()
		}
	}
	s.mu.Unlock()
	if fresh {
		f.keep(url, data)
	}
	s.tell(gone)
	s.mu.Lock()
	if f.wanted == wanted {
		select {
		case <-f.read:
		default:
			close(f.read)
		}
	}
	s.mu.Unlock()
	switch {
	case strings.HasPrefix(strings.ToLower(url), "flash:"):
		return flashAge
	case err != nil:
		return again
	}
	return farAge
}

// source says in the log where the users are from. s.mu is held.
func (f *slot) source() string {
	if f.copied {
		return " (of the copy from before the restart)"
	}
	return ""
}

// keyName is that of the copy in the Keeper: the URL, a line end, and the file.
func (f *slot) keyName() string { return fmt.Sprintf("credential-%d", f.tag) }

// recall takes the users of the copy, if it is one of this URL.
func (f *slot) recall(url string) {
	s := f.s
	if s.o.Keep == nil {
		return
	}
	kept, err := s.o.Keep.ReadKey(f.keyName())
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			s.log(logbuf.Errors, "COPY", "file %d: its copy cannot be read: %v", f.tag, err)
		}
		return
	}
	of, data, _ := bytes.Cut(kept, []byte("\n"))
	if string(of) != url {
		return
	}
	users, err := Parse(data, f.tag)
	if err != nil {
		s.log(logbuf.Errors, "COPY", "file %d: its copy is damaged", f.tag)
		return
	}
	s.mu.Lock()
	if f.url != url || f.known {
		s.mu.Unlock()
		return
	}
	f.users, f.digest, f.known, f.copied, f.have = users, sha256.Sum256(data), true, true, ""
	gone := s.rebuild()
	s.mu.Unlock()
	s.tell(gone)
}

// keep makes the copy. Without one the users hold until the next restart.
func (f *slot) keep(url string, data []byte) {
	if f.s.o.Keep == nil {
		return
	}
	if err := f.s.o.Keep.WriteKey(f.keyName(), append([]byte(url+"\n"), data...)); err != nil {
		f.s.log(logbuf.Errors, "COPY", "file %d: no copy is kept for a restart: %v", f.tag, err)
	}
}

// drop removes the copy of a file that is no longer configured.
func (f *slot) drop() {
	if f.s.o.Keep == nil {
		return
	}
	if err := f.s.o.Keep.RemoveKey(f.keyName()); err != nil {
		f.s.log(logbuf.Errors, "COPY", "file %d: its copy is not removed: %v", f.tag, err)
	}
}
