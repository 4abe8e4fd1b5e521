package journal

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (j *Journal) file8(seq int) string { return fmt.Sprintf("%s.%08d", j.name, seq) }

func (j *Journal) temp() string { return j.name + ".tmp" }

// find lists the files that count, and removes those that a crash has left.
func (j *Journal) find() error {
	entries, err := fs.ReadDir(j.dir.FS(), ".")
	if err != nil {
		return err
	}
	for _, e := range entries {
		digits, ours := strings.CutPrefix(e.Name(), j.name+".")
		seq, err := strconv.Atoi(digits)
		if !ours || err != nil || seq <= 0 || j.file8(seq) != e.Name() || !e.Type().IsRegular() {
			continue
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		j.segments = append(j.segments, segment{seq, info.Size()})
	}
	slices.SortFunc(j.segments, func(a, b segment) int { return a.seq - b.seq })
	if n := len(j.segments); n > 0 {
		j.seq = j.segments[n-1].seq
	}
	if err := j.dir.Remove(j.temp()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for i := len(j.segments) - 1; i > 0; i-- {
		if base, _ := j.look(j.segments[i]); base {
			old := j.segments[:i]
			j.segments = slices.Clone(j.segments[i:])
			return j.remove(old)
		}
	}
	return nil
}

// look reads the header of a file.
func (j *Journal) look(s segment) (base bool, err error) {
	f, err := j.dir.Open(j.file8(s.seq))
	if err != nil {
		return false, err
	}
	defer f.Close()
	sc, err := newScanner(f)
	if err != nil {
		return false, err
	}
	return sc.base, nil
}

// Each calls f for each key with its newest data, in the order in which they were
// put; data is valid until f returns. It must be called before the first Put, and f
// must not call the Journal. A damaged file is kept aside and reported. The error is
// one of reading; f may have been called already.
func (j *Journal) Each(f func(key uint64, data []byte)) error {
	j.compacting.Lock()
	defer j.compacting.Unlock()
	j.mu.Lock()
	list := slices.Clone(j.segments)
	j.mu.Unlock()
	live := int64(0)
	maxKey, broken, err := j.replay(list, func(key uint64, data []byte) {
		live += int64(recordHead + len(data))
		f(key, data)
	})
	j.mu.Lock()
	j.maxKey = max(j.maxKey, maxKey)
	j.due = len(broken) > 0
	j.dead = max(j.total()-live-int64(headerSize*len(list)), 0)
	j.mu.Unlock()
	for _, s := range broken {
		aside := j.name + ".damaged"
		_ = j.dir.Remove(aside) // the newest one is kept
		err := j.dir.Link(j.file8(s.seq), aside)
		j.complain(errors.Join(fmt.Errorf("journal %s: %w, what follows is lost; kept as %s", j.name, errDamaged, aside), err))
	}
	return err
}

// place is where the newest data of a key is.
type place struct {
	file  int32 // index of the segment
	index int32 // of the record in it
}

// replay reads files twice: what is live, then that. It needs memory for the keys only.
func (j *Journal) replay(list []segment, f func(key uint64, data []byte)) (maxKey uint64, broken []segment, err error) {
	live := map[uint64]place{}
	for i, s := range list {
		n := int32(0)
		top, err := j.scan(s, func(r record) {
			if r.op == opPut {
				live[r.key] = place{int32(i), n}
				maxKey = max(maxKey, r.key)
			} else {
				delete(live, r.key)
			}
			n++
		})
		maxKey = max(maxKey, top)
		switch {
		case errors.Is(err, errDamaged):
			broken = append(broken, s)
		case err != nil && !errors.Is(err, errTorn):
			return maxKey, broken, fmt.Errorf("reading journal %s: %w", j.name, err)
		}
	}
	for i, s := range list {
		n := int32(0)
		_, err := j.scan(s, func(r record) {
			if p, ok := live[r.key]; ok && r.op == opPut && p == (place{int32(i), n}) {
				f(r.key, r.data)
			}
			n++
		})
		if err != nil && !errors.Is(err, errTorn) && !errors.Is(err, errDamaged) {
			return maxKey, broken, fmt.Errorf("reading journal %s: %w", j.name, err)
		}
	}
	return maxKey, broken, nil
}

// scan reads one file up to its end or damage.
func (j *Journal) scan(s segment, f func(record)) (maxKey uint64, err error) {
	file, err := j.dir.Open(j.file8(s.seq))
	if err != nil {
		return 0, err
	}
	defer file.Close()
	sc, err := newScanner(io.LimitReader(file, s.size))
	if err != nil {
		return 0, err
	}
	for {
		r, err := sc.next()
		if errors.Is(err, io.EOF) {
			return sc.maxKey, nil
		}
		if err != nil {
			return sc.maxKey, err
		}
		f(r)
	}
}

// Compact writes what is live into one file, while appends go on in another. The
// Journal does so by itself; an owner may ask for it after it has read a journal.
// Trouble is reported, and leaves the files as they were.
func (j *Journal) Compact() {
	j.compacting.Lock()
	defer j.compacting.Unlock()
	j.mu.Lock()
	if j.closed || len(j.segments) == 0 {
		j.mu.Unlock()
		return
	}
	j.closeFile()
	old := slices.Clone(j.segments)
	j.seq++ // the next file comes behind the one that is written here
	seq, maxKey, dead, due := j.seq, j.maxKey, j.dead, j.due
	j.dead, j.due = 0, false
	j.mu.Unlock()

	size, err := j.rewrite(old, seq, maxKey)
	j.mu.Lock()
	if err != nil {
		j.retry, j.dead = time.Now().Add(reportEvery), j.dead+dead
	} else {
		if due { // it may be full of what is live: not again at once
			j.retry = time.Now().Add(reportEvery)
		}
		j.segments = slices.Insert(slices.Clone(j.segments[len(old):]), 0, segment{seq, size})
	}
	j.mu.Unlock()
	if err == nil {
		err = j.remove(old) // void already
	}
	if err != nil {
		j.complain(fmt.Errorf("journal %s: compacting: %w", j.name, err))
	}
}

// rewrite writes what is live of some files into one that makes them void.
func (j *Journal) rewrite(old []segment, seq int, maxKey uint64) (size int64, err error) {
	f, err := j.dir.OpenFile(j.temp(), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return 0, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, j.dir.Remove(j.temp()))
		}
	}()
	b := appendHeader(make([]byte, 0, 1<<17), true, maxKey)
	var failed error
	flush := func() {
		if failed == nil {
			var n int
			n, failed = j.write(f, b)
			size += int64(n)
		}
		b = b[:0]
	}
	_, _, err = j.replay(old, func(key uint64, data []byte) {
		if b = appendRecord(b, opPut, key, data); len(b) >= 1<<16 {
			flush()
		}
	})
	flush()
	err = errors.Join(err, failed)
	if err == nil {
		err = j.fsync(f)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return 0, err
	}
	if err := j.dir.Rename(j.temp(), j.file8(seq)); err != nil {
		return 0, err
	}
	j.syncDir()
	return size, nil
}
