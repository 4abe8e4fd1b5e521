package modes

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/cli/secret"
)

// Rewrite is cli.Options.Rewrite: it puts a line into the form in which it is
// stored. Secrets typed in clear are hashed, so that they are never printed
// again; an old spelling becomes the new one. A line that cannot be put into that form is refused, so that no secret is ever stored in clear instead.
func Rewrite(t conf.Tree, parent conf.Path, args grammar.Args) (grammar.Args, error) {
	name := args.Command().Name()
	if strings.HasPrefix(name, "ip domain-") {
		return newSpelling(t, args)
	}
	if is, ok := loggingLines[name]; ok {
		return is(t, args)
	}
	if name == "access-list" || name == cmdRule || strings.Contains(name, extendedRule) {
		return plainRule(t, parent, args), nil
	}
	if args.Form() != grammar.Positive {
		if (name == "enable secret" || name == "enable password") && args.Int("level") == privilegedLevel {
			return respell(t, args, name)
		}
		if name == cmdLineVTY && args.Form() == grammar.No && args.Int("first") < defaultVTYs {
			return args, errors.New("% Can't delete last 5 VTY lines")
		}
		return args, nil
	}
	switch name {
	case "exec-timeout":
		if !args.Has("seconds") {
			return rewritten(args, map[string]string{"seconds": "0"})
		}
	case "authentication username":
		values, err := obscured(args)
		if err != nil {
			return args, err
		}
		return rewritten(args, values)
	case "enable secret", "enable password", "enable algorithm-type", "username", "username algorithm-type", "password":
		if n, ok := t.At(parent); ok && (n.Mode() == conf.Global || n.Mode() == modeLine) {
			return rewriteSecret(t, args)
		}
	}
	return args, nil
}

// obscured is the type 7 form of a password towards the far side, which must be
// known in clear and is not shown so (Voice command reference: authentication
// (SIP UA)). A bare word that is of type 7 already stays as it is, as 12.4
// prints it (guide).
func obscured(args grammar.Args) (map[string]string, error) {
	plain := args.String("password")
	if kind := args.String("type"); kind == "6" || kind == "7" {
		return nil, nil
	} else if kind == "" {
		if text, err := secret.Decode7(plain); err == nil && text != "" && !strings.ContainsFunc(text, unprintable) {
			return nil, nil
		}
	}
	text, err := secret.Encode7(plain, rand.IntN(16))
	if err != nil {
		return nil, errors.New("% The password is too long")
	}
	return map[string]string{"type": "7", "password": text}, nil
}

func unprintable(r rune) bool { return r < ' ' || r > '~' }

// rewritten is args with some captures set, and those set to "" left out. The error
// does not quote the values, which may be secret.
func rewritten(args grammar.Args, set map[string]string) (grammar.Args, error) {
	if len(set) == 0 {
		return args, nil
	}
	values := map[string]string{}
	for _, name := range args.Command().Captures() {
		if args.Has(name) {
			values[name] = args.String(name)
		}
	}
	for name, value := range set {
		if values[name] = value; value == "" {
			delete(values, name)
		}
	}
	out, err := args.Command().Build(values)
	if err != nil {
		return args, fmt.Errorf("%% %s: the line cannot be stored", args.Command().Name())
	}
	return out, nil
}

// newSpelling is a line of names and domains as releases since 12.2 spell it, with
// whatever follows.
func newSpelling(t conf.Tree, args grammar.Args) (grammar.Args, error) {
	r := t.Schema().Mode(conf.Global).Set().Match(strings.Replace(args.Line(), "ip domain-", "ip domain ", 1), nil)
	if r.Outcome != grammar.OK {
		return args, fmt.Errorf("%% %s: no such line", args.Command().Name())
	}
	return r.Args, nil
}

// respell is the same form of another global line.
func respell(t conf.Tree, args grammar.Args, line string) (grammar.Args, error) {
	if args.Form() == grammar.No {
		line = "no " + line
	}
	r := t.Schema().Mode(conf.Global).Set().Match(line, nil)
	if r.Outcome != grammar.OK {
		return args, cli.ErrIncomplete
	}
	return r.Args, nil
}
