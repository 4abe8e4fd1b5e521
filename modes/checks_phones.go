package modes

import (
	"errors"
	"fmt"

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

// checkKind refuses to make two things of one ephone-dn: it is a park slot, a
// paging number or a conference number.
func checkKind(c conf.CheckContext, args grammar.Args) error {
	own := kindOf(args.Command().Name())
	for _, other := range []string{"park-slot", "paging", "paging group", "conference"} {
		if kindOf(other) != own && c.Parent.On(other) {
			return fmt.Errorf("%% This ephone-dn is configured for %s already", kindOf(other))
		}
	}
	return nil
}

// kindOf is `paging` for `paging group`, which stands beside it.
func kindOf(command string) string {
	if command == "paging group" {
		return "paging"
	}
	return command
}
