package cli

import (
	"net/netip"
	"strings"

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

// AccessRule is one line of a standard access list.
type AccessRule struct {
	Permit bool
	// Addr and Wild give the addresses it speaks of: where a bit of the wildcard is
	// set, the bit of the address does not matter.
	Addr, Wild uint32
	// Log: whoever meets this rule is logged.
	Log bool
}

func (r AccessRule) matches(a uint32) bool { return (a^r.Addr)&^r.Wild == 0 }

// permits judges an address by a standard access list: the first rule that speaks of
// it decides, and none refuses. A list that does not exist, or is empty, lets
// everybody through, as on a router. IPv6 addresses meet no rule of such a list.
func (c Config) permits(list, from string) (ok bool, rule AccessRule) {
	rules := c.AccessLists[list]
	if list == "" || len(rules) == 0 {
		return true, AccessRule{}
	}
	addr, err := netip.ParseAddr(from)
	addr = addr.Unmap()
	if err != nil || !addr.Is4() {
		return false, AccessRule{}
	}
	b := addr.As4()
	a := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	for _, r := range rules {
		if r.matches(a) {
			return r.Permit, r
		}
	}
	return false, AccessRule{}
}

// admits says whether a line's access-class lets an address in, and logs it where the
// rule says so.
func (sh *Shell) admits(c Config, line Line, from string) bool {
	ok, rule := c.permits(line.AccessClass, from)
	if rule.Log {
		verdict := "denied"
		if ok {
			verdict = "permitted"
		}
		sh.o.Log.Msg("SEC", logbuf.Informational, "IPACCESSLOGS", "list %s %s %s 1 packet ", line.AccessClass, verdict, from)
	}
	return ok
}
