package call

import (
	"slices"
	"strings"

	"github.com/busylamp/busylamp/phones"
)

// plan is what numbers lead where. It is made anew with each configuration.
type plan struct {
	prefixes map[string]bool // proper prefixes of the numbers in byNumber
	patterns []pattern       // numbers with wildcards, dialplan-patterns, dial-peers
	facs     []fac
	groups   map[string]bool     // pickup groups
	pilots   map[string][]target // hunt groups by their pilot numbers
}

// pattern is a number with wildcards (Voice command reference: destination-pattern).
type pattern struct {
	sets     []uint32 // the digits allowed at each place
	open     bool     // ends with T: more digits may follow
	explicit int      // places that allow one digit only: more are a better match

	dn     *dn // one of these three
	second bool
	peer   *phones.DialPeer
	plan   *phones.DialplanPattern
}

// target is one way that a number leads.
type target struct {
	dn       *dn // one of these three
	peer     *phones.DialPeer
	hunt     *hunt
	second   bool // by its secondary number
	explicit int
	pref     int
}

// stops reports whether hunting ends here although more targets are left.
func (t target) stops(code int) bool {
	switch {
	case t.hunt != nil:
		return false
	case t.peer != nil:
		// The far side knew the number: others would not do better (Voice command
		// reference: voice hunt; user-busy and invalid-number end the hunt by default).
		return t.peer.Huntstop || code == 486 || code == 600 || code == 603 || code == 404 || code == 604 || code == 484
	case code == 480:
		return false // no phone has it: it is no dial-peer at the moment
	case t.dn.eph != nil:
		return t.dn.eph.Huntstop
	}
	return t.dn.reg.Huntstop
}

// digits are those that may be dialled, in the order of their bits.
const digits = "0123456789ABCD*#"

// anyDigit is the set of all but #, which ends a number.
const anyDigit uint32 = 1<<(len(digits)-1) - 1

func bit(b byte) uint32 {
	if i := strings.IndexByte(digits, b); i >= 0 {
		return 1 << i
	}
	return 0
}

// parsePattern reads digits, `.`, `[1-35]`, `[^1]`, `T`, and passes over `,` (a pause),
// `$`, brackets and a leading `+`. A pattern it cannot read matches nothing.
func parsePattern(s string) (p pattern, ok bool) {
	for i := 0; i < len(s); i++ {
		switch b := s[i]; {
		case b == '.':
			p.sets = append(p.sets, anyDigit)
		case b == 'T':
			p.open = true
			return p, true
		case strings.IndexByte(",+$()", b) >= 0:
		case b == '[':
			end := strings.IndexByte(s[i:], ']')
			if end < 0 {
				return pattern{}, false
			}
			p.sets = append(p.sets, parseSet(s[i+1:i+end]))
			i += end
		case bit(b) != 0:
			p.sets = append(p.sets, bit(b))
			p.explicit++
		default:
			return pattern{}, false
		}
	}
	return p, len(p.sets) > 0
}

func parseSet(s string) (set uint32) {
	rest, not := strings.CutPrefix(s, "^")
	for i := 0; i < len(rest); i++ {
		if i+2 < len(rest) && rest[i+1] == '-' {
			for b := rest[i]; b <= rest[i+2] && b < 'E'; b++ {
				set |= bit(b)
			}
			i += 2
			continue
		}
		set |= bit(rest[i])
	}
	if not {
		set = anyDigit &^ set
	}
	return set
}

// verdict is what can be said of the digits so far.
type verdict uint8

const (
	impossible verdict = iota // lead nowhere
	more                      // too few
	openEnd                   // enough, but more may follow
	complete                  // enough, and no more are possible
)

func (p *pattern) match(number string) verdict {
	for i := 0; i < len(number); i++ {
		switch {
		case i >= len(p.sets) && p.open && anyDigit&bit(number[i]) != 0:
		case i >= len(p.sets) || p.sets[i]&bit(number[i]) == 0:
			return impossible
		}
	}
	switch {
	case len(number) < len(p.sets):
		return more
	case p.open:
		return openEnd
	}
	return complete
}

// extension is the local number that a number in a dialplan-pattern stands for.
func extension(p *phones.DialplanPattern, number string) string {
	if p.Length <= 0 || p.Length > len(number) {
		return ""
	}
	ext := []byte(number[len(number)-p.Length:])
	if len(p.ExtensionPattern) == len(ext) {
		for i := range ext {
			if p.ExtensionPattern[i] != '.' {
				ext[i] = p.ExtensionPattern[i]
			}
		}
	}
	return string(ext)
}

func wild(number string) bool { return strings.ContainsAny(number, ".[T") }

// makePlan reads the plan out of the configuration and the directory numbers.
func (c *core) makePlan() {
	c.byNumber = map[string][]*dn{}
	p := plan{prefixes: map[string]bool{}, groups: map[string]bool{}, pilots: map[string][]target{}}
	for _, n := range c.order {
		for i, number := range []string{n.number, n.secondary} {
			if number == "" || i == 1 && number == n.number {
				continue
			}
			c.byNumber[number] = append(c.byNumber[number], n)
			if wild(number) {
				if pat, ok := parsePattern(number); ok {
					pat.dn, pat.second = n, i == 1
					p.patterns = append(p.patterns, pat)
				}
				continue
			}
			p.begin(number)
		}
		if g := n.pickupGroup(); g != "" {
			p.groups[g] = true
		}
	}
	for i := range c.cfg.HuntGroups {
		g := &c.cfg.HuntGroups[i]
		t := target{hunt: c.hunts[huntID{g.Voice, g.Tag}], pref: g.Preference}
		p.pilot(g.Pilot, t)
		t.second, t.pref = true, g.SecondPreference
		p.pilot(g.SecondPilot, t)
	}
	for i := range c.cfg.Telephony.DialplanPatterns {
		if pat, ok := parsePattern(c.cfg.Telephony.DialplanPatterns[i].Pattern); ok {
			pat.plan = &c.cfg.Telephony.DialplanPatterns[i]
			p.patterns = append(p.patterns, pat)
		}
	}
	for i := range c.cfg.DialPeers {
		peer := &c.cfg.DialPeers[i]
		if peer.Shutdown || !peer.Target.IsValid() || peer.Pattern == "" {
			continue
		}
		if pat, ok := parsePattern(peer.Pattern); ok {
			pat.peer = peer
			p.patterns = append(p.patterns, pat)
		}
	}
	p.facs = facs(c.cfg.Telephony)
	c.plan = p
}

// begin notes that the proper prefixes of a number may be followed by more.
func (p *plan) begin(number string) {
	bare := strings.TrimPrefix(number, "+")
	for j := 1; j < len(bare); j++ {
		p.prefixes[bare[:j]] = true
	}
}

// pilot adds a number of a hunt group, if it has that.
func (p *plan) pilot(number string, t target) {
	if number == "" {
		return
	}
	p.begin(number)
	bare := strings.TrimPrefix(number, "+")
	p.pilots[bare] = append(p.pilots[bare], t)
}

// leads reports whether a number is that of a directory number or a hunt group.
func (c *core) leads(number string) bool {
	return len(c.exact(number)) > 0 || len(c.plan.pilots[number]) > 0
}

// number judges the digits of an ordinary call.
func (c *core) number(number string) verdict {
	number = strings.TrimPrefix(number, "+")
	exact, longer, open := c.leads(number), c.plan.prefixes[number], false
	for i := range c.plan.patterns {
		p := &c.plan.patterns[i]
		switch p.match(number) {
		case complete:
			exact = exact || p.plan == nil || c.leads(extension(p.plan, number))
		case openEnd:
			open = true
		case more:
			longer = true
		}
	}
	switch {
	case exact && longer:
		return openEnd
	case exact:
		return complete // T waits only for numbers that nothing else matches
	case open:
		return openEnd
	case longer:
		return more
	}
	return impossible
}

// exact finds the directory numbers whose number is written like that.
func (c *core) exact(number string) []*dn {
	if wild(number) {
		return nil
	}
	if found := c.byNumber[number]; len(found) > 0 || number == "" {
		return found
	}
	return c.byNumber["+"+number]
}

// targets are the ways that a number leads, in the order in which they are tried:
// the longest explicit match first, then by preference, then local before trunk,
// then by tag.
func (c *core) targets(dialed string) []target {
	number := strings.TrimPrefix(dialed, "+")
	var found []target
	add := func(n *dn, second bool, explicit int) {
		t := target{dn: n, second: second, explicit: explicit}
		switch {
		case n.reg != nil:
			t.pref = n.reg.Preference
		case second:
			t.pref = n.eph.SecondPreference
		default:
			t.pref = n.eph.Preference
		}
		found = append(found, t)
	}
	pilots := func(number string, explicit int) {
		for _, t := range c.plan.pilots[number] {
			t.explicit = explicit
			found = append(found, t)
		}
	}
	for _, n := range c.exact(number) {
		add(n, strings.TrimPrefix(n.number, "+") != number, len(number))
	}
	pilots(number, len(number))
	for i := range c.plan.patterns {
		p := &c.plan.patterns[i]
		if v := p.match(number); v != complete && v != openEnd {
			continue
		}
		switch {
		case p.dn != nil:
			add(p.dn, p.second, p.explicit)
		case p.peer != nil:
			found = append(found, target{peer: p.peer, explicit: p.explicit, pref: p.peer.Preference})
		default:
			ext := extension(p.plan, number)
			for _, n := range c.exact(ext) {
				add(n, n.number != ext, p.explicit)
			}
			pilots(ext, p.explicit)
		}
	}
	slices.SortStableFunc(found, func(a, b target) int {
		switch {
		case a.explicit != b.explicit:
			return b.explicit - a.explicit
		case a.pref != b.pref:
			return a.pref - b.pref
		case (a.peer == nil) != (b.peer == nil):
			if a.peer == nil {
				return -1
			}
			return 1
		}
		return 0
	})
	return found
}

// local reports whether a number is one of our own.
func (c *core) local(number string) bool {
	for _, t := range c.targets(number) {
		if t.peer == nil {
			return true
		}
	}
	return false
}
