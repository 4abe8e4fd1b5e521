package tty

import (
	"strings"
	"unicode/utf8"
)

// harmless is a text without what a terminal would obey. What is printed may have come from
// anywhere: a file, a phone, somebody else's name. Bells, backspaces, tabs and line ends stay,
// with which the editor and the pager paint; bytes that are no UTF-8 stay unless they are
// controls of an 8-bit terminal.
func harmless(text string) string {
	if !suspect(text) {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	for i, r := range text {
		_, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == '\a' || r == '\b' || r == '\t' || r == '\n':
			b.WriteRune(r)
		case r == '\r' && (i+1 == len(text) || text[i+1] == '\n'):
			b.WriteRune(r)
		case r < ' ' || r >= del && r < 0xa0 || r == utf8.RuneError && size == 1 && text[i] < 0xa0:
			b.WriteByte('.')
		default:
			b.WriteString(text[i : i+size])
		}
	}
	return b.String()
}

// suspect tells quickly that a text is none of those that are nearly all: ASCII without any
// controls but those of the editor.
func suspect(text string) bool {
	for i := range len(text) {
		if c := text[i]; c >= del || c < ' ' && c != '\n' && c != '\b' && c != '\a' && c != '\t' {
			return true
		}
	}
	return false
}
