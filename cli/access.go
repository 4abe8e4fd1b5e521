package cli

import (
	"encoding/binary"
	"net/netip"
	"strings"
	"sync"

	"github.com/busylamp/busylamp/internal/logbuf"
)

// Transport is a set of the protocols that reach a vty (`transport input`).
type Transport uint8

// The protocols.
const (
	TransportTelnet Transport = 1 << iota
	TransportSSH

	TransportNone Transport = 0
	TransportAll            = TransportTelnet | TransportSSH
)

// String names the protocols as `show line` does.
func (t Transport) String() string {
	var names []string
	if t&TransportTelnet != 0 {
		names = append(names, "telnet")
	}
	if t&TransportSSH != 0 {
		names = append(names, "ssh")
	}
	if names == nil {
		return "none"
	}
	return strings.Join(names, " ")
}

// inputs are the protocols that reach the line.
func (l Line) inputs() Transport { return TransportAll &^ l.Barred }

// AccessRule is one rule of an access list.
type AccessRule struct {
	Permit bool
	// Addr and Wild give the addresses it speaks of: where a bit of the wildcard is
	// set, the bit of the address does not matter. Of a list for IPv6 Prefix does.
	Addr, Wild uint32
	Prefix     netip.Prefix
	// Except are the protocols that it does not speak of.
	Except Transport
	// Log: whoever meets this rule is logged.
	Log bool
	// Text is the rule of an extended list as it was typed, "" of a standard one.
	Text string
}

// matches tells whether the rule speaks of a connection.
func (r AccessRule) matches(from netip.Addr, via Transport) bool {
	switch {
	case via != 0 && via&^r.Except == 0:
		return false
	case r.Prefix.IsValid():
		return r.Prefix.Contains(from)
	case !from.Is4():
		return false
	}
	b := from.As4()
	return (binary.BigEndian.Uint32(b[:])^r.Addr)&^r.Wild == 0
}

// guard is the access list that judges an address, "" for none: IPv4 has its own list and
// IPv6 has. An IPv6 address at a line that has one for IPv4 only is judged by that, and
// meets none of its rules.
func (c Config) guard(line Line, from netip.Addr) (name string, rules []AccessRule) {
	if line.AccessClass6 != "" && from.Is6() {
		return line.AccessClass6, c.AccessLists6[line.AccessClass6]
	}
	if line.AccessClass == "" {
		return "", nil
	}
	return line.AccessClass, c.AccessLists[line.AccessClass]
}

// Permits judges a connection by the access list of a line: the first rule that speaks of
// it decides, and none refuses. A list that does not exist, or is empty, lets everybody
// through, as on a router. list is the one that decides, "" for none, and rule its rule.
func (c Config) Permits(line Line, from string, via Transport) (ok bool, list string, rule AccessRule) {
	addr, err := netip.ParseAddr(from)
	addr = addr.Unmap().WithZone("")
	list, rules := c.guard(line, addr)
	if len(rules) == 0 {
		return true, list, AccessRule{}
	}
	for _, r := range rules {
		if err == nil && r.matches(addr, via) {
			return r.Permit, list, r
		}
	}
	return false, list, AccessRule{}
}

// matches counts the connections that met each rule of the access lists, as `show access-lists`
// tells. A rule that is gone is forgotten when the table is full.
type matches struct {
	mu sync.Mutex
	n  map[ruleOf]int
}

// ruleOf is a rule as it is shown, and its list.
type ruleOf struct{ list, rule string }

// maxMatches bounds the table: beyond it all counts begin anew.
const maxMatches = 4096

func (m *matches) count(list, rule string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := ruleOf{list, rule}
	if m.n[key] == 0 && (m.n == nil || len(m.n) >= maxMatches) {
		m.n = map[ruleOf]int{}
	}
	m.n[key]++
}

// Matches is how many connections to lines a rule of an access list has decided, in the words
// in which the rule is shown.
func (c *Context) Matches(list, rule string) int {
	m := &c.Shell.matches
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.n[ruleOf{list, rule}]
}

// admits says whether a line's access list lets a connection in, and logs it where the rule
// says so.
func (sh *Shell) admits(c Config, line Line, from string, via Transport) bool {
	ok, list, rule := c.Permits(line, from, via)
	met := rule != AccessRule{} // not the end of the list, nor none
	if met {
		sh.matches.count(list, rule.String())
	}
	if rule.Log {
		verdict := "denied"
		if ok {
			verdict = "permitted"
		}
		sh.o.Log.Msg("SEC", logbuf.Informational, "IPACCESSLOGS", "list %s %s %s 1 packet ", list, verdict, from)
	}
	return ok
}
