package cli

import (
	"fmt"
	"sync"

	"github.com/busylamp/busylamp/internal/logbuf"
)

// Defaults of `logging synchronous` (IOS configuration fundamentals command reference:
// logging synchronous).
const (
	DefaultSyncLevel = logbuf.Critical
	DefaultSyncLimit = 20
)

// maxHeld bounds what waits, whatever `limit` says.
const maxHeld = 2048

// inbox holds the messages that a line with `logging synchronous` shows when the command
// that is running has ended: Limit of them at most, later ones are lost and counted.
type inbox struct {
	mu   sync.Mutex
	busy bool // a command is running
	held []string
	lost int
}

// hear takes a message from the log. It is called on a goroutine of the log and never
// blocks.
func (s *Session) hear(sev logbuf.Severity, text string) {
	sync := s.line().Synchronous
	if !sync.On || sev < sync.Level {
		s.term.Async(text)
		return
	}
	b := &s.inbox
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case !b.busy:
		s.term.Insert(text)
	case len(b.held) < min(sync.Limit, maxHeld):
		b.held = append(b.held, text)
	default:
		b.lost++
	}
}

// work says that a command begins.
func (s *Session) work() {
	s.inbox.mu.Lock()
	defer s.inbox.mu.Unlock()
	s.inbox.busy = true
}

// idle says that a prompt comes, or a question: what waits is shown before it. The lock
// is held meanwhile so that no message overtakes another; Insert waits for nobody.
func (s *Session) idle() {
	b := &s.inbox
	b.mu.Lock()
	defer b.mu.Unlock()
	b.busy = false
	for _, text := range b.held {
		s.term.Insert(text)
	}
	if b.lost > 0 {
		s.term.Insert(fmt.Sprintf("%%SYS-3-MSGLOST: %d messages lost because of queue overflow", b.lost))
	}
	b.held, b.lost = nil, 0
}
