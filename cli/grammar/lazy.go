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
	for token := range strings.FieldsSeq(spec.Syntax) {
		word, _, _ := strings.Cut(token, "$")
		if strings.ContainsAny(word, "<>[]{}|!~") || strings.HasSuffix(token, "...") || lib.isType(word) {
			break
		}
		c.words = append(c.words, strings.TrimPrefix(word, `\`))
	}
	c.lead = len(c.words)
	if c.name == "" {
		c.name = strings.Join(c.words, " ")
	}
	if c.name == "" || strings.Trim(spec.Syntax, " ") == "" {
		return nil, fmt.Errorf("syntax %q, column 1: no leading keyword and no Name", spec.Syntax)
	}
	return c, nil
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
		case full.lead != c.lead:
			c.err = fmt.Errorf("syntax %q: %d leading keywords were read ahead, there are %d", c.spec.Syntax, c.lead, full.lead)
		default:
			c.root, c.leaves, c.captures, c.trail = full.root, full.leaves, full.captures, full.trail
			c.first, c.follow, c.last, c.noLast = full.first, full.follow, full.last, full.noLast
		}
	})
	return c.err
}

// leadWord is one of the leading keywords.
func (c *Command) leadWord(i int) string {
	if c.lib == nil {
		return c.leaves[i].word
	}
	return c.words[i]
}

// leadHelp is its help.
func (c *Command) leadHelp(i int) string {
	if c.lib == nil {
		return c.leaves[i].help
	}
	if c.spec.Help != "" {
		if own, err := helpLines(c.spec.Help); err == nil && own[c.words[i]] != "" {
			return own[c.words[i]]
		}
	}
	return c.lib.helpFor(c.words[i], c.spec.Generic)
}

// helpFor is the help that commands share for a token, "" if there is none.
func (l *Library) helpFor(token string, generic bool) string {
	if text := l.Help[token]; text != "" || !generic || l.Describe == nil {
		return text
	}
	return l.Describe(token)
}
