package grammar

// Set is the commands that can be typed in one mode. It is immutable and safe
// for concurrent use.
type Set struct {
	cmds []*Command
}

// SetOptions say what a Set accepts beside its commands.
type SetOptions struct {
	// Negatable: `no` and `default` may stand before a command (configuration
	// modes).
	Negatable bool
	// NoHelp and DefaultHelp are the help texts of these two words.
	NoHelp, DefaultHelp string
}

// NewSet indexes commands. Their order decides between commands that fit a line
// equally well, and whose help text a shared keyword shows: the first wins.
func NewSet(cmds []*Command, opt SetOptions) (*Set, error) { return &Set{cmds: cmds}, nil }

// Commands returns the commands in their order; the caller must not change it.
func (s *Set) Commands() []*Command { return s.cmds }

// Match parses one line. Blanks before it do not matter; Caret counts from
// the start of line, blanks included. env may be nil: named bounds are open.
func (s *Set) Match(line string, env Env) Result { return Result{Outcome: NoMatch} }

// Next tells what can be typed at the end of line, the text up to the cursor.
func (s *Set) Next(line string, env Env) Help { return Help{Outcome: NoMatch} }

// Result of a Match.
type Result struct {
	Outcome Outcome
	Args    Args   // OK, and NeedText (without the text)
	Caret   int    // NoMatch: byte offset of the first bad character in line
	Depth   int    // whole words matched before the failure (Incomplete: all); `no` counts
	Delim   string // NeedText: the delimiter as typed, control characters as ^C
}

// Closes looks for the closing delimiter in a line that follows a NeedText
// line. When found, before is the text in front of it; what follows it is
// dropped, as IOS does.
func (r Result) Closes(line string) (before string, ok bool) { return "", false }

// WithText completes a NeedText result. text is what followed the opening line,
// lines ended by newlines, up to but without the closing delimiter; what stood
// on the opening line after its delimiter is put before it. Text beyond the
// type's maximum length is cut off.
func (r Result) WithText(text string) Args { return r.Args }

// Help is what can follow a partial line.
type Help struct {
	Outcome Outcome // OK, NoMatch or Ambiguous (an earlier word)
	Word    string  // partial word at the cursor, "" after a blank
	Items   []Item  // fitting keywords sorted, then arguments in grammar order
	CR      bool    // the line could end here
}

// Item is one row of help.
type Item struct {
	Text    string // keyword, or what `?` shows of an argument: WORD, <1-33>
	Help    string
	Keyword bool
}
