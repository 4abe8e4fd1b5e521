package conf

import (
	"errors"
	"fmt"
	"slices"

	"github.com/busylamp/busylamp/cli/grammar"
)

// Schema is the compiled form of all modes. It is safe for concurrent use.
type Schema struct {
	// OnUnknown is told of names that nodes of this schema's trees are asked for
	// although no command of the mode has them. Tests set it before they use the
	// schema: a misspelt name in a view would otherwise read as "not configured"
	// for ever. nil: nobody is told.
	OnUnknown func(mode, name string)

	modes  []*CompiledMode
	byName map[string]*CompiledMode
	root   *CompiledMode
}

// CompiledMode is one mode of a Schema. It is immutable.
type CompiledMode struct {
	Mode Mode
	// Set holds the mode's commands; Args matched by it are what Apply takes.
	Set *grammar.Set

	commands  []*command // in declaration order, separators included
	byName    map[string]*command
	byGrammar map[*grammar.Command]*command
	stops     []*command // separators and Fixed commands, in order
}

// command is a Command with everything that can be known beforehand.
type command struct {
	*Command
	name     string
	index    int // declaration index within the mode
	grammar  *grammar.Command
	captures []string
	list     string        // PerLine: the capture that is the list
	enter    *CompiledMode // nil when it opens no mode
	replaces []*command
	takes    []*command

	def    *grammar.Args // parsed Default
	toggle bool          // `no X` is stored because Default says X
	header *line         // Implicit: the line of the block
}

// CommandOf finds the declaration behind matched arguments.
func (m *CompiledMode) CommandOf(args grammar.Args) (Command, bool) {
	c, ok := m.byGrammar[args.Command()]
	if !ok {
		return Command{}, false
	}
	return *c.Command, true
}

// Mode returns the mode of that name, nil if there is none.
func (s *Schema) Mode(name string) *CompiledMode { return s.byName[name] }

// Modes returns all modes in the order given to Compile.
func (s *Schema) Modes() []*CompiledMode { return slices.Clone(s.modes) }

// Compile checks and compiles the modes. It reports all errors at once, joined.
func Compile(modes []Mode, lib *grammar.Library) (*Schema, error) {
	s := &Schema{byName: map[string]*CompiledMode{}}
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
		cm := &CompiledMode{
			Mode:      m,
			byName:    map[string]*command{},
			byGrammar: map[*grammar.Command]*command{},
		}
		s.modes = append(s.modes, cm)
		s.byName[m.Name] = cm
	}
	s.root = s.byName[Global]
	if s.root == nil {
		errs = append(errs, fmt.Errorf("no mode is called %s", Global))
	}
	for _, cm := range s.modes {
		c := compiler{schema: s, mode: cm, lib: lib}
		c.compile()
		errs = append(errs, c.errs...)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return s, nil
}

// compiler compiles one mode and collects its errors.
type compiler struct {
	schema *Schema
	mode   *CompiledMode
	lib    *grammar.Library
	errs   []error
}

func (c *compiler) fail(cmd *command, format string, a ...any) {
	where := cmd.name
	if where == "" {
		where = fmt.Sprintf("entry %d", cmd.index)
	}
	c.errs = append(c.errs, fmt.Errorf("mode %s: %s: %w", c.mode.Mode.Name, where, fmt.Errorf(format, a...)))
}

func (c *compiler) compile() {
	m := c.mode
	if len(m.Mode.Commands) > 1<<16-1 {
		c.errs = append(c.errs, fmt.Errorf("mode %s: more than 65535 commands", m.Mode.Name))
		return
	}
	var set []*grammar.Command
	for i := range m.Mode.Commands {
		decl := &m.Mode.Commands[i]
		cmd := &command{Command: decl, index: i}
		m.commands = append(m.commands, cmd)
		if decl.Syntax == "" {
			c.separator(cmd)
			continue
		}
		if c.parse(cmd) {
			set = append(set, cmd.grammar)
		}
	}
	var err error
	m.Set, err = grammar.NewSet(set, grammar.SetOptions{Negatable: true})
	if err != nil {
		c.errs = append(c.errs, fmt.Errorf("mode %s: %w", m.Mode.Name, err))
		return
	}
	for _, cmd := range m.commands {
		if cmd.grammar != nil {
			c.link(cmd)
		}
		if cmd.grammar == nil && cmd.Syntax == "" || cmd.Fixed {
			m.stops = append(m.stops, cmd)
		}
	}
}

func (c *compiler) separator(cmd *command) {
	if c.mode.Mode.Name != Global {
		c.fail(cmd, "separators belong to mode %s only", Global)
	}
	if cmd.Bangs == 0 {
		c.fail(cmd, "a separator (no Syntax) needs Bangs")
	}
	if cmd.Name != "" || cmd.Help != "" || cmd.Default != "" || cmd.Enter != "" {
		c.fail(cmd, "a command without Syntax")
	}
}

// parse compiles the command's syntax and checks what needs no other command.
func (c *compiler) parse(cmd *command) bool {
	spec := grammar.Spec{Name: cmd.Name, Syntax: cmd.Syntax, Help: cmd.Help,
		NoRefused: cmd.No == NoRefused, Generic: cmd.Generic, Whole: cmd.Whole}
	compile := grammar.Compile
	if cmd.Generic {
		spec.Name, compile = cmd.Syntax, grammar.Declare
	}
	g, err := compile(spec, c.lib)
	if err != nil {
		c.errs = append(c.errs, fmt.Errorf("mode %s: %w", c.mode.Mode.Name, err))
		return false
	}
	cmd.grammar, cmd.name = g, g.Name()
	if cmd.Generic {
		return c.parseGeneric(cmd)
	}
	cmd.captures = g.Captures()
	if c.mode.byName[cmd.name] != nil {
		c.fail(cmd, "two commands of that name; give one another Name")
		return false
	}
	c.mode.byName[cmd.name] = cmd
	c.mode.byGrammar[g] = cmd

	if cmd.Fixed && (cmd.Default == "" || cmd.Enter != "" || cmd.Hidden) {
		c.fail(cmd, "Fixed needs a Default and allows neither Enter nor Hidden")
	}
	if cmd.Hidden && cmd.Enter != "" {
		c.fail(cmd, "a Hidden line is not stored and cannot open a mode")
	}
	if cmd.PerLine < 0 || cmd.Bangs < 0 {
		c.fail(cmd, "negative PerLine or Bangs")
	}
	if cmd.PerLine > 0 {
		if len(cmd.captures) == 0 || cmd.Enter != "" || cmd.Default != "" || cmd.No == NoStored {
			c.fail(cmd, "PerLine needs a list capture and allows no Enter, Default or NoStored")
		} else {
			cmd.list = cmd.captures[len(cmd.captures)-1]
		}
	} else if cmd.ElementKey != nil {
		c.fail(cmd, "ElementKey without PerLine")
	}
	for name := range cmd.Fill {
		if !slices.Contains(cmd.captures, name) {
			c.fail(cmd, "fills $%s, which is not in the syntax", name)
		}
	}
	if cmd.Fill != nil && (cmd.PerLine > 0 || cmd.Default != "" || cmd.Enter != "") {
		c.fail(cmd, "Fill allows neither PerLine, Default nor Enter")
	}
	if cmd.Implicit && (cmd.Enter == "" || len(cmd.captures) > 0 || cmd.Default != "") {
		c.fail(cmd, "Implicit needs Enter and allows neither captures nor Default")
	}
	if cmd.Enter != "" && (cmd.Default != "" || cmd.No == NoStored) {
		c.fail(cmd, "a line that opens a mode can have neither Default nor NoStored")
	}
	return true
}

// parseGeneric is the rest of parse for a command that is not compiled yet.
func (c *compiler) parseGeneric(cmd *command) bool {
	m := c.mode
	if m.byName[cmd.name] != nil {
		c.fail(cmd, "a Generic command is named by its whole syntax, and this is there twice")
		return false
	}
	m.byName[cmd.name] = cmd
	m.byGrammar[cmd.grammar] = cmd
	if cmd.Default != "" || cmd.Fill != nil || cmd.PerLine != 0 || cmd.ElementKey != nil || cmd.Implicit || cmd.Fixed {
		c.fail(cmd, "a Generic command allows no Default, Fill, PerLine, ElementKey, Implicit or Fixed")
	}
	if cmd.Enter != "" && (cmd.No == NoStored || cmd.Hidden) || cmd.Bangs < 0 {
		c.fail(cmd, "a line that opens a mode is neither Hidden nor NoStored")
	}
	return true
}

// link resolves the names of modes and commands and parses the Default.
func (c *compiler) link(cmd *command) {
	if cmd.Enter != "" {
		cmd.enter = c.schema.byName[cmd.Enter]
		switch {
		case cmd.enter == nil:
			c.fail(cmd, "opens mode %q, which is not declared", cmd.Enter)
		case cmd.enter.Mode.Indent <= c.mode.Mode.Indent:
			c.fail(cmd, "mode %s must be indented deeper than %s", cmd.Enter, c.mode.Mode.Name)
		}
	}
	cmd.replaces = c.others(cmd, "replace", cmd.Replaces)
	cmd.takes = c.others(cmd, "take", cmd.Takes)
	if cmd.Default != "" {
		c.parseDefault(cmd)
	}
	if cmd.Implicit {
		args, err := cmd.grammar.Build(nil)
		if err != nil {
			c.fail(cmd, "cannot be Implicit: %w", err)
			return
		}
		cmd.header = newLine(Root, cmd, args)
	}
}

func (c *compiler) parseDefault(cmd *command) {
	r := c.mode.Set.Match(cmd.Default, nil)
	switch {
	case r.Outcome != grammar.OK:
		c.fail(cmd, "default %q does not parse (column %d)", cmd.Default, r.Caret+1)
	case r.Args.Command() != cmd.grammar:
		c.fail(cmd, "default %q is another command, %s", cmd.Default, r.Args.Command().Name())
	case r.Args.Form() == grammar.Default:
		c.fail(cmd, "default %q begins with \"default\"", cmd.Default)
	default:
		cmd.def = &r.Args
		cmd.toggle = !cmd.Fixed && r.Args.Form() == grammar.Positive && !slices.ContainsFunc(cmd.captures, r.Args.Has)
	}
}

// others finds commands of the same mode that cmd removes.
func (c *compiler) others(cmd *command, verb string, names []string) []*command {
	var all []*command
	for _, name := range names {
		other := c.mode.byName[name]
		switch {
		case other == nil:
			c.fail(cmd, "%ss %q, which is not declared", verb, name)
		case other == cmd || other.Fixed:
			c.fail(cmd, "cannot %s %q", verb, name)
		default:
			all = append(all, other)
		}
	}
	return all
}
