package grammar

import "errors"

// Command is one compiled syntax string. It is immutable and safe for
// concurrent use.
type Command struct {
	spec Spec
	name string
}

// Compile compiles a syntax string. The error names the syntax, the column and
// the reason. lib may be nil when the syntax has only keywords and ranges.
func Compile(spec Spec, lib *Library) (*Command, error) {
	return nil, errors.New("not yet")
}

// Name is Spec.Name or, when that is empty, the leading keywords.
func (c *Command) Name() string { return c.name }

// Spec returns what the command was compiled from.
func (c *Command) Spec() Spec { return c.spec }

// Captures lists the capture names in the order of the syntax string.
func (c *Command) Captures() []string { return nil }

// Build makes the Args of the positive form from capture values: a line is
// written with them and matched against this command alone, with named bounds
// open. Lists are blank-separated. An optional part is there when one of its
// captures has a value. An unknown capture, a missing or an unfit value is an
// error.
func (c *Command) Build(values map[string]string) (Args, error) {
	return Args{}, errors.New("not yet")
}
