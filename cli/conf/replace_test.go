package conf

import (
	"errors"
	"io/fs"
	"slices"
	"testing"
)

func TestReplace(t *testing.T) {
	s := testSchema(t)
	store := NewStore(s, Tree{})
	defer store.Close()
	root := store.Tree()
	other := NewStore(s, Tree{})
	defer other.Close()
	first := commit(t, other, "hostname One").New
	second := commit(t, other, "hostname Two").New
	for _, tt := range []struct {
		next    Tree
		version uint64
		changes int
	}{{first, 1, 1}, {first, 1, 0}, {second, 2, 2}, {root, 3, 1}} {
		c, err := store.Replace(Origin{Text: "console"}, tt.next)
		if err != nil || c.Version != tt.version || len(c.Changes) != tt.changes || !store.Tree().Equal(tt.next) {
			t.Errorf("version %d, %d changes, %v; want %d and %d", c.Version, len(c.Changes), err, tt.version, tt.changes)
		}
	}
	if _, err := store.Replace(Origin{}, NewTree(testSchema(t))); !errors.Is(err, ErrSchema) {
		t.Errorf("a tree of another schema: %v", err)
	}
}

func TestFlashEdits(t *testing.T) {
	state, err := OpenState(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer state.Close()
	f := state.Flash()
	for _, name := range []string{"a", "b"} {
		if err := f.WriteFile(name, []byte(name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Rename("a", "b"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over another file: %v", err)
	}
	if err := f.Rename("none", "c"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of no file: %v", err)
	}
	if err := f.Rename("a", "../c"); !errors.Is(err, ErrName) {
		t.Errorf("out of flash: %v", err)
	}
	if err := f.Rename("a", "c"); err != nil {
		t.Error(err)
	}
	if info, err := f.Stat("c"); err != nil || info.Size() != 1 {
		t.Errorf("stat: %v", err)
	}
	if err := errors.Join(f.Remove("c"), f.Remove("b")); err != nil {
		t.Error(err)
	}
	if err := f.Remove("c"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("removed twice: %v", err)
	}
	if list, err := f.List(); err != nil || slices.ContainsFunc(list, func(FileInfo) bool { return true }) {
		t.Errorf("left: %v, %v", list, err)
	}
}

func TestCommands(t *testing.T) {
	ty := newTypist(t).lines("hostname One\nephone-dn 1\n number 1001\nephone-dn 2\n number 1002\n")
	old := ty.tree
	ty.lines("hostname Two\nno ephone-dn 1\nephone-dn 2\n number 2002\nephone-dn 3\n number 1003\n")
	got := Commands(old, ty.tree)
	want := []string{"no ephone-dn  1", "hostname Two", "ephone-dn  2", " number 2002", "ephone-dn  3", " number 1003"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := Commands(old, old); len(got) != 0 {
		t.Errorf("nothing to do, and yet %q", got)
	}
}
