package app

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/modes"
)

// Finding is what Check has to say about a line of a configuration file.
type Finding struct {
	Line    int // from 1
	Refused bool
	Text    string // "% Invalid input detected at '^' marker."
	Source  string // of a refused line: as it stands in the file
	Caret   int    // column of the error in Source in characters, -1 for none
}

// String is the finding behind the name of its file: for a refused line also the line
// and the caret below it, four blanks in.
func (f Finding) String() string {
	if !f.Refused {
		return fmt.Sprintf("%d: warning: %s\n", f.Line, f.Text)
	}
	const indent = "    "
	source, caret := cli.Excerpt(f.Source, f.Caret)
	text := fmt.Sprintf("%d: error: %s\n%s%s\n", f.Line, f.Text, indent, source)
	if caret >= 0 {
		text += indent + strings.Repeat(" ", caret) + "^\n"
	}
	return text
}

// Check reads a configuration of at most 16 MiB as an appliance would that is
// started with it, starts nothing, and tells what would be refused and what looks
// wrong, sorted by line. The error is that of r.
func Check(ctx context.Context, r io.Reader, p modes.Platform) ([]Finding, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxStartup+1))
	switch {
	case err != nil:
		return nil, err
	case len(text) > maxStartup:
		return nil, fmt.Errorf("larger than %d MiB", maxStartup>>20)
	}
	lib := modes.Library()
	schema, err := conf.Declare(modes.All(), lib)
	if err != nil {
		return nil, err
	}
	store := conf.NewStore(schema, conf.NewTree(schema))
	defer store.Close()
	log := logbuf.New(time.Now)
	defer log.Close()
	shell, err := cli.NewShell(cli.Options{
		Store: store, Library: lib, Log: log, Exec: modes.Exec(modes.Agents{Platform: p}),
		Bounds: modes.Bounds(p), Rewrite: modes.Rewrite, Follow: modes.Follow, Mentions: modes.Mentions,
	})
	if err != nil {
		return nil, err
	}
	lines, refused := shell.Inspect(ctx, text, conf.Origin{Text: "check"})
	tree := store.Tree()
	var found []Finding
	warn := func(f modes.Finding) {
		found = append(found, Finding{Line: max(lines[f.At], 1), Text: f.Text})
	}
	for _, f := range modes.Lint(tree) {
		warn(f)
	}
	for _, e := range refused {
		found = append(found, Finding{Line: e.Line, Refused: true, Text: e.Error, Source: e.Text, Caret: e.Caret})
		if f, ok := modes.TooLow(tree, e.Text); ok {
			warn(f)
		}
	}
	slices.SortStableFunc(found, func(a, b Finding) int { return cmp.Compare(a.Line, b.Line) })
	return found, ctx.Err()
}
