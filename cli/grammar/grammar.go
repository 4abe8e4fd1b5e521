// Package grammar is the command language of the shell: syntax strings are
// compiled to commands, and one automaton over a mode's commands serves
// parsing (Match), help and completion (Next) and printing (Args.Line).
//
// The package is pure: no I/O, no clock, no goroutines. A compiled Set is
// immutable and safe for concurrent use.
//
// # Syntax strings
//
//	max-subscription <100-{max-watch}>$n
//	blf-speed-dial <1-33>$tag! NUMBER(16)$number label STRING(30)$label [device$device]
//	ephone-dn  <1-{max-dn}>$tag!  [<dual-line|octo-line>$lines]
//	button  BUTTON$button!...
//	park-slot [{timeout <0-65535>$timeout|limit <1-65535>$limit|recall$recall}]
//
// Tokens, separated by blanks; the number of blanks before a token in the
// syntax string is the number printed before it (real routers print two before
// some tags), and a trailing blank is printed too:
//
//	word            a keyword: lower-case letters, digits, hyphens, dots …
//	<a-b>           an integer range; a bound may be {name}, asked from the Env
//	<x|y|z>         a choice of keywords (or of sequences: <ip A.B.C.D$a|any>)
//	[ … ]           optional
//	{a …|b …}       any order, each part at most once, at least one part
//	UPPER           a typed argument from the Library: WORD LINE STRING NUMBER
//	UPPER(n)        with a maximum length of n characters
//	token...        one or more
//	$name           captures the value of the token before it (for a keyword:
//	                its own text; for a <x|y> choice: the chosen keyword)
//	!               after the capture: part of the identity of a list entry
//
// Literal blanks are the only layout; there are no comments.
package grammar

// Spec declares one command. It is embedded in, or built from, the literals in
// modes/.
type Spec struct {
	// Name identifies the command within its mode. Empty: the leading keywords
	// of Syntax ("voice register dn", "allow watch").
	Name string
	// Syntax is the grammar, see the package comment.
	Syntax string
	// Help has a line for each keyword and capture, "token  text", separated by
	// two or more blanks or tabs; captures are written $name. Keywords missing
	// here are looked up in Library.Help; a token without any help is an error.
	Help string
	// NoRefused marks commands that have no `no` and `default` form.
	NoRefused bool
}

// Type is a kind of typed argument, such as WORD or H.H.H.
type Type struct {
	// Name as written in syntax strings, upper case.
	Name string
	// Display is what `?` lists: WORD, LINE, A.B.C.D, H.H.H …
	Display string
	// Parse checks one word and returns its canonical form. When it does not
	// fit, ok is false and bad is the byte offset of the first character at
	// fault, for the caret.
	Parse func(word string) (canonical string, bad int, ok bool)
	// Quoted: a "quoted string" is accepted as one word and the value is always
	// printed in quotes.
	Quoted bool
	// Rest: the argument is the rest of the line, blanks included.
	Rest bool
	// Delimited: text between two delimiter characters, possibly over several
	// lines (banner motd ^C … ^C).
	Delimited bool
}

// Library holds what commands share.
type Library struct {
	Types map[string]Type
	// Help for keywords that occur in many commands ("ip", "show").
	Help map[string]string
}

// Env answers the named bounds of ranges: {max-dn}. It is asked at match time.
type Env interface {
	Bound(name string) (int, bool)
}

// Form is the form in which a command was typed.
type Form uint8

// The three forms of a configuration line.
const (
	Positive Form = iota // blf-speed-dial 1 2001 label x
	No                   // no blf-speed-dial 1
	Default              // default blf-speed-dial 1
)

// Outcome of a Match.
type Outcome uint8

// Outcomes.
const (
	OK         Outcome = iota
	NoMatch            // Result.Caret is the offset of the first bad character
	Incomplete         // words are missing
	Ambiguous          // an abbreviation fits several keywords
	NeedText           // a Delimited argument goes on in the following lines
)
