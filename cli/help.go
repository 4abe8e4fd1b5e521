package cli

import (
	"context"
	"strings"

	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/cli/render"
)

// scope is what can be typed at the end of a partial line.
type scope struct {
	help     grammar.Help
	title    string   // heads the list at the first word
	aliases  []string // word help of those that begin like the first word
	modifier bool     // `|` may follow
}

// at looks up a partial line in the current mode, behind `do`, or behind a pipe.
func (s *Session) at(line string) scope {
	env := s.shell.env()
	title := "Exec commands:"
	if len(s.stack) > 0 {
		rest, _, do := cutDo(line)
		if !do {
			top := s.stack[len(s.stack)-1].set
			return scope{help: top.at(s.level).Next(line, env), title: top.conf.Mode.Title}
		}
		line, title = rest, ""
	}
	var aliases []string
	if strings.ContainsAny(line, " \t") {
		line, _ = s.expand(line)
	} else if line != "" {
		aliases = s.aliasHelp(line)
	}
	mode := s.shell.mode(ExecMode)
	set := mode.at(s.level)
	if at := pipeAt(line); at >= 0 && mode.pipeable(set, env, line[:at]) {
		return s.afterPipe(line[at+1:])
	}
	sc := scope{help: set.Next(line, env), title: title, aliases: aliases}
	sc.modifier = sc.help.CR && sc.help.Word == "" && mode.pipeable(set, env, line)
	return sc
}

func (s *Session) afterPipe(text string) scope {
	filters := s.shell.filters
	if at := nextPipe(filters, text, true); at >= 0 {
		return s.afterPipe(text[at+1:])
	}
	return scope{help: filters.Next(text, nil)}
}

// help answers `?`. What fits on a page is returned, more is shown by the pager.
func (s *Session) help(ctx context.Context, line string) string {
	text := s.helpText(strings.ReplaceAll(line, "\t", " "))
	page := s.pageLength()
	if page == 0 || s.term.Pending() || strings.Count(text, "\n") < page {
		return text
	}
	ctx, quit := context.WithCancel(ctx)
	defer quit()
	p := &pager{ctx: ctx, quit: quit, term: s.term, key: s.readKey, page: page, width: s.columns()}
	for row := range strings.Lines(text) {
		if p.line([]byte(strings.TrimSuffix(row, "\n"))) != nil {
			return "\n"
		}
	}
	return ""
}

func (s *Session) helpText(line string) string {
	sc := s.at(line)
	h := sc.help
	switch {
	case h.Outcome == grammar.Ambiguous:
		return ambiguous(line).text + "\n"
	case len(sc.aliases) > 0 && h.Outcome == grammar.NoMatch:
		return render.Words(sc.aliases, s.columns()) + "\n"
	case h.Outcome != grammar.OK, len(h.Items) == 0 && !h.CR:
		return "% Unrecognized command\n"
	}
	var rows [][2]string
	var words []string
	for _, it := range h.Items {
		rows = append(rows, [2]string{it.Text, it.Help})
		if it.Keyword {
			words = append(words, it.Text)
		}
	}
	if h.Word != "" && len(words) == len(h.Items) && len(words) > 0 {
		return render.Words(append(sc.aliases, words...), s.columns()) + "\n"
	}
	if sc.modifier {
		rows = append(rows, [2]string{"|", "Output modifiers"})
	}
	if h.CR && h.Word == "" {
		rows = append(rows, [2]string{"<cr>", ""})
	}
	if len(rows) == 0 {
		return "% Unrecognized command\n"
	}
	text := render.List(rows) + "\n"
	if sc.title != "" && strings.TrimSpace(line) == "" {
		text = sc.title + "\n" + text
	}
	return text
}

// complete answers TAB: the line with its last word written out, if one keyword
// alone begins like it.
func (s *Session) complete(line string) (string, bool) {
	h := s.at(line).help
	if h.Outcome != grammar.OK || h.Word == "" || !strings.HasSuffix(line, h.Word) {
		return "", false
	}
	found := soleKeyword(h.Items, h.Word)
	switch {
	case found == "":
		return "", false
	case strings.EqualFold(found, h.Word):
		return line + " ", true
	}
	return strings.TrimSuffix(line, h.Word) + found + " ", true
}
