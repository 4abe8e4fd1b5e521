package journal

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func root(t testing.TB) *os.Root {
	t.Helper()
	r, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func open(t testing.TB, dir *os.Root, o Options) *Journal {
	t.Helper()
	j, err := Open(dir, "test", o)
	if err != nil {
		t.Fatal(err)
	}
	j.fsync = func(*os.File) error { return nil } // no test cuts the power
	return j
}

// read is what a process that starts now would find; the journal that is open
// there has been killed as far as it is concerned.
func read(t testing.TB, dir *os.Root) (map[uint64]string, *Journal) {
	t.Helper()
	j := open(t, dir, Options{})
	m := map[uint64]string{}
	if err := j.Each(func(k uint64, data []byte) {
		if _, twice := m[k]; twice {
			t.Errorf("key %d twice", k)
		}
		m[k] = string(data)
	}); err != nil {
		t.Fatal(err)
	}
	return m, j
}

func files(t testing.TB, dir *os.Root) (names []string) {
	t.Helper()
	list, err := fs.ReadDir(dir.FS(), ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

func put(t testing.TB, j *Journal, key uint64, data string) {
	t.Helper()
	if err := j.Put(key, []byte(data)); err != nil {
		t.Fatal(err)
	}
}

func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// What was put is there for the next process, though this one never closes it.
func TestPutSurvivesTheProcess(t *testing.T) {
	dir := root(t)
	j := open(t, dir, Options{})
	defer j.Close()
	same(t, "files before the first record", files(t, dir), "[]")
	put(t, j, 1, "one")
	put(t, j, 2, "two")
	put(t, j, 1, "one again")
	m, k := read(t, dir)
	defer k.Close()
	same(t, "records", m, map[uint64]string{1: "one again", 2: "two"})
	same(t, "highest key", k.MaxKey(), 2)
	info, err := dir.Stat("test.00000001")
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("file: %v %v", info, err)
	}
}

func TestDeleteIsWrittenSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := root(t)
		j := open(t, dir, Options{})
		put(t, j, 1, "one")
		put(t, j, 2, "two")
		j.Delete(2)
		time.Sleep(syncEvery + time.Millisecond)
		synctest.Wait()
		m, k := read(t, dir)
		same(t, "records", m, map[uint64]string{1: "one"})
		same(t, "highest key ever", k.MaxKey(), 2)
		k.Close()
		j.Delete(1) // and by Close, and by the next Put
		j.Close()
		m, k = read(t, dir)
		same(t, "records", m, map[uint64]string{})
		put(t, k, 1, "back")
		k.Delete(1)
		put(t, k, 1, "back again")
		k.Close()
		m, k = read(t, dir)
		same(t, "records", m, map[uint64]string{1: "back again"})
		k.Close()
	})
}

// The highest key is known even when its record is long gone and compacted away.
func TestMaxKeyOutlivesItsRecord(t *testing.T) {
	dir := root(t)
	j := open(t, dir, Options{})
	put(t, j, 7, "x")
	put(t, j, 3, "y")
	j.Delete(7)
	j.Close()
	_, j = read(t, dir)
	j.Compact()
	same(t, "files", files(t, dir), "[test.00000002]")
	j.Close()
	m, j := read(t, dir)
	defer j.Close()
	same(t, "records", m, map[uint64]string{3: "y"})
	same(t, "highest key", j.MaxKey(), 7)
}

func TestEraseLeavesNothing(t *testing.T) {
	dir := root(t)
	j := open(t, dir, Options{})
	put(t, j, 1, "one")
	j.Delete(1)
	if err := j.Erase(); err != nil {
		t.Fatal(err)
	}
	j.Close()
	same(t, "files", files(t, dir), "[]")
}

// Files grow to about twice of what is live, whatever is written, and whoever
// appends meanwhile loses nothing.
func TestCompactionUnderLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := root(t)
		j := open(t, dir, Options{Report: func(err error) { t.Error(err) }})
		data := bytes.Repeat([]byte{'x'}, 500)
		for round := range 40 {
			var wg sync.WaitGroup
			for w := range 4 {
				wg.Go(func() {
					for i := range 200 {
						if err := j.Put(uint64(w*1000+i), append(data, byte(round))); err != nil {
							t.Error(err)
						}
					}
				})
			}
			time.Sleep(syncEvery / 4)
			wg.Wait()
		}
		time.Sleep(3 * syncEvery)
		synctest.Wait()
		var size int64
		for _, n := range files(t, dir) {
			info, err := dir.Stat(n)
			if err != nil {
				t.Fatal(err)
			}
			size += info.Size()
		}
		if live := int64(800 * 520); size > 2*live+compactFrom {
			t.Errorf("%d bytes for %d live ones, in %v", size, live, files(t, dir))
		}
		j.Close()
		m, j := read(t, dir)
		defer j.Close()
		same(t, "records", len(m), 800)
		for k, v := range m {
			if v[len(v)-1] != 39 {
				t.Fatalf("key %d has an old state", k)
			}
		}
	})
}

// A crash between the new file and the removal of the old ones, or before.
func TestCrashWhileCompacting(t *testing.T) {
	dir := root(t)
	j := open(t, dir, Options{})
	put(t, j, 1, "old")
	put(t, j, 2, "gone")
	j.Close()
	old, err := dir.ReadFile("test.00000001")
	if err != nil {
		t.Fatal(err)
	}
	_, j = read(t, dir)
	j.Delete(2)
	put(t, j, 1, "new")
	j.Compact()
	j.Close()
	for name, data := range map[string][]byte{"test.00000001": old, "test.tmp": []byte("half"), "test.txt": nil, "test.0009": nil} {
		if err := dir.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m, j := read(t, dir)
	defer j.Close()
	same(t, "records", m, map[uint64]string{1: "new"})
	same(t, "files", files(t, dir), "[test.00000003 test.0009 test.txt]")
}

// Whatever is put, deleted, compacted and killed, what is read is what was written.
func TestJournalIsAMap(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir := root(t)
		want := map[uint64]string{}
		_, j := read(t, dir)
		open := []*Journal{j}
		for range rapid.IntRange(1, 30).Draw(rt, "steps") {
			key := rapid.Uint64Range(1, 5).Draw(rt, "key")
			switch rapid.IntRange(0, 5).Draw(rt, "what") {
			case 0, 1, 2:
				want[key] = rapid.StringN(0, 20, -1).Draw(rt, "data")
				put(t, j, key, want[key])
			case 3:
				delete(want, key)
				j.Delete(key)
			case 4:
				j.Compact()
			case 5:
				j.flushDeletes() // what a second would do; then it is killed
				var m map[uint64]string
				if m, j = read(t, dir); !maps.Equal(m, want) {
					rt.Fatalf("read %v, want %v", m, want)
				}
				open = append(open, j)
			}
		}
		for _, j := range open {
			j.Close()
		}
	})
}

// FuzzRead: any bytes as a journal file. Nothing panics, valid records before the
// damage are never lost, and the journal can be written and read afterwards.
func FuzzRead(f *testing.F) {
	whole := appendRecord(appendHeader(nil, false, 0), opPut, 5, []byte("five"))
	f.Add([]byte{}, true)
	f.Add([]byte("no journal at all, but long enough to be a header"), false)
	f.Add(appendRecord(nil, opPut, 6, []byte("six")), true)
	f.Add(appendRecord(nil, opDelete, 5, nil), true)
	f.Add(make([]byte, 100), true)
	f.Add(whole, false)
	f.Add(bytes.Repeat([]byte{0xff}, 64), true)
	f.Fuzz(func(t *testing.T, data []byte, behind bool) {
		dir, err := os.OpenRoot(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		defer dir.Close()
		deleted := false
		if behind {
			deleted = bytes.HasPrefix(data, appendRecord(nil, opDelete, 5, nil)) || bytes.Contains(data, []byte{opDelete, 5, 0, 0, 0, 0, 0, 0, 0}) || bytes.Contains(data, []byte{opPut, 5, 0, 0, 0, 0, 0, 0, 0})
			data = append(bytes.Clone(whole), data...)
		}
		if err := dir.WriteFile("test.00000001", data, 0o600); err != nil {
			t.Fatal(err)
		}
		m, j := read(t, dir)
		if behind && !deleted && m[5] != "five" {
			t.Errorf("the record before is lost: %v", m)
		}
		j.Compact()
		put(t, j, 77, "new")
		j.Close()
		m[77] = "new"
		again, j := read(t, dir)
		j.Close()
		if !maps.Equal(again, m) {
			t.Errorf("read %v, then %v", m, again)
		}
	})
}

// What a record of a dialog costs the SUBSCRIBE that is answered.
func BenchmarkPut(b *testing.B) {
	j := open(b, root(b), Options{})
	defer j.Close()
	data := bytes.Repeat([]byte{'x'}, 450)
	b.ReportAllocs()
	i := uint64(0)
	for b.Loop() {
		if i++; i%200000 == 0 {
			b.StopTimer()
			j.Erase()
			b.StartTimer()
		}
		if err := j.Put(i%100000, data); err != nil {
			b.Fatal(err)
		}
	}
}
