package modes

import (
	"fmt"
	"io"
	"strings"

	"github.com/busylamp/busylamp/cli/conf"
)

const iosIntro = `# Commands that are kept

Generated from ` + "`modes/tables/`" + ` by ` + "`busylamp commands --kept`" + `; do not edit.

These lines of a router are read, completed, stored and printed in their place, and change nothing
else. The notation is that of [commands.md](commands.md); ` + "`[no]`" + ` before a line says that its negative
form is printed too, ` + "`*`" + ` that each line is an entry, ` + "`=>`" + ` names the mode that a line opens.
`

// MarkdownKept writes docs/commands-ios.md: the lines of the tables by mode.
func MarkdownKept(w io.Writer, schema *conf.Schema) error {
	if _, err := io.WriteString(w, iosIntro); err != nil {
		return err
	}
	for _, m := range schema.Modes() {
		var rows strings.Builder
		for _, c := range m.Commands() {
			if c.Generic {
				rows.WriteString(keptRow(c) + "\n")
			}
		}
		if rows.Len() == 0 {
			continue
		}
		if _, err := fmt.Fprintf(w, "\n## %s\n\nPrompt `Router(%s)#`.\n\n```\n%s```\n", m.Mode.Name, m.Mode.Prompt, rows.String()); err != nil {
			return err
		}
	}
	return nil
}

func keptRow(c conf.Command) string {
	row := bareSyntax(c.Syntax)
	switch {
	case c.Whole:
		row = "* " + row
	case c.No == conf.NoSweeps:
		row = "no " + row
	case c.No == conf.NoStored:
		row = "[no] " + row
	}
	if c.Enter != "" {
		row += " => " + c.Enter
	}
	return row
}
