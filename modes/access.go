package modes

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
)

// Access lists act on terminal lines (access-class), and nowhere else.

const (
	aclSource = "<deny~~|permit>$action! <any|host A.B.C.D$host!|A.B.C.D$source! [A.B.C.D$wildcard!]>$kind! [log$log]"
	aclEntry  = "<remark LINE(100)$text!|" + aclSource + ">" // one command: remarks stay where they were typed
	aclHelp   = `
	access-list  Access list
	ip           IP parameters
	standard     Standard access list
	$list        Access list
	$low         IP standard access list
	$high        IP standard access list (expanded range)
	$name        Name of the list
	deny         Refuse
	permit       Let through
	$action      What is done
	any          Any source
	host         One source
	$host        IP address
	$source      Source network
	$wildcard    Wildcard bits
	$kind        Source
	log          Log matches
	$log         Log matches
	remark       Comment
	$text        Text
	$sequence    Place in the list`
	aclNumber = "<<1-99>$low|<1300-1999>$high>$list!"
)

// cmdRule is the name of the lines of a named standard list.
const cmdRule = "rule"

// globalAccessLists are numbered lists, one rule a line, and the blocks of named ones.
func globalAccessLists() []conf.Command {
	return []conf.Command{
		shared(conf.Command{
			Syntax: "access-list " + aclNumber + " " + aclEntry,
			Order:  conf.Arrival, Help: aclHelp,
		}),
		shared(conf.Command{
			Name:   "no access-list",
			Syntax: "access-list <<1-99>$low|<1300-1999>$high>", No: conf.NoSweeps, Hidden: true, Help: aclHelp,
		}),
		shared(conf.Command{
			Syntax: "ip access-list standard <<1-99>$low|<1300-1999>$high|WORD(64)$name>$list!",
			Enter:  modeStandardList, Bangs: 1, Help: aclHelp,
		}),
	}
}

// standardListMode is `ip access-list standard`.
func standardListMode() conf.Mode {
	return conf.Mode{
		Name:   modeStandardList,
		Prompt: "config-std-nacl",
		Title:  "Standard Access List configuration commands:",
		Indent: 1,
		Commands: []conf.Command{
			shared(conf.Command{
				Name:   cmdRule,
				Syntax: "[<1-2147483647>$sequence] " + aclEntry,
				Order:  conf.Arrival, Help: aclHelp,
			}),
		},
	}
}

// accessLists is what `access-class` is judged by.
func accessLists(t conf.Tree) map[string][]cli.AccessRule {
	var out map[string][]cli.AccessRule
	add := func(name string, r cli.AccessRule) {
		if out == nil {
			out = map[string][]cli.AccessRule{}
		}
		out[name] = append(out[name], r)
	}
	for n := range t.Root().All("access-list") {
		if n.Args().Has("text") {
			continue // a remark
		}
		add(n.Args().String("list"), accessRule(n.Args()))
	}
	for list := range t.Root().All("ip access-list standard") {
		name := list.Args().String("list")
		for _, r := range standardRules(list) {
			add(name, r.rule)
		}
	}
	return out
}

// placedRule is a rule of a standard list with its place in it.
type placedRule struct {
	at   int
	rule cli.AccessRule
}

// standardRules are the rules of a named standard list in the order in which they are tried.
func standardRules(list conf.Node) []placedRule {
	var rules []placedRule
	last := 0
	for n := range list.All("rule") {
		if n.Args().Has("text") {
			continue // a remark
		}
		at := last + 10
		if n.Args().Has("sequence") {
			at = n.Args().Int("sequence")
		}
		last = max(last, at)
		rules = append(rules, placedRule{at, accessRule(n.Args())})
	}
	slices.SortStableFunc(rules, func(a, b placedRule) int { return cmp.Compare(a.at, b.at) })
	return rules
}

func accessRule(args grammar.Args) cli.AccessRule {
	r := cli.AccessRule{Permit: args.String("action") == "permit", Log: args.Has("log")}
	switch {
	case args.Has("host"):
		r.Addr = bits(args, "host")
	case args.Has("source"):
		r.Addr, r.Wild = bits(args, "source"), bits(args, "wildcard")
	default:
		r.Wild = 1<<32 - 1
	}
	return r
}

// bits is a captured A.B.C.D as a number, 0 when it is absent.
func bits(args grammar.Args, capture string) uint32 { return v4Bits(args.String(capture)) }

// v4Bits is A.B.C.D as a number, 0 when it is none.
func v4Bits(word string) uint32 {
	a, err := netip.ParseAddr(word)
	if err != nil || !a.Is4() {
		return 0
	}
	b := a.As4()
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
}

// plainRule is a rule in the form in which routers keep it: of an address the bits that matter, `any`
// for all addresses, and for one alone `host` in an extended list and nothing in a standard one.
func plainRule(t conf.Tree, parent conf.Path, args grammar.Args) grammar.Args {
	line := args.Line()
	words := strings.Fields(line)
	at := slices.IndexFunc(words, func(w string) bool { return w == "permit" || w == "deny" || w == "remark" })
	if at < 0 || words[at] == "remark" {
		return args
	}
	one := []string{"host"}
	if !strings.Contains(args.Command().Name(), extendedRule) {
		one = nil
	}
	out := slices.Clone(words[:at+1])
	for i := at + 1; i < len(words); i++ {
		a, isAddress := v4Word(words[i])
		wild, second := uint32(0), false
		if isAddress && i+1 < len(words) {
			wild, second = v4Word(words[i+1])
		}
		switch {
		case words[i] == "host" && one == nil:
			continue
		case !second:
			out = append(out, words[i])
			continue
		case wild == 0:
			out = append(append(out, one...), words[i])
		case wild == 1<<32-1:
			out = append(out, "any")
		default:
			out = append(out, v4Text(a&^wild), words[i+1])
		}
		i++
	}
	if slices.Equal(out, words) {
		return args
	}
	block, ok := t.At(parent)
	if !ok {
		return args
	}
	if r := t.Schema().Mode(block.Mode()).Set().Match(strings.Join(out, " "), nil); r.Outcome == grammar.OK {
		return r.Args
	}
	return args
}

// v4Word tells whether a word is A.B.C.D, and gives it as a number.
func v4Word(word string) (n uint32, ok bool) {
	a, err := netip.ParseAddr(word)
	return v4Bits(word), err == nil && a.Is4()
}

// v4Text is the inverse of v4Bits.
func v4Text(n uint32) string {
	return netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}).String()
}
