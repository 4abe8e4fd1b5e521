package cli

import (
	"errors"
	"slices"
	"strings"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
)

// Privilege is a `privilege` line: who may type a command.
type Privilege struct {
	// Mode is that of the command: ExecMode, or a configuration mode.
	Mode string
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

// levels are the commands of each privilege level, and the level of each.
type levels struct {
	sets [maxLevel + 1]*grammar.Set
	of   map[*grammar.Command]int
}

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

// commands are those of the mode with the levels that they have by themselves. What
// changes the configuration takes level 15, however its mode was reached; what every mode
// has takes none.
func (m *modeSet) commands() []leveled {
	if m.conf == nil {
		return m.execs
	}
	var out []leveled
	for _, c := range m.conf.Grammar() {
		out = append(out, leveled{c, leadingWords(c.Name()), maxLevel})
	}
	for c := range m.actions {
		out = append(out, leveled{c, leadingWords(c.Name()), maxLevel})
	}
	for c := range m.builtin {
		out = append(out, leveled{c, nil, 0})
	}
	return out
}

// setPrivileges deals out the commands of the mode by the rules about it.
func (m *modeSet) setPrivileges(rules []Privilege) error {
	if len(rules) == 0 {
		m.levels.Store(nil)
		return nil
	}
	var byLevel [maxLevel + 1][]*grammar.Command
	commands := m.commands()
	all := levels{of: make(map[*grammar.Command]int, len(commands))}
	for _, c := range commands {
		level, best := c.level, 0
		for _, r := range rules {
			if n, ok := r.covers(c); ok && n > best {
				level, best = r.Level, n
			}
		}
		all.of[c.cmd] = level
		for l := max(level, 0); l <= maxLevel; l++ {
			byLevel[l] = append(byLevel[l], c.cmd)
		}
	}
	for l, cmds := range byLevel {
		switch {
		case len(cmds) == len(commands):
			all.sets[l] = m.set
			continue
		case l > 0 && len(cmds) == len(byLevel[l-1]):
			all.sets[l] = all.sets[l-1]
			continue
		}
		set, err := grammar.NewSet(cmds, m.options())
		if err != nil {
			return err
		}
		all.sets[l] = set
	}
	m.levels.Store(&all)
	return nil
}

// setPrivileges puts the rules about all modes into force.
func (sh *Shell) setPrivileges(old, rules []Privilege) error {
	if slices.Equal(old, rules) {
		return nil
	}
	byMode := map[string][]Privilege{}
	for _, r := range old {
		byMode[r.Mode] = nil
	}
	for _, r := range rules {
		byMode[r.Mode] = append(byMode[r.Mode], r)
	}
	var errs []error
	for name, rules := range byMode {
		if mode := sh.mode(name); mode != nil {
			errs = append(errs, mode.setPrivileges(rules))
		}
	}
	return errors.Join(errs...)
}

// form is how the session's privilege level sees the configuration: below 15 there are
// only the lines that it may type, as a router shows them.
func (c *Context) form(defaults bool) conf.Form {
	level := c.Session.level
	if level >= maxLevel {
		return conf.Form{Defaults: defaults}
	}
	return conf.Form{Defaults: defaults, Shown: func(mode string, cmd *grammar.Command) bool {
		m := c.Shell.mode(mode)
		if m == nil {
			return false
		}
		l := m.levels.Load()
		if l == nil {
			return false // they all take 15
		}
		own, ok := l.of[cmd]
		return ok && own <= level
	}}
}

// running is the running-config as the session may see it.
func (c *Context) running() []byte { return c.Shell.running(c.Tree(), c.form(false).Running) }

// Section is conf.Section as the session's privilege level may see it.
func (c *Context) Section(p conf.Path) []byte { return c.form(false).Section(c.Tree(), p) }

// readFile is Shell.read, and of the running-config what the session may see.
func (c *Context) readFile(p place) ([]byte, error) {
	if p.where == onRunning {
		return c.running(), nil
	}
	return c.Shell.read(c, p)
}
