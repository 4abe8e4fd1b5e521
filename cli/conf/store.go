package conf

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/busylamp/busylamp/cli/grammar"
)

// ErrClosed is returned by Settle when the store was closed before every
// binding had seen the tree.
var ErrClosed = errors.New("configuration store is closed")

// Origin says who made a commit: "console", "vty0 (192.0.2.4)", "memory".
type Origin struct{ Text string }

// Commit is one change of the running configuration.
type Commit struct {
	Old, New Tree
	// Changes is Diff(Old, New).
	Changes []Change
	Who     Origin
	When    time.Time
	// Version of New. The initial tree has version 0.
	Version uint64
}

// Empty reports that the line changed nothing: Old and New are one tree, and
// its version is older than the line.
func (c Commit) Empty() bool { return len(c.Changes) == 0 }

// Store holds the running configuration. One line is one commit.
type Store struct {
	schema *Schema
	failed func(binding string, err error)
	state  atomic.Pointer[version]

	// Bindings; see bind.go.
	ctx    context.Context
	cancel context.CancelFunc
	done   sync.WaitGroup

	mu       sync.Mutex
	closed   bool
	held     int // how many want the bindings to sleep
	bindings []*binding
	progress chan struct{} // closed and replaced whenever a binding has caught up
}

// version is a tree with its number; a commit replaces the whole.
type version struct {
	tree   Tree
	number uint64
}

// Option sets what a Store takes from outside.
type Option func(*Store)

// WithApplyError is told when a binding's apply fails. f is called on the
// binding's goroutine and must not block.
func WithApplyError(f func(binding string, err error)) Option {
	return func(s *Store) { s.failed = f }
}

// NewStore returns a store whose tree is initial (of schema), or the empty tree when
// initial is the zero Tree. Close stops what Bind started.
func NewStore(schema *Schema, initial Tree, options ...Option) *Store {
	if initial.schema == nil {
		initial = NewTree(schema)
	}
	s := &Store{
		schema:   schema,
		failed:   func(string, error) {},
		progress: make(chan struct{}),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	for _, o := range options {
		o(s)
	}
	s.state.Store(&version{tree: initial})
	return s
}

// Schema returns what the store's trees are made by.
func (s *Store) Schema() *Schema { return s.schema }

// Tree returns the running configuration.
func (s *Store) Tree() Tree { return s.state.Load().tree }

// Version is the number of commits so far.
func (s *Store) Version() uint64 { return s.state.Load().number }

// Compact makes the running tree small, see Tree.Compact. It is no commit. It is for
// the end of a long load, before views have taken texts from the scattered tree.
func (s *Store) Compact() {
	for {
		v := s.state.Load()
		if s.state.CompareAndSwap(v, &version{tree: v.tree.Compact(), number: v.number}) {
			return
		}
	}
}

// Apply commits one line typed in the block at parent, see Tree.Apply. Writers
// do not wait for one another: when two meet, the later one's line is applied
// to the tree of the other. The bindings are woken, not waited for; see Settle.
func (s *Store) Apply(who Origin, parent Path, args grammar.Args) (Path, Commit, error) {
	for {
		v := s.state.Load()
		next, path, changes, err := v.tree.Apply(parent, args)
		if err != nil {
			return path, Commit{}, err
		}
		c := Commit{Old: v.tree, New: next, Changes: changes, Who: who, When: time.Now(), Version: v.number}
		if c.Empty() {
			return path, c, nil
		}
		c.Version++
		if s.state.CompareAndSwap(v, &version{tree: next, number: c.Version}) {
			s.wake()
			return path, c, nil
		}
	}
}
