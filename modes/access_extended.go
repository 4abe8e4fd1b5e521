package modes

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/conf"
)

// Extended access lists are kept lines of the tables. What an `access-class` makes of them is
// read here: whoever guards a vty with one must not be left with an open door. A connection to
// a line is TCP towards 0.0.0.0, as routers judge it: only rules for any destination speak of it.
// A rule with a condition that is not looked at permits nobody.

// sshPort and telnetPort are those of a router, by which rules name the protocols.
const (
	sshPort    = 22
	telnetPort = 23
)

// extendedRule is what the syntax of the rules of extended lists has, which names them.
const extendedRule = "<permit|deny~~> <"

// Beginnings of the lines of extended lists.
const (
	numberedList = "access-list "
	extendedList = "ip access-list extended "
	ipv6List     = "ipv6 access-list "
)

// extendedLists adds those of the lists that lines are guarded by and that are not standard
// ones to lists, and gives the IPv6 ones.
func extendedLists(root conf.Node, lines []cli.Line, lists map[string][]cli.AccessRule) (v4, v6 map[string][]cli.AccessRule) {
	wanted := map[string]bool{} // beginning of the line that opens it, or of its lines
	for _, l := range lines {
		if l.AccessClass != "" && len(lists[l.AccessClass]) == 0 {
			wanted[numberedList+l.AccessClass+" "], wanted[extendedList+l.AccessClass] = true, true
		}
		if l.AccessClass6 != "" {
			wanted[ipv6List+l.AccessClass6] = true
		}
	}
	if len(wanted) == 0 {
		return lists, nil // the tree is walked for those who need it only
	}
	if lists == nil {
		lists = map[string][]cli.AccessRule{}
	}
	v6 = map[string][]cli.AccessRule{}
	for n := range root.Children() {
		line := n.Line()
		switch {
		case strings.HasPrefix(line, numberedList):
			name, rule, _ := strings.Cut(line[len(numberedList):], " ")
			if wanted[numberedList+name+" "] {
				lists[name] = append(lists[name], extendedRules([]string{rule}, false)...)
			}
		case wanted[line] && strings.HasPrefix(line, extendedList):
			name := line[len(extendedList):]
			lists[name] = append(lists[name], extendedRules(linesBelow(n), false)...)
		case wanted[line]:
			v6[line[len(ipv6List):]] = extendedRules(linesBelow(n), true)
		}
	}
	return lists, v6
}

func linesBelow(n conf.Node) []string {
	var out []string
	for c := range n.Children() {
		out = append(out, c.Line())
	}
	return out
}

// extendedRules reads the rules of a list in the order in which they are tried.
func extendedRules(lines []string, v6 bool) []cli.AccessRule {
	var out []cli.AccessRule
	for _, r := range numberedRules(lines) {
		w := &aclWords{rest: r.words, v6: v6}
		out = append(out, w.rule())
	}
	return out
}

// numberedRule is a rule with its place in the list.
type numberedRule struct {
	at    int
	words []string
}

// numberedRules are the lines of a list that are rules, in the order in which they are tried: a
// remark is none.
func numberedRules(lines []string) []numberedRule {
	var rules []numberedRule
	last := 0
	for _, line := range lines {
		w := &aclWords{rest: strings.Fields(line)}
		w.take("sequence")
		at := last + 10
		if len(w.rest) > 0 {
			if n, err := strconv.Atoi(w.rest[0]); err == nil {
				at, w.rest = n, w.rest[1:]
			}
		}
		if len(w.rest) == 0 || !slices.Contains([]string{"permit", "deny", "evaluate", "dynamic"}, w.rest[0]) {
			continue
		}
		last = max(last, at)
		rules = append(rules, numberedRule{at, w.rest})
	}
	slices.SortStableFunc(rules, func(a, b numberedRule) int { return cmp.Compare(a.at, b.at) })
	return rules
}

// aclWords are the words of a rule that are still to be read.
type aclWords struct {
	rest []string
	v6   bool
	// unsure: there is a condition that is not looked at.
	unsure bool
}

func (w *aclWords) take(word string) bool {
	if len(w.rest) == 0 || w.rest[0] != word {
		return false
	}
	w.rest = w.rest[1:]
	return true
}

func (w *aclWords) next() string {
	if len(w.rest) == 0 {
		return ""
	}
	word := w.rest[0]
	w.rest = w.rest[1:]
	return word
}

// rule reads `permit|deny PROTOCOL SOURCE [PORTS] DESTINATION [PORTS] [CONDITIONS]`, the
// words of a numberedRule.
func (w *aclWords) rule() (r cli.AccessRule) {
	r.Text = strings.Join(w.rest, " ")
	dynamic := w.take("dynamic")
	for dynamic && len(w.rest) > 0 && w.rest[0] != "permit" && w.rest[0] != "deny" {
		w.next() // nobody opens it here
	}
	switch w.next() {
	case "permit":
		r.Permit = true
	case "deny":
	case "evaluate": // what a list of the other direction has let out: nothing
		r.Except = cli.TransportAll
		return r
	}
	w.unsure = dynamic
	speaks := cli.TransportNone // which protocols it speaks of
	switch w.next() {
	case "ip", "ipv6", "tcp", "6":
		speaks = cli.TransportAll
	case "object-group":
		w.unsure = true
		w.next()
		speaks = cli.TransportAll
	}
	source := w.address()
	if w.ports() != cli.TransportAll {
		w.unsure = true // of the far side, which is not known
	}
	if !w.address().here() {
		speaks = cli.TransportNone
	}
	speaks &= w.ports()
	for len(w.rest) > 0 {
		switch w.next() {
		case "log", "log-input":
			r.Log = true
		case "established", "fragments": // nobody who connects is
			speaks = cli.TransportNone
		default:
			w.unsure = true
		}
	}
	if w.unsure && r.Permit {
		speaks = cli.TransportNone
	}
	r.Addr, r.Wild, r.Prefix, r.Except = source.addr, source.wild, source.prefix, cli.TransportAll&^speaks
	return r
}

// aclAddress is a source or a destination.
type aclAddress struct {
	addr, wild uint32
	prefix     netip.Prefix // IPv6
}

// here tells whether it speaks of the unspecified address.
func (a aclAddress) here() bool {
	if a.prefix.IsValid() {
		return a.prefix.Contains(netip.IPv6Unspecified())
	}
	return a.addr&^a.wild == 0
}

func (w *aclWords) address() aclAddress {
	everyone := aclAddress{wild: 1<<32 - 1}
	if w.v6 {
		everyone.prefix = netip.PrefixFrom(netip.IPv6Unspecified(), 0)
	}
	word := w.next()
	switch word {
	case "any":
		return everyone
	case "object-group":
		w.next()
		w.unsure = true
		return everyone
	case "host":
		word = w.next()
		if a, err := netip.ParseAddr(word); err == nil && w.v6 {
			return aclAddress{prefix: netip.PrefixFrom(a, a.BitLen())}
		}
		return aclAddress{addr: v4Bits(word)}
	}
	if w.v6 {
		p, err := netip.ParsePrefix(word)
		w.unsure = w.unsure || err != nil
		return aclAddress{prefix: p.Masked()}
	}
	return aclAddress{addr: v4Bits(word), wild: v4Bits(w.next())}
}

// ports reads a condition on ports, if there is one, and tells which protocols' ports
// meet it.
func (w *aclWords) ports() cli.Transport {
	if len(w.rest) == 0 || !slices.Contains([]string{"eq", "neq", "gt", "lt", "range"}, w.rest[0]) {
		return cli.TransportAll
	}
	how := w.next()
	var given []int
	for len(w.rest) > 0 {
		n, ok := aclPort(w.rest[0])
		if !ok {
			break
		}
		given = append(given, n)
		w.next()
	}
	if len(given) == 0 || how == "range" && len(given) < 2 {
		w.unsure = true
		return cli.TransportAll
	}
	if how != "eq" && how != "neq" && slices.Contains(given, otherPort) {
		w.unsure = true
	}
	var out cli.Transport
	for port, via := range map[int]cli.Transport{sshPort: cli.TransportSSH, telnetPort: cli.TransportTelnet} {
		meets := map[string]bool{
			"eq": slices.Contains(given, port), "neq": !slices.Contains(given, port),
			"gt": port > given[0], "lt": port < given[0],
			"range": port >= given[0] && port <= given[len(given)-1],
		}
		if meets[how] {
			out |= via
		}
	}
	return out
}

// otherPort is a port that is known by its name, and by that to be neither of ours.
const otherPort = -1

// aclPort is a port by number or name.
func aclPort(word string) (n int, ok bool) {
	switch word {
	case "telnet":
		return telnetPort, true
	case "ssh":
		return sshPort, true
	}
	if strings.Contains(portNames, " "+word+" ") {
		return otherPort, true
	}
	n, err := strconv.Atoi(word)
	return n, err == nil
}
