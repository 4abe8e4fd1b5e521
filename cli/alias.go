package cli

import (
	"slices"
	"strings"
)

// Alias is an `alias exec` line.
type Alias struct{ Name, Command string }

// standardAliases are those that a router has without being told (IOS configuration
// fundamentals command reference: alias). One whose command is not there is of no use.
var standardAliases = [...]Alias{
	{"h", "help"}, {"lo", "logout"}, {"p", "ping"}, {"r", "resume"}, {"s", "show"},
	{"u", "undebug"}, {"un", "undebug"}, {"w", "where"},
}

// aliases is all of them: the standard ones that are not redefined, then those that are
// configured.
func (sh *Shell) aliases() []Alias {
	own := sh.Config().Aliases
	var out []Alias
	for _, a := range standardAliases {
		if !slices.ContainsFunc(own, func(o Alias) bool { return o.Name == a.Name }) {
			out = append(out, a)
		}
	}
	return append(out, own...)
}

// expand puts the command in the place of an alias, which must be typed whole. grown is
// by how much the line before the rest is longer now.
func (s *Session) expand(line string) (out string, grown int) {
	body := strings.TrimLeft(line, " \t")
	word, rest := body, ""
	if i := strings.IndexAny(body, " \t"); i >= 0 {
		word, rest = body[:i], body[i:]
	}
	for _, a := range s.shell.Config().Aliases {
		if a.Name == word {
			return a.Command + rest, len(a.Command) - len(word) - (len(line) - len(body))
		}
	}
	set := s.shell.mode(ExecMode).at(s.level)
	for _, a := range standardAliases {
		if a.Name == word && complete(set, s.shell.env(), a.Command) == a.Command {
			return a.Command + rest, len(a.Command) - len(word) - (len(line) - len(body))
		}
	}
	return line, 0
}

// ShowAliases is `show aliases`.
func (c *Context) ShowAliases() error {
	c.Printf("Exec mode aliases:\n")
	for _, a := range c.Shell.aliases() {
		c.Printf("  %-21s %s\n", a.Name, a.Command)
	}
	c.Printf("\n")
	return nil
}
