package modes

import (
	"errors"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
)

// checkLineMode keeps single-line, dual-line and octo-line apart: a dn must be
// deleted to become another one (CME command reference: ephone-dn).
func checkLineMode(c conf.CheckContext, args grammar.Args) error {
	if c.Exists && args.Has("lines") && args.String("lines") != c.Old.String("lines") {
		return errors.New("% The line mode of an ephone-dn cannot be changed, delete it first")
	}
	return nil
}
