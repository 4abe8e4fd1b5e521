package presence

import (
	"sync"
	"sync/atomic"
)

// shared is what all shards have in common: the ID counter, the limits and the way from an ID to its shard.
type shared struct {
	lastID  atomic.Uint32
	quota   quota
	stripes [64]stripe
}

// stripe is one part of the directory of IDs; striped so that shards and
// callers seldom wait for one another.
type stripe struct {
	mu     sync.RWMutex
	shards map[uint32]uint8
}

func newShared() *shared {
	s := &shared{quota: quota{sources: map[string]int{}}}
	for i := range s.stripes {
		s.stripes[i].shards = make(map[uint32]uint8)
	}
	return s
}

// allocate returns the next free ID: they grow, and when the counter wraps it
// passes over 0 and over what is still in use.
func (s *shared) allocate(shard uint8) uint32 {
	for {
		id := s.lastID.Add(1)
		if id != 0 && s.claim(id, shard) {
			return id
		}
	}
}

// allocatePair is allocate for a watcher and its sibling: the sibling has the next
// ID (guide, `show presence subscription summary`).
func (s *shared) allocatePair(shard uint8) (id, sibling uint32) {
	for {
		second := s.lastID.Add(2)
		first := second - 1
		if first == 0 || second == 0 {
			continue
		}
		if !s.claim(first, shard) {
			continue
		}
		if s.claim(second, shard) {
			return first, second
		}
		s.drop(first)
	}
}

// claim takes an ID if it is free.
func (s *shared) claim(id uint32, shard uint8) bool {
	st := s.stripe(id)
	st.mu.Lock()
	defer st.mu.Unlock()
	if _, taken := st.shards[id]; taken {
		return false
	}
	st.shards[id] = shard
	return true
}

func (s *shared) drop(id uint32) {
	st := s.stripe(id)
	st.mu.Lock()
	delete(st.shards, id)
	st.mu.Unlock()
}

func (s *shared) shardOf(id uint32) (uint8, bool) {
	st := s.stripe(id)
	st.mu.RLock()
	defer st.mu.RUnlock()
	shard, ok := st.shards[id]
	return shard, ok
}

func (s *shared) stripe(id uint32) *stripe { return &s.stripes[id%uint32(len(s.stripes))] }
