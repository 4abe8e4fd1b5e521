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
	blocks     [][]typed
}

// exec stands for the prompt of EXEC mode.
const exec = ">"

// typed is one example line: where it stands, the prompt before it ("" if none was
// printed), and its text.
type typed struct {
	line         int
	prompt, text string
}

var (
	promptRE  = regexp.MustCompile(`(?:[\w.-]+|[Rr]outer |^\s*)\(+\s*((?:config|conf|cfg|dhcp|ca|cs|app|auto-config|stcapp|gk)\b[^)#=]*)(?:\)+\s*[#>]?|[#>])|(?:^\s*|\s)(?:[Rr]outer|Device)\d*\s*[#>]`)
	modeRE    = regexp.MustCompile(`\(+((?:config|conf|cfg)[^)]*)\)`)
	exampleRE = regexp.MustCompile(`^#+ Examples?\b`)
	screenRE  = regexp.MustCompile(`HuntGp|\bis (enabled|disabled)$|: +(UP|DOWN)$|^IP Address Trusted Auth|^<|^ephone-\d+ Mac|^Tftp path|\] [A-Z]{2}\b|^Group \d+$|^=====|^\d\d:\d\d:\d\d UTC|^fac (standard|custom)$` +
		`|^\*?[A-Z][a-z]{2} +\d+ \d\d:\d\d|^[A-Z][\w /()-]*(=|:$|: )|^[A-Z]:|^\*\*+ |^\S+( \S+)* {3,}\S.* {3,}\S`)
	proseRE  = regexp.MustCompile(`(^| )The (following|private) .*$`)
	answerRE = regexp.MustCompile(`\s+(Warning: This command|SECURITY WARNING|ERROR-|%\s?(Error|Entry|This|Network|Warning)|<-{3,}|<{3,}-+|! [A-Z]|Building configuration).*$`)
	inertRE  = regexp.MustCompile(`^([Ss]how|debug|clear|test|csim|restart|reset|copy|archive tar|audio-prompt)\b`)
)

// sections reads the examples out of a chapter in Markdown.
func sections(file, text string) []section {
	var out []section
	var cur *section
	var block []typed
	examples, modes, fenced := false, false, false
	for i, line := range strings.Split(text, "\n") {
		switch {
		case strings.HasPrefix(line, "```"):
			if fenced && examples && cur != nil && len(block) > 0 {
				cur.blocks = append(cur.blocks, block)
			}
			block, fenced = nil, !fenced
		case fenced:
			if examples {
				block = append(block, split(i+1, line)...)
			}
		case strings.HasPrefix(line, "#"):
			title := strings.TrimSpace(strings.TrimLeft(line, "#"))
			examples = exampleRE.MatchString(line) || examples && strings.HasPrefix(line, "####")
			modes = title == "Command Modes" || title == "Command Mode"
			if strings.HasPrefix(line, "## ") && !examples && !boilerplate(title) {
				out = append(out, section{file: file, name: title, line: i + 1})
				cur = &out[len(out)-1]
				cur.prompts = named(title)
			}
		case modes && cur != nil:
			for _, m := range modeRE.FindAllStringSubmatch(line, -1) {
				cur.prompts = append(cur.prompts, normal(m[1]))
			}
			cur.prompts = append(cur.prompts, named(line)...)
		}
	}
	return out
}

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

// split cuts a printed line at the prompts in it.
func split(n int, line string) []typed {
	at := promptRE.FindAllStringSubmatchIndex(line, -1)
	if len(at) == 0 {
		return []typed{{n, "", line}}
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
		out = append(out, typed{n, prompt, strings.TrimSpace(line[m[1]:end])})
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
	for _, t := range block {
		text := strings.TrimSpace(answerRE.ReplaceAllString(proseRE.ReplaceAllString(t.text, ""), ""))
		screen = t.prompt == exec || screen && t.prompt == "" || (strings.HasPrefix(text, "show ") || !prompted && screenRE.MatchString(text))
		ran := t.prompt == exec
		switch {
		case screen && !ran,
			!ran && !prompted && (inertRE.MatchString(s.name) || 2*screens > len(block)),
			prompted && t.prompt == "",
			text == "", strings.Trim(text, "!.-*: ") == "", text[0] == '!',
			text == "end", text == "exit", text == "^Z",
			strings.HasPrefix(text, "Building configuration"), strings.HasPrefix(text, "Current configuration"),
			strings.HasSuffix(text, "?"), strings.HasPrefix(text, "configure terminal"):
			continue
		}
		t.text = text
		if ran {
			commands = append(commands, t)
		} else {
			config = append(config, t)
		}
	}
	return config, commands
}
