package term

import (
	"fmt"
	"slices"
	"testing"
)

func TestHistory(t *testing.T) {
	h := NewHistory(3)
	for _, line := range []string{"one", "", "  ", "two", "two", "one", "three"} {
		h.Add(line)
	}
	if got, want := h.Lines(), []string{"two", "one", "three"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	h.Lines()[0] = "changed"
	if h.Lines()[0] != "two" {
		t.Error("Lines gave away its own slice")
	}
	h.Resize(1)
	if got := h.Lines(); !slices.Equal(got, []string{"three"}) {
		t.Errorf("shrunk: %q", got)
	}
	h.Resize(0)
	h.Add("four")
	if got := h.Lines(); len(got) != 0 {
		t.Errorf("size 0 keeps %q", got)
	}
}

func TestHistorySizes(t *testing.T) {
	for _, tt := range []struct{ size, want int }{
		{-1, DefaultHistory}, {0, 0}, {7, 7}, {MaxHistory, MaxHistory}, {MaxHistory + 1, MaxHistory},
	} {
		h := NewHistory(tt.size)
		for i := range 2 * MaxHistory {
			h.Add(fmt.Sprint(i))
		}
		if got := len(h.Lines()); got != tt.want {
			t.Errorf("NewHistory(%d) keeps %d lines, want %d", tt.size, got, tt.want)
		}
	}
}
