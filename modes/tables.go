package modes

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/busylamp/busylamp/cli/conf"
)

// The lines of a router that are kept and change nothing here are declared in text
// files, one line each, in the order in which they are printed:
//
//	# a comment
//	@ dial-peer                        lines for a mode of the literals, behind its own
//	@ global before dial-peer voice    global lines, printed ahead of that one and apart from it
//	@ global with aaa new-model        global lines, printed right behind that one
//	@ router | config-router | Router  a mode of its own: name, prompt, title
//	@ x y | config-x-y | X y | 2       likewise, two levels deep
//	ip nat pool WORD! A.B.C.D A.B.C.D prefix-length <1-32> -- Pool of addresses
//	no ip redirects                    the `no` form is kept and printed as well
//	* <permit|deny> <any|A.B.C.D>      each line is an entry, kept as they come
//	+ member WORD!                     entries are kept in the order in which they came
//	router bgp <1-65535>! => router    opens a mode
//	- version WORD                     taken and forgotten
//	~ access-list <100-199>            only its `no`, which takes all lines that begin so
//	= SRC <any|host A.B.C.D>           from here on %SRC stands for that
//
// The syntax is that of package grammar. `!` behind an argument or a choice makes it
// part of the identity of the entry; no capture is needed for it. In a line that
// opens a mode all arguments need one, or entering it again would lose them. The text behind --
// is the help of the last leading keyword. Other tokens have that of Describe.

// The files, in the order of their names.
var (
	//go:embed tables/10-system.txt
	tableSystem string
	//go:embed tables/20-routing.txt
	tableRouting string
	//go:embed tables/30-interface.txt
	tableInterface string
	//go:embed tables/40-network.txt
	tableNetwork string
	//go:embed tables/50-voice.txt
	tableVoice string
	//go:embed tables/60-signalling.txt
	tableSignalling string
)

func tableFiles() []string {
	return []string{tableSystem, tableRouting, tableInterface, tableNetwork, tableVoice, tableSignalling}
}

// tables are where the lines of each mode stand in the files. The lines themselves are
// read when their mode is first needed.
type tables struct {
	sections map[string][]section // by mode, or by "global before ANCHOR"
	modes    []conf.Mode          // that only the files have
	places   []string             // of global lines, in their order
}

// section is what stands behind a line with @, up to the next one.
type section struct {
	file     string
	from, to int
}

// readTables finds the sections. What is wrong with them shows when the modes are
// compiled; the tests do that for every line.
func readTables() tables {
	t := tables{sections: map[string][]section{}}
	for _, file := range tableFiles() {
		mode, from := "", 0
		for {
			n := strings.Index(file[from:], "\n@ ")
			if n < 0 {
				t.add(mode, section{file, from, len(file)})
				break
			}
			t.add(mode, section{file, from, from + n + 1})
			line, _, _ := strings.Cut(file[from+n+len("\n@ "):], "\n")
			mode = t.head(line)
			from += n + len("\n@ ") + len(line)
		}
	}
	return t
}

func (t *tables) add(mode string, s section) {
	t.sections[mode] = append(t.sections[mode], s)
}

// lines reads the sections of a mode.
func (t *tables) lines(mode string) []conf.Command {
	var all []conf.Command
	for _, s := range t.sections[mode] {
		var short shorthands
		all = slices.Grow(all, strings.Count(s.file[s.from:s.to], "\n"))
		for from := 0; ; {
			n := strings.Index(s.file[from:s.from], "\n= ")
			if n < 0 {
				break
			}
			line, _, _ := strings.Cut(s.file[from+n+1:], "\n")
			short = short.with(line)
			from += n + len(line)
		}
		for line := range strings.Lines(s.file[s.from:s.to]) {
			line = strings.TrimRight(line, "\n ")
			switch {
			case line == "" || line[0] == '#':
			case strings.HasPrefix(line, "= "):
				short = short.with(line)
			default:
				all = append(all, tableLine(short.in(line)))
			}
		}
	}
	return all
}

// shorthands are names and what they stand for, in turns, the last one first.
type shorthands []string

// with adds the one of a line that begins with =.
func (s shorthands) with(line string) shorthands {
	name, text, _ := strings.Cut(strings.TrimRight(line[len("= "):], " "), " ")
	return append(shorthands{"%" + name, s.in(text)}, s...)
}

// in puts in what they stand for.
func (s shorthands) in(line string) string {
	if !strings.Contains(line, "%") {
		return line
	}
	return strings.NewReplacer(s...).Replace(line)
}

// head reads the line that begins the lines of a mode.
func (t *tables) head(line string) string {
	f := strings.Split(line, " | ")
	name := strings.TrimSpace(f[0])
	if strings.HasPrefix(name, "global ") && !slices.Contains(t.places, name) {
		t.places = append(t.places, name)
	}
	if len(f) < 3 {
		return name
	}
	m := conf.Mode{Name: name, Prompt: f[1], Title: strings.TrimSpace(f[2]) + " configuration commands:", Indent: 1}
	if len(f) > 3 {
		m.Indent, _ = strconv.Atoi(strings.TrimSpace(f[3])) // 0 is refused by the compiler
	}
	t.modes = append(t.modes, m)
	return name
}

// tableLine is one line of a table.
func tableLine(line string) conf.Command {
	c := conf.Command{Inert: true, Generic: true}
	line, help, hasHelp := strings.Cut(line, " -- ")
	line, c.Enter, _ = strings.Cut(line, " => ")
	c.Enter = strings.TrimSpace(c.Enter)
	switch {
	case strings.HasPrefix(line, "* "):
		line, c.Whole, c.Order = line[2:], true, conf.Arrival
	case strings.HasPrefix(line, "+ "):
		line, c.Order = line[2:], conf.Arrival
	case strings.HasPrefix(line, "- "):
		line, c.Hidden = line[2:], true
	case strings.HasPrefix(line, "~ "):
		line, c.No, c.Hidden = line[2:], conf.NoSweeps, true
	case strings.HasPrefix(line, "no "):
		line, c.No = line[3:], conf.NoStored
	}
	c.Syntax = withCaptures(strings.TrimSpace(line))
	if last := lastKeyword(c.Syntax); hasHelp && last != "" {
		c.Help = last + "  " + strings.TrimSpace(help)
	}
	if c.Enter != "" {
		c.Bangs = 1
	}
	return c
}

// withCaptures names what stands before a `!` without a capture.
func withCaptures(syntax string) string {
	if !strings.Contains(syntax, "!") {
		return syntax
	}
	var out strings.Builder
	n, start := 0, 0 // of the token
	for i := range len(syntax) {
		if syntax[i] == '!' && !strings.Contains(syntax[start:i], "$") {
			n++
			out.WriteString("$k" + strconv.Itoa(n))
		}
		if strings.IndexByte(" |<>[]{}", syntax[i]) >= 0 {
			start = i + 1
		}
		out.WriteByte(syntax[i])
	}
	return out.String()
}

func isArgument(token string) bool {
	return unicode.IsUpper(rune(token[0])) && !strings.ContainsFunc(token, unicode.IsLower) ||
		unicode.IsDigit(rune(token[0])) && strings.Contains(token, "-")
}

// lastKeyword is the last leading keyword of a syntax.
func lastKeyword(syntax string) string {
	last := ""
	for _, f := range strings.Fields(syntax) {
		word, _, _ := strings.Cut(f, "$")
		if strings.ContainsAny(word, "<>[]{}|!~") || strings.HasSuffix(word, "...") || isArgument(strings.TrimPrefix(word, `\`)) && word[0] != '\\' {
			break
		}
		last = strings.TrimPrefix(word, `\`)
	}
	return last
}

// into gives the modes the lines of the tables, and adds the modes that the tables declare.
func (t tables) into(modes []conf.Mode) []conf.Mode {
	for _, own := range t.modes {
		if !slices.ContainsFunc(modes, func(m conf.Mode) bool { return m.Name == own.Name }) {
			modes = append(modes, own)
		}
	}
	for i := range modes {
		name := modes[i].Name
		modes[i].Later = func(own []conf.Command) []conf.Command { return t.behind(name, own) }
	}
	return modes
}

// behind adds the lines of the tables to those of a mode. What a literal declares
// already is left out.
func (t tables) behind(mode string, own []conf.Command) []conf.Command {
	all := withLines(own, t.lines(mode))
	if mode == conf.Global {
		const some = 1024 // one piece of memory for all that comes
		all = slices.Grow(all, some)
		for _, p := range t.places {
			all = t.insert(all, p)
		}
	}
	seen := map[string]bool{}
	for _, c := range own {
		seen[c.Syntax] = true
	}
	return slices.DeleteFunc(all, func(c conf.Command) bool { return c.Generic && seen[c.Syntax] })
}

// withLines puts plain lines ahead of those that open a mode within the mode: pasted
// behind such a block they would be its own.
func withLines(commands, lines []conf.Command) []conf.Command {
	opens := func(c conf.Command) bool { return c.Enter != "" }
	at := slices.IndexFunc(commands, opens)
	if at < 0 {
		at = len(commands)
	}
	all := append(make([]conf.Command, 0, len(commands)+len(lines)), commands[:at]...)
	for _, c := range lines {
		if !opens(c) {
			all = append(all, c)
		}
	}
	all = append(all, commands[at:]...)
	for _, c := range lines {
		if opens(c) {
			all = append(all, c)
		}
	}
	return all
}

// insert puts the lines of a place among the global commands: at the end if the
// place is not there.
func (t tables) insert(commands []conf.Command, place string) []conf.Command {
	where, anchor, _ := strings.Cut(strings.TrimPrefix(place, "global "), " ")
	at := slices.IndexFunc(commands, func(c conf.Command) bool { return strings.HasPrefix(c.Syntax, anchor) })
	if at < 0 {
		at = len(commands)
	}
	if where == "with" {
		return slices.Insert(commands, min(at+1, len(commands)), t.lines(place)...)
	}
	return slices.Insert(commands, at, separated(t.lines(place))...)
}

// separated puts the separators around blocks that routers print.
func separated(lines []conf.Command) []conf.Command {
	var out []conf.Command
	block := true
	for _, c := range lines {
		switch opens := c.Enter != ""; {
		case block && !opens:
			out = append(out, group())
		case opens && !block:
			out = append(out, bangs(1))
		}
		block = c.Enter != ""
		out = append(out, c)
	}
	if !block {
		out = append(out, bangs(1))
	}
	return append(out, group())
}

// describe is the help of tokens that have none of their own.
func describe(token string) string {
	name, _, _ := strings.Cut(token, "(")
	if text := argumentHelp[name]; text != "" {
		return text
	}
	if strings.HasPrefix(token, "<") {
		return "Number"
	}
	text := strings.NewReplacer("-", " ", "_", " ").Replace(token)
	return strings.ToUpper(text[:1]) + text[1:]
}
