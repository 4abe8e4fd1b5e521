// Package conf is the configuration: an immutable tree of lines, commits that
// say what changed, the running-config writer, and bindings that carry the tree
// to the agents. It also keeps the state directory: startup-config and flash:.
//
// It imports cli/grammar and the standard library, and is imported by cli,
// modes, internal/app and whoever binds an agent. It knows no command: those
// are literals in modes/.
//
// # What a line does
//
// A configuration line has no handler. Tree.Apply puts it into the tree or
// takes it out, by the rules its Command declares, and that is all; Store.Apply
// makes a commit of it. Agents see the new tree through Bind.
//
// # Goroutines
//
// Schema, Tree and Node are safe for concurrent use; what they say never
// changes. Store.Apply may be called from any goroutine; it calls out (to a
// Check) without any lock. Each Bind starts one
// goroutine, which runs that binding's view, equal and apply and is waited for
// by Store.Close. State and Flash are safe for concurrent use.
package conf

import "github.com/busylamp/busylamp/cli/grammar"

// NoForm says what the `no` form of a command does.
type NoForm uint8

// The kinds of negative form.
const (
	// NoRemoves takes the stored line out, with everything below it, so that
	// the Default holds again. A toggle (a command whose Default is positive and
	// has no values, `huntstop`) is stored as `no huntstop` instead, because its
	// absence would mean that it is on.
	NoRemoves NoForm = iota
	// NoStored keeps the negative form and prints it: `no ip domain lookup`.
	NoStored
	// NoRefused: there is no negative form.
	NoRefused
	// NoSweeps: there is only a negative form, and it takes every line of the mode
	// that begins with its words: `no access-list 101`, `no snmp-server`. Nothing is
	// stored.
	NoSweeps
)

// Order says in which order the entries of one command are printed.
type Order uint8

// The orders.
const (
	// Sorted by identity: numbers numerically, choices by position, text bytewise.
	Sorted Order = iota
	// Arrival: as they were typed (`tftp-server`). Typing a line again with the
	// same identity keeps its place.
	Arrival
)

// Command declares one configuration line. It is a literal in modes/.
type Command struct {
	// Name, Syntax, Help and Shared are those of grammar.Spec. A Command without a
	// Syntax is a separator, see Bangs.
	Name, Syntax, Help, Shared string

	// Default is the line that holds when nothing is stored. It is never
	// stored and never printed (unless Fixed). It may be negative
	// ("no shutdown").
	Default string

	// Fill are values of optional captures that a router prints although they
	// were not typed, by the name of the capture: `source-address 10.1.1.2` is
	// stored with "port 5060".
	Fill map[string]string

	// No is what the negative form does.
	No NoForm

	// Enter names the mode this line opens.
	Enter string

	// Implicit: the block is always there (`sip-ua`), its own line is printed
	// only when something below it is stored. Needs Enter and a syntax without
	// captures.
	Implicit bool

	// Order of the entries.
	Order Order

	// PerLine makes the elements of a list entries of their own, printed
	// joined, at most PerLine on a line (`button`: 4). Several typed lines add
	// up; `no X` takes all elements, `no X element` that one. The list is the
	// last capture of the syntax.
	PerLine int

	// ElementKey gives the identity of a list element (of the button "2:2" it
	// is "2"). Nil: the element itself. Keys of digits sort as numbers. Only
	// with PerLine.
	ElementKey func(element string) string

	// Prompt: the line changes what the next prompt looks like (`hostname`), so
	// that a shell waits until it is in force, even in a paste.
	Prompt bool

	// Hidden lines are accepted and forgotten: not stored, never printed.
	Hidden bool

	// Inert lines are kept and printed and change nothing else.
	// docs/deviations.md lists them.
	Inert bool

	// Generic commands have help for all tokens by Library.Describe, and are named by
	// their syntax.
	// They allow no Default, Fill, PerLine and Implicit.
	Generic bool

	// Whole: the whole line is the identity of the entry (access lists).
	Whole bool

	// Replaces names commands of the same mode whose entries go when this one,
	// or its `no` form, is stored (exclusive forms).
	Replaces []string

	// Takes names commands of the same mode whose entries go when the `no` form of
	// this one is typed (`no telephony-service` takes the phones along).
	Takes []string

	// Open lines are for whoever may look at the configuration, see Form.
	Open bool

	// Fixed: printed always; when nothing is stored, as its Default, which it
	// needs (`version 12.4`, `no service password-encryption`). The negative
	// form brings the Default back; add NoRefused where there is none.
	Fixed bool

	// Check may refuse the Set form of a line; the error's text is shown to
	// the user as it is ("% ..."). It must be pure: it may run more than once
	// for one line. It does not see `no` and `default` forms.
	Check func(CheckContext, grammar.Args) error

	// Bangs is the number of `!` lines printed after each entry, below its
	// children. In a separator: the number of `!` lines printed if any line was
	// printed since the last separator; -1 prints none and starts a new group,
	// so that the next separator counts only what stands between the two.
	Bangs int
}

// CheckContext is what a Check may look at.
type CheckContext struct {
	// Tree is the tree before the line.
	Tree Tree
	// Parent is the block the line is typed in, or the root.
	Parent Node
	// Old is the stored entry of the same command and identity, when Exists.
	Old    grammar.Args
	Exists bool
}

// Mode declares one configuration mode. It is a literal in modes/.
type Mode struct {
	// Name of the mode ("presence"); the root is called "global".
	Name string
	// Prompt is the text in the prompt's parentheses ("config-presence").
	Prompt string
	// PromptOf, if there is one, gives the text for the block that the line opens
	// ("config-subif").
	PromptOf func(opened grammar.Args) string
	// Title heads the mode's `?` list ("Presence configuration commands:").
	Title string
	// Indent is the number of blanks before the mode's lines in the
	// running-config: 0 for global, one more for each level below.
	Indent int
	// Commands in declaration order, which is output order.
	Commands []Command
	// Later, if there is one, is called with Commands when the mode is first needed, and
	// gives what stands in their place. It is called once, and by any goroutine.
	Later func(own []Command) []Command
}

// Global is the name of the root mode.
const Global = "global"
