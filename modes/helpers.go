package modes

import (
	"strings"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
)

// inert declares a line that is kept and printed and changes nothing else.
func inert(syntax, def, help string) conf.Command {
	return conf.Command{Syntax: syntax, Default: def, Inert: true, Help: help}
}

// acting declares a line that agents are told of.
func acting(syntax, def, help string) conf.Command {
	return conf.Command{Syntax: syntax, Default: def, Help: help}
}

// checked adds a Check to a command.
func checked(check func(conf.CheckContext, grammar.Args) error, c conf.Command) conf.Command {
	c.Check = check
	return c
}

// keptOnly marks commands that other modes share as ones that do not act in this
// one.
func keptOnly(cmds ...conf.Command) []conf.Command {
	for i := range cmds {
		cmds[i].Inert = true
	}
	return cmds
}

// stored makes the negative form of a command a line of its own.
func stored(c conf.Command) conf.Command {
	c.No = conf.NoStored
	return c
}

// bangs is a separator of the running-config: n `!` lines if anything was
// printed since the last one.
func bangs(n int) conf.Command { return conf.Command{Bangs: n} }

// group is a separator that prints nothing: the next one counts only what
// comes after it. Needed behind blocks, which print their own `!`.
func group() conf.Command { return conf.Command{Bangs: -1} }

// softkeys is the order of soft keys in one call state. keys are the words of
// a choice. A router prints two blanks in front of them.
func softkeys(state, keys string) conf.Command {
	help := "softkeys  Soft keys and their order\n" + state + "  In this call state\n"
	for _, k := range strings.Fields(keys) {
		k = strings.TrimPrefix(k, `\`)
		help += k + "  " + k + " soft key\n"
	}
	return acting("softkeys "+state+"  <"+strings.Join(strings.Fields(keys), "|")+">$keys...", "", help)
}

// shared cuts a help text that several commands share down to the lines that this
// one needs. Elsewhere the compiler reports help for a token that is not there.
func shared(c conf.Command) conf.Command {
	c.Help = trim(c.Syntax, c.Help)
	return c
}

// trim drops the lines of a help text whose tokens a syntax does not have.
func trim(syntax, help string) string {
	has := tokens(syntax)
	var out strings.Builder
	for line := range strings.Lines(help) {
		if f := strings.Fields(line); len(f) > 0 && has[f[0]] {
			out.WriteString(line)
		}
	}
	return out.String()
}

// tokens are the words of a syntax and the names of its captures.
func tokens(syntax string) map[string]bool {
	out := map[string]bool{}
	for _, word := range strings.FieldsFunc(syntax, func(r rune) bool { return strings.ContainsRune(" <>[]{}|!", r) }) {
		token, capture, captured := strings.Cut(strings.TrimSuffix(word, "..."), "$")
		out[strings.TrimRight(strings.TrimPrefix(token, `\`), "~")] = true
		if captured {
			out["$"+capture] = true
		}
	}
	return out
}
