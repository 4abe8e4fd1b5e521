package cli

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// archiveBox is a box that archives below path.
func archiveBox(t *testing.T, path string) *box {
	c := DefaultConfig()
	c.Archive = Archive{Path: path, Maximum: 2}
	return newBox(t, c)
}

// An archive that goes over the maximum takes the oldest archive away, and no file that merely
// ends like one.
func TestArchiveRemovesArchivesOnly(t *testing.T) {
	for _, path := range []string{"flash:$h", "flash:$t", "flash:a.$h.$t", "flash:plain"} {
		b := archiveBox(t, path)
		own := []string{"SEP001122334455-7", "backup-2024", "b-c-1", "axlabx-9", "plain-", "plain-x1", "lab-1", "a.lab.x-3"}
		for _, name := range own {
			if err := b.state.Flash().WriteFile(name, []byte("x")); err != nil {
				t.Fatal(err)
			}
		}
		var made []string
		for range 4 {
			b.now = b.now.Add(time.Minute)
			name, err := b.archive(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			made = append(made, strings.TrimPrefix(name, "flash:"))
		}
		files, err := b.state.Flash().List()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range files {
			got = append(got, f.Name())
		}
		if want := slices.Sorted(slices.Values(slices.Concat(own, made[2:]))); !slices.Equal(got, want) {
			t.Errorf("%s:\ngot  %q\nwant %q", path, got, want)
		}
		for i, name := range made {
			if want := "-" + string(rune('1'+i)); !strings.HasSuffix(name, want) {
				t.Errorf("%s: archive %d is %s", path, i+1, name)
			}
		}
	}
}

// slowServers keeps whoever stores a file until it is let go.
type slowServers struct{ storing, done chan struct{} }

func (s slowServers) Fetch(context.Context, string) ([]byte, error) { return nil, errors.New("none") }
func (s slowServers) Store(ctx context.Context, _ string, _ []byte) error {
	s.storing <- struct{}{}
	select {
	case <-s.done:
	case <-ctx.Done():
	}
	return nil
}

// While an archive is on its way to a server that does not answer, nobody else waits.
func TestArchiveOnSlowServer(t *testing.T) {
	b := archiveBox(t, "tftp://192.0.2.1/lab")
	servers := slowServers{make(chan struct{}), make(chan struct{})}
	b.o.Servers = servers
	first := make(chan string)
	go func() {
		name, _ := b.archive(t.Context())
		first <- name
	}()
	<-servers.storing
	second := make(chan string)
	go func() {
		var out strings.Builder
		if err := (&Context{Context: t.Context(), Shell: b.Shell, Out: &out}).ShowArchive(); err != nil {
			t.Error(err)
		}
		if want := "will be named tftp://192.0.2.1/lab-2"; !strings.Contains(out.String(), want) {
			t.Errorf("%s is not in %s", want, out.String())
		}
		name, _ := b.archive(t.Context())
		second <- name
	}()
	<-servers.storing
	close(servers.done)
	if a, b := <-first, <-second; a == b || a == "" || b == "" {
		t.Errorf("archives %q and %q", a, b)
	}
}

// A rollback that was confirmed, or whose place another one has taken, is not begun anew.
func TestRollbackIsArmedOnce(t *testing.T) {
	b := archiveBox(t, "flash:a")
	r := &rollback{tree: b.store.Tree(), file: "flash:a-1"}
	if !b.arm(nil, r, time.Hour) {
		t.Fatal("nothing was pending")
	}
	if b.arm(nil, r, time.Hour) {
		t.Error("one is pending already")
	}
	pending := b.rollback.Load()
	if !b.arm(pending, pending, 2*time.Hour) || b.rollback.Load().after != 2*time.Hour {
		t.Error("another time")
	}
	if old := b.rollback.Swap(nil); b.arm(old, old, time.Hour) || b.rollback.Load() != nil {
		t.Error("it was confirmed meanwhile")
	}
}
