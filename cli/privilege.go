package cli

import (
	"strings"

	"github.com/busylamp/busylamp/cli/grammar"
)

// Privilege is a `privilege exec` line: who may type a command.
type Privilege struct {
	// All: every command that begins with these words; else only the command itself.
	All   bool
	Level int
	Words string
}

// leveled is an EXEC command with the words that it begins with and the level that it
// has by itself.
type leveled struct {
	cmd   *grammar.Command
	words []string
	level int
}

// levels are the commands of each privilege level.
type levels [maxLevel + 1]*grammar.Set

// covers tells whether a rule is about a command, and how closely: the more words, the
// closer. Words may be abbreviated.
func (p Privilege) covers(c leveled) (closeness int, ok bool) {
	words := strings.Fields(p.Words)
	for i, w := range words {
		switch {
		case i >= len(c.words):
			// The rest names one of the choices of the command, which has but one level.
			return len(c.words), i > 0
		case !strings.HasPrefix(c.words[i], strings.ToLower(w)):
			return 0, false
		}
	}
	if len(words) == len(c.words) {
		return len(words) + 1, true
	}
	return len(words), p.All && len(words) > 0
}

// setPrivileges deals out the commands of EXEC by the rules.
func (m *modeSet) setPrivileges(rules []Privilege) error {
	if len(rules) == 0 {
		m.levels.Store(nil)
		return nil
	}
	var byLevel [maxLevel + 1][]*grammar.Command
	for _, c := range m.execs {
		level, best := c.level, 0
		for _, r := range rules {
			if n, ok := r.covers(c); ok && n > best {
				level, best = r.Level, n
			}
		}
		for l := max(level, 0); l <= maxLevel; l++ {
			byLevel[l] = append(byLevel[l], c.cmd)
		}
	}
	var all levels
	for l, cmds := range byLevel {
		if l > 0 && len(cmds) == len(byLevel[l-1]) {
			all[l] = all[l-1]
			continue
		}
		set, err := grammar.NewSet(cmds, grammar.SetOptions{})
		if err != nil {
			return err
		}
		all[l] = set
	}
	m.levels.Store(&all)
	return nil
}
