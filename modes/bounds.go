package modes

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/cli/secret"
)

// Platform is a set of limits behind ranges.
type Platform string

// The platforms.
const (
	// C3825 has the limits of the guide's router.
	C3825 Platform = "c3825"
	// Unlimited is for labs and load.
	Unlimited Platform = "unlimited"
)

// ParsePlatform reads the name of a platform; ok is false for any other word.
func ParsePlatform(name string) (p Platform, ok bool) {
	p = Platform(name)
	return p, p == C3825 || p == Unlimited
}

// unlimited is large enough for every lab and small enough for a slice index.
const unlimited = 1_000_000

// limit is the platform's own maximum behind a named bound.
func (p Platform) limit(name string) (int, bool) {
	if p == Unlimited {
		switch name {
		case boundWatch, boundDN, boundEphones, boundRegisterDN, boundPool, boundConferences, boundLogout, boundUser:
			return unlimited, true
		}
		return 0, false
	}
	switch name {
	case boundWatch: // Voice command reference: max-subscription
		return 500, true
	case boundDN:
		return 500, true
	case boundEphones:
		return 175, true
	case boundRegisterDN:
		return 500, true
	case boundPool:
		return 175, true
	case boundLogout: // CME command reference: voice logout-profile
		return 262, true
	case boundUser: // CME command reference: voice user-profile, three times max-ephones
		return 525, true
	case boundConferences: // CME command reference: max-conferences, 3800 series
		return 24, true
	}
	return 0, false
}

// The names of bounds in syntax strings. With "platform-" before it a name is
// the platform's limit whatever is configured.
const (
	boundWatch       = "max-watch"
	boundDN          = "max-dn"
	boundEphones     = "max-ephones"
	boundRegisterDN  = "max-register-dn"
	boundPool        = "max-pool"
	boundConferences = "max-conferences"
	boundLogout      = "max-logout-profile"
	boundUser        = "max-user-profile"

	platformPrefix = "platform-"
)

// Bounds answers the named bounds of ranges: the configured max-dn, max-ephones
// and max-pool where they are set, and the platform's maximum where not (guide:
// "the maximum number of directory numbers allowed on the router platform, or
// the maximum defined by the max-dn command").
func Bounds(p Platform) func(conf.Tree) grammar.Env {
	return func(t conf.Tree) grammar.Env { return bounds{p, t} }
}

type bounds struct {
	platform Platform
	tree     conf.Tree
}

// Bound implements grammar.Env.
func (b bounds) Bound(name string) (int, bool) {
	if own, ok := strings.CutPrefix(name, platformPrefix); ok {
		return b.platform.limit(own)
	}
	limit, ok := b.platform.limit(name)
	if !ok {
		return 0, false
	}
	block, command := "", ""
	switch name {
	case boundDN:
		block, command = cmdTelephony, "max-dn"
	case boundEphones:
		block, command = cmdTelephony, "max-ephones"
	case boundRegisterDN:
		block, command = cmdRegisterGlobal, "max-dn"
	case boundPool:
		block, command = cmdRegisterGlobal, "max-pool"
	default:
		return limit, true
	}
	if parent, ok := b.tree.Root().Child(block); ok {
		if args, ok := parent.Get(command); ok {
			return args.Int("n"), true
		}
	}
	return limit, true
}

// tagUse says where tags under a maximum stand: in captures of the entries of a
// command, global or in all blocks of one global command.
type tagUse struct {
	block, command string // block is "" for a global command
	captures       []string
}

// checkMax refuses a limit below a tag that is in use (CME command reference:
// max-dn: numbers with higher tags must be removed first). Lines that name such
// a tag count as well: they could not be typed again, by a reload for one.
func checkMax(uses ...tagUse) func(conf.CheckContext, grammar.Args) error {
	return func(c conf.CheckContext, args grammar.Args) error {
		limit, root := args.Int("n"), c.Tree.Root()
		for _, use := range uses {
			blocks := func(yield func(conf.Node) bool) { yield(root) }
			if use.block != "" {
				blocks = root.All(use.block)
			}
			for block := range blocks {
				for entry := range block.All(use.command) {
					for _, capture := range use.captures {
						if entry.Args().Int(capture) > limit {
							return fmt.Errorf("%% Cannot set the maximum to %d: %s is configured", limit, strings.Join(strings.Fields(entry.Line()), " "))
						}
					}
				}
			}
		}
		return nil
	}
}

func checkHostname(_ conf.CheckContext, args grammar.Args) error {
	name := args.String("name")
	for i, c := range []byte(name) {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		digit := c >= '0' && c <= '9'
		if !letter && !digit && !(i > 0 && (c == '-' || c == '_' || c == '.')) {
			return errors.New("% Hostname contains one or more illegal characters")
		}
	}
	return nil
}

// checkEncrypted refuses an encrypted password that nobody could ever type, which
// would lock everybody out. kind and value name the captures of the type digit
// and of the text.
func checkEncrypted(kind, value string) func(conf.CheckContext, grammar.Args) error {
	return func(_ conf.CheckContext, args grammar.Args) error {
		text := args.String(value)
		switch digit := args.Int(kind); digit {
		case 4, 5, 8, 9:
			if !secret.Valid(digit, text) {
				return errors.New("ERROR: The secret you entered is not a valid encrypted secret.\n" +
					"To enter an UNENCRYPTED secret, do not specify type " + strconv.Itoa(digit) + " encryption.\n" +
					"When you properly enter an UNENCRYPTED secret, it will be encrypted.\n")
			}
		case 7:
			if plain, err := secret.Decode7(text); err != nil || plain == "" {
				return errors.New("% Invalid encrypted password: " + text)
			}
		}
		return nil
	}
}

// checkUser is checkEncrypted for both kinds of password of `username`.
func checkUser(c conf.CheckContext, args grammar.Args) error {
	if err := checkEncrypted("ptype", "password")(c, args); err != nil {
		return err
	}
	return checkEncrypted("stype", "secret")(c, args)
}

func checkLineRange(_ conf.CheckContext, args grammar.Args) error {
	if args.Has("last") && args.Int("last") <= args.Int("first") {
		return errors.New("% Bad line range")
	}
	return nil
}
