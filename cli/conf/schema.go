package conf

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/busylamp/busylamp/cli/grammar"
)

// Schema is what all modes declare. It is safe for concurrent use.
//
// A mode is read when it is first needed, and a command of it is compiled when a
// line reaches it: a router has thousands of lines and a session uses few.
type Schema struct {
	// OnUnknown is told of names that nodes of this schema's trees are asked for
	// although no command of the mode has them. Tests set it before they use the
	// schema: a misspelt name in a view would otherwise read as "not configured"
	// for ever. nil: nobody is told.
	OnUnknown func(mode, name string)

	lib    *grammar.Library
	modes  []*CompiledMode
	byName map[string]*CompiledMode
	root   *CompiledMode
}

// CompiledMode is one mode of a Schema. What it says never changes.
type CompiledMode struct {
	// Mode is as declared, but that its Commands are nil if they come Later.
	Mode Mode

	schema *Schema
	read   sync.Once
	said   declared // once it has been read
	match  sync.Once
	set    *grammar.Set
}

// declared is what a mode says once it has been read.
type declared struct {
	commands  []*command // in declaration order, separators included
	byName    map[string]*command
	byGrammar map[*grammar.Command]*command
	stops     []*command // separators and Fixed commands, in order
	errs      []error
}

// command is a Command and its place in the schema.
type command struct {
	*Command
	name     string
	index    int // declaration index within the mode
	grammar  *grammar.Command
	enter    *CompiledMode // nil when it opens no mode
	replaces []*command
	takes    []*command

	once     sync.Once
	compiled prepared
}

// prepared is what can be known beforehand, once the syntax is compiled.
type prepared struct {
	list   string        // PerLine: the capture that is the list
	def    *grammar.Args // parsed Default
	toggle bool          // `no X` is stored because Default says X
	header *line         // Implicit: the line of the block
}

// CommandOf finds the declaration behind matched arguments.
func (m *CompiledMode) CommandOf(args grammar.Args) (Command, bool) {
	c, ok := m.declared().byGrammar[args.Command()]
	if !ok {
		return Command{}, false
	}
	return *c.Command, true
}

// Commands returns the declarations in their order.
func (m *CompiledMode) Commands() []Command {
	commands := m.declared().commands
	all := make([]Command, len(commands))
	for i, c := range commands {
		all[i] = *c.Command
	}
	return all
}

// Grammar returns the commands of the mode without its separators, in their order.
func (m *CompiledMode) Grammar() []*grammar.Command {
	var all []*grammar.Command
	for _, c := range m.declared().commands {
		if c.grammar != nil {
			all = append(all, c.grammar)
		}
	}
	return all
}

// Set holds the mode's commands; Args matched by it are what Apply takes.
func (m *CompiledMode) Set() *grammar.Set {
	m.match.Do(func() {
		var err error
		if m.set, err = grammar.NewSet(m.Grammar(), grammar.SetOptions{Negatable: true}); err != nil {
			m.set, _ = grammar.NewSet(nil, grammar.SetOptions{}) // Check tells why
		}
	})
	return m.set
}

// Mode returns the mode of that name, nil if there is none.
func (s *Schema) Mode(name string) *CompiledMode { return s.byName[name] }

// Modes returns all modes in the order given to Declare.
func (s *Schema) Modes() []*CompiledMode { return slices.Clone(s.modes) }

// Compile is Declare and Check.
func Compile(modes []Mode, lib *grammar.Library) (*Schema, error) {
	s, err := Declare(modes, lib)
	if err = errors.Join(err, s.Check()); err != nil {
		return nil, err
	}
	return s, nil
}

// Declare makes a schema of modes that Check has nothing to say about, which a test
// has to ask: a command that does not compile fits no line here.
func Declare(modes []Mode, lib *grammar.Library) (*Schema, error) {
	s := &Schema{lib: lib, byName: map[string]*CompiledMode{}}
	var errs []error
	for _, m := range modes {
		switch {
		case m.Name == "":
			errs = append(errs, fmt.Errorf("mode with prompt %q has no name", m.Prompt))
			continue
		case s.byName[m.Name] != nil:
			errs = append(errs, fmt.Errorf("mode %s: declared twice", m.Name))
			continue
		}
		cm := &CompiledMode{Mode: m, schema: s}
		s.modes = append(s.modes, cm)
		s.byName[m.Name] = cm
	}
	s.root = s.byName[Global]
	if s.root == nil {
		errs = append(errs, fmt.Errorf("no mode is called %s", Global))
	}
	return s, errors.Join(errs...)
}

// declared reads the mode if that has not been done.
func (m *CompiledMode) declared() *declared {
	m.read.Do(func() {
		r := reader{mode: m, declared: &m.said}
		r.read()
	})
	return &m.said
}

// reader reads the commands of one mode and collects its errors.
type reader struct {
	mode *CompiledMode
	*declared
}

func (r *reader) fail(cmd *command, format string, a ...any) {
	r.errs = append(r.errs, r.mode.wrong(cmd, format, a...))
}

func (m *CompiledMode) wrong(cmd *command, format string, a ...any) error {
	where := cmd.name
	if where == "" {
		where = fmt.Sprintf("entry %d", cmd.index)
	}
	return fmt.Errorf("mode %s: %s: %w", m.Mode.Name, where, fmt.Errorf(format, a...))
}

func (r *reader) read() {
	own := r.mode.Mode.Commands
	if later := r.mode.Mode.Later; later != nil {
		own = later(own)
	}
	if len(own) > 1<<16-1 {
		r.errs = append(r.errs, fmt.Errorf("mode %s: more than 65535 commands", r.mode.Mode.Name))
		own = own[:1<<16-1]
	}
	r.commands = make([]*command, len(own))
	r.byName = make(map[string]*command, len(own))
	r.byGrammar = make(map[*grammar.Command]*command, len(own))
	room := make([]command, len(own))
	for i := range own {
		cmd := &room[i]
		cmd.Command, cmd.index = &own[i], i
		r.commands[i] = cmd
		if cmd.Syntax == "" {
			r.separator(cmd)
		} else {
			r.declare(cmd)
		}
		if cmd.Syntax == "" || cmd.Fixed && cmd.grammar != nil {
			r.stops = append(r.stops, cmd)
		}
	}
	for _, cmd := range r.commands {
		if cmd.grammar != nil {
			r.link(cmd)
		}
	}
}

func (r *reader) separator(cmd *command) {
	if r.mode.Mode.Name != Global {
		r.fail(cmd, "separators belong to mode %s only", Global)
	}
	if cmd.Bangs == 0 {
		r.fail(cmd, "a separator (no Syntax) needs Bangs")
	}
	if cmd.Name != "" || cmd.Help+cmd.Shared != "" || cmd.Default != "" || cmd.Enter != "" {
		r.fail(cmd, "a command without Syntax")
	}
}

// declare checks what needs neither another command nor the compiled syntax.
func (r *reader) declare(cmd *command) {
	spec := grammar.Spec{Name: cmd.Name, Syntax: cmd.Syntax, Help: cmd.Help, Shared: cmd.Shared,
		NoRefused: cmd.No == NoRefused, NoOnly: cmd.No == NoSweeps, Generic: cmd.Generic, Whole: cmd.Whole}
	if cmd.Generic {
		spec.Name = cmd.Syntax
	}
	g, err := grammar.Declare(spec, r.mode.schema.lib)
	if err != nil {
		r.errs = append(r.errs, fmt.Errorf("mode %s: %w", r.mode.Mode.Name, err))
		return
	}
	cmd.name = g.Name()
	if r.byName[cmd.name] != nil {
		if cmd.Generic {
			r.fail(cmd, "a Generic command is named by its whole syntax, and this is there twice")
		} else {
			r.fail(cmd, "two commands of that name; give one another Name")
		}
		return
	}
	cmd.grammar = g
	r.byName[cmd.name] = cmd
	r.byGrammar[g] = cmd
	r.combination(cmd)
}

// combination finds what cannot be declared together.
func (r *reader) combination(cmd *command) {
	for _, wrong := range []struct {
		is   bool
		text string
	}{
		{cmd.Generic && (cmd.Default != "" || cmd.Fill != nil || cmd.PerLine != 0 || cmd.ElementKey != nil || cmd.Implicit || cmd.Fixed),
			"a Generic command allows no Default, Fill, PerLine, ElementKey, Implicit or Fixed"},
		{cmd.Fixed && (cmd.Default == "" || cmd.Enter != "" || cmd.Hidden), "Fixed needs a Default and allows neither Enter nor Hidden"},
		{cmd.Hidden && cmd.Enter != "", "a Hidden line is not stored and cannot open a mode"},
		{cmd.PerLine < 0 || cmd.Bangs < 0, "negative PerLine or Bangs"},
		{cmd.PerLine > 0 && (cmd.Enter != "" || cmd.Default != "" || cmd.No == NoStored), perLineText},
		{cmd.PerLine <= 0 && cmd.ElementKey != nil, "ElementKey without PerLine"},
		{cmd.Fill != nil && (cmd.PerLine > 0 || cmd.Default != "" || cmd.Enter != ""), "Fill allows neither PerLine, Default nor Enter"},
		{cmd.Implicit && (cmd.Enter == "" || cmd.Default != ""), implicitText},
		{cmd.Enter != "" && (cmd.Default != "" || cmd.No == NoStored), "a line that opens a mode can have neither Default nor NoStored"},
	} {
		if wrong.is {
			r.fail(cmd, "%s", wrong.text)
		}
	}
}

const (
	perLineText  = "PerLine needs a list capture and allows no Enter, Default or NoStored"
	implicitText = "Implicit needs Enter and allows neither captures nor Default"
)

// link resolves the names of modes and commands.
func (r *reader) link(cmd *command) {
	if cmd.Enter != "" {
		cmd.enter = r.mode.schema.byName[cmd.Enter]
		switch {
		case cmd.enter == nil:
			r.fail(cmd, "opens mode %q, which is not declared", cmd.Enter)
		case cmd.enter.Mode.Indent <= r.mode.Mode.Indent:
			r.fail(cmd, "mode %s must be indented deeper than %s", cmd.Enter, r.mode.Mode.Name)
		}
	}
	cmd.replaces = r.others(cmd, "replace", cmd.Replaces)
	cmd.takes = r.others(cmd, "take", cmd.Takes)
}

// others finds commands of the same mode that cmd removes.
func (r *reader) others(cmd *command, verb string, names []string) []*command {
	var all []*command
	for _, name := range names {
		other := r.byName[name]
		switch {
		case other == nil:
			r.fail(cmd, "%ss %q, which is not declared", verb, name)
		case other == cmd || other.Fixed:
			r.fail(cmd, "cannot %s %q", verb, name)
		default:
			all = append(all, other)
		}
	}
	return all
}
