package grammar

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// openBound stands for an upper bound that the Env does not know.
const openBound = 4294967295

func (b bound) value(env Env, open int) int {
	if b.name == "" {
		return b.n
	}
	if env != nil {
		if n, ok := env.Bound(b.name); ok {
			return n
		}
	}
	return open
}

// display is what `?` lists for an argument.
func (l *leaf) display(env Env) string {
	if l.kind != rangeLeaf {
		return l.typ.Display
	}
	return "<" + strconv.Itoa(l.lo.value(env, 0)) + "-" + strconv.Itoa(l.hi.value(env, openBound)) + ">"
}

// take checks one word (for Rest types: the rest of the line) against an
// argument. Like Type.Parse it gives the canonical form, or where the word goes
// wrong; bad is len(word) for a good beginning.
func (l *leaf) take(word string, env Env) (canonical string, bad int, ok bool) {
	switch {
	case l.kind == rangeLeaf:
		return l.takeNumber(word, env)
	case l.closed(env):
		return known(word, l.names(env))
	}
	canonical, ok = word, true
	if l.typ.Parse != nil {
		if canonical, bad, ok = l.typ.Parse(word); !ok {
			bad = min(max(bad, 0), len(word))
		}
	}
	if at := l.excess(word); at >= 0 {
		if ok || at < bad {
			return "", at, false
		}
	}
	if !ok {
		return "", bad, false
	}
	// What would not be read back the same way must not get in.
	if at := l.unprintable(word); at >= 0 {
		return "", at, false
	}
	if canonical != word && (l.excess(canonical) >= 0 || l.unprintable(canonical) >= 0 || canonical == "") {
		return "", 0, false
	}
	return canonical, 0, true
}

// closed tells whether the word must be a name that env knows.
func (l *leaf) closed(env Env) bool {
	_, ok := env.(Vocabulary)
	return ok && l.typ.Known != ""
}

// names are those that the word may be, if it must be one.
func (l *leaf) names(env Env) []Item {
	if l.typ.Known == "" {
		return nil
	}
	if v, ok := env.(Vocabulary); ok {
		return v.Names(l.typ.Known)
	}
	return nil
}

// known finds the name that a word stands for. The word goes wrong where it stops to
// be the beginning of any.
func known(word string, names []Item) (name string, bad int, ok bool) {
	found := 0
	for _, n := range names {
		same := 0
		for same < min(len(word), len(n.Text)) && strings.EqualFold(word[same:same+1], n.Text[same:same+1]) {
			same++
		}
		bad = max(bad, same)
		switch {
		case same < len(word):
		case same == len(n.Text):
			return n.Text, 0, true
		default:
			name, found = n.Text, found+1
		}
	}
	if found != 1 {
		return "", bad, false
	}
	return name, 0, true
}

// excess is the offset of the first character beyond the maximum length, or -1.
func (l *leaf) excess(s string) int {
	if l.max == 0 || len(s) <= l.max {
		return -1
	}
	n := 0
	for i := range s {
		if n == l.max {
			return i
		}
		n++
	}
	return -1
}

// unprintable is the offset of the first character that would break the line
// when the value is printed, or -1.
func (l *leaf) unprintable(s string) int {
	switch {
	case l.typ.Quoted:
		return strings.IndexAny(s, "\"\r\n")
	case l.typ.Rest:
		if s != "" && (isBlank(s[0]) || isBlank(s[len(s)-1])) {
			return 0
		}
		return strings.IndexAny(s, "\r\n")
	}
	return strings.IndexAny(s, " \t\r\n")
}

func (l *leaf) takeNumber(word string, env Env) (string, int, bool) {
	for i := range len(word) {
		if !isDigit(word[i]) {
			return "", i, false
		}
	}
	digits := strings.TrimLeft(word, "0")
	if digits == "" {
		digits = word[:min(1, len(word))]
	}
	n, err := strconv.Atoi(digits)
	if err != nil || len(digits) > maxDigits || n > l.hi.value(env, openBound) {
		return "", 0, false
	}
	if n < l.lo.value(env, 0) {
		return "", len(word), false
	}
	return digits, 0, true
}

// print is the canonical text of a value in a line.
func (l *leaf) print(value string) string {
	switch {
	case l.kind != typeLeaf:
		return value
	case l.typ.Quoted:
		return `"` + value + `"`
	case l.typ.Delimited:
		return delimit(value)
	}
	return value
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// delimiter reads the opening delimiter of a banner text: one character, or ^C
// in either spelling, which a running-config prints as a caret and a C.
func delimiter(s string) string {
	if strings.HasPrefix(s, "^C") {
		return "^C"
	}
	if s[0] == 3 {
		return s[:1]
	}
	_, n := utf8.DecodeRuneInString(s)
	return s[:n]
}

// closing finds the delimiter in s: the text before it.
func closing(s, delim string) (string, bool) {
	at := strings.Index(s, delim)
	if delim == "^C" || delim == "\x03" {
		at = strings.Index(s, "^C")
		if i := strings.IndexByte(s, 3); i >= 0 && (at < 0 || i < at) {
			at = i
		}
	}
	if at < 0 {
		return "", false
	}
	return s[:at], true
}

// cleanText drops what a banner text cannot hold: carriage returns and other
// control characters, and what exceeds the maximum length.
func (l *leaf) cleanText(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, s)
	if len(s) > maxText {
		s = strings.ToValidUTF8(s[:maxText], "")
	}
	if at := l.excess(s); at >= 0 {
		s = s[:at]
	}
	return s
}

// maxText bounds a Delimited text, in bytes.
const maxText = 1 << 16

// delimit puts text between delimiters: ^C as IOS prints it, unless the text
// holds that itself. cleanText keeps control characters out of texts, so the
// last resort is always free.
func delimit(s string) string {
	for _, d := range []string{"^C", "#", "@", "%", "~", "$", "|"} {
		if !strings.Contains(s, d) {
			return d + s + d
		}
	}
	return "\x01" + s + "\x01"
}
