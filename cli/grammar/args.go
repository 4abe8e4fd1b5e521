package grammar

// Args is one matched line. The zero value has no command and no values.
type Args struct {
	cmd  *Command
	form Form
}

// Command is the command that matched, nil for the zero Args.
func (a Args) Command() *Command { return a.cmd }

// Form tells whether the line was typed plainly, with `no` or with `default`.
func (a Args) Form() Form { return a.form }

// Has tells whether the capture was filled.
func (a Args) Has(name string) bool { return false }

// String is the canonical value of a capture without quotes, "" when absent.
// The elements of a list are joined with one blank.
func (a Args) String(name string) string { return "" }

// Int is the value of a numeric capture, 0 when absent or not a number.
func (a Args) Int(name string) int { return 0 }

// List is the values of a repeated capture in the order typed, nil when absent.
func (a Args) List(name string) []string { return nil }

// Line is the canonical line in the layout of the syntax string, with "no " or
// "default " before it in those forms. It has no newline at its end; a
// Delimited text inside may hold newlines. Matching it gives an equal Args.
func (a Args) Line() string { return "" }

// Key is the identity of the entry: the values of the captures marked `!`,
// encoded so that bytewise order of keys is numeric order for integers, order
// of declaration for choices, and the order of Type.Key for text. It is
// "" when the command has no identity captures.
func (a Args) Key() string { return "" }

// WithList replaces the values of a repeated capture. It is false when name is
// no such capture or the values do not fit.
func (a Args) WithList(name string, vals []string) (Args, bool) { return a, false }

// Equal tells whether both are the same line of the same command: form, order
// and values, layout aside.
func (a Args) Equal(b Args) bool { return a.cmd == b.cmd && a.form == b.form }
