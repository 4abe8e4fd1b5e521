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

// rewriteSecret is Rewrite for lines with a secret of this appliance's own: who may
// log in, and who may enable.
func rewriteSecret(t conf.Tree, args grammar.Args) (grammar.Args, error) {
	if args.Int("level") == privilegedLevel { // the level that is meant without one
		var err error
		if args, err = rewritten(args, map[string]string{"level": ""}); err != nil {
			return args, err
		}
	}
	switch args.Command().Name() {
	case "enable secret":
		return hashedSecret(args, "type")
	case "enable algorithm-type":
		return ofType(t, args, "enable secret x", map[string]string{"type": typeOf(args)})
	case "username algorithm-type":
		out, err := ofType(t, args, "username x secret x", map[string]string{"stype": typeOf(args), "kind": "secret"})
		if err != nil {
			return args, err
		}
		return userLine(t, out)
	case "username":
		out, err := hashedSecret(args, "stype")
		if err == nil {
			out, err = hiddenPassword(t, out, "ptype")
		}
		if err != nil {
			return args, err
		}
		return userLine(t, out)
	}
	out, err := hiddenPassword(t, args, "type") // `enable password`, `password`
	if first, _, _ := strings.Cut(out.String("password"), " "); err == nil && out.String("type") == "0" && first != "0" && first != "7" {
		return rewritten(out, map[string]string{"type": ""}) // which is not printed of these
	}
	return out, err
}

// errBothSecrets answers a password for a user with a secret, or the other way round.
const errBothSecrets answer = "ERROR: Can not have both a user password and a user secret.\nPlease choose one or the other."

// answer is an error in the router's own sentences.
type answer string

func (a answer) Error() string { return string(a) }

// userLine is a line of a user with what earlier lines have said of them. A password in
// clear is told from others by its type there.
func userLine(t conf.Tree, args grammar.Args) (grammar.Args, error) {
	if old, ok := userNamed(t, args.String("name")); ok {
		switch kinds := [2]string{old.String("kind"), args.String("kind")}; kinds {
		case [2]string{"password", "secret"}, [2]string{"secret", "password"}:
			return args, errBothSecrets
		}
	}
	values := kept(t, args, map[string]string{})
	if args.String("kind") == "password" && !args.Has("ptype") {
		values["ptype"] = "0"
	}
	return rewritten(args, values)
}

func userNamed(t conf.Tree, name string) (grammar.Args, bool) {
	for n := range t.Root().All("username") {
		if n.Args().String("name") == name {
			return n.Args(), true
		}
	}
	return grammar.Args{}, false
}

// hashedSecret has a secret that is typed in clear hashed as this release does it,
// as type 5.
func hashedSecret(args grammar.Args, kind string) (grammar.Args, error) {
	plain := args.String("secret")
	if plain == "" || args.Int(kind) != 0 {
		return args, nil
	}
	hash, err := secret.Hash(5, plain, "")
	if err != nil {
		return args, fmt.Errorf("%% The secret cannot be hashed: %w", err)
	}
	return rewritten(args, map[string]string{kind: "5", "secret": hash})
}

// typeOf is the type that an algorithm makes.
func typeOf(args grammar.Args) string {
	switch args.String("algorithm") {
	case "sha256":
		return "8"
	case "scrypt":
		return "9"
	}
	return "5"
}

// ofType is the line that a line with an algorithm is stored as: that of the model,
// with the secret hashed, and all other values that both have.
func ofType(t conf.Tree, args grammar.Args, model string, values map[string]string) (grammar.Args, error) {
	digit := 0
	for _, name := range []string{"type", "stype"} {
		if values[name] != "" {
			digit = int(values[name][0] - '0')
		}
	}
	hash, err := secret.Hash(digit, args.String("secret"), "")
	if err != nil {
		return args, fmt.Errorf("%% The secret cannot be hashed: %w", err)
	}
	values["secret"] = hash
	for _, name := range []string{"name", "privilege", "level"} {
		if args.Has(name) {
			values[name] = args.String(name)
		}
	}
	r := t.Schema().Mode(conf.Global).Set().Match(model, nil)
	if r.Outcome != grammar.OK {
		return args, fmt.Errorf("%% %s: no such line", model)
	}
	out, err := r.Args.Command().Build(values)
	if err != nil {
		return args, fmt.Errorf("%% %s: the line cannot be stored", r.Args.Command().Name())
	}
	return out, nil
}

// hiddenPassword has a password in clear stored as type 7 while `service
// password-encryption` is on.
func hiddenPassword(t conf.Tree, args grammar.Args, kind string) (grammar.Args, error) {
	plain := args.String("password")
	if plain == "" || args.Int(kind) != 0 || !t.Root().On("service password-encryption") {
		return args, nil
	}
	text, err := secret.Encode7(plain, rand.IntN(16))
	if err != nil {
		return args, errors.New("% The password is too long")
	}
	return rewritten(args, map[string]string{kind: "7", "password": text})
}

// Follow is cli.Options.Follow: `service password-encryption` hides the passwords
// that stand in the configuration in clear. Switched off it leaves them as they are.
// `service timestamps` stands for lines of both kinds of messages, and `line vty` splits blocks.
func Follow(old, t conf.Tree, args grammar.Args) (lines []cli.Following, also []conf.Path) {
	switch name := args.Command().Name(); {
	case name == "service timestamps all":
		return followTimestamps(t, args.Form()), nil
	case name == cmdLineVTY && args.Form() == grammar.Positive:
		return splitVTYs(old, t, args)
	case name == cmdLineVTY && args.Form() == grammar.No:
		return withoutVTYs(old, t, args.Int("first")), nil
	}
	if args.Command().Name() == "username" && args.Form() != grammar.Positive {
		return withoutAutocommand(t, args.String("name")), nil
	}
	if args.Command().Name() != "service password-encryption" || args.Form() != grammar.Positive {
		return nil, nil
	}
	var out []cli.Following
	add := func(at conf.Path, n conf.Node, kind string) {
		if hidden, err := hiddenPassword(t, n.Args(), kind); err == nil && !hidden.Equal(n.Args()) {
			out = append(out, cli.Following{At: at, Args: hidden})
		}
	}
	for n := range t.Root().All("enable password") {
		add(conf.Root, n, "type")
	}
	for n := range t.Root().All("username") {
		add(conf.Root, n, "ptype")
	}
	for _, command := range []string{"line con", "line aux", "line", "line vty"} {
		for line := range t.Root().All(command) {
			for n := range line.All("password") {
				add(line.Path(), n, "type")
			}
		}
	}
	return out, nil
}

// withoutAutocommand takes what else is said of a user who is no more.
func withoutAutocommand(t conf.Tree, name string) []cli.Following {
	for n := range t.Root().All("username autocommand") {
		if n.Args().String("name") != name {
			continue
		}
		if r := t.Schema().Mode(conf.Global).Set().Match("no "+n.Args().Line(), nil); r.Outcome == grammar.OK {
			return []cli.Following{{At: conf.Root, Args: r.Args}}
		}
	}
	return nil
}

// kept adds what an earlier line for the same user has and this one does not
// say: `username jack privilege 15` and `username jack secret x` add up.
func kept(t conf.Tree, args grammar.Args, values map[string]string) map[string]string {
	old, ok := userNamed(t, args.String("name"))
	if !ok {
		return values
	}
	for _, name := range old.Command().Captures() {
		if old.Has(name) && !args.Has(name) && (name == "privilege" || !args.Has("kind")) {
			values[name] = old.String(name)
		}
	}
	return values
}
