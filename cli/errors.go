package cli

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"unicode/utf8"

	"github.com/busylamp/busylamp/cli/grammar"
)

// The texts of refused lines.
const (
	textInvalid    = "% Invalid input detected at '^' marker."
	textIncomplete = "% Incomplete command."
	// A router tries to connect; from here nothing is reached.
	textUnreachable = "% Destination unreachable; gateway or host down"
	textUnknown     = "% Unknown command or computer name, or unable to find computer address"
)

// lineError says why a line was refused, ready for printing.
type lineError struct {
	caret int    // byte offset in the line of the bad character, -1: no caret
	text  string // the message, without a final newline
	blank bool   // a blank line follows
}

// Error implements error.
func (e *lineError) Error() string { return e.text }

func invalidAt(offset int) *lineError {
	return &lineError{caret: offset, text: textInvalid, blank: true}
}

func incomplete() *lineError { return &lineError{caret: -1, text: textIncomplete, blank: true} }

func ambiguous(line string) *lineError {
	return &lineError{caret: -1, text: `% Ambiguous command:  "` + strings.TrimSpace(line) + `"`}
}

// message is an error that is a sentence without a caret.
func message(text string) *lineError {
	return &lineError{caret: -1, text: strings.TrimRight(text, "\n")}
}

// column is the caret's column in the line, in characters.
func (e *lineError) column(line string) int {
	if e.caret < 0 {
		return -1
	}
	return utf8.RuneCountInString(line[:min(e.caret, len(line))])
}

// render is what the terminal shows when the line was typed after prompt.
func (e *lineError) render(prompt, line string) string {
	var b strings.Builder
	if col := e.column(line); col >= 0 {
		b.WriteString(strings.Repeat(" ", utf8.RuneCountInString(prompt)+col))
		b.WriteString("^\n")
	}
	b.WriteString(e.text)
	b.WriteByte('\n')
	if e.blank {
		b.WriteByte('\n')
	}
	return b.String()
}

// ErrIncomplete is what a check of a line returns to which a word is missing.
var ErrIncomplete error = incomplete()

// refusal is what is printed of the error of a check.
func refusal(err error) *lineError {
	var known *lineError
	if errors.As(err, &known) {
		return known
	}
	return message(err.Error())
}

// ErrNumber is what a command returns whose last number names nothing that there is:
// an interface that the host does not have. It is printed as for a line that does not
// match, with the caret under that number.
var ErrNumber error = message(textInvalid)

// lastNumber is the offset of the last run of digits in a line, 0 if there is none.
func lastNumber(line string) int {
	isDigit := func(r rune) bool { return r >= '0' && r <= '9' }
	at := max(strings.LastIndexFunc(line, isDigit), 0)
	return len(strings.TrimRightFunc(line[:at], isDigit))
}

// failure turns a result other than OK and NeedText into an error.
func failure(line string, r grammar.Result) *lineError {
	switch r.Outcome {
	case grammar.Incomplete:
		return incomplete()
	case grammar.Ambiguous:
		return ambiguous(line)
	}
	return invalidAt(r.Caret)
}

// reach tells how far a result got, to choose between those of several modes.
func reach(line string, r grammar.Result) int {
	switch r.Outcome {
	case grammar.Incomplete:
		return len(line) + 1
	case grammar.NoMatch:
		return r.Caret
	}
	// Ambiguous: up to the end of the word at fault.
	end := 0
	rest := line
	for range r.Depth + 1 {
		trimmed := strings.TrimLeft(rest, " \t")
		word := trimmed
		if i := strings.IndexAny(trimmed, " \t"); i >= 0 {
			word = trimmed[:i]
		}
		end = len(line) - len(trimmed) + len(word)
		rest = trimmed[len(word):]
	}
	return end
}

// execFailure is failure for an EXEC line matched in set, a part of m: bare
// groups and host lookup have words of their own. lookup is `ip domain lookup`; without
// hosts unknown words are none (`transport preferred none`).
func (m *modeSet) execFailure(line string, r grammar.Result, set *grammar.Set, env grammar.Env, lookup, hosts bool) *lineError {
	words := strings.Fields(line)
	switch {
	case r.Outcome == grammar.Incomplete && len(words) == 1:
		if full := complete(set, env, words[0]); m.groups[full] {
			return message(fmt.Sprintf("%% Type %q for a list of subcommands", full+" ?"))
		}
	case r.Outcome == grammar.NoMatch && r.Depth == 0 && hosts && hostLike(words):
		// IOS takes an unknown word for a host to telnet to.
		if addr, err := netip.ParseAddr(words[0]); err == nil {
			return message(fmt.Sprintf("Trying %s ... \n%s", strings.Join(append([]string{addr.String()}, words[1:]...), ", "), textUnreachable))
		}
		return message(Translating(words[0], lookup) + "\n" + textUnknown)
	}
	return failure(line, r)
}

// Translating is what is printed before the message that there is no host of a name; lookup is
// `ip domain lookup`. Nobody is asked.
func Translating(name string, lookup bool) string {
	if lookup {
		return fmt.Sprintf("Translating %q...domain server (255.255.255.255)", name)
	}
	return fmt.Sprintf("Translating %q\n", name)
}

// hostLike: one word, or a word and a port number.
func hostLike(words []string) bool {
	switch len(words) {
	case 1:
	case 2:
		if strings.Trim(words[1], "0123456789") != "" || len(words[1]) > 5 {
			return false
		}
	default:
		return false
	}
	for _, c := range words[0] {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.ContainsRune("-._:", c):
		default:
			return false
		}
	}
	return true
}

// complete gives the one keyword that a single word abbreviates, or "".
func complete(set *grammar.Set, env grammar.Env, word string) string {
	return soleKeyword(set.Next(word, env).Items, word)
}

// soleKeyword picks from what can stand for word: the keyword that it is, or the
// only one there is, or "".
func soleKeyword(items []grammar.Item, word string) string {
	var found string
	for _, it := range items {
		switch {
		case !it.Keyword:
		case strings.EqualFold(it.Text, word):
			return it.Text
		case found != "":
			return ""
		default:
			found = it.Text
		}
	}
	return found
}
