package term

import (
	"slices"
	"strings"
	"sync"
)

// DefaultHistory is the number of lines a History keeps unless told otherwise.
const DefaultHistory = 20

// MaxHistory is the largest size a History takes (`terminal history size`).
const MaxHistory = 256

// History is a bounded list of lines, the oldest dropped first. It is safe for
// concurrent use.
type History struct {
	mu    sync.Mutex
	size  int
	lines []string
}

// NewHistory makes a History of size lines; see Resize for the range.
func NewHistory(size int) *History {
	h := &History{}
	h.Resize(size)
	return h
}

// Resize sets the number of lines kept: 0..MaxHistory, negative means
// DefaultHistory. Lines beyond it are dropped at once.
func (h *History) Resize(size int) {
	if size < 0 {
		size = DefaultHistory
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.size = min(size, MaxHistory)
	h.trim()
}

// Add appends a line. Blank lines and a repetition of the newest line are not
// kept.
func (h *History) Add(line string) {
	if strings.TrimSpace(line) == "" {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if n := len(h.lines); n > 0 && h.lines[n-1] == line {
		return
	}
	h.lines = append(h.lines, line)
	h.trim()
}

// Lines returns a copy, oldest first.
func (h *History) Lines() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.lines)
}

// trim drops the oldest lines; the caller holds mu.
func (h *History) trim() {
	if extra := len(h.lines) - h.size; extra > 0 {
		h.lines = slices.Delete(h.lines, 0, extra)
	}
}
