package modes

import (
	"io"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/conf"
)

// Markdown writes docs/commands.md.
func Markdown(w io.Writer, schema *conf.Schema, exec []cli.Exec) error { return nil }
