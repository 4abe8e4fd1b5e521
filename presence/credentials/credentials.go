// Package credentials holds the users of `authenticate credential` files (CME
// command reference: authenticate, voice register global): those with whom an
// external watcher proves who it is, under `authenticate presence`, and an
// application under `authenticate ood-refer`. Phones never use them: a REGISTER is
// checked against `username` of its pool, and no name may be in both.
//
// Up to five files are read in the background, again when their line changes, when
// somebody types `credential load`, and from time to time, since a file may be edited:
// one in flash: every 30 seconds, one on a server every five minutes, or one minute while
// it cannot be read; a web server is asked for it only if it is another one. A file is taken whole or not at all; until it can be taken the users
// it had before remain. The last good one is kept outside of flash:, so that they also
// remain over a restart while the same URL cannot be read.
// Users are unique over all files: of several the one of the lowest tag, and of the
// first line, counts, and the others are logged.
//
// There is a goroutine for each tag, which Close stops and waits for; Password and
// Snapshot never wait for a file. No password is ever logged or in an error. modes
// and internal/app import this package; it imports internal/logbuf.
package credentials

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
)

// MaxFiles is the largest tag of a file.
const MaxFiles = 5

const (
	readTime = 10 * time.Second       // for one file
	again    = time.Minute            // until a file that could not be read is tried again
	flashAge = 30 * time.Second       // until a file in flash: is looked at again
	farAge   = 5 * time.Minute        // until one on a server is
	patience = 500 * time.Millisecond // how long Apply and Load wait for files
	maxLines = 10                     // logged about refused users at one time
)

// Service is what a user may use: Presence, OODRefer or both.
type Service uint8

// The services.
const (
	Presence Service = 1 << iota
	OODRefer
)

// String is the service as `show voice register credential` has it.
func (s Service) String() string {
	var words []string
	if s&Presence != 0 {
		words = append(words, "PRESENCE")
	}
	if s&OODRefer != 0 {
		words = append(words, "OOD_REFER")
	}
	return strings.Join(words, " ")
}

// Entry is a user.
type Entry struct {
	Username, Password string
	Service            Service
	File               int // tag
	line               int // in the file
}

// Format keeps the password out of whatever prints an Entry.
func (e Entry) Format(w fmt.State, _ rune) { fmt.Fprintf(w, "%s (file %d)", e.Username, e.File) }

// File is one `authenticate credential` line.
type File struct {
	Tag int // 1 to MaxFiles
	URL string
}

// Config is what the operator configures.
type Config struct {
	Files []File   // by tag
	Taken []string // user names of phones, which no file may have; sorted
}

// Fetcher reads a file. It is called on a goroutine of the Store and must heed
// ctx. Its errors are logged.
type Fetcher interface {
	// FetchAgain returns a file and its version, "" if that has none. With a version
	// in have it may say that the file is the same, without data.
	FetchAgain(ctx context.Context, url, have string) (data []byte, version string, same bool, err error)
}

// Keeper holds secret files of this appliance over a restart, beside its host keys.
// ReadKey fails with fs.ErrNotExist when there is none.
type Keeper interface {
	ReadKey(name string) ([]byte, error)
	WriteKey(name string, data []byte) error
	RemoveKey(name string) error
}

// Options of a Store; Fetcher is required.
type Options struct {
	Fetcher Fetcher
	Log     *logbuf.Log             // nil: silent
	Name    func(url string) string // a URL as it may be logged; nil: nothing of it
	Keep    Keeper                  // of last good files; nil: they do not survive a restart
	// Gone is told who may no longer use Presence, sorted, on a goroutine of the Store or
	// that of Apply; it must not call the Store.
	Gone func(users []string)
}

// ErrNoFile: the tag has no `authenticate credential` line.
var ErrNoFile = errors.New("no such credential file is configured")

// Store is all files of one appliance. Its methods may be called concurrently.
type Store struct {
	o      Options
	ctx    context.Context
	cancel context.CancelFunc
	done   sync.WaitGroup
	slots  [MaxFiles]*slot

	mu      sync.Mutex
	taken   []string
	users   map[string]Entry // those that count; replaced, never changed
	order   []Entry          // the same, by file and line
	refused map[string]bool  // what was logged about the others
}

// New makes an empty store and starts its goroutines.
func New(o Options) *Store {
	if o.Name == nil {
		o.Name = func(string) string { return "..." }
	}
	s := &Store{o: o}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	for i := range s.slots {
		s.slots[i] = &slot{s: s, tag: i + 1, wake: make(chan struct{}, 1), read: make(chan struct{})}
		s.done.Go(s.slots[i].run)
	}
	return s
}

// Close stops reading and waits.
func (s *Store) Close() {
	s.cancel()
	s.done.Wait()
}

// Apply takes a configuration: files whose line is new or another are read, those
// without a line forgotten. It waits half a second for them at most. It never fails.
func (s *Store) Apply(ctx context.Context, _, new Config) error {
	var urls [MaxFiles]string
	for _, f := range new.Files {
		urls[f.Tag-1] = f.URL
	}
	s.mu.Lock()
	s.taken = new.Taken
	var reading []<-chan struct{}
	for i, slot := range s.slots {
		switch {
		case slot.url == urls[i]:
		case urls[i] == "":
			slot.url, slot.users, slot.fault, slot.known = "", nil, "", false
			slot.start() // its copy is to be removed
		default:
			slot.url, slot.known = urls[i], false
			reading = append(reading, slot.start())
		}
	}
	gone := s.rebuild()
	s.mu.Unlock()
	s.tell(gone)
	s.wait(ctx, reading)
	return nil
}

// Load reads a file again, as `credential load` asks; what becomes of it is logged.
// It waits half a second at most. The error is ErrNoFile.
func (s *Store) Load(ctx context.Context, tag int) error {
	if tag < 1 || tag > MaxFiles {
		return ErrNoFile
	}
	s.mu.Lock()
	slot := s.slots[tag-1]
	if slot.url == "" {
		s.mu.Unlock()
		return ErrNoFile
	}
	slot.fault = "" // the operator wants to know
	reading := slot.start()
	s.mu.Unlock()
	s.wait(ctx, []<-chan struct{}{reading})
	return nil
}

func (s *Store) wait(ctx context.Context, reading []<-chan struct{}) {
	if len(reading) == 0 {
		return
	}
	t := time.NewTimer(patience)
	defer t.Stop()
	for _, read := range reading {
		select {
		case <-read:
		case <-t.C:
			return
		case <-ctx.Done():
			return
		case <-s.ctx.Done():
			return
		}
	}
}

// Password is that of a user of a service.
func (s *Store) Password(user string, of Service) (password string, ok bool) {
	s.mu.Lock()
	users := s.users
	s.mu.Unlock()
	e, ok := users[user]
	if !ok || e.Service&of == 0 {
		return "", false
	}
	return e.Password, true
}

// Snapshot is all users that count, by file and line. It must not be changed.
func (s *Store) Snapshot() []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.order
}

// tell says who is gone. s.mu is not held.
func (s *Store) tell(gone []string) {
	if len(gone) > 0 && s.o.Gone != nil {
		s.o.Gone(gone)
	}
}

// rebuild makes the table of those who count, logs who does not, once, and returns who
// may no longer use Presence. s.mu is held; the log takes what it is given without waiting.
func (s *Store) rebuild() (gone []string) {
	users, refused := map[string]Entry{}, map[string]bool{}
	var order []Entry
	var said []string
	for _, slot := range s.slots {
		for _, e := range slot.users {
			why := ""
			if first, ok := users[e.Username]; ok {
				why = fmt.Sprintf("is in file %d line %d already", first.File, first.line)
			} else if _, ok := slices.BinarySearch(s.taken, e.Username); ok {
				why = "is the username of a phone"
			}
			if why == "" {
				users[e.Username] = e
				order = append(order, e)
				continue
			}
			text := fmt.Sprintf("file %d line %d: user %s %s and is refused", e.File, e.line, e.Username, why)
			refused[text] = true
			if !s.refused[text] {
				said = append(said, text)
			}
		}
	}
	for name, e := range s.users {
		if e.Service&Presence != 0 && users[name].Service&Presence == 0 {
			gone = append(gone, name)
		}
	}
	slices.Sort(gone)
	s.users, s.order, s.refused = users, order, refused
	for i, text := range said {
		if i == maxLines {
			s.log(logbuf.Warnings, "DUPLICATE", "%d more users are refused", len(said)-i)
			break
		}
		s.log(logbuf.Warnings, "DUPLICATE", "%s", text)
	}
	return gone
}

func (s *Store) log(sev logbuf.Severity, mnemonic, format string, a ...any) {
	if s.o.Log != nil {
		s.o.Log.Msg("CREDENTIAL", sev, mnemonic, format, a...)
	}
}
