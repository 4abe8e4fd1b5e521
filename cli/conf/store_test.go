package conf

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/cli/grammar"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		writeUntilKilled(dir)
	}
	goleak.VerifyTestMain(m)
}

var me = Origin{"console"}

// commit applies a line of mode global.
func commit(t testing.TB, s *Store, text string) Commit {
	t.Helper()
	_, c, err := s.Apply(me, Root, global(t, s, text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func global(t testing.TB, s *Store, text string) grammar.Args {
	t.Helper()
	r := s.Schema().Mode(Global).Set().Match(text, nil)
	if r.Outcome != grammar.OK {
		t.Fatalf("%q does not parse", text)
	}
	return r.Args
}

func hostname(t Tree) string {
	a, _ := t.Root().Get("hostname")
	return a.String("name")
}

func same(a, b string) bool { return a == b }

func TestStoreApply(t *testing.T) {
	before := time.Now()
	s := NewStore(testSchema(t), Tree{})
	defer s.Close()

	c := commit(t, s, "hostname A")
	if c.Empty() || c.Version != 1 || s.Version() != 1 || c.Who != me || c.When.Before(before) || c.When.After(time.Now()) {
		t.Errorf("first commit: %+v", c)
	}
	if hostname(c.Old) != "Router" || hostname(c.New) != "A" || hostname(s.Tree()) != "A" {
		t.Error("old, new and running tree")
	}
	if got := changeText(c.Changes); !slices.Equal(got, []string{"+global: hostname A"}) {
		t.Error(got)
	}
	c = commit(t, s, "hostname A")
	if !c.Empty() || c.Version != 1 || s.Version() != 1 || !c.Old.Equal(c.New) {
		t.Errorf("a line that changes nothing: %+v", c)
	}
	if _, _, err := s.Apply(me, "nowhere", global(t, s, "hostname B")); !errors.Is(err, ErrGone) {
		t.Error(err)
	}

	second := NewStore(s.Schema(), s.Tree())
	defer second.Close()
	if second.Version() != 0 || hostname(second.Tree()) != "A" {
		t.Error("initial tree")
	}
}

func TestStoreConcurrentWriters(t *testing.T) {
	s := NewStore(testSchema(t), Tree{})
	defer s.Close()
	const writers, lines = 8, 50
	var mu sync.Mutex
	byVersion := map[uint64]Commit{}
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range lines {
				c := commit(t, s, fmt.Sprintf("ephone-dn %d", w*lines+i+1))
				mu.Lock()
				byVersion[c.Version] = c
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if s.Version() != writers*lines || s.Tree().Len() != writers*lines {
		t.Fatalf("version %d, %d lines", s.Version(), s.Tree().Len())
	}
	for v := uint64(2); v <= s.Version(); v++ {
		if !byVersion[v].Old.Equal(byVersion[v-1].New) {
			t.Fatalf("commit %d does not follow the one before it", v)
		}
	}
}

// applied records the calls of an apply.
type applied struct {
	mu    sync.Mutex
	calls []string
}

func (a *applied) apply(_ context.Context, old, new string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls = append(a.calls, old+">"+new)
	return nil
}

func (a *applied) want(t *testing.T, calls ...string) {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	if !slices.Equal(a.calls, calls) {
		t.Errorf("applied %q, want %q", a.calls, calls)
	}
}

func TestBind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewStore(testSchema(t), Tree{})
		defer s.Close()
		var a applied
		Bind(s, "host", hostname, same, a.apply)
		if err := s.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		a.want(t, ">Router")
		commit(t, s, "ip cef") // of no concern to it
		commit(t, s, "hostname A")
		if err := s.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		a.want(t, ">Router", "Router>A")
	})
}

func TestBindCoalesces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewStore(testSchema(t), Tree{})
		defer s.Close()
		var a applied
		release := make(chan struct{})
		Bind(s, "slow", hostname, same, func(ctx context.Context, old, new string) error {
			<-release
			return a.apply(ctx, old, new)
		})
		synctest.Wait()
		for i := range 10 {
			commit(t, s, fmt.Sprintf("hostname H%d", i))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.Settle(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Settle while apply runs: %v", err)
		}
		close(release)
		if err := s.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		a.want(t, ">Router", "Router>H9")
	})
}

// TestHold: bindings sleep while a file is read, but for somebody who waits for them.
func TestHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewStore(testSchema(t), Tree{})
		defer s.Close()
		var a applied
		Bind(s, "agent", hostname, same, a.apply)
		synctest.Wait()
		outer, inner := s.Hold(), s.Hold()
		commit(t, s, "hostname A")
		synctest.Wait()
		a.want(t, ">Router")
		if err := s.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		a.want(t, ">Router", "Router>A")
		commit(t, s, "hostname B")
		inner()
		synctest.Wait()
		a.want(t, ">Router", "Router>A")
		commit(t, s, "hostname C")
		outer()
		synctest.Wait()
		a.want(t, ">Router", "Router>A", "A>C")
		commit(t, s, "hostname D")
		synctest.Wait()
		a.want(t, ">Router", "Router>A", "A>C", "C>D")
	})
}

// Settle is about the version at the time of the call, not about later ones.
func TestSettleDoesNotChase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewStore(testSchema(t), Tree{})
		defer s.Close()
		step := make(chan struct{})
		Bind(s, "slow", hostname, same, func(ctx context.Context, _, _ string) error {
			select {
			case <-step:
			case <-ctx.Done():
			}
			return nil
		})
		step <- struct{}{}
		commit(t, s, "hostname A")
		settled := make(chan error, 1)
		go func() { settled <- s.Settle(t.Context()) }()
		synctest.Wait()
		step <- struct{}{} // A is applied
		commit(t, s, "hostname B")
		synctest.Wait()
		select {
		case err := <-settled:
			if err != nil {
				t.Error(err)
			}
		default:
			t.Error("Settle waits for a commit that came after it")
		}
	})
}

func TestBindError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var logged []string
		s := NewStore(testSchema(t), Tree{}, WithApplyError(func(name string, err error) {
			logged = append(logged, name+": "+err.Error())
		}))
		defer s.Close()
		Bind(s, "host", hostname, same, func(_ context.Context, _, new string) error {
			return fmt.Errorf("cannot be %s", new)
		})
		synctest.Wait()
		commit(t, s, "hostname A")
		if err := s.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		if want := []string{"host: cannot be Router", "host: cannot be A"}; !slices.Equal(logged, want) {
			t.Errorf("logged %q", logged)
		}
	})
}

func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewStore(testSchema(t), Tree{})
		stopped := false
		Bind(s, "blocked", hostname, same, func(ctx context.Context, _, _ string) error {
			<-ctx.Done()
			stopped = true
			return ctx.Err()
		})
		synctest.Wait()
		settled := make(chan error)
		go func() { settled <- s.Settle(context.Background()) }()
		synctest.Wait()
		s.Close()
		if !stopped {
			t.Error("Close did not wait for apply")
		}
		if err := <-settled; err != nil && !errors.Is(err, ErrClosed) {
			t.Error(err)
		}
		Bind(s, "late", hostname, same, func(context.Context, string, string) error {
			t.Error("applied after Close")
			return nil
		})
		commit(t, s, "hostname A")
		synctest.Wait()
		s.Close()
	})
}
