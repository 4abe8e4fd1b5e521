package tty

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestHarmless(t *testing.T) {
	for in, want := range map[string]string{
		"":                         "",
		"show run\tx\b \b\a\r\n":   "show run\tx\b \b\a\r\n",
		"\x1b[2J\x1b]0;owned\x07x": ".[2J.]0;owned\ax",
		"a\rb\r\n":                 "a.b\r\n",
		"a\r":                      "a\r", // its line feed comes next
		"\x00\x0e\x7f":             "...",
		"\u009b31m\u0085":          ".31m.",
		"\x9b31m caf\xe9":          ".31m caf\xe9",
		"Straße 東京 \u00a0":         "Straße 東京 \u00a0",
		"\ufffd":                   "\ufffd",
	} {
		if got := harmless(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// Nothing that is printed, in whatever pieces, brings a control to the terminal; what is text
// arrives as it is.
func TestPrintedIsHarmless(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := sit(Options{PlainNewline: true})
		text := rapid.StringMatching(`[a-zß東\x00-\x1f\x7f-\xa0\n]{0,40}`).Draw(t, "text")
		fmt.Fprint(d, text)
		d.Async(text)
		d.Close()
		for _, r := range d.w.got() {
			if r < ' ' && !strings.ContainsRune("\a\b\t\n\r", r) || r >= 0x7f && r < 0xa0 {
				t.Fatalf("%q reaches the terminal", r)
			}
		}
	})
}

// A long text is handed over in pieces, none of which ends within a character.
func TestLongTextKeepsItsCharacters(t *testing.T) {
	d := sit(Options{PlainNewline: true})
	text := "x" + strings.Repeat("東", outputLimit)
	fmt.Fprint(d, text)
	d.Close()
	if got := d.w.got(); got != text {
		t.Errorf("%d bytes of %d, valid %v", len(got), len(text), utf8.ValidString(got))
	}
}
