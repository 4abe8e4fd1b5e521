package cli

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
)

// builtin is a command that every configuration mode has.
type builtin uint8

const (
	builtinExit builtin = iota + 1
	builtinEnd
	builtinDo
	builtinHelp
)

// modeSet is all that can be typed in one mode: configuration lines, actions
// and the built-in commands, in one grammar.Set, so that abbreviations are
// judged over all of them. It is put together when the mode is first entered, see
// Shell.mode; until then it has conf and own only.
type modeSet struct {
	conf *conf.CompiledMode // nil for the EXEC mode
	own  []*Exec
	once sync.Once
	errs []error

	user    *grammar.Set // what levels below 15 can type
	set     *grammar.Set // everything
	actions map[*grammar.Command]action
	builtin map[*grammar.Command]builtin
	// First words of commands with Pipe, with Group; EXEC only.
	pipes, groups map[string]bool
	execs         []leveled
	levels        atomic.Pointer[levels] // by `privilege`; nil: user and set
}

// action is what a command that leaves no line behind runs: plainly, and with
// `no` or `default` before it. Either may be missing.
type action struct{ plain, no *Exec }

// of picks by the form a line was typed in; nil if there is no such form.
func (a action) of(args grammar.Args) *Exec {
	if args.Form() == grammar.Positive {
		return a.plain
	}
	return a.no
}

// at picks the set for a privilege level.
func (m *modeSet) at(level int) *grammar.Set {
	if l := m.levels.Load(); l != nil {
		return l.sets[min(max(level, 0), maxLevel)]
	}
	if level < maxLevel {
		return m.user
	}
	return m.set
}

// maxLevel is privileged EXEC.
const maxLevel = 15

// builtins returns the built-in commands of a mode. They are compiled against
// the shell's own types, so that they do not depend on what modes call theirs.
func builtins(mode *conf.CompiledMode) []grammar.Spec {
	return []grammar.Spec{
		builtinExit: {Syntax: "exit", NoRefused: true, Help: "exit  " + exitHelp(mode)},
		builtinEnd:  {Syntax: "end", NoRefused: true, Help: "end  Exit from configure mode"},
		builtinHelp: {Syntax: "help", NoRefused: true, Help: "help  Description of the interactive help system"},
		builtinDo: {Syntax: "do LINE$line", NoRefused: true,
			Help: "do  To run exec commands in config mode\n$line  Exec Command"},
	}
}

// modeSets makes the set of EXEC and one for each configuration mode, which are put
// together later. All errors are reported at once.
func modeSets(schema *conf.Schema, execs []Exec) (map[string]*modeSet, error) {
	var errs []error
	sets := map[string]*modeSet{ExecMode: {}}
	for _, m := range schema.Modes() {
		if m.Mode.Name == ExecMode {
			errs = append(errs, fmt.Errorf("a configuration mode cannot be called %s", ExecMode))
			continue
		}
		sets[m.Mode.Name] = &modeSet{conf: m}
	}
	for i := range execs {
		e := &execs[i]
		if e.Run == nil {
			errs = append(errs, fmt.Errorf("EXEC command %q has no Run", e.Syntax))
			continue
		}
		modes := e.Modes
		if modes == nil {
			modes = []string{ExecMode}
		}
		for _, m := range modes {
			if sets[m] == nil {
				errs = append(errs, fmt.Errorf("EXEC command %q: no mode is called %q", e.Syntax, m))
				continue
			}
			sets[m].own = append(sets[m].own, e)
		}
	}
	return sets, errors.Join(errs...)
}

// mode is what can be typed in a mode; nil if there is none of that name.
func (sh *Shell) mode(name string) *modeSet {
	m := sh.sets[name]
	if m != nil {
		m.once.Do(func() { m.join(sh.o.Library) })
	}
	return m
}

// Check puts all modes together and compiles all commands of the shell, those of the
// configuration included, and reports all errors of the declarations. Without it a
// command that does not compile fits no line: tests ask it.
func (sh *Shell) Check() error {
	errs := []error{sh.store.Schema().Check()}
	for _, name := range slices.Sorted(maps.Keys(sh.sets)) {
		m := sh.mode(name)
		errs = append(errs, m.errs...)
		for c := range m.actions {
			if err := c.Err(); err != nil {
				errs = append(errs, fmt.Errorf("mode %s: %w", name, err))
			}
		}
	}
	return errors.Join(errs...)
}

// join puts the set together.
func (m *modeSet) join(lib *grammar.Library) {
	mode := m.conf
	m.actions, m.builtin = map[*grammar.Command]action{}, map[*grammar.Command]builtin{}
	m.pipes, m.groups = map[string]bool{}, map[string]bool{}
	name := ExecMode
	var user, all []*grammar.Command
	if mode != nil {
		name = mode.Mode.Name
		all = append(all, mode.Grammar()...)
	}
	for _, group := range groupActions(m.own, mode != nil) {
		e := group.plain
		if e == nil {
			e = group.no
		}
		spec := grammar.Spec{Syntax: e.Syntax, Help: e.Help, NoRefused: group.no == nil}
		if group.no == e {
			spec.Syntax = strings.TrimPrefix(e.Syntax, "no ")
		}
		c, err := grammar.Declare(spec, lib)
		if err != nil {
			m.errs = append(m.errs, fmt.Errorf("mode %s: %w", name, err))
			continue
		}
		m.actions[c] = group
		word, _, _ := strings.Cut(e.Syntax, " ")
		m.pipes[word] = m.pipes[word] || e.Pipe
		m.groups[word] = m.groups[word] || e.Group
		all = append(all, c)
		m.execs = append(m.execs, leveled{c, leadingWords(e.Syntax), max(e.Level, 1)})
		if e.Level < 2 && mode == nil {
			user = append(user, c)
		}
	}
	if mode != nil {
		own := &grammar.Library{Types: grammar.StandardTypes()}
		for b, spec := range builtins(mode) {
			if spec.Syntax == "" {
				continue
			}
			c, err := grammar.Declare(spec, own)
			if err != nil {
				m.errs = append(m.errs, fmt.Errorf("mode %s: %w", name, err))
				continue
			}
			m.builtin[c] = builtin(b)
			all, user = append(all, c), append(user, c)
		}
	}
	m.set, m.user = m.grammar(name, all, m.options()), m.grammar(name, user, m.options())
}

// options are those of the mode's sets.
func (m *modeSet) options() grammar.SetOptions {
	if m.conf == nil {
		return grammar.SetOptions{}
	}
	return grammar.SetOptions{Negatable: true, NoHelp: "Negate a command or set its defaults",
		DefaultHelp: "Set a command to its defaults"}
}

// grammar is a set of the commands, an empty one if there is something wrong with it.
func (m *modeSet) grammar(name string, commands []*grammar.Command, opt grammar.SetOptions) *grammar.Set {
	set, err := grammar.NewSet(commands, opt)
	if err != nil {
		m.errs = append(m.errs, fmt.Errorf("mode %s: %w", name, err))
		set, _ = grammar.NewSet(nil, grammar.SetOptions{})
	}
	return set
}

// leadingWords are the keywords that a syntax begins with.
func leadingWords(syntax string) []string {
	var words []string
	for _, w := range strings.Fields(syntax) {
		if strings.ContainsAny(w, "<>[]{}|$") || strings.ToLower(w) != w && strings.ToUpper(w) == w {
			break
		}
		words = append(words, strings.ToLower(w))
	}
	return words
}

// groupActions puts "no X" of a configuration mode together with "X": there the
// set itself knows `no`.
func groupActions(execs []*Exec, negatable bool) []action {
	var out []action
	index := map[string]int{}
	for _, e := range execs {
		syntax, no := strings.CutPrefix(e.Syntax, "no ")
		if !negatable {
			syntax, no = e.Syntax, false
		}
		i, ok := index[syntax]
		if !ok {
			i = len(out)
			index[syntax] = i
			out = append(out, action{})
		}
		switch {
		case no:
			out[i].no = e
		default:
			out[i].plain = e
		}
	}
	return out
}

func exitHelp(mode *conf.CompiledMode) string {
	if mode.Mode.Name == conf.Global {
		return "Exit from configure mode"
	}
	title, _, _ := strings.Cut(mode.Mode.Title, " commands")
	if title == "" {
		title = mode.Mode.Name + " configuration"
	}
	return "Exit from " + title + " mode"
}
