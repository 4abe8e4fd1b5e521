package logbuf

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestTextFromOutside(t *testing.T) {
	l := newLog(t, Config{LogStamp: Stamp{Mode: StampNone}, DebugStamp: Stamp{Mode: StampNone}, BufferSize: 1 << 16, BufferLevel: Debugging})
	l.SetDebug("x", true)
	const forged = "a\r\n%SYS-5-CONFIG_I: Configured"
	for _, c := range []struct {
		log  func()
		want string
	}{
		{func() { l.Msg("A", 1, "B", "%s", forged) }, `%A-1-B: a\n%SYS-5-CONFIG_I: Configured`},
		{func() { l.Msg("A", 1, "B", "%v", errors.New(forged)) }, `%A-1-B: a\n%SYS-5-CONFIG_I: Configured`},
		{func() { l.Msg("A", 1, "B", forged+"\n") }, `%A-1-B: a\n%SYS-5-CONFIG_I: Configured`},
		{func() { l.Debugf("x", "f: %s", forged) }, `f: a\n%SYS-5-CONFIG_I: Configured`},
		{func() { l.Debugf("x", "f: %v", errors.New("a\rb\nc")) }, `f: a\nb\nc`},
		{func() { l.Debugf("x", "f: %s", []byte("a\nb")) }, `f: a\nb`},
		{func() { l.Debugf("x", "f:\n%s\n", Lines("a\r\nb")) }, "f:\na\nb"},
		{func() { l.Debugf("x", "%d %5.1f|%-4s|%x %v %q", 7, 1.25, "a", "b", time.Second, "c\n") }, `7   1.2|a   |62 1s "c\n"`},
		{func() { l.Debugf("x", "%s", "\x1b[2J\x00\x7f\u009b2J\x9b\tü") }, ".[2J...2J.\tü"},
		{func() { l.Debugf("x", "%s", Lines("\x1bc\u0085\rz")) }, ".c..z"},
	} {
		l.ClearBuffer()
		c.log()
		if got := l.Buffer(); !slices.Equal(got, []string{c.want}) {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("a\r\nb\x1b\u009b\xff")
	l := New(at)
	defer l.Close()
	if err := l.Apply(f.Context(), Config{}, Config{LogStamp: Stamp{Mode: StampNone}, DebugStamp: Stamp{Mode: StampNone}, BufferSize: 1 << 20, BufferLevel: Debugging}); err != nil {
		f.Fatal(err)
	}
	l.SetDebug("x", true)
	f.Fuzz(func(t *testing.T, s string) {
		l.ClearBuffer()
		l.Msg("A", 1, "B", "%s", s)
		l.Debugf("x", "%v", s)
		l.Debugf("x", "%s", Lines(s))
		for i, text := range l.Buffer() {
			if strings.ContainsFunc(text, acts) || !utf8.ValidString(text) || i < 2 && strings.Contains(text, "\n") {
				t.Errorf("%q", text)
			}
		}
	})
}
