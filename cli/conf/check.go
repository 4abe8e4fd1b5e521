package conf

import (
	"errors"
	"fmt"
	"slices"

	"github.com/busylamp/busylamp/cli/grammar"
)

// Check compiles every command of every mode, and reports all that is wrong with the
// declarations at once, joined.
func (s *Schema) Check() error {
	var errs []error
	for _, m := range s.modes {
		errs = append(errs, m.check()...)
	}
	return errors.Join(errs...)
}

func (m *CompiledMode) check() []error {
	d := m.declared()
	errs := slices.Clone(d.errs)
	var sound []*grammar.Command
	for _, g := range m.Grammar() {
		if err := g.Err(); err != nil {
			errs = append(errs, fmt.Errorf("mode %s: %w", m.Mode.Name, err))
			continue
		}
		sound = append(sound, g)
	}
	set, err := grammar.NewSet(sound, grammar.SetOptions{Negatable: true})
	if err != nil {
		return append(errs, fmt.Errorf("mode %s: %w", m.Mode.Name, err))
	}
	for _, cmd := range d.commands {
		if cmd.grammar != nil && cmd.grammar.Err() == nil {
			for _, err := range cmd.check(set) {
				errs = append(errs, m.wrong(cmd, "%w", err))
			}
		}
	}
	return errs
}

// check finds what only the compiled syntax tells. set is that of the mode.
func (c *command) check(set *grammar.Set) (errs []error) {
	captures := c.grammar.Captures()
	if c.PerLine > 0 && len(captures) == 0 {
		errs = append(errs, fmt.Errorf("%s", perLineText))
	}
	if c.Implicit && len(captures) > 0 {
		errs = append(errs, fmt.Errorf("%s", implicitText))
	}
	for name := range c.Fill {
		if !slices.Contains(captures, name) {
			errs = append(errs, fmt.Errorf("fills $%s, which is not in the syntax", name))
		}
	}
	if c.Default != "" {
		switch r := set.Match(c.Default, nil); {
		case r.Outcome != grammar.OK:
			errs = append(errs, fmt.Errorf("default %q does not parse (column %d)", c.Default, r.Caret+1))
		case r.Args.Command() != c.grammar:
			errs = append(errs, fmt.Errorf("default %q is another command, %s", c.Default, r.Args.Command().Name()))
		case r.Args.Form() == grammar.Default:
			errs = append(errs, fmt.Errorf("default %q begins with \"default\"", c.Default))
		case c.def() == nil || !c.def().Equal(r.Args):
			errs = append(errs, fmt.Errorf("default %q is read otherwise among other commands", c.Default))
		}
	}
	if c.Implicit && len(errs) == 0 && c.header() == nil {
		errs = append(errs, errors.New("cannot be Implicit"))
	}
	return errs
}

// prepared compiles the command if there is more to know of it than its arguments.
func (c *command) prepared() *prepared {
	if c.Default == "" && c.PerLine == 0 && !c.Implicit {
		return &c.compiled
	}
	c.once.Do(func() {
		captures := c.grammar.Captures()
		if c.PerLine > 0 && len(captures) > 0 {
			c.compiled.list = captures[len(captures)-1]
		}
		if c.Default != "" {
			if args, ok := c.grammar.Read(c.Default); ok {
				c.compiled.def = &args
				c.compiled.toggle = !c.Fixed && args.Form() == grammar.Positive && !slices.ContainsFunc(captures, args.Has)
			}
		}
		if c.Implicit {
			if args, err := c.grammar.Build(nil); err == nil {
				c.compiled.header = newLine(Root, c, args)
			}
		}
	})
	return &c.compiled
}

// def is the parsed Default, nil when there is none.
func (c *command) def() *grammar.Args { return c.prepared().def }

// list is the capture of a PerLine command that is its list, "" for other commands.
func (c *command) list() string { return c.prepared().list }

// toggle: `no X` is stored because the Default says X.
func (c *command) toggle() bool { return c.prepared().toggle }

// header is the line of an Implicit block, nil for other commands.
func (c *command) header() *line { return c.prepared().header }
