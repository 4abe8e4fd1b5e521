package logbuf

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// What is logged before the first console is there is for that console, once.
func TestEarlyMessages(t *testing.T) {
	l := New(time.Now)
	defer l.Close()
	for range maxEarly + 5 {
		l.Msg("SIP", Errors, "LISTEN", "cannot open")
	}
	read := func() []string {
		var mu sync.Mutex
		var got []string
		detach := l.Attach(Console, "", func(_ Severity, text string) {
			mu.Lock()
			defer mu.Unlock()
			got = append(got, text)
		})
		l.Flush(t.Context())
		detach()
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(got)
	}
	if got := read(); len(got) != maxEarly || !strings.HasSuffix(got[0], "%SIP-3-LISTEN: cannot open") {
		t.Errorf("the first console heard %d texts: %.100q", len(got), got)
	}
	if got := read(); len(got) != 0 {
		t.Errorf("the second console heard %q", got)
	}
}
