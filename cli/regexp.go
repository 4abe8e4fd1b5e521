package cli

import (
	"errors"
	"regexp"
	"strings"
)

// maxRegexp bounds a regular expression in characters.
const maxRegexp = 254

var errRegexp = errors.New("% Failed to compile regular expression")

// compileRegexp translates an IOS regular expression: `_` stands for the
// beginning or end of a line, a blank, comma, brace or parenthesis; braces are
// ordinary characters; there is no escape but of a special character. RE2
// matches in linear time, so no expression can hold the shell up; what it lacks
// (back references) is refused.
func compileRegexp(text string) (*regexp.Regexp, error) {
	if text == "" || len(text) > maxRegexp {
		return nil, errRegexp
	}
	var b strings.Builder
	var class bool   // inside […]
	var first bool   // at the first character of a class, where ] is itself
	var repeat bool  // the last thing was a repetition: another one says nothing
	var start = true // nothing to repeat yet
	for i := 0; i < len(text); i++ {
		c := text[i]
		if class {
			wasFirst := first
			first = false
			switch {
			case c == '^' && wasFirst && text[i-1] == '[':
				first = true
				b.WriteByte(c)
			case c == ']' && !wasFirst:
				class = false
				b.WriteByte(c)
			case c == '\\' || c == '[' || c == ']':
				b.WriteString(`\` + string(c))
			default:
				b.WriteByte(c)
			}
			continue
		}
		wasRepeat, wasStart := repeat, start
		repeat, start = false, false
		switch c {
		case '\\':
			if i++; i == len(text) {
				return nil, errRegexp
			}
			if text[i] >= '1' && text[i] <= '9' {
				return nil, errRegexp // a back reference
			}
			b.WriteString(regexp.QuoteMeta(text[i : i+1]))
		case '_':
			b.WriteString(`(?:^|$|[,{}()_ ])`)
		case '{', '}':
			b.WriteString(`\` + string(c))
		case '[':
			class, first = true, true
			b.WriteByte(c)
		case '*', '+', '?':
			repeat = true
			switch {
			case wasStart:
				b.WriteString(`\` + string(c)) // nothing before it: itself
			case !wasRepeat:
				b.WriteByte(c)
			}
		case '(', '|', '^':
			start = true
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	re, err := regexp.Compile(b.String())
	if err != nil {
		return nil, errRegexp
	}
	return re, nil
}
