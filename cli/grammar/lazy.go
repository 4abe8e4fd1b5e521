package grammar

import (
	"fmt"
	"strings"
)

// Declare is Compile put off until a line reaches the command: only its leading
// keywords are read now. A shell has thousands of commands and a session uses few
// of them. What Compile would complain about, Command.Err tells; until then such a
// command fits no line.
func Declare(spec Spec, lib *Library) (*Command, error) {
	if lib == nil {
		lib = &Library{}
	}
	c := &Command{spec: spec, name: spec.Name, lib: lib}
	for at := 0; ; c.lead++ {
		word, end := leadingWord(spec.Syntax, at, lib)
		if word == "" {
			break
		}
		if at = end; spec.Name == "" {
			c.name = strings.TrimPrefix(c.name+" "+word, " ")
		}
	}
	if c.name == "" || strings.Trim(spec.Syntax, " ") == "" {
		return nil, fmt.Errorf("syntax %q, column 1: no leading keyword and no Name", spec.Syntax)
	}
	return c, nil
}

// leadingWord reads the keyword at or behind the offset at of a syntax, and where it
// ends; "" when what stands there is none or the last keyword is behind at.
func leadingWord(syntax string, at int, lib *Library) (word string, end int) {
	for at < len(syntax) && syntax[at] == ' ' {
		at++
	}
	for end = at; end < len(syntax) && syntax[end] != ' '; end++ {
	}
	word = syntax[at:end]
	if strings.HasSuffix(word, "...") {
		return "", end
	}
	word, _, _ = strings.Cut(word, "$")
	word = strings.TrimRight(word, "~")
	if strings.ContainsAny(word, "<>[]{}|!~") || lib.isType(word) {
		return "", end
	}
	return strings.TrimPrefix(word, `\`), end
}

func (l *Library) isType(word string) bool {
	name, _, _ := strings.Cut(word, "(")
	_, ok := l.Types[name]
	return ok
}

// Err compiles the command if that has not been done, and tells what is wrong with
// its syntax or help.
func (c *Command) Err() error {
	if c.lib == nil {
		return nil
	}
	c.compiled.Do(func() {
		full, err := Compile(c.spec, c.lib)
		switch {
		case err != nil:
			c.err = err
		case full.lead != c.lead || full.name != c.name:
			c.err = fmt.Errorf("syntax %q: %d leading keywords were read ahead, there are %d", c.spec.Syntax, c.lead, full.lead)
		default:
			c.body = full.body
		}
	})
	return c.err
}

// leadWord is the leading keyword number i.
func (c *Command) leadWord(i int) string {
	if c.lib == nil {
		return c.leaves[i].word
	}
	word, end := "", 0
	for range i + 1 {
		word, end = leadingWord(c.spec.Syntax, end, c.lib)
	}
	return word
}

// leadHelp is the help of the leading keyword number i, the text of which is word.
func (c *Command) leadHelp(i int, word string) string {
	if c.lib == nil {
		return c.leaves[i].help
	}
	own, err := helpLines(c.spec.Help)
	if err == nil && own[word] != "" {
		return own[word]
	}
	if text := sharedHelp(c.spec.Shared, word); text != "" && !strings.Contains(c.spec.Help, "$") {
		return text
	}
	if text := c.lib.helpFor(word, c.spec.Generic); text != "" && !strings.Contains(c.spec.Help+c.spec.Shared, "$") || c.Err() != nil {
		return text
	}
	return c.leaves[i].help
}

// helpFor is the help that commands share for a token, "" if there is none.
func (l *Library) helpFor(token string, generic bool) string {
	if text := l.Help[token]; text != "" || !generic || l.Describe == nil {
		return text
	}
	return l.Describe(token)
}
