// Package journal keeps keyed records over the death of the process: an append-only
// log in a few files. It says nothing about what is in a record.
//
// A record is written with one write(2), so that it survives SIGKILL from the moment
// in which Put returns; fsync follows within a second, for the loss of power. Each
// record carries a CRC: a tail that was cut off is left out, and a damaged file is
// kept aside as NAME.damaged and read up to the damage. Records hold what their
// owners give; files have mode 0600.
//
// Files are NAME.00000001 and so on. Appends go to the newest. When about half of
// what the files hold is dead, the older ones are read and what is live of them is
// written into one file that takes their place, while appends go on in a new one.
//
// Goroutines: Open starts one, which syncs, compacts and writes deletions; Close
// stops it and waits. All methods may be called concurrently.
//
// Bounds: a record has at most MaxData bytes, the files Options.Max together, and the
// deletions of a second more; what does not fit is refused. At most maxPending deletions wait to be written.
// Compaction needs about 40 bytes of memory a live record while it runs.
//
// internal/app alone imports the package; the owners of records have small
// interfaces of their own.
package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"
)

const (
	// MaxData bounds the data of a record, in bytes.
	MaxData = 1 << 16
	// defaultMax bounds all files of a journal, in bytes.
	defaultMax = 512 << 20
	// maxPending bounds the deletions that wait, for a second at most. One beyond
	// that is forgotten: the record comes back when the journal is read again.
	maxPending = 1 << 18
	// compactFrom is how many bytes must be dead, at least, before files are compacted.
	compactFrom = 1 << 20
	// syncEvery is how long a record may wait for its fsync.
	syncEvery = time.Second
	// reportEvery is how often Options.Report is called, at most, and a compaction
	// that failed tried again.
	reportEvery = time.Minute
)

// Errors of Put.
var (
	ErrTooLarge = errors.New("journal record is too large")
	ErrFull     = errors.New("journal is full")
	ErrClosed   = errors.New("journal is closed")
)

// Options of a Journal. The zero value will do.
type Options struct {
	// Report is told what went wrong: at most once a minute, on the goroutine that
	// met it. Nil: nobody is.
	Report func(error)
	Max    int64 // bytes of all files; 0 means 512 MiB
}

// Journal is one log of keyed records.
type Journal struct {
	dir    *os.Root
	name   string
	max    int64
	report func(error)
	write  func(*os.File, []byte) (int, error)
	fsync  func(*os.File) error

	wake chan struct{} // capacity 1: there is something to do
	quit chan struct{}
	done chan struct{}
	once sync.Once

	compacting sync.Mutex // taken before mu

	mu       sync.Mutex
	closed   bool
	file     *os.File  // appended to; nil: a new one is made when it is needed
	size     int64     // of file
	segments []segment // oldest first, file included
	seq      int       // of the newest file
	dead     int64     // bytes that a compaction would save, about
	put      int64     // bytes put, and in how many records: what a deletion saves, on average
	puts     int64
	maxKey   uint64
	dirty    bool // written and not yet synced
	made     bool // there is a file whose name is not yet durable
	due      bool // for a compaction, as a file is damaged or the journal is full
	retry    time.Time
	buf      []byte

	// Deletions have a lock of their own, so that nobody who deletes waits for a disk.
	pendingMu sync.Mutex
	pending   []uint64

	reportMu sync.Mutex
	reported time.Time
}

// segment is one file.
type segment struct {
	seq  int
	size int64
}

// Open opens the journal NAME in a directory. Its records are read with Each,
// before the first Put. The error is one of reading the directory.
func Open(dir *os.Root, name string, o Options) (*Journal, error) {
	j := &Journal{
		dir: dir, name: name, max: o.Max, report: o.Report, write: (*os.File).Write, fsync: (*os.File).Sync,
		wake: make(chan struct{}, 1), quit: make(chan struct{}), done: make(chan struct{}),
	}
	if j.max == 0 {
		j.max = defaultMax
	}
	if err := j.find(); err != nil {
		return nil, fmt.Errorf("opening journal %s: %w", name, err)
	}
	go j.run()
	return j, nil
}

// Put keeps the newest data of a key. When it returns nil the record survives the
// process. After an error the journal has what it had before, and the next Put
// tries again.
func (j *Journal) Put(key uint64, data []byte) error {
	if len(data) > MaxData {
		return ErrTooLarge
	}
	j.mu.Lock()
	dels := j.takePending()
	b := appendDeletes(j.buf[:0], dels)
	b = appendRecord(b, opPut, key, data)
	err := j.append(b, j.max)
	if err == nil {
		j.count(key, len(data), len(dels))
	}
	j.due = j.due || errors.Is(err, ErrFull)
	j.keepBuffer(b)
	wake := !j.dirty || j.crowded()
	if err == nil {
		j.dirty = true
	} else {
		j.putBack(dels)
	}
	j.mu.Unlock()
	if wake {
		j.nudge()
	}
	if err != nil {
		j.complain(err)
	}
	return err
}

// Delete forgets a key. It never waits: the deletion is written within about a
// second, and if the process dies before that the record is there again.
func (j *Journal) Delete(key uint64) {
	j.pendingMu.Lock()
	if len(j.pending) < maxPending {
		j.pending = append(j.pending, key)
	}
	j.pendingMu.Unlock()
	j.nudge()
}

// MaxKey is the highest key that was ever put since the journal was erased.
func (j *Journal) MaxKey() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.maxKey
}

// Erase forgets everything: no file is left, except one that was kept aside.
func (j *Journal) Erase() error {
	j.compacting.Lock()
	defer j.compacting.Unlock()
	j.takePending()
	j.mu.Lock()
	defer j.mu.Unlock()
	j.closeFile()
	err := j.remove(j.segments)
	j.segments, j.dead, j.maxKey, j.dirty = nil, 0, 0, false
	return err
}

// Close writes what waits and stops the journal. What is in it stays.
func (j *Journal) Close() error {
	j.once.Do(func() { close(j.quit) })
	<-j.done
	j.flushDeletes()
	j.sync()
	j.mu.Lock()
	defer j.mu.Unlock()
	j.closed = true
	j.closeFile()
	return nil
}

// append writes whole records to the newest file, up to limit bytes in all. mu is held.
func (j *Journal) append(b []byte, limit int64) error {
	switch {
	case j.closed:
		return ErrClosed
	case j.total()+int64(len(b)) > limit:
		return ErrFull
	}
	if j.file == nil {
		if err := j.begin(); err != nil {
			return fmt.Errorf("journal %s: %w", j.name, err)
		}
	}
	n, err := j.write(j.file, b)
	if err == nil {
		j.size += int64(n)
		j.segments[len(j.segments)-1].size = j.size
		return nil
	}
	if n > 0 {
		if terr := j.file.Truncate(j.size); terr != nil {
			j.closeFile() // the rest of a record ends the file; go on in a new one
		}
	}
	return fmt.Errorf("journal %s: %w", j.name, err)
}

// begin makes the next file. mu is held.
func (j *Journal) begin() error {
	name := j.file8(j.seq + 1)
	f, err := j.dir.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	head := appendHeader(nil, false, j.maxKey)
	if _, err := j.write(f, head); err != nil {
		return errors.Join(err, f.Close(), j.dir.Remove(name))
	}
	j.seq++
	j.file, j.size, j.made = f, int64(len(head)), true
	j.segments = append(j.segments, segment{j.seq, j.size})
	return nil
}

// closeFile ends the file that is appended to. mu is held.
func (j *Journal) closeFile() {
	if j.file != nil {
		_ = j.file.Close() // nothing is buffered
		j.file, j.size = nil, 0
	}
}

// keepBuffer keeps a buffer for the next record, unless a burst made it large.
func (j *Journal) keepBuffer(b []byte) {
	if cap(b) <= 1<<16 {
		j.buf = b[:0]
	}
}

func (j *Journal) total() int64 {
	var n int64
	for _, s := range j.segments {
		n += s.size
	}
	return n
}

// count estimates what is dead: owners give keys that grow, so that a lower one
// replaces a record. mu is held.
func (j *Journal) count(key uint64, size, deletions int) {
	j.puts++
	j.put += int64(recordHead + size)
	if key <= j.maxKey {
		j.dead += int64(recordHead + size)
	}
	j.maxKey = max(j.maxKey, key)
	j.dead += int64(deletions) * (recordHead + j.put/j.puts)
}

// crowded says whether the files are worth compacting. mu is held.
func (j *Journal) crowded() bool { return j.due || j.dead > max(compactFrom, j.total()/2) }

func (j *Journal) takePending() []uint64 {
	j.pendingMu.Lock()
	defer j.pendingMu.Unlock()
	p := j.pending
	j.pending = nil
	return p
}

// putBack has deletions wait that could not be written. mu is held.
func (j *Journal) putBack(keys []uint64) {
	if len(keys) == 0 {
		return
	}
	j.pendingMu.Lock()
	j.pending = append(keys, j.pending...)
	j.pending = j.pending[:min(len(j.pending), maxPending)]
	j.pendingMu.Unlock()
}

func (j *Journal) nudge() {
	select {
	case j.wake <- struct{}{}:
	default:
	}
}

func (j *Journal) remove(list []segment) error {
	var errs []error
	for _, s := range list {
		if err := j.dir.Remove(j.file8(s.seq)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
