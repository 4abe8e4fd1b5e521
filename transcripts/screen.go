package transcripts

import (
	"context"
	"io"
	"strings"
	"sync"
	"time"
)

// maxScreen bounds what a screen keeps between two steps, in bytes.
const maxScreen = 64 << 20

// Screen reads all that a terminal prints and types into it. One goroutine reads
// until the stream ends; Close ends the stream and waits for it.
type Screen struct {
	rwc    io.ReadWriteCloser
	settle func()

	mu     sync.Mutex
	buf    strings.Builder
	end    bool
	change chan struct{} // closed and replaced when something was printed
	done   chan struct{}
}

// NewScreen attaches to a terminal's byte stream. settle blocks until the
// appliance has nothing more to print (synctest.Wait in tests); nil where nobody
// can know.
func NewScreen(rwc io.ReadWriteCloser, settle func()) *Screen {
	s := &Screen{rwc: rwc, settle: settle, change: make(chan struct{}), done: make(chan struct{})}
	go s.read()
	return s
}

func (s *Screen) read() {
	defer close(s.done)
	b := make([]byte, 32<<10)
	for {
		n, err := s.rwc.Read(b)
		s.mu.Lock()
		if s.buf.Len() < maxScreen {
			s.buf.WriteString(strings.NewReplacer("\r", "", "\a", "").Replace(string(b[:n])))
		}
		s.end = s.end || err != nil
		close(s.change)
		s.change = make(chan struct{})
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// Type sends keys.
func (s *Screen) Type(keys string) error {
	_, err := io.WriteString(s.rwc, keys)
	return err
}

// Peek returns what was printed and not yet taken.
func (s *Screen) Peek() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return painted(s.buf.String())
}

// Wait returns when cond holds for what was printed, when the stream has ended,
// or after the given time (which costs nothing with a fake clock).
func (s *Screen) Wait(ctx context.Context, atMost time.Duration, cond func(string) bool) {
	deadline := time.NewTimer(atMost)
	defer deadline.Stop()
	for {
		s.mu.Lock()
		ok, change := s.end || cond(painted(s.buf.String())), s.change
		s.mu.Unlock()
		if ok {
			s.Settle()
			return
		}
		select {
		case <-change:
		case <-deadline.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// Settle waits until the appliance rests, where that can be known.
func (s *Screen) Settle() {
	if s.settle != nil {
		s.settle()
	}
}

// Lines takes the whole lines printed so far and leaves the unfinished last one.
func (s *Screen) Lines() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.buf.String()
	at := strings.LastIndexByte(b, '\n')
	s.buf.Reset()
	s.buf.WriteString(b[at+1:])
	if at < 0 {
		return nil
	}
	return strings.Split(painted(b[:at]), "\n")
}

// DropLines forgets the whole lines printed so far.
func (s *Screen) DropLines() { s.Lines() }

// Close ends the stream and waits for its reader.
func (s *Screen) Close() error {
	err := s.rwc.Close()
	<-s.done
	return err
}
