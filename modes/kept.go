package modes

import (
	"strings"

	"github.com/busylamp/busylamp/cli/conf"
)

// keptLines declares a family of lines that are kept and printed and change nothing else.
// help is one pool for all of them, "token  text" a line, of which each command takes
// what its syntax has. A line is a syntax, or "SYNTAX = DEFAULT".
func keptLines(help string, lines ...string) []conf.Command {
	out := make([]conf.Command, len(lines))
	for i, line := range lines {
		syntax, def, _ := strings.Cut(line, " = ")
		out[i] = conf.Command{Syntax: syntax, Default: def, Inert: true, Shared: help}
	}
	return out
}

// keptBlock declares a block whose lines are kept.
func keptBlock(syntax, mode, help string) conf.Command {
	return conf.Command{Syntax: syntax, Enter: mode, Inert: true, Bangs: 1, Help: help}
}

// keptMode declares the mode of such a block.
func keptMode(name, prompt, title string, commands ...[]conf.Command) conf.Mode {
	m := conf.Mode{Name: name, Prompt: prompt, Title: title + " configuration commands:", Indent: 1}
	for _, c := range commands {
		m.Commands = append(m.Commands, c...)
	}
	return m
}

// Choices of days and months.
const (
	weekdays = "<mon|tue|wed|thu|fri|sat|sun>"
	months   = "<jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec>"
)

// parsePorts reads numbers of ports or buttons and ranges of them: 1,3-5.
func parsePorts(word string) (canonical string, bad int, ok bool) { return only(word, "0123456789,-") }
