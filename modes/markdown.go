package modes

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/olekukonko/tablewriter"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/conf"
)

const markdownIntro = `# Commands

Generated from the declarations in ` + "`modes/`" + ` by ` + "`busylamp commands`" + `; do not edit.

Arguments are in capitals or are ranges ` + "`<a-b>`" + `, in which a name stands for a limit that the
platform or the configuration sets. ` + "`[ ]`" + ` is optional, ` + "`<x|y>`" + ` a choice, ` + "`{x|y}`" + ` any
order, ` + "`...`" + ` one or more. *Kept* means that the line is stored and printed in its
place and changes nothing else yet. The lines of a router that are only kept are in
[commands-ios.md](commands-ios.md).

`

// Markdown writes docs/commands.md: one table for each configuration mode and
// two for EXEC.
func Markdown(w io.Writer, schema *conf.Schema, exec []cli.Exec) error {
	help := Library().Help
	if _, err := io.WriteString(w, markdownIntro+"## EXEC\n\n"); err != nil {
		return err
	}
	if err := execTable(w, exec, help, ""); err != nil {
		return err
	}
	for _, m := range schema.Modes() {
		if !slices.ContainsFunc(m.Commands(), func(c conf.Command) bool { return !c.Generic }) {
			continue
		}
		if err := modeSection(w, m.Mode, exec, help); err != nil {
			return fmt.Errorf("commands of mode %s: %w", m.Mode.Name, err)
		}
	}
	return nil
}

// execTable lists EXEC commands, or the actions of one configuration mode.
func execTable(w io.Writer, exec []cli.Exec, help map[string]string, mode string) error {
	var rows [][]string
	for _, e := range exec {
		if (mode == "") != (e.Modes == nil) || mode != "" && !slices.Contains(e.Modes, mode) {
			continue
		}
		who := "privileged"
		if e.Level < privilegedLevel {
			who = "all"
		}
		if mode != "" {
			who = "acts at once"
		}
		rows = append(rows, []string{code(e.Syntax), who, meaning("", e.Syntax, e.Help, help)})
	}
	if len(rows) == 0 {
		return nil
	}
	third := "Level"
	if mode != "" {
		third = "Action"
	}
	return table(w, []string{"Command", third, "Meaning"}, rows)
}

func modeSection(w io.Writer, m conf.Mode, exec []cli.Exec, help map[string]string) error {
	if _, err := fmt.Fprintf(w, "\n## %s\n\nPrompt `Router(%s)#`.\n\n", m.Name, m.Prompt); err != nil {
		return err
	}
	var rows [][]string
	for _, c := range m.Commands {
		if c.Syntax == "" || c.Generic {
			continue
		}
		def := ""
		if c.Default != "" {
			def = code(c.Default)
		}
		syntax := c.Syntax
		if c.No == conf.NoSweeps {
			syntax = "no " + syntax
		}
		rows = append(rows, []string{code(syntax), def, effect(c), meaning(c.Name, c.Syntax, c.Help+"\n"+trim(c.Syntax, c.Shared), help)})
	}
	if len(rows) > 0 {
		if err := table(w, []string{"Command", "Default", "Effect", "Meaning"}, rows); err != nil {
			return err
		}
	}
	if _, err := io.WriteString(w, "\n"); err != nil {
		return err
	}
	return execTable(w, exec, help, m.Name)
}

// effect says what a line does beside being printed.
func effect(c conf.Command) string {
	switch {
	case c.Enter != "" && c.Inert:
		return "opens *" + c.Enter + "*, kept"
	case c.Enter != "":
		return "opens *" + c.Enter + "*"
	case c.Fixed && c.Inert:
		return "always there"
	case c.Inert:
		return "kept"
	}
	return "acts"
}

// meaning is the help of the last leading keyword.
func meaning(name, syntax, own string, shared map[string]string) string {
	last := ""
	for _, word := range strings.Fields(syntax) {
		if strings.ContainsAny(word[:1], "<[{") || name == "" && strings.Contains(word, "$") || strings.ToUpper(word) == word && word[0] >= 'A' {
			break
		}
		if !strings.Contains(word, "$") {
			last, _, _ = strings.Cut(word, "~") // help is of the word as it is printed
		}
	}
	for line := range strings.Lines(strings.TrimSpace(own)) {
		token, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		if token == last || last == "" { // an argument comes first: its help says enough
			return strings.TrimSpace(text)
		}
	}
	return shared[last]
}

var (
	captures = regexp.MustCompile(`\$[a-zA-Z0-9_-]+!?`)
	silent   = regexp.MustCompile(`\[~[^]]*\] ?`)
	typed    = regexp.MustCompile(`([a-z])~([a-z])`)
	bound    = regexp.MustCompile(`\{(platform-)?(max-[a-z-]+)\}`)
)

// code is a syntax string for people: without captures, in a cell of a table.
func code(syntax string) string {
	return "`" + strings.ReplaceAll(bareSyntax(syntax), "|", `\|`) + "`"
}

// bareSyntax is a syntax string without captures and layout, its words as they are typed.
func bareSyntax(syntax string) string {
	s := bound.ReplaceAllString(captures.ReplaceAllString(silent.ReplaceAllString(syntax, ""), ""), "$2")
	s = typed.ReplaceAllString(s, "$1$2")
	return strings.NewReplacer(`\`, "", "~", "").Replace(strings.Join(strings.Fields(s), " "))
}

// table writes a Markdown table whose columns are as wide as their longest cell.
func table(w io.Writer, header []string, rows [][]string) error {
	var b strings.Builder
	t := tablewriter.NewWriter(&b)
	t.SetAutoFormatHeaders(false)
	t.SetAutoWrapText(false)
	t.SetHeaderAlignment(tablewriter.ALIGN_LEFT)
	t.SetAlignment(tablewriter.ALIGN_LEFT)
	t.SetBorders(tablewriter.Border{Left: true, Right: true})
	t.SetCenterSeparator("|")
	t.SetHeader(header)
	t.AppendBulk(rows)
	t.Render()
	_, err := io.WriteString(w, b.String())
	return err
}
