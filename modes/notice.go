package modes

import (
	"fmt"
	"strings"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
)

// sameSecret is what is said of an enable password that is the enable secret of its
// level as well, or the other way round. Both stay.
func sameSecret(old conf.Tree, args grammar.Args) string {
	typed, other, otherName := args.Command().Name(), "secret", "enable secret"
	if typed == otherName {
		other, otherName = "password", "enable password"
	}
	for n := range old.Root().All(otherName) {
		if n.Args().Int("level") != args.Int("level") {
			continue
		}
		hashed, plainly := storedSecret(n.Args(), "type", "secret"), plain(args, "type", "password")
		if other == "password" {
			hashed, plainly = storedSecret(args, "type", "secret"), plain(n.Args(), "type", "password")
		}
		if plainly != "" && hashed.Matches(plainly) {
			return fmt.Sprintf("The %s you have chosen is the same as your %s.\nThis is not recommended.  Re-enter the %s.\n\n", typed, otherName, typed)
		}
	}
	return ""
}

// Notice is cli.Options.Notice: what a router says of a line, most often of one that has
// changed something (CME command reference: fac; admin guide, "Modifying defaults for
// localization": ephone-template).
func Notice(old conf.Tree, parent conf.Path, args grammar.Args, changed bool) string {
	name := args.Command().Name()
	if name == cmdInterface && args.Form() == grammar.Default {
		return fmt.Sprintf("Building configuration...\n\nInterface %s set to default configuration\n", args.String("name"))
	}
	if !changed {
		return ""
	}
	if name == cmdEphoneTemplate {
		if n, ok := old.At(parent); ok && n.Mode() == modeEphone {
			return "The ephone template tag has been changed under this ephone, please restart or reset ephone to take effect.\n"
		}
		return ""
	}
	if args.Form() != grammar.Positive {
		return ""
	}
	if name == "enable password" || name == "enable secret" {
		return sameSecret(old, args)
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
