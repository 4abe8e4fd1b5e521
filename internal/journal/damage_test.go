package journal

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// TestTornTail: of a file cut anywhere, all records before the cut are there, and
// nobody is alarmed.
func TestTornTail(t *testing.T) {
	dir := root(t)
	j := open(t, dir, Options{})
	for i := range 5 {
		put(t, j, uint64(i+1), strings.Repeat("x", i))
	}
	j.Close()
	whole, err := dir.ReadFile("test.00000001")
	if err != nil {
		t.Fatal(err)
	}
	for cut := range whole {
		for _, zeros := range []int{0, 3, 100} {
			_ = dir.Remove("test.damaged")
			if err := dir.WriteFile("test.00000001", append(whole[:cut:cut], make([]byte, zeros)...), 0o600); err != nil {
				t.Fatal(err)
			}
			want, at := 0, headerSize
			for i := range 5 {
				if at += recordHead + i; at <= cut {
					want++
				}
			}
			m, k := read(t, dir)
			if k.Close(); len(m) < want || zeros == 0 && len(m) != want {
				t.Fatalf("cut at %d: %d records, want %d", cut, len(m), want)
			}
			for _, n := range files(t, dir) {
				// Zeros may complete a length to one that is wrong; without them no cut is damage.
				if zeros == 0 && strings.HasSuffix(n, "damaged") {
					t.Fatalf("cut at %d was taken for damage", cut)
				}
			}
		}
	}
}

// Damage is kept aside and reported, what was before it is there, and so is what is
// in other files; then the journal works on.
func TestDamageIsKeptAside(t *testing.T) {
	dir := root(t)
	for i := range 3 {
		_, j := read(t, dir)
		put(t, j, uint64(10*i+1), "first")
		put(t, j, uint64(10*i+2), "second")
		j.Close()
	}
	bad, err := dir.ReadFile("test.00000002")
	if err != nil {
		t.Fatal(err)
	}
	bad[len(bad)-1] ^= 1
	if err := dir.WriteFile("test.00000002", bad, 0o600); err != nil {
		t.Fatal(err)
	}
	var said []error
	j := open(t, dir, Options{Report: func(err error) { said = append(said, err) }})
	m := map[uint64]string{}
	if err := j.Each(func(k uint64, d []byte) { m[k] = string(d) }); err != nil {
		t.Fatal(err)
	}
	same(t, "records", m, map[uint64]string{1: "first", 2: "second", 11: "first", 21: "first", 22: "second"})
	if len(said) != 1 || !errors.Is(said[0], errDamaged) {
		t.Errorf("said %v", said)
	}
	j.Compact()
	put(t, j, 30, "more")
	j.Close()
	same(t, "files", files(t, dir), "[test.00000004 test.00000005 test.damaged]")
	if kept, _ := dir.ReadFile("test.damaged"); !bytes.Equal(kept, bad) {
		t.Error("what was kept is something else")
	}
	m, j = read(t, dir)
	defer j.Close()
	same(t, "records", len(m), 6)
}

// A full disk costs the records of that time and nothing else. It is said once a minute.
func TestDiskFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir, said := root(t), 0
		j := open(t, dir, Options{Report: func(err error) {
			if said++; !errors.Is(err, syscall.ENOSPC) {
				t.Error(err)
			}
		}})
		put(t, j, 1, "one")
		put(t, j, 2, "two")
		full := true
		j.write = func(f *os.File, b []byte) (int, error) {
			if !full {
				return f.Write(b)
			}
			n, err := f.Write(b[:len(b)/2])
			return n, errors.Join(err, syscall.ENOSPC)
		}
		j.Delete(2)
		for i := range 130 {
			if err := j.Put(3, []byte("three")); !errors.Is(err, syscall.ENOSPC) {
				t.Fatal(i, err)
			}
			time.Sleep(time.Second)
		}
		same(t, "times said in 130 s", said, 3)
		m, k := read(t, dir)
		k.Close()
		same(t, "records", m, map[uint64]string{1: "one", 2: "two"})
		full = false
		put(t, j, 4, "four") // and the deletion that had to wait
		m, k = read(t, dir)
		k.Close()
		same(t, "records", m, map[uint64]string{1: "one", 4: "four"})
		j.Close()
	})
}

func TestBounds(t *testing.T) {
	dir := root(t)
	j := open(t, dir, Options{Max: 1000})
	defer j.Close()
	if err := j.Put(1, make([]byte, MaxData+1)); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
	put(t, j, 1, strings.Repeat("x", 600))
	if err := j.Put(2, make([]byte, 600)); !errors.Is(err, ErrFull) {
		t.Error(err)
	}
	put(t, j, 1, "small") // there is room for that
	j.Compact()
	put(t, j, 2, strings.Repeat("x", 600))
	j.Close()
	if err := j.Put(3, nil); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
}

// A journal that is full of what is live has room again when some of it is deleted.
func TestFullJournalForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := open(t, root(t), Options{Max: 1000})
		defer j.Close()
		put(t, j, 1, strings.Repeat("x", 700))
		put(t, j, 2, strings.Repeat("y", 1000-headerSize-2*recordHead-700))
		if err := j.Put(3, nil); !errors.Is(err, ErrFull) {
			t.Error(err)
		}
		j.Delete(1)
		time.Sleep(2 * time.Minute)
		put(t, j, 3, strings.Repeat("z", 500))
	})
}

func TestCannotMakeAFile(t *testing.T) {
	dir := root(t)
	if err := dir.Mkdir("test.00000001", 0o700); err != nil {
		t.Fatal(err)
	}
	j := open(t, dir, Options{})
	defer j.Close()
	if err := j.Put(1, nil); err == nil {
		t.Error("no error")
	}
	if err := dir.Remove("test.00000001"); err != nil {
		t.Fatal(err)
	}
	put(t, j, 1, "now")
}
