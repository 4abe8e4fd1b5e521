package sipua

import (
	"iter"
	"strings"
)

// elementEnd is the offset of the first comma outside quotes and <>, or len(s).
func elementEnd(s string) int { return topLevel(s, ',') }

// topLevel is the offset of the first c outside quotes and <>, or len(s).
func topLevel(s string, c byte) int {
	quoted, angle := false, false
	for i := 0; i < len(s); i++ {
		switch {
		case quoted:
			switch s[i] {
			case '\\':
				i++
			case '"':
				quoted = false
			}
		case s[i] == '"':
			quoted = true
		case angle:
			angle = s[i] != '>'
		case s[i] == c:
			return i
		case s[i] == '<':
			angle = true
		}
	}
	return len(s)
}

// elements yields the trimmed, non-empty elements of a comma list.
func elements(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for s != "" {
			n := elementEnd(s)
			if e := strings.TrimSpace(s[:n]); e != "" && !yield(e) {
				return
			}
			s = s[min(n+1, len(s)):]
		}
	}
}

// eachParam yields the parameters of ";a=b;c" as written, without the ';'.
func eachParam(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for s != "" {
			s = s[1:] // the ';'
			n := topLevel(s, ';')
			if strings.TrimSpace(s[:n]) != "" && !yield(s[:n]) {
				return
			}
			s = s[n:]
		}
	}
}

// paramOf splits "name = value": name in lower case, quotes taken off the value.
func paramOf(p string) (name, value string) {
	name, value, _ = strings.Cut(p, "=")
	return strings.ToLower(strings.TrimSpace(name)), unquote(strings.TrimSpace(value))
}

// unquote takes quotes and backslashes off a quoted-string.
func unquote(s string) string {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return s
	}
	s = s[1 : len(s)-1]
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// withTag is a To value with our tag in place of the one it lacks or leaves empty.
func withTag(value, tag string) string {
	i := topLevel(value, ';')
	for p := range eachParam(value[i:]) {
		if name, _ := paramOf(p); name == "tag" {
			value = untagged(value)
			break
		}
	}
	return value + ";tag=" + tag
}

// tagOf finds the tag parameter of a From or To value.
func tagOf(value string) string {
	i := topLevel(value, ';')
	for p := range eachParam(value[i:]) {
		if name, tag := paramOf(p); name == "tag" {
			return strings.TrimSpace(tag) // the parser quotes what had blanks around it
		}
	}
	return ""
}

// appendLower appends s with ASCII letters in lower case.
func appendLower(b []byte, s string) []byte {
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		b = append(b, c)
	}
	return b
}
