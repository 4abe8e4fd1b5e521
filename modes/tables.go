package modes

import (
	"embed"
	"io/fs"
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
//	router bgp <1-65535>! => router    opens a mode
//	- ip domain-lookup                 taken and forgotten
//	= SRC <any|host A.B.C.D>           from here on %SRC stands for that
//
// The syntax is that of package grammar. `!` behind an argument or a choice makes it
// part of the identity of the entry; no capture is needed for it. In a line that
// opens a mode all arguments need one, or entering it again would lose them. The text behind --
// is the help of the last leading keyword. Other tokens have that of Describe.
//
//go:embed tables/*.txt
var tableFiles embed.FS

// tables are the files read: lines by mode, or by "global before ANCHOR", and the modes that
// only the files have.
type tables struct {
	lines  map[string][]conf.Command
	modes  []conf.Mode
	places []string // of global lines, in their order
}

// readTables reads all files in the order of their names. What is wrong with them
// shows when the modes are compiled; the tests do that for every line.
func readTables() tables {
	t := tables{lines: map[string][]conf.Command{}}
	files, err := fs.Glob(tableFiles, "tables/*.txt")
	if err != nil {
		return t
	}
	slices.Sort(files)
	for _, name := range files {
		text, err := tableFiles.ReadFile(name)
		if err != nil {
			continue // they are part of the program
		}
		mode, short := "", []string(nil)
		for line := range strings.Lines(string(text)) {
			line = strings.TrimRight(line, "\n ")
			switch {
			case line == "" || line[0] == '#':
			case strings.HasPrefix(line, "= "):
				name, text, _ := strings.Cut(line[2:], " ")
				short = append([]string{"%" + name, strings.NewReplacer(short...).Replace(text)}, short...)
			case strings.HasPrefix(line, "@ "):
				mode = t.head(line[2:])
			default:
				if strings.Contains(line, "%") {
					line = strings.NewReplacer(short...).Replace(line)
				}
				t.lines[mode] = append(t.lines[mode], tableLine(line))
			}
		}
	}
	return t
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
	case strings.HasPrefix(line, "- "):
		line, c.Hidden = line[2:], true
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

// into adds the lines of the tables to the modes, and the modes that they declare.
// What a literal declares already is left out.
func (t tables) into(modes []conf.Mode) []conf.Mode {
	for _, own := range t.modes {
		if !slices.ContainsFunc(modes, func(m conf.Mode) bool { return m.Name == own.Name }) {
			modes = append(modes, own)
		}
	}
	for i := range modes {
		m := &modes[i]
		m.Commands = withLines(m.Commands, t.lines[m.Name])
		if m.Name == conf.Global {
			for _, p := range t.places {
				m.Commands = t.insert(m.Commands, p)
			}
		}
		seen := map[string]bool{}
		for _, c := range m.Commands {
			seen[c.Syntax] = seen[c.Syntax] || !c.Generic
		}
		m.Commands = slices.DeleteFunc(m.Commands, func(c conf.Command) bool { return c.Generic && seen[c.Syntax] })
	}
	return modes
}

// withLines puts plain lines ahead of those that open a mode within the mode: pasted
// behind such a block they would be its own.
func withLines(commands, lines []conf.Command) []conf.Command {
	opens := func(c conf.Command) bool { return c.Enter != "" }
	at := slices.IndexFunc(commands, opens)
	if at < 0 {
		at = len(commands)
	}
	commands = slices.Insert(slices.Clone(commands), at, slices.DeleteFunc(slices.Clone(lines), opens)...)
	return append(commands, slices.DeleteFunc(slices.Clone(lines), func(c conf.Command) bool { return !opens(c) })...)
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
		return slices.Insert(commands, min(at+1, len(commands)), t.lines[place]...)
	}
	return slices.Insert(commands, at, separated(t.lines[place])...)
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
	if strings.HasPrefix(token, "<") {
		return "Number"
	}
	if text := argumentHelp[name]; text != "" {
		return text
	}
	text := strings.NewReplacer("-", " ", "_", " ").Replace(token)
	return strings.ToUpper(text[:1]) + text[1:]
}
