package logbuf

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Lines is an argument of Debugf whose line ends stay: a message, an XML document.
type Lines string

// arg prints like what it holds, on one line unless that is Lines.
type arg struct{ v any }

// Format makes arg a fmt.Formatter.
func (a arg) Format(s fmt.State, verb rune) {
	text := fmt.Sprintf(fmt.FormatString(s, verb), a.v)
	if _, ok := a.v.(Lines); !ok {
		text = oneLine(text)
	}
	_, _ = io.WriteString(s, text)
}

// oneLine shows line ends as \n.
func oneLine(s string) string {
	if !strings.ContainsAny(s, "\r\n") {
		return s
	}
	return strings.NewReplacer("\r\n", `\n`, "\n", `\n`, "\r", `\n`).Replace(s)
}

// harmless replaces what a terminal might obey, and bytes that are no UTF-8; tab
// and line feed stay, and a carriage return before one goes.
func harmless(s string) string {
	if strings.IndexFunc(s, acts) < 0 && utf8.ValidString(s) {
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		if acts(r) || r == utf8.RuneError {
			return '.'
		}
		return r
	}, s)
}

func acts(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }
