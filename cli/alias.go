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

// usable tells whether an alias means something at the session's privilege level: one
// that is configured, or a standard one whose command is there.
func (s *Session) usable(a Alias) bool {
	return !slices.Contains(standardAliases[:], a) ||
		complete(s.shell.mode(ExecMode).at(s.level), s.shell.env(), a.Command) == a.Command
}

// expand puts the command in the place of an alias, which must be typed whole; behind a
// blank it is none. grown is by how much the line before the rest is longer now.
func (s *Session) expand(line string) (out string, grown int) {
	word, rest := line, ""
	if i := strings.IndexAny(line, " \t"); i >= 0 {
		word, rest = line[:i], line[i:]
	}
	for _, a := range s.shell.aliases() {
		if a.Name == word && s.usable(a) {
			return a.Command + rest, len(a.Command) - len(word)
		}
	}
	return line, 0
}

// aliasHelp is what `?` behind the beginning of a word shows of aliases:
// *NAME=COMMAND, in quotes if it has blanks.
func (s *Session) aliasHelp(word string) []string {
	var out []string
	for _, a := range s.shell.aliases() {
		if !strings.HasPrefix(a.Name, word) || !s.usable(a) {
			continue
		}
		command := a.Command
		if strings.Contains(command, " ") {
			command = `"` + command + `"`
		}
		out = append(out, "*"+a.Name+"="+command)
	}
	slices.Sort(out)
	return out
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
