package modes

import (
	"fmt"
	"strings"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
)

// Notice is cli.Options.Notice: what a router says of a line that has changed
// something (CME command reference: fac; admin guide, "Modifying defaults for
// localization": ephone-template).
func Notice(old conf.Tree, parent conf.Path, args grammar.Args) string {
	name := args.Command().Name()
	if name == cmdEphoneTemplate {
		if n, ok := old.At(parent); ok && n.Mode() == modeEphone {
			return "The ephone template tag has been changed under this ephone, please restart or reset ephone to take effect.\n"
		}
		return ""
	}
	if args.Form() != grammar.Positive {
		return ""
	}
	switch feature, custom := strings.CutPrefix(name, "fac custom "); {
	case name == "fac standard":
		return "fac standard is set!\n"
	case feature == "alias":
		tag := args.Int("tag")
		return fmt.Sprintf("fac alias%d code has been configurated to %s!\nalias%d map code has been configurated to %s!\n",
			tag, args.String("code"), tag, args.String("map"))
	case custom:
		return fmt.Sprintf("fac %s code has been configured to %s\n", feature, args.String("code"))
	}
	return ""
}
