// Package grammar is the command language of the shell: syntax strings are
// compiled to commands, and one automaton over a mode's commands serves
// parsing (Match), help and completion (Next) and printing (Args.Line).
//
// The package is pure: no I/O, no clock, no goroutines. Commands, Sets and Args
// are immutable and safe for concurrent use. cli, cli/conf and modes import it;
// it imports the standard library only.
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
// some tags), and blanks at the end are printed too:
//
//	word            a keyword, any case when typed, printed as written here
//	<a-b>           an integer range; a bound may be {name}, asked from the Env
//	<x|y|z>         a choice of keywords (or of sequences: <ip A.B.C.D$a|any>)
//	[ … ]           optional
//	{a …|b …}       any order, each part at most once, at least one part;
//	                printed in the order of the syntax string
//	UPPER           a typed argument from the Library: WORD LINE STRING NUMBER
//	UPPER(n)        with a maximum length of n characters
//	token...        one or more, printed with single blanks between
//	$name           captures the value of the token before it (for a keyword:
//	                its own text; for a <x|y> choice: the chosen keyword)
//	!               after the capture: part of the identity of a list entry
//	\word           a keyword although it looks like a type: \CIPC
//	word~~          two more blanks are printed behind the keyword than the next token
//	                has before it: <deny~~|permit> ip is "deny   ip" and "permit ip"
//	~word           a keyword that is taken but neither listed by help nor
//	                kept nor printed: limit [~number] <10-100>$n
//	short~er        a keyword that is typed and listed as shorter and printed
//	                as short, never a leading one: line con~sole <0-0>$n
//
// The suffixes stand in the order $name, !, and three dots. Blanks inside
// brackets at their edges and around | are free; the blanks before a bracket
// are those before its first token. Literal blanks are the only layout; there
// are no comments.
//
// A word that names a type of the Library is that type, so A.B.C.D and
// X:X:X:X::X need no marks. Any other word is a keyword when it has a
// lower-case letter or does not start with a letter (7961GE, 7960-7940, -6);
// what remains (FOO) is a misspelt type and an error. A bracket <…> without |
// must be a range; a range inside a choice keeps its brackets: <<1-5>|any>.
//
// # Matching
//
// A keyword is matched by any unique prefix; the whole word beats longer ones.
// Two keywords that fit make the line ambiguous at once. All alternatives that
// a word allows are followed side by side; of those that accept the whole line
// the one wins that took a keyword at the earliest word where they differ, then
// the one declared first. So `enable password l` is a password although a
// keyword `level` is there. What is matched is printed by Args.Line so that it
// is read back the same; a line for which the syntax does not allow that is
// called ambiguous.
//
// `no` and `default` lines are complete when the leading keywords and the
// identity captures are there; more of the line may follow.
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
	// two or more blanks or tabs; captures are written $name, arguments without
	// a capture as in Syntax. The capture of a choice may serve for all its
	// keywords. Keywords missing here are looked up in Library.Help; a token
	// without any help is an error, and so is a line that fits no token.
	Help string
	// Shared are such lines for many commands: what a syntax does not have is no error,
	// and Help goes first.
	Shared string
	// NoRefused marks commands that have no `no` and `default` form.
	NoRefused bool
	// NoOnly marks commands that are nothing but a `no` or `default` form: the plain
	// line is incomplete (`no access-list 101`).
	NoOnly bool
	// Generic: tokens without help get that of Library.Describe, and of commands that
	// fit a line equally well another wins, wherever it is declared.
	Generic bool
	// Whole: the whole line is the identity, as of an entry of an access list. The
	// `no` form needs all of it, and captures need no `!`.
	Whole bool
}

// Type is a kind of typed argument, such as WORD or H.H.H.
type Type struct {
	// Name as written in syntax strings, upper case.
	Name string
	// Display is what `?` lists: WORD, LINE, A.B.C.D, H.H.H … Empty: Name.
	Display string
	// Parse checks one word and returns its canonical form, which must parse to
	// itself. When it does not fit, ok is false and bad is the byte offset of the
	// first character at fault, for the caret; len(word) says that the word is a
	// good beginning, which `?` needs to know. Quotes are already taken off. nil
	// takes every word. It is not asked about Delimited text.
	Parse func(word string) (canonical string, bad int, ok bool)
	// Key turns a canonical value into text whose bytewise order is the order of
	// entries; different values must have different keys. nil: the value itself.
	Key func(canonical string) string
	// Quoted: a "quoted string" is accepted as one word and the value is always
	// printed in quotes. IOS has no escape: the value cannot hold a quote.
	Quoted bool
	// Rest: the argument is the rest of the line, inner blanks included.
	Rest bool
	// Split: the word may be typed as two, which Parse sees joined (`gi 0/0`).
	// Parse must call the first half a good beginning.
	Split bool
	// Second is what help lists of a Split argument behind its first half; nil: Display.
	Second func(first string) Item
	// Known: the word is one of the names that the Env has under this word, typed whole
	// or by a unique prefix (Vocabulary). Parse is not asked.
	Known string
	// Stems is what the words of this type begin with, each with its help. Help lists
	// those that fit in the place of Display, and TAB writes them out.
	Stems []Item
	// Delimited: text between two delimiter characters, possibly over several
	// lines (banner motd ^C … ^C).
	Delimited bool
}

// Library holds what commands share.
type Library struct {
	Types map[string]Type
	// Help for keywords that occur in many commands ("ip", "show").
	Help map[string]string
	// Describe makes help for a token of a Generic command: a keyword, or an
	// argument as written in the syntax (WORD, <1-33>). nil: there is none.
	Describe func(token string) string
}

// Env answers the named bounds of ranges: {max-dn}. It is asked at match time.
// A bound that it does not know is open: 0 below, 4294967295 above.
type Env interface {
	Bound(name string) (int, bool)
}

// Vocabulary is an Env that knows names as well: words that the configuration itself
// brings in, such as phone types. It is asked at match time; for an Env that is none
// every word is a name.
type Vocabulary interface {
	Env
	// Names are the names of a kind (Type.Known), each with its help, in any order.
	Names(kind string) []Item
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
