package tty

import (
	"strings"
	"testing"
)

// The rest of a line of a million characters must cost what reading it costs.
func TestFullLineCostsNothing(t *testing.T) {
	term, l := &Terminal{}, &line{buf: newLineBuffer(), belled: true}
	l.o.Echo = true
	l.buf.set([]rune(strings.Repeat("x", MaxLine)), MaxLine)
	if n := testing.AllocsPerRun(100, func() { term.press(l, keyRune, 'y') }); n > 0 {
		t.Errorf("%v allocations for a character that does not fit", n)
	}
}
