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
	promptRE  = regexp.MustCompile(`[\w.-]*\(\s*((?:config|conf|cfg|dhcp|ca|cs|app)[^)]*)\)\s*[#>]?`)
	execRE    = regexp.MustCompile(`^\s*[Rr]outer\d*\s*[#>]`)
	modeRE    = regexp.MustCompile(`\(+((?:config|conf|cfg)[^)]*)\)`)
	exampleRE = regexp.MustCompile(`^#+ Examples?\b`)
	screenRE  = regexp.MustCompile(`HuntGp|\bis (enabled|disabled)$|: +(UP|DOWN)$|^IP Address Trusted Auth|^<|^ephone-\d+ Mac|^Tftp path|\] [A-Z]{2}\b|^Group \d+$|^=====|^\d\d:\d\d:\d\d UTC|^fac (standard|custom)$`)
	proseRE   = regexp.MustCompile(`(^| )The (following|private) .*$`)
	inertRE   = regexp.MustCompile(`^(show|debug|clear|test|csim|restart|reset|copy|archive tar|audio-prompt)\b`)
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

// split cuts a printed line at the prompts in it. What stands behind an EXEC prompt
// is dropped.
func split(n int, line string) []typed {
	at := promptRE.FindAllStringSubmatchIndex(line, -1)
	if len(at) == 0 {
		if execRE.MatchString(line) {
			return []typed{{n, exec, ""}}
		}
		return []typed{{n, "", line}}
	}
	var out []typed
	for i, m := range at {
		end := len(line)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		out = append(out, typed{n, normal(line[m[2]:m[3]]), strings.TrimSpace(line[m[1]:end])})
	}
	return out
}

// lines are the lines of a block that are typed: where prompts are printed, those
// behind a prompt; of a piece of a running-config, all but the layout; of the
// screen of an EXEC command, none.
func (s section) lines(block []typed) []typed {
	prompted, screen := false, false
	for _, t := range block {
		prompted = prompted || t.prompt != "" && t.prompt != exec
	}
	if !prompted && inertRE.MatchString(s.name) {
		return nil
	}
	var out []typed
	for _, t := range block {
		text := strings.TrimSpace(proseRE.ReplaceAllString(t.text, ""))
		screen = t.prompt == exec || screen && t.prompt == "" || (strings.HasPrefix(text, "show ") || !prompted && screenRE.MatchString(text))
		switch {
		case screen,
			prompted && t.prompt == "",
			text == "", strings.Trim(text, "!.-*: ") == "", text[0] == '!',
			text == "end", text == "exit", text == "^Z",
			strings.HasPrefix(text, "Building configuration"), strings.HasPrefix(text, "Current configuration"),
			strings.HasSuffix(text, "?"), execRE.MatchString(text), strings.HasPrefix(text, "configure terminal"):
			continue
		}
		t.text = text
		out = append(out, t)
	}
	return out
}
