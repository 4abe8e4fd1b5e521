package main

import (
	"regexp"
	"strings"
)

// section is one command of a reference: its name, the modes it belongs to, and
// its examples.
type section struct {
	file, name string
	line       int      // of the heading
	prompts    []string // of its modes, without parentheses
	exec       bool     // a command of EXEC mode and of no other
	blocks     [][]typed
}

// exec stands for the prompt of EXEC mode.
const exec = ">"

// typed is one example line: where it stands, the prompt before it ("" if none was
// printed), and its text.
type typed struct {
	line         int
	prompt, text string
	whole        string // before sentences and answers were cut off
	broken       bool   // the prompt begins the line with its parenthesis
}

var (
	hostRE    = regexp.MustCompile(`\s+[A-Z][\w-]*$`)
	promptRE  = regexp.MustCompile(`(?:[\w.-]+|[Rr]outer |Device |^\s*|\s)\(+\s*((?:config|conf|cfg|dhcp|ca|cs|app|auto-config|stcapp|gk|voice-register)\b[^)#=]*)(?:\)+\s*[#>]?|[#>])|(?:^\s*|\s)(?:[Rr]outer|Device)\d*\s*[#>]`)
	modeRE    = regexp.MustCompile(`\(+((?:config|conf|cfg)[^)]*)\)`)
	execRE    = regexp.MustCompile(`^(Privileged|User) EXEC`)
	exampleRE = regexp.MustCompile(`^#+ Examples?\b`)
	screenRE  = regexp.MustCompile(`HuntGp|\bis (enabled|disabled)$|: +(UP|DOWN)$|^IP Address Trusted Auth|^<|^ephone-\d+ Mac|^Tftp path|\] [A-Z]{2}\b|^Group \d+$|^=====|^\d\d:\d\d:\d\d UTC|^fac (standard|custom)$` +
		`|^\*?[A-Z][a-z]{2} +\d+ \d\d:\d\d|^[A-Z][\w /()-]*(=|:$|: )|^[A-Z]:|^\*\*+ |^\S+( \S+)* {3,}\S.* {3,}\S`)
	proseRE  = regexp.MustCompile(`(^| )The (following|private) .*$`)
	answerRE = regexp.MustCompile(`\s+(Warning: This command|SECURITY WARNING|ERROR-|%\s?(Error|Entry|This|Network|Warning)|<-{3,}|<{3,}-+|! ?[A-Z]|Building configuration).*$` +
		`|\s+[A-Z][A-Za-z]*( \S+)* (is|are|has|have|been|already|cannot)( |$).*$|\s+([A-Z]{3,} ){2,}.*$|\s+[A-Z][a-z]+ing [A-Z]+ [a-z]+$`)
	// punctuationRE is a full stop of the sentence around the example, or the separator of a running-config.
	punctuationRE = regexp.MustCompile(`([^.\s])\s+\.$|\s*!+$`)
	refusedRE     = regexp.MustCompile(`%\s?(Incomplete|Ambiguous) command|% Invalid input`)
	listRE        = regexp.MustCompile(`\?(\s|$)`)
	// helpRE is a row of what ? lists.
	helpRE  = regexp.MustCompile(`^\s+(<\d+-\d+>\s|[\w-]+\s{2})\s*\S`)
	inertRE = regexp.MustCompile(`^([Ss]how|debug|clear|test|csim|restart|reset|copy|archive tar|audio-prompt)\b`)
)

// sections reads the examples out of a chapter in Markdown.
func sections(file, text string) []section {
	var out []section
	var cur *section
	var block []typed
	examples, modes, fenced := false, false, false
	exec, config := false, false // modes of the command
	for i, line := range strings.Split(text, "\n") {
		switch {
		case strings.HasPrefix(line, "```"):
			if fenced && examples && cur != nil && len(block) > 0 {
				cur.blocks = append(cur.blocks, block)
			}
			block, fenced = nil, !fenced
		case fenced:
			if examples {
				block = joined(block, split(i+1, typography.Replace(line)))
			}
		case strings.HasPrefix(line, "#"):
			title := strings.TrimSpace(strings.TrimLeft(line, "#"))
			examples = exampleRE.MatchString(line) || examples && strings.HasPrefix(line, "####")
			modes = title == "Command Modes" || title == "Command Mode"
			if strings.HasPrefix(line, "## ") && !examples && !boilerplate(title) {
				out = append(out, section{file: file, name: title, line: i + 1})
				cur = &out[len(out)-1]
				cur.prompts = named(title)
				exec, config = false, false
			}
		case modes && cur != nil:
			for _, m := range modeRE.FindAllStringSubmatch(line, -1) {
				cur.prompts = append(cur.prompts, normal(m[1]))
			}
			cur.prompts = append(cur.prompts, named(line)...)
			exec, config = exec || execRE.MatchString(line), config || strings.Contains(line, "onfiguration")
			cur.exec = exec && !config
		}
	}
	return out
}

// plain is what was typed of a printed line: without the sentence around it, without what
// the router answered, and without layout.
func plain(text string) string {
	text = answerRE.ReplaceAllString(proseRE.ReplaceAllString(text, ""), "")
	if at := again(text); at > 0 {
		text = text[:at]
	}
	return strings.TrimSpace(punctuationRE.ReplaceAllString(strings.TrimSpace(text), "$1"))
}

// again is where a line says its first word once more, in a sentence about itself, which is
// what the router answered: fac standard fac standard is set!
func again(text string) int {
	text = strings.TrimLeft(text, " ")
	first := firstWord(text)
	at := strings.LastIndex(text, " "+first+" ")
	if at <= 0 || first == "" || !sentenceRE.MatchString(text[at:]) {
		return 0
	}
	return at
}

var sentenceRE = regexp.MustCompile(` (is|are|has been) `)

func firstWord(text string) string {
	word, _, _ := strings.Cut(text, " ")
	return word
}

// asks tells whether a line was typed for the list of what may follow: rows of such a list
// come next, or the line itself once more and a word longer.
func asks(block []typed, text string) bool {
	if len(block) < 2 {
		return false
	}
	next := block[1]
	if block[0].prompt != "" && next.prompt == "" && helpRE.MatchString(next.text) {
		return true
	}
	rest, longer := strings.CutPrefix(plain(next.text), text)
	return longer && block[0].prompt == next.prompt && rest != "" && (rest[0] == ' ' || letter(rest[0])) && letter(text[len(text)-1])
}

func letter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

func boilerplate(title string) bool {
	switch title {
	case "Command History", "Syntax Description", "Command Default", "Usage Guidelines", "Related Commands", "Examples", "Example":
		return true
	}
	return strings.HasPrefix(title, "Chapter:")
}

// named are the prompts of modes that a text names.
func named(text string) []string {
	var out []string
	text = strings.ToLower(text)
	for _, m := range modeNames {
		if strings.Contains(text, m.name) {
			out = append(out, m.prompt)
		}
	}
	return out
}

func normal(prompt string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(prompt), func(r rune) bool { return r == ' ' || r == '(' }), "-")
}

// typography undoes what typesetting did to what was typed.
var typography = strings.NewReplacer("\u201c", `"`, "\u201d", `"`, "\u2013", "-", "\u2010", "-", "\u2011", "-", "\u00a0", " ")

// joined adds the pieces of a line. A line that begins with the parenthesis of a prompt
// was broken behind the name of the router, which is no word of the line before.
func joined(block, pieces []typed) []typed {
	if last := len(block) - 1; last >= 0 && pieces[0].broken {
		block[last].text = hostRE.ReplaceAllString(block[last].text, "")
	}
	return append(block, pieces...)
}

// split cuts a printed line at the prompts in it.
func split(n int, line string) []typed {
	at := promptRE.FindAllStringSubmatchIndex(line, -1)
	if len(at) == 0 {
		return []typed{{line: n, text: line}}
	}
	var out []typed
	for i, m := range at {
		end, prompt := len(line), exec
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		if m[2] >= 0 {
			prompt = normal(line[m[2]:m[3]])
		}
		out = append(out, typed{line: n, prompt: prompt, text: strings.TrimSpace(line[m[1]:end]), broken: i == 0 && strings.HasPrefix(strings.TrimSpace(line), "(")})
	}
	return out
}

// lines are the lines of a block that are typed: where prompts are printed, those
// behind a prompt; of a piece of a running-config, all but the layout; of the
// screen of an EXEC command, none. What the router answered and was printed behind a
// line is cut off. Lines behind EXEC prompts are apart.
func (s section) lines(block []typed) (config, commands []typed) {
	prompted, screen, screens := false, false, 0
	for _, t := range block {
		prompted = prompted || t.prompt != "" && t.prompt != exec
		if screenRE.MatchString(strings.TrimSpace(t.text)) {
			screens++
		}
	}
	for i, t := range block {
		text := plain(t.text)
		screen = t.prompt == exec || screen && t.prompt == "" || (strings.HasPrefix(text, "show ") || !prompted && strings.HasPrefix(text, "more ") || !prompted && screenRE.MatchString(text))
		ran := t.prompt == exec || s.exec && strings.HasPrefix(text, firstWord(s.name)+" ")
		switch {
		case screen && !ran,
			!ran && !prompted && (inertRE.MatchString(s.name) || 2*screens > len(block)),
			prompted && t.prompt == "",
			text == "", strings.Trim(text, "!.-*: ") == "", text[0] == '!',
			text == "end", text == "exit", text == "^Z",
			strings.HasPrefix(text, "Building configuration"), strings.HasPrefix(text, "Current configuration"),
			listRE.MatchString(text), refusedRE.MatchString(t.text), asks(block[i:], text), strings.HasPrefix(text, "configure terminal"):
			continue
		}
		t.whole, t.text = strings.TrimSpace(t.text), text
		if ran {
			t.prompt = exec
			commands = append(commands, t)
		} else {
			config = append(config, t)
		}
	}
	return config, commands
}
